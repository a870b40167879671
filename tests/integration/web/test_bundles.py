"""Publishing: every process switches, sessions keep theirs, and there is always exactly one current version."""

import asyncio
import copy
from typing import Any

import pytest

from flows.bundle import BundleError
from service.content.bundles import Bundles, NoBundleError
from service.content.files import read_tables
from service.database import create_pool
from service.wiring import Services, open_services
from tests.integration.web.conftest import NOW


def reworded(text: str) -> dict[str, Any]:
    tables = copy.deepcopy(read_tables())
    tables["words"]["nav.more"] = text
    return tables


async def until(services: Services, sha256: str) -> None:
    """Wait at most ten seconds for this process to have switched."""
    for _ in range(1000):
        if services.bundles.current().sha256 == sha256:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never switched")


@pytest.mark.usefixtures("apart")
async def test_another_process_switches_and_can_still_read_the_old_version(services: Services) -> None:
    async with open_services(services.settings) as other:
        before = other.bundles.current().sha256
        published = await services.bundles.publish(reworded("Next"), NOW)
        await until(other, published.sha256)
        assert (await other.bundles.get(before)).sha256 == before
        assert other.deps().bundle.sha256 == published.sha256
        again = await other.bundles.publish(read_tables(), NOW)
        assert again.sha256 == before
        await until(services, before)


async def test_publishers_at_once_leave_one_current_version(services: Services) -> None:
    await asyncio.gather(*(services.bundles.publish(reworded(f"More {number}"), NOW) for number in range(5)))
    assert await services.pool.fetchval("SELECT count(*) FROM bundle WHERE current") == 1
    assert await services.pool.fetchval("SELECT count(*) FROM bundle") == 6


async def test_content_that_cannot_be_compiled_changes_nothing(services: Services) -> None:
    before = services.bundles.current().sha256
    broken = read_tables()
    broken["screens"]["home"]["option"][0]["goto"] = "nowhere"
    with pytest.raises(BundleError, match="nowhere"):
        await services.bundles.publish(broken, NOW)
    assert services.bundles.current().sha256 == before
    assert await services.pool.fetchval("SELECT count(*) FROM bundle") == 1


async def test_what_another_database_holds_is_not_published_here(
    services: Services, database_url: str
) -> None:
    pool = await create_pool(database_url)
    with pytest.raises(NoBundleError):
        await Bundles(pool, "KE").get(services.bundles.current().sha256)
    await pool.close()


async def test_what_is_read_again_is_not_compiled_again(services: Services) -> None:
    again = Bundles(services.pool, services.settings.country)
    await again.refresh()
    assert again.current() is services.bundles.current()
    elsewhere = Bundles(services.pool, "ZA")
    await elsewhere.refresh()
    assert elsewhere.current().languages != again.current().languages


async def test_what_was_never_published_is_said_to_be_missing(services: Services) -> None:
    with pytest.raises(NoBundleError, match="pamoja publish"):
        await services.bundles.get("0" * 64)
    with pytest.raises(NoBundleError):
        Bundles(services.pool, "KE").current()
