"""What mentors and supervisors answer: follow-ups, enrolment, the day-close."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Literal

from flows.actions.making import NOTHING, day_of, happened, remember
from flows.events import (
    ComingWhen,
    DayClosed,
    EnrolmentCompleted,
    FollowUpAction,
    FollowUpAnswered,
    MotherEnrolled,
)
from flows.facts import Facts
from flows.facts.staff import StaffFacts
from flows.lists.staff import chosen_follow_up, marked, to_mark
from flows.registry import Action, ActionResult
from flows.types import SessionState


def by_code(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """A case code was typed: whatever was chosen from the list before no longer counts."""
    return remember(follow_up="", mother="")


def follow_up(action: FollowUpAction, coming: ComingWhen | None = None) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.staff is None:
            return NOTHING
        item = chosen_follow_up(facts, state)
        if item is not None:
            answered = FollowUpAnswered(
                facts.staff.id, action, follow_up_id=item.id, coming=coming, verified=True
            )
        elif state.data.get("case_code") and not state.data.get("follow_up"):
            answered = FollowUpAnswered(
                facts.staff.id, action, code=state.data["case_code"], coming=coming, verified=True
            )
        else:
            return NOTHING
        return happened(answered)

    act.__doc__ = f"Answer the chosen follow-up: {action.replace('_', ' ')}{', ' + coming.replace('_', ' ') if coming else ''}."
    return act


def coming_on(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She was reached, and comes on the day typed."""
    result = follow_up("reached_coming")(facts, state, typed)
    on = day_of(state.data.get("coming_day"))
    return ActionResult(
        events=tuple(
            replace(one, coming_on=on) if isinstance(one, FollowUpAnswered) else one for one in result.events
        )
    )


def enrol(phone: Literal["hers", "shared", "none"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.staff is None:
            return NOTHING
        code = None if phone == "none" else facts.spare_code
        enrolled = MotherEnrolled(
            staff_id=facts.staff.id,
            form_number=state.data["form_number"],
            stage="pregnant" if state.data["stage"] == "pregnant" else "baby_born",
            anchor_on=date.fromisoformat(state.data["anchor"]),
            phone=phone,
            code=code,
        )
        return ActionResult(events=(enrolled,), data={"new_code": code or ""})

    act.__doc__ = f"Enrol with what was typed; the phone: {phone}."
    return act


CARES: Mapping[str, Literal["treatment", "retest", "retest_quarterly"]] = {
    "pick_ups": "treatment",
    "usual": "retest",
    "quarterly": "retest_quarterly",
}
"""Which dates are hers, by the option chosen: the screen says nothing that somebody who looks on could read."""


def complete(under_20: bool) -> Action:
    """Finish an enrolment.

    "Less than 3 months" gives no day: today is taken, the day that keeps her at risk for longest. Who has checks
    from time to time has neither a start nor a supply.
    """

    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.staff is None:
            return NOTHING
        care = CARES.get(state.data.get("care", ""))
        supplied = care in (None, "treatment")
        recent = supplied and state.data.get("recent") == "yes"
        completed = EnrolmentCompleted(
            staff_id=facts.staff.id,
            mother_id=int(state.data["mother"]),
            next_visit_on=day_of(state.data.get("next_visit")),
            art_started_on=facts.now.date() if recent else None,
            run_out_on=day_of(state.data.get("run_out")) if supplied else None,
            under_20=under_20,
            care=care,
        )
        return happened(completed)

    act.__doc__ = f"Finish an enrolment of a mother {'under 20' if under_20 else 'of 20 or over'}."
    return act


def start_day(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Keep whom this day-close is about: a visit entered meanwhile is not closed unseen."""
    if facts.staff is None or facts.staff.day is None:
        return remember(day="", expected="", marked="", absent="")
    expected = ",".join(str(visit.visit_id) for visit in facts.staff.expected)
    return remember(day=facts.staff.day.isoformat(), expected=expected, marked="", absent="")


def _ids(raw: str) -> tuple[int, ...]:
    return tuple(int(part) for part in raw.split(",") if part)


def _closed(
    staff: StaffFacts | None,
    state: SessionState,
    about: str,
    absent: tuple[int, ...] = (),
    clinic_closed: bool = False,
) -> ActionResult:
    day = day_of(state.data.get("day"))
    if staff is None or day is None:
        return NOTHING
    expected = _ids(state.data.get(about, ""))
    return happened(DayClosed(staff.id, staff.facility_id, day, expected, absent, clinic_closed))


def close_all_came(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Everybody who was expected came."""
    return _closed(facts.staff, state, "expected")


def close_clinic_closed(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Nobody could come: not her missed visit."""
    return _closed(facts.staff, state, "expected", clinic_closed=True)


def close_day(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Close with what was marked: a visit that vanished meanwhile is neither kept nor missed."""
    return _closed(facts.staff, state, "marked", absent=_ids(state.data.get("absent", "")))


def mark(absent: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        visit = to_mark(facts, state)
        if visit is None:
            return NOTHING
        added = (*marked(state), visit.visit_id)
        away = _ids(state.data.get("absent", ""))
        if absent:
            away = (*away, visit.visit_id)
        return remember(marked=",".join(map(str, added)), absent=",".join(map(str, away)))

    act.__doc__ = f"The visit asked about: {'did not come' if absent else 'came'}."
    return act


ACTIONS: Mapping[str, Action] = {
    "by_code": by_code,
    "follow_up_going": follow_up("going"),
    "follow_up_pass_on": follow_up("pass_on"),
    "follow_up_problem": follow_up("reached_problem"),
    "follow_up_not_reached": follow_up("not_reached"),
    "follow_up_wrong_number": follow_up("wrong_number"),
    "follow_up_moved": follow_up("moved"),
    "follow_up_died": follow_up("died"),
    "follow_up_undo": follow_up("undo"),
    "coming_on": coming_on,
    "coming_tomorrow": follow_up("reached_coming", "tomorrow"),
    "coming_this_week": follow_up("reached_coming", "this_week"),
    "coming_next_week": follow_up("reached_coming", "next_week"),
    "coming_no_need": follow_up("reached_coming", "no_need"),
    "enrol_hers": enrol("hers"),
    "enrol_shared": enrol("shared"),
    "enrol_none": enrol("none"),
    "complete_under_20": complete(True),
    "complete_20_or_over": complete(False),
    "start_day": start_day,
    "close_all_came": close_all_came,
    "close_clinic_closed": close_clinic_closed,
    "close_day": close_day,
    "mark_came": mark(False),
    "mark_absent": mark(True),
}
