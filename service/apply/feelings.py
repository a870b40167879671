"""How she feels, in her own word: a sign of life, and where it is low a person trained to listen."""

from collections.abc import Sequence

from flows.events import MoodReported
from service.apply.heard import heard_from
from service.apply.opening import open_for_mothers
from service.apply.work import Work, ids
from service.store import people


async def mood_reported(work: Work, event: MoodReported) -> Sequence[int]:
    """Only "low" opens work, for somebody trained. Nothing is scored, and no text goes to her phone."""
    mothers = await people.mothers(work.conn, [event.mother_id])
    await heard_from(work, mothers)
    if event.mood == "low":
        await open_for_mothers(work, mothers, "low_mood")
    return ids(mothers)
