"""The last moment before the first byte: the state ``sending`` is committed, and everything is asked once more.

Consent, life status, number, hours, validity and budget are read in the transaction that writes ``sending``; what
may no longer go is cancelled or expired with its reason, and what the day's budget cannot carry waits for the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from service.database import Connection, Pool
from service.store.alarms import clear_others, raise_alarm
from service.store.messages import ANSWERS_TO_DANGER
from service.store.outbox_calls import Call, Recipient

RESERVE: Final = 5
"""One part in so many of the day's budget is kept for alerts."""

BUDGET_ALARM: Final = "budget"
"""Its subject is the day, and it ends with it."""

UNBUDGETED: Final = frozenset({"A", "E"})
UNLIMITED: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Budget:
    """How many SMS parts one UTC day may carry."""

    daily: int

    @property
    def without_reserve(self) -> int:
        """What everything but alerts may use."""
        return self.daily - -(-self.daily // RESERVE)


async def begin(
    pool: Pool, call: Call, gateway: str, budget: Budget, now: datetime, lease_until: datetime
) -> tuple[Recipient, ...]:
    """Commit ``sending`` for those of a call who may still be sent to, and return them."""
    async with pool.acquire() as conn, conn.transaction():
        going = await _mark_sending(conn, call.recipients, gateway, now, lease_until)
        if len(going) < len(call.recipients):
            marked = {one.message.id for one in going}
            await _turn_away(conn, [one for one in call.recipients if one.message.id not in marked], now)
        affordable = await _spend(conn, call, len(going), budget, now)
        if affordable < len(going):
            await _postpone(conn, going[affordable:], now)
            await raise_alarm(conn, BUDGET_ALARM, now.astimezone(UTC).date().isoformat(), now)
        return tuple(going[:affordable])


async def _mark_sending(
    conn: Connection, recipients: Sequence[Recipient], gateway: str, now: datetime, lease_until: datetime
) -> list[Recipient]:
    rows = await conn.fetch(
        _SENDING,
        [one.message.id for one in recipients],
        [one.message.attempt for one in recipients],
        now,
        lease_until,
        gateway,
        list(ANSWERS_TO_DANGER),
    )
    marked = {row["id"] for row in rows}
    return [one for one in recipients if one.message.id in marked]


async def _turn_away(conn: Connection, recipients: Sequence[Recipient], now: datetime) -> None:
    ids = [one.message.id for one in recipients]
    await conn.execute(_TURN_AWAY, ids, [one.message.attempt for one in recipients], now)


async def _spend(conn: Connection, call: Call, count: int, budget: Budget, now: datetime) -> int:
    """Count the parts of a call against its day; return how many recipients the budget carries.

    The counter's row is locked last, so that other senders wait for it only during the commit.
    """
    if not count:
        return 0
    day = now.astimezone(UTC).date().isoformat()
    most = UNLIMITED if call.message_class in UNBUDGETED else budget.without_reserve
    if await conn.fetchval(_SPEND, day, count * call.parts, most) is not None:
        return count
    new_day = await conn.fetchval(
        "INSERT INTO sms_day (day) VALUES ($1) ON CONFLICT DO NOTHING RETURNING day", day
    )
    if new_day is not None:
        await clear_others(conn, BUDGET_ALARM, day, now)
    begun = await conn.fetchval("SELECT begun FROM sms_day WHERE day = $1 FOR UPDATE", day)
    affordable = max(0, min(count, (most - begun) // call.parts))
    if affordable:
        await conn.execute(_SPEND, day, affordable * call.parts, most)
    return int(affordable)


async def _postpone(conn: Connection, recipients: Sequence[Recipient], now: datetime) -> None:
    tomorrow = datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(0), UTC)
    await conn.execute(_POSTPONE, [one.message.id for one in recipients], now, tomorrow)


# A pushed text goes only to a living, willing person on the number she has now; an answer to what she just did
# passes a hold and an opt-out (those that came later have cancelled it). Nobody is asked what she has answered since,
# and no text is more open than she allows at this moment.
_SENDING = """
UPDATE message m
SET state = 'sending', lease_until = $4, gateway = $5, begun = m.begun + 1, look_at = NULL
FROM unnest($1::bigint[], $2::int[]) AS c(id, attempt)
WHERE m.id = c.id AND m.attempt = c.attempt AND m.state = 'claimed'
  AND m.not_before <= $3 AND m.valid_until > $3
  AND EXISTS (SELECT FROM phone p WHERE p.id = m.phone_id AND p.number IS NOT NULL
      AND (m.message_class IN ('D', 'E') OR m.template = ANY($6::text[])
           OR (p.trust = 'ok' AND p.opted_out_at IS NULL)))
  AND (m.message_class IN ('D', 'E') OR m.template = ANY($6::text[]) OR m.person_id IS NULL
       OR EXISTS (SELECT FROM person q WHERE q.id = m.person_id AND q.hold IS NULL AND q.phone_id = m.phone_id
                  AND q.erase_at IS NULL AND (q.paused_until IS NULL OR q.paused_until <= $3)))
  AND (m.message_class NOT IN ('B', 'C') OR m.person_id IS DISTINCT FROM m.mother_id
       OR EXISTS (SELECT FROM consent k WHERE k.mother_id = m.mother_id AND k.stream = 'sms'
                  AND k.withdrawn_at IS NULL))
  AND (m.message_class NOT IN ('B', 'C') OR m.person_id IS DISTINCT FROM m.mother_id
       OR EXISTS (SELECT FROM mother a WHERE a.id = m.mother_id AND a.signature <> 'none'
                  AND (m.wording = 'covert' OR a.wording = 'open')
                  AND (m.message_class <> 'B' OR a.last_heard_at IS NULL OR a.last_heard_at < m.created_at)))
  AND (m.infant_id IS NULL OR m.message_class IN ('A', 'D', 'E')
       OR EXISTS (SELECT FROM infant i WHERE i.id = m.infant_id AND i.status = 'alive'))
  AND (m.visit_id IS NULL OR m.message_class NOT IN ('B', 'C') OR m.person_id IS DISTINCT FROM m.mother_id
       OR NOT EXISTS (SELECT FROM visit v JOIN facility f ON f.id = v.facility_id
                      WHERE v.id = m.visit_id AND v.kind = 'refill' AND f.status = 'stock_out'))
RETURNING m.id
"""

_TURN_AWAY = """
UPDATE message m
SET state = CASE WHEN m.valid_until <= $3 THEN 'expired' ELSE 'cancelled' END,
    reason = CASE WHEN m.valid_until <= $3 THEN 'stale' ELSE coalesce(
        (SELECT CASE WHEN q.hold IS NOT NULL THEN q.hold WHEN q.erase_at IS NOT NULL THEN 'erasure_asked'
                     WHEN q.paused_until > $3 THEN 'paused_by_her' END
         FROM person q WHERE q.id = m.person_id),
        (SELECT CASE WHEN p.opted_out_at IS NOT NULL THEN 'stopped' WHEN p.trust <> 'ok' THEN 'number_untrusted' END
         FROM phone p WHERE p.id = m.phone_id),
        (SELECT 'answered' FROM mother a WHERE m.message_class = 'B' AND a.id = m.mother_id AND a.id = m.person_id
         AND a.last_heard_at >= m.created_at),
        (SELECT 'stock_out' FROM visit v JOIN facility f ON f.id = v.facility_id AND f.status = 'stock_out'
         WHERE v.id = m.visit_id AND v.kind = 'refill'),
        'not_any_more') END,
    settled_at = $3, lease_until = NULL
FROM unnest($1::bigint[], $2::int[]) AS c(id, attempt)
WHERE m.id = c.id AND m.attempt = c.attempt AND m.state = 'claimed'
"""

_SPEND = """
UPDATE sms_day SET begun = begun + $2 WHERE day = $1 AND begun + $2 <= $3 RETURNING begun
"""

_POSTPONE = """
UPDATE message m
SET state = CASE WHEN m.valid_until > $3 THEN 'queued' ELSE 'expired' END,
    not_before = CASE WHEN m.valid_until > $3 THEN $3 ELSE m.not_before END,
    settled_at = CASE WHEN m.valid_until > $3 THEN NULL ELSE $2::timestamptz END,
    begun = m.begun - 1, reason = 'budget', lease_until = NULL
WHERE m.id = ANY($1::bigint[]) AND m.state = 'sending'
"""
