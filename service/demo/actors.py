"""Carries out what made-up people do, through the same doors as real ones: texts, dialled screens, missed calls."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flows.events import DayClosed, TestTaken
from service.demo.calendar import DAY, TODAY
from service.demo.cast import Plan, Worker
from service.demo.habits import Act, Arrange, Dial, Flash, Write, comes
from service.demo.stage import GATEWAY, Stage, book
from service.inbound.sms import InboundText, receive
from service.inbound.voice import called

BY_PHONE_FROM = TODAY - 7 * DAY
"""From this day on the day is closed by dialling; before, the same event is applied (each PIN takes 130 ms to check)."""


@dataclass(slots=True)
class Actors:
    """Does what is to be done at one instant. Ids of texts and sessions are counted, so that each world has the same."""

    stage: Stage
    done: int = 0
    arranged: set[tuple[int, date]] = field(default_factory=set)

    async def act(self, act: Act, now: datetime) -> None:
        """Do one thing."""
        match act:
            case Write(_, msisdn, text, case):
                if case is None or await self._is_open(case):
                    await self._write(msisdn, text, now)
            case Dial(_, msisdn, keys):
                await self.dial(msisdn, keys)
            case Flash(_, msisdn):
                services = self.stage.services
                await called(
                    services.pool,
                    services.deps(),
                    gateway=GATEWAY,
                    session_id=self._next("call"),
                    caller=msisdn,
                    is_active=True,
                    now=now,
                )
            case Arrange(_, plan, day):
                if (plan.place, day) not in self.arranged:
                    self.arranged.add((plan.place, day))
                    async with self.stage.services.pool.acquire() as conn, conn.transaction():
                        await book(conn, self.stage, plan, day, now, on=day)

    async def dial(self, msisdn: str, keys: tuple[str, ...]) -> str:
        """Dial the short code and press these keys; return the last screen."""
        session, typed, screen = self._next("dial"), "", ""
        for key in ("", *keys):
            typed = f"{typed}*{key}" if typed else key
            form = {"sessionId": session, "phoneNumber": msisdn, "serviceCode": "*384#", "text": typed}
            screen = (await self.stage.services.line.answer(form, GATEWAY)).decode()
            if screen.startswith("END"):
                break
        return screen

    async def close_day(self, site: int, day: date, worker: Worker, now: datetime) -> None:
        """Close a clinic's day: who of the expected came. The next appointment of each is booked with her."""
        stage = self.stage
        async with stage.services.pool.acquire() as conn:
            rows = await conn.fetch(_EXPECTED, stage.sites[site], day)
        if not rows:
            return
        came = {row["id"]: self._came(row["mother_id"], day) for row in rows}
        if day >= BY_PHONE_FROM:
            await self._close_by_phone(worker, [came[row["id"]] for row in rows])
        else:
            absent = tuple(visit for visit, was_there in came.items() if not was_there)
            event = DayClosed(stage.staff_ids[worker.msisdn], stage.sites[site], day, tuple(came), absent)
            async with stage.services.pool.acquire() as conn, conn.transaction():
                await stage.tell(conn, [event], worker.msisdn, now)
        async with stage.services.pool.acquire() as conn, conn.transaction():
            for row in rows:
                plan = stage.plans[row["mother_id"]]
                if row["kind"] == "clinic" and plan.completed:
                    await book(conn, stage, plan, day, now)
        here = sorted({row["mother_id"] for row in rows if came[row["id"]]})
        await self._test_babies(here, day, now)

    async def _test_babies(self, mothers: Sequence[int], day: date, now: datetime) -> None:
        """A baby whose test somebody was asked to look into is tested as its mother comes, whatever she came for."""
        stage = self.stage
        async with stage.services.pool.acquire() as conn, conn.transaction():
            for row in await conn.fetch(_OWED, list(mothers), day):
                mentor = stage.plans[row["mother_id"]].mentor
                writer = stage.writer(mentor)
                taken = TestTaken(stage.staff_ids[writer.msisdn], row["mother_id"], row["infant_id"], day)
                await stage.tell(conn, [taken], writer.msisdn, now)

    async def _close_by_phone(self, worker: Worker, came: list[bool]) -> None:
        keys = ("7", worker.pin, "3", "1")
        if all(came):
            await self.dial(worker.msisdn, (*keys, "1"))
        else:
            await self.dial(worker.msisdn, (*keys, "2", *("1" if here else "2" for here in came)))

    async def _is_open(self, plan: Plan) -> bool:
        mother_id = self.stage.mother_ids[plan.place]
        return bool(await self.stage.services.pool.fetchval(_OPEN_CASE, mother_id))

    def _came(self, mother_id: int, day: date) -> bool:
        plan = self.stage.plans[mother_id]
        return comes(plan, day, (plan.place, day) in self.arranged)

    async def _write(self, msisdn: str, text: str, now: datetime) -> None:
        services = self.stage.services
        inbound = InboundText(GATEWAY, self._next("text"), msisdn, text)
        await receive(services.pool, services.deps(), inbound, now)

    def _next(self, what: str) -> str:
        self.done += 1
        return f"demo-{what}-{self.done}"


_EXPECTED = """
SELECT v.id, v.mother_id, v.kind FROM visit v LEFT JOIN infant n ON n.id = v.infant_id
WHERE v.facility_id = $1 AND v.due_on = $2 AND v.status IN ('expected', 'unknown')
  AND (n.id IS NULL OR n.status = 'alive')
ORDER BY v.id
"""

_OPEN_CASE = "SELECT EXISTS (SELECT FROM follow_up WHERE mother_id = $1 AND state <> 'resolved')"

_OWED = """
SELECT DISTINCT v.mother_id, v.infant_id FROM visit v JOIN infant n ON n.id = v.infant_id AND n.status = 'alive'
WHERE v.mother_id = ANY($1::bigint[]) AND v.kind = 'infant_test' AND v.due_on <= $2
  AND v.status IN ('expected', 'missed', 'unknown')
  AND EXISTS (SELECT FROM follow_up f WHERE f.mother_id = v.mother_id AND f.state <> 'resolved'
      AND f.cause IN ('infant_test_overdue', 'infant_test_overdue_nurse'))
  AND NOT EXISTS (SELECT FROM visit l WHERE l.infant_id = v.infant_id AND l.kind = 'infant_test' AND l.status = 'kept'
      AND l.due_on >= v.due_on)
ORDER BY 1, 2
"""
