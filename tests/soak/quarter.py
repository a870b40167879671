"""A quarter year of the demo's people, settled by worker processes that are killed, over a gateway in and out of trouble.

People also write STOP, lose babies, are cut off and dial again, and the network delivers hops twice: all drawn from a
seed. What was done to whom is kept here, apart from the database, to judge it by.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from service.clocks import set_stepped, step
from service.demo.actors import Actors
from service.demo.calendar import END, TODAY, at, starts_on
from service.demo.cast import Plan
from service.demo.drawing import draw
from service.demo.habits import Write
from service.demo.history import History
from service.demo.stage import GATEWAY, Stage, hash_all_pins, lose_baby, open_the_clinics
from service.demo.world import worker_parts
from service.processes.worker import ports_on
from service.wiring import Services
from tests.soak.kit import Process

SEED = 20260901
DAY = timedelta(days=1)
MODES = ("refuse", "hang", "500", "partial", "no-balance", "no-delivery")
TROUBLES_A_WEEK = 2.5
LONGEST_TROUBLE_HOURS = 30
ONE_STOPS_IN, ONE_LOSES_IN = 12, 10
CUT_OFF = 0.25
TWICE = 0.2
KILL = 0.02
PATIENCE = timedelta(seconds=60)
FIRST_ORDINARY = 25
"""The first places are people whose stories the demo has fixed."""


@dataclass
class Done:
    """What was done to people and to the service."""

    stopped: list[tuple[str, datetime]] = field(default_factory=list)
    lost: list[tuple[int, datetime]] = field(default_factory=list)
    kills: int = 0
    cut_off: int = 0
    twice: int = 0
    troubles: int = 0


class CutOff(Actors):
    """People whose calls are cut off and who dial again; and a network that delivers some hops twice at once."""

    def begin(self, dice: Random, done: Done) -> "CutOff":
        """Set what chance and the record are."""
        self.dice, self.done_to = dice, done
        return self

    async def dial(self, msisdn: str, keys: tuple[str, ...]) -> str:
        """See Actors.dial."""
        if self.dice.random() >= CUT_OFF:
            return await self._call(msisdn, keys, "")
        self.done_to.cut_off += 1
        home = await self._call(msisdn, (), "")
        screen = await self._call(msisdn, keys[: self.dice.randrange(len(keys))], "")
        assert not screen.startswith("END"), "she was cut off before the end"
        return await self._call(msisdn, keys, home)

    async def _call(self, msisdn: str, keys: tuple[str, ...], home: str) -> str:
        """One call; when it does not begin with this home screen it offers to go on, and she begins anew."""
        session, typed = self._next("dial"), ""
        screen = await self._hop(session, msisdn, typed)
        if home and screen != home:
            keys = ("2", *keys)
        for key in keys:
            typed = f"{typed}*{key}" if typed else key
            screen = await self._hop(session, msisdn, typed)
            if screen.startswith("END"):
                break
        return screen

    async def _hop(self, session: str, msisdn: str, typed: str) -> str:
        form = {"sessionId": session, "phoneNumber": msisdn, "serviceCode": "*384#", "text": typed}
        line = self.stage.services.line
        if self.dice.random() >= TWICE:
            return (await line.answer(form, GATEWAY)).decode()
        self.done_to.twice += 1
        one, other = await asyncio.gather(line.answer(form, GATEWAY), line.answer(form, GATEWAY))
        assert one == other, "a hop delivered twice is answered alike"
        return one.decode()


class Troubled(History):
    """The demo's history, settled by worker processes instead of in this one."""

    def begin(self, workers: Sequence[Process], done: Done) -> "Troubled":
        """Set who works and where to keep what was done."""
        self.dice = Random(SEED)
        self.workers, self.done = workers, done
        self.actors = CutOff(self.stage).begin(Random(SEED + 1), done)
        return self

    def _plan_ahead(self) -> None:
        super()._plan_ahead()
        days = (TODAY - starts_on(self.weeks)).days
        for _ in range(round(self.weeks * TROUBLES_A_WEEK)):
            self._later(self._some_time(days), self._trouble)
        for plan in self.stage.cast.mothers[FIRST_ORDINARY:]:
            moment = self._some_time((TODAY - plan.joins_on).days)
            if plan.place % ONE_STOPS_IN == 0 and plan.reachable:
                self._later(moment, partial(self._stop, plan))
            elif plan.place % ONE_LOSES_IN == 3 and plan.stage == "baby_born":
                self._later(moment, partial(self._lose, plan))

    def _some_time(self, days_ago: int) -> datetime:
        """A minute by day within so many days before the end, after whatever joins on the first."""
        day = TODAY - self.dice.randint(1, max(1, days_ago - 1)) * DAY
        return at(day, self.dice.randint(8, 21), self.dice.randint(1, 59))

    async def _settle(self, now: datetime) -> None:
        """Let the workers do what is due; sometimes one of them dies over it."""
        killing = None
        if self.dice.random() < KILL:
            killing = asyncio.create_task(self._kill(self.dice.random() / 20))
        await step(self.stage.services.pool, now, patience=PATIENCE)
        if killing is not None:
            await killing

    async def _kill(self, after: float) -> None:
        await asyncio.sleep(after)
        self.done.kills += 1
        await asyncio.to_thread(self.dice.choice(self.workers).kill_and_start_again)

    async def _trouble(self, now: datetime) -> None:
        self.done.troubles += 1
        rate = self.dice.choice((0.3, 0.6, 1.0, 1.0))
        await self._mode(self.dice.choice(MODES), rate)
        self._later(now + timedelta(hours=self.dice.uniform(0.3, LONGEST_TROUBLE_HOURS)), self._well)

    async def _well(self, now: datetime) -> None:
        await self._mode("ok", 1.0)

    async def _mode(self, mode: str, rate: float) -> None:
        await self.stage.services.pool.execute(_MODE, mode, rate)

    async def _stop(self, plan: Plan, now: datetime) -> None:
        assert plan.msisdn is not None
        await self.actors.act(Write(now, plan.msisdn, "STOP"), now)
        self.done.stopped.append((plan.msisdn, now))

    async def _lose(self, plan: Plan, now: datetime) -> None:
        await lose_baby(self.stage, plan, now)
        self.done.lost.append((self.stage.mother_ids[plan.place], now))


async def live(services: Services, workers: Sequence[Process], mothers: int, weeks: int) -> Done:
    """Live through it; the clock then stands at the demo's morning and nothing is due."""
    start, cast, done = at(starts_on(weeks), 7), draw(mothers, weeks), Done()
    await set_stepped(services.pool, start)
    stage: Stage = await open_the_clinics(services, cast, start)
    hashes = await hash_all_pins(stage)
    ports = ports_on(worker_parts(services), "soak")
    await Troubled(stage, ports, hashes, _say_nothing, weeks).begin(workers, done).live()
    await services.pool.execute(_MODE, "ok", 1.0)
    assert await services.clocks.care.now() == END
    return done


def _say_nothing(*_: Any) -> None:
    """Nobody watches the progress."""


_MODE = """
INSERT INTO simulator_gateway (id, mode, rate) VALUES (1, $1, $2)
ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, rate = excluded.rate, seen = 0
"""
