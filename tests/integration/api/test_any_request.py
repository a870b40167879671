"""Whatever is sent, the API answers as it says of itself: made-up requests of every operation, drawn by Schemathesis."""

import asyncio
from collections.abc import Sequence
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.app import create_asgi
from tests.integration.api.conftest import key_of
from tests.integration.simulator.town import Town

EXAMPLES = 6
DESCRIPTION = "/api/v1/openapi.json"

# A shape cannot say which days are possible beside each other: what cannot be is refused, with words for each field.
NOT_SAID_BY_A_SHAPE = [positive_data_acceptance]


class Bridge:
    """The application as Schemathesis calls it, from a thread and a loop of its own; it runs where its database is."""

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop) -> None:
        self._app, self._loop = app, loop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("only requests are sent here")
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answered = asyncio.run_coroutine_threadsafe(self._answer(dict(scope), body), self._loop)
        for message in await asyncio.wrap_future(answered):
            await send(message)

    async def _answer(self, scope: dict[str, Any], body: bytes) -> Sequence[Message]:
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        await self._app(scope, receive, send)
        return said


def try_everything(app: Bridge, key: str) -> dict[str, int]:
    """Send made-up requests, right ones and wrong ones, to every operation; how many answers had each status."""
    schema = schemathesis.openapi.from_asgi(DESCRIPTION, app)
    seen: dict[str, int] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def check(case: Any) -> None:
                answer = case.call_and_validate(
                    headers={"Authorization": f"Bearer {key}"}, excluded_checks=NOT_SAID_BY_A_SHAPE
                )
                name = f"{case.method} {case.path} {answer.status_code}"
                seen[name] = seen.get(name, 0) + 1

            check()
    return seen


async def test_every_operation_answers_as_described(town: Town) -> None:
    _, key = await key_of(town, "read", "write", "act", per_minute=100_000)
    app = Bridge(create_asgi(town.services), asyncio.get_running_loop())
    seen = await asyncio.to_thread(try_everything, app, key)
    assert len({name.rpartition(" ")[0] for name in seen}) == 6
    assert {name.rpartition(" ")[2] for name in seen} >= {"200", "404", "422"}
    assert await town.services.pool.fetchval("SELECT count(*) FROM message") == 0
