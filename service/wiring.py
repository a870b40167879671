"""Where everything is put together: which gateway, which clocks, which content. Nothing below it chooses."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import asyncpg

from flows.bundle import BundleError
from scheduler.clock import Clocks
from scheduler.rules import RulesError
from scheduler.types import Country
from service import audit
from service.apply.deps import Deps
from service.clocks import RealCareClock, SteppedCareClock, WallClock
from service.content.bundles import Bundles, drafts
from service.content.checked import check
from service.database import Pool, create_pool
from service.gateway.africastalking import AfricasTalking
from service.gateway.base import Gateway
from service.gateway.simulator import Simulator
from service.security.blind_index import BlindIndex
from service.security.pins import PASSWORDS, PinChecker, Pins
from service.security.sealing import Sealer
from service.security.tokens import HookTokens
from service.settings import Settings, SettingsError
from service.ussd.line import UssdLine
from service.watch.metrics import Metrics

CONNECTIONS = 8
CLOSING_SECONDS = 10.0


class DatabaseAwayError(RuntimeError):
    """The database cannot be reached; the message names the remedy."""

    def __init__(self) -> None:
        super().__init__("The database cannot be reached: start it, or correct PAMOJA_DATABASE_URL.")


class UnreadableContentError(RuntimeError):
    """What an older program published cannot be read by this one; the message names the remedy."""

    def __init__(self, why: Exception) -> None:
        super().__init__(
            f"The published content does not fit this version of Pamoja ({why}): run `pamoja publish`."
        )


class DraftRefusedError(RuntimeError):
    """Content nobody reviewed may not go out through a real gateway; the message names the remedy."""

    def __init__(self, what: list[str]) -> None:
        more = f" and {len(what) - 3} more" if len(what) > 3 else ""
        super().__init__(
            f"Not reviewed yet: {', '.join(what[:3])}{more}. Have it reviewed, or set PAMOJA_ACCEPT_DRAFT=NAME: REASON, "
            "which is recorded."
        )


@dataclass(eq=False, repr=False)
class Services:
    """Everything a process works with. `timer` gives seconds and only rises; for durations alone."""

    settings: Settings
    database_url: str
    pool: Pool
    sealer: Sealer
    index: BlindIndex
    pins: PinChecker
    passwords: PinChecker
    tokens: HookTokens
    bundles: Bundles
    gateway: Gateway
    clocks: Clocks
    metrics: Metrics
    timer: Callable[[], float]

    @property
    def countries(self) -> Mapping[str, Country]:
        """The rules in force, by country."""
        return self.bundles.countries()

    @property
    def country(self) -> Country:
        """The programme's own country. Raises SettingsError when the content has none."""
        try:
            return self.countries[self.settings.country]
        except KeyError:
            known = ", ".join(sorted(self.countries))
            raise SettingsError(
                f"PAMOJA_COUNTRY has no folder in the published content: use one of {known}."
            ) from None

    def deps(self) -> Deps:
        """What applying events needs, with the content and rules of this moment."""
        return Deps(self.sealer, self.index, self.bundles.current(), self.countries, self.settings.country)

    @cached_property
    def line(self) -> UssdLine:
        """The USSD line of this process, made when first asked for. Raises NoBundleError before anything is published."""
        return UssdLine(
            pool=self.pool,
            sealer=self.sealer,
            index=self.index,
            deps=self.deps,
            bundles=self.bundles,
            pins=self.pins,
            clock=self.clocks.care,
            country=self.settings.country,
            time_zone=self.country.time_zone,
        )

    async def close(self) -> None:
        """Answer what is waiting and let go of threads and connections to the gateway."""
        if "line" in self.__dict__:
            await self.line.close()
        await self.gateway.close()
        self.pins.close()
        self.passwords.close()


def address_of(settings: Settings) -> str:
    """The database's address. Raises SettingsError when there is none."""
    if settings.database_url is None:
        raise SettingsError(
            "PAMOJA_DATABASE_URL is not set: give your PostgreSQL's address, or try Pamoja with `pamoja demo`."
        )
    return settings.database_url.get_secret_value()


@asynccontextmanager
async def open_services(
    settings: Settings, *, patient: bool = False, connections: int = CONNECTIONS, to_publish: bool = False
) -> AsyncIterator[Services]:
    """Put a process together and take it apart again.

    With `patient`, the database need not be there yet (the watchdog). With `to_publish`, what is published need not
    be readable: then it is as if there were nothing. Raises SettingsError, DatabaseAwayError or UnreadableContentError.
    """
    database_url = address_of(settings)
    async with AsyncExitStack() as stack:
        pool = await _pool(database_url, 0 if patient else 1, connections)
        stack.push_async_callback(_close, pool)
        services = await _put_together(settings, database_url, pool)
        stack.push_async_callback(services.close)
        if not patient:
            await _look_up_content(services.bundles, to_publish)
            await stack.enter_async_context(services.bundles.following(database_url))
        yield services


async def ensure_ready(services: Services, *, publish: bool = False) -> None:
    """Make sure there is content this gateway may carry; publish the standard one if there is none.

    With `publish`, also when what comes with this version differs from what is current (the demo).
    Raises DraftRefusedError, NoBundleError or SettingsError.
    """
    if publish or not services.bundles.is_published:
        checked = check(None, services.settings.country)
        if not services.bundles.is_published or services.bundles.current().sha256 != checked.bundle.sha256:
            await check_drafts(services, checked.tables)
            await services.bundles.publish(checked.tables, await services.clocks.wall.now())
    _ = services.country
    await check_drafts(services, services.bundles.current().tables)


async def check_drafts(services: Services, tables: Mapping[str, Any]) -> None:
    """Refuse content nobody reviewed, unless nothing can leave this machine or somebody has answered for it.

    Who did, and why, is written into the audit. Raises DraftRefusedError.
    """
    found = drafts(tables, services.settings.country)
    if not found or services.gateway.loopback:
        return
    if services.settings.accept_draft is None:
        raise DraftRefusedError(found)
    who, why = services.settings.accept_draft
    now = await services.clocks.wall.now()
    await audit.record(services.pool, services.sealer, now, who, "accept_draft", why)


async def _pool(database_url: str, smallest: int, largest: int) -> Pool:
    try:
        return await create_pool(database_url, min_size=smallest, max_size=largest)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        raise DatabaseAwayError from None


async def _close(pool: Pool) -> None:
    try:
        async with asyncio.timeout(CLOSING_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def _look_up_content(bundles: Bundles, to_publish: bool) -> None:
    try:
        await bundles.refresh()
    except asyncpg.UndefinedTableError:
        raise SettingsError("The database lacks Pamoja's tables: run `pamoja migrate`.") from None
    except (BundleError, RulesError) as error:
        if not to_publish:
            raise UnreadableContentError(error) from None


async def _put_together(settings: Settings, database_url: str, pool: Pool) -> Services:
    sealer, index = Sealer(settings.field_keys), BlindIndex(settings.blind_index_keys)
    clocks = _clocks(settings, pool)
    return Services(
        settings=settings,
        database_url=database_url,
        pool=pool,
        sealer=sealer,
        index=index,
        pins=PinChecker(Pins(settings.pepper)),
        passwords=PinChecker(Pins(settings.pepper, PASSWORDS), waiting=32),
        tokens=HookTokens(settings.tokens),
        bundles=Bundles(pool, settings.country),
        gateway=_gateway(settings, pool, sealer, index, clocks),
        clocks=clocks,
        metrics=Metrics(),
        timer=time.perf_counter,
    )


def _real_now() -> datetime:
    return datetime.now(UTC)


def _clocks(settings: Settings, pool: Pool) -> Clocks:
    care = SteppedCareClock(pool) if settings.clock == "stepped" else RealCareClock(_real_now)
    return Clocks(care=care, wall=WallClock(_real_now))


def _gateway(settings: Settings, pool: Pool, sealer: Sealer, index: BlindIndex, clocks: Clocks) -> Gateway:
    if settings.gateway == "simulator":
        return Simulator(pool, sealer, index, clocks.care)
    return AfricasTalking(
        settings.at_username or "",
        settings.at_api_key.get_secret_value() if settings.at_api_key else "",
        settings.at_sender_id,
        base_url=settings.at_base_url,
        slots=settings.at_threads,
        read_timeout=min(9.05, settings.at_timeout_seconds),
        total_timeout=settings.at_timeout_seconds,
    )
