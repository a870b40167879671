"""Africa's Talking through its official SDK, with the SDK's transport replaced by one pooled, bounded session.

The SDK (2.0.3) opens a new connection for every call, drops the HTTP status, loses the body of a refusal and parses
JSON only under one exact content type; all of that is in `_make_request`, which is the one thing overridden here.
"""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from africastalking.Application import ApplicationService
from africastalking.Service import APIService
from africastalking.SMS import SMSService

from service.gateway.answers import Meaning, for_all, read_balance, read_receipts
from service.gateway.base import Balance, Outcome, Receipt, check_call, is_e164
from service.gateway.wire import NETWORK_FAULTS, Answer, Call, Fault, Wire, fault_of, watching

log = logging.getLogger(__name__)


class _OverWire(APIService):
    """An SDK service whose requests go through a Wire and whose answers come back whole."""

    def __init__(self, username: str, api_key: str, wire: Wire, base_url: str | None) -> None:
        super().__init__(username, api_key)
        self._wire = wire
        if base_url is not None:
            self._baseUrl = self._contentUrl = base_url.rstrip("/").removesuffix("/version1") + "/version1"

    def _make_request(
        self,
        url: str,
        method: str,
        headers: dict[str, str],
        data: dict[str, Any] | None,
        params: dict[str, str] | None,
        callback: None = None,
        timeout: Any = None,
    ) -> Answer:
        """The HTTP answer whole. `timeout` is the wire's to set; `callback` (a thread for each call) is not offered."""
        return self._wire.fetch(method, url, headers, data, params)


class _Messages(_OverWire, SMSService):
    pass


class _Account(_OverWire, ApplicationService):
    pass


class AfricasTalking:
    """The Gateway of Africa's Talking.

    `username` "sandbox" goes to its sandbox. `sender_id` None leaves its shared default. `base_url` points elsewhere
    (https, or http at a loopback address). `slots` calls run at once. Timeouts in seconds: `connect_timeout`,
    `read_timeout` (longest silence) and `total_timeout` (the whole call, after which it is cut off).
    Raises ValueError naming the setting and its remedy."""

    name = "africastalking"

    def __init__(
        self,
        username: str,
        api_key: str,
        sender_id: str | None = None,
        *,
        base_url: str | None = None,
        max_recipients: int = 100,
        slots: int = 16,
        connect_timeout: float = 3.05,
        read_timeout: float = 9.05,
        total_timeout: float = 15.0,
    ) -> None:
        _check_word(username, "PAMOJA_AT_USERNAME")
        _check_word(api_key, "PAMOJA_AT_API_KEY")
        self.max_recipients = max_recipients
        self.slots = slots
        self.loopback = base_url is not None and _check_base_url(base_url)
        self._sender_id = sender_id
        self._total_timeout = total_timeout
        self._wire = Wire(slots, connect_timeout, read_timeout, trust_env=not self.loopback)
        self._messages = _Messages(username, api_key, self._wire, base_url)
        self._account = _Account(username, api_key, self._wire, base_url)
        self._threads = ThreadPoolExecutor(slots, thread_name_prefix="africastalking")
        self._free = asyncio.Semaphore(slots)
        self._running: set[asyncio.Future[Answer | Fault]] = set()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """One of `slots` calls; see Gateway.slot."""
        async with self._free:
            yield

    async def send(self, recipients: Sequence[str], text: str) -> list[Receipt]:
        """See Gateway.send. A recipient that is not E.164 is rejected here and the others are sent."""
        check_call(recipients, self.max_recipients)
        if not _can_carry(text):
            return for_all(recipients, Meaning(Outcome.REJECTED, "unusable_text"))
        valid = [number for number in recipients if is_e164(number)]
        receipts = dict(zip(valid, await self._send_valid(valid, text), strict=True))
        invalid = Receipt(Outcome.REJECTED, reason="invalid_number")
        return [receipts.get(number, invalid) for number in recipients]

    async def balance(self) -> Balance | None:
        """Money left, or None when it could not be read; waits for a slot like any call."""
        async with self.slot():
            answer = await self._run(self._account.fetch_application_data)
        return read_balance(answer.status, answer.body) if isinstance(answer, Answer) else None

    async def close(self) -> None:
        """Wait for calls under way (each bounded by its timeouts), then release threads and connections."""
        if self._running:
            await asyncio.wait(set(self._running), timeout=self._total_timeout)
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._wire.close()

    async def _send_valid(self, numbers: list[str], text: str) -> list[Receipt]:
        if not numbers:
            return []
        answer = await self._run(
            lambda: self._messages.send(text, numbers, sender_id=self._sender_id or None, enqueue=True)
        )
        if isinstance(answer, Answer):
            return read_receipts(answer.status, answer.body, numbers)
        outcome = Outcome.UNKNOWN if answer.in_doubt else Outcome.TRY_LATER
        return for_all(numbers, Meaning(outcome, answer.reason, account_wide=True))

    async def _run(self, work: Callable[[], Answer]) -> Answer | Fault:
        """Do the work in a thread, within the total timeout. Cancelled before its first byte, it never sends one."""
        call = Call()
        future = asyncio.get_running_loop().run_in_executor(self._threads, _guarded, call, work)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        try:
            done, _ = await asyncio.wait({future}, timeout=self._total_timeout)
        except asyncio.CancelledError:
            call.give_up(hang_up=False)
            raise
        if done:
            return future.result()
        return Fault("timeout", in_doubt=call.give_up())


def _guarded(call: Call, work: Callable[[], Answer]) -> Answer | Fault:
    with watching(call):
        try:
            return work()
        except NETWORK_FAULTS as error:
            fault = fault_of(error, call.started)
            # The class only: the message of a network error may quote the request.
            log.warning("gateway call failed: %s (%s)", fault.reason, type(error).__name__)
            return fault


def _can_carry(text: str) -> bool:
    """Whether there is anything to send and UTF-8 can hold it (a lone surrogate cannot be sent)."""
    return bool(text) and not any("\ud800" <= char <= "\udfff" for char in text)


def _check_word(value: str, setting: str) -> None:
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError(
            f"{setting} is empty or holds a space or a special character; copy it again from the portal."
        )


def _check_base_url(url: str) -> bool:
    """Whether the URL is at a loopback address. Raises ValueError when it would carry the key in the clear."""
    parts = urlsplit(url)
    try:
        loopback = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = False
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        raise ValueError("PAMOJA_AT_BASE_URL must begin with https:// (http:// only at a loopback address).")
    return loopback
