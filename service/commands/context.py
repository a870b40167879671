"""What commands share: the settings they work with, and running one coroutine to its end."""

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from service.commands.problems import UserError
from service.settings import PREFIX, SECRET_NAMES, Settings, demo_settings, env_name, load_settings
from service.settings_listed import describe, env_file_values

T = TypeVar("T")
ADDRESS_FILE: Final = "address"
DEFAULT_DATA_DIR: Final = Path(".pamoja")
DEFAULT_PORT: Final = 8000
LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")


def data_dir() -> Path:
    """The folder of the demo and its embedded database, by PAMOJA_DATA_DIR or the default."""
    name = env_name("data_dir")
    written = os.environ.get(name) or env_file_values().get(name)
    return Path(written) if written else DEFAULT_DATA_DIR


def operator_settings() -> Settings:
    """The programme's settings; where none are given and a demo is running in our folder, the demo's.

    Raises SettingsError.
    """
    return running_demo() or load_settings()


def running_demo() -> Settings | None:
    """The settings of the demo that runs on our data folder, unless somebody set up a programme of their own."""
    from service.embedded.server import running_dsn

    ours = {env_name(name) for name in (*SECRET_NAMES, "database_url", "at_api_key")}
    if any(line.is_set for line in describe() if line.env in ours):
        return None
    folder = data_dir()
    dsn = running_dsn(folder)
    if dsn is None:
        return None
    return demo_settings(folder, urlsplit(demo_address(folder)).port or DEFAULT_PORT, database_url=dsn)


def demo_address(folder: Path) -> str:
    """Where the demo of this folder serves, or served last."""
    try:
        return (folder / ADDRESS_FILE).read_text(encoding="utf-8").strip()
    except OSError:
        return f"http://127.0.0.1:{DEFAULT_PORT}"


def log_level(usual: str) -> str:
    """How much is logged: PAMOJA_LOG_LEVEL, or what is usual for the command. Raises UserError."""
    level = os.environ.get(f"{PREFIX}LOG_LEVEL", "").upper() or usual
    if level not in LOG_LEVELS:
        raise UserError(f"{PREFIX}LOG_LEVEL cannot be used: write one of {', '.join(LOG_LEVELS)}.")
    return level


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it on uvloop, where there is one, and give its result."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)
