"""Every way a command can fail, as one sentence that names the remedy, and an exit code."""

import sys
import traceback
from collections.abc import Sequence
from typing import Final

FAILED: Final = 1
WRONG_USE: Final = 2

# Ours hold a sentence made for a person; the others may quote data, and are named only.
_OURS: Final = (
    ("flows.screens", "BundleError"),
    ("scheduler.rules_read", "RulesError"),
    ("service.content.bundles", "ContentMovedError"),
    ("service.content.bundles", "NoBundleError"),
    ("service.content.bundles", "NoVersionBeforeError"),
    ("service.clocks", "NobodySettlesError"),
    ("service.directory", "DirectoryError"),
    ("service.embedded.home", "EmbeddedDatabaseError"),
    ("service.processes.web", "PortTakenError"),
    ("service.settings", "SettingsError"),
    ("service.wiring", "DatabaseAwayError"),
    ("service.wiring", "DraftRefusedError"),
    ("service.wiring", "UnreadableContentError"),
)
_NO_TABLES: Final = (("asyncpg", "UndefinedTableError"), ("asyncpg", "UndefinedColumnError"))
_DATABASE: Final = (
    ("asyncpg", "PostgresError"),
    ("asyncpg", "InterfaceError"),
    ("sqlalchemy.exc", "DBAPIError"),
)


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
    return str(error) if _is_one_of(error, _OURS) else None


def _of_database(error: BaseException) -> str | None:
    if _is_one_of(error, _NO_TABLES):
        return "The database lacks Pamoja's newest tables: run `pamoja migrate`."
    if _is_one_of(error, _DATABASE):
        return (
            f"The database refused ({type(error).__name__}): run `pamoja doctor`, which names what is wrong."
        )
    return None


def _is_one_of(error: BaseException, names: Sequence[tuple[str, str]]) -> bool:
    """Whether it is an instance of one of these classes, given as (module, class).

    No module is loaded for it: what was never loaded has raised nothing.
    """
    return any(
        isinstance(error, getattr(sys.modules[module], name))
        for module, name in names
        if module in sys.modules
    )


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
