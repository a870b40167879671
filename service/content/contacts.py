"""One made-up mother's contacts over thirty months, by a country's rules alone: a list that a clinician can read and check.

Written by ``python -m service.content.contacts tests/golden``; a test compares.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from flows.bundle import Bundle
from flows.open_days import OpenDays
from scheduler.localtime import add_months, local
from scheduler.plan import needed_after_weaning, plan
from scheduler.rules import load_countries
from scheduler.types import Anchor, Care, Country, EnrolmentToPlan, Schedule, Step
from service import holidays
from service.content.files import load_bundle, read_tables

ENROLLED: Final = date(2026, 3, 2)
"""She is enrolled, and begins treatment, at 20 weeks."""

EDD: Final = ENROLLED + timedelta(weeks=20)
BORN: Final = EDD + timedelta(days=8)
"""Eight days late, so that the question a week after the expected day is seen as well."""

WEANED: Final = add_months(BORN, 13)
LAST: Final = add_months(ENROLLED, 30)
SUPPLY: Final = timedelta(days=90)
FIRST_SUPPLY: Final = timedelta(days=30)
SAME_WEEK: Final = timedelta(days=7)
SAME_DAYS: Final = timedelta(days=2)
"""A baby's date stands for one of hers so near; a test at birth is no contact of day 3."""

HEAD = f"""# {{name}}: a mother enrolled and starting treatment at 20 weeks, {ENROLLED}; due {EDD}, one baby born {BORN},
# breastfed until {WEANED}; every date kept, each pick-up for {SUPPLY.days} days, the first test's result not given for
# four weeks, the baby's risk not known and its outcome not written down. Draft: no clinician has reviewed it. Written by
# `python -m service.content.contacts tests/golden`.
# Her clinic is open {{days}}: a date of the rules that falls
# on another day is moved to an open one, a pick-up to one before.
# Beside this: the check-in, weekly at her hour. What follows an unmarked or a missed date is in docs/care.md.
# day | local time | to | what | rule | source
"""


RETEST_HEAD = """#
# The same life of a mother who has checks as usual in her country: no pick-ups and no tests of her baby. The texts around
# each date are as above, and left out here.
"""


@dataclass(frozen=True, slots=True, order=True)
class Contact:
    """One line of the list. ``to`` is ``her``, ``mentor`` (work for a person) or ``date`` (she is expected)."""

    day: date
    time: str
    to: str
    what: str
    rule: str
    source: str

    def line(self) -> str:
        return f"{self.day} | {self.time:5} | {self.to:6} | {self.what} | {self.rule} | {self.source}"


@dataclass(frozen=True, slots=True)
class Expected:
    """One day she, or her baby, is expected, and since when that is known."""

    day: date
    schedule: str
    target: str
    kind: str
    source: str
    since: date
    beside: tuple[str, ...] = ()
    moved: str = ""


def contacts(bundle: Bundle, country: Country, care: Care = "treatment") -> list[Contact]:
    """Every contact of the made-up mother whose dates are those of ``care``, in order. Pure."""
    expected = _expected(country, care)
    found = [*_care(bundle, country, care)]
    for one in expected:
        beside = f" (beside it: {'; '.join(one.beside)})" if one.beside else ""
        word = bundle.word(f"visit.{one.kind}", "en") + one.moved
        found.append(
            Contact(one.day, "", "date", f"{word}{beside}", f"{one.schedule}.{one.target}", one.source)
        )
        around = "infant_visit" if one.kind == "infant_test" else "visit"
        schedule = country.schedules[around]
        told = [step for step in schedule.steps if step.offset <= 0]
        found += _of(bundle, country, schedule, one.day, one.since, one.day + timedelta(days=1), told)
    return sorted({one for one in found if ENROLLED <= one.day <= LAST})


def _care(bundle: Bundle, country: Country, care: Care) -> Iterator[Contact]:
    first_test = min(one.day for one in _visits(country, "infant_test", BORN, BORN))
    lives: Mapping[Anchor, tuple[date, date, date]] = {
        "edd": (EDD, ENROLLED, BORN),
        "art_start": (ENROLLED, ENROLLED, LAST),
        "breastfeeding": (BORN, BORN, WEANED),
        "birth": (BORN, BORN, LAST),
        "infant": (BORN, BORN, LAST),
    }
    if care == "treatment":
        lives = {**lives, "test_taken": (first_test, first_test, first_test + timedelta(days=29))}
    for schedule in country.schedules.values():
        if schedule.anchor is not None and schedule.anchor in lives and care in schedule.care:
            anchor_on, begins, ends = lives[schedule.anchor]
            yield from _of(bundle, country, schedule, anchor_on, begins, ends, schedule.steps)


def _of(
    bundle: Bundle,
    country: Country,
    schedule: Schedule,
    anchor_on: date,
    begins: date,
    ends: date,
    steps: "list[Step] | tuple[Step, ...]",
) -> list[Contact]:
    rules = {step.id: step for step in steps}
    enrolment = _enrolment(country, schedule.name, anchor_on, begins)
    planned = plan(country, enrolment, begins, (LAST - begins).days)
    found = []
    for one in planned.reminders:
        step, due = rules.get(one.step), local(one.due_at, country.time_zone)
        if step is not None and due.date() < ends:
            to, what = _said(bundle, step)
            found.append(
                Contact(due.date(), f"{due:%H:%M}", to, what, f"{schedule.name}.{step.id}", step.source)
            )
    return found


def _said(bundle: Bundle, step: Step) -> tuple[str, str]:
    if step.template is not None:
        return "her", f"{step.template}: {bundle.text(f'message.{step.template}.covert', 'en')}"
    look = f" (to look at: {'; '.join(step.beside)})" if step.beside else ""
    return "mentor", f"{step.cause}: {bundle.word(f'cause.{step.cause}', 'en')}{look}"


def _expected(country: Country, care: Care) -> list[Expected]:
    """Each day she is expected; a baby's day stands for her own beside it, and either for a pick-up of that week."""
    own = [one for one in _visits(country, "anc", EDD, ENROLLED) if one.day < BORN]
    own += _visits(country, "pnc", BORN, BORN)
    if care != "treatment":
        checks = country.series["retest_after_birth"]
        ends = WEANED if checks.anchor == "breastfeeding" else LAST
        return [*own, *(one for one in _visits(country, checks.name, BORN, BORN) if one.day < ends)]
    babies = [*_visits(country, "infant_test", BORN, BORN)]
    weaned = country.series.get("infant_test_weaned")
    if weaned is not None and needed_after_weaning(weaned, BORN, WEANED):
        babies += _visits(country, weaned.name, WEANED, WEANED)
    own = [one for one in own if all(abs(one.day - other.day) > SAME_DAYS for other in babies)]
    refills = []
    run_out = ENROLLED + FIRST_SUPPLY
    while run_out <= LAST:
        found = _visits(country, "refill", run_out, run_out - FIRST_SUPPLY)
        refills += [one for one in found if _alone(one, own, babies)]
        run_out += SUPPLY
    return [*babies, *own, *refills]


def _alone(one: Expected, own: list[Expected], babies: list[Expected]) -> bool:
    near = any(abs(one.day - other.day) <= SAME_WEEK for other in own)
    return not near and all(abs(one.day - other.day) > SAME_DAYS for other in babies)


def _visits(country: Country, name: str, anchor_on: date, begins: date) -> list[Expected]:
    series = country.series.get(name)
    if series is None:
        return []
    targets = {target.id: target for target in series.targets}
    enrolment = _enrolment(country, name, anchor_on, begins)
    found: list[Expected] = []
    today: date | None = begins
    while today is not None and today <= LAST:
        made = plan(country, enrolment, today)
        found += [
            Expected(
                one.due_on,
                name,
                one.target,
                one.kind,
                targets[one.target].source,
                begins,
                targets[one.target].beside,
                _moved(country, one.foreseen_on, one.due_on),
            )
            for one in made.visits
        ]
        enrolment = _enrolment(country, name, anchor_on, begins, made.planned_through, made.revision)
        today = made.next_on
    return found


def open_days(code: str) -> OpenDays:
    """The calendar the lists are counted with: Monday to Friday, and closed on the country's holidays."""
    return OpenDays(holidays=holidays.of_years(code, range(ENROLLED.year, LAST.year + 1)))


def _moved(country: Country, foreseen: date, due: date) -> str:
    if foreseen == due:
        return ""
    name = holidays.of_year(country.code, foreseen.year).get(foreseen, "a holiday")
    why = f"{foreseen:%A}" if open_days(country.code).why_closed(foreseen) == "weekday" else name
    return f" (moved from {foreseen}: {why})"


def _enrolment(
    country: Country,
    schedule: str,
    anchor_on: date,
    entered_on: date,
    planned_through: date | None = None,
    revision: str | None = None,
) -> EnrolmentToPlan:
    return EnrolmentToPlan(
        id=1,
        mother_id=1,
        country=country.code,
        schedule=schedule,
        anchor_on=anchor_on,
        entered_on=entered_on,
        time_zone=country.time_zone,
        planned_through=planned_through,
        revision=revision,
        hour=10,
        open_days=open_days(country.code),
    )


def page(bundle: Bundle, country: Country, name: str) -> str:
    """One country's list as text."""
    retest = [one for one in contacts(bundle, country, "retest") if not one.rule.startswith("visit.")]
    return (
        HEAD.format(name=name, days=_days(country.code, name))
        + "".join(f"{one.line()}\n" for one in contacts(bundle, country))
        + RETEST_HEAD
        + "".join(f"{one.line()}\n" for one in retest)
    )


def _days(code: str, name: str) -> str:
    if not holidays.known(code):
        return "Monday to Friday, with no public holidays"
    return f"Monday to Friday, and closed on the public holidays of {name}"


def pages() -> dict[str, str]:
    """Every country's list by code, from the content that ships with Pamoja."""
    tables, bundle = read_tables(), load_bundle()
    names = {code: folder["country"]["name"] for code, folder in tables["countries"].items()}
    return {
        code: page(bundle, country, names[code])
        for code, country in load_countries(tables["countries"]).items()
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/golden")
    for code, text in pages().items():
        (folder / f"{code}.txt").write_text(text, encoding="utf-8")
