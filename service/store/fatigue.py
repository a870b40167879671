"""What is known of a mother for how often is enough: read for a batch of contacts, beside what claimed them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from scheduler.decide_text import DATES
from scheduler.fatigue import CHANNEL, WEEKS_OF, may_be_offered
from scheduler.types import Asked, Country, DueReminder, Fatigue
from service.database import Connection
from service.store.open_questions import CHECK_INS
from service.store.risk_facts import risks

LOOKED_AFTER: Final = ("silent", "number_problem")
"""Work that looks after a silent mother."""


async def mark_enough(
    conn: Connection, items: Sequence[DueReminder], countries: Mapping[str, Country], now: datetime
) -> list[DueReminder]:
    """The same contacts with what decides how often is enough, in the same order.

    For check-ins her rhythm, her silence and her answers; for the others which of them she wants, and whether
    another text or a visit has settled what they are about.
    """
    if not items:
        return []
    wishes = {row["id"]: row for row in await conn.fetch(_WISHES, sorted({one.mother_id for one in items}))}
    asked = await _asked(conn, [one for one in items if _is_checkin(one, countries)], countries, now)
    dates = await _dates(conn, [one for one in items if _about_a_date(one, countries)])
    marked = []
    for one in items:
        wish, day = wishes[one.mother_id], dates.get(one.id)
        marked.append(
            replace(
                one,
                asked=asked.get(one.mother_id, one.asked) if _is_checkin(one, countries) else one.asked,
                date_texts=wish["date_texts"],
                invitations=wish["invitations"],
                said=frozenset() if day is None else frozenset(day["said"]),
                came_that_day=day is not None and day["came_that_day"],
            )
        )
    return marked


async def _asked(
    conn: Connection, items: Sequence[DueReminder], countries: Mapping[str, Country], now: datetime
) -> dict[int, Asked]:
    """By mother. Her risk and her answers are looked up only where they may decide something."""
    if not items:
        return {}
    rules = {one.mother_id: _fatigue(one, countries) for one in items}
    rows = await conn.fetch(_ASKED, list(rules), list(LOOKED_AFTER), CHANNEL)
    known = {row["id"]: Asked(**{name: row[name] for name in _COLUMNS}) for row in rows}
    to_offer = {
        mother: fatigue
        for mother, fatigue in rules.items()
        if fatigue is not None and mother in known and may_be_offered(known[mother], fatigue, now)
    }
    counts = await _answers(conn, to_offer, now)
    slow = [mother for mother, one in known.items() if one.rhythm in WEEKS_OF]
    silent = [
        mother
        for mother, fatigue in rules.items()
        if fatigue is not None and mother in known and known[mother].unanswered >= fatigue.rest_after
    ]
    risk = await risks(conn, sorted({*counts, *slow, *silent}), now)
    for mother, one in known.items():
        asks, answers = counts.get(mother, (0, 0))
        known[mother] = replace(one, risk=risk.get(mother, one.risk), asks=asks, answers=answers)
    return known


async def _answers(
    conn: Connection, to_offer: Mapping[int, Fatigue], now: datetime
) -> dict[int, tuple[int, int]]:
    """By mother: how many check-ins she got in the time an offer looks back on, and how many of them she answered."""
    if not to_offer:
        return {}
    since = [now - fatigue.offer_after for fatigue in to_offer.values()]
    rows = await conn.fetch(_ANSWERS, list(to_offer), since, list(CHECK_INS))
    return {row["id"]: (row["asks"], row["answers"]) for row in rows}


async def _dates(conn: Connection, items: Sequence[DueReminder]) -> dict[int, Any]:
    if not items:
        return {}
    return {row["id"]: row for row in await conn.fetch(_DATES, [one.id for one in items])}


def _stream(one: DueReminder, countries: Mapping[str, Country]) -> str | None:
    country = countries.get(one.country)
    schedule = None if country is None else country.schedules.get(one.schedule)
    return None if schedule is None else schedule.stream


def _is_checkin(one: DueReminder, countries: Mapping[str, Country]) -> bool:
    return _stream(one, countries) == "checkin"


def _about_a_date(one: DueReminder, countries: Mapping[str, Country]) -> bool:
    return _stream(one, countries) in DATES


def _fatigue(one: DueReminder, countries: Mapping[str, Country]) -> Fatigue | None:
    return countries[one.country].schedules[one.schedule].fatigue


_COLUMNS: Final = ("rhythm", "anchor_on", "unanswered", "silence_told", "channel_told", "settled_at")

_WISHES = "SELECT id, date_texts, invitations FROM mother WHERE id = ANY($1::bigint[])"

# Told: since her first unanswered check-in, or still open from before it.
_ASKED = """
SELECT m.id, e.rhythm, e.anchor_on, m.unanswered, coalesce(m.rhythm_settled_at, m.set_up_at) AS settled_at,
    coalesce(u.silence_told, FALSE) AS silence_told, coalesce(u.channel_told, FALSE) AS channel_told
FROM mother m
LEFT JOIN enrolment e ON e.mother_id = m.id AND e.schedule = 'checkin' AND e.visit_id IS NULL AND e.infant_id IS NULL
LEFT JOIN LATERAL (
    SELECT bool_or(f.cause = ANY($2::text[])) AS silence_told, bool_or(f.cause = $3) AS channel_told
    FROM follow_up f
    WHERE m.unanswered > 0 AND f.mother_id = m.id AND (f.state <> 'resolved' OR f.opened_at >= m.asked_at)
) u ON TRUE
WHERE m.id = ANY($1::bigint[])
"""

_ANSWERS = """
SELECT w.id, count(*)::int AS asks, count(t.replied_at)::int AS answers
FROM unnest($1::bigint[], $2::timestamptz[]) AS w(id, since)
JOIN message t ON t.mother_id = w.id AND t.person_id = w.id AND t.created_at >= w.since AND t.sent_at >= w.since
    AND t.template = ANY($3::text[]) AND t.state <> 'failed'
GROUP BY w.id
"""

# Of another visit of hers: texts about the same day that were made, to her or to her mentor, and that somebody saw her on this visit's day.
_DATES = """
SELECT r.id,
    ARRAY(SELECT DISTINCT o.schedule || '.' || x.step FROM reminder x JOIN enrolment o ON o.id = x.enrolment_id
        WHERE x.mother_id = r.mother_id AND x.occurrence = r.occurrence AND x.state IN ('queued', 'done') AND x.id <> r.id
          AND o.visit_id IS NOT NULL AND o.visit_id <> e.visit_id) AS said,
    EXISTS (SELECT FROM visit s WHERE s.mother_id = v.mother_id AND s.id <> v.id AND s.status = 'kept'
        AND coalesce(s.came_on, s.due_on) = v.due_on) AS came_that_day
FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id JOIN visit v ON v.id = e.visit_id
WHERE r.id = ANY($1::bigint[])
"""
