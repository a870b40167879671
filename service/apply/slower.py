"""Her answer to the offer of a slower rhythm: hers to take or to leave, and not asked again for half a year."""

from collections.abc import Sequence

from flows.events import SlowerRhythmAnswered
from service.apply.heard import heard_from
from service.apply.texts import thank
from service.apply.work import Work, ids
from service.store import mothers


async def slower_rhythm_answered(work: Work, event: SlowerRhythmAnswered) -> Sequence[int]:
    """Every two weeks from now on, or as before. Whoever has chosen another rhythm meanwhile keeps that.

    It is a sign of life like any other. Nothing changes for a mother who is asked every day, or never.
    """
    found = await work.surely(event.mother_id)
    await heard_from(work, found)
    for mother in found:
        changed = await work.conn.fetchval(_SETTLE, mother.id, event.accepted, work.now)
        if changed:
            await mothers.bring_checkins_in_line(work.conn, mother.id, work.now)
    await thank(work, found)
    return ids(found)


_SETTLE = """
UPDATE mother SET rhythm_settled_at = $3,
    rhythm = CASE WHEN $2::boolean AND rhythm = 'weekly' THEN 'fortnightly' ELSE rhythm END
WHERE id = $1 RETURNING $2::boolean AND rhythm = 'fortnightly'
"""
