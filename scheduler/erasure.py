"""May she be forgotten now? Not while somebody still has to find her in danger, and not in the middle of a sentence."""

from datetime import datetime, timedelta

from scheduler.types.erasure import DueErasure, ErasureVerdict, Forget, NotYet

URGENT_LOOK = timedelta(hours=1)
BUSY_LOOK = timedelta(minutes=10)


def verdict(erasure: DueErasure, now: datetime) -> ErasureVerdict:
    """What becomes of a wish whose days are over (both waits are project choices)."""
    if erasure.urgent:
        return NotYet(now + URGENT_LOOK, alarm=True)
    if erasure.busy:
        return NotYet(now + BUSY_LOOK)
    return Forget()
