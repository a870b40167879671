"""What every SMS gateway promises the sender: one receipt per recipient, in order, whatever the network does."""

import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Outcome(StrEnum):
    """What the gateway did with one recipient's text."""

    ACCEPTED = "accepted"
    """The gateway has it; a delivery report may follow."""
    REJECTED = "rejected"
    """Refused for good: the same text to the same number will be refused again."""
    TRY_LATER = "try_later"
    """Certainly not sent: trying again cannot send it twice."""
    UNKNOWN = "unknown"
    """In doubt: it may have been sent. The message class decides (never resend, resend, or wait for the report)."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome for one recipient.

    `gateway_id` is the gateway's message id, unique within one answer, or None when it gave none.
    `reason` is a short machine word ("insufficient_balance", "opted_out", "timeout", "http_500"), never a number
    or a text. `account_wide` says that the trouble is not this recipient's: the next call would very likely meet
    it too, so the sender should pause before it claims or loses more.
    """

    outcome: Outcome
    gateway_id: str | None = None
    reason: str | None = None
    account_wide: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """Money left in the gateway account; `currency` as the gateway writes it, such as "KES"."""

    amount: Decimal
    currency: str


class Gateway(Protocol):
    """A way out for SMS.

    `name` is stored beside message ids. `slots` is how many calls may run at once. `loopback` is True when nothing
    given to it can leave this machine (the simulator, or a fake at a loopback address): only such a gateway may
    carry draft content or live on the stepped clock.
    """

    @property
    def name(self) -> str: ...
    @property
    def max_recipients(self) -> int: ...
    @property
    def slots(self) -> int: ...
    @property
    def loopback(self) -> bool: ...

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Hold one of `slots` while inside. Enter it before committing the state `sending`, and call `send` once
        inside: then the first byte leaves at once and no row waits in doubt for a free thread."""
        ...

    async def send(self, recipients: Sequence[str], text: str) -> list[Receipt]:
        """Send one text to up to `max_recipients` distinct E.164 numbers.

        Returns one receipt per recipient in the order asked; never raises for what the gateway or the network did.
        Duplicates and too many recipients are the caller's mistake: AssertionError. Never retries by itself."""
        ...

    async def balance(self) -> Balance | None:
        """What is left in the account, or None when the gateway cannot or will not say."""
        ...

    async def close(self) -> None:
        """Let calls under way end within their timeouts, then release threads and connections."""
        ...


def is_e164(number: str) -> bool:
    """Whether it is `+`, then 7 to 15 ASCII digits not beginning with 0 (ITU-T E.164), and nothing else."""
    return _E164.fullmatch(number) is not None


def check_call(recipients: Sequence[str], max_recipients: int) -> None:
    """Raise AssertionError (without any number in it) when the caller broke the rules of `Gateway.send`."""
    if len(recipients) > max_recipients:
        raise AssertionError(f"{len(recipients)} recipients in one call; the limit is {max_recipients}")
    if len(set(recipients)) != len(recipients):
        raise AssertionError("the same recipient twice in one call")
