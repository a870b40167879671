"""Asking a mentor whether a colleague shall help today, where two alerts of hers wait untaken: then a week of rest."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from flows.bundle import Bundle
from scheduler.durations import exact
from scheduler.localtime import local
from scheduler.roster import works_from
from scheduler.types import StaffMember
from scheduler.weekly import OFFER_RESTS, first_look, look_again, wants_offer
from service.database import Connection, Pool
from service.security.sealing import Sealer
from service.store.messages import NewMessage, queue
from service.store.open_questions import ANSWERABLE_FOR
from service.store.roster import days_of

OFFER: Final = "help_offer"
A_DAY: Final = timedelta(days=1)
APART_AFTER: Final = timedelta(minutes=5)
"""Nobody waits longer than this to be asked for what another worker is at."""


class HelpOffers:
    """Implements ``scheduler.ports.HelpOffers``."""

    def __init__(self, pool: Pool, sealer: Sealer, bundle: Callable[[], Bundle]) -> None:
        self._pool = pool
        self._sealer = sealer
        self._bundle = bundle

    async def ask(self, now: datetime) -> int:
        """See the port."""
        rows = await self._pool.fetch(_UNTAKEN, now - A_DAY, now, now - OFFER_RESTS)
        looks = [(row, first_look(row["told_at"], now, row["time_zone"])) for row in rows]
        coming = [(row, look) for row, look in looks if look is not None]
        if not coming and not await self._pool.fetchval(_ANY_DUE, now):
            return 0
        async with self._pool.acquire() as conn, conn.transaction():
            if coming:
                await conn.execute(
                    _LOOK,
                    [row["staff_id"] for row, _ in coming],
                    [local(now, row["time_zone"]).date() for row, _ in coming],
                    [look for _, look in coming],
                    now,
                )
            due = await conn.fetch(_DUE, now, now - APART_AFTER)
            if not due:
                return 0
            asked = {row["staff_id"] for row in due}
            await conn.execute(_LOOKED_AT, [row["staff_id"] for row in due], [row["on_day"] for row in due])
            for row in rows:
                if row["staff_id"] in asked and _wants(row, now):
                    today = local(now, row["time_zone"]).date()
                    later = look_again(row["last_told"], now)
                    if later is None:
                        await self._ask(conn, row, today, now)
                    else:
                        await conn.execute(_LATER, row["staff_id"], today, later)
            return len(due)

    async def _ask(self, conn: Connection, row: Any, today: date, now: datetime) -> None:
        """Ask her; an earlier question to her number is displaced."""
        await conn.execute(_ASKED, row["staff_id"], today, now)
        content = self._bundle().template(OFFER)
        text = NewMessage(
            person_id=row["staff_id"],
            phone_id=row["phone_id"],
            template=OFFER,
            message_class=content.message_class,
            language=row["language"],
            not_before=now,
            valid_until=now + exact(content.valid_for),
        )
        queued = await queue(conn, self._sealer, [text], now)
        if queued and content.question is not None:
            question = (content.question, queued[0], now, now + ANSWERABLE_FOR)
            await conn.execute(_DISPLACED, row["phone_id"], now)
            await conn.execute(_OPEN, row["phone_id"], row["facility_id"], *question)


def _wants(row: Any, now: datetime) -> bool:
    hours = StaffMember(
        id=row["staff_id"],
        role="mentor",
        reachable=True,
        time_zone=row["time_zone"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        works_on=days_of(row["works_on"]),
    )
    return works_from(hours, now) == now and wants_offer(row["told_at"], now, row["time_zone"])


# Alerts that nobody took; what was passed on, or told to somebody else since, waits for her no more. Whoever is on
# leave is covered already. Where an offer led to no cover, she said no, or nothing: it rests.
_UNTAKEN = """
SELECT s.id AS staff_id, s.facility_id, s.starts_at, s.ends_at,
    coalesce(s.works_on, c.open_on) AS works_on, c.time_zone, p.phone_id, p.language, array_agg(w.at) AS told_at,
    (SELECT max(l.at) FROM follow_up_log l WHERE l.staff_id = s.id AND l.what = 'told' AND l.at BETWEEN $1 AND $2)
        AS last_told
FROM (SELECT DISTINCT ON (f.id) f.id, l.staff_id, l.at FROM follow_up f
      JOIN follow_up_log l ON l.follow_up_id = f.id AND l.what = 'told' AND l.staff_id IS NOT NULL
      WHERE f.state = 'notified' AND f.notified_at BETWEEN $1 AND $2 ORDER BY f.id, l.id DESC) w
JOIN staff s ON s.id = w.staff_id AND s.role = 'mentor' JOIN facility c ON c.id = s.facility_id
JOIN person p ON p.id = s.id AND p.hold IS NULL
JOIN phone n ON n.id = p.phone_id AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL
WHERE NOT EXISTS (SELECT FROM cover v WHERE v.staff_id = s.id
    AND ($2::timestamptz AT TIME ZONE c.time_zone)::date BETWEEN v.starts_on AND v.ends_on)
AND NOT EXISTS (SELECT FROM cover_offer o WHERE o.staff_id = s.id AND o.asked_at > $3
    AND NOT EXISTS (SELECT FROM cover v WHERE v.staff_id = s.id AND v.starts_on = o.on_day))
GROUP BY s.id, c.id, p.id HAVING count(*) > 1 ORDER BY s.id
"""

# Looked at in vain, she is looked at again only for what is told later.
_LOOK = """
INSERT INTO cover_offer AS o (staff_id, on_day, look_at)
SELECT * FROM unnest($1::bigint[], $2::date[], $3::timestamptz[])
ON CONFLICT (staff_id, on_day) DO UPDATE SET look_at = excluded.look_at
    WHERE o.asked_at IS NULL AND o.look_at IS NULL AND excluded.look_at > $4
"""

# Not while any worker is still moving what is due at this moment: it may just be passed on from her.
_DUE = """
SELECT staff_id, on_day FROM cover_offer
WHERE look_at <= $1
    AND NOT EXISTS (SELECT FROM follow_up f WHERE f.state <> 'resolved' AND f.next_at BETWEEN $2 AND $1)
ORDER BY staff_id FOR UPDATE SKIP LOCKED
"""

_ANY_DUE = "SELECT EXISTS (SELECT FROM cover_offer WHERE look_at <= $1)"

_LOOKED_AT = """
UPDATE cover_offer o SET look_at = NULL FROM unnest($1::bigint[], $2::date[]) AS d(staff_id, on_day)
WHERE o.staff_id = d.staff_id AND o.on_day = d.on_day
"""

_LATER = "UPDATE cover_offer SET look_at = $3 WHERE staff_id = $1 AND on_day = $2"

_ASKED = "UPDATE cover_offer SET asked_at = $3 WHERE staff_id = $1 AND on_day = $2"

_DISPLACED = """
INSERT INTO event (at, kind, mother_id, phone_id, data)
SELECT $2, 'QuestionDisplaced', mother_id, phone_id, jsonb_build_object('question', question)
FROM open_question WHERE phone_id = $1 AND expires_at > $2 AND mother_id IS NOT NULL
"""

_OPEN = """
INSERT INTO open_question (phone_id, facility_id, question, message_id, asked_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (phone_id) DO UPDATE SET facility_id = excluded.facility_id, question = excluded.question,
    mother_id = NULL, visit_id = NULL, message_id = excluded.message_id, asked_at = excluded.asked_at,
    expires_at = excluded.expires_at
"""
