"""Who did what, about which row, and why: a chain in which a changed, removed or added line shows. Never who was cared for.

Each line holds a keyed hash of itself and of the line before; the key is derived from PAMOJA_KEYS, which the
database does not hold. Lines from before there was a chain are vouched for, as they stood then, by its first line.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from service.database import Connection, Pool
from service.security.sealing import Sealer

BEGUN: Final = "chain_begun"
"""What the first line of a chain says when there were lines before it; why: how many, and their digest."""

_PURPOSE: Final = "audit line"
_HEAD: Final = "audit head"
_LOCK: Final = 7_305_221_094
_START: Final = bytes(32)
_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Head:
    """The newest line: its number in the chain, and its hash."""

    seq: int
    mac: bytes

    def __str__(self) -> str:
        """`number:hash` as an operator notes it; half the hash is more than anybody can hit on."""
        return f"{self.seq}:{self.mac[:16].hex()}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What looking the chain over found. ``wrong`` is "" when all fits; ``row`` is the first row that does not."""

    lines: int
    older: int
    head: Head | None
    wrong: str = ""
    row: int | None = None


async def record(
    where: Connection | Pool,
    sealer: Sealer,
    now: datetime,
    who: str,
    what: str,
    why: str = "",
    *,
    about: tuple[str, int] | None = None,
) -> int:
    """Write one line and return its row; in the caller's transaction where there is one.

    ``who``: "user 5" of the dashboard, "staff 7" by phone, or "operator" where the system is run. ``what`` is a
    short machine phrase such as "accept_draft"; ``about`` the kind and id of a row. Every writer waits here for
    the one before to end, so that there is one order: call it last, and be ready to be asked again after a deadlock.
    """
    if hasattr(where, "acquire"):
        async with where.acquire() as conn:
            return await _record(conn, sealer, now, who, what, why, about)
    return await _record(where, sealer, now, who, what, why, about)


async def take_turn(conn: Connection) -> None:
    """Wait for every writer before, and let those after wait until this transaction ends: to count lines, then write one."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def _record(
    conn: Connection,
    sealer: Sealer,
    now: datetime,
    who: str,
    what: str,
    why: str,
    about: tuple[str, int] | None,
) -> int:
    async with conn.transaction():  # the lock, the line and the head are written together or not at all
        await take_turn(conn)
        row = await conn.fetchrow("SELECT seq, mac FROM audit_head WHERE id = 1 FOR UPDATE")
        head = Head(row["seq"], row["mac"]) if row is not None else await _begun(conn, sealer, now)
        line, head = await _append(conn, sealer, head, now, who, what, why, about)
        key_id, head_mac = sealer.mac(_HEAD, _of_head(head))
        await conn.execute(_NEW_HEAD, head.seq, head.mac, key_id, head_mac)
    return line


async def _begun(conn: Connection, sealer: Sealer, now: datetime) -> Head:
    """The line before the first: none, or one that vouches for what was there already."""
    count, digest = await _older(conn)
    start = Head(0, _START)
    if not count:
        return start
    _, head = await _append(conn, sealer, start, now, "operator", BEGUN, f"{count} {digest}", None)
    return head


async def _append(
    conn: Connection,
    sealer: Sealer,
    head: Head,
    now: datetime,
    who: str,
    what: str,
    why: str,
    about: tuple[str, int] | None,
) -> tuple[int, Head]:
    kind, about_id = about if about is not None else (None, None)
    seq = head.seq + 1
    line = {"at": now, "who": who, "what": what, "why": why, "about": kind, "about_id": about_id, "seq": seq}
    key_id, mac = sealer.mac(_PURPOSE, _content(line, head.mac))
    row = await conn.fetchval(_APPEND, now, who, what, why, kind, about_id, seq, key_id, mac)
    return int(row), Head(seq, mac)


async def head_of(conn: Connection | Pool) -> Head | None:
    """The newest line as the database says it is; None while nothing was written."""
    row = await conn.fetchrow("SELECT seq, mac FROM audit_head WHERE id = 1")
    return None if row is None else Head(row["seq"], row["mac"])


async def verify(conn: Connection, sealer: Sealer, *, last: int | None = None, noted: str = "") -> Checked:
    """Look the chain over, in a transaction of the caller's that sees one moment; with ``last``, only its newest lines.

    ``noted`` is a head (`number:hash`) that somebody kept elsewhere: it shows that an end of the chain was cut
    off together with the head, which the database alone cannot tell from an older moment of itself.
    """
    head_row = await conn.fetchrow("SELECT * FROM audit_head WHERE id = 1")
    head = None if head_row is None else Head(head_row["seq"], head_row["mac"])
    older = int(await conn.fetchval("SELECT count(*) FROM audit WHERE seq IS NULL"))
    before = Head(0, _START)
    if last is not None and head is not None and head.seq > last:
        mac = await conn.fetchval("SELECT mac FROM audit WHERE seq = $1", head.seq - last)
        if mac is None:
            return Checked(0, older, head, f"line {head.seq - last} was removed")
        before = Head(head.seq - last, mac)
    lines, newest = 0, before
    async for row in _chained(conn, before.seq):
        wrong = _misfit(sealer, row, newest)
        if not wrong and row["seq"] == 1:
            wrong = await _wrong_before(conn, row, older)
        if wrong:
            return Checked(lines, older, head, wrong, row["id"])
        lines, newest = lines + 1, Head(row["seq"], row["mac"])
    wrong = _wrong_head(sealer, head_row, newest)
    if not wrong and noted:
        wrong = await _wrong_noted(conn, noted)
    return Checked(lines, older, head, wrong)


async def _chained(conn: Connection, after: int) -> AsyncIterator[Any]:
    while rows := await conn.fetch(_NEXT, after, _AT_ONCE):
        for row in rows:
            yield row
        after = rows[-1]["seq"]


def _misfit(sealer: Sealer, row: Mapping[str, Any], before: Head) -> str:
    if row["seq"] != before.seq + 1:
        missing = row["seq"] - before.seq - 1
        return f"{missing} {'line' if missing == 1 else 'lines'} before line {row['seq']} removed"
    fits = sealer.is_mac(_PURPOSE, _content(row, before.mac), row["key_id"], row["mac"])
    if fits is None:
        return f"line {row['seq']} was written under key {row['key_id']}, which PAMOJA_KEYS no longer holds"
    return "" if fits else f"line {row['seq']} was changed, or put in, or the line before it was"


async def _wrong_before(conn: Connection, first: Mapping[str, Any], older: int) -> str:
    if first["what"] != BEGUN:
        return f"{older} lines were put in beside the chain" if older else ""
    count, digest = await _older(conn)
    if first["why"] == f"{count} {digest}":
        return ""
    return "the lines from before the chain are no longer as they stood when it began"


def _wrong_head(sealer: Sealer, row: Mapping[str, Any] | None, newest: Head) -> str:
    if row is None:
        return "the head of the chain was removed, and perhaps lines with it" if newest.seq else ""
    head = Head(row["seq"], row["mac"])
    if sealer.is_mac(_HEAD, _of_head(head), row["key_id"], row["head_mac"]) is False:
        return "the head of the chain was changed"
    if head.seq > newest.seq:
        return f"the newest lines were removed: {head.seq - newest.seq} after line {newest.seq}"
    return "" if head == newest else f"lines after line {head.seq} were put in"


async def _wrong_noted(conn: Connection, noted: str) -> str:
    number, _, digest = noted.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and len(digest) >= 8):
        return "the head that was noted cannot be read: give it as it was printed, number:hash"
    mac = await conn.fetchval("SELECT mac FROM audit WHERE seq = $1", int(number))
    if mac is None:
        return f"the newest lines were removed: line {number}, which was noted, is not there"
    return "" if mac.hex().startswith(digest) else f"line {number} is not the one that was noted"


async def _older(conn: Connection) -> tuple[int, str]:
    """How many lines are outside the chain, and a digest of all they say."""
    count, digest, after = 0, hashlib.sha256(), -1
    while rows := await conn.fetch(_OLDER, after, _AT_ONCE):
        for row in rows:
            digest.update(_content(row, row["id"].to_bytes(8, "big")))
        count, after = count + len(rows), rows[-1]["id"]
    return count, digest.hexdigest()


def _content(line: Mapping[str, Any], before: bytes) -> bytes:
    at = line["at"].astimezone(UTC).isoformat(timespec="microseconds")
    said = [line["seq"], at, *(line[name] for name in ("who", "what", "why", "about", "about_id"))]
    return json.dumps([*said, before.hex()], ensure_ascii=True, separators=(",", ":")).encode()


def _of_head(head: Head) -> bytes:
    return head.seq.to_bytes(8, "big") + head.mac


_APPEND = """
INSERT INTO audit (at, who, what, why, about, about_id, seq, key_id, mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
"""

_NEW_HEAD = """
INSERT INTO audit_head (id, seq, mac, key_id, head_mac) VALUES (1, $1, $2, $3, $4)
ON CONFLICT (id) DO UPDATE SET seq = $1, mac = $2, key_id = $3, head_mac = $4
"""

_NEXT = "SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2"
_OLDER = "SELECT * FROM audit WHERE seq IS NULL AND id > $1 ORDER BY id LIMIT $2"
