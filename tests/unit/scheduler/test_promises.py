"""What may be promised to whoever asks for a call: only what the one who is told first can keep, and at their hours."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from scheduler.promises import Worker, anybody_at_work, hours_kept, next_working_day, promise

ZONE = "Africa/Nairobi"
WEEK = frozenset(range(5))
MENTOR = Worker(time(8), time(17), days=WEEK, id=1)
COLLEAGUE = Worker(time(8), time(17), days=WEEK, id=2)
SUPERVISOR = Worker(time(8), time(19), days=WEEK, id=9, supervises=True)
ALL = (MENTOR, COLLEAGUE, SUPERVISOR)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the week that begins on Monday 2 March 2026."""
    return datetime(2026, 3, 1 + day, hour, minute, tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize(
    ("now", "soon", "by"),
    [
        (at(1, 9, 5), True, at(1, 12)),
        (at(1, 15, 1), True, at(1, 17)),
        (at(1, 16, 0), True, at(1, 17)),
        (at(1, 16, 30), False, at(2, 10)),
        (at(1, 18, 20), False, at(2, 10)),
        (at(1, 22, 0), False, at(2, 10)),
        (at(5, 16, 30), False, at(8, 10)),
        (at(6, 10, 0), False, at(8, 10)),
    ],
)
def test_a_call_is_promised_by_what_her_mentor_can_keep(now: datetime, soon: bool, by: datetime) -> None:
    said = promise((MENTOR,), [1], ZONE, now)
    assert (said.soon, said.by) == (soon, by)


def test_on_friday_evening_the_supervisor_who_is_told_at_once_is_neither_denied_nor_promised_for_long() -> (
    None
):
    early, late = promise(ALL, [1], ZONE, at(5, 17, 30)), promise(ALL, [1], ZONE, at(5, 18, 20))
    assert (early.soon, early.by) == (True, at(5, 19))
    assert (late.soon, late.by) == (False, at(8, 10))
    assert anybody_at_work(ALL, ZONE, at(5, 18, 20))
    assert not anybody_at_work(ALL, ZONE, at(6, 10))


def test_a_supervisor_at_work_promises_nothing_soon_while_the_mentor_is_told_in_the_morning() -> None:
    assert not promise(ALL, [1], ZONE, at(3, 17, 30)).soon
    assert promise(ALL, [1], ZONE, at(3, 17, 30)).by == at(4, 10)


def test_a_mentor_on_leave_or_with_a_holiday_is_no_promise() -> None:
    gone = Worker(time(8), time(17), ((date(2026, 3, 2), date(2026, 3, 6)),), WEEK, id=1)
    assert promise((gone,), [1], ZONE, at(2, 9)).by is None
    assert promise((gone, COLLEAGUE), [1], ZONE, at(2, 9)).soon
    off = Worker(time(8), time(17), days=WEEK, off_on=frozenset({date(2026, 3, 3)}), id=1)
    assert promise((off,), [1], ZONE, at(2, 9)).by == at(3, 10)
    assert promise((), [1], ZONE, at(2, 9)).by is None


def test_of_several_mothers_the_later_call_counts() -> None:
    by_night = Worker(time(20), time(4), id=3)
    assert promise((MENTOR, by_night), [1], ZONE, at(1, 9)).soon
    assert promise((MENTOR, by_night), [1, 3], ZONE, at(1, 9)).by == at(1, 22)


def test_hours_are_offered_only_within_the_working_hours_of_that_day() -> None:
    assert hours_kept((MENTOR,), [1], ZONE, at(1, 9)) == frozenset(range(8, 17))
    assert hours_kept((MENTOR,), [1], ZONE, at(6, 9)) == frozenset()
    assert hours_kept(ALL, [1], ZONE, at(6, 9)) == frozenset()


def test_after_a_loss_the_day_of_a_call_is_a_day_on_which_somebody_works() -> None:
    assert next_working_day(ALL, ZONE, at(3, 20)) == date(2026, 3, 5)
    assert next_working_day(ALL, ZONE, at(5, 20)) == date(2026, 3, 9)
    assert next_working_day((), ZONE, at(5, 20)) is None
