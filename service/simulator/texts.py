"""The made-up network: every SMS the simulator gateway carried, and a phone's own inbox of them."""

from datetime import datetime
from typing import Any, Final

from service.dashboard.frame.times import in_utc
from service.database import Connection
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer

INBOX: Final = 20
"""How many texts a phone shows: a basic phone keeps no more."""


async def outbox(conn: Connection, sealer: Sealer, since: int) -> list[dict[str, Any]]:
    """Every SMS sent after number ``since``: `seq to text at class`, the oldest first."""
    rows = await conn.fetch(_SINCE, since)
    return [
        {
            "seq": row["seq"],
            "to": _open(sealer, "sealed_to", row),
            "text": _open(sealer, "sealed_text", row),
            "at": in_utc(row["at"]),
            "class": row["message_class"],
        }
        for row in rows
    ]


async def inbox(conn: Connection, sealer: Sealer, index: BlindIndex, msisdn: str) -> list[dict[str, Any]]:
    """The last texts to one phone: `seq text at`, the oldest first."""
    rows = await conn.fetch(_TO, index.candidates_of(msisdn), INBOX)
    return [
        {"seq": row["seq"], "text": _open(sealer, "sealed_text", row), "at": in_utc(row["at"])}
        for row in reversed(rows)
    ]


async def last_seq(conn: Connection) -> int:
    """The number of the newest SMS; 0 when there is none."""
    return int(await conn.fetchval("SELECT coalesce(max(seq), 0) FROM simulator_sms"))


async def sent_after(conn: Connection, seq: int) -> int:
    """How many SMS were sent after number ``seq``."""
    return int(await conn.fetchval("SELECT count(*) FROM simulator_sms WHERE seq > $1", seq))


async def next_check_ins(
    conn: Connection, index: BlindIndex, numbers: list[str], now: datetime
) -> dict[str, datetime]:
    """The next planned check-in of each number, for the guided story; those without one are left out."""
    by_index = {found: number for number in numbers for found in index.candidates_of(number)}
    rows = await conn.fetch(_CHECK_INS, list(by_index), now)
    return {by_index[bytes(row["number_index"])]: row["due_at"] for row in rows}


def _open(sealer: Sealer, column: str, row: Any) -> str:
    return sealer.open(row[column], table="simulator_sms", column=column, row=row["seq"])


_SINCE = """
SELECT seq, sealed_to, sealed_text, message_class, at FROM simulator_sms WHERE seq > $1 ORDER BY seq
"""

_TO = """
SELECT seq, sealed_text, at FROM simulator_sms WHERE number_index = ANY($1::bytea[]) ORDER BY seq DESC LIMIT $2
"""

# Only whose story is clean: nothing open about her, no question unanswered.
_CHECK_INS = """
SELECT h.number_index, min(r.due_at) AS due_at
FROM phone h JOIN person p ON p.phone_id = h.id JOIN mother m ON m.id = p.id
JOIN enrolment e ON e.mother_id = m.id AND e.schedule = 'checkin' AND e.state = 'active'
JOIN reminder r ON r.enrolment_id = e.id AND r.state = 'planned'
WHERE h.number_index = ANY($1::bytea[]) AND r.due_at > $2 AND m.asked_at IS NULL AND p.hold IS NULL
    AND NOT EXISTS (SELECT FROM follow_up f WHERE f.mother_id = m.id AND f.state <> 'resolved')
GROUP BY h.number_index
"""
