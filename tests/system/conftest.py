"""The small town and the demo's people behind the real pages, served to a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.simulator.town import Town
from tests.system.browsing import Site
from tests.system.made_up import Demo, served, town_served


@pytest.fixture
def site(database_server: str, migrated_template: str, tmp_path: Path) -> Iterator[Site[Town]]:
    with town_served(database_server, migrated_template, tmp_path) as site:
        yield site


@pytest.fixture(scope="session")
def demo(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site[Demo]]:
    """The demo's people, whom all tests share."""
    with served(database_server, migrated_template, tmp_path_factory.mktemp("demo")) as site:
        yield site
