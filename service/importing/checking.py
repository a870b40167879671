"""Rows of cells into facts, each checked by itself: what is wrong is said in words, and never guessed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from flows import corrections
from flows.corrections import (
    CHILD_AT_MOST,
    SUPPLY_AGO,
    SUPPLY_AHEAD,
    TREATED_AT_MOST,
    VISIT_AHEAD,
    KnownDates,
)
from flows.facts.caseload import BirthFact
from service import msisdn
from service.importing import columns
from service.importing.cells import Cell, UnreadableError, day, number_of, text, whole, word, yes
from service.importing.facts import MotherFacts, VisitFacts
from service.importing.places import Place, Places
from service.importing.problems import Problem
from service.security.blind_index import BlindIndex

T = TypeVar("T")

TWENTY: Final = 20
YOUNGEST, OLDEST = 9, 70
"""Nobody younger or older is in care as a mother; a baby's birth date stands in another column."""

LONG_AGO: Final = timedelta(days=366 * 3)
"""How old a day in a register may be that is still taken (project choice)."""

_DUE: Final = {
    "error.due_too_far": "is more than 42 weeks ahead. Check the day.",
    "error.due_long_ago": "is more than 6 weeks ago. Give the birth date instead, or check the day.",
    "error.due_after_birth": "is too soon after the birth in this row. Check both days.",
}


@dataclass(slots=True, repr=False)
class Row:
    """One row being read: its cells by column key, and what was found wrong so far."""

    number: int
    cells: Mapping[str, Cell]
    places: Places
    problems: list[Problem] = field(default_factory=list)

    def read(self, key: str, how: Callable[[Cell], T | None]) -> T | None:
        """A cell read one way; None where it is empty or wrong."""
        try:
            return how(self.cells.get(key))
        except UnreadableError as error:
            self.wrong(key, str(error))
            return None

    def wrong(self, key: str, says: str) -> None:
        """Leave the row out."""
        self.problems.append(Problem(self.number, key, says))

    def remark(self, key: str, says: str) -> None:
        """Say it and take the row."""
        self.problems.append(Problem(self.number, key, says, stops=False))

    def within(self, key: str, earliest: date, latest: date, says: str) -> date | None:
        """A day between two."""
        found = self.read(key, day)
        if found is None or earliest <= found <= latest:
            return found
        self.wrong(key, f"{found.isoformat()} {says}")
        return None

    @property
    def is_good(self) -> bool:
        """Whether nothing stops it."""
        return not any(one.stops for one in self.problems)


def mother_in(row: Row, index: BlindIndex) -> MotherFacts | None:
    """The mother a row is about; None where something stops it, which ``row.problems`` says."""
    place = _place(row)
    client = _client(row)
    if place is None:
        return None
    today = place.today
    due_on, born_on, babies = _children(row, today)
    care: Any = row.read("care", lambda one: word(one, columns.CARE, "treatment, checks or quarterly checks"))
    use: Any = row.read("whose_phone", lambda one: word(one, columns.PHONE_USE, "hers or shared"))
    facts = MotherFacts(
        row=row.number,
        facility_id=place.id,
        client_number=client or "",
        language=row.read("language", lambda one: _language(one, row.places)),
        mentor_id=row.read("mentor", lambda one: _mentor(one, place, row.places, index)),
        care=care,
        due_on=due_on,
        born_on=born_on,
        babies=babies,
        treated_since=row.within(
            "treatment_start", today - TREATED_AT_MOST, today, "is to come. Give a day that has passed."
        ),
        runs_out_on=row.within(
            "run_out",
            today - SUPPLY_AGO,
            today + SUPPLY_AHEAD,
            "is more than 6 months ago or a year ahead. Check the day.",
        ),
        under_20=_under_20(row, today),
        pair_number=row.read("pair_number", lambda one: number_of(one, "pair number")),
        form_number=row.read("form_number", lambda one: number_of(one, "form number")),
        number=row.read("phone_number", lambda one: _phone(one, place)),
        phone_use=None if use == "none" else use,
        last_visit_on=row.within("last_visit", today - LONG_AGO, today, "is to come, or over 3 years ago."),
        next_visit_on=row.within(
            "next_appointment",
            today - LONG_AGO,
            today + VISIT_AHEAD,
            "is more than a year ahead. Check the day.",
        ),
    )
    _together(row, facts)
    return facts if row.is_good else None


def visit_in(row: Row) -> VisitFacts | None:
    """The day a row is about; None where something stops it."""
    place = _place(row)
    client = _client(row)
    if place is None:
        return None
    kind: Any = row.read("kind", lambda one: word(one, columns.VISIT_KINDS, "clinic, refill or infant test"))
    status: Any = row.read(
        "status", lambda one: word(one, columns.STATUSES, "expected, kept, missed or cancelled")
    )
    due_on = row.within(
        "date",
        place.today - LONG_AGO,
        place.today + VISIT_AHEAD,
        "is over 3 years ago or more than a year ahead. Check the day.",
    )
    baby = row.read("baby", lambda one: whole(one, 1, 3))
    if due_on is None and not any(one.column == "date" for one in row.problems):
        row.wrong("date", "is empty. Write the day as 2026-02-28.")
    if status in ("kept", "missed"):
        _witnessed(row, "status", status)
        if due_on is not None and due_on > place.today:
            row.wrong(
                "status", f"{due_on.isoformat()} is to come, so nobody can have {status} it. Write expected."
            )
    if baby is not None and kind != "infant_test":
        row.wrong("baby", "is only for an infant test. Leave it empty.")
    if due_on is None or not row.is_good:
        return None
    return VisitFacts(
        row.number, place.id, client or "", kind or "clinic", due_on, status or "expected", baby
    )


def _place(row: Row) -> Place | None:
    said = text(row.cells.get("facility"))
    places = row.places
    if not said:
        if places.only is None:
            row.wrong("facility", "is empty. Write the clinic's name or number.")
        return places.only
    found = list(places.by_name.get(said.casefold(), ()))
    if said.isascii() and said.isdecimal() and len(said) < 10 and int(said) in places.by_id:
        found = [int(said)]
    theirs = [one for one in found if places.by_id[one].theirs]
    if len(theirs) == 1:
        return places.by_id[theirs[0]]
    if theirs:
        row.wrong("facility", "names more than one clinic. Write the clinic's number instead.")
    else:
        # One that is not theirs is not told from one that is not there.
        row.wrong("facility", "is not a clinic you answer for. Check the name, or ask your administrator.")
    return None


def _client(row: Row) -> str | None:
    found = row.read("client_number", lambda one: number_of(one, "client number"))
    if found is None and not any(one.column == "client_number" for one in row.problems):
        row.wrong("client_number", "is empty. Write her number in the register.")
    return found


def _language(cell: Cell, places: Places) -> str | None:
    known = sorted({name.capitalize() for name in places.languages if len(name) > 3})
    return word(cell, places.languages, " or ".join([", ".join(known[:-1]), known[-1]]).removeprefix(" or "))


def _mentor(cell: Cell, place: Place, places: Places, index: BlindIndex) -> int | None:
    said = text(cell)
    if not said:
        return None
    if said.isascii() and said.isdecimal() and len(said) < 10 and int(said) in place.mentors:
        return int(said)
    number = msisdn.parse(said, place.country.code)
    if number is not None:
        for one in index.candidates_of(number):
            found = places.mentor_of_index.get(one)
            if found in place.mentors:
                return found
    raise UnreadableError(
        "is no mentor of this clinic. Write her number in Pamoja or her phone number, or leave it empty."
    )


def _phone(cell: Cell, place: Place) -> str | None:
    said = text(cell)
    if not said:
        return None
    # A spreadsheet that takes it for a figure drops the 0 in front; with that it is tried once.
    number = msisdn.parse(said, place.country.code)
    if number is None and said.isdecimal() and not said.startswith("0"):
        number = msisdn.parse(f"0{said}", place.country.code)
    if number is None:
        raise UnreadableError("is no mobile number. Write it in full, like +254700000101, or leave it empty.")
    return number


def _children(row: Row, today: date) -> tuple[date | None, date | None, int]:
    born_on = row.within(
        "birth_date", today - CHILD_AT_MOST, today, "is to come, or over 3 years ago. Check the day."
    )
    babies = row.read("babies", lambda one: whole(one, 1, 3))
    due_on = row.read("due_date", day)
    if due_on is not None:
        births = () if born_on is None else (BirthFact(0, born_on),)
        refused = corrections.due_date_refused(due_on, KnownDates(today, births=births))
        if refused is not None:
            row.wrong("due_date", f"{due_on.isoformat()} {_DUE[refused]}")
    if babies is not None and born_on is None and text(row.cells.get("birth_date")) == "":
        row.wrong(
            "babies", "says how many were born, and the birth date is empty. Write it, or leave both empty."
        )
    return due_on, born_on, babies or 1


def _under_20(row: Row, today: date) -> bool | None:
    said = row.read("under_20", yes)
    born = row.read("date_of_birth", day)
    if born is None:
        return said
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not YOUNGEST <= age <= OLDEST:
        row.wrong("date_of_birth", "is not a mother's. A baby's goes into the column Birth date.")
        return None
    if said is not None and said != (age < TWENTY):
        row.wrong("under_20", "does not agree with her date of birth. Leave one of them empty.")
    return age < TWENTY


def _together(row: Row, facts: MotherFacts) -> None:
    """What makes no sense side by side."""
    if facts.care not in (None, "treatment"):
        for key, found in (("treatment_start", facts.treated_since), ("run_out", facts.runs_out_on)):
            if found is not None:
                row.wrong(
                    key, "is for mothers on treatment dates. Leave it empty, or write treatment under Dates."
                )
    if facts.phone_use is not None and facts.number is None and row.is_good:
        row.remark("whose_phone", "is not kept, since there is no phone number.")
    if facts.last_visit_on is not None:
        _witnessed(row, "last_visit", "kept")


def _witnessed(row: Row, key: str, status: str) -> None:
    if row.places.staff_id is None:
        row.wrong(
            key,
            f"says that a visit was {status}, and nobody answers for it. Have a member of staff import it, or leave it out.",
        )
