"""The USSD line: any hop, in any copy, in any order, gets its own bytes and has at most one effect."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import asyncpg

from flows.types import HopResult, Reply
from scheduler.clock import Clock
from service.apply import CodeTaken, NotTheirs, SetUpCodeGone
from service.apply.deps import Deps
from service.content.bundles import Bundles
from service.database import Connection, Pool, wait_at_most
from service.logs import get_logger
from service.security.blind_index import BlindIndex
from service.security.pins import PinChecker
from service.security.sealing import Sealer
from service.ussd.call import Call, read_call
from service.ussd.grouped import Grouped
from service.ussd.hops import ALONE_WAITS, Hops, Prepared, Thought, is_four_digits
from service.ussd.load import load
from service.ussd.pin_check import Checked, PinCheck
from service.ussd.places import Places
from service.ussd.save import Answer, save
from service.ussd.think import seal_answer

ROUNDS = 4
_log = get_logger(__name__)


class LostRaceError(Exception):
    """Another copy of this hop, or another session of this phone, was saved first."""


# Worth another look on another connection: somebody was quicker, or the connection died under us.
PASSING = (
    LostRaceError,
    SetUpCodeGone,
    CodeTaken,
    NotTheirs,
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
)


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
        clock: Clock,
        country: str,
        time_zone: str,
    ) -> None:
        self._pool = pool
        self._sealer = sealer
        self._index = index
        self._bundles = bundles
        self._pins = PinCheck(pool, pins)
        self._clock = clock
        self._country = country
        places = Places(pool, ZoneInfo(time_zone), country)
        self._hops = Hops(sealer=sealer, deps=deps, bundles=bundles, places=places)
        self._groups: Grouped[Call, bytes | None] = Grouped(self._serve_group)

    async def close(self) -> None:
        """Answer what is waiting, then stop."""
        await self._groups.close()

    async def answer(self, form: Mapping[str, str], gateway: str) -> bytes:
        """Return the reply to one hop: ``CON …`` or ``END …`` in UTF-8. Never raises for what was posted."""
        now = await self._now()
        call = read_call(form, gateway, self._country, self._index, now)
        if call is None:
            _log.warning("ussd_hop_unreadable")
            return self._hops.polite(self._bundles.current(), "error.fault")
        try:
            reply = await self._groups.ask(call)
        except Exception:
            # One bad hop must not fail its neighbours: each of the group is served alone.
            _log.warning("ussd_group_served_alone", exc_info=True)
            reply = None
        return reply if reply is not None else await self._serve_alone(call)

    async def _now(self) -> datetime:
        """The care clock; a stepped one stands in the database, whose connection may just have died."""
        for _ in range(ROUNDS):
            try:
                return await self._clock.now()
            except PASSING:
                continue
        return await self._clock.now()

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

    async def _round(self, connection: Connection, calls: Sequence[Call]) -> list[bytes | object | None]:
        rows = await load(connection, calls, calls[-1].now)
        done: list[bytes | object | None] = [None] * len(calls)
        quick: dict[int, Thought] = {}
        sessions: set[tuple[str, str]] = set()
        phones: set[bytes] = set()
        for i, (call, row) in enumerate(zip(calls, rows, strict=True)):
            if (settled := self._hops.settled(call, row)) is not None:
                done[i] = settled
            elif (call.gateway, call.session_id) in sessions or call.number_index in phones:
                done[i] = LOST  # one hop a session and phone in a statement; the next round sees what it did
            elif not (prepared := await self._hops.prepare(call, row)).asks_slow:
                sessions.add((call.gateway, call.session_id))
                phones.add(call.number_index)
                quick[i] = Thought(prepared, Checked(spare_code=_spare_code()))
        answers = dict(zip(quick, await self._hops.think(connection, list(quick.values())), strict=True))
        # What may fail when it is applied must not take down what cannot.
        for simple in (True, False):
            group = {i: a for i, a in answers.items() if a is not None and _is_simple(a) is simple}
            won = await self._hops.save(connection, list(group.values())) if group else set()
            for i, one in group.items():
                done[i] = one.reply if (one.call.gateway, one.call.session_id) in won else LOST
        for i, answered in answers.items():
            if answered is None:
                done[i] = self._hops.last_reply(quick[i].prepared)
        return done

    # --- alone ------------------------------------------------------------------------------------

    async def _serve_alone(self, call: Call) -> bytes:
        """Answer one hop on a connection of its own; whatever goes wrong, it ends politely."""
        for attempt in range(ROUNDS + 1):
            try:
                return await self._try_alone(call)
            except PASSING:
                await asyncio.sleep(0.002 * attempt)
            except Exception:
                _log.error("ussd_hop_failed", exc_info=True)
                break
        return await self._fault(call)

    async def _try_alone(self, call: Call) -> bytes:
        async with self._pool.acquire() as connection:
            [row] = await load(connection, [call], call.now)
        if (settled := self._hops.settled(call, row)) is not None:
            return settled
        prepared = await self._hops.prepare(call, row)
        thought = Thought(prepared, await self._check(prepared))
        async with self._pool.acquire() as connection:
            [one] = await self._hops.think(connection, [thought])
        if one is None:
            return self._hops.last_reply(prepared)
        pin_hashes = await self._pins.hash_chosen(one.events)
        async with self._pool.acquire() as connection:
            if not await self._hops.save(connection, [one], pin_hashes, waits=ALONE_WAITS):
                raise LostRaceError
        return one.reply

    async def _check(self, prepared: Prepared) -> Checked:
        """Check a typed PIN, whether a chosen one is somebody else's on this number, or a set-up code's tries."""
        call, row, pressed = prepared.call, prepared.row, prepared.pressed
        spare_code = _spare_code()
        if prepared.opened is None or not (prepared.asks_slow and is_four_digits(pressed)):
            return Checked(spare_code=spare_code)
        if prepared.asked == "set_up_code":
            allowed = await self._pins.code_allowed(
                call, found=row.code_mother is not None or row.code_staff is not None
            )
            return Checked(code_allowed=allowed, spare_code=spare_code)
        if prepared.asked == "new_pin":
            others = [one for one in row.people if str(one.id) != prepared.herself]
            taken = await self._pins.is_taken(call, others, pressed)
            return Checked(pin_taken=taken, spare_code=spare_code)
        if prepared.asked == "pin":
            person = await self._pins.person(call, row.people, pressed)
            return Checked(pin_person=person, spare_code=spare_code)
        return Checked(spare_code=spare_code)

    # --- polite ends ------------------------------------------------------------------------------

    async def _fault(self, call: Call) -> bytes:
        """End the session politely after a fault, for every copy of this hop alike where that can be stored."""
        bundle = self._bundles.current()
        polite = self._hops.polite(bundle, "error.fault")
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await wait_at_most(connection, ALONE_WAITS)
                [row] = await load(connection, [call], call.now)
                if (settled := self._hops.settled(call, row)) is not None:
                    return settled
                polite = self._hops.polite(bundle, "error.fault", row.language)
                result = HopResult(None, Reply(polite.decode()[4:], end=True))
                await save(
                    connection, [seal_answer(self._sealer, bundle, call, row, result, "fault")], call.now
                )
        except (asyncpg.PostgresError, *PASSING, OSError):
            _log.error("ussd_fault_not_stored", exc_info=True)
        return polite


LOST = object()


def _is_simple(one: Answer) -> bool:
    return not one.events or one.is_fine


def _spare_code() -> str:
    """Four digits drawn at random for a set-up code, never with a leading zero."""
    return str(1000 + secrets.randbelow(9000))
