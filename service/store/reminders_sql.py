"""The statements of ``service.store.reminders``: one query claims a batch and knows everything about it."""

# ``site_has_entries`` is false only when the clinic's last open day with visits expected, before today, had none marked.
# ``answered_since_due``: for a check-in, anything heard from her since it was due; for a visit, that she confirmed it;
# an invitation is taken back as soon as she has answered it. ``date_known``: a day is in the book, or one of the rules
# that foresee days ($3) has one to come that is too far ahead to be in it yet.
_KNOWN = """
SELECT c.id, c.mother_id, e.country, e.schedule, c.step, c.occurrence, c.due_at, c.valid_until, f.time_zone, c.hold, c.rests,
    c.phone_id, c.language, e.visit_id, coalesce(e.infant_id, v.infant_id) AS infant_id,
    CASE WHEN m.phone_use = 'none' OR n.id IS NULL OR n.number IS NULL THEN 'none'
         WHEN n.opted_out_at IS NOT NULL THEN 'opted_out'
         WHEN n.trust <> 'ok' THEN 'untrusted' ELSE 'ok' END AS phone,
    m.set_up_at, m.signature, m.wording, m.baby_wording, m.rhythm, m.checkin_hour, m.mentor_id,
    coalesce(v.facility_id, m.facility_id) AS facility_id,
    EXISTS (SELECT FROM consent k WHERE k.mother_id = m.id AND k.stream = 'sms' AND k.withdrawn_at IS NULL) AS consented,
    EXISTS (SELECT FROM follow_up u WHERE u.mother_id = m.id AND u.state = 'acknowledged'
        AND u.cause IN ('silent', 'number_problem')) AS in_hand,
    e.visit_id IS NULL AND e.schedule NOT IN ('checkin', 'meeting') AND (EXISTS (SELECT FROM visit x
        WHERE x.mother_id = m.id AND x.status = 'expected'
        AND x.due_on >= (greatest(c.due_at, $1::timestamptz) AT TIME ZONE f.time_zone)::date)
      OR EXISTS (SELECT FROM enrolment y WHERE y.mother_id = m.id AND y.visit_id IS NULL AND y.state = 'active'
        AND y.next_on IS NOT NULL AND y.schedule = ANY($3::text[]))) AS date_known,
    CASE WHEN f.status = 'stock_out' AND v.kind IS DISTINCT FROM 'refill' THEN 'open' ELSE f.status END AS site,
    coalesce((
        SELECT s.closed_as IS NOT NULL OR EXISTS (SELECT FROM visit x WHERE x.facility_id = f.id
            AND x.due_on = s.day AND x.status IN ('kept', 'missed'))
        FROM site_day s
        WHERE s.facility_id = f.id AND s.was_open AND s.day < ($1::timestamptz AT TIME ZONE f.time_zone)::date
          AND EXISTS (SELECT FROM visit x WHERE x.facility_id = f.id AND x.due_on = s.day AND x.status <> 'cancelled')
        ORDER BY s.day DESC LIMIT 1), TRUE) AS site_has_entries,
    CASE WHEN v.status = 'cancelled' THEN 'kept' ELSE v.status END AS attendance,
    (SELECT i.status = 'alive' FROM infant i WHERE i.id = coalesce(e.infant_id, v.infant_id)) AS infant_alive,
    CASE WHEN e.schedule = 'meeting' THEN FALSE
         WHEN e.visit_id IS NULL THEN coalesce(m.last_heard_at >= c.due_at, FALSE)
         ELSE v.status = 'expected' AND coalesce(v.confirmed_at >= c.due_at, FALSE) END AS answered_since_due
FROM claimed c
JOIN enrolment e ON e.id = c.enrolment_id
JOIN mother m ON m.id = c.mother_id
LEFT JOIN visit v ON v.id = e.visit_id
JOIN facility f ON f.id = coalesce(v.facility_id, m.facility_id)
LEFT JOIN phone n ON n.id = c.phone_id
ORDER BY c.due_at, c.id
"""

_CLAIMED = """
WITH claimed AS MATERIALIZED (
    SELECT r.id, r.enrolment_id, r.mother_id, r.step, r.occurrence, r.due_at, r.valid_until,
        p.hold, p.phone_id, p.language,
        CASE WHEN p.erase_at IS NOT NULL THEN 'erasure_asked' WHEN p.paused_until > $1 THEN 'paused_by_her' END AS rests
    FROM reminder r JOIN person p ON p.id = r.mother_id
    WHERE r.state = 'planned' AND coalesce(r.look_at, r.due_at) <= $1
    ORDER BY coalesce(r.look_at, r.due_at), r.id
    LIMIT $2
    FOR UPDATE OF r SKIP LOCKED
    FOR SHARE OF p SKIP LOCKED
)
"""
DUE = f"{_CLAIMED}{_KNOWN}"

# The same of one mother's contacts to come, for whoever only wants to know: nothing is claimed or locked.
_TO_COME = """
WITH claimed AS (
    SELECT r.id, r.enrolment_id, r.mother_id, r.step, r.occurrence, r.due_at, r.valid_until,
        p.hold, p.phone_id, p.language,
        CASE WHEN p.erase_at IS NOT NULL THEN 'erasure_asked'
             WHEN p.paused_until > greatest(r.due_at, $1::timestamptz) THEN 'paused_by_her' END AS rests
    FROM reminder r JOIN person p ON p.id = r.mother_id
    WHERE r.state = 'planned' AND r.mother_id = $2
)
"""
TO_COME = f"{_TO_COME}{_KNOWN}"

# Only what may have reached her counts: cues and dates, on their way or gone.
PUSHED = """
SELECT w.mother_id,
    count(*) FILTER (WHERE (coalesce(m.sent_at, m.created_at) AT TIME ZONE w.zone)::date
        = ($3::timestamptz AT TIME ZONE w.zone)::date)::int AS today,
    count(*)::int AS week
FROM unnest($1::bigint[], $2::text[]) AS w(mother_id, zone)
JOIN message m ON m.mother_id = w.mother_id AND m.person_id = w.mother_id
    AND m.created_at >= $3::timestamptz - interval '8 days'
WHERE m.message_class IN ('B', 'C') AND m.state IN ('queued', 'claimed', 'sending', 'sent', 'delivered', 'unknown')
  AND (coalesce(m.sent_at, m.created_at) AT TIME ZONE w.zone)::date
      > ($3::timestamptz AT TIME ZONE w.zone)::date - 7
GROUP BY w.mother_id
"""

SETTLE = """
UPDATE reminder r SET state = c.state, reason = c.reason, look_at = c.look_at,
    decided_at = CASE WHEN c.state = 'planned' THEN NULL ELSE $5::timestamptz END
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[]) AS c(id, state, reason, look_at)
WHERE r.id = c.id
"""

# A mentor on leave is covered: then her cover is reminded, but of no mother who is on the staff herself. Without
# either, whoever of the clinic's mentors has the fewest mothers, then a supervisor of the clinic.
MENTORS = """
SELECT DISTINCT ON (w.reminder_id) w.reminder_id, s.id AS staff_id, p.phone_id, p.language, f.time_zone, s.starts_at,
    s.ends_at, coalesce(s.works_on, f.open_on) AS works_on,
    f.country, s.works_on IS NULL AND f.keeps_holidays AS off_on_holidays,
    CASE WHEN s.works_on IS NULL AND f.keeps_holidays THEN
        (SELECT array_agg(d.day) FROM facility_day d WHERE d.facility_id = f.id AND d.open) END AS opened
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS w(reminder_id, mentor_id, facility_id)
CROSS JOIN LATERAL (
    SELECT c.covered_by AS staff_id, 1 AS turn, 0::bigint AS load FROM cover c
        WHERE c.staff_id = w.mentor_id AND c.starts_on <= $4 AND c.ends_on >= $4 AND NOT EXISTS (
            SELECT FROM reminder r JOIN mother m ON m.id = r.mother_id WHERE r.id = w.reminder_id AND m.staff_id IS NOT NULL)
    UNION ALL SELECT w.mentor_id, 2, 0 WHERE w.mentor_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM cover c WHERE c.staff_id = w.mentor_id AND c.starts_on <= $4 AND c.ends_on >= $4)
    UNION ALL SELECT o.id, 3, (SELECT count(*) FROM mother b WHERE b.mentor_id = o.id) FROM staff o
        WHERE o.facility_id = w.facility_id AND o.role = 'mentor' AND w.mentor_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM cover c WHERE c.staff_id = o.id AND c.starts_on <= $4 AND c.ends_on >= $4) AND NOT EXISTS (
            SELECT FROM reminder r JOIN mother m ON m.id = r.mother_id WHERE r.id = w.reminder_id AND m.staff_id IS NOT NULL)
    UNION ALL SELECT v.staff_id, 4, 0 FROM supervision v WHERE v.facility_id = w.facility_id
) k
JOIN staff s ON s.id = k.staff_id
JOIN person p ON p.id = s.id AND p.hold IS NULL
JOIN phone n ON n.id = p.phone_id AND n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL
JOIN facility f ON f.id = s.facility_id
ORDER BY w.reminder_id, k.turn, k.load, s.id
"""
