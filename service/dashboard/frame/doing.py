"""Doing something from a page in one transaction, with its line in the audit, tried again where others crossed it."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import asyncpg

from flows.events import Event
from service.apply import CodeTaken, Origin, apply
from service.dashboard.frame.asked import TRIES, Asked
from service.database import Connection

T = TypeVar("T")

CODES_DRAWN: Final = 20
"""So often a set-up code is drawn before it is given up: of 9000 only a handful are in use at a time."""


async def written(asked: Asked, doing: Callable[[Connection], Awaitable[T]]) -> T:
    """Run ``doing`` in a transaction of its own, again after a deadlock, in which nothing was changed."""
    for tried in range(1, TRIES + 1):
        try:
            async with asked.writing() as conn:
                return await doing(conn)
        except asyncpg.DeadlockDetectedError:
            if tried == TRIES:
                raise
    raise AssertionError("unreachable")


async def in_anothers_name(asked: Asked, events: Sequence[Event], what: str, about: tuple[str, int]) -> None:
    """Write what a colleague would have said by phone; the audit keeps which user said it for them.

    Raises what ``service.apply`` raises: NotTheirs and its kinds.
    """
    origin = Origin(phone_id=None, number_index=b"", number=None, via="page")

    async def doing(conn: Connection) -> None:
        await apply(conn, events, origin, asked.now, asked.services.deps())
        await asked.audit(conn, what, about=about)

    await written(asked, doing)


async def with_a_code(give: Callable[[str], Awaitable[bool]]) -> str | None:
    """Draw set-up codes until one is free and ``give`` keeps it; the code, or None where it is not theirs to give."""
    for _ in range(CODES_DRAWN):
        code = str(1000 + secrets.randbelow(9000))
        try:
            return code if await give(code) else None
        except CodeTaken:
            continue
    return None
