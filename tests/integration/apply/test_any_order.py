"""Whatever happens to a mother in two years, in whatever order: what is promised her holds after every step.

Each example is a life on a real database: she joins, and then births, losses, corrections, moves, stops and closures
come as they please, days or months apart, while the real loop settles what falls due in between.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.events import (
    BirthDateCorrected,
    BirthReported,
    CheckInAnswered,
    DayClosed,
    DueDateCorrected,
    EnrolmentCompleted,
    Event,
    InfantDeathReported,
    LifeEventUndone,
    LossReported,
    MotherSetUp,
    MoveReported,
    NumberLeft,
    PregnancyReported,
    RhythmChosen,
    SetUpCodeGiven,
    SiteStatusSet,
    StartRequested,
    StopRequested,
    TextsPaused,
    TransferConfirmed,
    TransferMade,
    VisitMoved,
    VisitRecorded,
    WeanedReported,
    WrongPersonReported,
)
from scheduler.clock import Clocks
from scheduler.loop import settle
from scheduler.ports import Ports
from scheduler.reasons import REASONS
from service.apply import NotTheirs
from service.database import create_pool
from service.embedded.server import create_database, drop_database, with_database
from service.gateway.simulator import Simulator
from service.models import metadata
from service.processes.worker import WorkerParts, ports_on
from service.store.idle import next_due
from tests.integration.apply.clinic import MOTHER, Clinic, make_deps
from tests.integration.store.kit import HandClock

NAIROBI = ZoneInfo("Africa/Nairobi")
DAY = timedelta(days=1)
STOPS = 4
"""How many due instants are settled one by one after each step; a longer wait is an outage, and all comes late."""

HER_HOUR = 21
NEW_NUMBER = "+254700000102"
ACTIONS = (
    "birth",
    "twins",
    "loss",
    "baby_dies",
    "weaned",
    "undo",
    "due_date",
    "birth_date",
    "visit",
    "visit_moved",
    "came",
    "close_day_absent",
    "close_day_came",
    "stop",
    "start",
    "answer",
    "wrong_person",
    "number_left",
    "new_phone",
    "pause",
    "rhythm",
    "site_closed",
    "site_opened",
    "moving",
    "transfer",
    "transferred",
    "pregnant",
)
STEP = st.tuples(st.sampled_from(ACTIONS), st.sampled_from((0, 0, 1, 2, 7, 30, 60)), st.integers(0, 3))
LIVES = st.tuples(
    st.booleans(), st.sampled_from((MOTHER, MOTHER, MOTHER, None)), st.lists(STEP, min_size=4, max_size=14)
)
IN_ORDER = settings(
    max_examples=14,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@dataclass
class Told:
    """What was done to her that something must not follow."""

    stopped: list[tuple[datetime, str]] = field(default_factory=list)
    started: list[datetime] = field(default_factory=list)
    died: list[tuple[datetime, int]] = field(default_factory=list)
    absent: set[int] = field(default_factory=set)


class Life:
    """One mother in a clinic of her own, and the loop that cares for her."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self.told, self.number, self.code = clinic, Told(), MOTHER, 100_000
        self.clock = HandClock(clinic.now)
        self.ports = _ports(clinic, self.clock)

    @property
    def now(self) -> datetime:
        return self.clinic.now

    async def join(self, pregnant: bool, number: str | None) -> None:
        today = self.clinic.today
        edd = today + 90 * DAY if pregnant else None
        born = () if pregnant else (today - 20 * DAY,)
        self.mother = await self.clinic.mother(number, edd=edd, born_on=born, hour=HER_HOUR, weekday=2)
        await self.settle()

    async def wait(self, days: int) -> None:
        """Stop at the next instants at which something falls due, and leave the rest for after an outage."""
        until = self.now + days * DAY + timedelta(minutes=7)
        for _ in range(STOPS):
            coming = await next_due(self.clinic.pool, self.now, until)
            if coming is None:
                break
            await self.at(coming)
        await self.at(until)

    async def at(self, moment: datetime) -> None:
        self.clinic.now = self.clock.at = moment
        await self.settle()

    async def settle(self) -> None:
        faults: list[str] = []
        done = await settle(
            self.ports,
            self.clinic.deps.countries,
            self.now,
            log=_Quiet(),
            faults=lambda name, error: faults.append(f"{name}: {error!r}"),
        )
        assert (faults, done.more) == ([], False)

    # --- what happens ---------------------------------------------------------------------------------

    async def does(self, action: str, which: int) -> None:
        """What happens; what nobody may do just then is refused as a whole, and changes nothing."""
        deeds: dict[str, Callable[[int], Awaitable[None]]] = {
            "birth": partial(self._birth, 1),
            "twins": partial(self._birth, 2),
            "close_day_absent": partial(self._close_day, True),
            "close_day_came": partial(self._close_day, False),
            "site_closed": partial(self._site, "closed"),
            "site_opened": partial(self._site, "open"),
        }
        deed = deeds.get(action) or getattr(self, f"_{action}")
        try:
            await deed(which)
        except NotTheirs:
            return

    async def _happens(self, *events: Event, **more: Any) -> None:
        await self.clinic.happens(*events, number=self.number, **more)

    async def _pregnant(self, which: int) -> None:
        due_on = self.clinic.today + (60 * which + 60) * DAY if which else None
        by = self.clinic.mentor if which else None
        await self._happens(PregnancyReported(self.mother, by, due_on))

    async def _birth(self, babies: int, which: int) -> None:
        born_on = self.clinic.today - which * 3 * DAY
        await self._happens(BirthReported(self.mother, None, born_on, babies))

    async def _loss(self, which: int) -> None:
        await self._happens(LossReported(self.mother, None))

    async def _baby_dies(self, which: int) -> None:
        if infant := await self._infant(which):
            await self._happens(InfantDeathReported(self.mother, infant, self.clinic.mentor))
            self.told.died.append((self.now, infant))

    async def _weaned(self, which: int) -> None:
        if infant := await self._infant(which):
            await self._happens(WeanedReported(self.mother, infant, None, self.clinic.today))

    async def _undo(self, which: int) -> None:
        last = await self.clinic.one(
            "SELECT id FROM life_event WHERE mother_id = $1 AND undone_at IS NULL ORDER BY id DESC LIMIT 1",
            self.mother,
        )
        if last is not None:
            await self._happens(LifeEventUndone(self.mother, self.clinic.mentor, last))
            alive = {
                row["id"] for row in await self.clinic.rows("SELECT id FROM infant WHERE status = 'alive'")
            }
            self.told.died = [one for one in self.told.died if one[1] not in alive]

    async def _due_date(self, which: int) -> None:
        edd = self.clinic.today + (20 + 40 * which) * DAY
        await self._happens(DueDateCorrected(self.clinic.mentor, self.mother, edd))

    async def _birth_date(self, which: int) -> None:
        if infant := await self._infant(which):
            born_on = self.clinic.today - 14 * which * DAY
            await self._happens(BirthDateCorrected(self.clinic.mentor, self.mother, infant, born_on))

    async def _visit(self, which: int) -> None:
        on = self.clinic.today + (1 + 8 * which) * DAY
        await self._happens(
            EnrolmentCompleted(self.clinic.mentor, self.mother, on, None, on + 20 * DAY, False)
        )

    async def _visit_moved(self, which: int) -> None:
        if visit := await self.clinic.one(_NEXT_VISIT, self.mother):
            to = self.clinic.today + (1 + 4 * which) * DAY
            await self._happens(VisitMoved(self.clinic.mentor, self.mother, visit, to))

    async def _came(self, which: int) -> None:
        came_on = self.clinic.today - which * DAY
        await self._happens(VisitRecorded(self.clinic.mentor, self.mother, came_on))

    async def _close_day(self, absent: bool, which: int) -> None:
        rows = await self.clinic.rows(_TODAY, self.clinic.facility, self.clinic.today)
        expected = tuple(row["id"] for row in rows)
        missing = expected if absent else ()
        event = DayClosed(self.clinic.mentor, self.clinic.facility, self.clinic.today, expected, missing)
        await self.clinic.happens(event, number="+254700000001")
        self.told.absent |= set(missing)

    async def _stop(self, which: int) -> None:
        await self._happens(StopRequested(), via="sms")
        self.told.stopped.append((self.now, self.number))

    async def _start(self, which: int) -> None:
        await self._happens(StartRequested(confirmed=False), via="sms")
        await self._happens(StartRequested(confirmed=True), via="sms")
        self.told.started.append(self.now)

    async def _answer(self, which: int) -> None:
        await self._happens(CheckInAnswered(None), via="sms")

    async def _wrong_person(self, which: int) -> None:
        await self._happens(WrongPersonReported(), via="sms")

    async def _number_left(self, which: int) -> None:
        await self._happens(NumberLeft(self.mother, None))

    async def _new_phone(self, which: int) -> None:
        """Beside her mentor, on one of two handsets: as after a wrong number, STOP, or with a first phone."""
        number = (MOTHER, NEW_NUMBER)[which % 2]
        self.code += 1
        given = SetUpCodeGiven(self.clinic.mentor, self.mother, str(self.code), "hers")
        await self.clinic.happens(given, number="+254700000001")
        set_up = MotherSetUp(self.mother, str(self.code), "tips", "5823")
        await self.clinic.happens(set_up, number=number, pin_hashes={self.mother: "x"})
        self.number = number
        self.told.started.append(self.now)

    async def _pause(self, which: int) -> None:
        await self._happens(TextsPaused(self.mother, self.clinic.today + 7 * DAY))

    async def _rhythm(self, which: int) -> None:
        rhythms: Any = ("daily", "weekly", "monthly", "off")
        await self._happens(RhythmChosen(self.mother, rhythms[which], HER_HOUR))

    async def _site(self, status: Any, which: int) -> None:
        event = SiteStatusSet(self.clinic.supervisor, self.clinic.facility, status)
        await self.clinic.happens(event, number="+254700000003")

    async def _moving(self, which: int) -> None:
        await self._happens(MoveReported(self.mother, None))

    async def _transfer(self, which: int) -> None:
        self.code += 1
        await self._happens(TransferMade(self.clinic.mentor, self.mother, None, str(self.code)))

    async def _transferred(self, which: int) -> None:
        work = await self.clinic.one(
            "SELECT id FROM follow_up WHERE mother_id = $1 AND cause = 'transfer_unanswered' AND state <> 'resolved'",
            self.mother,
        )
        if work is not None:
            await self._happens(TransferConfirmed(self.clinic.mentor, work))

    async def _infant(self, which: int) -> int | None:
        rows = await self.clinic.rows(
            "SELECT id FROM infant WHERE mother_id = $1 AND status = 'alive' ORDER BY id", self.mother
        )
        return rows[which % len(rows)]["id"] if rows else None

    # --- what holds -----------------------------------------------------------------------------------

    async def check(self) -> None:
        """All of it, now."""
        clinic = self.clinic
        for died_at, infant in self.told.died:
            assert not await clinic.rows(_ABOUT_THE_DEAD, infant, died_at), "a text about a baby who died"
        texts = await clinic.rows(_BEGUN, self.mother)
        for text in texts:
            hour = text["sent_at"].astimezone(NAIROBI).hour
            assert 7 <= hour < 20 or hour == HER_HOUR, f"{text['template']} at {hour}"
        self._nothing_after_stop(texts)
        twice = Counter(text["reminder_id"] for text in texts if text["reminder_id"] is not None)
        assert all(many == 1 for many in twice.values()), "a contact has two texts"
        for row in await clinic.rows(_CALLED_MISSED, self.mother):
            assert row["visit_id"] in self.told.absent, f"{row['what']} without a mark"
        for row in await clinic.rows("SELECT * FROM follow_up WHERE state <> 'resolved'"):
            assert row["alarm_at"] or (row["next_at"] and row["next_at"] > self.now), (
                f"{row['cause']} is forgotten"
            )
        for row in await clinic.rows(
            "SELECT DISTINCT reason FROM reminder WHERE state IN ('skipped', 'cancelled')"
        ):
            assert row["reason"] in REASONS
        assert not await clinic.one(_PUSHED_WHILE_HELD), "a text is waiting for somebody whose texts are held"

    def _nothing_after_stop(self, texts: list[dict[str, Any]]) -> None:
        for stopped_at, _ in self.told.stopped:
            until = min((at for at in self.told.started if at >= stopped_at), default=self.now + DAY)
            late = [text["template"] for text in texts if stopped_at < text["sent_at"] < until]
            assert not late, f"after STOP: {late}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pool(database_server: str, migrated_template: str) -> AsyncIterator[Any]:
    """A database that every example empties."""
    await create_database(database_server, "any_order", migrated_template)
    opened = await create_pool(with_database(database_server, "any_order"), max_size=6)
    yield opened
    await opened.close()
    await drop_database(database_server, "any_order")


@IN_ORDER
@given(life=LIVES)
async def test_in_any_order_what_is_promised_holds(pool: Any, life: tuple[Any, ...]) -> None:
    pregnant, number, steps = life
    names = ", ".join(f'"{table.name}"' for table in metadata.tables.values())
    await pool.execute(f"TRUNCATE {names} RESTART IDENTITY")
    lived = Life(await Clinic(pool, make_deps()).open())
    await lived.join(pregnant, number)
    for action, days, which in steps:
        await lived.does(action, which)
        await lived.settle()
        await lived.check()
        await lived.wait(days)
        await lived.check()


def _ports(clinic: Clinic, clock: HandClock) -> Ports:
    clocks, deps = Clocks(care=clock, wall=clock), clinic.deps
    parts = WorkerParts(
        pool=clinic.pool,
        database_url="",
        gateway=Simulator(clinic.pool, deps.sealer, deps.index, clock),
        sealer=deps.sealer,
        bundle=lambda: deps.bundle,
        countries=lambda: deps.countries,
        clocks=clocks,
        lease=timedelta(minutes=10),
        daily_budget=100_000,
        poll_seconds=None,
        name="w1",
    )
    return ports_on(parts, "w1")


class _Quiet:
    def info(self, event: str, /, **counts: int) -> None:
        return None


_NEXT_VISIT = "SELECT id FROM visit WHERE mother_id = $1 AND status = 'expected' ORDER BY due_on, id LIMIT 1"
_TODAY = """
SELECT id FROM visit WHERE facility_id = $1 AND due_on = $2 AND status IN ('expected', 'unknown') ORDER BY id
"""
_ABOUT_THE_DEAD = """
SELECT id FROM message WHERE infant_id = $1 AND message_class IN ('B', 'C')
  AND (sent_at > $2 OR state IN ('queued', 'claimed', 'sending'))
UNION ALL
SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id WHERE e.infant_id = $1 AND r.state = 'planned'
  AND r.due_at > $2
"""
_BEGUN = """
SELECT template, sent_at, reminder_id FROM message
WHERE person_id = $1 AND message_class IN ('B', 'C') AND sent_at IS NOT NULL ORDER BY id
"""
_CALLED_MISSED = """
SELECT visit_id, template AS what FROM message WHERE mother_id = $1 AND template LIKE 'missed_visit%'
UNION ALL SELECT visit_id, cause FROM follow_up WHERE mother_id = $1 AND cause = 'visit_missed'
"""
_PUSHED_WHILE_HELD = """
SELECT count(*) FROM message m JOIN person p ON p.id = m.person_id JOIN mother h ON h.id = p.id
WHERE p.hold IS NOT NULL AND m.message_class IN ('B', 'C') AND m.state IN ('queued', 'claimed', 'sending')
"""
