"""The loop: what was planned for mothers, what became of it, and whether who fell silent was told of, reached and seen again.

Counted from the rows that hold each instant, set-based. Nothing is estimated: what no row says is not counted.

| count | the row that holds it |
|---|---|
| planned | ``reminder``: a contact whose time came (``due_at``) and what became of it (``state``) |
| sent | ``message.sent_at``: the gateway took it; one in doubt is not counted |
| delivered | ``message.state = 'delivered'``: the network said so, at ``settled_at`` |
| replied | ``message.replied_at``: what it asked was answered, by digit, menu or missed call |
| silent | a text that was sent, and has not been answered |
| cases, told | ``follow_up.opened_at``; the first ``told`` of ``follow_up_log`` |
| acknowledged | ``follow_up_log``: the first answer of a person that takes it, and was not taken back at once |
| reached | ``follow_up_log``: a person spoke with her (``reached_coming``, ``reached_problem``), or she came (``came``) |
| answered herself | ``follow_up_log``: ``answered`` |
| came back | ``visit``: the first kept one on a day from the opening to 28 days later, by the day she was seen |

**One chain** is a contact that went out (a text that was sent, or work given to a person instead) and all that follows
it until the next contact of hers that goes out, at most 28 days. A case opened about her in that time belongs to it,
whatever its cause, so that each case belongs to at most one chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from scheduler.types import Risk
from service.database import Connection
from service.reports.counts import Counts, counted
from service.reports.scope import Scope

CAME_BACK_WITHIN: Final = timedelta(days=28)
"""Days from the opening in which a kept visit is her coming back: later is an interruption (PEPFAR, WHO)."""

LONGEST_CHAIN: Final = timedelta(days=28)
"""After so long without another contact, what is opened about her is no consequence of the last one (project choice)."""

SPOKEN: Final = ("reached_coming", "reached_problem")
ANSWERS: Final = (
    "going",
    "reached_coming",
    "reached_problem",
    "not_reached",
    "wrong_number",
    "moved",
    "died",
)
"""What a person says of a follow-up that takes it. Passing it on does not."""

ALL_SAID: Final = (*ANSWERS, "pass_on", "undo")

KNOWN: Final = ("facility_id", "mentor_id", "week", "under_20", "phone_use")

CONTACTS: Final = (
    "planned",
    "texts",
    "by_person",
    "left_out",
    "sent",
    "delivered",
    "replied",
    "silent",
    "went_out",
    "alerted",
    "acknowledged",
    "reached",
    "came_back",
)
"""Of ``planned`` contacts: ``texts + by_person + left_out``. Of ``texts`` made for her ``sent``; of those ``delivered``,
and ``replied`` or ``silent``. ``went_out = sent + by_person`` begin a chain each; of those ``alerted`` (somebody was told
of a case in it), and of those ``acknowledged``, ``reached`` and ``came_back``."""

CASES: Final = ("cases", "told", "acknowledged", "reached", "answered_herself", "came_back")
"""Of ``cases`` opened about a mother: ``told``, ``acknowledged``, ``reached``, ``answered_herself``, ``came_back``."""

BINS: Final = (4, 24, 72, 168, 336, 672)
"""Hours that part the histogram of times to reach her: 4 h, 1, 3, 7, 14 and 28 days."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long cases opened in a period took; None where none got so far.

    ``facility_id`` None: all clinics together. A percentile is a time that really occurred: the least one that so
    many are no longer than. ``within`` counts the cases reached before each of ``BINS``, and later than all of them;
    ``not_reached`` those that were not reached so far.
    """

    facility_id: int | None
    cases: int
    acknowledged: int
    acknowledge_median: timedelta | None
    acknowledge_90: timedelta | None
    reached: int
    reach_median: timedelta | None
    reach_90: timedelta | None
    within: tuple[int, ...]

    @property
    def not_reached(self) -> int:
        """Cases nobody was reached in so far."""
        return self.cases - self.reached


NO_TIMES: Final = Times(None, 0, 0, None, None, 0, None, None, (0,) * (len(BINS) + 1))


async def contacts(conn: Connection, scope: Scope) -> Counts:
    """The contacts due in the period, and their chains, by the Monday of the local week they were due in.

    A contact counts at the clinic its mother is in care at now, with the mentor she has now. Not planned: weeks that
    her own slower rhythm leaves out, and what was called off before its time.
    """
    rows = await conn.fetch(
        _CONTACTS, *scope.asked, None, *said_words(), CAME_BACK_WITHIN.days, LONGEST_CHAIN
    )
    return counted(rows, KNOWN, CONTACTS)


async def cases(conn: Connection, scope: Scope, *, risk: Risk | None = None) -> Counts:
    """The cases opened in the period about a mother, by the Monday of the local week they were opened in.

    A case counts at the clinic it was opened at, with the mentor she has now. ``risk`` narrows them to those of
    mothers who had it as they were opened.
    """
    rows = await conn.fetch(
        f"{CASES_OF} {_COUNTED}", *scope.asked, risk, *said_words(), CAME_BACK_WITHIN.days
    )
    return counted(rows, KNOWN, CASES)


async def times(conn: Connection, scope: Scope, *, risk: Risk | None = None) -> list[Times]:
    """From the opening of a case to the first answer that takes it, and to somebody speaking with her or her coming.

    Over the cases of ``cases``: first all together, then each clinic, in the order of their ids. The cases that got
    so far are the denominator of each percentile.
    """
    rows = await conn.fetch(f"{CASES_OF} {_TIMED}", *scope.asked, risk, *said_words(), list(BINS))
    found = [_times(dict(row)) for row in rows]
    return found or [NO_TIMES]


def _times(row: Mapping[str, Any]) -> Times:
    within = row["within"] or []
    values = {name: value for name, value in row.items() if name != "within"}
    return Times(
        **values, within=tuple(sum(1 for one in within if one == place) for place in range(len(BINS) + 1))
    )


def said_words() -> tuple[list[str], list[str], list[str]]:
    return list(ALL_SAID), list(ANSWERS), list(SPOKEN)


# From `opened`: each case's first signs. An answer whose next one takes it back was none. She may come, or answer
# herself, without any.
_SIGNS = """
said AS (
    SELECT l.follow_up_id, l.at, l.what, lead(l.what) OVER (PARTITION BY l.follow_up_id ORDER BY l.id) AS next
    FROM follow_up_log l JOIN opened o ON o.id = l.follow_up_id WHERE l.what = ANY($6::text[])
), taken AS (
    SELECT follow_up_id, min(at) FILTER (WHERE what = ANY($7::text[])) AS acknowledged_at,
        min(at) FILTER (WHERE what = ANY($8::text[])) AS spoken_at
    FROM said WHERE next IS DISTINCT FROM 'undo' GROUP BY follow_up_id
), signs AS (
    SELECT l.follow_up_id, min(l.at) FILTER (WHERE l.what = 'told') AS told_at,
        min(l.at) FILTER (WHERE l.what = 'came') AS came_at, min(l.at) FILTER (WHERE l.what = 'answered') AS answered_at
    FROM follow_up_log l JOIN opened o ON o.id = l.follow_up_id WHERE l.what IN ('told', 'came', 'answered')
    GROUP BY l.follow_up_id
), cases AS (
    SELECT o.*, s.told_at, t.acknowledged_at, least(t.spoken_at, s.came_at) AS reached_at, s.answered_at
    FROM opened o LEFT JOIN taken t ON t.follow_up_id = o.id LEFT JOIN signs s ON s.follow_up_id = o.id
)
"""

# A local day begins at most 14 hours from UTC's: the wider span is found by the index, the days within it by each zone.
CASES_OF = """
WITH opened AS (
    SELECT f.id, f.facility_id, m.mentor_id, m.under_20, m.phone_use, f.mother_id, f.cause, f.opened_at, c.time_zone,
        (f.opened_at AT TIME ZONE c.time_zone)::date AS opened_on
    FROM follow_up f JOIN facility c ON c.id = f.facility_id JOIN mother m ON m.id = f.mother_id
    WHERE f.facility_id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4)
      AND ($5::text IS NULL OR f.risk = $5)
      AND f.opened_at >= ($2::date - 1)::timestamp AT TIME ZONE 'UTC'
      AND f.opened_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
      AND (f.opened_at AT TIME ZONE c.time_zone)::date >= $2 AND (f.opened_at AT TIME ZONE c.time_zone)::date < $3
), {_SIGNS}
""".replace("{_SIGNS}", _SIGNS)

CAME_BACK = """EXISTS (SELECT FROM visit v WHERE v.mother_id = c.mother_id AND v.status = 'kept'
        AND coalesce(v.came_on, v.due_on) BETWEEN c.opened_on AND c.opened_on + $9::int)"""

_COUNTED = """
SELECT c.facility_id, c.mentor_id, date_trunc('week', c.opened_on::timestamp)::date AS week, c.under_20, c.phone_use,
    count(*)::int AS cases,
    count(c.told_at)::int AS told, count(c.acknowledged_at)::int AS acknowledged, count(c.reached_at)::int AS reached,
    count(c.answered_at)::int AS answered_herself, count(*) FILTER (WHERE {CAME_BACK})::int AS came_back
FROM cases c GROUP BY 1, 2, 3, 4, 5
""".replace("{CAME_BACK}", CAME_BACK)

_TIMED = """
SELECT facility_id, count(*)::int AS cases, count(acknowledged_at)::int AS acknowledged,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY acknowledged_at - opened_at) AS acknowledge_median,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY acknowledged_at - opened_at) AS acknowledge_90,
    count(reached_at)::int AS reached,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY reached_at - opened_at) AS reach_median,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY reached_at - opened_at) AS reach_90,
    array_agg(width_bucket(extract(epoch FROM reached_at - opened_at) / 3600, $9::numeric[]))
        FILTER (WHERE reached_at IS NOT NULL) AS within
FROM cases GROUP BY GROUPING SETS ((), (facility_id)) ORDER BY facility_id NULLS FIRST
"""

# What is due up to a chain's length after the period can end a chain that began in it.
_CONTACTS = """
WITH due AS (
    SELECT m.id AS mother_id, m.facility_id, m.mentor_id, m.under_20, m.phone_use, f.time_zone, r.id AS reminder_id,
        r.due_at, (r.due_at AT TIME ZONE f.time_zone)::date AS due_on, r.state,
        coalesce(t.sent, FALSE) AS sent, coalesce(t.sent AND t.delivered, FALSE) AS delivered,
        coalesce(t.sent AND t.replied, FALSE) AS replied
    FROM facility f JOIN mother m ON m.facility_id = f.id JOIN reminder r ON r.mother_id = m.id
    LEFT JOIN LATERAL (
        SELECT bool_or(x.sent_at IS NOT NULL) AS sent, bool_or(x.state = 'delivered') AS delivered,
            bool_or(x.replied_at IS NOT NULL) AS replied
        FROM message x WHERE x.reminder_id = r.id AND x.person_id = r.mother_id
    ) t ON r.state = 'queued'
    WHERE f.id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4)
      AND r.state IN ('queued', 'done', 'skipped') AND r.reason IS DISTINCT FROM 'slower_rhythm'
      AND r.due_at >= ($2::date - 1)::timestamp AT TIME ZONE 'UTC'
      AND r.due_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC' + $10::interval
), chain AS (
    SELECT d.*, least(lead(d.due_at) OVER (PARTITION BY d.mother_id ORDER BY d.due_at, d.reminder_id),
        d.due_at + $10::interval) AS ends_at
    FROM due d WHERE d.sent OR d.state = 'done'
), opened AS (
    SELECT f.id, c.reminder_id, f.mother_id, f.opened_at, (f.opened_at AT TIME ZONE c.time_zone)::date AS opened_on
    FROM chain c JOIN follow_up f ON f.mother_id = c.mother_id AND f.opened_at >= c.due_at AND f.opened_at < c.ends_at
    WHERE c.due_on >= $2 AND c.due_on < $3 AND ($5::text IS NULL OR f.risk = $5)
), {_SIGNS}, followed AS (
    SELECT c.reminder_id, bool_or(c.acknowledged_at IS NOT NULL) AS acknowledged,
        bool_or(c.reached_at IS NOT NULL) AS reached, bool_or({CAME_BACK}) AS came_back
    FROM cases c WHERE c.told_at IS NOT NULL GROUP BY c.reminder_id
)
SELECT d.facility_id, d.mentor_id, date_trunc('week', d.due_on::timestamp)::date AS week, d.under_20, d.phone_use,
    count(*)::int AS planned, count(*) FILTER (WHERE d.state = 'queued')::int AS texts,
    count(*) FILTER (WHERE d.state = 'done')::int AS by_person,
    count(*) FILTER (WHERE d.state = 'skipped')::int AS left_out, count(*) FILTER (WHERE d.sent)::int AS sent,
    count(*) FILTER (WHERE d.delivered)::int AS delivered, count(*) FILTER (WHERE d.replied)::int AS replied,
    count(*) FILTER (WHERE d.sent AND NOT d.replied)::int AS silent,
    count(*) FILTER (WHERE d.sent OR d.state = 'done')::int AS went_out, count(w.reminder_id)::int AS alerted,
    count(*) FILTER (WHERE w.acknowledged)::int AS acknowledged, count(*) FILTER (WHERE w.reached)::int AS reached,
    count(*) FILTER (WHERE w.came_back)::int AS came_back
FROM due d LEFT JOIN followed w ON w.reminder_id = d.reminder_id
WHERE d.due_on >= $2 AND d.due_on < $3 GROUP BY 1, 2, 3, 4, 5
""".replace("{CAME_BACK}", CAME_BACK).replace("{_SIGNS}", _SIGNS)
