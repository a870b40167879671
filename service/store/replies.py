"""Which text an answer answered, and when: noted once on the text, so that replies can be counted without guessing.

A digit answers the one open question, and so one text. A check-in and its nudge ask whether she is well: any sign of
life within the hours in which a digit would have answered does too. A date is answered by what she says about it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from service.database import Connection
from service.store.open_questions import ANSWERABLE_FOR, CHECK_INS

ASKS: Final = (*CHECK_INS, "nudge")
"""Texts that any sign of life answers."""


async def check_ins_answered(conn: Connection, mother_ids: Sequence[int], now: datetime) -> None:
    """These mothers gave a sign of life: what asked them for one within 72 hours is answered."""
    if mother_ids:
        await conn.execute(_CHECK_INS, sorted(mother_ids), now, now - ANSWERABLE_FOR, list(ASKS))


async def text_answered(conn: Connection, message_id: int | None, now: datetime) -> None:
    """A digit answered this text's question."""
    if message_id is not None:
        await conn.execute(_TEXT, message_id, now)


async def date_answered(conn: Connection, mother_id: int, visit_id: int, now: datetime) -> None:
    """She said something about this visit: the last text to her about it is answered."""
    await conn.execute(_DATE, mother_id, visit_id, now)


_CHECK_INS = """
UPDATE message SET replied_at = $2 WHERE id IN (
    SELECT id FROM message
    WHERE mother_id = ANY($1::bigint[]) AND person_id = mother_id AND created_at >= $3::timestamptz - interval '1 day'
      AND sent_at > $3 AND sent_at <= $2 AND template = ANY($4::text[]) AND replied_at IS NULL
    ORDER BY id FOR UPDATE)
"""

_TEXT = "UPDATE message SET replied_at = $2 WHERE id = $1 AND replied_at IS NULL"

_DATE = """
UPDATE message SET replied_at = $3 WHERE replied_at IS NULL AND id = (
    SELECT id FROM message WHERE mother_id = $1 AND person_id = $1 AND visit_id = $2 AND sent_at <= $3
    ORDER BY sent_at DESC, id DESC LIMIT 1)
"""
