"""A sheet from its cells to what became of it: checked, compared and, if asked, saved.

The page, the command and the API come through here, so that a row means the same wherever it came from.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from service.apply.deps import Deps
from service.database import Connection
from service.importing.cells import Cell
from service.importing.checking import Row, mother_in, visit_in
from service.importing.columns import Headings, Kind, headings_of
from service.importing.facts import MotherFacts, VisitFacts
from service.importing.known import Key, Known, known_mothers
from service.importing.mothers import ComparedMothers, compare_mothers
from service.importing.places import Importer, Places, places
from service.importing.problems import Counts, Outcome, Problem, counted
from service.importing.reading import Sheet
from service.importing.saving import add_mothers, fill_in, lock_facilities
from service.importing.saving_visits import save_visits
from service.importing.visits import ComparedVisits, compare_visits
from service.security.blind_index import BlindIndex
from service.store.expected_days import days_last

TOGETHER: Final = 1_000
"""So many rows at once: between them others have their turn, progress is shown, and a wish to stop is seen."""

T = TypeVar("T")

Beat = Callable[[int], Awaitable[None]]
"""Told how many more rows are done; raises to give up."""


@dataclass(slots=True, repr=False)
class Checked:
    """Every row's outcome, and what there is to say of rows, in the order of the file."""

    kind: Kind
    ignored: tuple[str, ...] = ()
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    mothers: list[MotherFacts] = field(default_factory=list)
    visits: list[VisitFacts] = field(default_factory=list)

    @property
    def counts(self) -> Counts:
        """How many of each."""
        return counted(self.outcomes, self.problems)


async def no_beat(_rows: int) -> None:
    """For whoever shows no progress."""


async def check_sheet(
    conn: Connection, deps: Deps, sheet: Sheet, by: Importer, now: datetime, beat: Beat = no_beat
) -> Checked:
    """What would become of each row. Writes nothing. Raises NoSuchFileError for headings that fit neither file."""
    headings = headings_of(sheet.heads)
    where = await places(conn, deps, by, now)
    checked = await _read(sheet, headings, where, deps.index, beat)
    await _compare(conn, deps, checked, where)
    return _in_order(checked)


async def save_sheet(
    conn: Connection, deps: Deps, sheet: Sheet, by: Importer, now: datetime, beat: Beat = no_beat
) -> Checked:
    """Save the good rows in the caller's transaction, as they stand in the database at that moment.

    Any number of people may import at once; at one clinic they wait for each other. Raises NoSuchFileError.
    """
    headings = headings_of(sheet.heads)
    where = await places(conn, deps, by, now)
    checked = await _read(sheet, headings, where, deps.index, beat)
    return await save_rows(conn, deps, checked, where, by, now, beat)


async def save_rows(
    conn: Connection,
    deps: Deps,
    checked: Checked,
    where: Places,
    by: Importer,
    now: datetime,
    beat: Beat = no_beat,
) -> Checked:
    """Save what ``read_row`` found good, in the caller's transaction; what a row of them then is stands in its outcome."""
    clinics = {one.facility_id for one in checked.mothers} | {one.facility_id for one in checked.visits}
    await lock_facilities(conn, sorted(clinics))
    mothers, visits = await _compare(conn, deps, checked, where)
    if mothers is not None:
        added = await _save_mothers(conn, deps, where, mothers, by, now, beat)
        theirs = [one for one in mothers.visits if one.key in added]
        visits.deeds += (await compare_visits(conn, where, theirs, added, of_mothers=True, fresh=True)).deeds
    async with days_last(conn, now):
        await save_visits(
            conn, deps, where, visits.deeds, by.staff_id, now, no_beat if mothers is not None else beat
        )
    return _in_order(checked)


async def _save_mothers(
    conn: Connection,
    deps: Deps,
    where: Places,
    mothers: ComparedMothers,
    by: Importer,
    now: datetime,
    beat: Beat,
) -> dict[Key, Known]:
    added: dict[Key, Known] = {}
    for some in _chunks(mothers.fresh, TOGETHER * 5):
        added |= await add_mothers(conn, deps, where, some, by.staff_id, now)
        await beat(len(some))
    for few in _chunks(mothers.fillings, TOGETHER):
        await fill_in(conn, deps, where, few, by.staff_id, now)
        await beat(len(few))
    return added


async def _read(sheet: Sheet, headings: Headings, where: Places, index: BlindIndex, beat: Beat) -> Checked:
    checked = Checked(headings.kind, headings.ignored)
    for some in _chunks(sheet.rows, TOGETHER):
        _read_rows(some, headings, where, index, checked)
        await beat(0)
    return checked


def _read_rows(
    rows: Sequence[tuple[int, Sequence[Cell]]],
    headings: Headings,
    where: Places,
    index: BlindIndex,
    checked: Checked,
) -> None:
    for number, cells in rows:
        read_row(checked, Row(number, _named(cells, headings), where), index)


def read_row(checked: Checked, row: Row, index: BlindIndex) -> None:
    """Check one row by itself, and put what came of it where it belongs."""
    if checked.kind == "mothers":
        mother = mother_in(row, index)
        checked.mothers += [] if mother is None else [mother]
    else:
        visit = visit_in(row)
        checked.visits += [] if visit is None else [visit]
    checked.problems += row.problems
    if not row.is_good:
        checked.outcomes[row.number] = "wrong"


async def _compare(
    conn: Connection, deps: Deps, checked: Checked, where: Places
) -> tuple[ComparedMothers | None, ComparedVisits]:
    if checked.kind == "appointments":
        known = await known_mothers(conn, sorted({one.key for one in checked.visits}))
        visits = await compare_visits(conn, where, checked.visits, known)
        checked.outcomes |= visits.outcomes
        checked.problems += visits.problems
        return None, visits
    mothers = await compare_mothers(conn, deps.index, checked.mothers)
    checked.outcomes |= mothers.outcomes
    checked.problems += mothers.problems
    known_days = [one for one in mothers.visits if one.key in mothers.known]
    visits = await compare_visits(conn, where, known_days, mothers.known, of_mothers=True)
    checked.problems += visits.problems
    for row in {one.row for one in visits.deeds}:
        checked.outcomes[row] = "changed"
    return mothers, visits


def _named(cells: Sequence[Cell], headings: Headings) -> Mapping[str, Cell]:
    return {key: cells[place] for key, place in headings.places.items() if place < len(cells)}


def _in_order(checked: Checked) -> Checked:
    checked.problems.sort(key=lambda one: (one.row, not one.stops))
    return checked


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
