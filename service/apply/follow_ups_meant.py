"""Which follow-ups an answer is about, locked, and only those that are this person's to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.events import FollowUpAnswered
from scheduler.answered import REACHING_ENDS_IT
from scheduler.answered_reports import HOLDS
from service.apply.work import NotTheirs, Work
from service.store.follow_ups import NOT_YET
from service.store.people import StaffRow


@dataclass(frozen=True, slots=True)
class About:
    """Whom a case code names: a mother, or the number of a caller nobody knows."""

    mother_id: int | None
    phone_id: int | None


async def whom_it_is_about(work: Work, staff: StaffRow, event: FollowUpAnswered) -> About | None:
    if event.follow_up_id is not None:
        row = await work.conn.fetchrow(_ABOUT_ID, event.follow_up_id, staff.id)
        if row is None and work.origin.via == "page":
            raise NotTheirs
    elif event.code is not None and event.code.isdecimal():
        row = await work.conn.fetchrow(_ABOUT_CODE, staff.id, int(event.code))
    else:
        row = None
    return None if row is None else About(row["mother_id"], row["phone_id"])


async def locked(work: Work, staff: StaffRow, event: FollowUpAnswered, about: About) -> list[Any]:
    """The follow-ups the answer is about, locked: the one chosen, or the open ones she was told of.

    A report (wrong number, moved, died) also finds one that was resolved meanwhile; undoing one
    touches nothing else that was answered.
    """
    if about.mother_id is not None:
        # Person before follow-up, as everywhere: a hold may follow.
        await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", about.mother_id)
    if event.follow_up_id is not None:
        chosen = list(await work.conn.fetch(f"{ACTED} WHERE f.id = $1 FOR UPDATE OF f", event.follow_up_id))
        return [*chosen, *await _beside(work, staff, event, about, chosen)]
    rows = await open_of_hers(work, staff.id, about.mother_id, about.phone_id)
    if event.action == "undo":
        return [row for row in rows if row["hold_by_code"] is not None] or rows
    if rows or event.action not in HOLDS:
        return rows
    return list(await work.conn.fetch(_LAST_RESOLVED, about.mother_id, about.phone_id, staff.id))


async def _beside(
    work: Work, staff: StaffRow, event: FollowUpAnswered, about: About, chosen: Sequence[Any]
) -> list[Any]:
    """What else the answer is about: one mother is one piece of work, unless it is urgent or needs its own act.

    Reports and taking back are about the one chosen; so is closing it, but for what reaching her ends too.
    """
    if about.mother_id is None or event.action in HOLDS or event.action == "undo":
        return []
    if any(row["urgent"] or row["state"] == "resolved" for row in chosen):
        return []
    rows = await open_of_hers(work, staff.id, about.mother_id, None)
    ended = event.coming == "no_need"
    return [
        row
        for row in rows
        if row["id"] != event.follow_up_id
        and not row["urgent"]
        and row["hold_by_code"] is None
        and (not ended or row["cause"] in REACHING_ENDS_IT)
    ]


async def open_of_hers(work: Work, staff_id: int, mother_id: int | None, phone_id: int | None) -> list[Any]:
    """What is open about this mother or caller and is this person's to answer, locked."""
    return list(await work.conn.fetch(_ACTED_BY_CODE, mother_id, phone_id, staff_id, list(NOT_YET)))


# What is urgent goes to whoever is on duty: a mentor's digit meant for something else must not quiet it, nor
# the wish for another than herself, of which she is not told, nor the help she asked for.
_HERS = """
(f.owner_id = $3 OR (m.mentor_id = $3 AND NOT f.urgent AND f.cause NOT IN ('another_mentor', 'case_help'))
    OR coalesce((SELECT l.what FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.staff_id = $3
        ORDER BY l.id DESC LIMIT 1), 'handed_over') <> 'handed_over')
"""

ACTED = """
SELECT f.id, f.mother_id, f.visit_id, f.cause, f.urgent, f.state, f.step, f.owner_id, f.not_reached, f.awaiting_when, f.hold_by_code,
    f.next_at, f.expect_by, f.facility_id, c.time_zone
FROM follow_up f JOIN facility c ON c.id = f.facility_id LEFT JOIN mother m ON m.id = f.mother_id
"""

_ACTED_BY_CODE = f"""
{ACTED} WHERE (f.mother_id = $1 OR f.phone_id = $2) AND f.state <> 'resolved' AND {_HERS}
  AND NOT (f.state = 'open' AND f.cause = ANY($4::text[]))
ORDER BY f.id FOR UPDATE OF f
"""

_LAST_RESOLVED = f"""
{ACTED} WHERE (f.mother_id = $1 OR f.phone_id = $2) AND f.state = 'resolved' AND {_HERS}
ORDER BY f.id DESC LIMIT 1 FOR UPDATE OF f
"""

_ABOUT_ID = """
SELECT f.mother_id, f.phone_id FROM follow_up f
JOIN staff s ON s.id = $2 LEFT JOIN mother m ON m.id = f.mother_id
WHERE f.id = $1 AND (f.owner_id = s.id OR m.mentor_id = s.id OR f.facility_id = s.facility_id
    OR EXISTS (SELECT FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.staff_id = s.id)
    OR EXISTS (SELECT FROM supervision v WHERE v.staff_id = s.id AND v.facility_id = f.facility_id))
"""

_ABOUT_CODE = "SELECT mother_id, phone_id FROM case_code WHERE staff_id = $1 AND code = $2"
