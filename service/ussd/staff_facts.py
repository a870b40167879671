"""What a mentor's or supervisor's own screens may know: the worklist, the day to close, enrolments to finish."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from flows.facts.staff import PlaceFact, StaffFacts
from flows.facts.work import ExpectedVisit, FollowUpItem, IncompleteEnrolment
from scheduler.sites import CLOSE_BACK
from scheduler.types import Country
from service.database import Connection
from service.security.sealing import Sealer
from service.store.case_codes import codes_where_free
from service.store.caseload import caseload
from service.store.follow_ups import NOT_FOR_HER_MENTOR, NOT_YET
from service.ussd import referral_tries
from service.ussd.asked import ask_of
from service.ussd.names import first_name
from service.ussd.supervisor_facts import supervisor
from service.ussd.team_facts import team
from service.ussd.wanted import Wanted

ASKED_BY_A_COLLEAGUE: Final = ("mentor_asks_talk", "case_help", "own_call")
"""Work about a colleague: whoever is to call them reads their first name, behind the PIN."""

PLACES_AT_MOST: Final = 60
"""So many other clinics are read; a mother rarely moves further than the nearest of them."""


async def staff(
    connection: Connection,
    sealer: Sealer,
    person: Wanted,
    now: datetime,
    countries: Mapping[str, Country],
) -> StaffFacts | None:
    """Return what this member of staff may know; None when they are gone. ``countries`` say what a rung asks."""
    row = await connection.fetchrow("SELECT id, role, facility_id FROM staff WHERE id = $1", person.person_id)
    if row is None:
        return None
    today = now.astimezone(person.zone).date()
    day, closed = await _day_to_close(connection, row["facility_id"], today)
    hers = await team(connection, sealer, row["id"], today)
    slip = await referral_tries.look(connection, person, row["facility_id"], now)
    return StaffFacts(
        id=row["id"],
        role=row["role"],
        facility_id=row["facility_id"],
        follow_ups=await _follow_ups(connection, sealer, person, today, countries),
        day=day,
        day_closed=closed,
        expected=() if closed else await _expected(connection, row["id"], row["facility_id"], day, now),
        incomplete=await _incomplete(connection, row["id"]),
        mothers=await caseload(connection, row["id"], today, now),
        referral_found=slip is referral_tries.Slip.FOUND,
        guessed_enough=slip is referral_tries.Slip.ENOUGH,
        places=tuple(
            PlaceFact(one["id"], one["name"])
            for one in await connection.fetch(_PLACES, row["facility_id"], PLACES_AT_MOST)
        ),
        supervised=await connection.fetchval(_SUPERVISED, row["facility_id"]),
        groups=hers.groups,
        leave=hers.leave,
        covers=hers.covers,
        supervisor=(
            await supervisor(connection, sealer, person, today, now, countries)
            if row["role"] == "supervisor"
            else None
        ),
    )


async def _day_to_close(connection: Connection, facility_id: int, today: date) -> tuple[date, bool]:
    """The oldest day of the last week still open, else today."""
    row = await connection.fetchrow(
        """
        SELECT day, closed_at IS NOT NULL AS closed FROM site_day d
        WHERE facility_id = $1 AND day BETWEEN $2 AND $3 AND (day = $3 OR (closed_at IS NULL AND was_open
            AND EXISTS (SELECT FROM visit v WHERE v.facility_id = d.facility_id AND v.due_on = d.day
                AND v.status IN ('expected', 'unknown'))))
        ORDER BY closed_at IS NOT NULL, day LIMIT 1
        """,
        facility_id,
        today - CLOSE_BACK,
        today,
    )
    return (row["day"], row["closed"]) if row else (today, False)


async def _follow_ups(
    connection: Connection,
    sealer: Sealer,
    person: Wanted,
    today: date,
    countries: Mapping[str, Country],
) -> tuple[FollowUpItem, ...]:
    """Hers by assignment, by an alert she was sent, or because she took it; ranked by risk, then age.

    What was said about violence or despair stands only on the list of those who were told.
    """
    rows = await connection.fetch(
        """
        SELECT f.id, c.code, f.cause, f.risk, f.urgent, f.state, f.mother_id, f.country, f.step, f.hold_by_code,
               (f.opened_at AT TIME ZONE $2)::date AS opened_on,
               CASE WHEN (f.wanted_at AT TIME ZONE $2)::date = $4 THEN to_char(f.wanted_at AT TIME ZONE $2, 'HH24:MI')
                    ELSE '' END AS wanted_at,
               k.id AS asked_by, k.role, k.name,
               (SELECT CASE WHEN l.what IN ('reached_coming', 'reached_problem') THEN l.what END
                   FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.what NOT IN ('told', 'handed_over')
                   ORDER BY l.id DESC LIMIT 1) AS reached
        FROM follow_up f
        JOIN case_code c ON c.staff_id = $1
             AND (c.mother_id = f.mother_id OR c.phone_id = f.phone_id)
        LEFT JOIN mother m ON m.id = f.mother_id
        LEFT JOIN LATERAL (
            SELECT s.id, s.role, p.name FROM staff s JOIN person p ON p.id = s.id
            WHERE f.cause = ANY($6::text[]) AND (p.phone_id = f.phone_id OR s.id = (
                SELECT e.staff_id FROM event e WHERE e.mother_id = f.mother_id AND e.kind = 'CaseHelpAsked'
                ORDER BY e.at DESC, e.id DESC LIMIT 1))
            ORDER BY s.role = 'supervisor', s.id LIMIT 1
        ) k ON TRUE
        WHERE f.state <> 'resolved' AND NOT (f.state = 'open' AND f.cause = ANY($5::text[]))
          AND ((m.mentor_id = $1 AND f.cause <> ALL($3::text[])) OR f.owner_id = $1
               OR (SELECT l.what FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.staff_id = $1
                       AND l.what IN ('told', 'handed_over') ORDER BY l.id DESC LIMIT 1) = 'told')
        ORDER BY f.urgent DESC, array_position(ARRAY['red', 'amber', 'green']::varchar[], f.risk),
                 f.rank, f.opened_at, f.id
        LIMIT 100
        """,
        person.person_id,
        str(person.zone),
        list(NOT_FOR_HER_MENTOR),
        today,
        list(NOT_YET),
        list(ASKED_BY_A_COLLEAGUE),
    )
    return tuple(
        FollowUpItem(
            id=row["id"],
            code=str(row["code"]),
            cause=row["cause"],
            risk=row["risk"],
            urgent=row["urgent"],
            days=max(0, (today - row["opened_on"]).days),
            state=row["state"],
            mother_id=row["mother_id"],
            wanted_at=row["wanted_at"],
            asked_by=_asked_by(sealer, row),
            reached=row["reached"],
            ask=ask_of(row, countries),
        )
        for row in rows
    )


def _asked_by(sealer: Sealer, row: Any) -> str:
    if row["asked_by"] is None:
        return ""
    return first_name(sealer, {"id": row["asked_by"], "role": row["role"], "name": row["name"]})


async def _expected(
    connection: Connection, staff_id: int, facility_id: int, day: date, now: datetime
) -> tuple[ExpectedVisit, ...]:
    """Who is expected that day. A colleague's mother gets a code with this mentor, to be asked about by it.

    Where all her codes are in use, who has none is left out: a colleague closes for them, or their mentor is asked.
    Whoever is on the staff herself is shown to her own mentor, a nurse or a supervisor alone.
    """
    rows = await connection.fetch(
        """
        SELECT v.id, v.mother_id FROM visit v
        LEFT JOIN infant n ON n.id = v.infant_id
        JOIN mother m ON m.id = v.mother_id
        WHERE v.facility_id = $1 AND v.due_on = $2 AND v.status IN ('expected', 'unknown')
          AND (n.id IS NULL OR n.status = 'alive')
          AND (m.staff_id IS NULL OR (m.staff_id <> $3 AND (m.mentor_id = $3
               OR EXISTS (SELECT FROM staff s WHERE s.id = $3 AND s.role <> 'mentor'))))
        ORDER BY v.id LIMIT 200
        """,
        facility_id,
        day,
        staff_id,
    )
    if not rows:
        return ()
    pairs = {row["id"]: (staff_id, row["mother_id"]) for row in rows}
    codes = await codes_where_free(connection, list(pairs.values()), now)
    return tuple(ExpectedVisit(id_, str(codes[pair])) for id_, pair in pairs.items() if pair in codes)


async def _incomplete(connection: Connection, staff_id: int) -> tuple[IncompleteEnrolment, ...]:
    rows = await connection.fetch(
        """
        SELECT m.id, c.code FROM mother m
        JOIN case_code c ON c.staff_id = $1 AND c.mother_id = m.id
        JOIN person p ON p.id = m.id
        WHERE m.mentor_id = $1 AND m.completed_at IS NULL AND p.hold IS NULL
        ORDER BY m.id LIMIT 50
        """,
        staff_id,
    )
    return tuple(IncompleteEnrolment(row["id"], str(row["code"])) for row in rows)


# Those of her own country first.
_PLACES = """
SELECT f.id, f.name FROM facility f JOIN facility h ON h.id = $1
WHERE f.id <> h.id ORDER BY f.country <> h.country, f.name, f.id LIMIT $2
"""

_SUPERVISED = """
SELECT EXISTS (SELECT FROM supervision v JOIN person p ON p.id = v.staff_id JOIN phone t ON t.id = p.phone_id
    WHERE v.facility_id = $1 AND p.hold IS NULL AND t.number IS NOT NULL AND t.trust = 'ok' AND t.opted_out_at IS NULL)
"""
