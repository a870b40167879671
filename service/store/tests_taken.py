"""Tests taken and results given: whether a result is waited for, and never what it says."""

from dataclasses import dataclass
from datetime import date

from service.database import Connection


@dataclass(frozen=True, slots=True)
class Taken:
    """A sample of a baby, or (``infant_id`` None) of the mother herself, on a local day."""

    mother_id: int
    infant_id: int | None
    taken_on: date
    taken_by: int


async def add(conn: Connection, taken: Taken) -> bool:
    """Its result is waited for from now on; False when the baby is not hers, or no longer with her.

    The same sample entered again stays as it is, given or not.
    """
    if taken.infant_id is not None and not await conn.fetchval(_IS_HERS, taken.infant_id, taken.mother_id):
        return False
    await conn.execute(_ADD, taken.mother_id, taken.infant_id, taken.taken_on, taken.taken_by)
    await conn.execute(_WAITING, taken.mother_id)
    return True


async def given(conn: Connection, mother_id: int, infant_id: int | None, on_day: date, by: int) -> None:
    """The result of every sample of this baby, or of herself, that was waited for has been given to her."""
    await conn.execute(_GIVEN, mother_id, infant_id, on_day, by)
    await conn.execute(_WAITING, mother_id)


_IS_HERS = "SELECT EXISTS (SELECT FROM infant WHERE id = $1 AND mother_id = $2 AND status = 'alive')"

_ADD = """
INSERT INTO test (mother_id, infant_id, taken_on, taken_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""

_GIVEN = """
UPDATE test SET given_on = $3, given_by = $4
WHERE mother_id = $1 AND infant_id IS NOT DISTINCT FROM $2 AND given_on IS NULL
"""

_WAITING = """
UPDATE mother SET result_waiting = EXISTS (
    SELECT FROM test t LEFT JOIN infant n ON n.id = t.infant_id
    WHERE t.mother_id = $1 AND t.given_on IS NULL AND (n.id IS NULL OR n.status = 'alive'))
WHERE id = $1
"""
