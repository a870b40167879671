"""What a bare digit from a number answers: the question of the text last sent to it, for 72 hours."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from flows.types import Template
from service.database import Connection

ANSWERABLE_FOR: Final = timedelta(hours=72)
FIRST_LOOK: Final = timedelta(hours=24)
"""When a fresh spell of silence is looked at first."""

CHECK_IN: Final = "checkin"
"""The question whose silence is counted; the nudge repeats it and opens no spell."""

CHECK_INS: Final = ("checkin", "checkin_gentle")
"""The templates that ask it."""

OFFER: Final = "slower_offer"
"""The template that offers a slower rhythm: what follows no answer is nothing."""


async def record_questions(
    conn: Connection, templates: Mapping[str, Template], rows: Sequence[Any], now: datetime
) -> None:
    """Open the questions of texts just sent; an earlier question still open is displaced, and that is recorded."""
    asked = [(row, _question(templates, row)) for row in rows]
    asking = [(row, question) for row, question in asked if question is not None]
    if not asking:
        return
    await conn.execute(
        _OPEN,
        [row["phone_id"] for row, _ in asking],
        [row["mother_id"] for row, _ in asking],
        [question for _, question in asking],
        [row["visit_id"] for row, _ in asking],
        [row["id"] for row, _ in asking],
        now,
        now + ANSWERABLE_FOR,
    )


async def record_asks(
    conn: Connection, templates: Mapping[str, Template], rows: Sequence[Any], now: datetime
) -> None:
    """Begin a spell of silence with the first unanswered check-in; a later one does not begin it anew.

    Each is one more without a word until she gives one. A slower rhythm that was offered is settled for a while.
    """
    mothers = sorted(
        row["mother_id"]
        for row in rows
        if row["template"] in CHECK_INS and _question(templates, row) == CHECK_IN
    )
    if mothers:
        await conn.execute(_ASKED, mothers, now, now + FIRST_LOOK)
    offered = sorted(
        row["mother_id"] for row in rows if row["template"] == OFFER and _question(templates, row)
    )
    if offered:
        await conn.execute(_OFFERED, offered, now)


async def check_in_settled(conn: Connection, mother_ids: Sequence[int]) -> None:
    """These mothers answered the check-in on a call: a digit by text answers it no more.

    One that is being asked at this moment is another question, and is left alone.
    """
    if mother_ids:
        await conn.execute(_SETTLED, sorted(mother_ids), CHECK_IN)


def _question(templates: Mapping[str, Template], row: Any) -> str | None:
    template = templates.get(row["template"])
    if template is None or row["mother_id"] is None or row["person_id"] != row["mother_id"]:
        return None
    return template.question


_OPEN = """
WITH asked AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[])
        AS a(phone_id, mother_id, question, visit_id, message_id)
), displaced AS (
    INSERT INTO event (at, kind, mother_id, phone_id, data)
    SELECT $6, 'QuestionDisplaced', q.mother_id, q.phone_id, jsonb_build_object('question', q.question)
    FROM open_question q JOIN asked a ON a.phone_id = q.phone_id
    WHERE q.expires_at > $6 AND q.message_id <> a.message_id AND q.mother_id IS NOT NULL
      AND (q.question, q.mother_id) IS DISTINCT FROM (a.question, a.mother_id)
)
INSERT INTO open_question (phone_id, mother_id, question, visit_id, message_id, asked_at, expires_at)
SELECT phone_id, mother_id, question, visit_id, message_id, $6, $7 FROM asked ORDER BY phone_id
ON CONFLICT (phone_id) DO UPDATE SET mother_id = excluded.mother_id, facility_id = NULL, question = excluded.question,
    visit_id = excluded.visit_id, message_id = excluded.message_id, asked_at = excluded.asked_at,
    expires_at = excluded.expires_at
"""

_SETTLED = """
DELETE FROM open_question WHERE phone_id IN (
    SELECT phone_id FROM open_question WHERE mother_id = ANY($1::bigint[]) AND question = $2
    ORDER BY phone_id FOR UPDATE SKIP LOCKED)
"""

_ASKED = """
UPDATE mother SET
    asked_at = coalesce(asked_at, $2), unanswered = unanswered + 1,
    silence_check_at = CASE WHEN asked_at IS NULL THEN $3 ELSE coalesce(silence_check_at, $3) END
WHERE id = ANY($1::bigint[])
"""

_OFFERED = "UPDATE mother SET rhythm_settled_at = $2 WHERE id = ANY($1::bigint[])"
