"""Making the made-up network fail, so that anybody can watch what the service does about it."""

from collections.abc import Mapping
from typing import Any, Final

from service.database import Connection
from service.simulator.asked import RefusedError

MODES: Final = ("ok", "refuse", "hang", "500", "partial", "no-balance", "no-delivery")


async def set_gateway(conn: Connection, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Behave like ``mode`` for ``rate`` of the calls from now on; return both. Raises RefusedError."""
    mode = str(fields.get("mode", ""))
    if mode not in MODES:
        raise RefusedError(f"Give mode as one of {', '.join(MODES)}.")
    rate = _rate(fields.get("rate", 1))
    await conn.execute(_SET, mode, rate)
    return {"mode": mode, "rate": rate}


def _rate(given: Any) -> float:
    try:
        rate = float(given)
    except (TypeError, ValueError, OverflowError):
        rate = 0.0
    if isinstance(given, bool) or not 0 < rate <= 1:
        raise RefusedError("Give rate as a share of the calls above 0 and up to 1, such as 0.2.")
    return rate


_SET = """
INSERT INTO simulator_gateway (id, mode, rate, seen) VALUES (1, $1, $2, 0)
ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, rate = excluded.rate, seen = 0
"""
