"""How the watchdog tells somebody outside: a POST to ALARM_URL, and a text to ALARM_MSISDN."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx

from service.gateway.base import Gateway, Outcome
from service.logs import get_logger
from service.watch.alarms import RaisedAlarm

ATTEMPTS: Final = 4
FIRST_WAIT_SECONDS: Final = 1.0
WORDS: Final = {
    ("loop", "raised"): "the loop has not moved for 5 minutes: look at the worker.",
    ("backlog", "raised"): "work that is due is not done: look at the gateway and the worker.",
    ("database", "raised"): "the database cannot be reached.",
}

log = get_logger(__name__)


class Tellers:
    """Tells by every way that is set up. With none, nothing is ever told, and the red row remains."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        alarm_url: str | None,
        *,
        gateway: Gateway | None = None,
        alarm_number: str | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`alarm_number` is E.164; `gateway` carries the text to it."""
        self._client = client
        self._url = alarm_url
        self._gateway = gateway
        self._number = alarm_number
        self._pause = pause
        self._texted: set[tuple[int, str]] = set()

    async def tell(self, alarm: RaisedAlarm, status: str) -> bool:
        """Whether somebody has it now. `status` is "raised" or "cleared"."""
        texted = await self._text(alarm, status)
        posted = await self._post(alarm, status)
        return posted if self._url else texted

    async def _post(self, alarm: RaisedAlarm, status: str) -> bool:
        if self._url is None:
            return False
        wait = FIRST_WAIT_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            if await self._posted(as_json(alarm, status)):
                return True
            if attempt < ATTEMPTS:
                await self._pause(wait)
                wait *= 2
        log.error("nobody answers at the alarm address", attempts=ATTEMPTS)
        return False

    async def _posted(self, alarm: dict[str, Any]) -> bool:
        try:
            answer = await self._client.post(self._url or "", json=alarm)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            log.warning("alarm could not be posted", exc_info=error)
            return False
        return answer.is_success

    async def _text(self, alarm: RaisedAlarm, status: str) -> bool:
        """Text each alarm once, and only its beginning: its end is on the page."""
        if self._gateway is None or self._number is None or status != "raised":
            return False
        key = (alarm.id, alarm.kind)
        if key not in self._texted:
            words = WORDS.get((alarm.kind, status), "something needs a person: see the Today page.")
            async with self._gateway.slot():
                [receipt] = await self._gateway.send([self._number], f"Service alarm: {words}")
            if receipt.outcome is Outcome.ACCEPTED:
                self._texted.add(key)
        return key in self._texted


def as_json(alarm: RaisedAlarm, status: str) -> dict[str, Any]:
    """What is posted: nothing in it is personal."""
    return {
        "service": "pamoja",
        "status": status,
        "kind": alarm.kind,
        "subject": alarm.subject,
        "raised_at": alarm.raised_at.isoformat(),
    }
