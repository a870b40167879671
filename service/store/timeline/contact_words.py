"""What contacts, schedules and texts are called to a reader who never saw the tables."""

from collections.abc import Mapping
from typing import Final

from service.store.timeline.words import spaced

SCHEDULES: Final[Mapping[str, str]] = {
    "anc": "visits before birth",
    "birth_check": "asking for news around the birth",
    "checkin": "check-ins",
    "infant_test": "the baby's dates",
    "infant_test_weaned": "the baby's date after weaning",
    "infant_visit": "reminders of the baby's date",
    "meeting": "the group meeting",
    "missed_visit": "tracing after a missed visit",
    "new_on_treatment": "calls in the first days",
    "no_next_date": "looking after who has no next date",
    "outcome": "closing the baby's book",
    "pnc": "visits after birth",
    "refill": "refills",
    "result_chase": "word that is awaited",
    "retest_after_birth": "checks after birth",
    "retest_pregnancy": "checks before birth",
    "retest_quarterly": "checks each quarter",
    "viral_load": "half-yearly dates",
    "viral_load_established": "the first date of those long in care",
    "viral_load_recognised": "the first date of those newly recognised",
    "viral_load_repeat": "the date to be repeated",
    "visit": "reminders of a visit",
    "weaning_check": "asking about feeding",
}

CONTACTS: Final[Mapping[str, str]] = {
    "birth_check.ask": "Asking her for news",
    "birth_check.mentor": "Asking her mentor for news",
    "checkin.ask": "The check-in",
    "infant_visit.week_before": "Reminder a week before the baby's date",
    "infant_visit.day_before": "Reminder the day before the baby's date",
    "infant_visit.mentor_overdue": "Asking her mentor about the baby's date that has passed",
    "infant_visit.nurse_overdue": "Asking the nurse about the baby's date long past",
    "meeting.invite": "Invitation to the group meeting",
    "meeting.called_off": "Word that the group meeting is off",
    "missed_visit.mentor": "Asking her mentor after a missed visit",
    "missed_visit.day_1": "Text the day after a missed visit",
    "missed_visit.day_3": "Text three days after a missed visit",
    "missed_visit.day_6": "Text six days after a missed visit",
    "visit.week_before": "Reminder a week before the visit",
    "visit.day_before": "Reminder the day before the visit",
    "visit.ask_mentor": "Asking her mentor whether she came",
    "visit.ask_her": "Asking her whether she came",
}
"""By ``schedule.step``; another is called by its schedule and its step."""

TEXTS: Final[Mapping[str, str]] = {
    "checkin": "the check-in",
    "checkin_gentle": "the check-in, gently",
    "nudge": "the check-in once more",
    "answered": "that she answered",
    "thanks": "thanks",
    "visit_t7": "the visit in a week",
    "visit_t1": "the visit tomorrow",
    "infant_t7": "the baby's date in a week",
    "infant_t1": "the baby's date tomorrow",
    "alerts": "several who need somebody",
    "alerts_untaken": "work nobody took",
    "mentor_reminder": "a reminder given in person",
    "alert": "she needs somebody",
    "alert_urgent": "she needs somebody now",
    "ack_going": "thanks for taking it",
    "ack_saved": "that it is saved",
    "ack_passed": "that it is passed on",
}
"""What a text is about; another is called by its name in the content."""


def schedule_word(schedule: str) -> str:
    """Such as ``check-ins``."""
    return SCHEDULES.get(schedule, spaced(schedule).lower())


def contact_word(schedule: str, step: str) -> str:
    """Such as ``Reminder the day before the visit``; capitalised."""
    named = CONTACTS.get(f"{schedule}.{step}")
    if named is not None:
        return named
    word = schedule_word(schedule)
    return f"{word[0].upper()}{word[1:]} ({spaced(step).lower()})"


def text_word(template: str) -> str:
    """Such as ``the check-in once more``."""
    return TEXTS.get(template, spaced(template).lower())
