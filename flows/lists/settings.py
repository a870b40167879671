"""What a mother's settings name: until when her texts rest, what her record says, and who looked."""

from collections.abc import Mapping
from datetime import date, timedelta

from flows.facts import Facts
from flows.lists.mothers import coming_visits
from flows.registry import ListItem, ListOf, Placeholder, Value, Word
from flows.types import SessionState

COOLING_OFF = timedelta(days=7)
"""How long a wish to be forgotten can be taken back. The store counts the same days."""

LOOKS_SHOWN = 8


def looks(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Who opened her record, the latest first; a day and a role, never a name."""
    if facts.mother is None:
        return ()
    return tuple(
        ListItem(str(place), {"looked_on": look.on, "looked_by": Word(f"role.{look.by}")})
        for place, look in enumerate(facts.mother.record.looks[:LOOKS_SHOWN], start=1)
    )


def _paused_until(facts: Facts, state: SessionState) -> Value:
    """The day her texts begin again: as just chosen, else as it stands."""
    chosen = state.data.get("paused_until")
    if chosen:
        return date.fromisoformat(chosen)
    until = facts.mother.texts.paused_until if facts.mother else None
    return until if until is not None else ""


def _erase_on(facts: Facts, state: SessionState) -> Value:
    """The day what is held about her is erased: as it stands, else if she asked now."""
    pending = facts.mother.record.erase_on if facts.mother else None
    return pending or facts.now.date() + COOLING_OFF


def _held_since(facts: Facts, state: SessionState) -> Value:
    """The day her record began."""
    since = facts.mother.record.since if facts.mother else None
    return since if since is not None else ""


def _held_year(facts: Facts, state: SessionState) -> Value:
    """The year her record began: a day is shown without one."""
    since = facts.mother.record.since if facts.mother else None
    return since.year if since is not None else ""


def _held_signature(facts: Facts, state: SessionState) -> Value:
    """How her texts are signed."""
    return Word(f"signed.{facts.mother.signature}") if facts.mother else ""


def _held_next(facts: Facts, state: SessionState) -> Value:
    """Her next date, or that there is none."""
    visits = coming_visits(facts)
    return visits[0].due_on if visits else Word("said.none")


def _agreed(stream: str) -> Placeholder:
    def placeholder(facts: Facts, state: SessionState) -> Value:
        agreed = facts.mother is not None and stream in facts.mother.record.consents
        return Word("said.yes" if agreed else "said.no")

    placeholder.__doc__ = f"Whether a consent stands: {stream}."
    return placeholder


LISTS: Mapping[str, ListOf] = {"looks": looks}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "paused_until": _paused_until,
    "erase_on": _erase_on,
    "held_since": _held_since,
    "held_year": _held_year,
    "held_signature": _held_signature,
    "held_next": _held_next,
    "agreed_texts": _agreed("sms"),
    "agreed_calls": _agreed("call"),
    "agreed_record": _agreed("data"),
}

LONGEST: Mapping[str, Value] = {
    "paused_until": date(2026, 12, 23),
    "erase_on": date(2026, 12, 23),
    "held_since": date(2026, 12, 23),
    "held_year": 2026,
    "held_signature": Word("signed.group"),
    "held_next": date(2026, 12, 23),
    "agreed_texts": Word("said.yes"),
    "agreed_calls": Word("said.yes"),
    "agreed_record": Word("said.yes"),
    "looked_on": date(2026, 12, 23),
    "looked_by": Word("role.supervisor"),
}
