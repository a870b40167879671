"""May this contact go now? The questions are asked in one fixed order, and the first that says no decides.

1. Is her content held for good (stopped, dead, moved, transferred …)? Skip.
2. Is it stale, or gone from the schedule? Skip.
3. Is it about a baby who is not alive? Skip.
4. Is her clinic open that day? If not, a person agrees another. Does her attendance fit? "Missed" needs a
   witness's mark. Is she expected anyway, or was she tested lately, where that is what is asked?
5. Is the site open, with entries? What would ask her to come is held until it is.
6. Is it work for a person? Open the follow-up: her phone does not matter to it.
7. Was the same said for another visit of that day, or did somebody see her that day, or does she read of her next
   date today where this is about a missed one? Skip.
8. Can she be texted, did she agree, does she want this kind of text, and has she not asked for quiet? If not, her
   mentor is reminded of visits; check-ins and invitations are skipped.
9. Has she answered already, does her slower rhythm leave this week out, or has she been silent for long? Skip;
   whom silence has put to rest and nobody looks after gets a person.
10. Has she had enough texts today or this week? Skip; an invitation waits for room.
11. Is it night? Hold, while it would still be true in the morning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from scheduler.fatigue import resting, spared, worded
from scheduler.localtime import add_months, clip, local, next_allowed, quiet
from scheduler.opening import closed_that_day
from scheduler.types import (
    Age,
    Country,
    Decision,
    DueReminder,
    Hold,
    OpenFollowUp,
    Schedule,
    Send,
    Skip,
    Step,
    TellMentor,
)

CAP_DAY = 2
CAP_WEEK = 7
DAILY_RHYTHM_EXTRA_DAY = 1
DAILY_RHYTHM_EXTRA_WEEK = 7
"""Pushed texts a day and a week (project choices against fatigue); a daily rhythm she chose comes on top."""

LOOK_AGAIN = timedelta(hours=1)
"""How soon a contact held for its site is looked at again."""

MENTOR_REMINDER = "mentor_reminder"
"""The text that reminds a mentor in place of a mother who cannot be texted."""

STAFF_WORK_GOES_ON = frozenset({"stopped", "quiet", "paused", "wrong_number"})
"""Holds of her texts that do not end the work of people for her."""

DATES = frozenset({"visit", "infant_test"})
"""Streams whose texts are about a day she is expected."""

_SITE_REASONS = {
    "closed": "site_closed",
    "no_network": "no_network",
    "paused": "site_paused",
    "stock_out": "stock_out",
}


def decide(reminder: DueReminder, country: Country, now: datetime) -> Decision:
    """What becomes of a contact whose time has come. Reads no clock; raises nothing for valid data."""
    schedule = country.schedules.get(reminder.schedule)
    step = None if schedule is None else next((s for s in schedule.steps if s.id == reminder.step), None)
    if schedule is None or step is None:
        return Skip("replanned")
    for_a_person = step.cause is not None
    return (
        _held(reminder, for_a_person)
        or _stale(reminder, now)
        or _about_baby(reminder)
        or closed_that_day(reminder, step)
        or _attendance(reminder, step, now)
        or _needed(reminder, step)
        or _site(reminder, schedule, step, now)
        or _work(step)
        or _date_instead(reminder, step)
        or _settled(reminder, schedule, step, country)
        or _reachable(reminder, schedule, step)
        or _in_hand(reminder, schedule)
        or _answered(reminder, schedule)
        or _enough(reminder, schedule)
        or _capped(reminder, schedule, step, now)
        or _hour(reminder, schedule, step, country, now)
    )


def decide_all(
    reminders: Sequence[DueReminder], countries: Mapping[str, Country], now: datetime
) -> list[Decision]:
    """``decide`` for a batch, counting what the batch itself sends against each mother's caps, and saying nothing twice.

    Dates and visits come before cues, so a full day never costs her a visit; her own before her baby's.
    Answers stand in the order of ``reminders``.
    """
    order = sorted(range(len(reminders)), key=lambda i: _weight(reminders[i], countries))
    sent: dict[int, int] = {}
    said: dict[tuple[int, date], frozenset[str]] = {}
    decisions: dict[int, Decision] = {}
    for index in order:
        reminder = reminders[index]
        more = sent.get(reminder.mother_id, 0)
        if more:
            reminder = replace(
                reminder,
                pushed_today=reminder.pushed_today + more,
                pushed_this_week=reminder.pushed_this_week + more,
            )
        of_that_day = (reminder.mother_id, reminder.occurrence)
        reminder = replace(reminder, said=reminder.said | said.get(of_that_day, frozenset()))
        decision = decide(reminder, countries[reminder.country], now)
        if isinstance(decision, Send):
            sent[reminder.mother_id] = more + 1
        if isinstance(decision, (Send, TellMentor)) and reminder.attendance is not None:
            said[of_that_day] = reminder.said | {f"{reminder.schedule}.{reminder.step}"}
        decisions[index] = decision
    return [decisions[index] for index in range(len(reminders))]


def _weight(reminder: DueReminder, countries: Mapping[str, Country]) -> tuple[bool, date, bool, int]:
    country = countries.get(reminder.country)
    schedule = None if country is None else country.schedules.get(reminder.schedule)
    cue = schedule is None or schedule.stream == "checkin"
    about_baby = schedule is not None and schedule.stream == "infant_test"
    return cue, reminder.occurrence, about_baby, reminder.id


def _held(reminder: DueReminder, for_a_person: bool) -> Skip | None:
    hold = reminder.hold or ("stopped" if reminder.phone == "opted_out" else None)
    if hold is None or (for_a_person and hold in STAFF_WORK_GOES_ON):
        return None
    if for_a_person and hold == "dead" and reminder.infant_alive:
        return None  # her baby stays in care
    return Skip(hold)


def _stale(reminder: DueReminder, now: datetime) -> Skip | None:
    return Skip("stale") if now >= reminder.valid_until else None


def _about_baby(reminder: DueReminder) -> Skip | None:
    return Skip("infant_not_alive") if reminder.infant_alive is False else None


def _attendance(reminder: DueReminder, step: Step, now: datetime) -> Skip | Hold | None:
    attendance = reminder.attendance
    if attendance is None or attendance in step.only_if:
        return None
    if attendance in ("expected", "unknown"):
        silent_site = _site_reason(reminder)
        if silent_site is not None:
            return _hold(reminder, silent_site, now)
        return Skip("attendance_unknown")
    return Skip(attendance)


def _needed(reminder: DueReminder, step: Step) -> Skip | None:
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


def _site(reminder: DueReminder, schedule: Schedule, step: Step, now: datetime) -> Skip | Hold | None:
    if step.takes_back:
        return None  # a closed site is one more reason to say that nobody need come
    if schedule.stream == "checkin":
        # A check-in offers a call; while the programme is paused nobody is there to make it.
        return Skip("site_paused") if reminder.site == "paused" else None
    if schedule.stream == "care":
        # It asks her to come nowhere; only where nobody works can nobody take it up.
        return _hold(reminder, "site_paused", now) if reminder.site == "paused" else None
    reason = _site_reason(reminder)
    if reason == "no_entries" and step.cause is not None:
        return None  # a person is asked for the very entries that are missing
    return None if reason is None else _hold(reminder, reason, now)


def _site_reason(reminder: DueReminder) -> str | None:
    return _SITE_REASONS.get(reminder.site) or (None if reminder.site_has_entries else "no_entries")


def _hold(reminder: DueReminder, reason: str, now: datetime) -> Hold:
    return Hold(min(now + LOOK_AGAIN, reminder.valid_until), reason)


def _work(step: Step) -> OpenFollowUp | None:
    return OpenFollowUp(step.cause) if step.cause is not None else None


def _reachable(reminder: DueReminder, schedule: Schedule, step: Step) -> Skip | TellMentor | None:
    """Her mentor is reminded of a date to come in her place; of one gone by a follow-up tells the mentor."""
    if reminder.phone == "none":
        reason = "no_phone"
    elif not reminder.set_up:
        reason = "mentor_only"
    elif reminder.phone == "untrusted":
        return Skip("number_untrusted")
    elif not reminder.consented:
        reason = "no_consent"
    elif reminder.signature == "none":
        reason = "no_texts"
    elif reminder.rests is not None:
        reason = reminder.rests
    elif schedule.stream == "meeting" and not reminder.invitations and not step.takes_back:
        reason = "no_invitations"
    elif schedule.stream in DATES and not reminder.date_texts:
        reason = "no_date_texts"
    else:
        return None
    if schedule.stream in ("checkin", "meeting", "care") or step.offset > 0:
        return Skip(reason)
    return TellMentor(MENTOR_REMINDER, reminder.valid_until)


def _answered(reminder: DueReminder, schedule: Schedule) -> Skip | None:
    """A question of its own is not answered by a word about something else: its answer ends its schedule."""
    return Skip("answered") if reminder.answered_since_due and schedule.stream != "care" else None


def _date_instead(reminder: DueReminder, step: Step) -> Skip | None:
    """Nobody reads "did we miss each other?" on the day she reads of her next date: that one says enough."""
    about_missed = "missed" in step.only_if and step.template is not None
    return Skip("date_instead") if about_missed and reminder.date_today else None


def _settled(reminder: DueReminder, schedule: Schedule, step: Step, country: Country) -> Skip | None:
    """Twins, or she and her baby, expected on one day are told of it once; whom somebody saw that day is not asked."""
    if schedule.stream not in DATES:
        return None
    if reminder.came_that_day and "expected" not in step.only_if:
        return Skip("came_that_day")
    return Skip("said_already") if any(_alike(step, one, country) for one in reminder.said) else None


def _alike(step: Step, said: str, country: Country) -> bool:
    """Whether a text of another visit of that day says what this one would: as many days off, to the same end."""
    schedule, _, name = said.partition(".")
    rules = country.schedules.get(schedule)
    other = None if rules is None else next((one for one in rules.steps if one.id == name), None)
    if other is None or other.template is None:
        return False
    return (other.offset, other.only_if) == (step.offset, step.only_if)


def _enough(reminder: DueReminder, schedule: Schedule) -> Decision | None:
    """A check-in that her slower rhythm leaves out, or that long silence has put to rest."""
    if schedule.stream != "checkin":
        return None
    return spared(reminder.asked, reminder.occurrence) or resting(reminder.asked, schedule.fatigue)


def _in_hand(reminder: DueReminder, schedule: Schedule) -> Skip | None:
    """While somebody has said she is going to her, asking by text again only adds noise; dates still go."""
    return Skip("in_hand") if reminder.in_hand and schedule.stream == "checkin" else None


def _capped(reminder: DueReminder, schedule: Schedule, step: Step, now: datetime) -> Skip | Hold | None:
    """A full day: a date's next step comes later anyway; what comes once, as an invitation does, waits for room."""
    daily = reminder.daily_rhythm
    reason = None
    if reminder.pushed_today >= CAP_DAY + (DAILY_RHYTHM_EXTRA_DAY if daily else 0):
        reason = "cap_day"
    elif reminder.pushed_this_week >= CAP_WEEK + (DAILY_RHYTHM_EXTRA_WEEK if daily else 0):
        reason = "cap_week"
    if reason is None or step.takes_back:
        return None
    return _hold(reminder, reason, now) if schedule.stream in ("meeting", "care") else Skip(reason)


def _hour(reminder: DueReminder, schedule: Schedule, step: Step, country: Country, now: datetime) -> Decision:
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
