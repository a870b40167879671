"""A sign of life: it ends her spell of silence, and whoever was told of it is told that she answered."""

from collections.abc import Sequence

from service.apply.opening import close_follow_up, told_about
from service.apply.texts import tell_staff
from service.apply.work import Work, ids
from service.store import replies
from service.store.people import MotherRow

ENDED_BY_AN_ANSWER = ["silent", "number_problem", "channel"]


async def heard_from(work: Work, mothers: Sequence[MotherRow], *, in_danger: bool = False) -> None:
    """End these mothers' silence. Their open ``silent`` follow-ups are resolved with outcome ``answered``.

    A number that answers is a number that works, so ``number_problem`` is answered with it. Of a call for help
    (``in_danger``) nobody is told that she answered: danger has alerts of its own.
    """
    if not mothers:
        return
    await end_silence(work, ids(mothers))
    await tell_she_answered(work, ids(mothers), tell=not in_danger)
    await replies.check_ins_answered(work.conn, ids(mothers), work.now)


async def end_silence(work: Work, mother_ids: Sequence[int]) -> None:
    """Somebody heard from them: the next question that stays unanswered begins a new spell."""
    await work.conn.execute(_END_OF_SILENCE, sorted(mother_ids), work.now)


async def tell_she_answered(work: Work, mother_ids: Sequence[int], *, tell: bool = True) -> None:
    """Resolve what was open because these mothers did not answer, and ``tell`` whoever had been told of it.

    Call it in a later statement than the one that ended the silence, so that what a worker opened
    until then is seen. While a report of a death, a move or a wrong number waits to be confirmed nothing
    is closed: her answer speaks against it, so whoever confirms is told now.
    """
    await work.conn.execute(_CONFIRM_NOW, sorted(mother_ids), work.now)
    for row in await work.conn.fetch(_SILENT, sorted(mother_ids), ENDED_BY_AN_ANSWER):
        told = await told_about(work, row["id"])
        await close_follow_up(work, row["id"], "answered")
        for staff, code in told if tell else ():
            await tell_staff(
                work, staff, "answered", {"code": code}, mother_id=row["mother_id"], follow_up_id=row["id"]
            )


_END_OF_SILENCE = """
UPDATE mother SET asked_at = NULL, nudged_at = NULL, silence_check_at = NULL, undelivered = 0,
    unanswered = 0, last_heard_at = greatest(last_heard_at, $2)
WHERE id = ANY($1::bigint[])
"""

_CONFIRM_NOW = """
UPDATE follow_up SET next_at = $2 WHERE id IN (
    SELECT id FROM follow_up WHERE mother_id = ANY($1::bigint[]) AND state = 'acknowledged' AND hold_by_code IS NOT NULL
        AND next_at > $2
    ORDER BY id FOR UPDATE)
"""

_SILENT = """
SELECT id, mother_id FROM follow_up
WHERE mother_id = ANY($1::bigint[]) AND cause = ANY($2::text[]) AND state <> 'resolved' AND hold_by_code IS NULL
ORDER BY id FOR UPDATE
"""
