"""Whether a text to her is right: nothing twice, only what she can and wants to read, and no more once she answered."""

from scheduler.fatigue import resting, spared
from scheduler.types import Country, Decision, DueReminder, Schedule, Skip, Step, TellMentor

MENTOR_REMINDER = "mentor_reminder"
"""The text that reminds a mentor in place of a mother who cannot be texted."""

DATES = frozenset({"visit", "infant_test"})
"""Streams whose texts are about a day she is expected."""


def not_reachable(reminder: DueReminder, schedule: Schedule, step: Step) -> Skip | TellMentor | None:
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


def answered(reminder: DueReminder, schedule: Schedule) -> Skip | None:
    """A question of its own is not answered by a word about something else: its answer ends its schedule."""
    return Skip("answered") if reminder.answered_since_due and schedule.stream != "care" else None


def date_instead(reminder: DueReminder, step: Step) -> Skip | None:
    """Nobody reads "did we miss each other?" on the day she reads of her next date: that one says enough."""
    about_missed = "missed" in step.only_if and step.template is not None
    return Skip("date_instead") if about_missed and reminder.date_today else None


def settled(reminder: DueReminder, schedule: Schedule, step: Step, country: Country) -> Skip | None:
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


def enough(reminder: DueReminder, schedule: Schedule) -> Decision | None:
    """A check-in that her slower rhythm leaves out, or that long silence has put to rest."""
    if schedule.stream != "checkin":
        return None
    return spared(reminder.asked, reminder.occurrence) or resting(reminder.asked, schedule.fatigue)


def in_hand(reminder: DueReminder, schedule: Schedule) -> Skip | None:
    """While somebody has said she is going to her, asking by text again only adds noise; dates still go."""
    return Skip("in_hand") if reminder.in_hand and schedule.stream == "checkin" else None
