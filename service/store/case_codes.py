"""Case codes: three digits that name one mother, or one unknown caller, to one member of staff and to nobody else."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Final, Literal

from service.database import Connection

FIRST, COUNT = 200, 800
FREE_AFTER: Final = timedelta(days=30)
"""How long a code stays hers after the last follow-up about her was closed and she left the caseload."""

ROUNDS: Final = 50

Pair = tuple[int, int]


class NoCodeFreeError(RuntimeError):
    """All 800 codes of one member of staff are in use: share the caseload with a colleague."""

    def __init__(self) -> None:
        super().__init__("All 800 case codes of one member of staff are in use: share the caseload.")


async def codes_for(conn: Connection, pairs: Sequence[Pair], now: datetime) -> dict[Pair, int]:
    """The code of each (staff id, mother id), given now to those that have none. Raises NoCodeFreeError."""
    return await _codes(conn, "mother", pairs, now)


async def codes_for_phones(conn: Connection, pairs: Sequence[Pair], now: datetime) -> dict[Pair, int]:
    """The code of each (staff id, phone id of an unknown caller), likewise."""
    return await _codes(conn, "phone", pairs, now)


async def codes_where_free(
    conn: Connection, pairs: Sequence[Pair], now: datetime, *, about: Literal["mother", "phone"] = "mother"
) -> dict[Pair, int]:
    """As ``codes_for``; where all codes of one are in use, what has none with them is left out, and nobody else's."""
    try:
        return await _codes(conn, about, pairs, now)
    except NoCodeFreeError:
        found: dict[Pair, int] = {}
        for staff_id in sorted({pair[0] for pair in pairs}):
            theirs = [pair for pair in pairs if pair[0] == staff_id]
            try:
                found |= await _codes(conn, about, theirs, now)
            except NoCodeFreeError:
                found |= await _known(conn, about, theirs)
        return found


async def code_for(
    conn: Connection,
    staff_id: int,
    now: datetime,
    *,
    mother_id: int | None = None,
    phone_id: int | None = None,
) -> int:
    """One code; name either a mother or an unknown caller's phone. Raises ValueError otherwise."""
    if mother_id is not None and phone_id is None:
        return (await codes_for(conn, [(staff_id, mother_id)], now))[staff_id, mother_id]
    if phone_id is not None and mother_id is None:
        return (await codes_for_phones(conn, [(staff_id, phone_id)], now))[staff_id, phone_id]
    raise ValueError("a case code is about either a mother or a phone")


async def _codes(
    conn: Connection, about: Literal["mother", "phone"], pairs: Sequence[Pair], now: datetime
) -> dict[Pair, int]:
    wanted = sorted(set(pairs))
    for _ in range(ROUNDS):
        found = await _known(conn, about, wanted)
        missing = [pair for pair in wanted if pair not in found]
        if not missing:
            return found
        await _give(conn, about, missing, now)
    raise NoCodeFreeError


async def _known(conn: Connection, about: str, pairs: Sequence[Pair]) -> dict[Pair, int]:
    staff, subjects = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rows = await conn.fetch(_KNOWN[about], staff, subjects)
    return {(row["staff_id"], row["subject"]): row["code"] for row in rows}


async def _give(conn: Connection, about: str, missing: Sequence[Pair], now: datetime) -> None:
    """Insert a free code for each pair. What another transaction took meanwhile is left out and tried again.

    People talk about a case by its code, so everybody at a clinic gets the same one for her where it is
    free: first the code a colleague knows her by, then one that nobody at the clinic uses.
    """
    staff_ids = sorted({pair[0] for pair in missing})
    used = await _used(conn, staff_ids)
    if any(len(used[one]) + _count(missing, one) > COUNT for one in staff_ids):
        await conn.execute(_FREE, staff_ids, now - FREE_AFTER)
        used = await _used(conn, staff_ids)
    nearby = await _used_nearby(conn, staff_ids)
    shared = await _known_by_others(conn, about, [pair[1] for pair in missing])
    codes: list[int] = []
    for staff_id, subject in missing:
        if len(used[staff_id]) >= COUNT:
            raise NoCodeFreeError
        code = shared.get(subject, -1)
        if code < 0 or code in used[staff_id]:
            code = _first_free(about, subject, used[staff_id], nearby[staff_id])
        used[staff_id].add(code)
        nearby[staff_id].add(code)
        shared.setdefault(subject, code)
        codes.append(code)
    await conn.execute(
        _INSERT[about], [pair[0] for pair in missing], codes, [pair[1] for pair in missing], now
    )


async def _used(conn: Connection, staff_ids: Sequence[int]) -> Mapping[int, set[int]]:
    used: dict[int, set[int]] = {one: set() for one in staff_ids}
    for row in await conn.fetch(
        "SELECT staff_id, code FROM case_code WHERE staff_id = ANY($1::bigint[])", list(staff_ids)
    ):
        used[row["staff_id"]].add(row["code"])
    return used


async def _used_nearby(conn: Connection, staff_ids: Sequence[int]) -> Mapping[int, set[int]]:
    """The codes in use with anybody at the clinic of each member of staff."""
    used: dict[int, set[int]] = {one: set() for one in staff_ids}
    for row in await conn.fetch(_NEARBY, list(staff_ids)):
        used[row["id"]].add(row["code"])
    return used


async def _known_by_others(conn: Connection, about: str, subjects: Sequence[int]) -> dict[int, int]:
    """The code by which somebody already knows each of these."""
    return {row["subject"]: row["code"] for row in await conn.fetch(_SHARED[about], list(subjects))}


def _first_free(about: str, subject: int, used: Set[int], nearby: Set[int]) -> int:
    taken = used | nearby if len(used | nearby) < COUNT else used
    return next(code for code in _candidates(about, subject) if code not in taken)


def _count(pairs: Sequence[Pair], staff_id: int) -> int:
    return sum(pair[0] == staff_id for pair in pairs)


def _candidates(about: str, subject: int) -> Iterator[int]:
    """Codes in an order that looks like chance and tells nothing: neighbours get no neighbouring codes."""
    number = 0
    while True:
        digest = hashlib.sha256(f"{about}:{subject}:{number}".encode()).digest()
        yield FIRST + int.from_bytes(digest[:8], "big") % COUNT
        number += 1


_KNOWN: Final[Mapping[str, str]] = {
    "mother": """
        SELECT c.staff_id, c.mother_id AS subject, c.code
        FROM unnest($1::bigint[], $2::bigint[]) AS w(staff_id, subject)
        JOIN case_code c ON c.staff_id = w.staff_id AND c.mother_id = w.subject
    """,
    "phone": """
        SELECT c.staff_id, c.phone_id AS subject, c.code
        FROM unnest($1::bigint[], $2::bigint[]) AS w(staff_id, subject)
        JOIN case_code c ON c.staff_id = w.staff_id AND c.phone_id = w.subject
    """,
}

_NEARBY = """
SELECT DISTINCT w.id, c.code
FROM unnest($1::bigint[]) AS w(id)
JOIN staff mine ON mine.id = w.id
JOIN staff there ON there.facility_id = mine.facility_id
JOIN case_code c ON c.staff_id = there.id
"""

_SHARED: Final[Mapping[str, str]] = {
    "mother": """
        SELECT DISTINCT ON (mother_id) mother_id AS subject, code FROM case_code
        WHERE mother_id = ANY($1::bigint[]) ORDER BY mother_id, given_at, staff_id
    """,
    "phone": """
        SELECT DISTINCT ON (phone_id) phone_id AS subject, code FROM case_code
        WHERE phone_id = ANY($1::bigint[]) ORDER BY phone_id, given_at, staff_id
    """,
}

_INSERT: Final[Mapping[str, str]] = {
    "mother": """
        INSERT INTO case_code (staff_id, code, mother_id, given_at)
        SELECT staff_id, code, subject, $4 FROM unnest($1::bigint[], $2::int[], $3::bigint[])
            AS c(staff_id, code, subject) ORDER BY staff_id, code
        ON CONFLICT DO NOTHING
    """,
    "phone": """
        INSERT INTO case_code (staff_id, code, phone_id, given_at)
        SELECT staff_id, code, subject, $4 FROM unnest($1::bigint[], $2::int[], $3::bigint[])
            AS c(staff_id, code, subject) ORDER BY staff_id, code
        ON CONFLICT DO NOTHING
    """,
}

_FREE = """
DELETE FROM case_code c
WHERE c.staff_id = ANY($1::bigint[]) AND c.given_at < $2
  AND NOT EXISTS (SELECT FROM mother m WHERE m.id = c.mother_id AND m.mentor_id = c.staff_id)
  AND NOT EXISTS (SELECT FROM follow_up f
      WHERE (f.mother_id = c.mother_id OR f.phone_id = c.phone_id)
        AND (f.state <> 'resolved' OR f.resolved_at >= $2))
"""
