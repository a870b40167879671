"""A digit sent by text means the same as the option on a screen."""

import pytest

from flows.answers import answer
from flows.events import (
    AttendanceReported,
    CallRequested,
    CheckInAnswered,
    Event,
    SlowerRhythmAnswered,
    StartRequested,
    VisitChangeRequested,
    VisitConfirmed,
)
from service.content.files import load_bundle


@pytest.mark.parametrize(
    ("question", "digit", "event"),
    [
        ("checkin", "1", CheckInAnswered(9)),
        ("checkin", "2", CallRequested(9, "today")),
        ("slower", "1", SlowerRhythmAnswered(9, accepted=True)),
        ("slower", "2", SlowerRhythmAnswered(9, accepted=False)),
        ("visit", "1", VisitConfirmed(9, 71)),
        ("visit", "2", VisitChangeRequested(9, 71)),
        ("visit", "3", VisitChangeRequested(9, 71, needs_transport=True)),
        ("missed", "1", VisitConfirmed(9, 71)),
        ("missed", "2", CallRequested(9, "today")),
        ("attended", "1", AttendanceReported(9, 71, came=True)),
        ("attended", "2", AttendanceReported(9, 71, came=False)),
        ("start", "1", StartRequested(confirmed=True)),
        ("start", "2", StartRequested(confirmed=False)),
    ],
)
def test_what_each_digit_means(question: str, digit: str, event: Event) -> None:
    named = load_bundle().question(question).answers[digit]
    assert answer(question, named, 9, 71) == (event,)


def test_an_answer_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        answer("checkin", "tomorrow", 9, None)
