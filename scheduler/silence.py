"""When does silence become a person's work? One nudge a spell, then by risk; an undelivered text is no silence.

Red mothers 48 hours after the first unanswered ask, amber mothers after two silent weeks, green
mothers never for silence alone: their visits are followed instead (project choices; the 48 hours are
WelTel Kenya's). Once her texts have become gentle or rest, no nudge follows: silence never brings more of them.
"""

from datetime import datetime, timedelta

from scheduler.fatigue import nudged
from scheduler.localtime import local, next_allowed, quiet
from scheduler.types import Country, Nudge, Risk, SilenceVerdict, SilentTooLong, Spell, Wait

NUDGE_AFTER = timedelta(hours=24)
SILENT_AFTER: dict[Risk, timedelta | None] = {
    "red": timedelta(hours=48),
    "amber": timedelta(days=14),
    "green": None,
}
UNDELIVERED_IN_A_ROW = 2
ONE_UNDELIVERED_LOOK = timedelta(hours=24)
ONE_UNDELIVERED_AT_MOST = timedelta(days=7)
SITE_LOOK = timedelta(hours=24)


def judge(spell: Spell, now: datetime, country: Country) -> SilenceVerdict:
    """What an unanswered ask calls for now.

    ``check_at`` is the instant of the next look (for a fresh spell: 24 hours after the ask), or None
    when only a new ask would change anything.
    """
    if not spell.counted:
        return Wait(None)
    if spell.undelivered >= UNDELIVERED_IN_A_ROW:
        return SilentTooLong("number_problem")
    if spell.site != "open":
        return Wait(now + SITE_LOOK)
    limit = SILENT_AFTER[spell.risk]
    silent_at = None if limit is None else spell.asked_at + limit
    if silent_at is not None and now >= silent_at:
        return _too_long(spell, silent_at, now)
    if spell.nudged_at is not None or not spell.may_text or not _wants_a_nudge(spell, country):
        return Wait(silent_at)
    nudge_at = spell.asked_at + NUDGE_AFTER
    if now < nudge_at:
        return Wait(nudge_at)
    allowed = _waking(spell, now, country)
    if allowed > now:
        return Wait(allowed if silent_at is None else min(allowed, silent_at))
    return Nudge(silent_at)


def _too_long(spell: Spell, silent_at: datetime, now: datetime) -> SilenceVerdict:
    """Her last text never arrived: that is not her silence. Wait for the next, but not for ever."""
    if not spell.undelivered:
        return SilentTooLong("silent")
    give_up = silent_at + ONE_UNDELIVERED_AT_MOST
    return (
        SilentTooLong("number_problem") if now >= give_up else Wait(min(now + ONE_UNDELIVERED_LOOK, give_up))
    )


def _wants_a_nudge(spell: Spell, country: Country) -> bool:
    schedule = country.schedules.get("checkin")
    return nudged(spell.unanswered, None if schedule is None else schedule.fatigue)


def _waking(spell: Spell, now: datetime, country: Country) -> datetime:
    """The first instant from now on when she may be texted: outside quiet hours, or in her own hour."""
    zone = spell.time_zone
    if not quiet(now, zone, country.quiet_from, country.quiet_until):
        return now
    if local(now, zone).hour == spell.her_hour:
        return now
    return next_allowed(now, zone, country.quiet_from, country.quiet_until)
