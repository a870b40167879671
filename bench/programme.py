"""A year of a programme by set-based SQL: visits, follow-ups with their logs and codes, messages, two people who look on."""

from datetime import datetime
from typing import Final

from bench.population import FACILITIES
from service.database import Connection

SUPERVISED: Final = 2
"""How many of the clinics the one supervisor answers for."""

SUPERVISOR: Final = 6_000_001


async def live_through(connection: Connection, now: datetime) -> None:
    """Fill a populated database with what a year leaves behind, in proportion to its mothers.

    Ten visits a mother in ten months, six of a hundred missed and most of those seen again; six follow-ups for ten
    mothers, an eighth of them open; ten messages a mother, those of the last day among them.
    """
    for statement in (_VISITS, _SEEN_AGAIN, _FOLLOW_UPS, _LOG, _CODES, _MESSAGES):
        await connection.execute(statement, now)
    await connection.execute(_TODAY, now, FACILITIES)
    await connection.execute(_SUPERVISOR, now, SUPERVISOR, SUPERVISED)
    await connection.execute(
        "INSERT INTO heartbeat (worker, care_at, wall_at) VALUES ('bench', $1, now())", now
    )


# One visit a month and mother, the last in the month before now; a missed one is followed by the next that is kept.
_VISITS = """
INSERT INTO visit (mother_id, facility_id, kind, due_on, status, marked_by, marked_at)
SELECT m.id, m.facility_id, 'clinic', v.day, v.status,
    CASE WHEN v.status IN ('kept', 'missed') THEN m.mentor_id END,
    CASE WHEN v.status IN ('kept', 'missed') THEN v.day + time '15:00' END
FROM mother m CROSS JOIN LATERAL (
    SELECT n, $1::date - (30 * n + (m.id * 7 % 30))::int AS day,
        CASE WHEN m.id % 50 = 0 AND n < 2 THEN 'unknown' WHEN m.id % 50 = 0 AND n = 2 THEN 'missed' WHEN (m.id * 31 + n * 17) % 100 < 6 THEN 'missed' WHEN (m.id * 31 + n * 17) % 100 < 9 THEN 'unknown'
            ELSE 'kept' END AS status
    FROM generate_series(0, 9) AS n) v
"""

_SEEN_AGAIN = """
UPDATE visit v SET seen_again_on = k.due_on FROM visit k
WHERE v.status = 'missed' AND k.mother_id = v.mother_id AND k.status = 'kept' AND k.due_on = v.due_on + 30
  AND $1::timestamptz IS NOT NULL
"""

_TODAY = """
WITH expected AS (
    INSERT INTO visit (mother_id, facility_id, kind, due_on)
    SELECT id, facility_id, 'refill', $1::date + (id % 28)::int FROM mother RETURNING facility_id, due_on)
INSERT INTO site_day (facility_id, day, closed_as, closed_at, stage)
SELECT f, $1::date - d, 'closed', $1::timestamptz - make_interval(days => d), 3
FROM generate_series(1, $2::int) AS f CROSS JOIN generate_series(1, 300) AS d
UNION ALL SELECT f, $1::date, NULL, NULL, 0 FROM generate_series(1, $2::int) AS f
"""

_FOLLOW_UPS = """
INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, urgent, state, step, owner_id, opened_at, next_at,
    notified_at, acknowledged_at, resolved_at, outcome, alarm_at)
SELECT m.id, m.facility_id, (ARRAY['silent', 'visit_missed', 'call_requested', 'missed_dose'])[1 + n % 4], 'KE', 30,
    (ARRAY['red', 'amber', 'green', 'green'])[1 + m.id % 4], FALSE, s.state, 0,
    CASE WHEN s.state = 'acknowledged' THEN m.mentor_id END, s.at,
    CASE WHEN s.state <> 'resolved' THEN $1::timestamptz + interval '1 day' END,
    CASE WHEN s.state <> 'open' THEN s.at END, CASE WHEN s.state = 'acknowledged' THEN s.at + interval '3 hours' END,
    CASE WHEN s.state = 'resolved' THEN s.at + interval '2 days' END, CASE WHEN s.state = 'resolved' THEN 'reached' END,
    CASE WHEN s.state = 'notified' AND m.id % 40 = 0 THEN $1::timestamptz END
FROM mother m CROSS JOIN generate_series(0, 2) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN (m.id + n) % 8 > 0 THEN 'resolved' WHEN m.id % 16 < 6 THEN 'acknowledged'
        WHEN m.id % 16 < 14 THEN 'notified' ELSE 'open' END AS state,
    $1::timestamptz - make_interval(mins => CASE WHEN (m.id + n) % 8 > 0 THEN 5000 ELSE 0 END + (m.id * 13 % 9000)::int) AS at) s
WHERE (m.id + n) % 5 = 0 AND $1::timestamptz IS NOT NULL
"""

_LOG = """
INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step)
SELECT f.id, m.mentor_id, f.opened_at, w.what, 0 FROM follow_up f JOIN mother m ON m.id = f.mother_id
CROSS JOIN (VALUES ('told', 1), ('going', 2), ('reached_coming', 3)) AS w(what, place)
WHERE $1::timestamptz IS NOT NULL AND f.state <> 'open' AND (w.place = 1 OR f.state IN ('acknowledged', 'resolved'))
ORDER BY f.opened_at, f.id, w.place
"""

# A mentor has eight hundred codes at most.
_CODES = """
INSERT INTO case_code (staff_id, code, mother_id, given_at)
SELECT mentor_id, 199 + place, id, $1 FROM (
    SELECT m.mentor_id, m.id, row_number() OVER (PARTITION BY m.mentor_id ORDER BY m.id) AS place FROM mother m
    WHERE EXISTS (SELECT FROM follow_up f WHERE f.mother_id = m.id AND f.state <> 'resolved')) AS c WHERE place <= 800
"""

_MESSAGES = """
INSERT INTO message (person_id, phone_id, mother_id, message_class, priority, template, language, wording, signature,
    created_at, not_before, valid_until, state, sent_at, settled_at)
SELECT m.id, m.id, m.id, 'B', 50, 'checkin', 'en', 'covert', 'tips', s.at, s.at, s.at + interval '90 min',
    CASE WHEN (m.id + n) % 50 = 0 THEN 'failed' ELSE 'delivered' END, s.at, s.at
FROM generate_series(9, 0, -1) AS n CROSS JOIN mother m
CROSS JOIN LATERAL (SELECT $1::timestamptz - make_interval(days => (n * 7)::int, mins => (m.id % 9000)::int) AS at) s
"""

_SUPERVISOR = """
WITH person AS (
    INSERT INTO person (id, kind, language, created_at) VALUES ($2, 'supervisor', 'en', $1) RETURNING id
), staff AS (
    INSERT INTO staff (id, role, facility_id, starts_at, ends_at) SELECT id, 'supervisor', 1, '08:00', '17:00' FROM person
    RETURNING id
)
INSERT INTO supervision (staff_id, facility_id) SELECT id, n FROM staff CROSS JOIN generate_series(1, $3::int) AS n
"""
