"""The real application on a real database, spoken to through its whole stack of layers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from service.app import create_asgi
from service.settings import Settings, demo_settings
from service.wiring import Services, ensure_ready, open_services

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
"""Where the stepped clock of these tests stands."""


@pytest.fixture
def settings(tmp_path: Path, published_url: str) -> Settings:
    """The demo's settings on this test's own database."""
    return demo_settings(tmp_path, 8000, database_url=published_url)


@pytest_asyncio.fixture(loop_scope="session")
async def services(settings: Settings) -> AsyncIterator[Services]:
    """Everything a web process works with; content published, nobody enrolled."""
    async with open_services(settings) as opened:
        await opened.pool.execute(
            "INSERT INTO stepped_clock (id, now) VALUES (1, $1) ON CONFLICT DO NOTHING", NOW
        )
        await ensure_ready(opened)
        yield opened


def client_of(services: Services, *, peer: str = "127.0.0.1", **options: Any) -> httpx.AsyncClient:
    """A client of the application, from the address `peer`."""
    transport = httpx.ASGITransport(create_asgi(services), raise_app_exceptions=True, client=(peer, 40000))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", **options)


@pytest_asyncio.fixture(loop_scope="session")
async def client(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client on this machine."""
    async with client_of(services) as opened:
        yield opened


@pytest.fixture
def hooks(services: Services) -> str:
    """The address every webhook of this service begins with."""
    return f"/hooks/{services.settings.tokens[0]}/africastalking"
