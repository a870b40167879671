"""A small clinic for the tests: two mentors, a supervisor on duty, and mothers, all made as the product makes them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flows.events import Event
from scheduler.rules import load_countries
from scheduler.types import VisitKind
from service.apply import Deps, Origin, apply
from service.content.files import load_bundle, read_tables
from service.database import Pool
from service.directory import (
    EVERY_WEEKDAY,
    Duty,
    NewFacility,
    NewMother,
    NewStaff,
    add_duty,
    add_facility,
    add_mother,
    add_staff,
)
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer
from service.store import people
from service.store.mothers import Enrolled

MONDAY_10 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""Monday, 10:00 in Nairobi."""

MENTOR = "+254700000001"
COLLEAGUE = "+254700000002"
SUPERVISOR = "+254700000003"
MOTHER = "+254700000101"
STRANGER = "+254700000999"

_TABLES = read_tables()
_BUNDLE = load_bundle()
_COUNTRIES = load_countries(_TABLES["countries"])


def make_deps() -> Deps:
    """Dependencies with throwaway keys and the packaged content."""
    keys = [("t1", bytes(range(32)))]
    return Deps(Sealer(keys), BlindIndex(keys), _BUNDLE, _COUNTRIES, "KE")


@dataclass(slots=True)
class Clinic:
    """What the tests act on and look at."""

    pool: Pool
    deps: Deps
    now: datetime = MONDAY_10
    facility: int = 0
    mentor: int = 0
    colleague: int = 0
    supervisor: int = 0
    next_form: int = field(default=100)

    async def open(self) -> "Clinic":
        async with self.pool.acquire() as conn, conn.transaction():
            self.facility = await add_facility(
                conn,
                self.deps,
                NewFacility(
                    "Test clinic", "KE", "Africa/Nairobi", open_on=EVERY_WEEKDAY, keeps_holidays=False
                ),
                self.now,
            )
            self.mentor = await self._staff(conn, "mentor", MENTOR)
            self.colleague = await self._staff(conn, "mentor", COLLEAGUE)
            self.supervisor = await self._staff(conn, "supervisor", SUPERVISOR)
            week = [Duty(day, time(0), time(0)) for day in range(7)]
            await add_duty(conn, self.facility, self.supervisor, week)
        return self

    async def _staff(self, conn: Any, role: Any, number: str) -> int:
        new = NewStaff(role, "Test Person", number, self.facility, "en")
        return await add_staff(conn, self.deps, new, self.now)

    async def mother(self, number: str | None = MOTHER, **more: Any) -> int:
        """A mother who is set up on this number, or mentor-only without one."""
        self.next_form += 1
        phone_use = more.pop("phone_use", "none" if number is None else "hers")
        edd = more.pop("edd", self.today + timedelta(days=20))
        enrolled = Enrolled(
            self.facility, self.mentor, "en", str(self.next_form), phone_use, edd, more.pop("born_on", ())
        )
        set_up_at = self.now - timedelta(days=30) if number is not None else None
        new = NewMother(enrolled, number, "Test Person", more.pop("pin_hash", "x"), set_up_at, **more)
        async with self.pool.acquire() as conn, conn.transaction():
            return await add_mother(conn, self.deps, new, self.now)

    @property
    def today(self) -> date:
        return self.now.date()

    async def origin(self, number: str | None, via: Any = "ussd") -> Origin:
        if number is None:
            return Origin(None, b"", None, via)
        async with self.pool.acquire() as conn:
            phone = await people.find_phone(conn, self.deps.index, number)
        return Origin(phone.id if phone else None, self.deps.index.of(number), number, via)

    async def happens(
        self,
        *events: Event,
        number: str | None = MOTHER,
        via: str = "ussd",
        pin_hashes: Mapping[int, str] | None = None,
    ) -> None:
        """Apply events as one step of a conversation on this number."""
        origin = await self.origin(number, via)
        async with self.pool.acquire() as conn, conn.transaction():
            await apply(conn, events, origin, self.now, self.deps, pin_hashes=pin_hashes or {})

    async def ten_times(
        self, *events: Event, number: str | None = MOTHER, via: str = "ussd", **more: Any
    ) -> list[Any]:
        """The same step ten times in parallel; returns the faults, if any."""
        steps = [self.happens(*events, number=number, via=via, **more) for _ in range(10)]
        done = await asyncio.gather(*steps, return_exceptions=True)
        return [one for one in done if isinstance(one, BaseException)]

    async def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.pool.fetch(sql, *args)]

    async def one(self, sql: str, *args: Any) -> Any:
        return await self.pool.fetchval(sql, *args)

    async def run(self, sql: str, *args: Any) -> None:
        await self.pool.execute(sql, *args)

    async def follow_ups(self, mother_id: int | None = None) -> list[str]:
        """Causes of open follow-ups (all, or hers), in the order they were opened."""
        rows = await self.rows(
            "SELECT cause FROM follow_up WHERE state <> 'resolved' AND ($1::bigint IS NULL OR mother_id = $1) ORDER BY id",
            mother_id,
        )
        return [row["cause"] for row in rows]

    async def queued(self, number: str | None = None) -> list[str]:
        """Templates of texts waiting to leave (to everybody, or to this number), in order."""
        phone = (await self.origin(number)).phone_id if number else None
        rows = await self.rows(
            "SELECT template FROM message WHERE state = 'queued' AND ($1::bigint IS NULL OR phone_id = $1) ORDER BY id",
            phone,
        )
        return [row["template"] for row in rows]

    async def hold(self, person_id: int) -> str | None:
        return await self.one("SELECT hold FROM person WHERE id = $1", person_id)

    async def events(self, kind: str) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM event WHERE kind = $1 ORDER BY id", kind)

    async def ask(self, mother_id: int, question: str = "checkin", visit_id: int | None = None) -> None:
        """Her number was sent a text that asks this question, an hour ago, and her silence counts from it."""
        asked_at = self.now - timedelta(hours=1)
        message_id = await self.one(
            """
            INSERT INTO message (person_id, phone_id, mother_id, message_class, priority, template, language, created_at,
                not_before, valid_until, state, sent_at)
            SELECT p.id, p.phone_id, p.id, 'B', 50, 'checkin', 'en', $2, $2, $2::timestamptz + interval '90 min',
                'sent', $2 FROM person p WHERE p.id = $1 RETURNING id
            """,
            mother_id,
            asked_at,
        )
        await self.run(
            """
            INSERT INTO open_question (phone_id, mother_id, question, visit_id, message_id, asked_at, expires_at)
            SELECT phone_id, id, $2, $3, $4, $5, $5::timestamptz + interval '72 hours' FROM person WHERE id = $1
            ON CONFLICT (phone_id) DO UPDATE SET mother_id = excluded.mother_id, question = excluded.question,
                visit_id = excluded.visit_id, message_id = excluded.message_id
            """,
            mother_id,
            question,
            visit_id,
            message_id,
            asked_at,
        )
        await self.run(
            "UPDATE mother SET asked_at = $2, nudged_at = $2, silence_check_at = $2, undelivered = 1 WHERE id = $1",
            mother_id,
            asked_at,
        )

    async def visit(self, mother_id: int, days: int = 0, kind: VisitKind = "clinic") -> int:
        """A visit so many days from today."""
        from service.store.visits import NewVisit, add_visits

        async with self.pool.acquire() as conn, conn.transaction():
            [visit_id] = await add_visits(
                conn,
                [NewVisit(mother_id, kind, self.today + timedelta(days=days))],
                self.now,
            )
        return visit_id

    async def tell(self, follow_up_id: int, staff_id: int) -> str:
        """This person was told of the follow-up; returns the case code."""
        from service.store.case_codes import code_for

        row = (await self.rows("SELECT mother_id, phone_id FROM follow_up WHERE id = $1", follow_up_id))[0]
        async with self.pool.acquire() as conn, conn.transaction():
            code = await code_for(
                conn, staff_id, self.now, mother_id=row["mother_id"], phone_id=row["phone_id"]
            )
            await conn.execute(
                "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, 'told', 0)",
                follow_up_id,
                staff_id,
                self.now,
            )
            await conn.execute(
                "UPDATE follow_up SET state = 'notified', step = 0, notified_at = $2 WHERE id = $1",
                follow_up_id,
                self.now,
            )
        return str(code)


def only(items: Sequence[Any]) -> Any:
    """The one item there is."""
    [item] = items
    return item
