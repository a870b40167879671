"""Whether a text may leave just now: the caps of a day and a week, and the quiet hours of her night."""

from datetime import datetime, timedelta

from scheduler.decide_contact import hold_awhile
from scheduler.fatigue import worded
from scheduler.localtime import clip, local, next_allowed, quiet
from scheduler.types import Country, Decision, DueReminder, Hold, Schedule, Send, Skip, Step

CAP_DAY = 2
CAP_WEEK = 7
DAILY_RHYTHM_EXTRA_DAY = 1
DAILY_RHYTHM_EXTRA_WEEK = 7
"""Pushed texts a day and a week (project choices against fatigue); a daily rhythm she chose comes on top."""


def capped(reminder: DueReminder, schedule: Schedule, step: Step, now: datetime) -> Skip | Hold | None:
    """A full day: a date's next step comes later anyway; what comes once, as an invitation does, waits for room."""
    daily = reminder.daily_rhythm
    reason = None
    if reminder.pushed_today >= CAP_DAY + (DAILY_RHYTHM_EXTRA_DAY if daily else 0):
        reason = "cap_day"
    elif reminder.pushed_this_week >= CAP_WEEK + (DAILY_RHYTHM_EXTRA_WEEK if daily else 0):
        reason = "cap_week"
    if reason is None or step.takes_back:
        return None
    return hold_awhile(reminder, reason, now) if schedule.stream in ("meeting", "care") else Skip(reason)


def at_this_hour(
    reminder: DueReminder, schedule: Schedule, step: Step, country: Country, now: datetime
) -> Decision:
    """Send, clipped so that it cannot slip into the night; at night hold. Her own chosen hour is always allowed."""
    zone, quiet_from, quiet_until = reminder.time_zone, country.quiet_from, country.quiet_until
    valid_until = reminder.valid_until
    if step.message_class in ("A", "B", "C"):
        if not quiet(now, zone, quiet_from, quiet_until):
            valid_until = clip(now, valid_until, zone, quiet_from, quiet_until)
            if step.at is None:
                valid_until = max(valid_until, min(reminder.valid_until, _end_of_her_hour(reminder, now)))
        elif step.at is None and local(now, zone).hour == reminder.her_hour:
            valid_until = min(valid_until, _end_of_her_hour(reminder, now))
        else:
            allowed = next_allowed(now, zone, quiet_from, quiet_until)
            return Hold(allowed, "quiet_hours") if allowed < valid_until else Skip("quiet_hours")
    template = worded(step.template or "", reminder.asked, schedule.fatigue, now)
    return Send(template, step.message_class, not_before=now, valid_until=valid_until)


def _end_of_her_hour(reminder: DueReminder, now: datetime) -> datetime:
    """The end of her chosen hour if it runs now; otherwise ``now``."""
    clock = local(now, reminder.time_zone)
    if clock.hour != reminder.her_hour:
        return now
    return (
        now
        + timedelta(minutes=60 - clock.minute)
        - timedelta(seconds=clock.second, microseconds=clock.microsecond)
    )
