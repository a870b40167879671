"""Mothers of a register beside what is known: who is new, what a file may fill in, and what it may not overwrite.

What is known was said by somebody face to face or by phone, and a register is copied by hand: where they differ, a
person puts it right on her page, with everything that follows from a date. A file only fills in what nobody said yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from service.database import Connection
from service.importing.facts import MotherFacts, VisitFacts
from service.importing.known import Known, known_mothers, moved_on, whose_numbers
from service.importing.problems import Outcome, Problem
from service.security.blind_index import BlindIndex

BORN_SINCE: Final = timedelta(weeks=8)
"""How far from its expected day a birth may lie and still be what a due date in an older file meant."""

ELSEWHERE: Final = {
    "erased": "She asked to be forgotten, so nothing is entered about her.",
    "dead": "She is noted as having died, so nothing is entered about her.",
    "transferred": "She is looked after elsewhere now, so nothing is entered about her.",
}


@dataclass(frozen=True, slots=True, repr=False)
class Filling:
    """What a file says of a mother that nobody knew yet, by the names of ``MotherFacts``."""

    known: Known
    facts: MotherFacts
    fields: frozenset[str]


@dataclass(slots=True, repr=False)
class ComparedMothers:
    """What would become of each row. ``visits`` are the days in it, for ``compare_visits``."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    fresh: list[MotherFacts] = field(default_factory=list)
    fillings: list[Filling] = field(default_factory=list)
    known: dict[tuple[int, str], Known] = field(default_factory=dict)
    visits: list[VisitFacts] = field(default_factory=list)


async def compare_mothers(
    conn: Connection, index: BlindIndex, rows: Sequence[MotherFacts]
) -> ComparedMothers:
    """Compare good rows with the database, and with each other. Writes nothing."""
    compared = ComparedMothers()
    rows = _once(rows, compared)
    keys = [one.key for one in rows]
    compared.known = await known_mothers(conn, keys)
    gone = await moved_on(conn, [key for key in keys if key not in compared.known])
    for one in rows:
        _one(one, compared, index, is_gone=one.key in gone)
    await _numbers(conn, index, rows, compared)
    await _with_nobody(conn, compared)
    return compared


def _once(rows: Sequence[MotherFacts], compared: ComparedMothers) -> list[MotherFacts]:
    """Each mother once: a second row of hers is left out, with the first one's number."""
    first: dict[tuple[int, str], int] = {}
    kept = []
    for one in rows:
        if first.setdefault(one.key, one.row) != one.row:
            says = f"stands in row {first[one.key]} already. Keep one row a mother, with 2 under Babies for twins."
            compared.problems.append(Problem(one.row, "client_number", says))
            compared.outcomes[one.row] = "wrong"
        else:
            kept.append(one)
    return kept


def _one(facts: MotherFacts, compared: ComparedMothers, index: BlindIndex, *, is_gone: bool) -> None:
    known = compared.known.get(facts.key)
    if known is None and is_gone:
        compared.outcomes[facts.row] = "unchanged"
        compared.problems.append(Problem(facts.row, "", ELSEWHERE["transferred"], stops=False))
    elif known is None:
        compared.outcomes[facts.row] = "new"
        compared.fresh.append(facts)
        compared.visits += _days(facts)
    elif not known.is_here:
        compared.outcomes[facts.row] = "unchanged"
        compared.problems.append(Problem(facts.row, "", ELSEWHERE[known.hold or ""], stops=False))
    else:
        fields = frozenset(_fills(facts, known, index))
        compared.outcomes[facts.row] = "changed" if fields else "unchanged"
        if fields:
            compared.fillings.append(Filling(known, facts, fields))
        compared.problems += [
            Problem(facts.row, key, says, stops=False) for key, says in _differs(facts, known, index)
        ]
        compared.visits += _days(facts)


def _days(facts: MotherFacts) -> Iterator[VisitFacts]:
    if facts.last_visit_on is not None:
        yield VisitFacts(
            facts.row, facts.facility_id, facts.client_number, "clinic", facts.last_visit_on, "kept"
        )
    # Seen on the very day of what stood there as her next appointment: that is how it was kept.
    if facts.next_visit_on is not None and facts.next_visit_on != facts.last_visit_on:
        yield VisitFacts(facts.row, facts.facility_id, facts.client_number, "clinic", facts.next_visit_on)


def _fills(facts: MotherFacts, known: Known, index: BlindIndex) -> Iterator[str]:
    if facts.pair_number is not None and known.pair_number is None:
        yield "pair_number"
    if facts.under_20 and not known.under_20:
        yield "under_20"
    if known.care == "treatment":
        if facts.treated_since is not None and known.treated_since is None:
            yield "treated_since"
        if facts.runs_out_on is not None and known.runs_out_on is None:
            yield "runs_out_on"
    is_told = facts.number is not None and not known.is_set_up
    if is_told and known.told_index not in index.candidates_of(facts.number or ""):
        yield "number"


def _differs(facts: MotherFacts, known: Known, index: BlindIndex) -> Iterator[tuple[str, str]]:
    for key, said, is_known in (
        ("pair_number", facts.pair_number, known.pair_number),
        ("treatment_start", facts.treated_since, known.treated_since),
        ("run_out", facts.runs_out_on, known.runs_out_on),
        ("care", facts.care, known.care),
        ("language", facts.language, known.language),
        ("mentor", facts.mentor_id, known.mentor_id),
    ):
        if said is not None and is_known is not None and said != is_known:
            yield key, DIFFERS
    if facts.under_20 is False and known.under_20:
        yield "under_20", DIFFERS
    if facts.due_on is not None and facts.due_on != known.edd and not _born_of(facts, known):
        yield (
            "due_date",
            DIFFERS if known.edd is not None else "is not noted for her. Note the pregnancy on her page.",
        )
    if facts.born_on is not None and facts.born_on not in known.births:
        says = "is not noted for her. Note the birth on her page."
        yield "birth_date", says if known.edd is not None or not known.births else DIFFERS
    is_hers = facts.number is not None and known.is_set_up and known.own_index is not None
    if is_hers and known.own_index not in index.candidates_of(facts.number or ""):
        yield (
            "phone_number",
            "is not the number she is set up on. Ask her when she comes; nothing is changed.",
        )


def _born_of(facts: MotherFacts, known: Known) -> bool:
    """Whether the pregnancy an older file names has ended in a birth since."""
    due = facts.due_on
    return due is not None and any(abs(one - due) <= BORN_SINCE for one in known.births)


async def _numbers(
    conn: Connection, index: BlindIndex, rows: Sequence[MotherFacts], compared: ComparedMothers
) -> None:
    """Say where a number is known for another mother. A register is no proof, so nothing is done to either."""
    told = [(one, one.number) for one in rows if one.number is not None]
    known_for = await whose_numbers(conn, index, [number for _, number in told])
    first: dict[str, int] = {}
    for one, number in told:
        mother = compared.known.get(one.key)
        if known_for.get(number, frozenset()) - {mother.id if mother is not None else 0}:
            says = "is known for another mother. Her mentor asks whose it is when she comes."
            compared.problems.append(Problem(one.row, "phone_number", says, stops=False))
        elif first.setdefault(number, one.row) != one.row:
            says = f"stands in row {first[number]} too. Her mentor asks whose it is when she comes."
            compared.problems.append(Problem(one.row, "phone_number", says, stops=False))


async def _with_nobody(conn: Connection, compared: ComparedMothers) -> None:
    """Say once a clinic that nobody would be reminded of its new mothers: it has no mentor."""
    first: dict[int, int] = {}
    for one in compared.fresh:
        if one.mentor_id is None:
            first.setdefault(one.facility_id, one.row)
    served = {row["facility_id"] for row in await conn.fetch(_SERVED, list(first))}
    compared.problems += [
        Problem(row, "mentor", WITH_NOBODY, stops=False)
        for facility, row in first.items()
        if facility not in served
    ]


_SERVED: Final = """
SELECT DISTINCT s.facility_id FROM staff s JOIN person p ON p.id = s.id
WHERE s.facility_id = ANY($1::bigint[]) AND s.role = 'mentor' AND p.hold IS NULL
"""
WITH_NOBODY: Final = "is nobody: this clinic has no mentor yet, so nobody is reminded of its new mothers. Add one under Sites first."
DIFFERS: Final = "differs from what is known of her. Correct it on her page; the file changes nothing here."
