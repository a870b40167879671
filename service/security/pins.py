"""PINs: an HMAC with the pepper, then Argon2id, and the same work whether or not the caller is known."""

import asyncio
import base64
import hmac
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError, VerifyMismatchError

T = TypeVar("T")

PEPPER_BYTES = 32
SHORTEST_PIN = 4
PINS = b"pamoja pin\x00"
PASSWORDS = b"pamoja password\x00"
"""What the pepper is used for: a PIN and a password of the same letters have nothing in common."""
_KEYPAD_COLUMN = frozenset({"2580", "0852"})


def full_strength() -> PasswordHasher:
    """What PINs are hashed by."""
    # OWASP's second Argon2id choice: 2 passes, 19 MiB, one lane; 33 ms on two cores. Ten thousand PINs fall
    # in minutes to whoever holds the hashes, whatever the cost: the pepper, kept outside the database, is the wall.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


_HASHER = full_strength()


class PinsBusyError(Exception):
    """More PINs are waiting to be checked than could be answered within a USSD session."""

    def __init__(self) -> None:
        super().__init__("Too many PINs are being checked at once: ask the caller to try again in a minute.")


class Pins:
    """Hashes and checks PINs, or passwords, under one pepper. Each call blocks for about 33 ms a hash."""

    def __init__(self, pepper: bytes, domain: bytes = PINS) -> None:
        """Take the 32-byte pepper. Raises ValueError for any other length."""
        if len(pepper) != PEPPER_BYTES:
            raise ValueError(f"the PIN pepper must be {PEPPER_BYTES} bytes")
        self._pepper = pepper
        self._domain = domain

    @cached_property
    def _dummy(self) -> str:
        """A hash that nothing matches, made when first something is checked."""
        return self.hash_pin("no such person")

    def __repr__(self) -> str:
        return "Pins()"

    def hash_pin(self, pin: str) -> str:
        """A salted Argon2id hash to store for this PIN."""
        return _HASHER.hash(self._peppered(pin))

    def verify(self, pin: str, hashes: Sequence[str], *, declared: int = 1) -> int | None:
        """Tell whose PIN this is.

        `hashes` are those of the people on the number; `declared` is how many are checked at the least, so
        that a number with nobody takes as long as one with somebody. Every hash is always checked. Returns
        the position of the one that matches; None when none does, and also when two do, because then the
        PIN cannot say who is calling.
        """
        peppered, _ = self._peppered(pin), self._dummy
        matches = [place for place, stored in enumerate(hashes) if self._matches(stored, peppered)]
        for _ in range(declared - len(hashes)):
            self._matches(self._dummy, peppered)
        return matches[0] if len(matches) == 1 else None

    def is_taken(self, pin: str, hashes: Sequence[str]) -> bool:
        """Whether somebody on the same number already has this PIN; ask before storing a new one."""
        peppered = self._peppered(pin)
        return True in [self._matches(stored, peppered) for stored in hashes]

    def _peppered(self, pin: str) -> bytes:
        digest = hmac.digest(self._pepper, self._domain + pin.encode("utf-8", "surrogatepass"), "sha256")
        return base64.b64encode(digest)

    def _matches(self, stored: str, peppered: bytes) -> bool:
        try:
            return _HASHER.verify(stored, peppered)
        except VerifyMismatchError:
            return False
        except (Argon2Error, InvalidHashError, UnicodeEncodeError):
            # A damaged hash matches nothing, and must not answer faster than a whole one.
            self._matches(self._dummy, peppered)
            return False


class PinChecker:
    """The same questions for the event loop, on a few threads and with a bounded queue."""

    def __init__(self, pins: Pins, *, threads: int = 2, waiting: int = 64) -> None:
        """`waiting` is how many may be queued or running; at 33 ms each, 64 on two threads is about a second."""
        self._pins = pins
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="pin")
        self._room = threading.BoundedSemaphore(waiting)

    async def hash_pin(self, pin: str) -> str:
        """See `Pins.hash_pin`. Raises PinsBusyError."""
        return await self._run(lambda: self._pins.hash_pin(pin))

    async def verify(self, pin: str, hashes: Sequence[str], *, declared: int = 1) -> int | None:
        """See `Pins.verify`. Raises PinsBusyError."""
        return await self._run(lambda: self._pins.verify(pin, hashes, declared=declared))

    async def is_taken(self, pin: str, hashes: Sequence[str]) -> bool:
        """See `Pins.is_taken`. Raises PinsBusyError."""
        return await self._run(lambda: self._pins.is_taken(pin, hashes))

    def close(self) -> None:
        """Drop what waits and let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._room.acquire(blocking=False):
            raise PinsBusyError
        future = self._pool.submit(work)
        # A caller who hangs up does not free the thread: the room comes back when the work is over.
        future.add_done_callback(lambda _: self._room.release())
        return await asyncio.wrap_future(future)


def is_weak(pin: str) -> bool:
    """Whether a PIN is among the first anybody would try, or is not a PIN at all.

    Weak are: fewer than four digits, anything but ASCII digits, one digit or one pair repeated, a run up or
    down (also past 9), and the keypad's middle column.
    """
    if len(pin) < SHORTEST_PIN or not (pin.isascii() and pin.isdigit()):
        return True
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    is_run = steps in ({0}, {1}, {9})
    is_pair_repeated = len(pin) % 2 == 0 and pin == pin[:2] * (len(pin) // 2)
    return is_run or is_pair_repeated or pin in _KEYPAD_COLUMN
