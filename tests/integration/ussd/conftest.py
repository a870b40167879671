"""A USSD line on a real database: the made-up gateway's forms in, bytes out, no web server between."""

import asyncio
from collections.abc import Callable

import pytest_asyncio

from service.ussd.line import UssdLine
from service.wiring import Services

NUMBER = "+254700000042"


class Handset:
    """A phone that dials: keeps the text Africa's Talking would accumulate."""

    def __init__(self, line: UssdLine, number: str, session_id: str) -> None:
        self.line = line
        self.number = number
        self.session_id = session_id
        self.text = ""

    async def post(self, text: str) -> str:
        """One hop with exactly this text."""
        form = {
            "sessionId": self.session_id,
            "phoneNumber": self.number,
            "serviceCode": "*384#",
            "text": text,
        }
        return (await self.line.answer(form, "simulator")).decode()

    async def dial(self, text: str = "") -> str:
        self.text = text
        return await self.post(text)

    async def type(self, pressed: str) -> str:
        self.text = f"{self.text}*{pressed}" if self.text else pressed
        return await self.post(self.text)

    async def walk(self, *keys: str) -> str:
        """Dial and press each key; return the last reply."""
        reply = await self.dial()
        for key in keys:
            reply = await self.type(key)
        return reply

    async def ten_times(self, text: str) -> set[str]:
        """The same hop ten times at once; the distinct replies."""
        return set(await asyncio.gather(*(self.post(text) for _ in range(10))))


@pytest_asyncio.fixture(loop_scope="session")
async def line(services: Services) -> UssdLine:
    return services.line


@pytest_asyncio.fixture(loop_scope="session")
async def dial(line: UssdLine) -> Callable[..., Handset]:
    """Make handsets: each call is a new session, of the same number unless told otherwise."""
    count = iter(range(1, 10_000))

    def handset(number: str = NUMBER, session_id: str | None = None, on: UssdLine = line) -> Handset:
        return Handset(on, number, session_id or f"ATUid_{next(count)}")

    return handset
