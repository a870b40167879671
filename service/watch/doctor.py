"""The doctor: looks at everything the service stands on and says of each, in one line, whether it is well."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import asyncpg

from flows.bundle import BundleError
from flows.lint import lint
from scheduler.coverage import said
from service import audit
from service.content.bundles import drafts
from service.content.checked import walked
from service.migrate import is_current
from service.settings import PREFIX, Settings
from service.settings_listed import describe, unknown_names
from service.store.coverage import rungs_without_anyone
from service.watch import alarms
from service.watch.signs import LOOP_SILENT_AFTER
from service.wiring import Services

OLDEST_POSTGRESQL: Final = 15
LEAST_FREE_BYTES: Final = 1_000_000_000
MOST_SKEW: Final = timedelta(seconds=5)
PATIENCE_SECONDS: Final = 20.0
# Without these a programme on a real gateway would fail its mothers in silence.
NEEDED_FOR_REAL: Final = {
    "ALARM_URL": "nobody would be told when the loop stops; give an address that is watched",
    "USSD_CODE": "give the code mothers dial, as the network gave it",
    "PUBLIC_URL": "give the https address the gateway reaches us at",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `said` is how it is, or what is wrong and the remedy."""

    well: bool
    name: str
    said: str
    needed: bool = True
    """False for a setting that is not set and that nothing needs."""

    def __str__(self) -> str:
        return f"{'✓' if self.well else '✗'} {self.name}: {self.said}"


Look = Callable[[Services], Awaitable[Finding]]


def look_at_settings(settings: Settings | None) -> list[Finding]:
    """Each setting in order: set or not, and its meaning; never its value. Works before there are any."""
    findings = []
    for line in describe(settings):
        short = line.env.removeprefix(PREFIX)
        if line.is_set:
            findings.append(Finding(True, line.env, "set"))
        elif line.is_required:
            findings.append(
                Finding(
                    False,
                    line.env,
                    f"missing. {line.meaning}: run `pamoja keys new` and put its line into .env",
                )
            )
        elif settings is not None and settings.is_real_gateway and short in NEEDED_FOR_REAL:
            findings.append(Finding(False, line.env, f"not set: {NEEDED_FOR_REAL[short]}"))
        else:
            needed = "" if settings is None else ", not needed"
            findings.append(
                Finding(True, line.env, f"not set{needed}. {line.meaning}", needed=settings is None)
            )
    return findings + [
        Finding(False, name, "means nothing: correct its spelling or remove it") for name in unknown_names()
    ]


def in_order(findings: Sequence[Finding], *, everything: bool = False) -> list[str]:
    """The lines as they are read: what is red first, then what is needed, last what nothing needs.

    The last are one line that names them; with ``everything`` each stands on its own, with its meaning.
    """
    red = [one for one in findings if not one.well]
    well = [one for one in findings if one.well and one.needed]
    idle = [one for one in findings if one.well and not one.needed]
    lines = [str(one) for one in (*red, *well)]
    if everything or not idle:
        return lines + [str(one) for one in idle]
    names = ", ".join(one.name for one in idle)
    return [
        *lines,
        f"✓ {len(idle)} settings are not set and not needed (`pamoja doctor --all` explains them): {names}",
    ]


def blame(lines: Sequence[Finding], sentence: str) -> list[Finding]:
    """The same lines, with the one that this sentence of a SettingsError begins with red; else one line more."""
    name, _, said = sentence.removesuffix(".").partition(" ")
    if any(line.name == name for line in lines):
        return [Finding(False, name, said) if line.name == name else line for line in lines]
    return [*lines, Finding(False, "settings", sentence)]


async def examine(services: Services) -> list[Finding]:
    """Look at everything else. A look that fails is a finding, never an exception."""
    reached = await _guarded("database", database, services)
    findings = [disk(services.settings), reached]
    if not reached.well:
        return findings
    migrated = await _guarded("migrations", migrations, services)
    findings.append(migrated)
    if not migrated.well:
        return findings
    return findings + [await _guarded(name, look, services) for name, look in LOOKS]


def disk(settings: Settings) -> Finding:
    """Room where this process writes: the demo's database, or at least the folder we run in."""
    folder = next(
        path for path in (settings.data_dir, *settings.data_dir.absolute().parents) if path.exists()
    )
    free = shutil.disk_usage(folder).free
    size = f"{free / 1e9:.1f} GB free"
    return (
        Finding(True, "disk", size)
        if free >= LEAST_FREE_BYTES
        else Finding(False, "disk", f"{size}: make room, at least 1 GB")
    )


async def database(services: Services) -> Finding:
    """Reachable, and new enough."""
    version = int(await services.pool.fetchval("SHOW server_version_num")) // 10_000
    if version < OLDEST_POSTGRESQL:
        return Finding(
            False, "database", f"PostgreSQL {version} is too old: use {OLDEST_POSTGRESQL} or newer"
        )
    return Finding(True, "database", f"PostgreSQL {version} answers")


async def migrations(services: Services) -> Finding:
    """At the newest schema."""
    if await is_current(services.database_url):
        return Finding(True, "migrations", "at the newest schema")
    return Finding(False, "migrations", "behind: run `pamoja migrate`")


async def clock(services: Services) -> Finding:
    """Our clock against the server's: measured here, and never used to decide what is due."""
    before = await services.clocks.wall.now()
    server = await services.pool.fetchval("SELECT statement_timestamp()")
    after = await services.clocks.wall.now()
    skew = max(before - server, server - after, timedelta())
    if skew > MOST_SKEW:
        return Finding(
            False,
            "clock",
            f"{skew.total_seconds():.0f} s apart from the database's: run NTP on both machines",
        )
    if services.settings.clock == "stepped":
        care = await services.clocks.care.now()
        return Finding(True, "clock", f"stepped by hand, standing at {care:%Y-%m-%d %H:%M} UTC")
    return Finding(True, "clock", "right")


async def content(services: Services) -> Finding:
    """Published, clean, and reviewed where it reaches real phones."""
    await services.bundles.refresh()
    if not services.bundles.is_published:
        return Finding(False, "content", "nothing is published: run `pamoja publish`")
    bundle, settings = services.bundles.current(), services.settings
    found = await asyncio.to_thread(lint, bundle, walk=lambda: walked(bundle))
    if found:
        return Finding(
            False,
            "content",
            f"{len(found)} to correct, first {found[0].screen}: run `pamoja lint`, then `pamoja publish`",
        )
    if settings.country not in services.countries:
        return Finding(False, "content", "has no folder for PAMOJA_COUNTRY: correct it, or add the folder")
    unreviewed = drafts(bundle.tables, settings.country)
    if unreviewed and settings.is_real_gateway and settings.accept_draft is None:
        return Finding(
            False,
            "content",
            f"{len(unreviewed)} parts not reviewed: have them reviewed, or set PAMOJA_ACCEPT_DRAFT",
        )
    if not settings.sms_two_way and any(template.question for template in bundle.templates.values()):
        return Finding(
            False, "content", "asks for replies, but PAMOJA_SMS_TWO_WAY is off: get a code that can receive"
        )
    note = f", {len(unreviewed)} parts still drafts" if unreviewed else ""
    return Finding(True, "content", f"{bundle.sha256[:12]} is published and clean{note}")


async def gateway(services: Services) -> Finding:
    """Whether it lets us in, and what is left in the account."""
    if services.settings.gateway == "simulator":
        return Finding(True, "gateway", "the simulator: nothing leaves this machine")
    balance = await services.gateway.balance()
    if balance is None:
        return Finding(
            False, "gateway", "gives no balance: check PAMOJA_AT_USERNAME, PAMOJA_AT_API_KEY and the network"
        )
    if balance.amount <= 0:
        return Finding(False, "gateway", f"{balance.amount} {balance.currency} left: top up the account")
    return Finding(True, "gateway", f"lets us in, {balance.amount} {balance.currency} left")


async def callback(services: Services) -> Finding:
    """Where the gateway reaches us; the tokens in those addresses are never shown."""
    if not services.settings.is_real_gateway:
        return Finding(True, "callback address", "not needed: no gateway calls from outside")
    if not services.settings.public_url.startswith("https://"):
        return Finding(
            False, "callback address", "PAMOJA_PUBLIC_URL is not https: give the address the gateway reaches"
        )
    return Finding(True, "callback address", f"{services.settings.public_url}/hooks/…")


async def loop(services: Services) -> Finding:
    """Whether a worker ended a pass lately, by the wall clock."""
    beat = await services.pool.fetchval("SELECT max(wall_at) FROM heartbeat")
    if beat is None:
        return Finding(False, "loop", "no worker has ever run: start `pamoja serve` or `pamoja worker`")
    age = await services.clocks.wall.now() - beat
    if age >= LOOP_SILENT_AFTER:
        return Finding(
            False,
            "loop",
            f"last moved {age.total_seconds() / 60:.0f} minutes ago: start `pamoja serve` or `pamoja worker`",
        )
    return Finding(True, "loop", f"moved {max(age.total_seconds(), 0):.0f} s ago")


async def raised_alarms(services: Services) -> Finding:
    """Alarms about the service itself that are up. One about a follow-up is work, and stands on the Today page."""
    up = [alarm for alarm in await alarms.live(services.pool) if alarm.kind in SERVICE_ALARMS]
    if up:
        kinds = ", ".join(sorted({f"{alarm.kind} {alarm.subject}" for alarm in up}))
        return Finding(False, "alarms", f"{kinds}: see the Today page")
    return Finding(True, "alarms", "none about the service")


async def rungs(services: Services) -> Finding:
    """Whether every rung of every ladder has somebody at every facility; names the facility and the first rung."""
    missing = []
    async with services.pool.acquire() as conn:
        now = await services.clocks.care.now()
        for row in await conn.fetch("SELECT id, name FROM facility ORDER BY id"):
            found = await rungs_without_anyone(conn, services.countries, row["id"], now)
            if found:
                missing.append(f"facility {row['id']} ({row['name']}): nobody for {said(found)}")
    if missing:
        return Finding(
            False, "rungs", f"{'; '.join(missing)}. Add a supervisor there, or bind their phone again"
        )
    return Finding(True, "rungs", "somebody is there for every rung")


async def audit_chain(services: Services) -> Finding:
    """Whether every line of the audit is as it was written, and none is missing."""
    async with (
        services.pool.acquire() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await audit.verify(conn, services.sealer)
    if found.wrong:
        return Finding(
            False, "audit", f"{found.wrong}: run `pamoja audit --verify`, and find out who could write there"
        )
    if found.head is None:
        return Finding(True, "audit", "nothing was written yet")
    return Finding(True, "audit", f"{found.lines} lines, each as it was written; its head is {found.head}")


SERVICE_ALARMS: Final = ("loop", "backlog", "gateway", "budget", "set_aside")
LOOKS: Final[Sequence[tuple[str, Look]]] = (
    ("clock", clock),
    ("content", content),
    ("gateway", gateway),
    ("callback address", callback),
    ("loop", loop),
    ("rungs", rungs),
    ("alarms", raised_alarms),
    ("audit", audit_chain),
)


async def _guarded(name: str, look: Look, services: Services) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await look(services)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, BundleError) as error:
        where = (
            "check PAMOJA_DATABASE_URL and that it runs"
            if name == "database"
            else "run `pamoja doctor` again"
        )
        return Finding(False, name, f"could not be asked ({type(error).__name__}): {where}")
