"""Whose PIN was typed, and whether a chosen one may be had: the slow half of a hop, off the event loop."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.events import Event, MotherSetUp, PinChanged, StaffSetUp
from service.database import Pool
from service.security.pins import PinChecker
from service.ussd import code_tries, pin_tries
from service.ussd.call import Call
from service.ussd.load import KnownPerson

PEOPLE_ON_A_NUMBER = 4
"""Hashes computed for every typed PIN, known caller or not, so that the time tells nothing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is looked up beside the facts: whose PIN it was, whether a new one is taken, a spare set-up code.

    ``code_allowed`` says that the set-up code just typed may count: this number has not guessed too often.
    ``spare_slip`` is drawn anew each time: six digits, for a slip that lasts for weeks and is typed at any clinic.
    """

    pin_person: int | None = None
    pin_taken: bool = False
    code_allowed: bool = False
    spare_code: str | None = None
    spare_slip: str = field(default_factory=lambda: str(100_000 + secrets.randbelow(900_000)))


class PinCheck:
    """Checks PINs against the people on the calling number, within each one's tries for the day."""

    def __init__(self, pool: Pool, pins: PinChecker) -> None:
        self._pool = pool
        self._pins = pins

    async def person(self, call: Call, people: Sequence[KnownPerson], pressed: str) -> int | None:
        """The person whose PIN this is, or None. Counts a try for everyone with a PIN on the number."""
        with_pin = {p.id: p.pin_hash for p in people if p.pin_hash is not None}
        allowed = await pin_tries.allow(self._pool, call, list(with_pin)) if with_pin else set()
        hashes = {id_: hash_ for id_, hash_ in with_pin.items() if id_ in allowed}
        match = await self._pins.verify(pressed, list(hashes.values()), declared=PEOPLE_ON_A_NUMBER)
        if match is None:
            return None
        await pin_tries.forget(self._pool, call)
        return list(hashes)[match]

    async def is_taken(self, call: Call, others: Sequence[KnownPerson], pressed: str) -> bool:
        """Whether one of the others on this number has this PIN already: it would tell nobody apart.

        The answer tells as much as a guess, so it is counted as one; after too many it is always yes.
        """
        with_pin = {p.id: p.pin_hash for p in others if p.pin_hash is not None}
        if not with_pin:
            return False
        if await pin_tries.allow(self._pool, call, list(with_pin)) != set(with_pin):
            return True
        return await self._pins.is_taken(pressed, list(with_pin.values()))

    async def code_allowed(self, call: Call, *, found: bool) -> bool:
        """Whether a set-up code typed on this number may count; see ``code_tries``."""
        return await code_tries.allow(self._pool, call, found=found)

    async def hash_chosen(self, events: Sequence[Event]) -> dict[int, str]:
        """The hash of each PIN chosen on this hop, by the person who chose it."""
        chosen = [one for event in events if (one := _chosen(event)) is not None]
        return {person: await self._pins.hash_pin(pin) for person, pin in chosen}


def _chosen(event: Event) -> tuple[int, str] | None:
    """Whose new PIN an event brings, and which; None for any other event."""
    match event:
        case (
            MotherSetUp(mother_id=person, pin=pin)
            | PinChanged(person_id=person, pin=pin)
            | StaffSetUp(person_id=person, pin=pin)
        ):
            return person, pin
    return None
