"""The changes of texts that the database keeps: proposed, decided by another, read for a publication, marked with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from service.content.changes import Change, Kind, Overlaid
from service.database import Connection, Pool

State = Literal["proposed", "approved", "rejected", "published", "withdrawn"]

OWN: Final = "Somebody else has to decide about your own change: ask a colleague."
GONE: Final = "It was decided or withdrawn meanwhile: look at it again."
WAITING: Final = "A change of it waits already: decide about that one, or withdraw it, first."


class ChangeRefusedError(Exception):
    """A change cannot be made or decided; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody would have a text say, or a word mean, with what stood there."""

    kind: Kind
    language: str
    context: str
    old: str
    english: str
    new: str
    note: str = ""


async def propose(conn: Connection, proposal: Proposal, author_id: int, wall: datetime) -> int:
    """Keep a proposal, and return its id. Raises ChangeRefusedError while another of the same text is open."""
    found: int | None = await conn.fetchval(
        _PROPOSE,
        proposal.kind,
        proposal.language,
        proposal.context,
        proposal.old,
        proposal.english,
        proposal.new,
        proposal.note,
        author_id,
        wall,
    )
    if found is None:
        raise ChangeRefusedError(WAITING)
    return found


async def decide(
    conn: Connection, change_id: int, user_id: int, wall: datetime, *, approved: bool, reason: str = ""
) -> None:
    """Approve or reject what somebody else proposed. Raises ChangeRefusedError for one's own, or one not waiting."""
    author: int | None = await conn.fetchval(_AUTHOR, change_id)
    if author is None:
        raise ChangeRefusedError(GONE)
    if author == user_id:
        raise ChangeRefusedError(OWN)
    state: State = "approved" if approved else "rejected"
    await conn.execute(_DECIDE, change_id, state, user_id, wall, reason)


async def withdraw(conn: Connection, change_id: int) -> None:
    """Take a change back that is not published yet. Raises ChangeRefusedError when it is not open any more."""
    if await conn.fetchval(_WITHDRAW, change_id) is None:
        raise ChangeRefusedError(GONE)


async def let_go(conn: Connection, change_id: int) -> None:
    """Lay a published change, and those it followed, over nothing any more: what the files say is right.

    Raises ChangeRefusedError when it is not a published one. Whoever calls this has seen that it is overtaken.
    """
    if not await conn.fetch(_LET_GO, change_id):
        raise ChangeRefusedError(GONE)


async def to_lay(where: Connection | Pool, approved: Sequence[int] = ()) -> list[Change]:
    """What was published and no file says yet, and of what is approved these, in the order they are laid."""
    return [Change(**row) for row in await where.fetch(_TO_LAY, list(approved))]


async def files_in_force(where: Connection | Pool) -> tuple[str, Mapping[str, Any]]:
    """The version in force, and the content its files had, without what was changed in the browser.

    Raises LookupError when nothing is published.
    """
    row = await where.fetchrow(_FILES)
    if row is None:
        raise LookupError("No content is published yet: run `pamoja publish`.")
    return row["sha256"], row["tables"]


async def mark(conn: Connection, publication_id: int, approved: Sequence[int], made: Overlaid) -> None:
    """Note what went out with a publication, and which changes its files have caught up with."""
    await conn.execute(_PUBLISHED, publication_id, list(approved))
    await conn.execute(_SETTLED, publication_id, made.of("settled"))


async def taken_back(conn: Connection, publication_ids: Sequence[int]) -> None:
    """These publications are undone: so are the changes that came with them; what they settled counts again."""
    await conn.execute(_TAKEN_BACK, list(publication_ids))
    await conn.execute(
        "UPDATE text_change SET settled_in = NULL WHERE settled_in = ANY($1::bigint[])", list(publication_ids)
    )


_PROPOSE: Final = """
INSERT INTO text_change (kind, language, context, old_text, english, new_text, note, author_id, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id
"""

_AUTHOR: Final = "SELECT author_id FROM text_change WHERE id = $1 AND state = 'proposed' FOR UPDATE"

_DECIDE: Final = """
UPDATE text_change SET state = $2, decided_by = $3, decided_at = $4, reason = $5 WHERE id = $1
"""

_WITHDRAW: Final = """
UPDATE text_change SET state = 'withdrawn' WHERE id = $1 AND state IN ('proposed', 'approved') RETURNING id
"""

_LET_GO: Final = """
UPDATE text_change t SET state = 'withdrawn' FROM text_change g
WHERE g.id = $1 AND g.state = 'published' AND t.state = 'published'
    AND (t.id = g.id OR (t.kind = 'text' AND t.kind = g.kind AND t.language = g.language
                         AND t.context = g.context AND t.id < g.id))
RETURNING t.id
"""

_TO_LAY: Final = """
SELECT id, kind, language, context, old_text AS old, english, new_text AS new FROM text_change
WHERE (state = 'published' AND settled_in IS NULL) OR (state = 'approved' AND id = ANY($1::bigint[])) ORDER BY id
"""

_FILES: Final = """
SELECT c.sha256, coalesce(f.tables, c.tables) AS tables FROM bundle c
LEFT JOIN LATERAL (SELECT p.base_sha256 FROM publication p
                   WHERE p.sha256 = c.sha256 AND p.undone_at IS NULL ORDER BY p.id DESC LIMIT 1) p ON TRUE
LEFT JOIN bundle f ON f.sha256 = p.base_sha256
WHERE c.current
"""

_PUBLISHED: Final = """
UPDATE text_change SET state = 'published', published_in = $1 WHERE id = ANY($2::bigint[]) AND state = 'approved'
"""

# With a change those it followed: laid alone, one of them would be overtaken by what it led to.
_SETTLED: Final = """
UPDATE text_change t SET settled_in = $1 FROM text_change s
WHERE s.id = ANY($2::bigint[]) AND t.state = 'published' AND t.settled_in IS NULL
    AND (t.id = s.id OR (t.kind = 'text' AND t.kind = s.kind AND t.language = s.language
                         AND t.context = s.context AND t.id < s.id))
"""

_TAKEN_BACK: Final = """
UPDATE text_change SET state = 'withdrawn' WHERE state = 'published' AND published_in = ANY($1::bigint[])
"""
