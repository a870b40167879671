"""The plain words of the page a clinician signs: what each rule is called, what it is counted from, and who is told."""

from datetime import time, timedelta
from typing import Final, Literal

from scheduler.types import Age, EscalationStep

Group = tuple[str, tuple[str, ...]]

GROUPS: Final[tuple[Group, ...]] = (
    (
        "Days she or her baby is expected",
        ("anc", "pnc", "infant_test", "infant_test_weaned", "refill", "retest_after_birth"),
    ),
    ("Around such a day", ("visit", "infant_visit", "missed_visit")),
    ("How she is, and what she is invited to", ("checkin", "birth_check", "meeting")),
    (
        "Days on which somebody looks",
        (
            "new_on_treatment",
            "viral_load",
            "viral_load_nursing",
            "viral_load_established",
            "viral_load_recognised",
            "viral_load_repeat",
            "retest_pregnancy",
            "retest_quarterly",
            "milestone",
            "child_test",
            "result_chase",
            "weaning_check",
            "outcome",
            "no_next_date",
        ),
    ),
)
"""The order of the page: as her care goes on. A rule that is not named here comes at the end, so that none is left out."""

TITLES: Final = {
    "anc": "Visits in pregnancy",
    "pnc": "Visits after the birth",
    "infant_test": "The baby's tests, by age",
    "infant_test_weaned": "The baby's test after breastfeeding ends",
    "refill": "Pick-ups of her supply",
    "retest_after_birth": "Her own checks after the birth",
    "visit": "Her own visit or pick-up",
    "infant_visit": "A baby's date",
    "missed_visit": "After a day somebody marked as missed",
    "checkin": "The check-in",
    "birth_check": "No news after the expected day",
    "meeting": "A group she is invited to",
    "new_on_treatment": "The first days of treatment",
    "viral_load": "Viral load",
    "viral_load_nursing": "Viral load while she breastfeeds",
    "viral_load_established": "Viral load, where the start of treatment is not known",
    "viral_load_recognised": "Viral load as a pregnancy or breastfeeding becomes known",
    "viral_load_repeat": "Viral load again, after one that was too high",
    "retest_pregnancy": "Her own check in the third trimester",
    "retest_quarterly": "Her own checks every three months",
    "milestone": "Medicines that protect the baby, on a day without a visit",
    "child_test": "A child's test where its mother is not on treatment",
    "result_chase": "A result that nobody has given",
    "weaning_check": "Does she still breastfeed?",
    "outcome": "How a baby's tests ended",
    "no_next_date": "Nobody knows when she comes next",
}

COUNTED_FROM: Final = {
    "birth": "the birth",
    "breastfeeding": "the birth, as long as she breastfeeds",
    "weaning": "the day breastfeeding ended",
    "infant": "the birth of each living baby, until its outcome is written down",
    "edd": "the expected day (40 weeks)",
    "art_start": "the start of treatment",
    "established": "her last test, else the day her enrolment was finished, where her start is not known",
    "recognised": "the day a pregnancy, or breastfeeding, became known, until a test of her own is entered",
    "unsuppressed": "the day of a viral load that was too high",
    "last_check": "the last test of her own, or the day checks were chosen for her",
    "last_visit": "the last visit she kept, or the day she was enrolled",
    "run_out": "the first day without supply",
    "test_taken": "the day a test was taken",
}

CARES: Final = {
    "treatment": "mothers on treatment",
    "retest": "mothers who have checks as usual",
    "retest_quarterly": "mothers who have checks every three months",
}

ATTENDANCE: Final = {
    "expected": "it is still to come",
    "missed": "somebody marked that she did not come",
    "unknown": "nobody marked whether she came",
}

ROLES: Final = {
    "assigned_mentor": "her mentor",
    "cover": "whoever covers for her mentor",
    "least_loaded": "the mentor with the least work",
    "duty": "who is on duty",
    "duty_second": "the second on duty",
    "supervisor": "the supervisor",
    "facility_line": "the clinic's own line",
    "trained": "somebody trained for it",
    "nurse": "the nurse",
}

HER_MENTOR: Final = ("assigned_mentor", "cover", "least_loaded", "supervisor")
"""The usual first rung, written short as "her mentor*" and said in full once."""


def title(name: str) -> str:
    """What a rule is called; its file's name where nobody gave it one."""
    return TITLES.get(name, name.replace("_", " ").capitalize())


def told(rung: EscalationStep) -> str:
    """Who is told on one rung, in the order in which one stands in for another."""
    who = "her mentor*" if rung.who == HER_MENTOR else ", else ".join(ROLES[one] for one in rung.who)
    also = f", and also {' and '.join(ROLES[one] for one in rung.also)}" if rung.also else ""
    when = "at once" if not rung.after else f"after {long(rung.after)}"
    return f"{when} {who}{also}"


def age(age: Age) -> str:
    """How long before or after the day it is counted from."""
    months, days = abs(age.months), abs(age.days)
    if not months and not days:
        return "the day itself"
    parts = [many(months, "month")] if months else []
    if days:
        parts.append(many(days // 7, "week") if days % 7 == 0 else many(days, "day"))
    return f"{' and '.join(parts)} {'before' if age.months < 0 or age.days < 0 else 'after'}"


def until(until: "timedelta | time | Literal['midnight']") -> str:
    """Until when a contact that could not go at its time is still worth it."""
    if isinstance(until, timedelta):
        return f"{long(until)} later"
    return until if isinstance(until, str) else f"{until:%H:%M} that day"


def long(span: timedelta) -> str:
    """A stretch of time in its largest whole unit."""
    minutes = int(span.total_seconds()) // 60
    if minutes % 1440 == 0:
        return many(minutes // 1440, "day")
    return many(minutes // 60, "hour") if minutes % 60 == 0 else many(minutes, "minute")


def many(count: int, what: str) -> str:
    """A number with its noun."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
