"""Babies whose tests are followed, by the age they came to in the period: tested or not, results given, how it ended.

Counted are babies of mothers whose care is treatment, at the clinic and with the mentor their mother has now; a baby
reported by mistake is none. An age in months is reached on the same day of that month, or on its last day.
"""

from typing import Final, Literal

from service.database import Connection
from service.reports.counts import HERS, Counts, counted
from service.reports.scope import Scope

Age = Literal["8 weeks", "2 months", "12 months"]

TESTED: Final = ("babies", "tested", "died", "moved", "untested")
RESULTS: Final = ("samples", "given")
OUTCOMES: Final = (
    "babies",
    "negative",
    "positive",
    "died",
    "moved",
    "unknown",
    "not_entered",
    "open",
    "closed",
    "known",
    "not_known",
)

RESULT_WITHIN_DAYS: Final = 28
"""From the sample to its result in her hands (WHO: within four weeks)."""

AT_THE_END: Final = "24 months"
"""The age at which a birth cohort's outcomes are counted (MER: born 24 months before the period)."""


async def tested(conn: Connection, scope: Scope, age: Age) -> Counts:
    """Babies who came to this age in the period: ``tested`` are those whose first sample was taken by then.

    The others are told apart, and never left out: ``died`` by then, ``moved`` with their mother to a clinic that is
    not ours by then, or ``untested``.
    """
    return counted(await conn.fetch(_TESTED, *scope.asked, age), HERS, TESTED)


async def results(conn: Connection, scope: Scope) -> Counts:
    """Samples of babies whose 28th day fell in the period: ``given`` are those whose result was given by then."""
    return counted(await conn.fetch(_RESULTS, *scope.asked, RESULT_WITHIN_DAYS), HERS, RESULTS)


async def outcomes(conn: Connection, scope: Scope) -> Counts:
    """Babies who came to 24 months in the period, by how their tests ended as far as it is known today.

    What was entered counts; where nothing was, ``died``, or ``moved`` with the mother to a clinic that is not ours.
    ``not_entered``: the book is closed, and which way was not entered here. ``open``: none of this; ``closed``
    any of it. ``known`` is negative or positive, ``not_known`` everybody else.
    """
    return counted(await conn.fetch(_OUTCOMES, *scope.asked, AT_THE_END), HERS, OUTCOMES)


MOVED_AWAY: Final = """(SELECT min(l.on_day) FROM life_event l WHERE l.mother_id = m.id AND l.what = 'transferred'
        AND l.undone_at IS NULL AND NOT l.before ? 'from')"""
"""The day a clinic that is not ours took over; one of ours is named in what undoing it restores."""

_TESTED = """
WITH born AS (
    SELECT m.facility_id, m.mentor_id, m.under_20, m.phone_use, n.status, n.status_on,
        (n.born_on + $5::text::interval)::date AS by_day, {MOVED_AWAY} AS moved_on,
        (SELECT min(t.taken_on) FROM test t WHERE t.infant_id = n.id) AS taken_on
    FROM mother m JOIN infant n ON n.mother_id = m.id
    WHERE m.facility_id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4) AND m.care = 'treatment'
      AND n.status <> 'withdrawn' AND (n.born_on + $5::text::interval)::date >= $2
      AND (n.born_on + $5::text::interval)::date < $3
), said AS (
    SELECT b.*, CASE WHEN taken_on <= by_day THEN 'tested' WHEN status = 'died' AND status_on <= by_day THEN 'died'
        WHEN moved_on <= by_day THEN 'moved' ELSE 'untested' END AS what
    FROM born b
)
SELECT facility_id, mentor_id, under_20, phone_use, count(*)::int AS babies,
    count(*) FILTER (WHERE what = 'tested')::int AS tested, count(*) FILTER (WHERE what = 'died')::int AS died,
    count(*) FILTER (WHERE what = 'moved')::int AS moved, count(*) FILTER (WHERE what = 'untested')::int AS untested
FROM said GROUP BY 1, 2, 3, 4
""".replace("{MOVED_AWAY}", MOVED_AWAY)

_RESULTS = """
SELECT m.facility_id, m.mentor_id, m.under_20, m.phone_use, count(*)::int AS samples,
    count(*) FILTER (WHERE t.given_on <= t.taken_on + $5::int)::int AS given
FROM mother m JOIN test t ON t.mother_id = m.id JOIN infant n ON n.id = t.infant_id
WHERE m.facility_id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4) AND m.care = 'treatment'
  AND n.status <> 'withdrawn' AND t.taken_on + $5::int >= $2 AND t.taken_on + $5::int < $3
GROUP BY 1, 2, 3, 4
"""

_OUTCOMES = """
WITH born AS (
    SELECT m.facility_id, m.mentor_id, m.under_20, m.phone_use, coalesce(n.outcome,
        CASE WHEN n.status = 'died' THEN 'died' WHEN {MOVED_AWAY} IS NOT NULL THEN 'transferred'
             WHEN n.outcome_on IS NOT NULL THEN 'not_entered' ELSE 'open' END) AS what
    FROM mother m JOIN infant n ON n.mother_id = m.id
    WHERE m.facility_id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4) AND m.care = 'treatment'
      AND n.status <> 'withdrawn' AND (n.born_on + $5::text::interval)::date >= $2
      AND (n.born_on + $5::text::interval)::date < $3
)
SELECT facility_id, mentor_id, under_20, phone_use, count(*)::int AS babies,
    count(*) FILTER (WHERE what = 'negative')::int AS negative,
    count(*) FILTER (WHERE what = 'positive')::int AS positive, count(*) FILTER (WHERE what = 'died')::int AS died,
    count(*) FILTER (WHERE what = 'transferred')::int AS moved,
    count(*) FILTER (WHERE what = 'unknown')::int AS unknown,
    count(*) FILTER (WHERE what = 'not_entered')::int AS not_entered,
    count(*) FILTER (WHERE what = 'open')::int AS open, count(*) FILTER (WHERE what <> 'open')::int AS closed,
    count(*) FILTER (WHERE what IN ('negative', 'positive'))::int AS known,
    count(*) FILTER (WHERE what NOT IN ('negative', 'positive'))::int AS not_known
FROM born GROUP BY 1, 2, 3, 4
""".replace("{MOVED_AWAY}", MOVED_AWAY)
