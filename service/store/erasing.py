"""Forgetting a mother: who she is and what was said go; a nameless row stays for counts, and the register's own facts.

Kept, as the clinic's register must keep them: form and register number, dates, stages, kept and missed
visits, tests taken, referrals, which work was done. Gone: name, number, PIN, signature, mentor, case
codes, everything sealed for her, sessions, what she answered, where she was visited. Somebody else on
her number keeps all that is theirs.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from service.database import Connection

INDEX_BYTES: Final = 32
NO_PHONE: Final = 0
"""In place of the number a text went to: nothing leads from her nameless row to it."""


async def forget(conn: Connection, mother_ids: Sequence[int], now: datetime) -> None:
    """Erase these mothers in the caller's transaction, which has locked their persons and phones.

    A phone nobody else is on becomes nameless itself: its index is drawn anew, so that the number is a
    stranger's when it is seen again; a stop for the number is kept under its old index.
    """
    ids = sorted(mother_ids)
    phones = await conn.fetch(_THEIR_PHONES, ids)
    alone = [row["id"] for row in phones if row["alone"]]
    indexes = [row["number_index"] for row in phones if row["alone"]]
    await conn.execute(_CLOSE_WORK, ids, now)
    await conn.execute(_TEXTS, ids, now, NO_PHONE)
    for statement in _HERS:
        await conn.execute(statement, ids)
    await conn.execute(_PLANNED, ids, now)
    await conn.execute(_CONSENTS, ids, now)
    await conn.execute(_REPLIES, ids, indexes)
    await conn.execute(_SESSIONS, ids, indexes)
    await conn.execute("DELETE FROM code_try WHERE number_index = ANY($1::bytea[])", indexes)
    await conn.execute(_TEXTS_FROM, alone)
    await conn.execute(_EVENTS, ids, now)
    await conn.execute(_PERSON, ids, now)
    await conn.execute(_MOTHER, ids)
    if alone:
        await conn.execute(_NAMELESS_PHONES, alone, [secrets.token_bytes(INDEX_BYTES) for _ in alone])
        stopped = [row for row in phones if row["alone"] and row["opted_out_at"] is not None]
        await conn.execute(
            _KEEP_STOPS,
            [row["number_index"] for row in stopped],
            [row["opted_out_at"] for row in stopped],
            now,
        )


# Somebody on it who is not being forgotten, a clinic's own line, or an open call of a stranger keeps a number.
_THEIR_PHONES = """
SELECT t.id, t.number_index, t.opted_out_at,
    NOT EXISTS (SELECT FROM person o WHERE o.phone_id = t.id AND o.id <> ALL($1::bigint[]))
    AND NOT EXISTS (SELECT FROM facility f WHERE f.line_phone_id = t.id)
    AND NOT EXISTS (SELECT FROM follow_up u WHERE u.phone_id = t.id AND u.state <> 'resolved') AS alone
FROM phone t WHERE t.id IN (SELECT p.phone_id FROM person p WHERE p.id = ANY($1::bigint[])) ORDER BY t.id
"""

_CLOSE_WORK = """
WITH closed AS (
    UPDATE follow_up SET state = 'resolved', resolved_at = $2, outcome = 'erased', next_at = NULL,
        awaiting_when = FALSE, hold_by_code = NULL
    WHERE id IN (SELECT id FROM follow_up WHERE mother_id = ANY($1::bigint[]) AND state <> 'resolved'
                 ORDER BY id FOR UPDATE)
    RETURNING id, step
)
INSERT INTO follow_up_log (follow_up_id, at, what, step) SELECT id, $2, 'erased', step FROM closed
"""

# Texts to her and texts to staff about her. What is still in doubt is never sent again.
_TEXTS = """
UPDATE message m SET params = NULL, tip = NULL, look_at = NULL,
    phone_id = CASE WHEN m.person_id = ANY($1::bigint[]) THEN $3 ELSE m.phone_id END,
    signature = CASE WHEN m.person_id = ANY($1::bigint[]) THEN 'none' ELSE m.signature END,
    state = CASE WHEN m.state IN ('queued', 'claimed') THEN 'cancelled' ELSE m.state END,
    reason = CASE WHEN m.state IN ('queued', 'claimed') THEN 'erased' ELSE m.reason END,
    settled_at = CASE WHEN m.state IN ('queued', 'claimed') THEN $2::timestamptz ELSE m.settled_at END,
    lease_until = CASE WHEN m.state IN ('queued', 'claimed') THEN NULL ELSE m.lease_until END
WHERE m.id IN (
    SELECT id FROM message WHERE id IN (
        SELECT id FROM message WHERE person_id = ANY($1::bigint[])
        UNION SELECT id FROM message WHERE mother_id = ANY($1::bigint[]))
    ORDER BY id FOR UPDATE)
"""

_HERS = (
    "DELETE FROM open_question WHERE mother_id = ANY($1::bigint[])",
    "DELETE FROM set_up_code WHERE mother_id = ANY($1::bigint[])",
    "DELETE FROM case_code WHERE mother_id = ANY($1::bigint[])",
    "DELETE FROM told_number WHERE mother_id = ANY($1::bigint[])",
    "DELETE FROM pin_try WHERE person_id = ANY($1::bigint[])",
    "DELETE FROM simulator_person WHERE person_id = ANY($1::bigint[])",
    "DELETE FROM home_visit WHERE mother_id = ANY($1::bigint[])",
    "DELETE FROM handover WHERE mother_id = ANY($1::bigint[])",
    "DELETE FROM meeting_guest WHERE mother_id = ANY($1::bigint[])",
    "UPDATE referral SET code_mac = NULL WHERE mother_id = ANY($1::bigint[])",
    """
    UPDATE enrolment SET state = 'ended', ended_reason = 'erased', next_on = NULL
    WHERE mother_id = ANY($1::bigint[]) AND state = 'active'
    """,
    "UPDATE visit SET status = 'cancelled' WHERE mother_id = ANY($1::bigint[]) AND status = 'expected'",
)

_PLANNED = """
UPDATE reminder SET state = 'cancelled', reason = 'erased', decided_at = $2
WHERE id IN (SELECT id FROM reminder WHERE mother_id = ANY($1::bigint[]) AND state = 'planned' ORDER BY id FOR UPDATE)
"""

_CONSENTS = """
UPDATE consent SET withdrawn_at = $2 WHERE mother_id = ANY($1::bigint[]) AND withdrawn_at IS NULL
"""

# Sessions in which she gave her PIN, and all of a phone that was hers alone; of a shared one no others.
_REPLIES = """
DELETE FROM ussd_reply r USING ussd_session s
WHERE r.gateway = s.gateway AND r.session_id = s.session_id
    AND (s.who = ANY($1::bigint[]) OR s.number_index = ANY($2::bytea[]))
"""

_SESSIONS = "DELETE FROM ussd_session WHERE who = ANY($1::bigint[]) OR number_index = ANY($2::bytea[])"

# The row stays, so that the gateway's repeat of an old text is still known as one.
_TEXTS_FROM = """
UPDATE inbound_sms SET text = NULL, number_index = ''::bytea, phone_id = NULL, question = NULL, asked_in = NULL,
    state = CASE WHEN state = 'inbox' THEN 'closed' ELSE state END
WHERE phone_id = ANY($1::bigint[])
"""

_EVENTS = """
WITH emptied AS (
    UPDATE event SET data = '{}'::jsonb, phone_id = NULL WHERE mother_id = ANY($1::bigint[])
)
INSERT INTO event (at, kind, mother_id) SELECT $2, 'Erased', unnest($1::bigint[])
"""

_PERSON = """
UPDATE person SET name = NULL, phone_id = NULL, pin_hash = NULL, hold = 'erased', hold_since = $2,
    paused_until = NULL, erase_at = NULL
WHERE id = ANY($1::bigint[])
"""

_MOTHER = """
UPDATE mother SET mentor_id = NULL, phone_use = 'none', signature = 'none', wording = 'covert',
    baby_wording = FALSE, rhythm = 'off', asked_at = NULL, nudged_at = NULL, silence_check_at = NULL,
    undelivered = 0, unanswered = 0, rhythm_settled_at = NULL, date_texts = TRUE, invitations = TRUE, last_heard_at = NULL, staff_id = NULL, area = ''
WHERE id = ANY($1::bigint[])
"""

_NAMELESS_PHONES = """
UPDATE phone t SET number = NULL, number_index = c.drawn, language = NULL, trust_reason = NULL,
    start_asked_at = NULL, answered_unclear_at = NULL
FROM unnest($1::bigint[], $2::bytea[]) AS c(id, drawn) WHERE t.id = c.id
"""

_KEEP_STOPS = """
INSERT INTO phone (number_index, opted_out_at, first_seen_at)
SELECT i, o, $3::timestamptz FROM unnest($1::bytea[], $2::timestamptz[]) AS s(i, o)
"""
