"""Contacts and the texts they became: planned, queued, held, skipped or cancelled, each with its rule and its reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from scheduler.localtime import local
from scheduler.types import Hold, OpenFollowUp, Send, Skip, TellMentor
from service.store.timeline.contact_words import contact_word, text_word
from service.store.timeline.foreseen import Foreseen
from service.store.timeline.line import Line, Telling, refs
from service.store.timeline.rulebook import Rulebook
from service.store.timeline.words import ONLY_IF, TEXT_STATES, reason_of, text_reason_of

AROUND_A_VISIT: Final = "unless the visit is marked, confirmed, moved or cancelled first, her clinic is closed, or her texts are held."
UNLESS: Final[Mapping[str, str]] = {
    "checkin": "unless her texts are held by then, or a person is on the way to her.",
    "infant_visit": AROUND_A_VISIT,
    "meeting": "unless she answers it first, the meeting is cancelled, or her texts are held by then.",
    "missed_visit": "unless she is seen first, her clinic is closed, or her texts are held by then.",
    "visit": AROUND_A_VISIT,
}
OTHERWISE: Final = "unless it is answered or settled first, or her texts are held by then."


def contacts(
    rows: Sequence[Any],
    telling: Telling,
    book: Rulebook,
    to_come: Mapping[int, Foreseen],
    texted: Mapping[int, bool],
) -> list[Line]:
    """A line for each contact. ``texted`` says, by reminder, whether a text was made, and whether it went to her."""
    return [_contact(row, telling, book, to_come.get(row["id"]), texted) for row in rows]


def _contact(
    row: Any, telling: Telling, book: Rulebook, seen: Foreseen | None, texted: Mapping[int, bool]
) -> Line:
    rule = book.contact(row["country"], row["schedule"], row["step"], row["revision"])
    name = contact_word(row["schedule"], row["step"]) + _of_day(row, telling)
    state, what, why, reason = _fate(row, name, seen, texted, telling)
    return Line(
        at=_at(row, telling.now),
        kind="contact",
        state=state,
        what=what,
        why=why,
        reason=reason,
        rule=rule,
        due_at=row["due_at"],
        refs=refs(reminder=row["id"], visit=row["visit_id"], infant=row["infant_id"]),
    )


def _at(row: Any, now: datetime) -> datetime:
    """When it comes or came; what was called off before its time, when it was called off."""
    due: datetime = row["due_at"]
    if row["state"] == "planned":
        return max(due, row["look_at"] or due)
    decided = row["decided_at"]
    return due if decided is None else min(due, decided) if row["state"] == "cancelled" else due


def _of_day(row: Any, telling: Telling) -> str:
    """The day it is about, where it is another than the one it is due on."""
    day = row["occurrence"]
    return "" if local(row["due_at"], telling.time_zone).date() == day else f" for {day.day} {day:%b}"


def _fate(
    row: Any, name: str, seen: Foreseen | None, texted: Mapping[int, bool], telling: Telling
) -> tuple[str, str, str, str | None]:
    """State, what, why and the reason's word."""
    state, reason = row["state"], row["reason"]
    if state == "planned" and row["look_at"] is not None and reason is not None:
        return "held", f"{name} is held and looked at again", reason_of(reason), reason
    if state == "planned":
        return _to_come(row, name, seen, telling)
    if state == "queued":
        if row["id"] in texted:
            return state, f"{name} was due, and its text was made", "", None
        return state, f"{name} was due, and no text was made", "Just then nothing could be sent to her.", None
    if state == "done":
        what = "her mentor was reminded in her place" if row["id"] in texted else "a person was asked"
        return state, f"{name}: {what}", "", None
    return state, f"{name} was {state}", reason_of(reason), reason


def _to_come(
    row: Any, name: str, seen: Foreseen | None, telling: Telling
) -> tuple[str, str, str, str | None]:
    unless = UNLESS.get(row["schedule"], OTHERWISE)
    if seen is None:
        return "planned", f"{name} is planned", "There are no rules for its country any more.", None
    if seen.only_if is not None:
        name, unless = (
            f"{name}, {ONLY_IF[seen.only_if]},",
            "unless her clinic is closed or her texts are held.",
        )
    match seen.decision:
        case Send():
            return "planned", f"{name} will go", f"Will go {unless}", None
        case TellMentor():
            return "planned", f"{name} will go to her mentor in her place", f"Will go {unless}", None
        case OpenFollowUp(cause):
            return (
                "planned",
                f"{name} will ask a person ({telling.cause(cause)})",
                f"Will be asked {unless}",
                None,
            )
        case Hold(_, reason):
            return "planned", f"{name} would be held as things stand", reason_of(reason), reason
        case Skip(reason):
            return "planned", f"{name} would be skipped as things stand", reason_of(reason), reason


def texts(rows: Sequence[Any], mother_id: int, telling: Telling) -> list[Line]:
    """A line for each text to her or about her, and what it is about; what it says is not read."""
    return [_text(row, mother_id, telling) for row in rows]


def _text(row: Any, mother_id: int, telling: Telling) -> Line:
    state = row["state"]
    waiting = state in ("queued", "claimed", "sending")
    tries = f" after {row['begun']} tries" if row["begun"] > 1 else ""
    return Line(
        at=row["sent_at"] or (row["not_before"] if waiting else row["created_at"]),
        kind="message",
        state=state,
        what=f"Text ({text_word(row['template'])}) to {_receiver(row, mother_id, telling)} "
        f"{TEXT_STATES[state]}{_settled(row, telling)}{tries}{_answered(row, telling)}",
        why=text_reason_of(row["reason"]),
        reason=_word(row["reason"]),
        refs=refs(message=row["id"], reminder=row["reminder_id"], follow_up=row["follow_up_id"]),
    )


def _answered(row: Any, telling: Telling) -> str:
    """When she answered what it asked."""
    if row["replied_at"] is None:
        return ""
    here = local(row["replied_at"], telling.time_zone)
    return f", answered ({here.day} {here:%b %H:%M})"


def _settled(row: Any, telling: Telling) -> str:
    """When its fate was known, where that was later than the minute it left."""
    sent, settled = row["sent_at"], row["settled_at"]
    if sent is None or settled is None or settled - sent < timedelta(minutes=1):
        return ""
    here = local(settled, telling.time_zone)
    return f" ({here.day} {here:%b %H:%M})"


def _receiver(row: Any, mother_id: int, telling: Telling) -> str:
    if row["person_id"] == mother_id:
        return "her"
    if row["person_id"] is None:
        return "the clinic's line"
    if row["person_id"] not in telling.roles:
        return "somebody else"
    return telling.who(row["person_id"]) or "somebody"


def _word(reason: str | None) -> str | None:
    """Our own word; what a network wrote may be anything, and is not repeated."""
    return reason if reason is None or text_reason_of(reason) != text_reason_of("?") else "network"
