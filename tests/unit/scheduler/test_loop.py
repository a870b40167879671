"""The loop's own promises: order, isolation of what fails, one settling at a time, and wakes that become one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from scheduler.localtime import local
from scheduler.loop import FED, ORDER, Loop, settle
from scheduler.ports import Ports, SiteDay
from scheduler.types import DueErasure, DueSite, Hold, Move, Plan, Send
from tests.unit.scheduler.made import NAIROBI, at, enrolment, follow_up, kenya, reminder, spell

NOW = at("2026-11-23 10:00")
COUNTRIES = {"KE": kenya()}
HERE = tuple(name for name in ORDER if name not in ("help", "weeks"))
"""The passes of a world in memory: the others have no port there."""


@dataclass
class MemoryBatch:
    """Rows in memory, claimed and settled together; ``poison`` refuses to be written."""

    items: Sequence[Any]
    settled: list[tuple[Any, Any]]
    poison: Any

    async def settle(self, results: Sequence[Any]) -> None:
        assert len(results) == len(self.items)
        if self.poison in self.items:
            raise RuntimeError("this row cannot be written")
        self.settled += zip(self.items, results, strict=True)


@dataclass
class World:
    """Every port in memory. ``trace`` is the order in which they were used."""

    due: dict[str, list[Any]] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    settled: list[tuple[Any, Any]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    aside: list[tuple[str, Any]] = field(default_factory=list)
    counts: list[dict[str, int]] = field(default_factory=list)
    poison: Any = None
    broken: set[str] = field(default_factory=set)
    to_send: int = 0
    beats: list[datetime] = field(default_factory=list)
    inside: int = 0
    most_inside: int = 0
    gate: asyncio.Event | None = None

    def claim(self, name: str) -> Callable[[datetime, int], Any]:
        @asynccontextmanager
        async def open_batch(now: datetime, limit: int) -> AsyncIterator[MemoryBatch]:
            self.trace.append(name)
            if name in self.broken:
                raise ConnectionError("the database is away")
            batch = MemoryBatch(tuple(self.due.get(name, ())[:limit]), self.settled, self.poison)
            yield batch
            self.due[name] = self.due.get(name, [])[limit:]

        return open_batch

    async def rescue(self, now: datetime) -> int:
        self.trace.append("rescue")
        return 0

    async def send(self, now: datetime) -> int:
        self.trace.append("send")
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        if self.gate is not None:
            await self.gate.wait()
        self.inside -= 1
        sent, self.to_send = self.to_send, 0
        return sent

    async def beat(self, now: datetime) -> None:
        self.beats.append(now)

    async def set_aside(self, what: str, item: object, now: datetime) -> None:
        self.aside.append((what, item))
        self.due[what].remove(item)

    def fault(self, name: str, error: Exception) -> None:
        self.faults.append((name, type(error).__name__))

    def info(self, event: str, /, **counts: int) -> None:
        self.counts.append(counts)

    def ports(self, aside: bool = True) -> Ports:
        class Door:
            def __init__(self, claim: Callable[[datetime, int], Any]) -> None:
                self.due = self.behind = claim

        doors: dict[str, Any] = {
            name: Door(self.claim(name)) for name in HERE if name not in ("rescue", "send")
        }
        world: Any = self
        return Ports(**doors, outbox=world, heart=world, aside=world if aside else None)

    async def settle(self, aside: bool = True, now: datetime = NOW, **more: Any) -> Any:
        return await settle(self.ports(aside), COUNTRIES, now, log=self, faults=self.fault, **more)


def full_world() -> World:
    return World(
        due={
            "planning": [enrolment(rhythm="weekly", weekday=0, hour=10)],
            "reminders": [reminder()],
            "silences": [spell()],
            "follow_ups": [follow_up()],
            "sites": [SiteDay(1, date(2026, 11, 23), 9, False, 0, NAIROBI, time(15))],
            "closures": [DueSite(1, "closed", NOW, "KE", NAIROBI)],
            "erasures": [DueErasure(1, 7, urgent=False, busy=False)],
        },
        to_send=2,
    )


async def test_a_settling_runs_every_pass_in_order_until_nothing_is_due() -> None:
    world = full_world()
    settled = await world.settle()
    assert world.trace == [*HERE, *HERE]
    assert (settled.rounds, settled.more, settled.faulty, settled.total) == (2, False, set(), 9)
    assert [type(result) for _, result in world.settled][:2] == [Plan, Send]
    assert world.beats == [NOW]
    assert world.counts == [{"rounds": 2, **settled.counts}]


async def test_an_idle_settling_is_one_round_and_says_nothing() -> None:
    world = World()
    settled = await world.settle()
    assert (settled.rounds, settled.total, world.counts, world.beats) == (1, 0, [], [NOW])


class Knowing:
    """Answers what is due with what it is given, one round after the other, and then that nothing is."""

    def __init__(self, *rounds: dict[str, bool]) -> None:
        self.rounds = list(rounds)
        self.asked: list[str] = []

    async def wanted(self, now: datetime) -> dict[str, bool]:
        self.asked.append("wanted")
        return self._next()

    async def due(self, now: datetime) -> dict[str, bool]:
        self.asked.append("due")
        return self._next()

    def _next(self) -> dict[str, bool]:
        return self.rounds.pop(0) if self.rounds else dict.fromkeys(ORDER, False)


async def told(world: World, *rounds: dict[str, bool]) -> Any:
    """A settling that is told what is due."""
    ports = replace(world.ports(), idle=Knowing(*rounds))
    return await settle(ports, COUNTRIES, NOW, log=world, faults=world.fault)


async def test_only_the_passes_that_have_something_to_do_look_for_it() -> None:
    world = full_world()
    settled = await told(world, {**dict.fromkeys(ORDER, False), "silences": True})
    # What a pass opened is moved, and what it queued is sent, in the same round.
    assert world.trace == [name for name in HERE if name in FED | {"silences", "send"}]
    assert (settled.rounds, settled.more, world.beats) == (1, False, [NOW])


async def test_where_there_is_nothing_to_do_only_the_proof_of_life_is_written() -> None:
    world = full_world()
    settled = await told(world, dict.fromkeys(ORDER, False))
    assert (world.trace, settled.rounds, settled.more, world.beats) == ([], 0, False, [NOW])


async def test_what_no_row_tells_of_is_looked_for_once_a_settling() -> None:
    world = full_world()
    knowing = Knowing(dict.fromkeys(ORDER, True), {**dict.fromkeys(ORDER, False), "silences": True})
    await settle(replace(world.ports(), idle=knowing), COUNTRIES, NOW, log=world, faults=world.fault)
    assert knowing.asked == ["wanted", "due"]
    # Of the second round nothing was left, so nothing was opened in it either.
    assert world.trace == [*HERE, "silences"]


async def test_a_second_round_is_made_only_while_something_is_left() -> None:
    world = full_world()
    everything = dict.fromkeys(ORDER, True)
    settled = await told(world, everything, {**dict.fromkeys(ORDER, False), "send": True})
    assert world.trace == [*HERE, "send"]
    assert (settled.rounds, settled.more, settled.total) == (2, False, 9)


async def test_a_pass_nobody_knows_of_looks_for_itself() -> None:
    world = full_world()
    await told(world, {name: False for name in ORDER if name != "sites"})
    assert "sites" in world.trace
    assert "reminders" not in world.trace


async def test_when_nobody_can_tell_what_is_due_every_pass_looks_for_itself() -> None:
    class Away:
        async def wanted(self, now: datetime) -> dict[str, bool]:
            raise ConnectionError("the database is away")

        due = wanted

    world = full_world()
    ports = replace(world.ports(), idle=Away())
    settled = await settle(ports, COUNTRIES, NOW, log=world, faults=world.fault)
    assert (settled.rounds, settled.total) == (2, 9)
    assert set(world.faults) == {("idle", "ConnectionError")}


@pytest.mark.parametrize(
    "name", ["planning", "reminders", "silences", "follow_ups", "sites", "closures", "erasures"]
)
async def test_a_pass_that_fails_stops_nobody_else(name: str) -> None:
    world = full_world()
    world.broken = {name}
    settled = await world.settle()
    assert settled.faulty == {name}
    assert world.faults == [(name, "ConnectionError")]
    assert settled.total == 8
    assert world.beats == [NOW]


async def test_a_row_that_cannot_be_written_is_set_aside_and_the_others_go() -> None:
    world = World(due={"reminders": [reminder(id=n, mother_id=n) for n in range(1, 8)]})
    world.poison = world.due["reminders"][3]
    settled = await world.settle()
    assert world.aside == [("reminders", world.poison)]
    assert sorted(item.id for item, _ in world.settled) == [1, 2, 3, 5, 6, 7]
    assert settled.faulty == set()


async def test_without_a_place_to_set_it_aside_the_pass_rests() -> None:
    world = World(due={"reminders": [reminder()]}, poison=reminder())
    settled = await world.settle(aside=False)
    assert (settled.faulty, world.settled) == ({"reminders"}, [])


async def test_an_item_whose_rule_fails_gets_a_harmless_answer_of_its_own() -> None:
    lost = {"country": "ZZ"}
    world = World(
        due={
            "planning": [enrolment(id=1, **lost), enrolment(id=2, rhythm="daily", hour=10)],
            "reminders": [reminder(id=1, **lost), reminder(id=2, mother_id=2)],
            "silences": [spell(**lost), spell()],
            "follow_ups": [follow_up(id=1, cause="unheard_of"), follow_up(id=2)],
        }
    )
    await world.settle()
    results = [result for _, result in world.settled]
    assert [(p.fault, bool(p.reminders)) for p in results if isinstance(p, Plan)] == [
        ("rule_fault", False),
        (None, True),
    ]
    assert [type(r) for r in results[2:4]] == [Hold, Send]
    assert isinstance(results[0], Plan)
    assert (results[0].revision, results[0].whole, results[0].next_on) == ("", False, date(2026, 11, 24))
    failed, good = (r for r in results if isinstance(r, Move))
    assert (failed.alarm, failed.notify, good.alarm) == ("rule_fault", (), None)
    assert failed.next_at is not None
    assert [name for name, _ in world.faults] == ["planning", "reminders", "silences", "follow_ups"]


async def test_an_enrolment_whose_rule_fails_is_not_due_again_on_the_same_day_of_any_zone() -> None:
    late = datetime(2026, 11, 23, 22, tzinfo=UTC)  # the 24th in Nairobi and on Kiritimati
    world = World(due={"planning": [enrolment(country="ZZ")]})
    await world.settle(now=late)
    [(_, failed)] = world.settled
    assert failed.next_on > local(late, "Pacific/Kiritimati").date()


async def test_rounds_are_bounded_and_say_that_more_is_due() -> None:
    world = World(due={"reminders": [reminder(id=n, mother_id=n) for n in range(600 * 3)]})
    settled = await world.settle(max_rounds=2)
    assert (settled.rounds, settled.more, settled.counts["reminders"]) == (2, True, 1000)


@dataclass
class Standing:
    """A clock that stands still."""

    async def now(self) -> datetime:
        return NOW


def loop_over(world: World) -> Loop:
    return Loop(world.ports(), lambda: COUNTRIES, Standing(), log=world, faults=world.fault)


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so; a hundred thousand turns are far more than enough."""
    for _ in range(100_000):
        if condition():
            return
        await asyncio.sleep(0)
    pytest.fail("it never became so")


async def test_wakes_during_a_settling_become_one_and_never_overlap() -> None:
    world = World(gate=asyncio.Event())
    loop, stop = loop_over(world), asyncio.Event()
    running = asyncio.create_task(loop.run(stop))
    loop.wake()
    await until(lambda: world.inside == 1)
    for _ in range(50):
        loop.wake()
    beside = asyncio.create_task(loop.settle_now())
    for _ in range(100):
        await asyncio.sleep(0)
    assert world.most_inside == 1
    assert world.gate is not None
    world.gate.set()
    await beside
    await until(lambda: len(world.beats) == 3)
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(world.beats) == 3, "one under way, one beside it, and one for fifty wakes"
    assert world.most_inside == 1
    stop.set()
    await running


async def test_a_backlog_is_settled_without_being_woken_again() -> None:
    world = World(due={"reminders": [reminder(id=n, mother_id=n) for n in range(500 * 25)]})
    loop, stop = loop_over(world), asyncio.Event()
    running = asyncio.create_task(loop.run(stop))
    loop.wake()
    await until(lambda: len(world.settled) == 500 * 25 and len(world.beats) == 2)
    stop.set()
    await running
    assert world.faults == []


async def test_a_clock_that_cannot_be_read_is_reported_and_the_loop_lives() -> None:
    class Broken:
        async def now(self) -> datetime:
            raise ConnectionError("the database is away")

    world = World()
    loop = Loop(world.ports(), lambda: COUNTRIES, Broken(), log=world, faults=world.fault)
    stop = asyncio.Event()
    running = asyncio.create_task(loop.run(stop))
    for count in (1, 2):
        loop.wake()
        await until(lambda count=count: len(world.faults) == count)
    stop.set()
    await running
    assert world.faults == [("loop", "ConnectionError")] * 2


async def test_it_stops_when_told_even_if_never_woken() -> None:
    world = World()
    stop = asyncio.Event()
    running = asyncio.create_task(loop_over(world).run(stop))
    stop.set()
    await running
    assert world.trace == []
