"""The mothers one member of staff looks after: her own, and those of a colleague on leave whom she covers."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from flows.facts.caseload import CaseloadMother, DatesFact
from flows.facts.life import LifeEventFact
from service.database import Connection
from service.store.case_codes import codes_where_free
from service.store.children import Children, children_of
from service.store.her_dates import dates_of
from service.store.life_events import UNDO_WITHIN, undoable_of
from service.store.people import MotherRow

AT_MOST: Final = 200
"""More than anybody looks after; a screen pages through them eight at a time."""

NO_HOME_VISIT: Final = frozenset(
    {"quiet", "paused", "stopped", "wrong_number", "moved", "transferred", "dead"}
)
"""Holds under which nobody goes to her home. With a safety worry they are several things, so that none of them
can be told from the answer: a phone in doubt, a stop, after which nobody is fetched back, a worry."""


async def caseload(conn: Connection, staff_id: int, today: date, now: datetime) -> tuple[CaseloadMother, ...]:
    """Everybody this person looks after on this local day, by case code; who lacks a code is given one."""
    rows = await conn.fetch(_CASELOAD, staff_id, today, today + timedelta(days=1), AT_MOST, now - UNDO_WITHIN)
    if not rows:
        return ()
    ids = [row["id"] for row in rows]
    children = await children_of(conn, ids)
    undoable = await undoable_of(conn, ids, now)
    dates = await dates_of(conn, ids, today)
    codes = {row["id"]: row["code"] for row in rows if row["code"] is not None}
    missing = [(staff_id, row["id"]) for row in rows if row["code"] is None]
    if missing:
        given = await codes_where_free(conn, missing, now)
        codes.update({mother_id: code for (_, mother_id), code in given.items()})
    ordered = sorted((row for row in rows if row["id"] in codes), key=lambda row: codes[row["id"]])
    return tuple(
        _mother(row, str(codes[row["id"]]), children[row["id"]], undoable[row["id"]], dates[row["id"]])
        for row in ordered
    )


async def looks_after(conn: Connection, staff_id: int, mother_id: int, today: date) -> bool:
    """Whether a mother is in this person's care on this local day, as her mentor or covering for her mentor."""
    return await conn.fetchval(_LOOKS_AFTER, staff_id, mother_id, today) is not None


async def answers_for(conn: Connection, staff_id: int, mother_id: int) -> bool:
    """Whether this is a supervisor or nurse of her clinic, who may write about her on a page; nobody of herself."""
    return await conn.fetchval(_ANSWERS_FOR, staff_id, mother_id) is not None


async def may_be_visited(conn: Connection, mother: MotherRow) -> bool:
    """Whether nothing known speaks against going to her home."""
    return mother.hold not in NO_HOME_VISIT and not await conn.fetchval(_WORRIED, mother.id)


def _mother(
    row: Any, code: str, children: Children, undoable: tuple[LifeEventFact, ...], dates: DatesFact
) -> CaseloadMother:
    return CaseloadMother(
        id=row["id"],
        code=code,
        infants=children.infants,
        edd=children.edd,
        undoable=undoable,
        tomorrow=row["tomorrow"],
        waiting=tuple(row["waiting"] or ()),
        needs_phone=row["phone_use"] == "none",
        care=row["care"],
        died=row["hold"] == "dead",
        elsewhere=row["hold"] == "transferred",
        own=row["own"],
        no_home_visit=row["hold"] in NO_HOME_VISIT or row["worried"],
        dates=dates,
    )


# A mother who is on the staff herself is nobody's to see but her own mentor's: not even whoever covers.
_CASELOAD = """
SELECT m.id, m.phone_use, m.care, p.hold, c.code, m.mentor_id = $1 AS own,
    EXISTS (SELECT FROM follow_up f WHERE f.mother_id = m.id AND f.cause = 'safety' AND f.state <> 'resolved')
        AS worried,
    (SELECT v.kind FROM visit v LEFT JOIN infant n ON n.id = v.infant_id
     WHERE v.mother_id = m.id AND v.due_on = $3 AND v.status IN ('expected', 'unknown')
       AND (n.id IS NULL OR n.status = 'alive') ORDER BY v.kind, v.id LIMIT 1) AS tomorrow,
    CASE WHEN EXISTS (SELECT FROM test t WHERE t.mother_id = m.id AND t.given_on IS NULL) THEN
        (SELECT array_agg(DISTINCT t.infant_id) FROM test t LEFT JOIN infant n ON n.id = t.infant_id
         WHERE t.mother_id = m.id AND t.given_on IS NULL AND (n.id IS NULL OR n.status = 'alive'))
    WHEN m.result_waiting THEN ARRAY[NULL::bigint] END AS waiting
FROM mother m JOIN person p ON p.id = m.id
LEFT JOIN case_code c ON c.staff_id = $1 AND c.mother_id = m.id
WHERE (m.mentor_id = $1 OR (m.staff_id IS NULL AND m.mentor_id IN (
    SELECT staff_id FROM cover WHERE covered_by = $1 AND $2 BETWEEN starts_on AND ends_on)))
  AND (p.hold IS NULL OR p.hold NOT IN ('transferred', 'erased') OR (p.hold = 'transferred' AND p.hold_since > $5))
ORDER BY m.id LIMIT $4
"""

_LOOKS_AFTER = """
SELECT 1 FROM mother m WHERE m.id = $2 AND (m.mentor_id = $1 OR (m.staff_id IS NULL AND m.mentor_id IN (
    SELECT staff_id FROM cover WHERE covered_by = $1 AND $3::date BETWEEN starts_on AND ends_on)))
"""

_ANSWERS_FOR = """
SELECT 1 FROM mother m JOIN staff s ON s.id = $1 JOIN person p ON p.id = s.id
WHERE m.id = $2 AND m.staff_id IS DISTINCT FROM s.id AND p.hold IS DISTINCT FROM 'revoked'
  AND (s.role IN ('supervisor', 'nurse') AND s.facility_id = m.facility_id
    OR s.role = 'supervisor' AND EXISTS (SELECT FROM supervision v WHERE v.staff_id = s.id AND v.facility_id = m.facility_id))
"""

_WORRIED = """
SELECT EXISTS (SELECT FROM follow_up WHERE mother_id = $1 AND cause = 'safety' AND state <> 'resolved')
"""
