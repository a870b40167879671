"""Nothing personal reaches a log line, by whatever path it tries."""

import asyncio
import json
import logging
import re
import sys
import threading
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from service.logs import UVICORN_OPTIONS, configure_logging, describe_exception, get_logger, redact

NAME, TEXT, PIN, TOKEN = "Wanjiru Canary", "nimeacha dawa canary", "4821", "tok3nCanaryTok3nCanaryXYZ"
NUMBER = "+254700000678"
CANARIES = (
    NAME,
    "Wanjiru",
    TEXT,
    PIN,
    TOKEN,
    NUMBER,
    "700000678",
    "700 000 678",
    "0700-000-678",
    "Canary",
    "canary",
)


@dataclass
class Mother:
    name: str = NAME
    msisdn: str = NUMBER


class Log(StringIO):
    """A stream whose lines can be read as JSON and searched for canaries."""

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def last(self) -> dict[str, object]:
        return self.lines()[-1]

    def said(self) -> str:
        """All of it without the times, whose millionths of a second may read like anything."""
        return re.sub(r'"timestamp": "[^"]*"', "", self.getvalue())

    def is_clean(self) -> bool:
        return bool(self.getvalue()) and not any(canary in self.said() for canary in CANARIES)


@pytest.fixture
def log() -> Iterator[Log]:
    root, out = logging.getLogger(), Log()
    access = logging.getLogger("uvicorn.access")
    kept = (
        root.handlers[:],
        root.level,
        sys.excepthook,
        threading.excepthook,
        sys.unraisablehook,
        logging.raiseExceptions,
    )
    configure_logging(stream=out)
    yield out
    (
        root.handlers[:],
        level,
        sys.excepthook,
        threading.excepthook,
        sys.unraisablehook,
        logging.raiseExceptions,
    ) = kept
    root.setLevel(level)
    access.disabled, access.propagate = False, True
    logging.captureWarnings(False)
    structlog.reset_defaults()


def failure() -> BaseException:
    """An exception with canaries in its message, its cause, its notes and its variables."""
    hidden_in_a_variable = NAME
    try:
        try:
            raise KeyError(NUMBER)
        except KeyError as cause:
            raise ValueError(f"{hidden_in_a_variable} said {TEXT}") from cause
    except ValueError as error:
        error.add_note(PIN)
        return error


def test_a_line_is_json_with_what_is_needed(log: Log) -> None:
    get_logger("service.send").info(
        "batch sent", parts=12, template="dose_cue", at=date(2026, 11, 22), ok=True
    )
    line = log.last()
    assert datetime.fromisoformat(str(line.pop("timestamp"))).tzinfo == UTC
    assert line == {
        "level": "info", "source": "service.send", "event": "batch sent", "parts": 12, "template": "dose_cue",
        "at": "2026-11-22", "ok": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "key", ["text", "name", "pin", "msisdn", "phone", "body", "phoneNumber", "first_name", "reply_text", "typed", "to", "from",
            "error", "answer", "mother_name", "TEXT", "hook_token", "params"],
)  # fmt: skip
def test_forbidden_keys_are_dropped_at_any_depth(log: Log, key: str) -> None:
    get_logger("x").warning("kept", **{key: TEXT}, nested={"deep": [{key: NAME, "hop": 3}]})
    assert log.is_clean()
    assert key not in log.last()
    assert log.last()["nested"] == {"deep": [{"hop": 3}]}


@pytest.mark.parametrize(
    "written",
    [NUMBER, "254700000678", "0700 000 678", "0700-000-678", "(0700) 000.678", "٠٧٠٠٠٠٠٦٧٨", "07\u200b00\u200b000678",
     "+254–700–000–678", "%2B254700000678", "tel:0700000678;", "7 0 0 0 0 0 6 7 8", "*384*7*417#", f"1*{PIN}*2",
     f"/hooks/{TOKEN}/africastalking/ussd", f"https://h.example/login?code={TOKEN}"],
)  # fmt: skip
def test_numbers_and_secrets_inside_text_are_hidden(log: Log, written: str) -> None:
    get_logger("x").info(f"before {written} after", note_to_self=written, place=written, several=[written])
    assert "678" not in log.said()
    assert "٦" not in log.said()
    assert PIN not in log.said()
    assert TOKEN not in log.said()
    assert str(log.last()["event"]).startswith("before ")


@given(st.lists(st.sampled_from(["", " ", "-", ".", " - "]), min_size=12, max_size=12), st.text(max_size=5))
def test_no_formatting_of_a_number_survives(marks: list[str], around: str) -> None:
    written = "".join(digit + mark for digit, mark in zip("254700000678", marks, strict=True))
    assert "6" not in redact(f"x {written} x")
    assert written not in redact(around + " " + written + " " + around)


@pytest.mark.parametrize(
    "kept", ["2026-11-22", "2026-11-22T07:15:39", "12 of 345", "screen dates.3", str(uuid.UUID(int=5**50))]
)
def test_dates_counts_and_ids_stay_readable(kept: str) -> None:
    assert redact(kept) == kept


def test_a_date_hides_no_number_beside_it() -> None:
    assert redact("2026-11-22 0700000678") == "2026-11-22 …"


def test_objects_figures_and_exceptions_as_values_show_nothing(log: Log) -> None:
    get_logger("x").info("kept", mother=Mother(), figure=254700000678, real=254700000678.0, error=failure(), raw=TEXT.encode(),
                         group=(Mother(),), folder=Path("/srv/0700000678"))  # fmt: skip
    assert log.is_clean()
    assert log.last()["mother"] == "Mother"
    assert log.last()["error"] == "ValueError"


def test_bound_and_context_values_pass_the_same_way(log: Log) -> None:
    with structlog.contextvars.bound_contextvars(msisdn=NUMBER, hop=2):
        get_logger("x").bind(name=NAME, screen="home").info("shown")
    assert log.is_clean()
    assert (log.last()["hop"], log.last()["screen"]) == (2, "home")


def test_an_exception_keeps_type_and_frames_and_loses_its_message(log: Log) -> None:
    try:
        raise failure()
    except ValueError:
        get_logger("x").exception("failed")
    assert log.is_clean()
    fault = log.last()["fault"]
    assert isinstance(fault, dict)
    assert fault["type"] == "builtins.ValueError"
    assert any(
        "tests/unit/test_logs.py:" in frame and frame.endswith(" failure") for frame in fault["frames"]
    )
    assert fault["cause"]["type"] == "builtins.KeyError"


def test_grouped_and_endless_exceptions_are_described() -> None:
    group = ExceptionGroup(NAME, [failure(), OSError(TEXT)])
    assert [member["type"] for member in describe_exception(group)["members"]] == [
        "builtins.ValueError",
        "builtins.OSError",
    ]
    first, second = ValueError(NAME), ValueError(NAME)
    first.__cause__, second.__cause__ = second, first
    assert NAME not in json.dumps(describe_exception(first))


@pytest.mark.parametrize(
    "library",
    ["uvicorn.error", "sqlalchemy.engine.Engine", "asyncpg", "apscheduler.executors", "urllib3", "x"],
)
def test_libraries_speak_through_the_same_processor(log: Log, library: str) -> None:
    logger = logging.getLogger(library)
    logger.error(
        "row %s of %(x)s at %-10.3s took 5%% for 0700000678\nand %r",
        NAME,
        Mother(),
        TEXT,
        extra={"name_": NAME},
    )
    logger.error("broken %d %d", NAME)
    logger.error(failure())
    logger.error(f"Exception in callback\nhandle: <Handle {NAME}>", exc_info=failure(), stack_info=True)
    assert log.is_clean()
    assert len(log.lines()) == 4
    assert log.last()["source"] == library
    assert log.last()["event"] == "Exception in callback"


def test_statements_of_the_database_library_are_not_logged(log: Log) -> None:
    logging.getLogger("sqlalchemy.engine.Engine").info("[raw sql] %r", (NAME,))
    logging.getLogger("asyncio").debug(NAME)
    assert log.getvalue() == ""


def test_the_access_log_is_off(log: Log) -> None:
    logging.getLogger("uvicorn.access").info('%s - "POST /hooks/%s/x"', NUMBER, TOKEN)
    assert log.getvalue() == ""
    assert UVICORN_OPTIONS == {"log_config": None, "access_log": False}


def test_handlers_that_libraries_brought_are_taken_away() -> None:
    stray, out, logger = StringIO(), Log(), logging.getLogger("brings.its.own")
    logger.addHandler(logging.StreamHandler(stray))
    logger.propagate = False
    root, kept = logging.getLogger(), logging.getLogger().handlers[:]
    configure_logging(stream=out)
    logger.error("said %s", NAME)
    root.handlers[:] = kept
    assert stray.getvalue() == ""
    assert out.is_clean()


def test_warnings_keep_their_kind_and_place(log: Log) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(f"{NAME} is odd", RuntimeWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert log.is_clean()
    assert log.last()["category"] == "RuntimeWarning"
    assert "test_logs.py:" in str(log.last()["place"])


def test_uncaught_exceptions_are_logged_and_not_printed(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    error = failure()
    sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=lambda: int(NAME))
    thread.start()
    thread.join()
    assert log.is_clean()
    assert [line["event"] for line in log.lines()] == ["uncaught exception"] * 2
    assert capsys.readouterr().err == ""


async def test_a_forgotten_task_shows_nothing(log: Log) -> None:
    loop = asyncio.get_running_loop()
    loop.default_exception_handler(
        {"message": "Task exception was never retrieved", "exception": failure(), "extra": NAME}
    )
    assert log.is_clean()
    assert log.last()["event"] == "Task exception was never retrieved"


def test_on_a_terminal_the_same_is_hidden() -> None:
    out, root, kept = Log(), logging.getLogger(), logging.getLogger().handlers[:]
    configure_logging(stream=out, on_terminal=True)
    get_logger("x").error(f"kept {NUMBER}", pin=PIN, exc_info=failure())
    logging.getLogger("y").error("kept %s", NAME)
    root.handlers[:] = kept
    structlog.reset_defaults()
    assert out.is_clean()
    assert out.getvalue().count("kept") == 2
