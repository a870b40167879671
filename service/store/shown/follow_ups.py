"""Follow-ups as pages list them: filtered, worst first, each with who was told; one of them with its whole log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from service.database import Connection
from service.store.follow_ups import NOT_YET
from service.store.shown.whose import COLLEAGUES_OWN, Viewer

PAGE: Final = 50

CLOSED_LATELY: Final = "14 days"

STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "open": "f.state <> 'resolved'",
        "waiting": "f.state IN ('open', 'notified')",
        "taken": "f.state = 'acknowledged'",
        # Somebody was told, and has not answered for a day; in danger for an hour.
        "overdue": """f.state IN ('open', 'notified') AND coalesce(f.notified_at, f.opened_at)
            < $4::timestamptz - CASE WHEN f.urgent THEN interval '1 hour' ELSE interval '1 day' END""",
        "alarmed": "f.state <> 'resolved' AND f.alarm_at IS NOT NULL",
        "confirm": "f.state <> 'resolved' AND {to_confirm}",
        "closed": f"f.state = 'resolved' AND f.resolved_at > $4::timestamptz - interval '{CLOSED_LATELY}'",
    }
)
"""What each word of the filter means; "open" where none is chosen."""

AGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1": "f.opened_at > $4::timestamptz - interval '1 day'",
        "3": "f.opened_at <= $4::timestamptz - interval '1 day' AND f.opened_at > $4::timestamptz - interval '3 days'",
        "7": "f.opened_at <= $4::timestamptz - interval '3 days' AND f.opened_at > $4::timestamptz - interval '7 days'",
        "older": "f.opened_at <= $4::timestamptz - interval '7 days'",
    }
)

RISKS: Final = ("red", "amber", "green")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for. ``with_id`` is whoever has it now, or was told last; ``causes`` None means every cause."""

    state: str = "open"
    risk: str = ""
    causes: Sequence[str] | None = None
    facility_id: int | None = None
    with_id: int | None = None
    age: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """One member of staff who was told of a follow-up, when last, and the code it has with them."""

    staff_id: int
    role: str
    at: datetime
    code: int | None
    number: bytes | None
    phone_id: int | None


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """One follow-up. ``number`` is sealed and belongs to phone ``number_of``, ``told_number`` to a register.

    ``seen`` is the last that anybody answered to it, by its place in the log: who acts says what they had seen.
    ``transfer``: another clinic, not one of ours, is to take over, and somebody here confirms that it did.
    """

    id: int
    mother_id: int | None
    client_number: str | None
    form_number: str | None
    cause: str
    country: str
    risk: str
    urgent: bool
    state: str
    step: int
    opened_at: datetime
    next_at: datetime | None
    alarmed: bool
    awaiting_when: bool
    held: str | None
    expect_by: date | None
    not_reached: int
    reopened: int
    facility_id: int
    facility: str
    time_zone: str
    owner_id: int | None
    owner_role: str | None
    mentor_id: int | None
    number: bytes | None
    number_of: int | None
    told_number: bytes | None
    wanted_at: datetime | None
    resolved_at: datetime | None
    outcome: str | None
    seen: int
    transfer: bool
    told: list[Told] = field(default_factory=list)

    @property
    def code(self) -> int | None:
        """The code it has with whoever has it, else with whoever was told last."""
        owners = [one for one in self.told if one.staff_id == self.owner_id]
        latest = sorted(self.told, key=lambda one: one.at, reverse=True)
        return next((one.code for one in owners + latest if one.code is not None), None)


async def listed(
    conn: Connection, viewer: Viewer, filters: Filters, now: datetime, *, page: int = 1, at_most: int = PAGE
) -> tuple[list[Waiting], bool]:
    """One page of follow-ups, urgent first, then by risk, the longest wait first; and whether there are more.

    Closed ones come the latest first.
    """
    where = [_STATE[filters.state], *([AGES[filters.age]] if filters.age else [])]
    order = "f.resolved_at DESC, f.id" if filters.state == "closed" else ORDER
    chosen = f"{_OPEN_IDS} {VISIBLE} AND {' AND '.join(where)} {_CHOSEN} ORDER BY {order} OFFSET $9 LIMIT $10"
    statement = (
        f"WITH chosen AS MATERIALIZED ({chosen}) {_COLUMNS} JOIN chosen ON chosen.id = f.id ORDER BY {order}"
    )
    rows = await conn.fetch(
        statement,
        *seen_by(viewer),
        now,
        filters.risk or None,
        None if filters.causes is None else list(filters.causes),
        filters.facility_id,
        filters.with_id,
        (page - 1) * at_most,
        at_most + 1,
    )
    found = [Waiting(**dict(row)) for row in rows[:at_most]]
    await _add_told(conn, found)
    return found, len(rows) > at_most


async def these(conn: Connection, viewer: Viewer, ids: Sequence[int], now: datetime) -> list[Waiting]:
    """Those of these follow-ups that are for these eyes, in the order in which their mothers are locked."""
    statement = f"{_SHOWN} AND f.id = ANY($5::bigint[]) AND $4::timestamptz IS NOT NULL ORDER BY f.mother_id NULLS LAST, f.id"
    found = [Waiting(**dict(row)) for row in await conn.fetch(statement, *seen_by(viewer), now, list(ids))]
    await _add_told(conn, found)
    return found


async def one(conn: Connection, viewer: Viewer, follow_up_id: int, now: datetime) -> Waiting | None:
    """One follow-up, open or closed; None where it is not for these eyes."""
    return next(iter(await these(conn, viewer, [follow_up_id], now)), None)


async def choices(conn: Connection, facilities: Sequence[int] | None) -> tuple[list[Any], list[Any]]:
    """What a list can be narrowed to: (id, name) of facilities, and (id, role, facility) of whoever works there."""
    mine = None if facilities is None else list(facilities)
    return await conn.fetch(_FACILITIES, mine), await conn.fetch(_STAFF, mine)


async def _add_told(conn: Connection, found: Sequence[Waiting]) -> None:
    by_id = {each.id: each for each in found}
    if by_id:
        for row in await conn.fetch(_TOLD, list(by_id)):
            told = Told(**{name: value for name, value in row.items() if name != "follow_up_id"})
            by_id[row["follow_up_id"]].told.append(told)


def seen_by(viewer: Viewer) -> tuple[list[int] | None, int | None, list[str]]:
    """The first three arguments of a statement with VISIBLE."""
    return None if viewer.facilities is None else list(viewer.facilities), viewer.staff_id, list(NOT_YET)


# A report of somebody that holds her texts, and a move to a clinic that cannot say itself that she has come.
TO_CONFIRM: Final = """
((f.hold_by_code IN ('wrong_number', 'moved', 'dead') AND f.cause <> 'number_problem')
    OR (f.cause = 'transfer_unanswered' AND EXISTS (SELECT FROM referral r WHERE r.mother_id = f.mother_id
        AND r.service = 'transfer' AND r.facility_id IS NULL AND r.arrived_at IS NULL)))
"""

_STATE: Final = {name: text.replace("{to_confirm}", TO_CONFIRM) for name, text in STATES.items()}

# That a colleague feels low is for who supervises them, and not for who runs the system. What was said about violence
# or despair stands on no list but of those who were told. A colleague's own care is hers and her supervisor's.
VISIBLE: Final = """
NOT (f.state = 'open' AND f.cause = ANY($3::text[]))
  AND ($1::bigint[] IS NULL AND f.cause <> 'mentor_asks_talk' OR f.facility_id = ANY($1::bigint[]))
  AND (f.cause <> 'safety' OR f.owner_id = $2::bigint OR EXISTS (SELECT FROM follow_up_log s
      WHERE s.follow_up_id = f.id AND s.staff_id = $2::bigint AND s.what = 'told'))
  AND (f.mother_id IS NULL OR f.mother_id <> ALL({own}))
""".replace("{own}", COLLEAGUES_OWN.replace("$staff", "$2"))
"""Which follow-ups somebody may see: $1 the facilities or NULL, $2 who they are on the staff, $3 ``NOT_YET``."""

ORDER: Final = """
f.urgent DESC, array_position(ARRAY['red', 'amber', 'green']::varchar[], f.risk), f.opened_at, f.id
"""

_COLUMNS = """
SELECT f.id, f.mother_id, m.client_number, m.form_number, f.cause, f.country, f.risk, f.urgent, f.state, f.step,
    f.opened_at, f.next_at, f.alarm_at IS NOT NULL AS alarmed, f.awaiting_when, f.hold_by_code AS held, f.expect_by, f.not_reached, f.reopened,
    f.facility_id, c.name AS facility, c.time_zone, f.owner_id, o.role AS owner_role, m.mentor_id, ph.number,
    ph.id AS number_of, tn.number AS told_number, f.wanted_at, f.resolved_at, f.outcome,
    (SELECT coalesce(max(l.id), 0) FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.what <> 'told') AS seen,
    f.cause = 'transfer_unanswered' AND EXISTS (SELECT FROM referral r WHERE r.mother_id = f.mother_id
        AND r.service = 'transfer' AND r.facility_id IS NULL AND r.arrived_at IS NULL) AS transfer
FROM follow_up f JOIN facility c ON c.id = f.facility_id
LEFT JOIN mother m ON m.id = f.mother_id LEFT JOIN staff o ON o.id = f.owner_id
LEFT JOIN person p ON p.id = f.mother_id LEFT JOIN phone ph ON ph.id = coalesce(f.phone_id, p.phone_id)
LEFT JOIN told_number tn ON tn.mother_id = f.mother_id AND ph.id IS NULL
"""

_SHOWN = f"{_COLUMNS} WHERE {VISIBLE}"

LAST_TOLD: Final = """
(SELECT l.staff_id FROM follow_up_log l WHERE l.follow_up_id = f.id AND l.what = 'told' AND l.staff_id IS NOT NULL
    ORDER BY l.id DESC LIMIT 1)
"""

_CHOSEN = f"""
AND ($5::text IS NULL OR f.risk = $5::text) AND ($6::text[] IS NULL OR f.cause = ANY($6::text[]))
AND ($7::bigint IS NULL OR f.facility_id = $7::bigint)
AND ($8::bigint IS NULL OR f.owner_id = $8::bigint OR (f.owner_id IS NULL AND {LAST_TOLD} = $8::bigint))
AND $4::timestamptz IS NOT NULL
"""

_OPEN_IDS = "SELECT f.id FROM follow_up f WHERE"

_TOLD = """
SELECT DISTINCT ON (l.follow_up_id, l.staff_id) l.follow_up_id, l.staff_id, s.role, l.at, c.code, ph.number,
    ph.id AS phone_id
FROM follow_up_log l JOIN follow_up f ON f.id = l.follow_up_id JOIN staff s ON s.id = l.staff_id
JOIN person p ON p.id = s.id LEFT JOIN phone ph ON ph.id = p.phone_id
LEFT JOIN case_code c ON c.staff_id = s.id AND (c.mother_id = f.mother_id OR c.phone_id = f.phone_id)
WHERE l.follow_up_id = ANY($1::bigint[]) AND l.what = 'told'
ORDER BY l.follow_up_id, l.staff_id, l.at DESC
"""

_FACILITIES = (
    "SELECT id, name FROM facility WHERE $1::bigint[] IS NULL OR id = ANY($1::bigint[]) ORDER BY name, id"
)

_STAFF = """
SELECT s.id, s.role, f.name AS facility FROM staff s JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id
WHERE ($1::bigint[] IS NULL OR s.facility_id = ANY($1::bigint[])) AND p.hold IS DISTINCT FROM 'erased'
ORDER BY f.name, s.role, s.id LIMIT 400
"""
