"""Alarms: raised once while live, cleared when what they are about is over. Posting them is the watchdog's."""

from datetime import datetime

from service.database import Connection, Pool


async def raise_alarm(conn: Connection | Pool, kind: str, subject: str, now: datetime) -> None:
    """Raise it unless it is raised already. ``kind`` and ``subject`` are machine words, never about a person."""
    await conn.execute(_RAISE, [kind], [subject], now)


async def raise_alarms(conn: Connection, alarms: list[tuple[str, str]], now: datetime) -> None:
    """Raise several, each a (kind, subject)."""
    if alarms:
        await conn.execute(_RAISE, [kind for kind, _ in alarms], [subject for _, subject in alarms], now)


async def clear_alarm(conn: Connection | Pool, kind: str, subject: str, now: datetime) -> None:
    """Say that it is over."""
    await conn.execute(
        "UPDATE alarm SET cleared_at = $3 WHERE kind = $1 AND subject = $2 AND cleared_at IS NULL",
        kind,
        subject,
        now,
    )


async def clear_others(conn: Connection, kind: str, subject: str, now: datetime) -> None:
    """Say that all of a kind are over but this one."""
    await conn.execute(
        "UPDATE alarm SET cleared_at = $3 WHERE kind = $1 AND subject <> $2 AND cleared_at IS NULL",
        kind,
        subject,
        now,
    )


_RAISE = """
INSERT INTO alarm (kind, subject, raised_at)
SELECT DISTINCT kind, subject, $3::timestamptz FROM unnest($1::text[], $2::text[]) AS a(kind, subject)
ON CONFLICT (kind, subject) WHERE cleared_at IS NULL DO NOTHING
"""
