"""What a mother's own screens list and name: her visits, the hours she may be asked at, help getting there."""

from collections.abc import Mapping
from datetime import date

from flows.facts import Facts
from flows.facts.life import VisitFact
from flows.lists.subjects import subject_of
from flows.registry import ListItem, ListOf, Placeholder, Value, Word
from flows.types import SessionState

HOURS = (7, 8, 13, 18, 20)
"""The local hours she may be asked at. The trial of Mobile WACh X offered 8, 13 and 20 (tperrier/mwachx)."""


def chosen_visit(facts: Facts, state: SessionState) -> VisitFact | None:
    """The visit chosen from the list, else the next one of whom she chose; None when there is none any more."""
    visits = coming_visits(facts, state)
    chosen = state.data.get("visit")
    if chosen:
        return next((visit for visit in visits if str(visit.id) == chosen), None)
    return visits[0] if visits else None


def coming_visits(facts: Facts, state: SessionState | None = None) -> tuple[VisitFact, ...]:
    """The visits from today on of whom she chose to see, of all without a choice; the nearest first."""
    if facts.mother is None:
        return ()
    today, subject = facts.now.date(), state.data.get("subject") if state is not None else None
    return tuple(
        sorted(
            (
                visit
                for visit in facts.mother.visits
                if visit.due_on >= today and (not subject or subject_of(visit, facts.mother) == subject)
            ),
            key=lambda visit: (visit.due_on, visit.id),
        )
    )


def visits(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The visits from today on of whom she chose."""
    return tuple(
        ListItem(str(visit.id), {"date": visit.due_on, "kind": Word(f"visit.{visit.kind}")})
        for visit in coming_visits(facts, state)
    )


def hours(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The hours she may be asked at."""
    return tuple(ListItem(str(hour), {"hour": hour}) for hour in HOURS)


def _visit_kind(facts: Facts, state: SessionState) -> Value:
    """What the visit shown is for."""
    visit = chosen_visit(facts, state)
    return Word(f"visit.{visit.kind}") if visit else ""


def _visit_date(facts: Facts, state: SessionState) -> Value:
    """The day of the visit shown."""
    visit = chosen_visit(facts, state)
    return visit.due_on if visit else ""


def _transport(facts: Facts, state: SessionState) -> Value:
    """The number to call for help getting there."""
    return facts.transport


LISTS: Mapping[str, ListOf] = {
    "visits": visits,
    "hours": hours,
}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "visit_kind": _visit_kind,
    "visit_date": _visit_date,
    "transport": _transport,
}

LONGEST: Mapping[str, Value] = {
    "visit_kind": Word("visit.infant_test"),
    "visit_date": date(2026, 12, 23),
    "kind": Word("visit.infant_test"),
    "date": date(2026, 12, 23),
    "hour": 20,
    "transport": "+254700000199",
}
