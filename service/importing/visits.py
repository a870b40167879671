"""Days of an appointment book beside what is known: which are new, which somebody marked since, and what stays.

The same rules as for a mentor's own entries: without a witness nothing is missed, what somebody saw stays as it was
marked, and a day that is over is not made up for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal

from service.database import Connection
from service.importing.facts import VisitFacts
from service.importing.known import Key, Known
from service.importing.mothers import ELSEWHERE
from service.importing.places import Places
from service.importing.problems import Outcome, Problem
from service.store.visits import NewVisit

Act = Literal["expect", "note", "keep", "mark_kept", "miss", "mark_missed", "cancel"]
"""What becomes of a day. ``note``: a day gone by of which nobody says whether she came."""

RECENT: Final = timedelta(days=14)
"""How far back a missed day still begins contacts about it, and a kept one ends what waits for her (project choice)."""

MARKED: Final = (
    "is marked otherwise by somebody who saw it. Correct it on her page; the file changes nothing here."
)
TAKEN_BACK: Final = "was taken back here. Agree on a day on her page; the file changes nothing here."
ANOTHER_DAY: Final = (
    "is not the day she is expected on already. Move that day on her page; the file changes nothing here."
)


@dataclass(frozen=True, slots=True, repr=False)
class Deed:
    """One day and what is done with it; ``visit_id`` where it is known already."""

    act: Act
    day: NewVisit
    row: int
    visit_id: int | None = None


@dataclass(slots=True, repr=False)
class ComparedVisits:
    """What would become of each row, and the deeds that do it."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)


async def compare_visits(
    conn: Connection,
    places: Places,
    rows: Sequence[VisitFacts],
    known: Mapping[Key, Known],
    *,
    of_mothers: bool = False,
    fresh: bool = False,
) -> ComparedVisits:
    """Compare good rows with the database, and with each other. Writes nothing.

    ``of_mothers``: the days stand in a file of mothers, where a next appointment is the only day she is expected on.
    ``fresh``: all of them are new, so that no day of theirs is known yet.
    """
    compared = ComparedVisits()
    named = [(one, day) for one in _once(rows, compared) if (day := _day(one, known, compared)) is not None]
    days = [day for _, day in named]
    there: dict[int, Any] = {}
    came: set[int] = set()
    busy: frozenset[int] = frozenset()
    if days and not fresh:
        there = {row["place"]: row for row in await conn.fetch(_THERE, *_columns(days))}
        seen = await conn.fetch(_CAME, [one.mother_id for one in days], [one.due_on for one in days])
        came = {row["place"] for row in seen}
    if of_mothers and days and not fresh:
        today = min(one.today for one in places.by_id.values())
        found = await conn.fetch(_COMING, [one.mother_id for one in days], today)
        busy = frozenset(row["mother_id"] for row in found)
    for place, (facts, day) in enumerate(named, start=1):
        _one(facts, day, there.get(place), compared, _Around(
            places.by_id[facts.facility_id].today, place in came, day.mother_id in busy, of_mothers
        ))  # fmt: skip
    return compared


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known around one day: today, whether she was seen on that day, whether she is expected on another."""

    today: date
    came: bool
    busy: bool
    of_mothers: bool


def _once(rows: Sequence[VisitFacts], compared: ComparedVisits) -> Iterator[VisitFacts]:
    first: dict[Any, VisitFacts] = {}
    for one in rows:
        same = first.setdefault(one.day_key, one)
        if same is one:
            yield one
        elif same.status == one.status:
            _leave(compared, one, "", f"This day stands in row {same.row} already.")
        else:
            says = f"says something else than row {same.row} of the same day. Keep one of them."
            compared.problems.append(Problem(one.row, "status", says))
            compared.outcomes[one.row] = "wrong"


def _day(one: VisitFacts, known: Mapping[Key, Known], compared: ComparedVisits) -> NewVisit | None:
    mother = known.get(one.key)
    if mother is None:
        _wrong(compared, one, "client_number", "is not known at this clinic. Import her as a mother first.")
        return None
    if not mother.is_here:
        _leave(compared, one, "", ELSEWHERE[mother.hold or ""])
        return None
    infant_id = None
    if one.kind == "infant_test":
        youngest = max((born_on for _, born_on, _ in mother.infants), default=None)
        babies = {order: id_ for id_, born_on, order in mother.infants if born_on == youngest}
        infant_id = babies.get(one.baby) if one.baby is not None else next(iter(babies.values()), None)
        if infant_id is None:
            _wrong(compared, one, "baby", "is not known here. Note the birth on her page first.")
            return None
        if one.baby is None and len(babies) > 1:
            _wrong(compared, one, "baby", "is empty, and she has twins. Write 1 or 2.")
            return None
    return NewVisit(mother.id, one.kind, one.due_on, infant_id=infant_id, facility_id=one.facility_id)


def _one(facts: VisitFacts, day: NewVisit, there: Any, compared: ComparedVisits, around: _Around) -> None:
    status = None if there is None else there["status"]
    visit_id = None if there is None else there["id"]
    column = (
        ("last_visit" if facts.status == "kept" else "next_appointment") if around.of_mothers else "status"
    )

    def do(act: Act, outcome: Outcome) -> None:
        compared.deeds.append(Deed(act, day, facts.row, visit_id))
        compared.outcomes[facts.row] = outcome

    match facts.status, status:
        case "expected", None if around.busy and facts.due_on >= around.today:
            _leave(compared, facts, column, ANOTHER_DAY)
        case "expected", None:
            do("expect" if facts.due_on >= around.today else "note", "new")
        case ("expected", "cancelled") if facts.due_on >= around.today:
            _leave(compared, facts, column, TAKEN_BACK)
        case "kept", None | "cancelled" if not (around.came and day.kind == "clinic"):
            do("keep", "new")
        case "kept", "expected" | "unknown" | "missed":
            do("mark_kept", "changed")
        case "missed", None:
            do("miss", "new")
        case "missed", "expected" | "unknown":
            do("mark_missed", "changed")
        case "cancelled", "expected" | "unknown":
            do("cancel", "changed")
        case (("missed" | "cancelled"), ("kept" | "missed")) if facts.status != status:
            _leave(compared, facts, column, MARKED)
        case "missed", "cancelled":
            _leave(compared, facts, column, TAKEN_BACK)
        case _:
            compared.outcomes.setdefault(facts.row, "unchanged")


def _wrong(compared: ComparedVisits, one: VisitFacts, column: str, says: str) -> None:
    compared.problems.append(Problem(one.row, column, says))
    compared.outcomes[one.row] = "wrong"


def _leave(compared: ComparedVisits, one: VisitFacts, column: str, says: str) -> None:
    compared.problems.append(Problem(one.row, column, says, stops=False))
    compared.outcomes.setdefault(one.row, "unchanged")


def _columns(days: Sequence[NewVisit]) -> tuple[list[int], list[int | None], list[str], list[date]]:
    return (
        [one.mother_id for one in days],
        [one.infant_id for one in days],
        [one.kind for one in days],
        [one.due_on for one in days],
    )


_THERE = """
SELECT w.place, v.id, v.status
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::date[]) WITH ORDINALITY
    AS w(mother_id, infant_id, kind, due_on, place)
JOIN visit v ON v.mother_id = w.mother_id AND v.infant_id IS NOT DISTINCT FROM w.infant_id AND v.kind = w.kind
    AND v.due_on = w.due_on
"""

_CAME = """
SELECT DISTINCT w.place FROM unnest($1::bigint[], $2::date[]) WITH ORDINALITY AS w(mother_id, due_on, place)
JOIN visit v ON v.mother_id = w.mother_id AND v.status = 'kept' AND v.infant_id IS NULL
    AND coalesce(v.came_on, v.due_on) = w.due_on
"""

# Foreseen by a rule only is no day that was agreed: an entered one takes its place.
_COMING = """
SELECT DISTINCT v.mother_id FROM visit v
WHERE v.mother_id = ANY($1::bigint[]) AND v.due_on >= $2 AND v.status = 'expected' AND v.infant_id IS NULL
    AND v.kind = 'clinic' AND (v.target IS NULL OR v.agreed_at IS NOT NULL)
"""
