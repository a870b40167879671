"""What mentors record about a mother: she came, tests, calls, home visits, referrals, a code, a worry."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from flows.actions.making import NOTHING, happened, remember
from flows.events import (
    CallLogged,
    HomeVisitPlace,
    HomeVisitPlanned,
    HomeVisitReason,
    NextLookSet,
    NurseNeeded,
    OutcomeRecorded,
    RecordOpened,
    ReferralArrived,
    ReferralMade,
    ReferralService,
    ResultGiven,
    SafetyConcern,
    SetUpCodeGiven,
    TestTaken,
    VisitRecorded,
)
from flows.facts import Facts
from flows.lists.caseload import HERSELF, chosen_mother, mother_of_code, record_day, result_waits
from flows.lists.staff import chosen_follow_up
from flows.registry import Action, ActionResult
from flows.types import SessionState


def her_of_case(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """From a follow-up to the page of the mother it is about."""
    item = chosen_follow_up(facts, state)
    if item is None or item.mother_id is None:
        return NOTHING
    return remember(mother=str(item.mother_id))


def open_her(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Her page is opened: that is noted. A list has chosen her already, else a case code finds her."""
    by_list = "mother" in state.data
    mother = chosen_mother(facts, state) if by_list else mother_of_code(facts, state)
    if facts.staff is None or mother is None:
        return NOTHING
    return ActionResult(events=(RecordOpened(facts.staff.id, mother.id),), data={"mother": str(mother.id)})


def record_today(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """What is recorded happened today, until a day is typed."""
    return remember(record_day="")


def record_came(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She came on the day shown."""
    mother = chosen_mother(facts, state)
    if facts.staff is None or mother is None:
        return NOTHING
    return happened(VisitRecorded(facts.staff.id, mother.id, record_day(facts, state)))


def record_test(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """A sample was taken on the day shown, from whoever was chosen."""
    mother = chosen_mother(facts, state)
    if facts.staff is None or mother is None:
        return NOTHING
    infant = None if typed == HERSELF else int(typed)
    return happened(TestTaken(facts.staff.id, mother.id, infant, record_day(facts, state)))


def record_result(nurse_today: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        mother = chosen_mother(facts, state)
        if facts.staff is None or mother is None or not result_waits(facts, state):
            return NOTHING
        whose = state.data["result_of"]
        infant = None if whose == HERSELF else int(whose)
        given = ResultGiven(facts.staff.id, mother.id, infant)
        if not nurse_today:
            return happened(given)
        return ActionResult(events=(given, NurseNeeded(facts.staff.id, mother.id, infant)))

    said = "whoever it is about needs the nurse the same day" if nurse_today else "nothing is needed today"
    act.__doc__ = (
        f"The result of whoever was chosen was given to her in person; {said}. What it says is not asked."
    )
    return act


def record_look(soon: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        mother = chosen_mother(facts, state)
        if facts.staff is None or mother is None or not result_waits(facts, state):
            return NOTHING
        given = ResultGiven(facts.staff.id, mother.id, None)
        return ActionResult(events=(given, NextLookSet(facts.staff.id, mother.id, soon)))

    when = "again in three months" if soon else "not before the usual date"
    act.__doc__ = (
        f"Her own result was given to her in person, and staff look {when}. What it says is not asked."
    )
    return act


def record_outcome(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The last line about this child stands in the register. What it says is not asked."""
    mother = chosen_mother(facts, state)
    if facts.staff is None or mother is None:
        return NOTHING
    return happened(OutcomeRecorded(facts.staff.id, mother.id, int(typed)))


def call_logged(reached: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        mother = chosen_mother(facts, state)
        if facts.staff is None or mother is None:
            return NOTHING
        return happened(CallLogged(facts.staff.id, mother.id, reached))

    act.__doc__ = f"She was called, and {'spoke with us' if reached else 'not reached'}."
    return act


PLACES: Mapping[str, HomeVisitPlace] = {
    "home": "home",
    "relative": "relative",
    "market": "market",
    "worship": "worship",
    "other": "other",
}


def plan_visit(said_to_be: HomeVisitReason) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        mother = chosen_mother(facts, state)
        if facts.staff is None or mother is None:
            return NOTHING
        planned = HomeVisitPlanned(
            staff_id=facts.staff.id,
            mother_id=mother.id,
            on=date.fromisoformat(state.data["home_visit_day"]),
            hour=int(state.data["home_visit_hour"]),
            place=PLACES[state.data["home_visit_place"]],
            said_to_be=said_to_be,
        )
        return happened(planned)

    act.__doc__ = f"A visit as agreed with her; if anybody asks, it is: {said_to_be}."
    return act


def refer(service: ReferralService) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        mother = chosen_mother(facts, state)
        if facts.staff is None or mother is None or facts.spare_slip is None:
            return NOTHING
        made = ReferralMade(facts.staff.id, mother.id, service, facts.spare_slip)
        return ActionResult(events=(made,), data={"referral_made": facts.spare_slip})

    act.__doc__ = f"Sent to another service: {service.replace('_', ' ')}."
    return act


def referral_arrived(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Whoever carried the slip of this code has arrived."""
    return happened(ReferralArrived(facts.staff.id, typed)) if facts.staff else NOTHING


def give_code(phone: Literal["hers", "shared"] | None) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        mother = chosen_mother(facts, state)
        if facts.staff is None or mother is None or facts.spare_code is None:
            return NOTHING
        given = SetUpCodeGiven(facts.staff.id, mother.id, facts.spare_code, phone)
        return ActionResult(events=(given,), data={"new_code": facts.spare_code})

    act.__doc__ = f"A code for the phone that is to be hers{': ' + phone if phone else ''}."
    return act


def worry(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """This mentor worries about her safety."""
    mother = chosen_mother(facts, state)
    if facts.staff is None or mother is None:
        return NOTHING
    return happened(SafetyConcern(facts.staff.id, mother.id))


ACTIONS: Mapping[str, Action] = {
    "her_of_case": her_of_case,
    "open_her": open_her,
    "record_today": record_today,
    "record_came": record_came,
    "record_test": record_test,
    "record_result": record_result(nurse_today=False),
    "record_look_again": record_look(soon=True),
    "record_look_as_usual": record_look(soon=False),
    "record_outcome": record_outcome,
    "record_nurse_today": record_result(nurse_today=True),
    "call_reached": call_logged(True),
    "call_not_reached": call_logged(False),
    "visit_as_friend": plan_visit("friend"),
    "visit_as_group": plan_visit("group"),
    "visit_as_tips": plan_visit("tips"),
    "refer_family_planning": refer("family_planning"),
    "refer_tb": refer("tb"),
    "refer_nutrition": refer("nutrition"),
    "refer_cervical": refer("cervical"),
    "refer_early_childhood": refer("early_childhood"),
    "refer_violence": refer("violence"),
    "refer_prep": refer("prep"),
    "refer_mental_health": refer("mental_health"),
    "referral_arrived": referral_arrived,
    "give_code": give_code(None),
    "give_code_hers": give_code("hers"),
    "give_code_shared": give_code("shared"),
    "worry": worry,
}
