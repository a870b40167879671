"""What the tests of pages share: signing in as anybody, forms as a browser would send them, counting statements."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
from asyncpg.pool import PoolConnectionProxy

from tests.integration.simulator.town import Town


def form_token(html: str) -> str:
    """What this session's forms carry."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', html)
    assert found is not None
    return found[1]


@asynccontextmanager
async def browser(
    town: Town, role: str = "supervisor", *, staff: bool = True
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser signed in with this role, in the supervisor's name unless told otherwise."""
    async with town.client() as opened:
        code = await town.sign_in(role, staff=staff, email=f"{role}-{staff}@example.org")
        assert (await opened.post("/login", data={"code": code})).status_code == 303
        yield opened


async def send(page: httpx.AsyncClient, path: str, on: str = "/", **fields: Any) -> httpx.Response:
    """Send a form of the page ``on`` to ``path``: as pressing its button would."""
    token = form_token((await page.get(on)).text)
    return await page.post(path, data=fields | {"form_token": token})


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The statements asyncpg sends to PostgreSQL meanwhile: transactions begin and end by another way."""
    said: list[str] = []
    kept = {name: getattr(PoolConnectionProxy, name) for name in ("fetch", "fetchrow", "fetchval", "execute")}

    def counting(original: Any) -> Any:
        def call(self: Any, query: str, *args: Any, **options: Any) -> Any:
            said.append(query)
            return original(self, query, *args, **options)

        return call

    for name, original in kept.items():
        setattr(PoolConnectionProxy, name, counting(original))
    try:
        yield said
    finally:
        for name, original in kept.items():
            setattr(PoolConnectionProxy, name, original)
