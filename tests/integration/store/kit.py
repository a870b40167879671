"""A small programme on a real database for the store's tests: one clinic, its staff, and as many mothers as wanted."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from flows.bundle import Bundle
from scheduler.clock import Clocks
from scheduler.types import Country, MessageClass
from service.content.bundles import compiled
from service.content.files import read_tables
from service.database import Pool, create_pool
from service.gateway.base import Gateway, Receipt
from service.gateway.simulator import Simulator
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer
from service.store.joining import digest
from service.store.messages import NewMessage, queue
from service.store.outbox import Outbox
from service.store.outbox_begin import Budget

SEALER = Sealer([("k1", b"s" * 32)])
INDEX = BlindIndex([("k1", b"i" * 32)])
# A Monday, ten in the morning in Nairobi.
START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
HOUR = timedelta(hours=1)


@lru_cache(maxsize=1)
def content() -> tuple[Bundle, dict[str, Country]]:
    """The content that ships with Pamoja, and its rules."""
    bundle, countries = compiled(read_tables(), "KE")
    return bundle, dict(countries)


def bundle() -> Bundle:
    return content()[0]


def countries() -> dict[str, Country]:
    return content()[1]


def number(place: int) -> str:
    """The ``place``-th test number: a thousand in each of three countries' never-used ranges."""
    return f"+{254 + place // 1000}700000{place % 1000:03d}"


class HandClock:
    """A clock a test sets."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    async def now(self) -> datetime:
        return self.at


def hand_clocks(at: datetime = START) -> Clocks:
    return Clocks(care=HandClock(at), wall=HandClock(at))


@dataclass
class Programme:
    """One clinic with a mentor and a supervisor, and the connections to its database."""

    pool: Pool
    url: str
    facility: int
    mentor: int
    supervisor: int
    phones: int = 0

    async def phone(self) -> int:
        """A new phone with the next test number."""
        self.phones += 1
        return (await self._phones(1))[0]

    async def _phones(self, count: int) -> list[int]:
        first = self.phones
        self.phones += count
        ids = [
            row["id"]
            for row in await self.pool.fetch(
                "SELECT nextval(pg_get_serial_sequence('phone', 'id')) AS id FROM generate_series(1, $1::int)",
                count,
            )
        ]
        numbers = [number(first + place) for place in range(count)]
        await self.pool.execute(
            "INSERT INTO phone (id, number_index, number, first_seen_at) "
            "SELECT id, i, n, $4 FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS p(id, i, n)",
            ids,
            [INDEX.of(one) for one in numbers],
            [
                SEALER.seal(one, table="phone", column="number", row=row)
                for row, one in zip(ids, numbers, strict=True)
            ],
            START,
        )
        return ids

    async def mothers(self, count: int = 1, **columns: Any) -> list[int]:
        """Set-up, consenting mothers, each with a phone of her own; ``columns`` are of the mother table."""
        phones = await self._phones(count)
        ids = [
            row["id"]
            for row in await self.pool.fetch(
                "INSERT INTO person (kind, phone_id, language, created_at) "
                "SELECT 'mother', phone, 'en', $2 FROM unnest($1::bigint[]) AS phone RETURNING id",
                phones,
                START,
            )
        ]
        values: dict[str, Any] = {
            "phone_use": "hers",
            "signature": "tips",
            "set_up_at": START,
            # As if she had been enrolled: the tests themselves say what she is on.
            "care_digest": digest(countries()["KE"]),
            **columns,
        }
        names = list(values)
        listed = ", ".join(names)
        marks = ", ".join(f"${place + 4}" for place in range(len(names)))
        await self.pool.execute(
            _NEW_MOTHERS.replace("COLUMNS", listed).replace("MARKS", marks),
            ids,
            self.facility,
            self.mentor,
            *values.values(),
        )
        await self.pool.execute(
            "INSERT INTO consent (mother_id, stream, given_at, form_number) "
            "SELECT id, 'sms', $2, 'F1' FROM unnest($1::bigint[]) AS id",
            ids,
            START,
        )
        return ids

    async def phone_of(self, person: int) -> int:
        return int(await self.pool.fetchval("SELECT phone_id FROM person WHERE id = $1", person))

    async def number_of(self, person: int) -> str:
        row = await self.pool.fetchrow(
            "SELECT p.id, p.number FROM phone p JOIN person q ON q.phone_id = p.id WHERE q.id = $1", person
        )
        return SEALER.open(row["number"], table="phone", column="number", row=row["id"])

    async def queue(self, people: Sequence[int], template: str = "checkin", **fields: Any) -> list[int]:
        """Queue one text to each."""
        kind: MessageClass = bundle().template(template).message_class
        async with self.pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(
                "SELECT id, phone_id FROM person WHERE id = ANY($1::bigint[])", list(people)
            )
            phones = {row["id"]: row["phone_id"] for row in rows}
            given: dict[str, Any] = {
                "not_before": START,
                "valid_until": START + timedelta(minutes=90),
                "message_class": kind,
                "signature": "tips",
                **fields,
            }
            texts = [
                NewMessage(
                    person_id=one,
                    phone_id=phones[one],
                    template=template,
                    language="en",
                    mother_id=given.get("mother_id", one),
                    **{name: value for name, value in given.items() if name != "mother_id"},
                )
                for one in people
            ]
            return await queue(conn, SEALER, texts, START)

    async def states(self) -> dict[str, int]:
        rows = await self.pool.fetch("SELECT state, count(*) AS n FROM message GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    async def state(self, message: int) -> str:
        return str(await self.pool.fetchval("SELECT state FROM message WHERE id = $1", message))

    async def network(self) -> list[tuple[str, str]]:
        """(to, text) of everything the simulator took, in order."""
        rows = await self.pool.fetch("SELECT * FROM simulator_sms ORDER BY seq")
        opened = []
        for row in rows:
            to = SEALER.open(row["sealed_to"], table="simulator_sms", column="sealed_to", row=row["seq"])
            text = SEALER.open(
                row["sealed_text"], table="simulator_sms", column="sealed_text", row=row["seq"]
            )
            opened.append((to, text))
        return opened

    async def mode(self, mode: str, rate: float = 1.0) -> None:
        """How the simulator behaves."""
        await self.pool.execute(
            "INSERT INTO simulator_gateway (id, mode, rate) VALUES (1, $1, $2) "
            "ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, rate = excluded.rate, seen = 0",
            mode,
            rate,
        )

    def simulator(self, clocks: Clocks) -> Simulator:
        return Simulator(self.pool, SEALER, INDEX, clocks.care, hang_seconds=0.05)

    def outbox(
        self,
        clocks: Clocks | None = None,
        gateway: Gateway | None = None,
        *,
        pool: Pool | None = None,
        worker: str = "w1",
        budget: int = 100_000,
        batch: int = 1000,
        lease: timedelta = LEASE,
    ) -> Outbox:
        clocks = clocks or hand_clocks()
        return Outbox(
            pool or self.pool,
            gateway or self.simulator(clocks),
            SEALER,
            bundle,
            clocks,
            worker=worker,
            lease=lease,
            budget=Budget(budget),
            batch=batch,
        )


_NEW_MOTHERS = """
INSERT INTO mother (id, facility_id, mentor_id, COLUMNS) SELECT id, $2, $3, MARKS FROM unnest($1::bigint[]) AS id
"""


@asynccontextmanager
async def programme(url: str, *, connections: int = 16) -> AsyncIterator[Programme]:
    """An empty clinic on a migrated database."""
    pool = await create_pool(url, max_size=connections)
    try:
        facility = await pool.fetchval(
            "INSERT INTO facility (name, country, time_zone, day_close_at, open_on, keeps_holidays) "
            "VALUES ('Test clinic', 'KE', 'Africa/Nairobi', '15:00', '0123456', FALSE) RETURNING id"
        )
        made = Programme(pool, url, facility, 0, 0)
        made.mentor = await staff(made, "mentor")
        made.supervisor = await staff(made, "supervisor")
        await pool.execute("INSERT INTO supervision VALUES ($1, $2)", made.supervisor, facility)
        yield made
    finally:
        await pool.close()


async def staff(made: Programme, role: str, starts: time = time(8), ends: time = time(17)) -> int:
    """Another member of staff with a phone."""
    [phone] = await made._phones(1)
    person = await made.pool.fetchval(
        "INSERT INTO person (kind, phone_id, language, created_at) VALUES ($1, $2, 'en', $3) RETURNING id",
        role,
        phone,
        START,
    )
    await made.pool.execute(
        "INSERT INTO staff (id, role, facility_id, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5)",
        person,
        role,
        made.facility,
        starts,
        ends,
    )
    return int(person)


class Watched:
    """A gateway that notes each call and lets a test stand between the steps of a send."""

    def __init__(
        self,
        inner: Gateway,
        before_slot: Callable[[], Any] | None = None,
        answer: Callable[[Sequence[str]], list[Receipt]] | None = None,
    ) -> None:
        self.inner = inner
        self.name = inner.name
        self.max_recipients = inner.max_recipients
        self.slots = inner.slots
        self.loopback = True
        self.calls: list[tuple[int, str]] = []
        self.inside: set[str] = set()
        self.overlaps = 0
        self._before_slot = before_slot
        self._answer = answer

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        if self._before_slot is not None:
            await self._before_slot()
        async with self.inner.slot():
            yield

    async def send(self, recipients: Sequence[str], text: str) -> list[Receipt]:
        self.calls.append((len(recipients), text))
        self.overlaps += len(self.inside & set(recipients))
        self.inside |= set(recipients)
        try:
            await asyncio.sleep(0)
            if self._answer is not None:
                return self._answer(recipients)
            return await self.inner.send(recipients, text)
        finally:
            self.inside -= set(recipients)

    async def balance(self) -> None:
        return None

    async def close(self) -> None:
        await self.inner.close()


async def send_all(outbox: Outbox, now: datetime) -> int:
    """Send until nothing is claimed."""
    total = 0
    while count := await outbox.send(now):
        total += count
    return total
