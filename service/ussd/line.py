"""The USSD line: any hop, in any copy, in any order, gets its own bytes and has at most one effect."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import asyncpg

from flows.bundle import Bundle
from flows.events import Event, MotherSetUp
from flows.types import Facts, HopResult, Reply, SessionState
from service.apply import CodeTaken, Origin, SetUpCodeGone, apply
from service.apply.deps import Deps
from service.bundles import Bundles
from service.clocks import CareClock
from service.database import Connection, Pool
from service.logs import get_logger
from service.security.blind_index import BlindIndex
from service.security.pins import PinChecker
from service.security.sealing import Sealer
from service.ussd import pin_tries
from service.ussd.call import Call, read_call, typed
from service.ussd.grouped import Grouped
from service.ussd.load import Row, load
from service.ussd.person_facts import Own, Wanted, load_own
from service.ussd.places import Places
from service.ussd.save import Answer, save
from service.ussd.think import Checked, answer, earlier_state, facts_of, kept_reply, open_state, seal_answer

ROUNDS = 4
PEOPLE_ON_A_NUMBER = 4
SLOW_INPUTS = frozenset({"pin", "new_pin"})
_log = get_logger(__name__)


class LostRace(Exception):
    """Another copy of this hop, or another session of this phone, was saved first."""


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
    def asks_slow(self) -> bool:
        """Whether answering means hashing a PIN, which takes a thread and tens of milliseconds."""
        if self.opened is None:
            return False
        state, _ = self.opened
        screen = self.bundle.screens.get(state.screen)
        return screen is not None and screen.input in SLOW_INPUTS


class UssdLine:
    """Answers hops. Those that arrive together are loaded, saved and committed together.

    ``deps`` is asked anew for each use, since published content may change under a running process.
    """

    def __init__(
        self,
        *,
        pool: Pool,
        sealer: Sealer,
        index: BlindIndex,
        deps: Callable[[], Deps],
        bundles: Bundles,
        pins: PinChecker,
        clock: CareClock,
        country: str,
        time_zone: str,
    ) -> None:
        self._pool = pool
        self._deps = deps
        self._sealer = sealer
        self._index = index
        self._bundles = bundles
        self._pins = pins
        self._clock = clock
        self._country = country
        self._places = Places(pool, ZoneInfo(time_zone))
        self._groups: Grouped[Call, bytes | None] = Grouped(self._serve_group)

    async def close(self) -> None:
        """Answer what is waiting, then stop."""
        await self._groups.close()

    async def answer(self, form: Mapping[str, str], gateway: str) -> bytes:
        """Return the reply to one hop: ``CON …`` or ``END …`` in UTF-8. Never raises for what was posted."""
        now = await self._clock.now()
        call = read_call(form, gateway, self._country, self._index, now)
        if call is None:
            _log.warning("ussd_hop_unreadable")
            return self._polite(self._bundles.current(), "error.fault")
        try:
            reply = await self._groups.ask(call)
        except Exception:
            # One bad hop must not fail its neighbours: each of the group is served alone.
            _log.warning("ussd_group_served_alone", exc_info=True)
            reply = None
        return reply if reply is not None else await self._serve_alone(call)

    # --- together ---------------------------------------------------------------------------------

    async def _serve_group(self, calls: Sequence[Call]) -> list[bytes | None]:
        """Answer a group; None for a hop that must be served alone (a PIN to hash, a race lost too often)."""
        replies: list[bytes | None] = [None] * len(calls)
        waiting = list(range(len(calls)))
        async with self._pool.acquire() as connection:
            for _ in range(ROUNDS):
                done = await self._round(connection, [calls[i] for i in waiting])
                for i, reply in zip(waiting, done, strict=True):
                    replies[i] = reply if isinstance(reply, bytes) else None
                waiting = [i for i, reply in zip(waiting, done, strict=True) if reply is LOST]
                if not waiting:
                    break
        return replies

    async def _round(self, connection: Connection, calls: Sequence[Call]) -> list[bytes | None | object]:
        now = calls[-1].now
        rows = await load(connection, calls, now)
        done: list[bytes | object | None] = [None] * len(calls)
        quick: dict[int, Prepared] = {}
        for i, (call, row) in enumerate(zip(calls, rows, strict=True)):
            if (settled := self._already_settled(call, row)) is not None:
                done[i] = settled
            elif not (prepared := await self._prepare(call, row)).asks_slow:
                quick[i] = prepared
        answers = await self._think(connection, quick)
        for group in (
            {i: a for i, a in answers.items() if not a.events},
            {i: a for i, a in answers.items() if a.events},
        ):
            won = await self._save(connection, list(group.values())) if group else set()
            for i, one in group.items():
                done[i] = one.reply if (one.call.gateway, one.call.session_id) in won else LOST
        for i, prepared in quick.items():
            if i not in answers:
                done[i] = self._last_reply(prepared)
        return done

    def _already_settled(self, call: Call, row: Row) -> bytes | None:
        """The reply to a hop that can have no effect any more: a repeat, or one that comes too late."""
        if row.replied is not None and row.same_phone:
            return kept_reply(self._sealer, row.replied, call, call.text_mac)
        if row.hop and (row.ended or not row.same_phone):
            return self._polite(self._bundles.current(), "error.fault", row.language)
        return None

    async def _prepare(self, call: Call, row: Row) -> Prepared:
        bundle = await self._bundles.get(row.bundle) if row.bundle else self._bundles.current()
        return Prepared(call, row, bundle, open_state(self._sealer, row, call))

    async def _think(self, connection: Connection, quick: Mapping[int, Prepared]) -> dict[int, Answer]:
        if not quick:
            return {}
        now = next(iter(quick.values())).call.now
        await self._places.refresh(
            {person.facility_id for p in quick.values() for person in p.row.people}, time.monotonic()
        )
        wanted = {p.who: self._wanted(p, p.who) for p in quick.values() if p.who is not None}
        own = await load_own(connection, [w for w in wanted.values() if w is not None], now) if wanted else {}
        answers = {}
        for i, prepared in quick.items():
            facts = self._facts(prepared, own, prepared.who, Checked(spare_code=_spare_code()))
            one = answer(self._sealer, prepared.bundle, prepared.call, prepared.row, prepared.opened, facts)
            if one is not None:
                answers[i] = one
        return answers

    def _wanted(self, prepared: Prepared, who: int) -> Wanted | None:
        person = next((p for p in prepared.row.people if p.id == who), None)
        if person is None:
            return None
        return Wanted(person.id, person.kind, self._places.of(person.facility_id).zone)

    def _facts(self, prepared: Prepared, own: Mapping[int, Own], who: int | None, checked: Checked) -> Facts:
        row = prepared.row
        place = self._places.of(row.people[0].facility_id if row.people else None)
        resume = earlier_state(self._sealer, row, prepared.bundle)
        return facts_of(prepared.call, row, place, own, who, checked, resume, prepared.call.now)

    async def _save(
        self, connection: Connection, answers: Sequence[Answer], pin_hashes: Mapping[int, str] | None = None
    ) -> set[tuple[str, str]]:
        """Save the answers, and apply the events of those that won in the same transaction."""
        now = answers[0].call.now
        if not any(a.events for a in answers):
            return await save(connection, answers, now)
        async with connection.transaction():
            won = await save(connection, answers, now)
            for one in answers:
                if (one.call.gateway, one.call.session_id) in won:
                    await self._apply(connection, one, pin_hashes or {})
        return won

    async def _apply(self, connection: Connection, one: Answer, pin_hashes: Mapping[int, str]) -> None:
        origin = Origin(
            phone_id=one.phone_id,
            number_index=one.call.number_index,
            number=one.call.number,
            via="ussd",
            ref=one.call.row,
        )
        await apply(connection, one.events, origin, one.call.now, self._deps(), pin_hashes=pin_hashes)

    # --- alone ------------------------------------------------------------------------------------

    async def _serve_alone(self, call: Call) -> bytes:
        """Answer one hop on a connection of its own; whatever goes wrong, it ends politely."""
        for attempt in range(ROUNDS + 1):
            try:
                return await self._try_alone(call)
            except (
                LostRace,
                SetUpCodeGone,
                CodeTaken,
                asyncpg.UniqueViolationError,
                asyncpg.DeadlockDetectedError,
                asyncpg.SerializationError,
                asyncpg.PostgresConnectionError,
                ConnectionError,
            ):
                await asyncio.sleep(0.002 * attempt)
            except Exception:
                _log.error("ussd_hop_failed", exc_info=True)
                break
        return await self._fault(call)

    async def _try_alone(self, call: Call) -> bytes:
        async with self._pool.acquire() as connection:
            [row] = await load(connection, [call], call.now)
        if (settled := self._already_settled(call, row)) is not None:
            return settled
        prepared = await self._prepare(call, row)
        await self._places.refresh({p.facility_id for p in row.people}, time.monotonic())
        checked = await self._check(prepared)
        who = prepared.who if prepared.who is not None else checked.pin_person
        async with self._pool.acquire() as connection:
            wanted = self._wanted(prepared, who) if who is not None else None
            own = await load_own(connection, [wanted], call.now) if wanted is not None else {}
        one = answer(
            self._sealer,
            prepared.bundle,
            call,
            row,
            prepared.opened,
            self._facts(prepared, own, who, checked),
        )
        if one is None:
            return self._last_reply(prepared)
        pin_hashes = await self._hash_chosen(one.events)
        async with self._pool.acquire() as connection:
            if not await self._save(connection, [one], pin_hashes):
                raise LostRace
        return one.reply

    async def _check(self, prepared: Prepared) -> Checked:
        """Check a typed PIN, or whether a chosen one is somebody else's on this number."""
        checked = Checked(spare_code=_spare_code())
        if prepared.opened is None or not prepared.asks_slow:
            return checked
        state, before = prepared.opened
        pressed = (typed(prepared.call.text, before) or "").strip()
        if not (len(pressed) == 4 and pressed.isascii() and pressed.isdigit()):
            return checked
        people = [p for p in prepared.row.people if p.pin_hash is not None]
        if prepared.bundle.screens[state.screen].input == "new_pin":
            taken = await self._pins.is_taken(pressed, [p.pin_hash or "" for p in people])
            return Checked(pin_taken=taken, spare_code=checked.spare_code)
        day = prepared.call.now.date()
        allowed = (
            await pin_tries.allow(self._pool, prepared.call, [p.id for p in people], day) if people else set()
        )
        people = [p for p in people if p.id in allowed]
        match = await self._pins.verify(
            pressed, [p.pin_hash or "" for p in people], declared=PEOPLE_ON_A_NUMBER
        )
        if match is None:
            return checked
        await pin_tries.forget(self._pool, prepared.call, people[match].id, day)
        return Checked(pin_person=people[match].id, spare_code=checked.spare_code)

    async def _hash_chosen(self, events: Sequence[Event]) -> dict[int, str]:
        return {
            event.mother_id: await self._pins.hash_pin(event.pin)
            for event in events
            if isinstance(event, MotherSetUp)
        }

    # --- polite ends ------------------------------------------------------------------------------

    def _last_reply(self, prepared: Prepared) -> bytes:
        """A text that does not continue the session: show again what was shown last."""
        row = prepared.row
        if row.last_reply is None or row.last_mac is None:
            return self._polite(prepared.bundle, "error.fault", row.language)
        return kept_reply(self._sealer, row.last_reply, prepared.call, row.last_mac)

    async def _fault(self, call: Call) -> bytes:
        """End the session politely after a fault, for every copy of this hop alike where that can be stored."""
        bundle = self._bundles.current()
        polite = self._polite(bundle, "error.fault")
        try:
            async with self._pool.acquire() as connection:
                [row] = await load(connection, [call], call.now)
                if (settled := self._already_settled(call, row)) is not None:
                    return settled
                polite = self._polite(bundle, "error.fault", row.language)
                result = HopResult(None, Reply(polite.decode()[4:], end=True))
                await save(
                    connection, [seal_answer(self._sealer, bundle, call, row, result, "fault")], call.now
                )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            _log.error("ussd_fault_not_stored", exc_info=True)
        return polite

    def _polite(self, bundle: Bundle, key: str, language: str | None = None) -> bytes:
        return f"END {bundle.word(key, language or 'en')}".encode()


LOST = object()


def _spare_code() -> str:
    """Four digits drawn at random for a set-up code, never with a leading zero."""
    return str(1000 + secrets.randbelow(9000))
