"""What an answer on a screen means: one small function per action that content may name with ``do``.

An action looks at the facts, the session and what was typed, and says what happened (events) and what
the session is to remember (data). It changes nothing itself.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from flows.events import (
    CallRequested,
    CheckInAnswered,
    ComingWhen,
    DayClosed,
    DoseMissed,
    EnrolmentCompleted,
    Event,
    FollowUpAction,
    FollowUpAnswered,
    MotherEnrolled,
    MotherSetUp,
    Reason,
    RhythmChosen,
    StopRequested,
    UnwellReported,
    VisitChangeRequested,
    VisitConfirmed,
)
from flows.lists import chosen_follow_up, chosen_visit, marked, to_mark
from flows.registry import Action, ActionResult
from flows.types import Facts, SessionState, StaffFacts

NOTHING = ActionResult()


def _happened(*events: Event) -> ActionResult:
    return ActionResult(events=events)


def _remember(**data: str) -> ActionResult:
    return ActionResult(data=data)


def _mother_id(facts: Facts) -> int | None:
    """The mother whose PIN was given; None before it: the event then concerns the number."""
    return facts.mother.id if facts.mother else None


def _day(raw: str | None) -> date | None:
    """The day typed; None where "not known" was chosen instead."""
    return date.fromisoformat(raw) if raw and raw != "skip" else None


# --- anybody ----------------------------------------------------------------------------------------


def say_fine(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """All is well: ends a spell of silence."""
    return _happened(CheckInAnswered(_mother_id(facts)))


def say_missed(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Some days were missed. Said at once, so that a session dropped before the reason loses nothing."""
    return _happened(DoseMissed(_mother_id(facts), None))


def _because(reason: Reason) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return _happened(DoseMissed(_mother_id(facts), reason))

    act.__doc__ = f"Why days were missed: {reason.replace('_', ' ')}."
    return act


def _call(when: Literal["today", "stuck"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return _happened(CallRequested(_mother_id(facts), when))

    act.__doc__ = "She wants a call." if when == "today" else "She wants a call: she was stuck in the menus."
    return act


def _urgent(about: Literal["me", "baby"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        return _happened(UnwellReported(_mother_id(facts), about, urgent=True))

    act.__doc__ = f"It is urgent: {'she' if about == 'me' else 'her baby'} is unwell."
    return act


def unwell_not_urgent(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Unwell but not urgent: a person calls."""
    mother_id = _mother_id(facts)
    return _happened(UnwellReported(mother_id, "unknown", urgent=False), CallRequested(mother_id, "today"))


def stop(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Out of everything, for everyone on this number."""
    return _happened(StopRequested())


# --- set-up, beside the mentor ------------------------------------------------------------------------


def remember_set_up(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Keep whom the code belongs to: the facts of later hops no longer say so."""
    return _remember(set_up_mother=str(facts.code_mother)) if facts.code_mother is not None else NOTHING


SIGNATURES: Mapping[str, Literal["tips", "group", "none"]] = {
    "tips": "tips",
    "group": "group",
    "none": "none",
}


def set_up(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She has chosen a signature and a PIN: from now on she may be texted."""
    mother_id = state.data.get("set_up_mother")
    if mother_id is None:
        return NOTHING
    signature = SIGNATURES[state.data["signature"]]
    set_up_event = MotherSetUp(int(mother_id), state.data["set_up_code"], signature, state.data["new_pin"])
    return _happened(set_up_event)


# --- a mother, after her PIN ----------------------------------------------------------------------------


def confirm_visit(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She will come on the day shown."""
    visit = chosen_visit(facts, state)
    return _happened(VisitConfirmed(_mother_id(facts), visit.id)) if visit else NOTHING


def ask_another_day(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She asks for the day she typed."""
    visit = chosen_visit(facts, state)
    if visit is None:
        return NOTHING
    return _happened(VisitChangeRequested(_mother_id(facts), visit.id, wanted=_day(state.data.get("wanted"))))


def ask_transport(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """She needs help getting there."""
    visit = chosen_visit(facts, state)
    if visit is None:
        return NOTHING
    return _happened(VisitChangeRequested(_mother_id(facts), visit.id, needs_transport=True))


def _rhythm(rhythm: Literal["daily", "weekly", "off"]) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.mother is None:
            return NOTHING
        return _happened(RhythmChosen(facts.mother.id, rhythm, facts.mother.checkin_hour))

    act.__doc__ = f"She wants to be asked: {rhythm}."
    return act


def choose_hour(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """The local hour she wants to be asked at; her rhythm stays."""
    if facts.mother is None:
        return NOTHING
    return _happened(RhythmChosen(facts.mother.id, facts.mother.rhythm, int(state.data["hour"])))


# --- staff: follow-ups ----------------------------------------------------------------------------------


def by_code(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """A case code was typed: whatever was chosen from the list before no longer counts."""
    return _remember(follow_up="")


def _follow_up(action: FollowUpAction, coming: ComingWhen | None = None) -> Action:
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
        return _happened(answered)

    act.__doc__ = f"Answer the chosen follow-up: {action.replace('_', ' ')}{', ' + coming.replace('_', ' ') if coming else ''}."
    return act


# --- staff: enrolment ---------------------------------------------------------------------------------------


def _enrol(phone: Literal["hers", "shared", "none"]) -> Action:
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


def _complete(under_20: bool) -> Action:
    """Finish an enrolment.

    "Less than 3 months" gives no day: today is taken, the day that keeps her at risk for longest.
    """

    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        if facts.staff is None:
            return NOTHING
        completed = EnrolmentCompleted(
            staff_id=facts.staff.id,
            mother_id=int(state.data["mother"]),
            next_visit_on=_day(state.data.get("next_visit")),
            art_started_on=facts.now.date() if state.data.get("recent") == "yes" else None,
            run_out_on=_day(state.data.get("run_out")),
            under_20=under_20,
        )
        return _happened(completed)

    act.__doc__ = f"Finish an enrolment of a mother {'under 20' if under_20 else 'of 20 or over'}."
    return act


# --- staff: the day-close --------------------------------------------------------------------------------------


def start_day(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Keep whom this day-close is about: a visit entered meanwhile is not closed unseen."""
    if facts.staff is None or facts.staff.day is None:
        return _remember(day="", expected="", marked="", absent="")
    expected = ",".join(str(visit.visit_id) for visit in facts.staff.expected)
    return _remember(day=facts.staff.day.isoformat(), expected=expected, marked="", absent="")


def _ids(raw: str) -> tuple[int, ...]:
    return tuple(int(part) for part in raw.split(",") if part)


def _closed(
    staff: StaffFacts | None,
    state: SessionState,
    about: str,
    absent: tuple[int, ...] = (),
    clinic_closed: bool = False,
) -> ActionResult:
    day = _day(state.data.get("day"))
    if staff is None or day is None:
        return NOTHING
    expected = _ids(state.data.get(about, ""))
    return _happened(DayClosed(staff.id, staff.facility_id, day, expected, absent, clinic_closed))


def close_all_came(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Everybody who was expected came."""
    return _closed(facts.staff, state, "expected")


def close_clinic_closed(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Nobody could come: not her missed visit."""
    return _closed(facts.staff, state, "expected", clinic_closed=True)


def close_day(facts: Facts, state: SessionState, typed: str) -> ActionResult:
    """Close with what was marked: a visit that vanished meanwhile is neither kept nor missed."""
    return _closed(facts.staff, state, "marked", absent=_ids(state.data.get("absent", "")))


def _mark(absent: bool) -> Action:
    def act(facts: Facts, state: SessionState, typed: str) -> ActionResult:
        visit = to_mark(facts, state)
        if visit is None:
            return NOTHING
        added = (*marked(state), visit.visit_id)
        away = _ids(state.data.get("absent", ""))
        if absent:
            away = (*away, visit.visit_id)
        return _remember(marked=",".join(map(str, added)), absent=",".join(map(str, away)))

    act.__doc__ = f"The visit asked about: {'did not come' if absent else 'came'}."
    return act


ACTIONS: Mapping[str, Action] = {
    "say_fine": say_fine,
    "say_missed": say_missed,
    "because_forgot": _because("forgot"),
    "because_ran_out": _because("ran_out"),
    "because_felt_ill": _because("felt_ill"),
    "because_travelled": _because("travelled"),
    "because_privacy": _because("privacy"),
    "because_other": _because("other"),
    "ask_call": _call("today"),
    "ask_call_stuck": _call("stuck"),
    "urgent_me": _urgent("me"),
    "urgent_baby": _urgent("baby"),
    "unwell_not_urgent": unwell_not_urgent,
    "stop": stop,
    "remember_set_up": remember_set_up,
    "set_up": set_up,
    "confirm_visit": confirm_visit,
    "ask_another_day": ask_another_day,
    "ask_transport": ask_transport,
    "rhythm_daily": _rhythm("daily"),
    "rhythm_weekly": _rhythm("weekly"),
    "rhythm_off": _rhythm("off"),
    "choose_hour": choose_hour,
    "by_code": by_code,
    "follow_up_going": _follow_up("going"),
    "follow_up_pass_on": _follow_up("pass_on"),
    "follow_up_problem": _follow_up("reached_problem"),
    "follow_up_not_reached": _follow_up("not_reached"),
    "follow_up_wrong_number": _follow_up("wrong_number"),
    "follow_up_moved": _follow_up("moved"),
    "follow_up_died": _follow_up("died"),
    "follow_up_undo": _follow_up("undo"),
    "coming_tomorrow": _follow_up("reached_coming", "tomorrow"),
    "coming_this_week": _follow_up("reached_coming", "this_week"),
    "coming_next_week": _follow_up("reached_coming", "next_week"),
    "coming_no_need": _follow_up("reached_coming", "no_need"),
    "enrol_hers": _enrol("hers"),
    "enrol_shared": _enrol("shared"),
    "enrol_none": _enrol("none"),
    "complete_under_20": _complete(True),
    "complete_20_or_over": _complete(False),
    "start_day": start_day,
    "close_all_came": close_all_came,
    "close_clinic_closed": close_clinic_closed,
    "close_day": close_day,
    "mark_came": _mark(False),
    "mark_absent": _mark(True),
}
