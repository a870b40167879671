"""Marking visits: the same events as the mentor's phone, each mother's in the order in which mothers are locked."""

from collections.abc import Sequence

from flows.events import Event
from service.apply import NotTheirs
from service.apply.appointments import NotPossibleError
from service.dashboard.appointments.words import NOT_THEIRS, WHY_NOT
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.typed import MistakeError
from service.database import Connection
from service.store.expected_days import days_last


async def write(asked: Asked, events: Sequence[Event]) -> None:
    """Write what was said, all of it or nothing. Raises MistakeError with the sentence that says why not."""

    async def doing(conn: Connection) -> None:
        await asked.apply_in(conn, events)

    try:
        await asked.written(doing)
    except NotPossibleError as error:
        raise MistakeError(WHY_NOT[error.why]) from None
    except (NotTheirs, LookupError):
        raise MistakeError(NOT_THEIRS) from None


async def write_each(asked: Asked, events: Sequence[Event]) -> list[str]:
    """Write each that can be, in one transaction; return for each the sentence that says why not, or nothing."""

    async def doing(conn: Connection) -> list[str]:
        said = []
        async with days_last(conn, asked.now):
            for event in events:
                why = ""
                try:
                    async with conn.transaction():
                        await asked.apply_in(conn, [event])
                except NotPossibleError as error:
                    why = WHY_NOT[error.why]
                except (NotTheirs, LookupError):
                    why = NOT_THEIRS
                said.append(why)
        return said

    return await asked.written(doing)
