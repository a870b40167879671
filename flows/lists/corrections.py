"""What a mentor's screens about a wrong date list and name: which date, the day noted, and what the right one changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flows.children import child_word
from flows.corrections import KnownDates, WrongDate, known
from flows.facts import Facts
from flows.facts.caseload import BirthFact, CaseloadMother
from flows.facts.life import VisitFact
from flows.lists.caseload import chosen_mother
from flows.registry import ListItem, ListOf, Phrase, Placeholder, Value, Word
from flows.types import SessionState

SURE = "her_right_sure"
"""The screen that says a correction back. What it would change is looked up while it stands."""

CARE_LINE = "care"
"""Chosen from the list of dates: none of them, but which dates are hers."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One date of hers that may be wrong; ``about`` is the baby or the visit it is of, None for her own."""

    id: str
    what: WrongDate
    day: date
    word: Word
    about: int | None = None


def wrong_dates(facts: Facts, state: SessionState) -> tuple[Wrong, ...]:
    """Every date of the mother whose page is open that can be put right, her next visits first."""
    her = chosen_mother(facts, state)
    if her is None or her.elsewhere:
        return ()
    dates = her.dates
    found = [_visit(her, one, facts.now.date()) for one in dates.visits]
    if her.edd is not None:
        found.append(Wrong("due_date", "due_date", her.edd, Word("wrong.due_date")))
    found += [_birth(her, one, one.infant_id) for one in dates.births if one.infant_id is not None]
    if dates.run_out_on is not None:
        found.append(Wrong("supply", "supply", dates.run_out_on, Word("wrong.supply")))
    if dates.treated_from is not None:
        found.append(Wrong("treatment", "treatment", dates.treated_from, Word("wrong.treatment")))
    return tuple(found)


def chosen_wrong(facts: Facts, state: SessionState) -> Wrong | None:
    """The date that was chosen, as it stands now."""
    chosen = state.data.get("wrong")
    return next((one for one in wrong_dates(facts, state) if one.id == chosen), None)


def known_dates(facts: Facts, state: SessionState, wrong: Wrong) -> KnownDates:
    """What the right day must agree with."""
    her = chosen_mother(facts, state)
    today = facts.now.date()
    if her is None:
        return KnownDates(today)
    return known(her.dates, her.edd, today, wrong.about if wrong.what == "birth" else None)


def right_day(state: SessionState) -> date | None:
    """The day that was typed."""
    typed = state.data.get("right_day")
    return date.fromisoformat(typed) if typed else None


def _visit(her: CaseloadMother, one: VisitFact, today: date) -> Wrong:
    child = next((infant for infant in her.infants if infant.id == one.infant_id), None)
    word = Word(f"visit.{one.kind}")
    if child is not None and len(her.infants) > 1:
        word = child_word(child, her.infants, today, expecting=her.edd is not None)
    return Wrong(f"visit:{one.id}", "visit", one.due_on, word, one.id)


def _birth(her: CaseloadMother, one: BirthFact, infant_id: int) -> Wrong:
    """Twins share their birth: it is asked once, and put right for all of them."""
    several = sum(infant.born_on == one.born_on for infant in her.infants) > 1
    word = Word("wrong.births" if several else "wrong.birth")
    return Wrong(f"birth:{infant_id}", "birth", one.born_on, word, infant_id)


def said(day: date, facts: Facts) -> Value:
    """A day as it is shown, with its year where that is not this one: a birth or a start may lie long ago."""
    if day.year == facts.now.year:
        return day
    weekday, month = Word(f"weekday.{day.weekday()}"), Word(f"month.{day.month}")
    return Phrase((weekday, f" {day.day} ", month, f" {day.year}"))


def care_line(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Which dates are hers, as the last line of the list: nothing where she is no longer looked after here."""
    her = chosen_mother(facts, state)
    if her is None or her.elsewhere or her.died:
        return ()
    return (ListItem(CARE_LINE, {"wrong_date": Word("wrong.care"), "wrong_day": Word(f"care.{her.care}")}),)


def _list(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Each date of hers with the day noted, and which dates are hers."""
    dates = tuple(
        ListItem(one.id, {"wrong_date": one.word, "wrong_day": said(one.day, facts)})
        for one in wrong_dates(facts, state)
    )
    return (*dates, *care_line(facts, state))


def _which(facts: Facts, state: SessionState) -> Value:
    """Which date is put right."""
    wrong = chosen_wrong(facts, state)
    return wrong.word if wrong else ""


def _was(facts: Facts, state: SessionState) -> Value:
    """The day noted so far."""
    wrong = chosen_wrong(facts, state)
    return said(wrong.day, facts) if wrong else ""


def _right(facts: Facts, state: SessionState) -> Value:
    """The day typed in its place."""
    right = right_day(state)
    return said(right, facts) if right else ""


def _moved(facts: Facts, state: SessionState) -> Value:
    """How many dates move with it."""
    return facts.changes.moved if facts.changes else 0


def _gone(facts: Facts, state: SessionState) -> Value:
    """How many dates are taken away."""
    return facts.changes.gone if facts.changes else 0


def _new(facts: Facts, state: SessionState) -> Value:
    """How many dates come in addition."""
    return facts.changes.new if facts.changes else 0


LISTS: Mapping[str, ListOf] = {"wrong_dates": _list}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "wrong_date": _which,
    "wrong_day": _was,
    "right_day": _right,
    "dates_moved": _moved,
    "dates_gone": _gone,
    "dates_new": _new,
}

LONGEST_DAY = Phrase((Word("weekday.2"), " 23 ", Word("month.12"), " 2026"))

LONGEST: Mapping[str, Value] = {
    "wrong_date": Word("wrong.treatment"),
    "wrong_day": LONGEST_DAY,
    "right_day": LONGEST_DAY,
    "dates_moved": 12,
    "dates_gone": 12,
    "dates_new": 12,
}
