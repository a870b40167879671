"""What a supervisor's screens may know of the facilities she answers for: work, sites, colleagues, pauses to confirm."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from flows.facts.supervisor import ColleagueFact, PauseFact, SiteFact, SupervisorFacts
from flows.facts.work import FollowUpItem
from scheduler.answered_reports import NUMBER_PROBLEM
from scheduler.types import Country
from service.database import Connection
from service.security.sealing import Sealer
from service.store.case_codes import codes_where_free
from service.store.follow_ups import NOT_YET
from service.ussd.asked import ask_of
from service.ussd.handover_facts import handovers
from service.ussd.names import told_apart
from service.ussd.wanted import Wanted

AT_MOST: Final = 40
"""So many of each list are read: five pages of eight, more than anybody goes through on a phone."""

ROWS_AT_MOST: Final = 2 * AT_MOST
"""Of follow-ups more are read: several about one mother are one line."""

COLLEAGUES_AT_MOST: Final = 100

SAID: Final = {"wrong_number": "wrong_number", "moved": "moved", "dead": "died"}
"""What was reported, by the hold that the report put on her."""

TRANSFER: Final = "transfer_unanswered"
"""What waits for the clinic she moves to."""

ONLY_FOR_THOSE_TOLD: Final = "safety"
"""What was said about violence or despair stands on no list but of those who were told."""


async def supervisor(
    connection: Connection,
    sealer: Sealer,
    person: Wanted,
    today: date,
    now: datetime,
    countries: Mapping[str, Country],
) -> SupervisorFacts:
    """Return what this supervisor may know now. Whoever is listed has a case code with her, given here if need be."""
    sites = await connection.fetch(_SITES, person.person_id)
    ids = [row["id"] for row in sites]
    zone, hidden = str(person.zone), list(NOT_YET)
    untaken = await connection.fetch(_UNTAKEN, ids, person.person_id, zone, hidden, ONLY_FOR_THOSE_TOLD)
    oldest = await connection.fetch(_OLDEST, ids, person.person_id, zone, hidden, ONLY_FOR_THOSE_TOLD)
    pauses = await connection.fetch(_PAUSES, ids, zone, NUMBER_PROBLEM, AT_MOST, TRANSFER)
    codes = await _codes(connection, person.person_id, [*untaken, *oldest, *pauses], now)
    staff = await connection.fetch(_COLLEAGUES, ids, person.person_id, COLLEAGUES_AT_MOST)
    return SupervisorFacts(
        unacknowledged=tuple(_item(row, codes, today, countries) for row in untaken if row["id"] in codes),
        unacknowledged_count=untaken[0]["of_all"] if untaken else 0,
        oldest=tuple(_item(row, codes, today, countries) for row in oldest if row["id"] in codes),
        pauses=tuple(_pause(row, codes, today) for row in pauses if row["id"] in codes),
        pauses_count=pauses[0]["of_all"] if pauses else 0,
        sites=tuple(SiteFact(row["id"], row["name"], row["status"]) for row in sites),
        colleagues=tuple(
            ColleagueFact(row["id"], name, row["hold"] == "revoked", row["mothers"], row["can_be_shared"])
            for row, name in zip(staff, told_apart(sealer, staff), strict=True)
        ),
        handovers=await handovers(connection, sealer, person.person_id, ids, now),
    )


async def _codes(connection: Connection, staff_id: int, rows: Sequence[Any], now: datetime) -> dict[int, str]:
    """The case code of each follow-up with her. Where all her codes are in use, what has none is left out."""
    mothers = [(staff_id, row["mother_id"]) for row in rows if row["mother_id"] is not None]
    phones = [(staff_id, row["phone_id"]) for row in rows if row["mother_id"] is None]
    of_mothers = await codes_where_free(connection, mothers, now)
    of_phones = await codes_where_free(connection, phones, now, about="phone")
    known = {
        row["id"]: of_mothers.get((staff_id, row["mother_id"]), of_phones.get((staff_id, row["phone_id"])))
        for row in rows
    }
    return {id_: str(code) for id_, code in known.items() if code is not None}


def _item(row: Any, codes: dict[int, str], today: date, countries: Mapping[str, Country]) -> FollowUpItem:
    return FollowUpItem(
        id=row["id"],
        code=codes[row["id"]],
        cause=row["cause"],
        risk=row["risk"],
        urgent=row["urgent"],
        days=max(0, (today - row["opened_on"]).days),
        state=row["state"],
        mother_id=row["mother_id"],
        reached=row["reached"],
        ask=ask_of(row, countries),
    )


def _pause(row: Any, codes: dict[int, str], today: date) -> PauseFact:
    days = max(0, (today - row["opened_on"]).days)
    said: Any = SAID.get(row["hold_by_code"], "transferred")
    return PauseFact(row["id"], codes[row["id"]], said, days)


_SITES = """
SELECT f.id, f.name, f.status FROM supervision v JOIN facility f ON f.id = v.facility_id
WHERE v.staff_id = $1 ORDER BY f.id LIMIT 50
"""

# Counted are mothers and callers, as they are listed: several causes of one are one line. The rank of each from
# either end counts them.
_LISTED = """
SELECT f.id, f.cause, f.risk, f.urgent, f.state, f.mother_id, f.phone_id, f.country, f.step, f.hold_by_code,
    (f.opened_at AT TIME ZONE $3)::date AS opened_on,
    dense_rank() OVER (ORDER BY coalesce(f.mother_id, -f.phone_id))
        + dense_rank() OVER (ORDER BY coalesce(f.mother_id, -f.phone_id) DESC) - 1 AS of_all,
    (SELECT CASE WHEN l.what IN ('reached_coming', 'reached_problem') THEN l.what END
        FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.what NOT IN ('told', 'handed_over')
        ORDER BY l.id DESC LIMIT 1) AS reached
FROM follow_up f
WHERE f.facility_id = ANY($1::bigint[]) AND f.state <> 'resolved' AND NOT (f.state = 'open' AND f.cause = ANY($4::text[]))
  AND (f.cause <> $5 OR f.owner_id = $2 OR EXISTS (SELECT FROM follow_up_log l
       WHERE l.follow_up_id = f.id AND l.staff_id = $2 AND l.what = 'told'))
"""

_UNTAKEN = f"""
{_LISTED} AND f.state <> 'acknowledged'
ORDER BY f.urgent DESC, array_position(ARRAY['red', 'amber', 'green']::varchar[], f.risk), f.rank, f.opened_at, f.id
LIMIT {ROWS_AT_MOST}
"""

_OLDEST = f"{_LISTED} ORDER BY f.opened_at, f.id LIMIT {ROWS_AT_MOST}"

# One report of one mother stands once, whatever is open beside it.
# A number that is known to be wrong and is being looked for is confirmed already. A clinic of ours that takes over
# says so itself; of any other, somebody here has to.
_PAUSES = """
SELECT f.id, f.mother_id, f.phone_id, f.hold_by_code, (f.opened_at AT TIME ZONE $2)::date AS opened_on,
    count(*) OVER () AS of_all
FROM follow_up f
WHERE f.facility_id = ANY($1::bigint[]) AND f.state <> 'resolved'
  AND ((f.hold_by_code IN ('wrong_number', 'moved', 'dead') AND f.cause <> $3
        AND NOT EXISTS (SELECT FROM follow_up o WHERE o.mother_id = f.mother_id AND o.id < f.id
            AND o.hold_by_code = f.hold_by_code AND o.state <> 'resolved'))
    OR (f.cause = $5 AND EXISTS (SELECT FROM referral r WHERE r.mother_id = f.mother_id AND r.service = 'transfer'
        AND r.facility_id IS NULL AND r.arrived_at IS NULL)))
ORDER BY f.opened_at, f.id LIMIT $4
"""

_COLLEAGUES = """
SELECT s.id, s.role, p.name, p.hold, p.phone_id, n.number,
    (SELECT count(*)::int FROM mother m WHERE m.mentor_id = s.id) AS mothers,
    s.role = 'mentor' AND EXISTS (SELECT FROM staff o JOIN person q ON q.id = o.id JOIN phone t ON t.id = q.phone_id
        WHERE o.facility_id = s.facility_id AND o.role = 'mentor' AND o.id <> s.id AND q.hold IS NULL
        AND t.number IS NOT NULL AND t.trust = 'ok' AND t.opted_out_at IS NULL) AS can_be_shared
FROM staff s JOIN person p ON p.id = s.id LEFT JOIN phone n ON n.id = p.phone_id
WHERE s.facility_id = ANY($1::bigint[]) AND s.id <> $2 AND p.hold IS DISTINCT FROM 'erased'
ORDER BY s.id LIMIT $3
"""
