"""A file of secrets that is made once, readable by its owner alone, and the same for everybody who starts at once."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from dotenv import dotenv_values


def read_or_make(path: Path, fresh: Callable[[], str]) -> Mapping[str, str | None]:
    """Read NAME=value lines from `path`; when it is not there, write what `fresh` returns first (mode 0600)."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _place(path, fresh())
    return dotenv_values(path, interpolate=False)


def _place(path: Path, lines: str) -> None:
    """Put a whole file in place at once; whoever comes second leaves the first one's."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(lines)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
