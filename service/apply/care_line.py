"""A mother's dates become others: the one place where checks from time to time turn into treatment, or back."""

from collections.abc import Sequence
from typing import Final

from service.apply.care_dates import bring_in_line
from service.apply.opening import close_follow_up
from service.apply.work import Work
from service.store.care_line import Care, keep_care
from service.store.people import MotherRow

SETTLED_BY_TEST: Final = ("check_due", "viral_load_due")
"""Work that a test of her own ends: it had been asked for."""


async def change_care(work: Work, mother: MotherRow, care: Care) -> bool:
    """Her dates are those of ``care`` from today on; False when they are already. Lock her person first.

    In the same transaction what belonged to her dates before ends (visits foreseen, contacts not sent, work that only
    they ask for) and what belongs to the new ones begins: with treatment, her living children's tests from where they
    stand today. No text says that anything changed.
    """
    if not await keep_care(work.conn, mother.id, care, work.today(mother.time_zone)):
        return False
    await bring_in_line(work, mother)
    return True


async def settled_by_test(work: Work, mother_id: int) -> None:
    """A test of her own was taken: what asked for one is closed."""
    await close_asked(work, mother_id, SETTLED_BY_TEST, "tested")


async def close_asked(work: Work, mother_id: int, causes: Sequence[str], outcome: str) -> None:
    """Close her open work of these causes: what it asked for was done."""
    for row in await work.conn.fetch(_ASKED, mother_id, list(causes)):
        await close_follow_up(work, row["id"], outcome)


_ASKED = """
SELECT id FROM follow_up
WHERE mother_id = $1 AND cause = ANY($2::text[]) AND state <> 'resolved' AND hold_by_code IS NULL
ORDER BY id FOR UPDATE
"""
