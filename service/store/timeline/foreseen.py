"""What would become of her contacts to come if nothing changed until their time: the rules themselves are asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.decide import decide
from scheduler.localtime import local
from scheduler.types import Attendance, Country, Decision, DueReminder, Send, TellMentor
from service.database import Connection
from service.store.fatigue import mark_enough
from service.store.looked import mark_looked
from service.store.open_days import mark_closed
from service.store.reminders import foreseeing, item_of, pushed_lately
from service.store.reminders_sql import TO_COME


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the rules would answer, and what must have come true of the visit by then for it."""

    decision: Decision
    only_if: Attendance | None = None


async def to_be_decided(
    conn: Connection, mother_id: int, countries: Mapping[str, Country], now: datetime
) -> Mapping[int, Foreseen]:
    """By reminder, ``decide`` with today's facts at the contact's own time. Nothing is claimed, locked or written.

    Texts of other days count for no cap; a visit still to come is taken to become what the step is there for.
    A contact of a country we have no rules for is left out.
    """
    rows = await conn.fetch(TO_COME, now, mother_id, foreseeing(countries))
    pushed = await pushed_lately(conn, rows, now)
    items = [item_of(row, pushed[mother_id]) for row in rows]
    items = await mark_closed(conn, rows, items, now.date())
    items = await mark_enough(conn, items, countries, now)
    items = await mark_looked(conn, items, countries, now)
    return _each(sorted(items, key=lambda one: one.infant_alive is not None), countries, now)


def _each(
    items: Sequence[DueReminder], countries: Mapping[str, Country], now: datetime
) -> dict[int, Foreseen]:
    """What is said of a day is said once: of several, her own stands for her baby's, as when they come due."""
    found: dict[int, Foreseen] = {}
    said: dict[date, frozenset[str]] = {}
    for one in items:
        if one.country not in countries:
            continue
        before = said.get(one.occurrence, frozenset())
        found[one.id] = _foreseen(replace(one, said=one.said | before), countries[one.country], now)
        if one.attendance is not None and isinstance(found[one.id].decision, Send | TellMentor):
            said[one.occurrence] = before | {f"{one.schedule}.{one.step}"}
    return found


def _foreseen(one: DueReminder, country: Country, now: datetime) -> Foreseen:
    at = max(now, one.due_at)
    if local(at, one.time_zone).date() > local(now, one.time_zone).date():
        one = replace(one, pushed_today=0, pushed_this_week=0)
    becomes = _becomes(one, country) if one.due_at > now else None
    if becomes is not None:
        one = replace(one, attendance=becomes)
    return Foreseen(decide(one, country, at), becomes)


def _becomes(one: DueReminder, country: Country) -> Attendance | None:
    """What a visit that is still expected must become for this step; None where the step fits it as it is."""
    schedule = country.schedules.get(one.schedule)
    step = None if schedule is None else next((s for s in schedule.steps if s.id == one.step), None)
    if step is None or one.attendance != "expected" or "expected" in step.only_if:
        return None
    return min(step.only_if)
