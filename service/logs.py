"""Logs without people: every line, ours or a library's, passes one processor that lets nothing personal through."""

import enum
import logging
import re
import sys
import threading
import traceback
import uuid
from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import PurePath
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN: Final = "…"
# Hand these to uvicorn.Config: its own handlers would bypass the processor, its access log writes hook tokens.
UVICORN_OPTIONS: Final[Mapping[str, Any]] = {"log_config": None, "access_log": False}

_FORBIDDEN = frozenset({
    "address", "answer", "args", "body", "caller", "content", "detail", "details", "dob", "email", "err", "error",
    "errors", "exc", "from", "input", "key", "message", "msg", "msisdn", "name", "names", "note", "notes", "number",
    "numbers", "otp", "params", "parameters", "password", "payload", "phone", "phones", "pin", "pins", "pwd",
    "query", "question", "recipient", "recipients", "reply", "request", "response", "secret", "sql", "statement",
    "text", "texts", "to", "token", "tokens", "typed", "url", "uri", "value", "values",
})  # fmt: skip
_OURS = frozenset({"event", "fault", "level", "source", "timestamp"})
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")

# Dates and UUIDs stay readable; the rest are seven or more digits of any script, however they are set apart,
# typed USSD strings, the token in a hook's path, and query strings.
_SPACING = r"[\s().,*#\-\u2010-\u2015/_\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]{0,3}"
_PERSONAL = re.compile(
    r"(?P<kept>\b(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9])"
    r"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    rf"|\+?\d(?:{_SPACING}\d){{6,}}"
    r"|\*?\d+(?:\*\d+)+#?"
    r"|(?<=/hooks/)[^/\s\"']+"
    r"|\?[^\s\"'?=]+=[^\s\"']*"
)
_PLACEHOLDER = re.compile(r"%(?:\([^)]*\))?[#0\- +]*(?:\*|[0-9]+)?(?:\.(?:\*|[0-9]+))?[a-zA-Z]")
_WARNING = re.compile(r"^(?P<place>.+?:[0-9]+): (?P<category>[A-Za-z_.]+):")
_LIKE_A_NUMBER = 1_000_000
_DEEPEST = 8
_MOST_FRAMES = 40


def configure_logging(
    level: str = "INFO", *, stream: TextIO | None = None, on_terminal: bool | None = None
) -> None:
    """Send all logging of this process to `stream` (stderr): JSON lines, or coloured text on a terminal.

    Also takes over Python's warnings and uncaught exceptions, whose usual tracebacks would show messages.
    """
    out = stream or sys.stderr
    is_terminal = out.isatty() if on_terminal is None else on_terminal
    finish = _finishing(is_terminal)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    handler: logging.Handler = logging.StreamHandler(out)
    handler.setFormatter(_SafeFormatter(finish))
    _take_over_standard_logging(handler, level)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def get_logger(name: str) -> Any:
    """A logger that puts `source=name` on each line; call it with an event and keys: `log.info("sent", parts=2)`."""
    return structlog.get_logger(source=name)


def redact(text: str) -> str:
    """Hide what looks like a phone number, a typed USSD string, a hook token or a query string."""
    return _PERSONAL.sub(lambda match: match["kept"] or HIDDEN, text)


def scrub(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The processor every line passes: forbidden keys go, text is redacted, exceptions lose their messages."""
    exception = _exception_of(event.pop("exc_info", None))
    for key in ("stack_info", "stack"):
        event.pop(key, None)
    clean: EventDict = {
        key: value if key == "timestamp" else _clean(value, 0)
        for key, value in event.items()
        if key in _OURS or isinstance(value, BaseException) or not _is_forbidden(key)
    }  # fmt: skip
    if exception is not None:
        clean["fault"] = describe_exception(exception)
    return clean


def describe_exception(error: BaseException, depth: int = 0) -> dict[str, Any]:
    """Type and frames of an exception and its causes. Never its message, notes or variables: they may name somebody."""
    kind = type(error)
    described: dict[str, Any] = {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "frames": [
            f"{_short(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
            for frame, line in list(traceback.walk_tb(error.__traceback__))[-_MOST_FRAMES:]
        ],
    }
    if depth >= _DEEPEST:
        return described
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        described["cause"] = describe_exception(cause, depth + 1)
    if isinstance(error, BaseExceptionGroup):
        described["members"] = [describe_exception(member, depth + 1) for member in error.exceptions]
    return described


class _SafeFormatter(logging.Formatter):
    """Formats a library's record from its template alone: its arguments may be rows, addresses or texts."""

    def __init__(self, finish: list[Processor]) -> None:
        super().__init__()
        self._finish = finish

    def format(self, record: logging.LogRecord) -> str:
        event: Any = {"level": record.levelname.lower(), "source": record.name} | _message(record)
        event["exc_info"] = record.exc_info
        for processor in self._finish:
            event = processor(None, record.levelname.lower(), event)
        return str(event)


def _finishing(is_terminal: bool) -> list[Processor]:
    render: Processor = (
        structlog.dev.ConsoleRenderer()
        if is_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return [scrub, structlog.processors.TimeStamper(fmt="iso", utc=True), render]


def _take_over_standard_logging(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in list(logging.root.manager.loggerDict):
        known = logging.getLogger(name)
        known.handlers.clear()
        known.propagate = True
    for name in ("sqlalchemy", "asyncpg", "apscheduler", "urllib3", "httpx", "httpcore", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    access = logging.getLogger("uvicorn.access")
    access.disabled = True
    access.propagate = False
    logging.captureWarnings(True)
    # A failing handler would print the record with its arguments to stderr.
    logging.raiseExceptions = False


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get_logger("python").error("uncaught exception", exc_info=error or kind())


def _message(record: logging.LogRecord) -> dict[str, str]:
    if record.name == "py.warnings":
        found = _WARNING.match(str(record.msg))
        place, category = (found["place"], found["category"]) if found else (HIDDEN, HIDDEN)
        return {"event": "python warning", "category": category, "place": _short(place)}
    # Later lines of a library's message are where it prints objects and errors (asyncio does).
    template = str(record.msg).split("\n", 1)[0] if isinstance(record.msg, str) else type(record.msg).__name__
    return {"event": _PLACEHOLDER.sub(HIDDEN, template)}


def _exception_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _is_forbidden(key: object) -> bool:
    return not isinstance(key, str) or any(word.lower() in _FORBIDDEN for word in _WORDS.findall(key))


def _clean(value: object, depth: int) -> Any:
    """Keep plain values, redacted; anything else becomes the name of its type, as a repr may hold a person."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return HIDDEN if abs(value) >= _LIKE_A_NUMBER else value
    if isinstance(value, enum.Enum):
        return _clean(value.value, depth)
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, date | time | timedelta | uuid.UUID):
        return str(value)
    if isinstance(value, PurePath):
        return redact(str(value))
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {
            redact(str(key)): _clean(item, depth + 1) for key, item in value.items() if not _is_forbidden(key)
        }
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, depth + 1) for item in value]
    return type(value).__name__


def _short(path: str) -> str:
    return "/".join(part for part in PurePath(path).parts[-3:] if part != "/")
