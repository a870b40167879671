"""The gateway's notice that a USSD session is over. It may never come, come late or twice; nothing depends on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from service.database import Pool
from service.webhooks.forms import word_in

_END: Final = """
UPDATE ussd_session SET ended_at = $3, ended_as = $4
WHERE gateway = $1 AND session_id = $2 AND ended_at IS NULL
"""


async def end_session(pool: Pool, gateway: str, form: Mapping[str, str], now: datetime) -> None:
    """Mark the session finished (status Success) or dropped. What was typed and shown is never looked at."""
    session_id = word_in(form, "sessionId")
    if session_id is None:
        return
    finished = form.get("status", "").strip().lower() == "success"
    await pool.execute(_END, gateway, session_id, now, "finished" if finished else "dropped")
