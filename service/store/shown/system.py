"""What the System page reads: signs of life, what waits to be sent, the gateway, the budget, versions, backups."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from service.database import Connection
from service.store.balance import KeptBalance, kept

BACKUP_NOTED: Final = "backup_noted"
"""What the audit says of a backup that somebody made."""


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """One worker of the loop, and when it last ended a pass by the wall clock."""

    name: str
    wall_at: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """Texts of one class that have not left: all of them, those whose time has come, and since when the oldest waits."""

    message_class: str
    waiting: int
    due: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """The gateway takes nothing: since when, tried again when, after how many failures, and why in a word."""

    since: datetime
    paused_until: datetime
    failures: int
    reason: str


@dataclass(frozen=True, slots=True)
class Published:
    """The content in force. ``by`` is the user who published it on a page; None: the command did."""

    sha256: str
    at: datetime
    by: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """All of it, at one moment."""

    workers: tuple[WorkerSeen, ...]
    backlog: tuple[Backlog, ...]
    in_doubt: int
    inbox: int
    trouble: Trouble | None
    balance: KeptBalance | None
    begun_today: int
    published: Published | None
    migration: str
    backup_at: datetime | None
    last_sent_at: datetime | None


async def seen(conn: Connection, gateway: str, now: datetime) -> Seen:
    """How the service is. ``now`` is the care clock's; the number of statements is always the same."""
    one: Any = await conn.fetchrow(_ONE, now.astimezone(UTC).date().isoformat(), BACKUP_NOTED)
    trouble = await conn.fetchrow(_TROUBLE, gateway)
    published = await conn.fetchrow(_PUBLISHED)
    return Seen(
        workers=tuple(WorkerSeen(**dict(row)) for row in await conn.fetch(_WORKERS)),
        backlog=tuple(Backlog(**dict(row)) for row in await conn.fetch(_BACKLOG, now)),
        in_doubt=one["in_doubt"],
        inbox=one["inbox"],
        trouble=None if trouble is None else Trouble(**dict(trouble)),
        balance=await kept(conn, gateway),
        begun_today=one["begun"],
        published=None if published is None else Published(**dict(published)),
        migration=one["migration"],
        backup_at=one["backup_at"],
        last_sent_at=one["last_sent_at"],
    )


_WORKERS = "SELECT worker AS name, wall_at FROM heartbeat ORDER BY wall_at DESC, worker LIMIT 50"

_BACKLOG = """
SELECT message_class, count(*)::int AS waiting, count(*) FILTER (WHERE not_before <= $1)::int AS due,
    min(not_before) FILTER (WHERE not_before <= $1) AS oldest
FROM message WHERE state IN ('queued', 'claimed', 'sending') GROUP BY 1 ORDER BY 1
"""

_ONE = """
SELECT (SELECT count(*)::int FROM message WHERE look_at IS NOT NULL) AS in_doubt,
    (SELECT count(*)::int FROM inbound_sms WHERE state = 'inbox') AS inbox,
    coalesce((SELECT begun FROM sms_day WHERE day = $1), 0)::int AS begun,
    (SELECT string_agg(version_num, ', ' ORDER BY version_num) FROM alembic_version) AS migration,
    (SELECT a.at FROM audit a WHERE a.what = $2 ORDER BY a.id DESC LIMIT 1) AS backup_at,
    (SELECT max(sent_at) FROM (SELECT sent_at FROM message ORDER BY id DESC LIMIT 500) AS newest) AS last_sent_at
"""

_TROUBLE = """
SELECT troubled_since AS since, paused_until, failures, reason FROM gateway_state WHERE gateway = $1
"""

_PUBLISHED = """
SELECT b.sha256, coalesce(p.published_at, b.published_at) AS at, p.published_by AS by
FROM bundle b LEFT JOIN LATERAL (SELECT published_at, published_by FROM publication
    WHERE sha256 = b.sha256 AND undone_at IS NULL ORDER BY id DESC LIMIT 1) p ON TRUE
WHERE b.current
"""
