"""The demo's fixed calendar: when its history begins, and the Monday morning at which its clock stands still."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.open_days import MONDAY_TO_FRIDAY, OpenDays
from service import holidays

ZONE = "Africa/Nairobi"
END = datetime(2026, 6, 1, 8, 55, tzinfo=ZoneInfo(ZONE))
"""The instant history ends and a visitor begins: a Monday, before the day's first contacts."""

TODAY = END.date()
WEEKS = 8
"""How long the history is: two months and not three, so that two cores build it well within a minute."""

WORK_HOURS = (9, 10, 12, 15, 17, 19)
"""The local hours at which made-up people act. Few on purpose: each costs a settling of the loop."""

DAY = timedelta(days=1)
OPEN = OpenDays(holidays=holidays.of_years("KE", (TODAY.year,)), opened=frozenset({TODAY}))
"""The demo's clinics: Monday to Friday without Kenya's holidays, but open on this one (Madaraka Day), as they said."""

WORKDAYS = len(MONDAY_TO_FRIDAY)


def starts_on(weeks: int) -> date:
    """The Monday on which a history of that many weeks begins."""
    return TODAY - timedelta(weeks=weeks)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A local wall-clock time of the demo as an instant."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(ZONE))


def local_day(moment: datetime) -> date:
    """The demo's local date of an instant."""
    return moment.astimezone(ZoneInfo(ZONE)).date()


def workday(day: date) -> date:
    """The day itself; for a weekend a day of the week after, not always the same one; for a holiday the next open one."""
    if day.weekday() not in OPEN.weekdays:
        day += timedelta(days=7 - day.weekday() + day.toordinal() // 7 % WORKDAYS)
    return OPEN.next_open(day) or day


def next_slot(moment: datetime, skip: int = 0) -> datetime:
    """The first hour after ``moment`` at which people act, or the one ``skip`` later."""
    clock = moment.astimezone(ZoneInfo(ZONE))
    found: list[datetime] = []
    day = clock.date()
    while len(found) <= skip:
        found += [at(day, hour) for hour in WORK_HOURS if at(day, hour) > clock]
        day += DAY
    return found[skip]
