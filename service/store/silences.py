"""Mothers whose unanswered ask must be looked at: claimed with their risk, settled into a nudge, a follow-up or a wait."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.bundle import Bundle
from scheduler.durations import exact
from scheduler.localtime import clip, local, quiet
from scheduler.ports import Batch
from scheduler.types import Country, Nudge, SilenceVerdict, SilentTooLong, Spell, Wait
from service.database import Connection, Pool
from service.security.sealing import Sealer
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.messages import NewMessage, queue
from service.store.risk_facts import risks

NUDGE = "nudge"
FOR_GOOD = frozenset(
    {"stopped", "quiet", "wrong_number", "moved", "transferred", "dead", "revoked", "erased"}
)
"""Holds under which nobody waits for an answer: whoever set one has opened the work it asks for."""


class Silences:
    """Implements ``scheduler.ports.Silences``."""

    def __init__(
        self,
        pool: Pool,
        sealer: Sealer,
        bundle: Callable[[], Bundle],
        countries: Callable[[], Mapping[str, Country]],
    ) -> None:
        self._pool = pool
        self._sealer = sealer
        self._bundle = bundle
        self._countries = countries

    @asynccontextmanager
    async def due(self, now: datetime, limit: int) -> AsyncIterator[Batch[Spell, SilenceVerdict]]:
        """See the port."""
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(_DUE, now, limit)
            risk = await risks(conn, [row["id"] for row in rows], now)
            items = [
                Spell(
                    mother_id=row["id"],
                    country=row["country"],
                    risk=risk[row["id"]],
                    asked_at=row["asked_at"],
                    nudged_at=row["nudged_at"],
                    undelivered=row["undelivered"],
                    time_zone=row["time_zone"],
                    her_hour=row["checkin_hour"],
                    may_text=row["may_text"],
                    site=row["site"],
                    counted=row["hold"] not in FOR_GOOD and not row["rests"],
                    unanswered=row["unanswered"],
                )
                for row in rows
            ]
            yield _Batch(conn, rows, items, self._sealer, self._bundle(), self._countries(), now)


@dataclass(frozen=True, slots=True)
class _Batch:
    conn: Connection
    rows: Sequence[Any]
    items: Sequence[Spell]
    sealer: Sealer
    bundle: Bundle
    countries: Mapping[str, Country]
    now: datetime

    async def settle(self, results: Sequence[SilenceVerdict]) -> None:
        """Queue nudges, open follow-ups, and note when each is looked at again."""
        judged = list(zip(self.items, self.rows, results, strict=True))
        await self.conn.execute(
            _LOOKED,
            [spell.mother_id for spell, _, _ in judged],
            [one.check_at if isinstance(one, (Nudge, Wait)) else None for _, _, one in judged],
            [isinstance(one, Nudge) for _, _, one in judged],
            [isinstance(one, SilentTooLong) and one.cause == "number_problem" for _, _, one in judged],
            self.now,
            [row["rests"] for _, row, _ in judged],
        )
        nudges = [self._nudge(spell, row) for spell, row, one in judged if isinstance(one, Nudge)]
        await queue(self.conn, self.sealer, nudges, self.now)
        found = [
            self._follow_up(spell, row, one.cause)
            for spell, row, one in judged
            if isinstance(one, SilentTooLong)
        ]
        if found:
            await open_follow_ups(self.conn, found, self.now)

    def _nudge(self, spell: Spell, row: Any) -> NewMessage:
        template = self.bundle.template(NUDGE)
        country = self.countries[spell.country]
        until = self.now + exact(template.valid_for)
        if not quiet(self.now, spell.time_zone, country.quiet_from, country.quiet_until):
            until = clip(self.now, until, spell.time_zone, country.quiet_from, country.quiet_until)
        return NewMessage(
            person_id=spell.mother_id,
            phone_id=row["phone_id"],
            template=NUDGE,
            message_class=template.message_class,
            language=row["language"],
            not_before=self.now,
            valid_until=until,
            signature=row["signature"],
            tip=(local(self.now, spell.time_zone).toordinal() - 1) // 7,
            mother_id=spell.mother_id,
        )

    def _follow_up(self, spell: Spell, row: Any, cause: str) -> NewFollowUp:
        policy = self.countries[spell.country].policies[cause]
        return NewFollowUp(
            mother_id=spell.mother_id,
            facility_id=row["facility_id"],
            cause=cause,
            country=spell.country,
            rank=policy.rank,
            urgent=policy.urgent,
            risk=spell.risk,
        )


# Nobody's silence is counted who cannot or must not be texted for good; who only cannot be texted now is still looked at.
_DUE = """
WITH due AS MATERIALIZED (
    SELECT m.id, p.phone_id, p.hold, p.language,
        p.erase_at IS NOT NULL OR coalesce(p.paused_until > $1, FALSE) AS rests
    FROM mother m JOIN person p ON p.id = m.id
    WHERE m.silence_check_at <= $1
    ORDER BY m.silence_check_at, m.id
    LIMIT $2
    FOR UPDATE OF m SKIP LOCKED
    FOR SHARE OF p SKIP LOCKED
)
SELECT m.id, d.phone_id, d.hold, d.rests, d.language, m.facility_id, f.country, f.time_zone, CASE f.status WHEN 'stock_out' THEN 'open' ELSE f.status END AS site,
    coalesce(m.asked_at, $1) AS asked_at, m.nudged_at, m.undelivered, m.unanswered, m.checkin_hour, m.signature,
    d.hold IS NULL AND NOT d.rests AND m.signature <> 'none' AND m.set_up_at IS NOT NULL AND m.phone_use <> 'none'
        AND coalesce(n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL, FALSE)
        AND EXISTS (SELECT FROM consent k WHERE k.mother_id = m.id AND k.stream = 'sms' AND k.withdrawn_at IS NULL)
        AS may_text
FROM due d JOIN mother m ON m.id = d.id JOIN facility f ON f.id = m.facility_id
LEFT JOIN phone n ON n.id = d.phone_id
ORDER BY m.silence_check_at, m.id
"""

# An ask she may leave unanswered, since she asked for quiet, is forgotten: no spell is counted from it later.
_LOOKED = """
UPDATE mother m SET silence_check_at = c.check_at,
    asked_at = CASE WHEN c.rests THEN NULL ELSE m.asked_at END,
    nudged_at = CASE WHEN c.rests THEN NULL WHEN c.nudged AND m.asked_at IS NOT NULL THEN $5 ELSE m.nudged_at END,
    undelivered = CASE WHEN c.number_told THEN 0 ELSE m.undelivered END,
    unanswered = CASE WHEN c.rests THEN 0 ELSE m.unanswered END
FROM unnest($1::bigint[], $2::timestamptz[], $3::bool[], $4::bool[], $6::bool[])
    AS c(id, check_at, nudged, number_told, rests)
WHERE m.id = c.id
"""
