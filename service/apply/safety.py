"""Violence, or thoughts of ending her life: a person speaks with her, and no text goes back to her phone."""

from collections.abc import Sequence

from flows.events import HarmReported
from service.apply.heard import heard_from
from service.apply.opening import open_for_caller, open_for_mothers
from service.apply.work import Work, ids


async def harm_reported(work: Work, event: HarmReported) -> Sequence[int]:
    """Open ``safety`` for every mother it may be, or for the number of a caller nobody knows.

    A danger named beside it opens ``danger`` too, so that whoever calls knows both, and still no text
    goes back. Whoever hurt her may be holding the phone, and an answer would show that she told; that
    she bleeds she knows already, and in the same minute the duty roster is told to call. On USSD, where
    nothing stays on the phone, "go now" is one press away as ever.
    """
    mothers = await work.everyone(event.mother_id)
    for cause in ("danger", "safety") if event.danger else ("safety",):
        if mothers:
            await open_for_mothers(work, mothers, cause)
        else:
            await open_for_caller(work, cause)
    await heard_from(work, await work.surely(event.mother_id))
    return ids(mothers)
