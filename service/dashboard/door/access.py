"""Who may do what on the dashboard, and whose mothers somebody sees: the one place that says so.

A page names one permission; ``Room`` asks for it, and for every object in the page's address, before the page runs.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, get_args

from service.database import Connection

Role = Literal["administrator", "supervisor", "me", "editor", "auditor"]

Permission = Literal[
    "see_system",
    "see_work",
    "do_work",
    "reveal",
    "see_counts",
    "export_lists",
    "import",
    "see_texts",
    "edit_texts",
    "approve_texts",
    "publish_texts",
    "see_audit",
    "administer",
]

Entry = Permission | Literal["anybody", "setting_up", "signed_in"]
"""What a page asks for: a permission, only a sign-in, one whose password or second step may be missing, or nothing."""

MAY: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        "administrator": frozenset(get_args(Permission)),
        "supervisor": frozenset(
            {
                "see_system",
                "see_work",
                "do_work",
                "reveal",
                "see_counts",
                "export_lists",
                "import",
                "see_texts",
            }
        ),
        "me": frozenset({"see_system", "see_counts", "see_texts"}),
        "editor": frozenset({"see_texts", "edit_texts", "approve_texts"}),
        "auditor": frozenset({"see_system", "see_work", "see_counts", "see_texts", "see_audit"}),
    }
)
"""What each role may. An auditor sees everything masked and changes nothing; who counts or writes sees no mother."""

OBJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "facility_id": "SELECT id, id AS facility_id FROM facility WHERE id = ANY($1::bigint[])",
        "follow_up_id": "SELECT id, facility_id FROM follow_up WHERE id = ANY($1::bigint[])",
        # Whose clinics whoever uploaded it answers for; the pages then keep it to that user alone.
        "import_id": """
            SELECT r.id, c.facility_id FROM import_run r LEFT JOIN (SELECT id AS staff_id, facility_id FROM staff
                UNION SELECT staff_id, facility_id FROM supervision) c ON c.staff_id = r.staff_id
            WHERE r.id = ANY($1::bigint[])
        """,
        "handover_id": "SELECT id, facility_id FROM handover WHERE id = ANY($1::bigint[])",
        "inbound_id": """
            SELECT i.id, coalesce(m.facility_id, s.facility_id) AS facility_id
            FROM inbound_sms i JOIN person p ON p.phone_id = i.phone_id
                LEFT JOIN mother m ON m.id = p.id LEFT JOIN staff s ON s.id = p.id
            WHERE i.id = ANY($1::bigint[]) AND i.state IN ('inbox', 'closed')
        """,
        "infant_id": """
            SELECT i.id, m.facility_id FROM infant i JOIN mother m ON m.id = i.mother_id
            WHERE i.id = ANY($1::bigint[])
        """,
        "key_id": "SELECT id, facility_id FROM api_key WHERE id = ANY($1::bigint[])",
        "meeting_id": "SELECT id, facility_id FROM meeting WHERE id = ANY($1::bigint[])",
        "message_id": """
            SELECT x.id, m.facility_id FROM message x JOIN mother m ON m.id = coalesce(x.mother_id, x.person_id)
            WHERE x.id = ANY($1::bigint[])
        """,
        "mother_id": "SELECT id, facility_id FROM mother WHERE id = ANY($1::bigint[])",
        "staff_id": "SELECT id, facility_id FROM staff WHERE id = ANY($1::bigint[])",
        "user_id": "SELECT id, NULL::bigint AS facility_id FROM dashboard_user WHERE id = ANY($1::bigint[])",
        "visit_id": "SELECT id, facility_id FROM visit WHERE id = ANY($1::bigint[])",
    }
)
"""For each kind of object in an address, the facility (or, over several rows, the facilities) it belongs to.

A NULL facility belongs to nobody in particular: only those who see every facility may open it.
"""


async def facilities_of(conn: Connection, role: Role, staff_id: int | None) -> tuple[int, ...] | None:
    """The facilities whose mothers this user sees, in order; None: all of them."""
    if role != "supervisor":
        return None
    if staff_id is None:
        return ()
    return tuple(row["facility_id"] for row in await conn.fetch(_FACILITIES, staff_id))


async def within(
    conn: Connection, kind: str, ids: Sequence[int], facilities: Sequence[int] | None
) -> frozenset[int]:
    """Those of ``ids`` that exist and belong to one of ``facilities`` (None: any). ``kind`` is a key of OBJECTS."""
    known = [one for one in ids if 0 < one < 2**63]
    if not known:
        return frozenset()
    rows = await conn.fetch(OBJECTS[kind], known)
    return frozenset(row["id"] for row in rows if facilities is None or row["facility_id"] in facilities)


_FACILITIES = """
SELECT facility_id FROM supervision WHERE staff_id = $1
UNION SELECT facility_id FROM staff WHERE id = $1 ORDER BY 1
"""
