"""What a report is asked for: days, clinic, mentor, and by what its figures are told apart. All of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException

from scheduler.localtime import local
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.forms import row_id
from service.reports.scope import (
    NoPeriodError,
    Period,
    Scope,
    days,
    month,
    month_before,
    month_of,
    over,
    quarter,
)
from service.store.shown.reports import Reach

BY: Final[Mapping[str, str]] = {
    "facility_id": "Clinic",
    "mentor_id": "Mentor",
    "week": "Week",
    "under_20": "Age",
    "phone_use": "Phone",
}
"""By what figures are told apart, and what that is called."""

KINDS: Final = (("month", "A month"), ("quarter", "A quarter"), ("days", "Two days"))


@dataclass(frozen=True, slots=True)
class Asking:
    """What was asked for, as it is shown again in the form; ``trouble`` is what could not be read."""

    period: Period
    kind: str
    facility: int | None
    mentor: int | None
    by: str
    typed: Mapping[str, str]
    trouble: str = ""

    @property
    def kept(self) -> dict[str, str]:
        """The address of this report, for links that lead back to it."""
        return {name: value for name, value in self.typed.items() if value}


def asking(asked: Asked, reach: Reach) -> tuple[Asking, Scope]:
    """What is asked for and its scope. A period that cannot be read is last month's; another's clinic is not found."""
    query = asked.query
    today = local(asked.now, asked.services.country.time_zone).date()
    typed = {
        "kind": next((kind for kind, _ in KINDS if kind == query.get("kind")), "month"),
        "month": query.get("month", "")[:16] or month_before(month_of(today)),
        "quarter": query.get("quarter", "")[:16],
        "first": query.get("first", "")[:16],
        "last": query.get("last", "")[:16],
        "facility": query.get("facility", ""),
        "mentor": query.get("mentor", ""),
        "by": query.get("by", "") if query.get("by") in BY else "facility_id",
    }
    trouble = ""
    try:
        period = _period(typed)
    except NoPeriodError as wrong:
        trouble, period = str(wrong), month(month_before(month_of(today)))
    facility = _one(typed["facility"], reach.clinics)
    mentor = _one(typed["mentor"], reach.mentors)
    chosen = tuple(reach.clinics) if facility is None else (facility,)
    found = Asking(period, typed["kind"], facility, mentor, typed["by"], typed, trouble)
    return found, over(sorted(chosen), period, mentor)


def _period(typed: Mapping[str, str]) -> Period:
    if typed["kind"] == "quarter":
        return quarter(typed["quarter"])
    if typed["kind"] == "days":
        return days(typed["first"], typed["last"])
    return month(typed["month"])


def _one(written: str, among: Mapping[int, str] | tuple[int, ...]) -> int | None:
    """The id that is chosen; none for all. What is not theirs is not found."""
    if not written:
        return None
    chosen = row_id(written)
    if chosen is None or chosen not in among:
        raise HTTPException(404)
    return chosen
