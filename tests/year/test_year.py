"""A year of 200 mothers through the real loop, database, line and texts, and everything that is promised of it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from service.embedded.server import create_database, drop_database, with_database
from service.settings import demo_settings
from service.wiring import ensure_ready, open_services
from tests.year import checks
from tests.year.checks import World
from tests.year.year import live

MOTHERS = 200


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The year, lived once for all that is asked of it."""
    await create_database(database_server, "year", migrated_template)
    settings = demo_settings(
        tmp_path_factory.mktemp("year"), 8000, database_url=with_database(database_server, "year")
    )
    async with open_services(settings) as services:
        await ensure_ready(services, publish=True)
        yield World(services, await live(services, MOTHERS))
    await drop_database(database_server, "year")


def test_much_happens_in_it(world: World) -> None:
    happened = {one.kind for one in world.ledger.entries}
    assert happened >= {
        "joined", "wrote", "dialled", "rang", "came", "absent", "birth", "pregnancy_lost", "baby_died", "weaned", "stop",
        "start", "wrong_person", "checked", "number_left", "new_number", "away", "back", "danger", "daily",
    }  # fmt: skip
    assert {what for _, _, what in world.ledger.staff} >= {
        "forgets",
        "leave",
        "phone lost",
        "new handset",
        "answers 2",
    }
    assert any(not one.arrived for one in world.ledger.texts)
    assert len(world.ledger.numbers) == MOTHERS
    assert len(world.ledger.texts) > 10 * MOTHERS


@pytest.mark.parametrize("check", checks.ALL, ids=lambda one: one.__name__)
async def test_it_holds(world: World, check: checks.Check) -> None:
    wrong = await check(world)
    assert not wrong, "\n".join([f"{len(wrong)} findings", *wrong[:12], "", world.ledger.counts()])
