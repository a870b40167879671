"""Everything known about one mother's contacts, past and to come, in the order of time: what `pamoja why` prints.

One statement for each source; nothing sealed is read, so no name, number or text can be in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.types import Country
from service.database import Connection
from service.store.open_days import open_days_of
from service.store.planning_read import enrolment_of, with_open_days
from service.store.timeline import sql
from service.store.timeline.ahead import ahead
from service.store.timeline.care import consents, corrections, enrolments, home_visits, life_events, visits
from service.store.timeline.contacts import contacts, texts
from service.store.timeline.foreseen import to_be_decided
from service.store.timeline.heard import answers, reveals, silences
from service.store.timeline.line import Kind, Line, Rule, Telling, in_order, plain
from service.store.timeline.rulebook import Rulebook, earlier_versions
from service.store.timeline.standing import erasures, holds
from service.store.timeline.work import follow_ups

__all__ = ["Kind", "Line", "Rule", "Timeline", "plain", "timeline"]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A mother's lines, the oldest first, and what reads them needs: her clinic's number and time zone."""

    mother_id: int
    facility_id: int
    time_zone: str
    now: datetime
    lines: tuple[Line, ...]


async def timeline(
    conn: Connection,
    mother_id: int,
    now: datetime,
    countries: Mapping[str, Country],
    causes: Mapping[str, str] | None = None,
) -> Timeline | None:
    """All of one mother's past and future contacts with why; None when there is no such mother.

    ``countries`` are the rules in force, ``causes`` what staff read of each cause. Call it in a repeatable-read transaction to see one moment. Writes nothing.
    """
    mother = await conn.fetchrow(sql.MOTHER, mother_id)
    if mother is None:
        return None
    found = {name: await conn.fetch(statement, mother_id) for name, statement in _SOURCES.items()}
    telling = Telling(now, mother["time_zone"], await _roles(conn, found), causes or {})
    book = await _rulebook(conn, countries, found)
    calendars = await open_days_of(conn, {row["facility_id"] for row in found["visits"]}, now.date())
    items = [enrolment_of(row) for row in found["enrolments"]]
    to_plan = {one.id: one for one in await with_open_days(conn, items, countries, now)}
    to_come = await to_be_decided(conn, mother_id, countries, now)
    texted = {
        row["reminder_id"]: row["person_id"] == mother_id
        for row in found["messages"]
        if row["reminder_id"] is not None
    }
    lines = [
        *consents(found["consents"], telling),
        *life_events(found["life_events"], telling),
        *corrections(found["corrections"], telling),
        *enrolments(found["enrolments"], telling, book),
        *visits(found["visits"], telling, calendars),
        *home_visits(found["home_visits"], telling),
        *answers(found["events"], telling),
        *silences(found["messages"], found["events"], found["follow_ups"], found["visits"], mother, telling),
        *holds(mother, telling),
        *erasures(found["erasures"]),
        *reveals(found["reveals"], telling),
        *contacts(found["reminders"], telling, book, to_come, texted),
        *ahead(found["enrolments"], to_plan, found["visits"], mother["hold"], telling, book, countries),
        *follow_ups(found["follow_ups"], found["log"], telling, book),
        *texts(found["messages"], mother_id, telling),
    ]
    return Timeline(mother_id, mother["facility_id"], mother["time_zone"], now, tuple(in_order(lines)))


async def _roles(conn: Connection, found: Mapping[str, Sequence[Any]]) -> Mapping[int, str]:
    """The role of everybody who is named in these rows by number."""
    named = {row[column] for name, columns in _STAFF.items() for row in found[name] for column in columns} - {
        None
    }
    rows = await conn.fetch(sql.ROLES, sorted(named))
    return {row["id"]: row["role"] for row in rows}


async def _rulebook(
    conn: Connection, countries: Mapping[str, Country], found: Mapping[str, Sequence[Any]]
) -> Rulebook:
    """The rules in force; earlier ones are read only where something was planned under them."""
    book = Rulebook(countries)
    named = {(row["country"], row["schedule"], None, row["revision"]) for row in found["enrolments"]} | {
        (row["country"], row["schedule"], row["step"], row["revision"]) for row in found["reminders"]
    }
    if all(book.knows(*one) for one in named):
        return book
    return Rulebook(countries, await earlier_versions(conn))


_SOURCES = {
    "consents": sql.CONSENTS,
    "corrections": sql.CORRECTIONS,
    "life_events": sql.LIFE_EVENTS,
    "enrolments": sql.ENROLMENTS,
    "visits": sql.VISITS,
    "home_visits": sql.HOME_VISITS,
    "events": sql.EVENTS,
    "erasures": sql.ERASURES,
    "reminders": sql.REMINDERS,
    "follow_ups": sql.FOLLOW_UPS,
    "log": sql.FOLLOW_UP_LOG,
    "messages": sql.MESSAGES,
    "reveals": sql.REVEALS,
}

_STAFF = {
    "consents": ("read_by",),
    "corrections": ("staff_id",),
    "life_events": ("reported_by", "undone_by"),
    "visits": ("marked_by",),
    "home_visits": ("planned_by",),
    "events": ("staff_id",),
    "follow_ups": ("owner_id",),
    "log": ("staff_id",),
    "messages": ("person_id",),
    "reveals": ("staff_id",),
}
