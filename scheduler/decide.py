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
from datetime import date, datetime

from scheduler.decide_contact import (
    about_baby,
    held,
    not_needed,
    site_closed,
    stale,
    unattended,
    work_of_a_person,
)
from scheduler.decide_hour import at_this_hour, capped
from scheduler.decide_text import answered, date_instead, enough, in_hand, not_reachable, settled
from scheduler.opening import closed_that_day
from scheduler.types import Country, Decision, DueReminder, Send, Skip, TellMentor


def decide(reminder: DueReminder, country: Country, now: datetime) -> Decision:
    """What becomes of a contact whose time has come. Reads no clock; raises nothing for valid data."""
    schedule = country.schedules.get(reminder.schedule)
    step = None if schedule is None else next((s for s in schedule.steps if s.id == reminder.step), None)
    if schedule is None or step is None:
        return Skip("replanned")
    for_a_person = step.cause is not None
    return (
        held(reminder, for_a_person)
        or stale(reminder, now)
        or about_baby(reminder)
        or closed_that_day(reminder, step)
        or unattended(reminder, step, now)
        or not_needed(reminder, step)
        or site_closed(reminder, schedule, step, now)
        or work_of_a_person(step)
        or date_instead(reminder, step)
        or settled(reminder, schedule, step, country)
        or not_reachable(reminder, schedule, step)
        or in_hand(reminder, schedule)
        or answered(reminder, schedule)
        or enough(reminder, schedule)
        or capped(reminder, schedule, step, now)
        or at_this_hour(reminder, schedule, step, country, now)
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
