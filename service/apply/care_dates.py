"""A mother's dates follow what is known of her, and what people were asked about an older day is closed with it."""

from service.apply.opening import close_follow_up
from service.apply.work import Work
from service.store import care_dates
from service.store.people import MotherRow


async def bring_in_line(work: Work, mother: MotherRow) -> None:
    """Her schedules by what is known now. Work that only one of those that ended would ask for is closed."""
    country = work.deps.country(mother.country)
    held = await care_dates.bring_in_line(work.conn, country, mother.id, work.now)
    counted = {name: one for name, one in country.schedules.items() if one.anchor is not None}
    causes = {
        step.cause for name, one in counted.items() if name not in held for step in one.steps if step.cause
    }
    causes -= {step.cause for name, one in counted.items() if name in held for step in one.steps}
    for row in await work.conn.fetch(_OPEN, mother.id, sorted(causes)):
        await close_follow_up(work, row["id"], care_dates.OVER)


_OPEN = """
SELECT id FROM follow_up
WHERE mother_id = $1 AND cause = ANY($2::text[]) AND state <> 'resolved' AND hold_by_code IS NULL
ORDER BY id FOR UPDATE
"""
