"""Which mothers somebody who has signed in may see beyond the bounds of their clinics.

A mother who is on the staff herself is seen by her own mentor, a nurse or a supervisor alone, and never by herself
on these pages. One whose safety somebody worries about stands in no ordinary list: who acts for her finds her.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.database import Connection

NOT_A_COLLEAGUES: Final = """
(m.staff_id IS NULL OR (m.staff_id <> coalesce($1::bigint, 0) AND (m.mentor_id = $1::bigint
    OR EXISTS (SELECT FROM staff colleague WHERE colleague.id = $1::bigint AND colleague.role <> 'mentor'))))
"""
"""Whether mother ``m`` is not a colleague's own care to whoever is staff ``$1`` (NULL: on no staff)."""

COLLEAGUES_OWN: Final = """
ARRAY(SELECT own.id FROM mother own WHERE own.staff_id IS NOT NULL AND NOT (own.staff_id <> coalesce($staff::bigint, 0)
    AND (own.mentor_id = $staff::bigint
        OR EXISTS (SELECT FROM staff colleague WHERE colleague.id = $staff::bigint AND colleague.role <> 'mentor')))
    UNION SELECT quiet.id FROM mother quiet WHERE quiet.quiet_since IS NOT NULL AND $staff::bigint IS NULL
    UNION SELECT worry.mother_id FROM follow_up worry WHERE worry.cause = 'safety' AND worry.state <> 'resolved'
        AND worry.mother_id IS NOT NULL AND $staff::bigint IS NULL)
"""
"""The same as the few mothers who are not shown to staff ``$staff``, found once for a whole list.

Whoever is on no staff acts for nobody, and is not shown those who are kept apart either.
"""

KEPT_APART: Final = """
(m.quiet_since IS NOT NULL OR EXISTS (SELECT FROM follow_up worry
    WHERE worry.mother_id = m.id AND worry.cause = 'safety' AND worry.state <> 'resolved'))
"""
"""Whether mother ``m`` is left out of ordinary lists."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: their clinics (None: all), who they are on the staff (None: nobody), and whether they act for mothers."""

    facilities: tuple[int, ...] | None
    staff_id: int | None
    acts: bool


async def kept_apart(conn: Connection, mother_ids: Sequence[int]) -> frozenset[int]:
    """Those of these mothers who are left out of ordinary lists, and of every file."""
    return frozenset(row["id"] for row in await conn.fetch(_APART, list(mother_ids)))


async def may_be_seen(conn: Connection, viewer: Viewer, mother_id: int) -> bool:
    """Whether her page may be opened; that she is of one of their clinics has been asked before."""
    return bool(await conn.fetchval(_SEEN, viewer.staff_id, viewer.acts, mother_id))


_APART = "SELECT m.id FROM mother m WHERE m.id = ANY($1::bigint[]) AND {apart}".replace("{apart}", KEPT_APART)

_SEEN = """
SELECT EXISTS (SELECT FROM mother m WHERE m.id = $3 AND {theirs} AND ($2 OR NOT {apart}))
""".replace("{theirs}", NOT_A_COLLEAGUES).replace("{apart}", KEPT_APART)
