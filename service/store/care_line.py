"""Which dates are a mother's: those of treatment, or checks from time to time."""

from datetime import date
from typing import Literal

from service.database import Connection

Care = Literal["treatment", "retest", "retest_quarterly"]


async def keep_care(conn: Connection, mother_id: int, care: Care, today: date) -> bool:
    """Write down which dates are hers from today on; False when they are already.

    What she has only under treatment, a start and a supply, ends with it. Bring her dates in line afterwards.
    """
    return await conn.fetchval(_KEEP, mother_id, care, today) is not None


_KEEP = """
UPDATE mother SET care = $2, care_on = $3,
    art_started_on = CASE WHEN $2 = 'treatment' THEN art_started_on END,
    run_out_on = CASE WHEN $2 = 'treatment' THEN run_out_on END,
    unsuppressed = unsuppressed AND $2 = 'treatment',
    viral_load_on = CASE WHEN $2 = 'treatment' THEN viral_load_on END
WHERE id = $1 AND (care <> $2 OR care_on IS NULL) RETURNING id
"""
