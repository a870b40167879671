"""The operator's side of the record: who did what, and why. Never who was cared for."""

from datetime import datetime

from service.database import Connection, Pool


async def record(where: Connection | Pool, now: datetime, who: str, what: str, why: str = "") -> None:
    """Write one line of the audit; `what` is a short machine phrase such as "accept_draft"."""
    await where.execute("INSERT INTO audit (at, who, what, why) VALUES ($1, $2, $3, $4)", now, who, what, why)
