"""What must hold of a year: each check compares the ledger with the service's own rows and returns what is wrong."""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from scheduler.decide_hour import CAP_DAY, CAP_WEEK, DAILY_RHYTHM_EXTRA_DAY, DAILY_RHYTHM_EXTRA_WEEK
from scheduler.reasons import REASONS
from service import holidays
from service.demo.calendar import END, TODAY
from service.store.timeline import Timeline, timeline
from service.wiring import Services
from tests.year.ledger import PUSHED, SIGNS, ZONE, Kind, Ledger, Text
from tests.year.lives import Life
from tests.year.year import Year

BABY_WORDS = ("baby", "little one", "mtoto", "watoto", "mwanao")
QUIET_FROM, QUIET_UNTIL = 20, 7
ONE_NUDGE = 1
"""A nudge asks again what was asked the day before; it is not counted against the day's two."""

HANDED_OVER = timedelta(hours=48)
STAFF_HOURS = timedelta(hours=72)
"""A weekend, and the morning after it: when whoever is told of a silence is told."""
HOLIDAYS = holidays.of_years("KE", (TODAY.year - 1, TODAY.year))
"""Nobody is at work on these; Christmas before a weekend is four such days."""


@dataclass(frozen=True, slots=True)
class World:
    """A year that was lived, and the rows it left."""

    services: Services
    year: Year

    @property
    def ledger(self) -> Ledger:
        """What happened."""
        return self.year.ledger

    @property
    def lives(self) -> Sequence[Life]:
        """Everybody's life."""
        return self.year.lives

    async def rows(self, statement: str, *values: Any) -> Sequence[Any]:
        """Rows of the service's tables."""
        found: Sequence[Any] = await self.services.pool.fetch(statement, *values)
        return found

    def place(self, mother_id: int) -> int:
        """The place of the mother with this id."""
        return self.year.stage.plans[mother_id].place

    def mothers_texts(self) -> Iterator[tuple[int, Text]]:
        """Every text to a number only mothers ever had, once for each of them who had it then."""
        staff = {one.msisdn for one in self.year.stage.cast.staff}
        holders = {number: self.ledger.holders(number) for number in _numbers(self.ledger) - staff}
        for text in self.ledger.texts:
            for place in holders.get(text.to, ()):
                if self.ledger.number_at(place, text.at) == text.to:
                    yield place, text


def _numbers(ledger: Ledger) -> set[str]:
    return {number for had in ledger.numbers.values() for _, number in had if number is not None}


# --- losses, stops, nights ----------------------------------------------------------------------------


async def a_dead_baby(world: World) -> list[str]:
    """From the instant of a loss on, no text is about that baby, and nothing pushed to her names a baby at all."""
    wrong: list[str] = []
    for loss in world.ledger.all_of("baby_died"):
        for row in await world.rows(_ABOUT, list(loss.infants), loss.at):
            wrong.append(f"mother {loss.place}: text {row['id']} {row['template']} about a baby who had died")
        for row in await world.rows(_PLANNED, list(loss.infants)):
            wrong.append(f"mother {loss.place}: contact {row['id']} is still planned for a baby who died")
    since = {one.place: one.at for one in reversed(world.ledger.all_of("baby_died", "pregnancy_lost"))}
    alone = {
        place for had in map(world.ledger.holders, _numbers(world.ledger)) if len(had) == 1 for place in had
    }
    for place, text in world.mothers_texts():
        lost_at = since.get(place)
        named = any(word in text.text.lower() for word in BABY_WORDS)
        if (
            lost_at is not None
            and place in alone
            and text.at > lost_at
            and text.message_class in PUSHED
            and named
        ):
            wrong.append(f"mother {place}: {text.at} names a baby after a loss: {text.text}")
    return wrong


async def nights(world: World) -> list[str]:
    """Nothing pushed between 20:00 and 7:00 on her clock, except in the hour she chose."""
    hours = {life.plan.place: life.plan.hour for life in world.lives}
    by_number: dict[str, set[int]] = defaultdict(set)
    for place, text in world.mothers_texts():
        by_number[text.to].add(hours[place])
    return [
        f"mother {place}: pushed at {text.local:%d %b %H:%M}: {text.text}"
        for place, text in world.mothers_texts()
        if text.message_class in PUSHED
        and not QUIET_UNTIL <= text.local.hour < QUIET_FROM
        and text.local.hour not in by_number[text.to]
    ]


async def nothing_twice(world: World) -> list[str]:
    """No contact has two texts that left, and no number gets the same pushed words twice on a day."""
    wrong = [f"contact {row['reminder_id']} has {row['many']} texts" for row in await world.rows(_TWICE)]
    seen: Counter[tuple[str, date, str]] = Counter()
    mothers = {text.seq for _, text in world.mothers_texts()}
    for text in world.ledger.texts:
        if text.seq in mothers and text.message_class in PUSHED:
            seen[text.to, text.local.date(), text.text] += 1
    wrong += [
        f"{many} times on {day} to {sorted(world.ledger.holders(to))}: {text}"
        for (to, day, text), many in seen.items()
        if many > len(world.ledger.holders(to))
    ]
    return wrong


async def after_stop(world: World) -> list[str]:
    """After STOP only its confirmation, and answers to what somebody on the number does; until START is answered."""
    wrong: list[str] = []
    for stop in world.ledger.all_of("stop"):
        number = world.ledger.number_at(stop.place, stop.at)
        again = [one.at for one in world.ledger.of(stop.place, "start", "checked") if one.at > stop.at]
        until = min(again, default=END)
        for text in world.ledger.texts:
            if text.to != number or not stop.at <= text.at < until or text.message_class in ("D", "E"):
                continue
            if text.at > stop.at:
                wrong.append(f"mother {stop.place}: class {text.message_class} after STOP: {text.text}")
    return wrong


# --- witnesses and people -------------------------------------------------------------------------------


async def a_witness(world: World) -> list[str]:
    """No text says she was missed, and nobody is sent after her for it, unless a person marked her absent that day."""
    marked = {(one.place, one.day) for one in world.ledger.all_of("absent")}
    wrong: list[str] = []
    for row in await world.rows(_MISSED_TEXTS):
        place = world.place(row["mother_id"])
        if (place, row["due_on"]) not in marked and (place, row["moved_from"]) not in marked:
            wrong.append(
                f"mother {world.place(row['mother_id'])}: {row['what']} for {row['due_on']} without a mark"
            )
    return wrong


async def work_goes_on(world: World) -> list[str]:
    """Each open follow-up has something to come, or an alarm that was raised."""
    return [
        f"follow-up {row['id']} ({row['cause']}) has no next action and no alarm"
        for row in await world.rows(_OPEN)
        if row["alarm_at"] is None and (row["next_at"] is None or row["next_at"] <= END)
    ]


async def silent_red_mothers(world: World) -> list[str]:
    """A mother who is always red and leaves what reached her unanswered is handed to a person in 48 hours of asking.

    The person is told in working hours: see ``_told_by``.
    """
    wrong: list[str] = []
    for life in world.lives:
        if not life.plan.under_20 or life.plan.shares_with is not None or life.plan.phone == "shared":
            continue
        wrong += await _handed_over(world, life)
    return wrong


async def _handed_over(world: World, life: Life) -> list[str]:
    place, mother_id = life.plan.place, world.year.stage.mother_ids[life.plan.place]
    rows = await world.rows(_WORK, mother_id)
    texts = [one for holder, one in world.mothers_texts() if holder == place and one.message_class == "B"]
    signs = [
        one.at for one in world.ledger.of(place) if one.kind in SIGNS | {"came", "checked", "new_number"}
    ]
    wrong = []
    for text in texts:
        told_by = _told_by(text.at)
        heard = any(text.at - HANDED_OVER < at <= text.at + HANDED_OVER for at in signs)
        if not text.arrived or heard or told_by > END or _excused(world, place, text.at, told_by):
            continue
        if not any(
            row["told_at"] is not None and row["told_at"] <= told_by and row["until"] >= text.at
            for row in rows
        ):
            wrong.append(
                f"mother {place}: asked {text.at:%d %b %H:%M}, silent, and nobody was told by {told_by}"
            )
    return wrong


def _told_by(asked_at: datetime) -> datetime:
    """Until when somebody is told: over a weekend, and where holidays last longer, the first working morning."""
    due = asked_at + HANDED_OVER
    noon = datetime.combine(due.astimezone(ZONE).date(), time(12), ZONE)
    while noon < due or noon.weekday() >= 5 or noon.date() in HOLIDAYS:
        noon += timedelta(days=1)
    return max(due + STAFF_HOURS, noon)


def _excused(world: World, place: int, asked_at: datetime, told_by: datetime) -> bool:
    """Held texts, a doubtful number, a journey, a closed clinic: silence is not counted."""
    kinds: tuple[Kind, ...] = (
        "stop",
        "wrong_person",
        "number_left",
        "new_number",
        "checked",
        "away",
        "back",
        "start",
        "daily",
    )
    near = [
        one for one in world.ledger.of(place, *kinds) if asked_at - timedelta(days=8) <= one.at <= told_by
    ]
    site = world.year.stage.plans[world.year.stage.mother_ids[place]].site
    closed = [at for at, where, _ in world.ledger.sites if where == site]
    return bool(near) or any(at - timedelta(days=8) <= asked_at <= at + timedelta(days=8) for at in closed)


async def nobody_forgotten(world: World) -> list[str]:
    """Each living child under two of a mother in care has a date to come, or somebody is at work about it."""
    return [
        f"mother {world.place(row['mother_id'])}: nothing is to come for child {row['id']} born {row['born_on']}"
        for row in await world.rows(_FORGOTTEN, TODAY)
    ]


# --- how much, why, and whom ---------------------------------------------------------------------------


async def not_too_many(world: World) -> list[str]:
    """Pushed texts a day and a week, by contact, stay within the caps; a day's nudge comes on top."""
    wrong: list[str] = []
    for row in await world.rows(_PUSHED, CAP_DAY, DAILY_RHYTHM_EXTRA_DAY):
        wrong.append(f"mother {world.place(row['mother_id'])}: {row['many']} texts on {row['day']}")
    limit = CAP_WEEK + DAILY_RHYTHM_EXTRA_WEEK + ONE_NUDGE
    for row in await world.rows(_PUSHED_WEEK, limit):
        wrong.append(
            f"mother {world.place(row['mother_id'])}: {row['many']} texts in the week to {row['day']}"
        )
    return wrong


async def reasons_are_known(world: World) -> list[str]:
    """Whatever was skipped, held or called off says why, in a word there is a sentence for."""
    rows = await world.rows(_REASONS)
    return [
        f"{row['many']} contacts {row['state']} for {row['reason']!r}"
        for row in rows
        if row["reason"] not in REASONS
    ]


async def without_a_phone(world: World) -> list[str]:
    """A mother without a phone, or before her set-up, gets no text; of each date her mentor is told in her place."""
    wrong: list[str] = []
    for life in world.lives:
        mother_id = world.year.stage.mother_ids[life.plan.place]
        if life.plan.set_up:
            continue
        counts = (await world.rows(_INSTEAD, mother_id))[0]
        if counts["hers"]:
            wrong.append(f"mother {life.plan.place}: {counts['hers']} texts without a phone set up")
        if counts["visits"] and not counts["mentors"]:
            wrong.append(
                f"mother {life.plan.place}: her mentor was reminded of none of {counts['visits']} visits"
            )
    return wrong


# --- pamoja why -------------------------------------------------------------------------------------------


async def why_agrees(world: World) -> list[str]:
    """`pamoja why` of every mother names the texts the network took, at the same instants, and what she lived through."""
    told: dict[int, Timeline] = {}
    async with world.services.pool.acquire() as conn:
        for place, mother_id in world.year.stage.mother_ids.items():
            found = await timeline(conn, mother_id, END, world.services.countries)
            assert found is not None
            told[place] = found
    return [*_same_texts(world, told), *_same_life(world, told)]


def _same_texts(world: World, told: Mapping[int, Timeline]) -> Iterator[str]:
    staff = {one.msisdn for one in world.year.stage.cast.staff}
    for places in _together(world.ledger):
        numbers = {
            number for place in places for _, number in world.ledger.numbers[place] if number is not None
        }
        if numbers & staff:
            continue
        ledger = Counter(
            text.at
            for text in world.ledger.texts
            if any(world.ledger.number_at(place, text.at) == text.to for place in places)
        )
        lines = [line for place in places for line in told[place].lines if line.kind == "message"]
        why = Counter(
            line.at
            for line in lines
            if " to her " in line.what and line.state in ("sent", "delivered", "failed")
        )
        if ledger != why:
            more, less = why - ledger, ledger - why
            yield f"mothers {sorted(places)}: only `why` tells of {_when(more)}; only the network of {_when(less)}"


def _together(ledger: Ledger) -> list[set[int]]:
    """Mothers by the numbers they shared."""
    groups: list[set[int]] = []
    for place, had in ledger.numbers.items():
        group = {place}
        for number in {number for _, number in had if number is not None}:
            group |= ledger.holders(number)
        for other in [one for one in groups if one & group]:
            groups.remove(other)
            group |= other
        groups.append(group)
    return groups


def _when(some: Counter[datetime]) -> list[str]:
    return [f"{at.astimezone(ZONE):%d %b %H:%M}" for at in sorted(some)[:5]]


LIFE = {
    "birth": "birth",
    "pregnancy_lost": "loss",
    "baby_died": "infant_death",
    "weaned": "weaned",
    "number_left": "new_number",
}


def _same_life(world: World, told: Mapping[int, Timeline]) -> Iterator[str]:
    for place, found in told.items():
        lived = Counter(one.at for one in world.ledger.of(place) if one.kind in LIFE)
        why = Counter(line.at for line in found.lines if line.kind == "life_event" and line.at < END)
        if lived - why:
            yield f"mother {place}: `why` knows nothing of what happened at {_when(lived - why)}"
        seen = {one.day for one in world.ledger.of(place, "absent")}
        missed = {
            line.at.astimezone(ZONE).date()
            for line in found.lines
            if line.kind == "visit" and line.state == "missed"
        }
        if missed - seen:
            yield f"mother {place}: `why` says missed on {sorted(missed - seen)}, and nobody marked that"


async def seen_again(world: World) -> list[str]:
    """Each missed day says on which day she was next seen, as the visits that were kept have it."""
    return [
        f"visit {row['id']}: {row['said']}, but seen on {row['seen']}"
        for row in await world.rows(_SEEN_AGAIN)
    ]


Check = Callable[[World], Awaitable[list[str]]]

ALL: tuple[Check, ...] = (
    a_dead_baby,
    nights,
    nothing_twice,
    after_stop,
    a_witness,
    work_goes_on,
    silent_red_mothers,
    nobody_forgotten,
    not_too_many,
    reasons_are_known,
    without_a_phone,
    why_agrees,
    seen_again,
)

_SEEN_AGAIN = """
SELECT m.id, m.seen_again_on AS said, min(coalesce(k.came_on, k.due_on)) AS seen
FROM visit m LEFT JOIN visit k ON k.mother_id = m.mother_id AND k.status = 'kept'
    AND coalesce(k.came_on, k.due_on) >= m.due_on
WHERE m.status = 'missed' GROUP BY m.id HAVING m.seen_again_on IS DISTINCT FROM min(coalesce(k.came_on, k.due_on))
"""
_ABOUT = """
SELECT id, template FROM message WHERE infant_id = ANY($1::bigint[]) AND message_class IN ('B', 'C')
  AND (sent_at > $2 OR created_at > $2 OR state IN ('queued', 'claimed', 'sending'))
"""
_PLANNED = """
SELECT r.id FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id
WHERE e.infant_id = ANY($1::bigint[]) AND r.state = 'planned'
"""
_TWICE = """
SELECT reminder_id, count(*) AS many FROM message WHERE reminder_id IS NOT NULL AND begun > 0
    AND message_class IN ('B', 'C') GROUP BY 1 HAVING count(*) > 1
"""
_MISSED_TEXTS = """
SELECT m.mother_id, v.due_on, v.moved_from, m.template AS what FROM message m JOIN visit v ON v.id = m.visit_id
WHERE m.template LIKE 'missed_visit%' AND m.begun > 0
UNION ALL
SELECT f.mother_id, v.due_on, v.moved_from, f.cause FROM follow_up f JOIN visit v ON v.id = f.visit_id WHERE f.cause = 'visit_missed'
"""
_OPEN = "SELECT id, cause, next_at, alarm_at FROM follow_up WHERE state <> 'resolved'"
_WORK = """
SELECT f.id, f.cause, coalesce(f.resolved_at, '3000-01-01') AS until,
    (SELECT min(l.at) FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.staff_id IS NOT NULL) AS told_at
FROM follow_up f WHERE f.mother_id = $1
"""
_FORGOTTEN = """
SELECT i.id, i.mother_id, i.born_on FROM infant i JOIN person p ON p.id = i.mother_id
WHERE i.status = 'alive' AND i.born_on > $1::date - 640 AND coalesce(p.hold, '') NOT IN ('dead', 'transferred', 'moved', 'erased')
  AND NOT EXISTS (SELECT FROM visit v WHERE v.infant_id = i.id AND v.status = 'expected' AND v.due_on >= $1)
  AND NOT EXISTS (SELECT FROM enrolment e WHERE e.infant_id = i.id AND e.state = 'active' AND e.next_on IS NOT NULL)
  AND NOT EXISTS (SELECT FROM follow_up f WHERE f.mother_id = i.mother_id AND f.state <> 'resolved')
"""
_PUSHED = """
SELECT m.mother_id, (m.sent_at AT TIME ZONE 'Africa/Nairobi')::date AS day, count(*) AS many
FROM message m JOIN mother h ON h.id = m.mother_id
WHERE m.person_id = m.mother_id AND m.message_class IN ('B', 'C') AND m.sent_at IS NOT NULL AND m.template <> 'nudge'
GROUP BY 1, 2 HAVING count(*) > $1::int + $2::int
"""
_PUSHED_WEEK = """
WITH sent AS (
    SELECT mother_id, (sent_at AT TIME ZONE 'Africa/Nairobi')::date AS day FROM message
    WHERE person_id = mother_id AND message_class IN ('B', 'C') AND sent_at IS NOT NULL)
SELECT * FROM (
    SELECT mother_id, day, count(*) OVER (PARTITION BY mother_id ORDER BY day
        RANGE BETWEEN interval '6 days' PRECEDING AND CURRENT ROW) AS many FROM sent) AS weeks
WHERE many > $1::int
"""
_REASONS = """
SELECT state, reason, count(*) AS many FROM reminder
WHERE state IN ('skipped', 'cancelled') OR (state = 'planned' AND look_at IS NOT NULL) GROUP BY 1, 2
"""
_INSTEAD = """
SELECT (SELECT count(*) FROM message WHERE person_id = $1) AS hers,
    (SELECT count(*) FROM message WHERE mother_id = $1 AND person_id <> $1 AND template = 'mentor_reminder') AS mentors,
    (SELECT count(*) FROM visit WHERE mother_id = $1 AND status IN ('kept', 'missed', 'unknown')) AS visits
"""
