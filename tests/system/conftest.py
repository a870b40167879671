"""The small town behind the real pages, served to a browser."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.embedded.server import create_database, drop_database, with_database
from tests.integration.simulator.town import Town, open_town
from tests.system.browsing import Site
from tests.system.made_up import Demo, served


@pytest.fixture
def site(database_server: str, migrated_template: str, tmp_path: Path) -> Iterator[Site[Town]]:
    name = f"pages_{tmp_path.name.replace('-', '_')}"[:60]
    asyncio.run(create_database(database_server, name, migrated_template))
    url = with_database(database_server, name)
    with Site(lambda address: open_town(tmp_path, url, public_url=address, clinic="Riverside")) as served:
        yield served
    asyncio.run(drop_database(database_server, name))


@pytest.fixture(scope="session")
def demo(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site[Demo]]:
    """The demo's people, whom all tests share."""
    with served(database_server, migrated_template, tmp_path_factory.mktemp("demo")) as site:
        yield site
