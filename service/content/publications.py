"""Publications in the database: one version stored and made current, with what its files had, and what can be gone back to."""

from datetime import datetime
from typing import Final

from flows.bundle import Bundle
from service.database import Connection

CHANNEL: Final = "pamoja_bundle"


async def switch(conn: Connection, bundle: Bundle, base: Bundle, now: datetime, by: int | None) -> int:
    """Store a version and what its files had, and make it current; return the publication it came into force with."""
    for one in {base.sha256: base, bundle.sha256: bundle}.values():
        await conn.execute(_STORE, one.sha256, one.tables, now)
    base_sha256 = base.sha256 if base.sha256 != bundle.sha256 else None
    # Publishing what is in force already is no step that could be taken back.
    known: int | None = await conn.fetchval(_IN_FORCE, bundle.sha256)
    if known is not None:
        await conn.execute("UPDATE publication SET base_sha256 = $2 WHERE id = $1", known, base_sha256)
    new = known or await conn.fetchval(_NOTE, bundle.sha256, now, base_sha256, by)
    await make_current(conn, bundle.sha256)
    return int(new)


async def make_current(conn: Connection, sha256: str) -> None:
    """Make a stored version the one in force, and tell every process when this commits."""
    await conn.execute("UPDATE bundle SET current = false WHERE current AND sha256 <> $1", sha256)
    await conn.execute("UPDATE bundle SET current = true WHERE sha256 = $1", sha256)
    await conn.execute("SELECT pg_notify($1, $2)", CHANNEL, sha256)


LOCK: Final = "LOCK TABLE bundle IN SHARE ROW EXCLUSIVE MODE"
_STORE: Final = """
INSERT INTO bundle (sha256, tables, published_at, current) VALUES ($1, $2, $3, false)
ON CONFLICT (sha256) DO UPDATE SET published_at = excluded.published_at
"""
_NOTE: Final = """
INSERT INTO publication (sha256, published_at, base_sha256, published_by) VALUES ($1, $2, $3, $4) RETURNING id
"""
CURRENT: Final = "SELECT sha256 FROM bundle WHERE current"
_IN_FORCE: Final = """
SELECT p.id FROM publication p JOIN bundle b ON b.sha256 = p.sha256
WHERE b.current AND b.sha256 = $1 AND p.undone_at IS NULL ORDER BY p.id DESC LIMIT 1
"""
UNDO: Final = """
UPDATE publication SET undone_at = $2, undone_by = $3 WHERE id > $1 AND undone_at IS NULL RETURNING id
"""
BEFORE: Final = """
FROM publication
WHERE undone_at IS NULL AND sha256 <> (SELECT sha256 FROM bundle WHERE current)
ORDER BY id DESC LIMIT 1
"""
