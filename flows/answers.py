"""What a bare digit sent by text means: (question, answer) to events, the same as a screen's."""

from collections.abc import Callable, Mapping

from flows.events import (
    AttendanceReported,
    BirthCheckAnswered,
    CallRequested,
    CheckInAnswered,
    Event,
    HelpWanted,
    MeetingConfirmed,
    SiteStatus,
    SiteStatusSet,
    SlowerRhythmAnswered,
    StartRequested,
    VisitChangeRequested,
    VisitConfirmed,
)

Meaning = Callable[[int | None, int | None], Event]

MEANINGS: Mapping[tuple[str, str], Meaning] = {
    ("checkin", "fine"): lambda mother, visit: CheckInAnswered(mother),
    ("checkin", "call"): lambda mother, visit: CallRequested(mother, "today"),
    ("slower", "slower"): lambda mother, visit: SlowerRhythmAnswered(mother, accepted=True),
    ("slower", "as_now"): lambda mother, visit: SlowerRhythmAnswered(mother, accepted=False),
    ("visit", "will_come"): lambda mother, visit: VisitConfirmed(mother, visit),
    ("visit", "another_day"): lambda mother, visit: VisitChangeRequested(mother, visit),
    ("visit", "transport"): lambda mother, visit: VisitChangeRequested(mother, visit, needs_transport=True),
    ("missed", "coming"): lambda mother, visit: VisitConfirmed(mother, visit),
    ("missed", "call"): lambda mother, visit: CallRequested(mother, "today"),
    ("attended", "came"): lambda mother, visit: AttendanceReported(mother, visit, came=True),
    ("attended", "did_not_come"): lambda mother, visit: AttendanceReported(mother, visit, came=False),
    ("birth_check", "born"): lambda mother, visit: BirthCheckAnswered(mother, "born"),
    ("birth_check", "not_yet"): lambda mother, visit: BirthCheckAnswered(mother, "not_yet"),
    ("birth_check", "lost"): lambda mother, visit: BirthCheckAnswered(mother, "lost"),
    ("meeting", "coming"): lambda mother, visit: MeetingConfirmed(mother, None),
    ("meeting", "call"): lambda mother, visit: CallRequested(mother, "today"),
    ("start", "start_yes"): lambda mother, visit: StartRequested(confirmed=True),
    ("start", "start_no"): lambda mother, visit: StartRequested(confirmed=False),
}


def answer(question: str, answer: str, mother_id: int | None, visit_id: int | None) -> tuple[Event, ...]:
    """Return what happened when ``question`` was answered.

    ``answer`` is the name that ``content/questions.toml`` gives the digit; ``mother_id`` and
    ``visit_id`` are those the question was asked about. Raises KeyError for a question or an answer
    that content names and this table does not know; compiling and lint refuse such content.
    """
    return (MEANINGS[question, answer](mother_id, visit_id),)


SITE_MEANINGS: Mapping[tuple[str, str], SiteStatus | None] = {
    ("site", "closed"): "closed",
    ("site", "no_network"): "no_network",
    ("site_still", "open"): "open",
    ("site_still", "not_yet"): None,
}
"""What a supervisor's digit says of the site she was asked about; None leaves it as it is."""


def site_answer(question: str, answer: str, staff_id: int, facility_id: int) -> tuple[Event, ...]:
    """Return what happened when a supervisor was asked about a site. Raises KeyError as ``answer`` does."""
    status = SITE_MEANINGS[question, answer]
    return () if status is None else (SiteStatusSet(staff_id, facility_id, status),)


HELP = "help"
"""The question to a mentor, whether a colleague shall help today."""

HELP_MEANINGS: Mapping[tuple[str, str], bool] = {(HELP, "yes"): True, (HELP, "no"): False}
"""No is said by a word: no digit means it."""


def help_answer(answer: str, staff_id: int) -> tuple[Event, ...]:
    """Return what happened when a mentor was asked whether help is wanted. Raises KeyError as ``answer`` does."""
    return (HelpWanted(staff_id),) if HELP_MEANINGS[HELP, answer] else ()
