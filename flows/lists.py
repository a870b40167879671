"""The lists a screen may show, the single facts a text may name, and how a chosen line is found again."""

from collections.abc import Mapping
from datetime import date

from flows.registry import ListItem, ListOf, Placeholder, Value, Word
from flows.types import ExpectedVisit, Facts, FollowUpItem, SessionState, VisitFact

HOURS = (7, 8, 13, 18, 20)
"""The local hours she may be asked at. The trial of Mobile WACh X offered 8, 13 and 20 (tperrier/mwachx)."""


# --- what was chosen, found again in today's facts -----------------------------------------------------


def chosen_visit(facts: Facts, state: SessionState) -> VisitFact | None:
    """The visit chosen from the list, else the next one; None when there is none any more."""
    visits = coming_visits(facts)
    chosen = state.data.get("visit")
    if chosen:
        return next((visit for visit in visits if str(visit.id) == chosen), None)
    return visits[0] if visits else None


def coming_visits(facts: Facts) -> tuple[VisitFact, ...]:
    """Her visits from today on, the nearest first."""
    if facts.mother is None:
        return ()
    today = facts.now.date()
    return tuple(
        sorted(
            (visit for visit in facts.mother.visits if visit.due_on >= today),
            key=lambda visit: (visit.due_on, visit.id),
        )
    )


def chosen_follow_up(facts: Facts, state: SessionState) -> FollowUpItem | None:
    """The follow-up chosen from the list or typed as a case code; None when it is not there any more."""
    if facts.staff is None:
        return None
    chosen, code = state.data.get("follow_up"), state.data.get("case_code")
    if chosen:
        return next((item for item in facts.staff.follow_ups if str(item.id) == chosen), None)
    return next((item for item in facts.staff.follow_ups if item.code == code), None)


def marked(state: SessionState) -> tuple[int, ...]:
    """The visits of this day-close that have been marked so far."""
    return tuple(int(part) for part in state.data.get("marked", "").split(",") if part)


def to_mark(facts: Facts, state: SessionState) -> ExpectedVisit | None:
    """The next visit to ask about: of those this day-close began with, the first not yet marked."""
    if facts.staff is None:
        return None
    wanted = [part for part in state.data.get("expected", "").split(",") if part]
    done = set(marked(state))
    return next(
        (
            visit
            for visit in facts.staff.expected
            if str(visit.visit_id) in wanted and visit.visit_id not in done
        ),
        None,
    )


# --- lists -----------------------------------------------------------------------------------------------


def follow_ups(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Her open follow-ups in the order given: ranked by risk before they became facts."""
    if facts.staff is None:
        return ()
    return tuple(
        ListItem(str(item.id), {"code": item.code, "cause": Word(f"cause.{item.cause}"), "days": item.days})
        for item in facts.staff.follow_ups
    )


def visits(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Her visits from today on."""
    return tuple(
        ListItem(str(visit.id), {"date": visit.due_on, "kind": Word(f"visit.{visit.kind}")})
        for visit in coming_visits(facts)
    )


def incomplete(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The enrolments this mentor has still to finish."""
    if facts.staff is None:
        return ()
    return tuple(ListItem(str(item.mother_id), {"code": item.code}) for item in facts.staff.incomplete)


def hours(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The hours she may be asked at."""
    return tuple(ListItem(str(hour), {"hour": hour}) for hour in HOURS)


LISTS: Mapping[str, ListOf] = {
    "follow_ups": follow_ups,
    "visits": visits,
    "incomplete": incomplete,
    "hours": hours,
}


# --- single facts a text may name ---------------------------------------------------------------------------


def _visit_kind(facts: Facts, state: SessionState) -> Value:
    """What the visit shown is for."""
    visit = chosen_visit(facts, state)
    return Word(f"visit.{visit.kind}") if visit else ""


def _visit_date(facts: Facts, state: SessionState) -> Value:
    """The day of the visit shown."""
    visit = chosen_visit(facts, state)
    return visit.due_on if visit else ""


def _case_code(facts: Facts, state: SessionState) -> Value:
    """The case code of the follow-up chosen or typed."""
    item = chosen_follow_up(facts, state)
    return item.code if item else state.data.get("case_code", "")


def _cause(facts: Facts, state: SessionState) -> Value:
    """Why the follow-up chosen was opened, in neutral words."""
    item = chosen_follow_up(facts, state)
    return Word(f"cause.{item.cause}") if item else ""


def _marking_code(facts: Facts, state: SessionState) -> Value:
    """The case code of the mother asked about in the day-close."""
    visit = to_mark(facts, state)
    return visit.code if visit else ""


def _day_count(facts: Facts, state: SessionState) -> Value:
    """How many were expected when this day-close began."""
    return len([part for part in state.data.get("expected", "").split(",") if part])


def _new_code(facts: Facts, state: SessionState) -> Value:
    """The set-up code of the enrolment just made."""
    return state.data.get("new_code", "")


def _transport(facts: Facts, state: SessionState) -> Value:
    """The number to call for help getting there."""
    return facts.transport


def _follow_up_count(facts: Facts, state: SessionState) -> Value:
    """How many open follow-ups she has."""
    return len(facts.staff.follow_ups) if facts.staff else 0


def _expected_count(facts: Facts, state: SessionState) -> Value:
    """How many are expected today, 0 once the day is closed."""
    return len(facts.staff.expected) if facts.staff and not facts.staff.day_closed else 0


def _incomplete_count(facts: Facts, state: SessionState) -> Value:
    """How many enrolments she has still to finish."""
    return len(facts.staff.incomplete) if facts.staff else 0


PLACEHOLDERS: Mapping[str, Placeholder] = {
    "visit_kind": _visit_kind,
    "visit_date": _visit_date,
    "case_code": _case_code,
    "cause": _cause,
    "marking_code": _marking_code,
    "day_count": _day_count,
    "new_code": _new_code,
    "transport": _transport,
    "follow_up_count": _follow_up_count,
    "expected_count": _expected_count,
    "incomplete_count": _incomplete_count,
}

LONGEST: Mapping[str, Value] = {
    "visit_kind": Word("visit.infant_test"),
    "visit_date": date(2026, 12, 23),
    "kind": Word("visit.infant_test"),
    "date": date(2026, 12, 23),
    "case_code": "417",
    "code": "417",
    "cause": Word("cause.infant_test_overdue"),
    "days": 120,
    "hour": 20,
    "marking_code": "417",
    "day_count": 120,
    "new_code": "4821",
    "transport": "+254700000199",
    "follow_up_count": 120,
    "expected_count": 120,
    "incomplete_count": 120,
    "count": 120,
    "time": "12:00",
}
"""As long as each value gets, for the check that every screen and text fits. A Word stands for its group:
the longest of ``cause.*`` or ``visit.*`` in the language at hand is taken."""
