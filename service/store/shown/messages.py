"""What the pages about texts show of their changes and publications: who, when, and what became of them. Set-based."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from service.content.changes import Change, Kind
from service.content.changes_kept import State
from service.database import Connection

ROWS: Final = 50


@dataclass(frozen=True, slots=True)
class By:
    """A user of the dashboard, as a colleague is shown."""

    id: int
    role: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One change with who made it and who decided."""

    change: Change
    note: str
    state: State
    author: By
    made_at: datetime
    decided: By | None
    decided_at: datetime | None
    reason: str
    published_in: int | None
    in_files: bool

    @property
    def is_open(self) -> bool:
        """Whether it may still be decided about, withdrawn or published."""
        return self.state in ("proposed", "approved")


@dataclass(frozen=True, slots=True)
class Publication:
    """One time content was published. ``by`` None: from the command line."""

    id: int
    sha256: str
    at: datetime
    by: By | None
    undone_at: datetime | None
    undone_by: By | None
    current: bool
    changes: int


async def change(conn: Connection, change_id: int) -> Shown | None:
    """One change by its id."""
    rows = await conn.fetch(f"{_CHANGE} WHERE t.id = $1", change_id)
    return _shown(rows[0]) if rows else None


async def in_state(conn: Connection, states: Sequence[State], page: int = 1) -> list[Shown]:
    """Changes in these states, newest first; one row more than a page has, where there is another."""
    rows = await conn.fetch(
        f"{_CHANGE} WHERE t.state = ANY($1::text[]) ORDER BY t.id DESC LIMIT $2 OFFSET $3",
        list(states),
        ROWS + 1,
        (page - 1) * ROWS,
    )
    return [_shown(row) for row in rows]


async def open_and_in_force(conn: Connection) -> list[Shown]:
    """Every change that is open, or published and in no file yet, oldest first: what marks texts in a list."""
    rows = await conn.fetch(f"{_CHANGE} WHERE {_LIVE} ORDER BY t.id")
    return [_shown(row) for row in rows]


async def of_text(conn: Connection, contexts: Sequence[str]) -> list[Shown]:
    """Every change there ever was of these texts, newest first, at most fifty."""
    rows = await conn.fetch(
        f"{_CHANGE} WHERE t.context = ANY($1::text[]) ORDER BY t.id DESC LIMIT $2", list(contexts), ROWS
    )
    return [_shown(row) for row in rows]


async def of_publications(conn: Connection, publication_ids: Sequence[int]) -> list[Shown]:
    """The changes that went out with these publications, in order."""
    rows = await conn.fetch(
        f"{_CHANGE} WHERE t.published_in = ANY($1::bigint[]) ORDER BY t.id", list(publication_ids)
    )
    return [_shown(row) for row in rows]


async def publications(conn: Connection, page: int = 1) -> list[Publication]:
    """What was published, newest first; one more than a page has, where there is another."""
    rows = await conn.fetch(_PUBLICATIONS, ROWS + 1, (page - 1) * ROWS)
    return [
        Publication(
            id=row["id"],
            sha256=row["sha256"],
            at=row["published_at"],
            by=_by(row["by_id"], row["by_role"]),
            undone_at=row["undone_at"],
            undone_by=_by(row["undone_id"], row["undone_role"]),
            current=row["current"],
            changes=row["changes"],
        )
        for row in rows
    ]


def _by(user_id: int | None, role: str | None) -> By | None:
    return By(user_id, role or "") if user_id is not None else None


def _shown(row: Any) -> Shown:
    kind: Kind = row["kind"]
    return Shown(
        change=Change(
            row["id"], kind, row["language"], row["context"], row["old_text"], row["english"], row["new_text"]
        ),
        note=row["note"],
        state=row["state"],
        author=By(row["author_id"], row["author_role"]),
        made_at=row["made_at"],
        decided=_by(row["decider_id"], row["decider_role"]),
        decided_at=row["decided_at"],
        reason=row["reason"],
        published_in=row["published_in"],
        in_files=row["in_files"],
    )


_LIVE: Final = "(t.state IN ('proposed', 'approved') OR (t.state = 'published' AND t.settled_in IS NULL))"

_CHANGE: Final = """
SELECT t.id, t.kind, t.language, t.context, t.old_text, t.english, t.new_text, t.note, t.state, t.made_at, t.decided_at,
    t.reason, t.published_in, t.settled_in IS NOT NULL AS in_files,
    a.id AS author_id, a.role AS author_role, d.id AS decider_id, d.role AS decider_role
FROM text_change t JOIN dashboard_user a ON a.id = t.author_id LEFT JOIN dashboard_user d ON d.id = t.decided_by
"""

_PUBLICATIONS: Final = """
SELECT p.id, p.sha256, p.published_at, p.undone_at, b.id AS by_id, b.role AS by_role, u.id AS undone_id,
    u.role AS undone_role, (SELECT count(*)::int FROM text_change t WHERE t.published_in = p.id) AS changes,
    p.undone_at IS NULL AND p.id = (SELECT max(q.id) FROM publication q JOIN bundle v ON v.sha256 = q.sha256
                                    WHERE v.current AND q.undone_at IS NULL) AS current
FROM publication p LEFT JOIN dashboard_user b ON b.id = p.published_by LEFT JOIN dashboard_user u ON u.id = p.undone_by
ORDER BY p.id DESC LIMIT $1 OFFSET $2
"""
