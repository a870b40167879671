"""One pass over everything that is due, and the loop that makes passes when it is woken.

The database decides what is due; whatever wakes the loop is only a hint. Passes never overlap in one
process, wakes that come meanwhile become one, and a pass that fails stops nobody else's.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from scheduler.clock import Clock
from scheduler.passes import (
    Faults,
    StuckError,
    closures,
    erasures,
    follow_ups,
    planning,
    reminders,
    silences,
    sites,
)
from scheduler.ports import Ports
from scheduler.types import Country

ORDER = (
    "rescue",
    "planning",
    "reminders",
    "silences",
    "follow_ups",
    "sites",
    "closures",
    "erasures",
    "help",
    "weeks",
    "send",
)
"""What a round does, in this order: later passes send what earlier ones queued."""

FED = frozenset({"follow_ups", "help"})
"""Passes that in the first round also see to what an earlier pass of it has just made, as ``send`` does in every round."""

MAX_ROUNDS = 20
"""Rounds before ``settle`` comes back for a fresh ``now`` and a sign of life, with ``more`` set."""


class Log(Protocol):
    """Where counts go; a structlog logger fits. It is given numbers only."""

    def info(self, event: str, /, **counts: int) -> object: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How many rows one transaction of each pass may claim."""

    planning: int = 500
    reminders: int = 500
    silences: int = 500
    follow_ups: int = 200
    sites: int = 100
    erasures: int = 20
    closures: int = 50


@dataclass(slots=True)
class Settled:
    """What a settling did, by pass. ``more``: something was still due; ``faulty``: passes that were given up."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ORDER, 0))
    rounds: int = 0
    more: bool = False
    faulty: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        """Everything that was claimed."""
        return sum(self.counts.values())


async def settle(
    ports: Ports,
    countries: Mapping[str, Country],
    now: datetime,
    *,
    log: Log,
    faults: Faults,
    limits: Limits = Limits(),
    max_rounds: int = MAX_ROUNDS,
) -> Settled:
    """Run the passes in order, round after round, until nothing is due at ``now``.

    An exception in one pass is given to ``faults`` with the pass's name; the others still run, and the
    pass itself rests until the next settling. The proof of life is written last.
    """
    settled = Settled()
    work = _work(ports, countries, now, faults, limits)
    last: Mapping[str, int] = {}
    while settled.rounds < max_rounds:
        first = settled.rounds == 0
        wanted = _wanted(await _known(ports, now, faults, first=first), last) - settled.faulty
        if not wanted:
            settled.more = False
            break
        fed = ({"send"} | FED if first else {"send"}) - settled.faulty
        settled.rounds += 1
        last = {}
        for name in ORDER:
            if name in wanted or (name in fed and any(last.values())):
                last[name] = await _guarded(name, work[name], settled, faults)
                settled.counts[name] += last[name]
        settled.more = any(last.values())
        if not settled.more:
            break
    if ports.tidy is not None:
        try:
            await ports.tidy.tidy(now)
        except Exception as error:
            faults("tidy", error)
    try:
        await ports.heart.beat(now)
    except Exception as error:
        faults("heart", error)
        settled.faulty.add("heart")
    if settled.total:
        log.info("settled", rounds=settled.rounds, **settled.counts)
    return settled


async def _known(ports: Ports, now: datetime, faults: Faults, *, first: bool) -> Mapping[str, bool]:
    """What is due, by pass; nothing where nobody can tell, and then every pass looks for itself."""
    if ports.idle is None:
        return {}
    try:
        return await (ports.idle.wanted(now) if first else ports.idle.due(now))
    except Exception as error:
        faults("idle", error)
        return {}


def _wanted(known: Mapping[str, bool], last: Mapping[str, int]) -> set[str]:
    """The passes to run: those with something due, and those nobody can tell of that are new or found something.

    What a round queues is sent in it, so sending needs no word of its own. ``last`` is what each found in
    the round before.
    """
    first = not last
    told = {name for name, is_due in known.items() if is_due and name in ORDER}
    untold = {name for name in ORDER if name not in known and (first or any(last.values()))}
    return told | untold


async def _guarded(name: str, run: "Runner", settled: Settled, faults: Faults) -> int:
    """Run one pass; an exception gives it up for this settling."""
    try:
        return await run()
    except StuckError:
        settled.faulty.add(name)
    except Exception as error:
        faults(name, error)
        settled.faulty.add(name)
    return 0


class Runner(Protocol):
    """One pass with everything it needs; answers how many items it claimed."""

    async def __call__(self) -> int: ...


def _work(
    ports: Ports, countries: Mapping[str, Country], now: datetime, faults: Faults, limits: Limits
) -> dict[str, Runner]:
    plans = planning(ports, countries, limits.planning)
    contacts = reminders(ports, countries, limits.reminders)
    spells = silences(ports, countries, limits.silences)
    cases = follow_ups(ports, countries, limits.follow_ups)
    days = sites(ports, limits.sites)
    wishes = None if ports.erasures is None else erasures(ports.erasures, limits.erasures)
    closed = None if ports.closures is None else closures(ports.closures, limits.closures)
    return {
        "rescue": lambda: ports.outbox.rescue(now),
        "planning": lambda: plans.run(now, ports.aside, faults),
        "reminders": lambda: contacts.run(now, ports.aside, faults),
        "silences": lambda: spells.run(now, ports.aside, faults),
        "follow_ups": lambda: cases.run(now, ports.aside, faults),
        "sites": lambda: days.run(now, ports.aside, faults),
        "closures": lambda: _none_due() if closed is None else closed.run(now, ports.aside, faults),
        "erasures": lambda: _none_due() if wishes is None else wishes.run(now, ports.aside, faults),
        "help": lambda: _none_due() if ports.help_offers is None else ports.help_offers.ask(now),
        "weeks": lambda: _none_due() if ports.weeks is None else ports.weeks.tell(now),
        "send": lambda: ports.outbox.send(now),
    }


async def _none_due() -> int:
    return 0


class Loop:
    """Settles when woken. ``countries`` is asked before each settling, so that published rules take effect."""

    def __init__(
        self,
        ports: Ports,
        countries: Callable[[], Mapping[str, Country]],
        clock: Clock,
        *,
        log: Log,
        faults: Faults,
        limits: Limits = Limits(),
    ) -> None:
        self._ports = ports
        self._countries = countries
        self._clock = clock
        self._log = log
        self._faults = faults
        self._limits = limits
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()

    def wake(self) -> None:
        """Ask for a settling soon. Call it in the loop's own thread; many calls make one settling."""
        self._woken.set()

    async def settle_now(self, now: datetime | None = None) -> Settled:
        """Settle at ``now`` (the clock's, if not given) and wait for it; never beside another settling here."""
        async with self._turn:
            moment = await self._clock.now() if now is None else now
            return await settle(
                self._ports,
                self._countries(),
                moment,
                log=self._log,
                faults=self._faults,
                limits=self._limits,
            )

    async def run(self, stop: asyncio.Event) -> None:
        """Settle whenever woken, until ``stop`` is set; a settling under way is finished first."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                waking = asyncio.ensure_future(self._woken.wait())
                await asyncio.wait({waking, stopping}, return_when=asyncio.FIRST_COMPLETED)
                waking.cancel()
                if stop.is_set():
                    break
                self._woken.clear()
                await self._once()
        finally:
            stopping.cancel()

    async def _once(self) -> None:
        """One settling; whatever escapes it (a clock that cannot be read) is reported, not fatal."""
        try:
            settled = await self.settle_now()
        except Exception as error:
            self._faults("loop", error)
            return
        if settled.more:
            self.wake()
