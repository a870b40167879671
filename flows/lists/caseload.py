"""What a mentor's pages about her mothers list and name: who they are, who comes tomorrow, whose test it was."""

from collections.abc import Mapping
from datetime import date, timedelta

from flows.children import child_word
from flows.facts import Facts
from flows.facts.caseload import CaseloadMother
from flows.registry import ListItem, ListOf, Placeholder, Value, Word
from flows.types import SessionState

BABY_FOR = timedelta(days=365)
PLACE_LENGTH = 16
"""Letters of a clinic's name that fit a line."""

BOOK_AFTER = timedelta(days=548)
"""From which age on a baby's book may be closed: about 18 months, when the last test by age is due."""

HERSELF = "mother"
"""Stands for the mother where an infant's id would stand."""


def chosen_mother(facts: Facts, state: SessionState) -> CaseloadMother | None:
    """The mother whose page is open; None when this mentor does not look after her any more."""
    if facts.staff is None:
        return None
    chosen = state.data.get("mother")
    return next((one for one in facts.staff.mothers if str(one.id) == chosen), None)


def mother_of_code(facts: Facts, state: SessionState) -> CaseloadMother | None:
    """The mother whose case code was typed."""
    if facts.staff is None:
        return None
    code = state.data.get("case_code")
    return next((one for one in facts.staff.mothers if one.code == code), None)


def record_day(facts: Facts, state: SessionState) -> date:
    """The day that what is recorded happened: the one typed, else today."""
    typed = state.data.get("record_day")
    return date.fromisoformat(typed) if typed else facts.now.date()


def my_mothers(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Everybody this mentor looks after, in the order of their case codes."""
    if facts.staff is None:
        return ()
    return tuple(
        ListItem(str(one.id), {"code": one.code, "stage": stage(one, facts.now.date())})
        for one in facts.staff.mothers
    )


def tomorrow(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Those of hers who are expected tomorrow."""
    if facts.staff is None:
        return ()
    return tuple(
        ListItem(str(one.id), {"code": one.code, "kind": Word(f"visit.{one.tomorrow}")})
        for one in facts.staff.mothers
        if one.tomorrow is not None
    )


def tested(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Whose test may have been taken: each of her children's, or her own."""
    mother = chosen_mother(facts, state)
    if mother is None:
        return ()
    today, expecting = facts.now.date(), mother.edd is not None
    children = [
        ListItem(str(one.id), {"whose": child_word(one, mother.infants, today, expecting=expecting)})
        for one in mother.infants
    ]
    return (*children, ListItem(HERSELF, {"whose": Word("whose.mother")}))


def waiting(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Whose result is waited for."""
    mother = chosen_mother(facts, state)
    if mother is None:
        return ()
    return tuple(
        item
        for item in tested(facts, state)
        if (None if item.id == HERSELF else int(item.id)) in mother.waiting
    )


def result_waits(facts: Facts, state: SessionState) -> bool:
    """The result chosen is still waited for."""
    return any(item.id == state.data.get("result_of") for item in waiting(facts, state))


def own_result_of_treatment(facts: Facts, state: SessionState) -> bool:
    """The result chosen is her own, and her dates are those of treatment: staff may look again sooner than usual."""
    mother = chosen_mother(facts, state)
    return mother is not None and mother.treated and state.data.get("result_of") == HERSELF


def books(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Children old enough for the register's last line, which nobody has said is written."""
    mother = chosen_mother(facts, state)
    if mother is None or not mother.treated:
        return ()
    today = facts.now.date()
    open_books = {
        str(one.id) for one in mother.infants if not one.closed and today - one.born_on >= BOOK_AFTER
    }
    return tuple(item for item in tested(facts, state) if item.id in open_books)


def stage(mother: CaseloadMother, today: date) -> Word:
    """Where she stands, in a word that says nothing of her care."""
    if mother.died or mother.elsewhere:
        return Word("stage.paused")
    if mother.edd is not None:
        return Word("stage.expecting")
    if not mother.infants:
        return Word("stage.mother")
    youngest = max(one.born_on for one in mother.infants)
    return Word("stage.baby" if today - youngest < BABY_FOR else "stage.child")


def places(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Our other clinics, where she may move to."""
    if facts.staff is None:
        return ()
    return tuple(ListItem(str(one.id), {"place": one.name[:PLACE_LENGTH]}) for one in facts.staff.places)


def _her_code(facts: Facts, state: SessionState) -> Value:
    """The case code of the mother whose page is open."""
    mother = chosen_mother(facts, state)
    return mother.code if mother else ""


def _her_stage(facts: Facts, state: SessionState) -> Value:
    """Where she stands."""
    mother = chosen_mother(facts, state)
    return stage(mother, facts.now.date()) if mother else ""


def _her_watch(facts: Facts, state: SessionState) -> Value:
    """A discreet word where a baby of hers asks for a closer look in its first months."""
    mother = chosen_mother(facts, state)
    if mother is None:
        return ""
    today = facts.now.date()
    watched = any(one.watch and not one.closed and today - one.born_on < BABY_FOR for one in mother.infants)
    return Word("watch.closely") if watched else ""


def _record_day(facts: Facts, state: SessionState) -> Value:
    """The day that is being recorded."""
    return record_day(facts, state)


def _tomorrow_count(facts: Facts, state: SessionState) -> Value:
    """How many of hers are expected tomorrow."""
    return len(tomorrow(facts, state))


def _referral_code(facts: Facts, state: SessionState) -> Value:
    """The code of the referral just made."""
    return state.data.get("referral_made", "")


LISTS: Mapping[str, ListOf] = {
    "my_mothers": my_mothers,
    "tomorrow": tomorrow,
    "tested": tested,
    "waiting": waiting,
    "books": books,
    "places": places,
}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "her_code": _her_code,
    "her_stage": _her_stage,
    "her_watch": _her_watch,
    "record_day": _record_day,
    "tomorrow_count": _tomorrow_count,
    "referral_code": _referral_code,
}

LONGEST: Mapping[str, Value] = {
    "her_code": "417",
    "her_stage": Word("stage.expecting"),
    "her_watch": Word("watch.closely"),
    "stage": Word("stage.expecting"),
    "whose": Word("child.first_twin"),
    "record_day": date(2026, 12, 23),
    "tomorrow_count": 120,
    "place": "W" * PLACE_LENGTH,
    "referral_code": "4821",
}
