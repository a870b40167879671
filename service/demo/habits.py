"""What made-up people do about a text, and whether they come: pure, and drawn from the seed by occasion."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from service.demo.calendar import DAY, TODAY, at, next_slot, workday
from service.demo.cast import Plan, Worker

IGNORES_FROM = TODAY - 12 * DAY
"""From this day on the ignoring mentors answer nothing."""

NURSE_TAKES = timedelta(minutes=10)

CASE = re.compile(r"\b([2-9][0-9]{2}) 1\b")
"""What an alert asks to be answered with: the case code and a digit."""

FINE_WORDS = {"en": "I am fine", "sw": "niko sawa"}
ANSWERS = {
    "steady": 0.94,
    "sometimes": 0.55,
    "asks_call": 0.9,
    "misses_doses": 0.9,
    "silent": 1.0,
    "gone_quiet": 0.95,
}
COMES = {
    "sometimes": 0.78,
    "asks_call": 0.9,
    "misses_doses": 0.86,
    "no_phone": 0.86,
    "not_set_up": 0.84,
    "silent": 1.0,
}


@dataclass(frozen=True, slots=True)
class Write:
    """A text from this number. ``case``: what came of a mother's case, not sent when that is closed by then."""

    when: datetime
    msisdn: str
    text: str
    case: Plan | None = None


@dataclass(frozen=True, slots=True)
class Dial:
    """A call to the short code from this number, and what is pressed on each screen."""

    when: datetime
    msisdn: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flash:
    """A missed call, for want of airtime."""

    when: datetime
    msisdn: str


@dataclass(frozen=True, slots=True)
class Arrange:
    """A day agreed by voice, entered by the one who called."""

    when: datetime
    mother: Plan
    day: date


Act = Write | Dial | Flash | Arrange


def is_quiet(plan: Plan, day: date) -> bool:
    """Whether nothing is heard of her on this day."""
    if plan.quiet_from is None or day < plan.quiet_from:
        return False
    return plan.wakes_on is None or day < plan.wakes_on


def comes(plan: Plan, day: date, arranged: bool) -> bool:
    """Whether she comes on the day she is expected."""
    if is_quiet(plan, day):
        return False
    return arranged or _dice("visit", plan.place, day).random() < COMES.get(plan.behaviour, 0.95)


def mother_acts(plan: Plan, question: str | None, now: datetime) -> Iterator[Act]:
    """What she does about a text that came now; ``question`` is what a digit would answer."""
    dice = _dice("text", plan.place, now)
    likely = ANSWERS.get(plan.behaviour, 0.0)
    if plan.msisdn is None or question is None or is_quiet(plan, now.date()) or dice.random() >= likely:
        return
    when = next_slot(now, dice.choice((0, 0, 0, 1, 2)))
    if question != "checkin":
        different = plan.behaviour == "sometimes" and question == "visit" and dice.random() < 0.15
        yield Write(when, plan.msisdn, "2" if different else "1")
    elif plan.behaviour == "misses_doses":
        bad = dice.random() < 0.25
        yield Dial(when, plan.msisdn, ("1", "2", dice.choice("1234")) if bad else ("1", "1"))
    elif plan.behaviour == "asks_call" and dice.random() < 0.3:
        yield Flash(when, plan.msisdn) if dice.random() < 0.4 else Write(when, plan.msisdn, "2")
    else:
        yield Write(when, plan.msisdn, "1")


def staff_acts(
    worker: Worker, text: str, plan: Plan | None, told_before: bool, now: datetime
) -> Iterator[Act]:
    """What a mentor, supervisor or nurse does about an alert: goes, says what came of it, agrees a day.

    ``plan`` is whom the code names; nobody acts on the forgotten one.
    """
    case = CASE.search(text)
    if case is None or (plan is not None and plan.forgotten and is_quiet(plan, now.date())):
        return
    if worker.behaviour == "ignores" and now.date() >= IGNORES_FROM:
        return
    if worker.behaviour == "slow" and not told_before:
        return
    code = case[1]
    dice = _dice("alert", worker.msisdn, now, code)
    at_night = worker.role == "nurse"
    going = now + NURSE_TAKES if at_night else next_slot(now, dice.choice((0, 0, 1)))
    yield Write(going, worker.msisdn, f"{code} 1")
    if plan is None:
        return
    reported = at(workday(going.date() + DAY), dice.choice((10, 12, 15)))
    if is_quiet(plan, reported.date()):
        yield Write(reported, worker.msisdn, f"{code} 5", plan)
        return
    # "3", and "2" to the question when she will come: this week.
    yield Write(reported, worker.msisdn, f"{code} 3", plan)
    yield Write(reported, worker.msisdn, f"{code} 2", plan)
    yield Arrange(reported, plan, workday(reported.date() + 2 * DAY))
    if plan.reachable and plan.msisdn is not None and plan.behaviour == "sometimes" and dice.random() < 0.6:
        yield Write(next_slot(reported), plan.msisdn, FINE_WORDS[plan.language])


def _dice(*occasion: object) -> Random:
    """Chance that is the same for the same occasion, whatever happened elsewhere."""
    return Random("/".join(str(part) for part in occasion))
