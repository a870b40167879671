"""One hop's steps on stored rows, shared by the group and by the hop served alone."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flows.bundle import Bundle
from flows.events import CheckInAnswered
from flows.facts import Facts
from flows.inputs.typed import normalise
from flows.types import SessionState
from service.apply import Origin, apply
from service.apply.deps import Deps
from service.apply.together import all_fine
from service.content.bundles import Bundles
from service.database import Connection, wait_at_most
from service.security.sealing import Sealer
from service.store.expected_days import days_last
from service.ussd.call import Call, typed
from service.ussd.load import Row
from service.ussd.person_facts import Own, load_own
from service.ussd.pin_check import Checked
from service.ussd.places import Places
from service.ussd.save import Answer, save
from service.ussd.think import answer, earlier_state, facts_of, kept_reply, open_state
from service.ussd.trying import with_changes
from service.ussd.wanted import Wanted

TOGETHER_WAITS = "1s"
ALONE_WAITS = "3s"
"""How long a hop waits for rows that another transaction holds: in a group, where all others wait with it, and
alone, where the gateway gives up after ten seconds. Then it ends politely, and nothing of it was saved."""

SLOW_INPUTS = frozenset({"pin", "new_pin", "new_pin_again"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A hop with what was stored about it, its bundle and its opened state."""

    call: Call
    row: Row
    bundle: Bundle
    opened: tuple[SessionState, str] | None

    @property
    def who(self) -> int | None:
        return self.opened[0].who if self.opened else None

    @property
    def state(self) -> SessionState | None:
        """Where the session stands; None on a first hop."""
        return self.opened[0] if self.opened else None

    @property
    def asked(self) -> str | None:
        """The kind of input the screen shown last asks for; None on a first hop, and where none is asked."""
        if self.opened is None:
            return None
        screen = self.bundle.screens.get(self.opened[0].screen)
        return screen.input if screen is not None else None

    @property
    def herself(self) -> str | None:
        """Who chooses a PIN here, as text: whose PIN was given, or before any whom the set-up code belongs to."""
        if self.opened is None:
            return None
        state = self.opened[0]
        screen = self.bundle.screens.get(state.screen)
        if screen is not None and screen.access != "anyone":
            return None if state.who is None else str(state.who)
        return state.data.get("set_up_mother") or state.data.get("set_up_staff")

    @property
    def pressed(self) -> str:
        """What was typed on this hop alone, with ASCII digits."""
        return normalise(typed(self.call.text, self.opened[1]) or "") if self.opened is not None else ""

    @property
    def asks_slow(self) -> bool:
        """Whether answering means hashing a PIN, which takes tens of milliseconds, or counting a guessed code."""
        if self.asked == "set_up_code":
            return is_four_digits(self.pressed)
        return self.asked in SLOW_INPUTS


SLIP_CODE: Final = re.compile(r"[0-9]{4}(?:[0-9]{2})?")
"""A slip carries six digits; those written before that, four."""


def is_four_digits(pressed: str) -> bool:
    """Whether this can be a PIN or a set-up code at all."""
    return len(pressed) == 4 and pressed.isascii() and pressed.isdigit()


@dataclass(frozen=True, slots=True)
class Thought:
    """A prepared hop with what was looked up beside the facts, ready for the engine."""

    prepared: Prepared
    checked: Checked

    @property
    def who(self) -> int | None:
        """Whose PIN was given on this very hop, or else in this session: a mentor may be a mother as well."""
        return self.checked.pin_person if self.checked.pin_person is not None else self.prepared.who


class Hops:
    """The steps of a hop: is it settled already, prepare, think, save and apply, end politely."""

    def __init__(self, *, sealer: Sealer, deps: Callable[[], Deps], bundles: Bundles, places: Places) -> None:
        self._sealer = sealer
        self._deps = deps
        self._bundles = bundles
        self._places = places

    def settled(self, call: Call, row: Row) -> bytes | None:
        """The reply to a hop that can have no effect any more: a repeat, or one that comes too late."""
        if row.replied is not None and row.same_phone:
            return kept_reply(self._sealer, row.replied, call, call.text_mac)
        if row.hop and (row.ended or not row.same_phone):
            return self.polite(self._bundles.current(), "error.fault", row.language)
        return None

    async def prepare(self, call: Call, row: Row) -> Prepared:
        """Open the session's state, on the bundle it began with."""
        bundle = await self._bundles.get(row.bundle) if row.bundle else self._bundles.current()
        return Prepared(call, row, bundle, open_state(self._sealer, row, call))

    async def think(self, connection: Connection, thoughts: Sequence[Thought]) -> list[Answer | None]:
        """Answer each prepared hop; None where the text does not continue the session."""
        if not thoughts:
            return []
        now = thoughts[0].prepared.call.now
        facilities = {person.facility_id for t in thoughts for person in t.prepared.row.people}
        await self._places.refresh(facilities, asyncio.get_running_loop().time(), now)
        wanted = [w for t in thoughts if (w := self._wanted(t)) is not None]
        deps = self._deps()
        own = await load_own(connection, self._sealer, wanted, now, deps.countries) if wanted else {}
        return [
            answer(
                self._sealer,
                t.prepared.bundle,
                t.prepared.call,
                t.prepared.row,
                t.prepared.opened,
                await with_changes(connection, deps, self._facts(t, own), t.prepared.state, now),
            )
            for t in thoughts
        ]

    def _wanted(self, thought: Thought) -> Wanted | None:
        person = next((p for p in thought.prepared.row.people if p.id == thought.who), None)
        if person is None:
            return None
        zone = self._places.of(person.facility_id).zone
        call = thought.prepared.call
        macs = self._referral_macs(thought.prepared)
        return Wanted(person.id, person.kind, zone, macs, tried=(call.row, call.text_mac))

    def _referral_macs(self, prepared: Prepared) -> tuple[bytes, ...]:
        if prepared.asked != "referral_code" or not SLIP_CODE.fullmatch(prepared.pressed):
            return ()
        return tuple(self._deps().index.candidates("referral", prepared.pressed))

    def _facts(self, thought: Thought, own: Mapping[int, Own]) -> Facts:
        prepared, row = thought.prepared, thought.prepared.row
        place = self._places.of(row.people[0].facility_id if row.people else None)
        person = next((p for p in row.people if p.id == thought.who), None)
        home = place if person is None else self._places.of(person.facility_id)
        resume = earlier_state(self._sealer, row, prepared.bundle)
        return facts_of(
            prepared.call, row, place, home, own, thought.who, thought.checked, resume, prepared.call.now
        )

    async def save(
        self,
        connection: Connection,
        answers: Sequence[Answer],
        pin_hashes: Mapping[int, str] | None = None,
        *,
        waits: str = TOGETHER_WAITS,
    ) -> set[tuple[str, str]]:
        """Save the answers, and apply the events of those that won in the same transaction.

        Raises LockNotAvailableError, with nothing saved, where rows stay held for longer than ``waits``.
        """
        now = answers[0].call.now
        if not any(a.events for a in answers):
            return await save(connection, answers, now)
        async with connection.transaction():
            await wait_at_most(connection, waits)
            won = await save(connection, answers, now)
            winners = [a for a in answers if a.events and (a.call.gateway, a.call.session_id) in won]
            await all_fine(
                connection,
                [
                    (e, _origin(a))
                    for a in winners
                    if a.is_fine
                    for e in a.events
                    if isinstance(e, CheckInAnswered)
                ],
                now,
                self._deps(),
            )
            async with days_last(connection, now):
                for one in winners:
                    if not one.is_fine:
                        hashes = pin_hashes or {}
                        await apply(
                            connection, one.events, _origin(one), now, self._deps(), pin_hashes=hashes
                        )
        return won

    def last_reply(self, prepared: Prepared) -> bytes:
        """A text that does not continue the session: show again what was shown last."""
        row = prepared.row
        if row.last_reply is None or row.last_mac is None:
            return self.polite(prepared.bundle, "error.fault", row.language)
        return kept_reply(self._sealer, row.last_reply, prepared.call, row.last_mac)

    def polite(self, bundle: Bundle, key: str, language: str | None = None) -> bytes:
        return f"END {bundle.word(key, language or 'en')}".encode()


def _origin(one: Answer) -> Origin:
    return Origin(
        phone_id=one.phone_id,
        number_index=one.call.number_index,
        number=one.call.number,
        via="ussd",
        ref=one.call.row,
    )
