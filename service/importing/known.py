"""What the database knows of the mothers a file names, and of the phone numbers in it: a few statements for all rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from service.database import Connection
from service.security.blind_index import BlindIndex

NOT_HERE: Final = frozenset({"erased", "dead", "transferred"})
"""Holds of mothers about whom nothing is entered any more."""


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """A mother who is in Pamoja already. ``indexes`` are those of her own number and of the one a register gave."""

    id: int
    facility_id: int
    client_number: str
    hold: str | None
    language: str
    mentor_id: int | None
    care: str
    edd: date | None
    births: tuple[date, ...]
    treated_since: date | None
    runs_out_on: date | None
    under_20: bool
    pair_number: str | None
    is_set_up: bool
    own_index: bytes | None
    told_index: bytes | None
    infants: tuple[tuple[int, date, int], ...]
    """Her living babies: id, birth date and place in the birth."""

    @property
    def is_here(self) -> bool:
        """Whether something may still be entered about her."""
        return self.hold not in NOT_HERE


Key = tuple[int, str]


def new_here(mother_id: int, facility_id: int, client_number: str) -> Known:
    """A mother who was just added: what else is known of her matters to nobody in the same moment."""
    return Known(
        id=mother_id,
        facility_id=facility_id,
        client_number=client_number,
        hold=None,
        language="",
        mentor_id=None,
        care="",
        edd=None,
        births=(),
        treated_since=None,
        runs_out_on=None,
        under_20=False,
        pair_number=None,
        is_set_up=False,
        own_index=None,
        told_index=None,
        infants=(),
    )


async def known_mothers(conn: Connection, keys: Sequence[Key]) -> dict[Key, Known]:
    """The mothers with these (clinic, client number); who is not known is not in it."""
    rows = await conn.fetch(_KNOWN, [one[0] for one in keys], [one[1] for one in keys])
    return {
        (row["facility_id"], row["client_number"]): Known(
            id=row["id"],
            facility_id=row["facility_id"],
            client_number=row["client_number"],
            hold=row["hold"],
            language=row["language"],
            mentor_id=row["mentor_id"],
            care=row["care"],
            edd=row["edd"],
            births=tuple(row["births"] or ()),
            treated_since=row["art_started_on"],
            runs_out_on=row["run_out_on"],
            under_20=row["under_20"],
            pair_number=row["pair_number"],
            is_set_up=row["set_up_at"] is not None,
            own_index=row["own_index"],
            told_index=row["told_index"],
            infants=tuple(
                zip(row["infants"] or (), row["infants_born"] or (), row["infants_order"] or (), strict=True)
            ),
        )
        for row in rows
    }


async def moved_on(conn: Connection, keys: Sequence[Key]) -> frozenset[Key]:
    """Those of these who are looked after at another of our clinics by now: their number here is free, and stays so."""
    rows = await conn.fetch(_MOVED_ON, [str(one[0]) for one in keys], [one[1] for one in keys])
    return frozenset((int(row["facility"]), row["client"]) for row in rows)


async def whose_numbers(
    conn: Connection, index: BlindIndex, numbers: Sequence[str]
) -> Mapping[str, frozenset[int]]:
    """For each E.164 number, the mothers it is known for: set up on it, or told by a register."""
    wanted = [(number, one) for number in set(numbers) for one in index.candidates_of(number)]
    number_of = {one: number for number, one in wanted}
    found: dict[str, set[int]] = {}
    for row in await conn.fetch(_WHOSE, [one for _, one in wanted]):
        found.setdefault(number_of[bytes(row["number_index"])], set()).add(row["id"])
    return {number: frozenset(ids) for number, ids in found.items()}


_KNOWN = """
SELECT m.id, m.facility_id, m.client_number, p.hold, p.language, m.mentor_id, m.care, m.art_started_on, m.run_out_on,
    m.under_20, m.pair_number, m.set_up_at, n.number_index AS own_index, t.number_index AS told_index,
    (SELECT g.edd FROM pregnancy g WHERE g.mother_id = m.id AND g.status = 'ongoing') AS edd,
    (SELECT array_agg(i.born_on ORDER BY i.id) FROM infant i WHERE i.mother_id = m.id AND i.status <> 'withdrawn')
        AS births,
    (SELECT array_agg(i.id ORDER BY i.id) FROM infant i WHERE i.mother_id = m.id AND i.status = 'alive') AS infants,
    (SELECT array_agg(i.born_on ORDER BY i.id) FROM infant i WHERE i.mother_id = m.id AND i.status = 'alive')
        AS infants_born,
    (SELECT array_agg(i.birth_order ORDER BY i.id) FROM infant i WHERE i.mother_id = m.id AND i.status = 'alive')
        AS infants_order
FROM unnest($1::bigint[], $2::text[]) AS w(facility_id, client_number)
JOIN mother m ON m.facility_id = w.facility_id AND m.client_number = w.client_number
JOIN person p ON p.id = m.id LEFT JOIN phone n ON n.id = p.phone_id LEFT JOIN told_number t ON t.mother_id = m.id
"""

_MOVED_ON = """
SELECT l.before ->> 'from' AS facility, l.before ->> 'client_number' AS client
FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS w(facility, client)) w
JOIN life_event l ON l.what = 'transferred' AND l.undone_at IS NULL AND l.before ->> 'client_number' = w.client
    AND l.before ->> 'from' = w.facility
"""

_WHOSE = """
SELECT n.number_index, p.id FROM unnest($1::bytea[]) AS w(number_index)
JOIN phone n ON n.number_index = w.number_index JOIN person p ON p.phone_id = n.id AND p.kind = 'mother'
WHERE p.hold IS NULL OR p.hold NOT IN ('wrong_number', 'erased')
UNION SELECT t.number_index, t.mother_id FROM unnest($1::bytea[]) AS w(number_index)
JOIN told_number t ON t.number_index = w.number_index
"""
