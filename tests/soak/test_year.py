"""R14: a year of 2,000 mothers through the real loop, and everything that is promised of it."""

from pathlib import Path

import pytest

from service.settings import demo_settings
from service.wiring import ensure_ready, open_services
from tests.soak.kit import scaled
from tests.year import checks
from tests.year.checks import World
from tests.year.year import live

pytestmark = pytest.mark.soak

MOTHERS = scaled(2000, 60)
SEED = 20261122


async def test_a_year_of_many_mothers(database_url: str, tmp_path: Path) -> None:
    async with open_services(demo_settings(tmp_path, 8000, database_url=database_url)) as services:
        await ensure_ready(services, publish=True)
        world = World(services, await live(services, MOTHERS, SEED))
        wrong = [f"{check.__name__}: {one}" for check in checks.ALL for one in await check(world)]
        assert not wrong, "\n".join([f"{len(wrong)} findings", *wrong[:40], "", world.ledger.counts()])
        assert len(world.ledger.texts) > 10 * MOTHERS
