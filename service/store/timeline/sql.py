"""The statements of a timeline: one for each source, each along an index of one mother's rows. None reads a sealed column."""

MOTHER = """
SELECT m.id, m.facility_id, f.country, f.time_zone, f.status AS site, f.status_since, p.hold, p.hold_since,
    p.paused_until, p.erase_at, m.set_up_at, m.phone_use, m.signature, m.rhythm, m.quiet_since, m.asked_at,
    m.nudged_at, m.silence_check_at, n.number IS NOT NULL AS has_number, n.trust, n.opted_out_at,
    EXISTS (SELECT FROM consent k WHERE k.mother_id = m.id AND k.stream = 'sms' AND k.withdrawn_at IS NULL)
        AS consented
FROM mother m JOIN person p ON p.id = m.id JOIN facility f ON f.id = m.facility_id
LEFT JOIN phone n ON n.id = p.phone_id
WHERE m.id = $1
"""

ENROLMENTS = """
SELECT id, mother_id, infant_id, visit_id, country, time_zone, schedule, anchor_on, entered_on, rhythm, weekday, hour,
    announced_on, revision, planned_through, next_on, state, ended_reason,
    coalesce((SELECT n.risk FROM infant n WHERE n.id = enrolment.infant_id), 'unknown') AS infant_risk
FROM enrolment WHERE mother_id = $1 ORDER BY id
"""

VISITS = """
SELECT v.id, v.infant_id, v.kind, v.due_on, v.status, v.marked_by, v.marked_at, v.confirmed_at, v.wanted_on,
    v.moved_from, v.came_on, v.foreseen_on, v.facility_id, f.country, f.time_zone
FROM visit v JOIN facility f ON f.id = v.facility_id WHERE v.mother_id = $1 ORDER BY v.due_on, v.id
"""

REMINDERS = """
SELECT r.id, r.step, r.occurrence, r.due_at, r.look_at, r.state, r.reason, r.decided_at, e.country, e.schedule,
    e.revision, e.visit_id, e.infant_id
FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id WHERE r.mother_id = $1 ORDER BY r.due_at, r.id
"""

MESSAGES = """
SELECT id, person_id, message_class, template, created_at, not_before, state, begun, sent_at, settled_at, replied_at, reason,
    reminder_id, follow_up_id
FROM message WHERE mother_id = $1 OR person_id = $1 ORDER BY created_at, id
"""

EVENTS = "SELECT id, at, kind, staff_id, data FROM event WHERE mother_id = $1 ORDER BY at, id"

FOLLOW_UPS = """
SELECT id, visit_id, cause, country, risk, urgent, state, step, owner_id, opened_at, next_at, alarm_reason,
    -- As long as nobody answers it is renewed each day: what is told is since when it stands.
    least(alarm_at, (SELECT a.raised_at FROM alarm a WHERE a.kind = 'follow_up' AND a.subject = f.id::text
                     AND a.cleared_at IS NULL)) AS alarm_at,
    resolved_at, outcome, hold_by_code, expect_by, reopened, wanted_at
FROM follow_up f WHERE mother_id = $1 ORDER BY opened_at, id
"""

FOLLOW_UP_LOG = """
SELECT l.id, l.follow_up_id, l.staff_id, l.at, l.what, l.step
FROM follow_up_log l JOIN follow_up f ON f.id = l.follow_up_id WHERE f.mother_id = $1 ORDER BY l.at, l.id
"""

LIFE_EVENTS = """
SELECT id, what, on_day, reported_at, reported_by, undone_at, undone_by
FROM life_event WHERE mother_id = $1 ORDER BY reported_at, id
"""

CORRECTIONS = """
SELECT id, what, visit_id, was, became, at, staff_id, moved, gone, new FROM correction WHERE mother_id = $1 ORDER BY at, id
"""

CONSENTS = """
SELECT id, stream, given_at, read_by, withdrawn_at FROM consent WHERE mother_id = $1 ORDER BY given_at, id
"""

ERASURES = """
SELECT id, asked_at, due_at, withdrawn_at, done_at FROM erasure WHERE mother_id = $1 ORDER BY asked_at, id
"""

HOME_VISITS = "SELECT id, on_day, hour, planned_by FROM home_visit WHERE mother_id = $1 ORDER BY on_day, hour"

# Who was shown her number: the audit is kept by the wall clock.
REVEALS = """
SELECT a.id, a.at, u.staff_id FROM audit a LEFT JOIN dashboard_user u ON 'user ' || u.id = a.who
WHERE a.about = 'mother' AND a.about_id = $1 AND a.what = 'revealed_number' ORDER BY a.seq
"""

ROLES = "SELECT id, role FROM staff WHERE id = ANY($1::bigint[])"
