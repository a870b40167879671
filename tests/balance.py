"""Which tests a worker of pytest-xdist runs together, and in which order, so that all workers end at about the same time."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

LONGEST = (
    "tests/year/",
    "tests/journeys/",
    "tests/unit/faults/",
    "tests/unit/lint/",
    "tests/integration/test_embedded.py",
    "tests/integration/test_processes.py",
    "tests/integration/test_guide.py",
    "tests/integration/test_publishing.py",
    "tests/integration/demo/",
    "tests/integration/test_nothing_leaks.py",
    "tests/integration/test_doctor.py",
    "tests/unit/test_content_properties.py",
    "tests/unit/test_cli.py",
    "tests/crash/",
    "tests/integration/ussd/",
    "tests/integration/",
)
"""What takes long, the longest first: begun last, one of these would leave the other workers with nothing to do."""

TOGETHER = ("tests/integration/demo/", "tests/unit/faults/", "tests/unit/lint/")
"""Folders whose modules share something that takes seconds to make: one worker makes it once."""


def longest_first(items: list[pytest.Item]) -> None:
    """Put these tests in order; those of one module stay as they are."""
    items.sort(key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((place for place, begins in enumerate(LONGEST) if nodeid.startswith(begins)), len(LONGEST))


class Balanced(LoadScopeScheduling):
    """A module at a time, or a whole folder of those that belong together, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((folder for folder in TOGETHER if nodeid.startswith(folder)), None)
        scope: str = super()._split_scope(nodeid)
        return folder or scope


def scheduler(config: pytest.Config, log: Any) -> Balanced:
    """What `-n` hands out tests by."""
    config.option.loadscopereorder = False
    return Balanced(config, log)
