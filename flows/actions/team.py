"""What mentors do together and for themselves: group meetings, leave, how they are, help, the refresher."""

from collections.abc import Mapping
from datetime import date, timedelta

from flows.actions.making import NOTHING, happened, remember
from flows.events import (
    CaseHelpAsked,
    LeaveEnded,
    LeaveTaken,
    MeetingCalled,
    MeetingCancelled,
    MeetingConfirmed,
    MeetingDeclined,
    MeetingHeld,
    MeetingTopic,
    Mood,
    RefresherTaken,
    WellbeingReported,
)
from flows.facts import Facts
from flows.guards.team import group_day_taken
from flows.lists.caseload import mother_of_code
from flows.lists.team import QUIZ, came, chosen_cover, chosen_group, leave_days
from flows.registry import Action, ActionResult
from flows.types import SessionState

# --- groups -------------------------------------------------------------------------------------


def group_begins(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The pages of groups are opened: what was chosen there before no longer counts."""
    return remember(group="", group_day="", group_hour="", group_headcount="", group_came="", case_code="")


def call_group(topic: MeetingTopic) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.staff is None or group_day_taken(facts, state):
            return NOTHING
        on = date.fromisoformat(state.data["group_day"])
        return happened(MeetingCalled(facts.staff.id, on, int(state.data["group_hour"]), topic))

    act.__doc__ = f"Call a meeting on the day and hour chosen, about: {topic.replace('_', ' ')}."
    return act


def group_mark(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Somebody came: kept, once, if her code is one of this mentor's mothers."""
    mother = mother_of_code(facts, state)
    if mother is None or mother.id in came(state):
        return NOTHING
    return remember(group_came=",".join(map(str, (*came(state), mother.id))))


def group_held(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """It took place: how many came, and which of her mothers."""
    group = chosen_group(facts, state)
    if facts.staff is None or group is None:
        return NOTHING
    marked = came(state)
    headcount = max(int(state.data["group_headcount"]), len(marked))
    return happened(MeetingHeld(facts.staff.id, group.id, headcount, marked))


def group_cancel(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The meeting chosen does not take place."""
    group = chosen_group(facts, state)
    if facts.staff is None or group is None:
        return NOTHING
    return happened(MeetingCancelled(facts.staff.id, group.id))


def group_coming(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She will come to the meeting shown."""
    if facts.mother is None or facts.mother.meeting is None:
        return NOTHING
    return happened(MeetingConfirmed(facts.mother.id, facts.mother.meeting.id))


def group_not_coming(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She cannot come to the meeting shown."""
    if facts.mother is None or facts.mother.meeting is None:
        return NOTHING
    return happened(MeetingDeclined(facts.mother.id, facts.mother.meeting.id))


# --- leave --------------------------------------------------------------------------------------


def leave_begins(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The pages of leave are opened: what was typed there before no longer counts."""
    return remember(leave_from="", leave_until="", leave_cover="")


def leave_in(days: int) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return remember(leave_from=(facts.now.date() + timedelta(days=days)).isoformat())

    act.__doc__ = f"Away from {'tomorrow' if days else 'today'} on."
    return act


def leave_one_day(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Away on that day alone."""
    return remember(leave_until=state.data.get("leave_from", ""))


def leave_shown(facts: Facts, state: SessionState) -> LeaveTaken | None:
    """The leave that is said back: away on the days typed, covered by the colleague chosen."""
    days, cover = leave_days(state), chosen_cover(facts, state)
    if facts.staff is None or days is None or cover is None:
        return None
    # Where a leave is planned, these pages are only come to by changing it.
    planned = facts.staff.leave
    return LeaveTaken(facts.staff.id, days[0], days[1], cover.id, planned.starts_on if planned else None)


def take_leave(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Away as said back, unless some of the work would be left to nobody."""
    leave = leave_shown(facts, state)
    if leave is None or (facts.staff is not None and facts.staff.leave_gap):
        return NOTHING
    return happened(leave)


def end_leave(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Back at work from today on."""
    return happened(LeaveEnded(facts.staff.id)) if facts.staff else NOTHING


# --- for herself --------------------------------------------------------------------------------


def own_mood(mood: Mood, wants_talk: bool = False) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return happened(WellbeingReported(facts.staff.id, mood, wants_talk)) if facts.staff else NOTHING

    talk = ", and would like a talk" if wants_talk else ""
    act.__doc__ = f"How the mentor herself is: {mood.replace('_', ' ')}{talk}."
    return act


def own_help_case(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She needs help with the mother whose code she typed."""
    mother = mother_of_code(facts, state)
    if facts.staff is None or mother is None:
        return NOTHING
    return happened(CaseHelpAsked(facts.staff.id, mother.id))


def own_help(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She needs help, about nobody in particular."""
    return happened(CaseHelpAsked(facts.staff.id, None)) if facts.staff else NOTHING


def quiz_begins(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The refresher begins: answers given before in this call no longer count."""
    return ActionResult(data={name: "" for name in state.data if name.startswith(QUIZ)})


def quiz_answer(right: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return ActionResult(data={state.screen: "1" if right else "0"})

    act.__doc__ = (
        f"The question shown was answered {'rightly' if right else 'wrongly'}; only this call remembers."
    )
    return act


def quiz_taken(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She went through all questions. How many were right leaves this call in no way."""
    return happened(RefresherTaken(facts.staff.id)) if facts.staff else NOTHING


ACTIONS: Mapping[str, Action] = {
    "group_begins": group_begins,
    "call_group_welcome": call_group("welcome"),
    "call_group_feeding": call_group("feeding"),
    "call_group_growing_child": call_group("growing_child"),
    "call_group_living_well": call_group("living_well"),
    "call_group_other": call_group("other"),
    "group_mark": group_mark,
    "group_held": group_held,
    "group_cancel": group_cancel,
    "group_coming": group_coming,
    "group_not_coming": group_not_coming,
    "leave_begins": leave_begins,
    "leave_today": leave_in(0),
    "leave_tomorrow": leave_in(1),
    "leave_one_day": leave_one_day,
    "take_leave": take_leave,
    "end_leave": end_leave,
    "own_good": own_mood("good"),
    "own_so_so": own_mood("so_so"),
    "own_low": own_mood("low"),
    "own_low_talk": own_mood("low", wants_talk=True),
    "own_help_case": own_help_case,
    "own_help": own_help,
    "quiz_begins": quiz_begins,
    "quiz_right": quiz_answer(True),
    "quiz_wrong": quiz_answer(False),
    "quiz_taken": quiz_taken,
}
