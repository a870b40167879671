"""Every way a command can fail, as one sentence that names the remedy, and an exit code."""

import traceback
from typing import Final

FAILED: Final = 1
WRONG_USE: Final = 2


class UserError(Exception):
    """Something the person at the keyboard can put right. The message is the sentence they read."""

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code


def sentence_of(error: BaseException) -> tuple[str, int]:
    """The sentence and the exit code of any exception. Never the message of one that may quote data."""
    if isinstance(error, UserError):
        return str(error), error.code
    if isinstance(error, BaseExceptionGroup):
        return sentence_of(error.exceptions[0])
    return _of_ours(error) or _of_database(error) or _of_system(error) or _unexpected(error), FAILED


def _of_ours(error: BaseException) -> str | None:
    from flows.bundle import BundleError
    from scheduler.rules import RulesError
    from service.bundles import NoBundleError
    from service.directory import DirectoryError
    from service.embedded_home import EmbeddedDatabaseError
    from service.serve import PortTakenError
    from service.settings import SettingsError
    from service.wiring import DatabaseAwayError, DraftRefusedError

    ours = (DirectoryError, SettingsError, EmbeddedDatabaseError, PortTakenError, NoBundleError, BundleError, RulesError,
            DatabaseAwayError, DraftRefusedError)  # fmt: skip
    return str(error) if isinstance(error, ours) else None


def _of_database(error: BaseException) -> str | None:
    import asyncpg
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return "The database lacks Pamoja's newest tables: run `pamoja migrate`."
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | DBAPIError):
        return (
            f"The database refused ({type(error).__name__}): run `pamoja doctor`, which names what is wrong."
        )
    return None


def _of_system(error: BaseException) -> str | None:
    if isinstance(error, ConnectionError | TimeoutError):
        return "The database cannot be reached: start it, or correct PAMOJA_DATABASE_URL."
    if isinstance(error, OSError):
        named = f" ({error.filename})" if isinstance(error.filename, str) else ""
        return f"The system refused: {error.strerror or type(error).__name__}{named}; put that right and try again."
    return None


def _unexpected(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"Something went wrong inside Pamoja ({type(error).__name__}{place}): please report these words."
