"""What a page does in a colleague's name, with its line in the audit; and drawing set-up codes."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from flows.events import Event
from service.apply import CodeTaken
from service.dashboard.frame.asked import Asked
from service.database import Connection

CODES_DRAWN: Final = 20
"""So often a set-up code is drawn before it is given up: of 9000 only a handful are in use at a time."""


async def in_anothers_name(asked: Asked, events: Sequence[Event], what: str, about: tuple[str, int]) -> None:
    """Write what a colleague would have said by phone; the audit keeps which user said it for them.

    Raises what ``service.apply`` raises: NotTheirs and its kinds.
    """

    async def doing(conn: Connection) -> None:
        await asked.apply_in(conn, events)
        await asked.audit(conn, what, about=about)

    await asked.written(doing)


async def with_a_code(give: Callable[[str], Awaitable[bool]]) -> str | None:
    """Draw set-up codes until one is free and ``give`` keeps it; the code, or None where it is not theirs to give."""
    for _ in range(CODES_DRAWN):
        code = str(1000 + secrets.randbelow(9000))
        try:
            return code if await give(code) else None
        except CodeTaken:
            continue
    return None
