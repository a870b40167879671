"""Causes, risks and answers in words a supervisor reads: never a diagnosis, never colour alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flows.bundle import Bundle
from flows.events import ComingWhen, FollowUpAction
from service.dashboard.frame.times import clock_time, day_word
from service.store.shown.follow_ups import Waiting
from service.watch.alarms import RaisedAlarm

RISKS: Final = {
    "red": ("▲", "Red"),
    "amber": ("◆", "Amber"),
    "green": ("●", "Green"),
}
"""A shape and a word for each risk."""

VISITS: Final = {"clinic": "Visit", "refill": "Pick-up", "infant_test": "Baby's visit"}
"""What a visit is called: never what it is for."""

VISIT_STATES: Final = {
    "expected": ("calm", "○", "Expected"),
    "kept": ("green", "✓", "Came"),
    "missed": ("red", "✕", "Did not come"),
    "unknown": ("amber", "?", "Not known"),
    "cancelled": ("calm", "–", "Taken back"),
}
"""The colour, shape and word of how a visit stands."""

ACTIONS: Final[tuple[tuple[FollowUpAction, str], ...]] = (
    ("going", "I am going"),
    ("pass_on", "Pass on"),
    ("reached_coming", "Reached, coming"),
    ("reached_problem", "Reached, problem"),
    ("not_reached", "Not reached"),
)
"""The answers that can be taken back, in the order of a mentor's digits 1 to 5."""

GRAVE: Final[tuple[tuple[FollowUpAction, str], ...]] = (
    ("wrong_number", "Wrong number"),
    ("moved", "Moved, transferred or in hospital"),
    ("died", "She has died"),
)
"""Digits 6 to 8: each ends what we send her, so the page asks twice."""

COMING: Final[tuple[tuple[ComingWhen, str], ...]] = (
    ("tomorrow", "Tomorrow"),
    ("this_week", "This week"),
    ("next_week", "Next week"),
    ("no_need", "No need to come: close it"),
)

SAVED: Final = {
    "going": "Saved. It is yours for three days.",
    "pass_on": "Saved. Somebody else is told now.",
    "reached_coming": "Saved. It comes back if she is not seen.",
    "reached_problem": "Saved. It comes back in two days.",
    "not_reached": "Saved. It comes back in two days.",
    "wrong_number": "Saved. Nothing more goes to that number.",
    "moved": "Saved. Nothing more is sent to her.",
    "died": "Saved. Nothing more is sent. We are sorry.",
    "undo": "Taken back. It goes on as before.",
}
"""What a page says after each answer."""

ALARMS: Final = {
    "loop": "The loop has not moved for 5 minutes: start the worker again.",
    "backlog": "Work that is due is not being done: look at the gateway and the worker.",
    "database": "The database could not be reached.",
    "gateway": "The gateway has taken no message for a while: look at its account and its balance.",
    "budget": "The day's budget of messages is used up: only alerts still go out.",
    "set_aside": "Something failed again and again and was set aside: an operator must look.",
    "follow_up": "A follow-up that nobody has taken: call the people who were told.",
    "nobody_left": "At one clinic nobody can be reached for some of the work: add a supervisor, or bind a phone again.",
    "unknown_caller": "An unknown caller asked for help and could not be handed to anybody.",
    "guessing": "Many wrong set-up codes were typed within an hour: ask the mentors whether they enrol a group.",
    "erasure_waits": "Somebody asked to be erased and something urgent about her is still open: close it first.",
    "staff_stopped": "Somebody on the staff has stopped our texts: agree on another way to reach them.",
}

_STATES: Final = {
    "open": "Nobody has been told yet",
    "notified": "Told, waiting for an answer",
    "acknowledged": "Somebody is on it",
}


def cause_of(bundle: Bundle, cause: str) -> str:
    """A cause as staff read it in a text."""
    word = bundle.word(f"cause.{cause}", "en")
    return word[:1].upper() + word[1:]


def state_of(one: Waiting) -> str:
    """Where a follow-up stands, in one line."""
    parts = [_STATES.get(one.state, one.state)]
    if one.awaiting_when:
        parts.append("asked when she is coming")
    elif one.expect_by is not None and one.state == "acknowledged":
        parts.append(f"expected by {day_word(one.expect_by)}")
    if one.wanted_at is not None:
        parts.append(f"would like the call at {clock_time(one.wanted_at, one.time_zone)}")
    if one.held:
        parts.append("her texts are held until this is confirmed")
    if one.not_reached:
        parts.append(f"not reached {one.not_reached} ×")
    if one.reopened:
        parts.append("came back")
    return "; ".join(parts) + "."


def next_of(one: Waiting, now: datetime) -> str:
    """What happens if nobody does anything."""
    if one.next_at is None:
        return "An alarm is up: nothing more happens by itself."
    return f"Next step {clock_time(max(one.next_at, now), one.time_zone)}"


def alarm_of(kind: str) -> str:
    """An alarm in words; one we have no words for shows its own name."""
    return ALARMS.get(kind, f"Needs a person: {kind.replace('_', ' ')}.")


def alarms_of(raised: Sequence[RaisedAlarm]) -> list[tuple[str, datetime, int]]:
    """Alarms as a list of lines: what, since when at the earliest, and how many of this kind."""
    lines: dict[str, tuple[str, datetime, int]] = {}
    for one in raised:
        text, at, count = lines.get(one.kind, (alarm_of(one.kind), one.raised_at, 0))
        lines[one.kind] = (text, min(at, one.raised_at), count + 1)
    return list(lines.values())


def called(
    client_number: str | None, form_number: str | None, code: int | None, mother_id: int | None
) -> str:
    """What stands for a mother where names are never said: by her papers, else by her case code, else by her row."""
    if client_number:
        return f"Client {client_number}"
    if form_number:
        return f"Form {form_number}"
    return f"Code {code}" if code else f"Mother {mother_id}"


def mentor_label(staff_id: int | None, nobody: str = "no mentor") -> str:
    """A mother's mentor without a name, or what is said where she has none."""
    return staff_label("mentor", staff_id) if staff_id else nobody


def staff_label(role: str, staff_id: int) -> str:
    """A member of staff without a name: `Mentor 12`."""
    return f"{role.capitalize()} {staff_id}"
