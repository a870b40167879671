"""Whether a contact is still wanted at all: her hold, its day, her attendance, her clinic, and work that is a person's."""

from datetime import date, datetime, timedelta

from scheduler.localtime import add_months
from scheduler.types import Age, DueReminder, Hold, OpenFollowUp, Schedule, Skip, Step

LOOK_AGAIN = timedelta(hours=1)
"""How soon a contact held for its site is looked at again."""

STAFF_WORK_GOES_ON = frozenset({"stopped", "quiet", "paused", "wrong_number"})
"""Holds of her texts that do not end the work of people for her."""

_SITE_REASONS = {
    "closed": "site_closed",
    "no_network": "no_network",
    "paused": "site_paused",
    "stock_out": "stock_out",
}


def held(reminder: DueReminder, for_a_person: bool) -> Skip | None:
    hold = reminder.hold or ("stopped" if reminder.phone == "opted_out" else None)
    if hold is None or (for_a_person and hold in STAFF_WORK_GOES_ON):
        return None
    if for_a_person and hold == "dead" and reminder.infant_alive:
        return None  # her baby stays in care
    return Skip(hold)


def stale(reminder: DueReminder, now: datetime) -> Skip | None:
    return Skip("stale") if now >= reminder.valid_until else None


def about_baby(reminder: DueReminder) -> Skip | None:
    return Skip("infant_not_alive") if reminder.infant_alive is False else None


def unattended(reminder: DueReminder, step: Step, now: datetime) -> Skip | Hold | None:
    attendance = reminder.attendance
    if attendance is None or attendance in step.only_if:
        return None
    if attendance in ("expected", "unknown"):
        silent_site = _site_reason(reminder)
        if silent_site is not None:
            return hold_awhile(reminder, silent_site, now)
        return Skip("attendance_unknown")
    return Skip(attendance)


def not_needed(reminder: DueReminder, step: Step) -> Skip | None:
    """Counted from the day the work is for, so that who is entered late and was tested since is not looked for either."""
    if step.unless_expected and reminder.date_known:
        return Skip("date_known")
    if step.unless_expected and reminder.all_done:
        return Skip("all_done")
    if _since(reminder.tested_on, step.lately, reminder.occurrence):
        return Skip("tested_lately")
    return Skip("looked_lately") if _since(reminder.looked_on, step.apart, reminder.occurrence) else None


def _since(day: date | None, span: Age | None, before: date) -> bool:
    """Whether something took place within ``span`` before a day, or after it."""
    if day is None or span is None:
        return False
    return day >= add_months(before, -span.months) - timedelta(days=span.days)


def site_closed(reminder: DueReminder, schedule: Schedule, step: Step, now: datetime) -> Skip | Hold | None:
    if step.takes_back:
        return None  # a closed site is one more reason to say that nobody need come
    if schedule.stream == "checkin":
        # A check-in offers a call; while the programme is paused nobody is there to make it.
        return Skip("site_paused") if reminder.site == "paused" else None
    if schedule.stream == "care":
        # It asks her to come nowhere; only where nobody works can nobody take it up.
        return hold_awhile(reminder, "site_paused", now) if reminder.site == "paused" else None
    reason = _site_reason(reminder)
    if reason == "no_entries" and step.cause is not None:
        return None  # a person is asked for the very entries that are missing
    return None if reason is None else hold_awhile(reminder, reason, now)


def _site_reason(reminder: DueReminder) -> str | None:
    return _SITE_REASONS.get(reminder.site) or (None if reminder.site_has_entries else "no_entries")


def hold_awhile(reminder: DueReminder, reason: str, now: datetime) -> Hold:
    return Hold(min(now + LOOK_AGAIN, reminder.valid_until), reason)


def work_of_a_person(step: Step) -> OpenFollowUp | None:
    return OpenFollowUp(step.cause) if step.cause is not None else None
