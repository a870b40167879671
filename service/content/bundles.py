"""Published content: one immutable version at a time is current, and every process switches to it together."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import asyncpg

from flows.bundle import Bundle, BundleError, compile_bundle
from flows.registry import Registry
from flows.render import DEFAULT_LIMIT
from flows.standard import STANDARD
from scheduler.rules import RulesError, in_force, load_countries
from scheduler.types import Country
from service.content import changes_kept
from service.content.changes import overlaid
from service.content.publications import BEFORE, CHANNEL, CURRENT, LOCK, UNDO, make_current, switch
from service.database import Connection, Pool, connect
from service.logs import get_logger

RECONNECT_SECONDS: Final = 5.0
LOOK_AGAIN_SECONDS: Final = 30.0
ROUNDS: Final = 3

KEPT_READY: Final = 4
"""How many compiled versions a process keeps besides those its own ``Bundles`` know."""

_ready: dict[tuple[str, str], tuple[Bundle, Mapping[str, Country]]] = {}
"""What was compiled last, for whoever opens the same content again in this process: the sha256 is the content's own."""

log = get_logger(__name__)


class NoBundleError(RuntimeError):
    """No content is published, or none of that name; the message says how to publish."""

    def __init__(self) -> None:
        super().__init__("No content is published yet: run `pamoja publish`.")


class NoVersionBeforeError(RuntimeError):
    """There is nothing to go back to; the message says what to do instead."""

    def __init__(self) -> None:
        super().__init__(
            "No version was published before the current one: correct the content and run `pamoja publish`."
        )


class ContentMovedError(RuntimeError):
    """Somebody published, or decided about a change, while this was being made; the message says what to do."""

    def __init__(self) -> None:
        super().__init__("Nothing was published: somebody changed something meanwhile. Look at it again.")


Noted = Callable[[Connection, Bundle], Awaitable[None]]
"""Writes into the audit that this version was made current, in the transaction that does it."""


class Bundles:
    """The versions this process knows, compiled once each; ``current`` is what new sessions and texts use."""

    def __init__(self, pool: Pool, country: str, registry: Registry = STANDARD) -> None:
        """``country`` is the ISO code whose languages are offered, and whose USSD page the screens fit."""
        self._pool = pool
        self._country = country
        self._registry = registry
        self._known: dict[str, Bundle] = {}
        self._countries: dict[str, Mapping[str, Country]] = {}
        self._current: str | None = None
        self._reading = asyncio.Lock()

    @property
    def is_published(self) -> bool:
        """Whether there is any content to answer with."""
        return self._current is not None

    def current(self) -> Bundle:
        """The version in force. Raises NoBundleError."""
        if self._current is None:
            raise NoBundleError
        return self._known[self._current]

    def countries(self) -> Mapping[str, Country]:
        """The current version's rules by country code. Raises NoBundleError."""
        return self._countries[self.current().sha256]

    async def get(self, sha256: str) -> Bundle:
        """The version a session is pinned to. Raises NoBundleError when it was never published here."""
        if sha256 not in self._known:
            ready = _ready.get((sha256, self._country))
            if ready is not None and ready[0].registry is self._registry:
                if not await self._pool.fetchval("SELECT count(*) FROM bundle WHERE sha256 = $1", sha256):
                    raise NoBundleError
                self._remember(*ready)
                return self._known[sha256]
            tables = await self._pool.fetchval("SELECT tables FROM bundle WHERE sha256 = $1", sha256)
            if tables is None:
                raise NoBundleError
            await self._keep(tables)
        return self._known[sha256]

    async def refresh(self) -> None:
        """Switch to what the database says is current; without any, stay as we are."""
        # One after the other: whoever read before a publication must not switch after it.
        async with self._reading:
            sha256 = await self._pool.fetchval("SELECT sha256 FROM bundle WHERE current")
            if sha256 is not None:
                await self.get(sha256)
                self._current = sha256

    async def publish(
        self,
        tables: Mapping[str, Any],
        now: datetime,
        *,
        approved: Sequence[int] = (),
        by: int | None = None,
        over: str | None = None,
        noted: Noted | None = None,
    ) -> Bundle:
        """Lay what was changed in the browser over these tables of files, compile that, and make it current everywhere.

        Beside the changes already published go the ``approved`` ones, by id; ``by`` is the user who publishes on a page,
        ``over`` the version that was in force as somebody looked; ``noted`` writes who did, in the same transaction. Lint first. Raises BundleError, RulesError or
        ContentMovedError, and changes nothing then.
        """
        for _ in range(ROUNDS):
            changes = await changes_kept.to_lay(self._pool, approved)
            made = await asyncio.to_thread(overlaid, tables, changes)
            if any(made.met.get(one, "overtaken") == "overtaken" for one in approved):
                raise ContentMovedError
            bundle = await self._keep(made.tables)
            base = await self._keep(tables) if made.of("laid") else bundle
            async with self._pool.acquire() as conn, conn.transaction():
                # Two publishers at once: the second waits here and wins, and there is always exactly one current.
                await conn.execute(LOCK)
                if over is not None and over != await conn.fetchval(CURRENT):
                    raise ContentMovedError
                if changes != await changes_kept.to_lay(conn, approved):
                    continue
                publication_id = await switch(conn, bundle, base, now, by)
                await changes_kept.mark(conn, publication_id, approved, made)
                if noted is not None:
                    await noted(conn, bundle)
            await self.refresh()
            return bundle
        raise ContentMovedError

    async def before(self) -> Bundle:
        """The version that was in force before the current one was published.

        Raises NoVersionBeforeError, or BundleError or RulesError when this program cannot read it any more.
        """
        sha256 = await self._pool.fetchval(f"SELECT sha256 {BEFORE}")
        if sha256 is None:
            raise NoVersionBeforeError
        return await self.get(sha256)

    async def roll_back(
        self, to: Bundle, now: datetime, by: int | None = None, *, noted: Noted | None = None
    ) -> None:
        """Make `to`, which `before` gave, current everywhere; what was published since counts as undone.

        So do the changes of texts that came with it: whoever wants them after all proposes them again.

        Raises NoVersionBeforeError, and changes nothing, when somebody published or rolled back meanwhile.
        """
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(LOCK)
            row = await conn.fetchrow(f"SELECT id, sha256 {BEFORE}")
            if row is None or row["sha256"] != to.sha256:
                raise NoVersionBeforeError
            undone = await conn.fetch(UNDO, row["id"], now, by)
            await changes_kept.taken_back(conn, [one["id"] for one in undone])
            await make_current(conn, to.sha256)
            if noted is not None:
                await noted(conn, to)
        await self.refresh()

    @asynccontextmanager
    async def following(self, database_url: str) -> AsyncIterator[None]:
        """Switch whenever any process publishes, for as long as the block lasts."""
        task = asyncio.create_task(self._follow(database_url))
        try:
            yield
        finally:
            # A library may lose a cancellation that comes together with an answer: ask until it is heard.
            while not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=1)

    async def _keep(self, tables: Mapping[str, Any]) -> Bundle:
        bundle, countries = await asyncio.to_thread(compiled, tables, self._country, self._registry)
        _ready[bundle.sha256, self._country] = bundle, countries
        while len(_ready) > KEPT_READY:
            del _ready[next(iter(_ready))]
        self._remember(bundle, countries)
        return bundle

    def _remember(self, bundle: Bundle, countries: Mapping[str, Country]) -> None:
        self._known[bundle.sha256] = bundle
        self._countries[bundle.sha256] = countries

    async def _follow(self, database_url: str) -> None:
        while True:
            try:
                await _until_lost(database_url, self.refresh)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("cannot follow published content; trying again", exc_info=error)
            except (BundleError, RulesError) as error:
                # Another version of the program published it: what is known here stays in force here.
                log.warning("published content cannot be read by this version", exc_info=error)
            await asyncio.sleep(RECONNECT_SECONDS)


def compiled(
    tables: Mapping[str, Any], country: str | None, registry: Registry = STANDARD
) -> tuple[Bundle, Mapping[str, Country]]:
    """Turn plain tables into a bundle, with the languages and the page of ``country``, and every country's rules.

    Without a country it has all languages, and screens as small as the smallest page of all.
    Raises BundleError or RulesError in one sentence.
    """
    countries = load_countries(tables.get("countries", {}))
    if country in countries:
        own = countries[country]
        return compile_bundle(tables, registry, own.ussd_limit, own.languages), countries
    limit = min((one.ussd_limit for one in countries.values()), default=DEFAULT_LIMIT)
    return compile_bundle(tables, registry, limit), countries


def drafts(tables: Mapping[str, Any], country: str) -> list[str]:
    """What nobody has reviewed yet among what this country's mothers would get: languages and files, by name.

    A file taken from another folder was reviewed for that one: it is a draft here until country.toml ``accepts`` it.
    """
    folders = tables.get("countries", {})
    languages = tables.get("languages", {})
    own: Mapping[str, Any] = {}
    parts: dict[str, Mapping[str, Any]] = {}
    if country in folders:
        held = in_force(country, folders)
        own, ladder = held["country"][0], held["escalation"]
        parts = {f"{country}/country.toml": own, f"{ladder[1]['escalation']}/escalation.toml": ladder[0]}
        schedules, owners = held["schedules"]
        parts |= {f"{owners[name]}/schedules/{name}.toml": table for name, table in sorted(schedules.items())}
    return [
        *(
            f"language {code}"
            for code in own.get("languages", [])
            if languages.get(code, {}).get("draft", True)
        ),
        *(
            name
            for name, table in parts.items()
            if table.get("draft") or not _its_own(name, country, own.get("accepts", []))
        ),
    ]


def _its_own(name: str, country: str, accepts: Sequence[str]) -> bool:
    """Whether a file, such as ``WHO/schedules/anc.toml``, stands in the country's folder or was accepted for it."""
    return name.startswith(f"{country}/") or name.rpartition("/")[2].removesuffix(".toml") in accepts


async def _until_lost(database_url: str, refresh: Callable[[], Awaitable[None]]) -> None:
    """Refresh at every notice, and now and then besides, until the connection is lost."""
    conn = await connect(database_url)
    changed = asyncio.Event()

    def notice(*_: object) -> None:
        changed.set()

    try:
        await conn.add_listener(CHANNEL, notice)
        conn.add_termination_listener(notice)
        while not conn.is_closed():
            await refresh()
            # Not wait_for: Python 3.11's loses a cancellation that comes together with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_SECONDS):
                    await changed.wait()
            changed.clear()
    finally:
        await conn.close(timeout=2)
