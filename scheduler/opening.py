"""Where a day that the rules foresee falls when the clinic is closed then: the one place that moves it, in one direction each.

A visit waits for the next open day while its window lasts, else it comes before. A pick-up comes before, so that
nobody runs out waiting for a door to open. Project choices; the windows are those of the schedules.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from flows.open_days import OpenDays
from scheduler.types import DueReminder, OpenFollowUp, Skip, Step

CLOSED_DAY: Final = "closed_day"
"""The work of agreeing another day with her, when the clinic is closed on hers."""


@dataclass(frozen=True, slots=True)
class Window:
    """Within what a foreseen day may move: ``last`` is the last good day, ``after`` a day it must come after.

    ``after`` is today, or the day she was entered: whoever is there anyway is not told to come that day.
    ``earlier``: better before than after.
    """

    last: date
    after: date
    earlier: bool = False


def open_day(days: OpenDays, due: date, window: Window) -> date:
    """The open day to expect her on in place of ``due``; ``due`` itself when the clinic is open, or never opens.

    Outside the window only where no open day lies within it: then the soonest. For a day gone by, the day it
    had fallen on.
    """
    if days.is_open(due):
        return due
    later, before = days.next_open(due), days.previous_open(due)
    for day in (before, later) if window.earlier else (later, before):
        if day is not None and window.after < day <= window.last:
            return day
    if window.earlier and due <= window.after:
        return before or due
    return later or due


def closed_that_day(reminder: DueReminder, step: Step) -> Skip | OpenFollowUp | None:
    """A day nobody moved on which the clinic is closed: a person agrees another with her, and no text names it.

    Afterwards she is not asked whether she came, and nor is her mentor. A test that is overdue stays so.
    """
    if reminder.clinic_open or reminder.attendance not in ("expected", "unknown"):
        return None
    if step.cause is not None:
        return None if "expected" in step.only_if else Skip(CLOSED_DAY)
    return OpenFollowUp(CLOSED_DAY) if step.offset <= 0 else Skip(CLOSED_DAY)
