"""One piece of work given to another mentor by a supervisor: she is told as by any alert, and the mother stays whose she is."""

from collections.abc import Sequence
from typing import Any, Final, Literal

from flows.events import CaseGiven
from service.apply.supervision import supervisor_of
from service.apply.work import NotTheirs, Work
from service.store import assignment, messages
from service.store.case_codes import codes_where_free
from service.store.follow_ups import NOT_FOR_HER_MENTOR
from service.store.handovers import HANDED_OVER
from service.store.ladder import GIVEN

Why = Literal["caller", "closed", "urgent", "held", "kept", "unable", "herself", "hers"]


class NotGivenError(NotTheirs):
    """This work cannot be that mentor's: ``why`` says which of the reasons."""

    def __init__(self, why: Why) -> None:
        super().__init__()
        self.why: Final = why


async def case_given(work: Work, event: CaseGiven) -> Sequence[int]:
    """Hers from now on, told in her hours. What waits for a day the mother named goes on waiting, with her.

    Raises NotTheirs for anybody who does not supervise there, NotGivenError where it is not to be given: it is urgent
    (that goes by the duty roster), waits to be confirmed, is kept from mentors, is closed, or has been given to her.
    """
    row = await work.conn.fetchrow(_WHOSE, event.follow_up_id)
    if row is None:
        raise NotTheirs
    await supervisor_of(work, event.staff_id, row["facility_id"])
    if row["mother_id"] is None:
        raise NotGivenError("caller")
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", row["mother_id"])
    now = await work.conn.fetchrow(_LOCKED, event.follow_up_id)
    able = {one.id for one in await assignment.candidates(work.conn, row["facility_id"], work.now)}
    why = _why_not(now, event.to_id, able)
    if why is not None:
        raise NotGivenError(why)
    await work.conn.execute(_LEFT, event.follow_up_id, event.to_id, work.now, HANDED_OVER)
    await work.conn.execute(_GIVEN, event.follow_up_id, event.to_id, work.now, GIVEN)
    await work.conn.execute(_GIVE, event.follow_up_id, event.to_id, work.now)
    await work.conn.execute(_TAKE_BACK, event.follow_up_id, event.to_id, work.now, HANDED_OVER)
    await codes_where_free(work.conn, [(event.to_id, row["mother_id"])], work.now)
    await messages.wake(work.conn)
    return [row["mother_id"]]


def _why_not(row: Any, to_id: int, able: set[int]) -> Why | None:
    if row["state"] == "resolved":
        return "closed"
    if row["urgent"]:
        return "urgent"
    if row["hold_by_code"] is not None:
        return "held"
    if row["cause"] in NOT_FOR_HER_MENTOR:
        return "kept"
    if row["herself"] is not None and to_id != row["mentor_id"]:
        # What a mentor's own care is to her colleagues: nothing.
        return "herself"
    if to_id not in able:
        return "unable"
    return "hers" if to_id == (row["owner_id"] or row["waits_with"]) else None


_WHOSE = "SELECT mother_id, facility_id FROM follow_up WHERE id = $1"

_LOCKED = """
SELECT f.state, f.urgent, f.hold_by_code, f.cause, f.owner_id, m.mentor_id, m.staff_id AS herself,
    (SELECT l.staff_id FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.what IN ('given', 'told')
        AND l.staff_id IS NOT NULL ORDER BY l.id DESC LIMIT 1) AS waits_with
FROM follow_up f JOIN mother m ON m.id = f.mother_id WHERE f.id = $1 FOR UPDATE OF f
"""

# Supervisors answer for it still; a mentor who had it, or was told, answers no more.
_LEFT = """
INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step)
SELECT DISTINCT f.id, s.id, $3::timestamptz, $4::text, f.step FROM follow_up f JOIN staff s ON s.role = 'mentor' AND s.id <> $2
WHERE f.id = $1 AND (s.id = f.owner_id OR (SELECT l.what FROM follow_up_log l WHERE l.follow_up_id = f.id
    AND l.staff_id = s.id ORDER BY l.id DESC LIMIT 1) <> $4)
  AND s.id IN (SELECT e.staff_id FROM follow_up_log e WHERE e.follow_up_id = f.id UNION SELECT f.owner_id)
"""

_GIVEN = """
INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) SELECT id, $2, $3, $4, step FROM follow_up WHERE id = $1
"""

_GIVE = """
UPDATE follow_up SET
    state = CASE WHEN state = 'open' OR (state = 'acknowledged' AND expect_by IS NOT NULL) THEN state ELSE 'notified' END,
    owner_id = CASE WHEN state = 'acknowledged' AND expect_by IS NOT NULL THEN $2::bigint END,
    step = CASE WHEN state = 'acknowledged' AND expect_by IS NOT NULL THEN step ELSE -1 END,
    next_at = CASE WHEN state = 'acknowledged' AND expect_by IS NOT NULL THEN next_at ELSE $3::timestamptz END,
    awaiting_when = FALSE
WHERE id = $1
"""

_TAKE_BACK = """
UPDATE message SET state = 'cancelled', reason = $4, settled_at = $3, lease_until = NULL
WHERE id IN (SELECT id FROM message WHERE follow_up_id = $1 AND person_id IS DISTINCT FROM $2::bigint
             AND state IN ('queued', 'claimed') ORDER BY id FOR UPDATE)
"""
