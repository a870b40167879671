"""Why a date is not on the day its rule counts to: in words, the clinic is closed then."""

from datetime import date

from flows.open_days import OpenDays
from service import holidays
from service.store.timeline.words import day


def moved_from(foreseen: date | None, due: date, calendar: OpenDays, country: str) -> str:
    """One sentence for a date that fell on a closed day and was moved; "" for any other."""
    if foreseen is None or foreseen == due:
        return ""
    why = closed_on(foreseen, calendar, country)
    return f"Moved from {day(foreseen)}: the clinic is closed that day ({why})." if why else ""


def closed_on(on: date, calendar: OpenDays, country: str) -> str:
    """Why the clinic is closed on a day, as people say it; "" when it is open."""
    match calendar.why_closed(on):
        case None:
            return ""
        case "weekday":
            return f"a {on:%A}"
        case "holiday":
            return holidays.of_year(country, on.year).get(on, "a holiday")
        case "closure":
            return "closed for once"
