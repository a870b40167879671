"""What staff screens list and name: follow-ups, enrolments to finish, who is expected, case codes."""

from collections.abc import Mapping
from datetime import date

from flows.facts import Facts
from flows.facts.staff import StaffFacts
from flows.facts.work import ExpectedVisit, FollowUpItem
from flows.lists.cases import cases, cause_of, lines
from flows.registry import ListItem, ListOf, Phrase, Placeholder, Value, Word
from flows.types import SessionState

NAME_SHOWN = 7
"""So many letters of a colleague's name stand beside a cause: the page has no room for more."""


def chosen_follow_up(facts: Facts, state: SessionState) -> FollowUpItem | None:
    """The follow-up chosen from the list or typed as a case code; None when it is not there any more."""
    if facts.staff is None:
        return None
    chosen, code = state.data.get("follow_up"), state.data.get("case_code")
    known = _known(facts.staff)
    if chosen:
        return next((item for item in known if str(item.id) == chosen), None)
    return next((case.first for case in cases(known) if case.first.code == code), None)


def _known(staff: StaffFacts) -> tuple[FollowUpItem, ...]:
    """Her own follow-ups, and for a supervisor those of the facilities she answers for."""
    over = staff.supervisor
    return staff.follow_ups if over is None else (*staff.follow_ups, *over.unacknowledged, *over.oldest)


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


def follow_ups(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Her open follow-ups, a line for each mother, in the order given: ranked by risk before they became facts."""
    return () if facts.staff is None else lines(facts.staff.follow_ups)


def incomplete(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The enrolments this mentor has still to finish."""
    if facts.staff is None:
        return ()
    return tuple(ListItem(str(item.mother_id), {"code": item.code}) for item in facts.staff.incomplete)


def _case_code(facts: Facts, state: SessionState) -> Value:
    """The case code of the follow-up chosen or typed."""
    item = chosen_follow_up(facts, state)
    return item.code if item else state.data.get("case_code", "")


def _cause(facts: Facts, state: SessionState) -> Value:
    """Why the follow-up chosen was opened, in neutral words."""
    item = chosen_follow_up(facts, state)
    return cause_of(item) if item else ""


def _wanted_at(facts: Facts, state: SessionState) -> Value:
    """The time today at which she would like the call she asked for; for a colleague who asks, their first name.

    Where a missed visit is traced, what is asked at this point of it; for a supervisor, that nobody was told yet.
    """
    item = chosen_follow_up(facts, state)
    if item is not None and item.ask is not None:
        return Word(f"ask.{item.ask}")
    if item is not None and item.state == "open" and facts.staff and facts.staff.supervisor:
        return Word("follow_up.not_told")
    return item.wanted_at or item.asked_by[:NAME_SHOWN] if item else ""


def _marking_code(facts: Facts, state: SessionState) -> Value:
    """The case code of the mother asked about in the day-close."""
    visit = to_mark(facts, state)
    return visit.code if visit else ""


def _closing_day(facts: Facts, state: SessionState) -> Value:
    """The day that is being closed: an earlier one that nobody has closed comes before today."""
    day = state.data.get("day")
    return date.fromisoformat(day) if day else ""


def _day_count(facts: Facts, state: SessionState) -> Value:
    """How many were expected when this day-close began."""
    return len([part for part in state.data.get("expected", "").split(",") if part])


def _new_code(facts: Facts, state: SessionState) -> Value:
    """The set-up code of the enrolment just made."""
    return state.data.get("new_code", "")


def _follow_up_count(facts: Facts, state: SessionState) -> Value:
    """About how many mothers and callers something is open."""
    return len(cases(facts.staff.follow_ups)) if facts.staff else 0


def _expected_count(facts: Facts, state: SessionState) -> Value:
    """How many are expected today, 0 once the day is closed."""
    return len(facts.staff.expected) if facts.staff and not facts.staff.day_closed else 0


def _incomplete_count(facts: Facts, state: SessionState) -> Value:
    """How many enrolments she has still to finish."""
    return len(facts.staff.incomplete) if facts.staff else 0


LISTS: Mapping[str, ListOf] = {
    "follow_ups": follow_ups,
    "incomplete": incomplete,
}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "case_code": _case_code,
    "cause": _cause,
    "wanted_at": _wanted_at,
    "marking_code": _marking_code,
    "closing_day": _closing_day,
    "day_count": _day_count,
    "new_code": _new_code,
    "follow_up_count": _follow_up_count,
    "expected_count": _expected_count,
    "incomplete_count": _incomplete_count,
}

LONGEST: Mapping[str, Value] = {
    "case_code": "417",
    "code": "417",
    "cause": Phrase((Word("cause.infant_test_overdue"), " +9")),
    "open_cause": Phrase((Word("cause.infant_test_overdue"), " +9, ", Word("follow_up.taken"))),
    "ask": Word("ask.call"),
    "cases": Phrase(("417 ", Word("cause.infant_test_overdue"), " 12:00 +9, +120")),
    "days": 120,
    "wanted_at": Word("ask.visit"),
    "marking_code": "417",
    "closing_day": date(2026, 12, 23),
    "day_count": 120,
    "new_code": "4821",
    "follow_up_count": 120,
    "expected_count": 120,
    "incomplete_count": 120,
}
