"""What her care foresees and what became of it: enrolments, visits, home visits, consents, and what changed in her life."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from flows.open_days import OpenDays
from scheduler.localtime import day_starts, instant_at
from service.store.timeline.closed import closed_on, moved_from
from service.store.timeline.contact_words import schedule_word
from service.store.timeline.line import Line, Telling, refs
from service.store.timeline.rulebook import Rulebook
from service.store.timeline.words import CHANGES, CORRECTED, VISITS, day, reason_of, spaced


def enrolments(rows: Sequence[Any], telling: Telling, book: Rulebook) -> list[Line]:
    """When each began, how far it is planned, and why it ended."""
    lines = []
    for row in rows:
        reached = (
            f"; her contacts are planned up to {day(row['planned_through'])}"
            if row["planned_through"]
            else ""
        )
        rhythm = f", {spaced(row['rhythm']).lower()}" if row["rhythm"] else ""
        ended = row["state"] == "ended"
        lines.append(
            Line(
                at=day_starts(row["time_zone"], row["entered_on"]),
                all_day=True,
                kind="enrolment",
                state=row["state"],
                what=f"Begun: {schedule_word(row['schedule'])}, counted from {day(row['anchor_on'])}{rhythm}"
                + ("; ended" if ended else reached),
                why=reason_of(row["ended_reason"]) if ended else "",
                reason=row["ended_reason"],
                rule=book.contact(row["country"], row["schedule"], None, row["revision"]),
                refs=refs(enrolment=row["id"], visit=row["visit_id"], infant=row["infant_id"]),
            )
        )
    return lines


def visits(rows: Sequence[Any], telling: Telling, calendars: Mapping[int, OpenDays]) -> list[Line]:
    """The day she is or was expected, and who marked what became of it. ``calendars`` are the clinics' by id."""
    lines: list[Line] = []
    for row in rows:
        name, ids = (
            VISITS.get(row["kind"], spaced(row["kind"]).lower()),
            refs(visit=row["id"], infant=row["infant_id"]),
        )
        expected = Line(
            at=day_starts(row["time_zone"], row["due_on"]),
            all_day=True,
            kind="visit",
            state=row["status"],
            what=f"Expected for {name if name.startswith('a ') else f'a {name}'}{_became(row)}",
            why=_said(row, calendars[row["facility_id"]]),
            refs=ids,
        )
        lines.append(expected)
        if row["marked_at"] is not None:
            lines.append(_mark(row, name, telling, ids))
    return lines


def _became(row: Any) -> str:
    return {
        "expected": "",
        "kept": ": she came",
        "missed": ": she did not come",
        "unknown": ": nobody marked whether she came",
        "cancelled": ": not expected any more",
    }[row["status"]]


def _said(row: Any, calendar: OpenDays) -> str:
    parts = [moved_from(row["foreseen_on"], row["due_on"], calendar, row["country"])]
    closed = closed_on(row["due_on"], calendar, row["country"]) if row["status"] == "expected" else ""
    if closed:
        parts.append(f"The clinic is closed that day ({closed}); her mentor agrees another with her.")
    if row["confirmed_at"] is not None and row["status"] == "expected":
        parts.append("She said that she comes.")
    if row["moved_from"] is not None:
        parts.append(f"Moved from {day(row['moved_from'])}, which a text had named.")
    if row["wanted_on"] is not None:
        parts.append(f"She would like {day(row['wanted_on'])}.")
    return " ".join(part for part in parts if part)


def _mark(row: Any, name: str, telling: Telling, ids: dict[str, int]) -> Line:
    seen = f", seen on {day(row['came_on'])}" if row["came_on"] is not None else ""
    return Line(
        at=row["marked_at"],
        kind="visit",
        state=f"marked_{row['status']}",
        what=f"{name[0].upper()}{name[1:]} of {day(row['due_on'])} marked {row['status']}{seen}",
        who=telling.who(row["marked_by"]),
        refs=ids,
    )


def home_visits(rows: Sequence[Any], telling: Telling) -> list[Line]:
    """The day and hour agreed with her; where, and what the visitor is said to be, is left out."""
    return [
        Line(
            at=instant_at(telling.time_zone, row["on_day"], time(row["hour"]))
            or day_starts(telling.time_zone, row["on_day"]),
            kind="visit",
            state="home_visit",
            what="A home visit, as agreed with her",
            who=telling.who(row["planned_by"]),
            refs=refs(home_visit=row["id"]),
        )
        for row in rows
    ]


def consents(rows: Sequence[Any], telling: Telling) -> list[Line]:
    """What she agreed to, and what she took back."""
    lines = []
    for row in rows:
        stream, ids = row["stream"], refs(consent=row["id"])
        who = telling.who(row["read_by"])
        lines.append(Line(row["given_at"], "consent", "given", f"Agreed to: {stream}", who=who, refs=ids))
        if row["withdrawn_at"] is not None:
            lines.append(
                Line(row["withdrawn_at"], "consent", "withdrawn", f"No longer agreed to: {stream}", refs=ids)
            )
    return lines


def life_events(rows: Sequence[Any], telling: Telling) -> list[Line]:
    """What was reported, by whom, and what was taken back."""
    lines = []
    for row in rows:
        change, ids = CHANGES.get(row["what"], spaced(row["what"])), refs(life_event=row["id"])
        what = f"{change} ({day(row['on_day'])})"
        lines.append(_change(row["reported_at"], row["what"], what, row["reported_by"], telling, ids))
        if row["undone_at"] is not None:
            lines.append(
                _change(row["undone_at"], "undone", f"Taken back: {what}", row["undone_by"], telling, ids)
            )
    return lines


def corrections(rows: Sequence[Any], telling: Telling) -> list[Line]:
    """Each date that was put right, what it was, by whom, and how many of her dates followed."""
    lines = []
    for row in rows:
        counted = (("moved", row["moved"]), ("taken away", row["gone"]), ("new", row["new"]))
        followed = ", ".join(f"{count} {word}" for word, count in counted if count)
        name = CORRECTED.get(row["what"], spaced(row["what"]))
        lines.append(
            Line(
                at=row["at"],
                kind="life_event",
                state=f"corrected_{row['what']}",
                what=f"{name} corrected from {day(row['was'])} to {day(row['became'])}",
                why=f"Of the days she is expected: {followed}." if followed else "",
                who=telling.who(row["staff_id"]),
                refs=refs(correction=row["id"], visit=row["visit_id"]),
            )
        )
    return lines


def _change(
    at: datetime, state: str, what: str, by: int | None, telling: Telling, ids: dict[str, int]
) -> Line:
    return Line(at, "life_event", state, what, who=telling.who(by) or "mother", refs=ids)
