"""Lives through the months before a visitor comes: the real loop settles each due instant, and people answer what they get."""

import heapq
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

from scheduler.loop import settle
from scheduler.ports import Ports
from service.clocks import set_stepped
from service.demo.actors import BY_PHONE_FROM, Actors
from service.demo.calendar import DAY, END, TODAY, at, starts_on
from service.demo.cast import Plan, Worker
from service.demo.groups import MEETINGS, call_meeting, hold_meeting
from service.demo.habits import Act, Dial, Write, mother_acts, staff_acts
from service.demo.stage import Stage, enrol, lose_baby
from service.demo.texts import new_texts
from service.store.idle import next_due

ALERT = "A"
CLOSES_AT, CLOSES_LATE_AT = 15, 17
"""Days are closed before the clinic's own hour asks for it; in the last week after it, so that the asking shows."""

NOT_CLOSED = (1, TODAY - 3 * DAY)
"""The clinic, and the Friday, whose day nobody closed."""

NIGHT_CALL = (24, 22)
"""The mother (by place) whose baby was in danger on the last evening, and the hour."""

Deed = Callable[[datetime], Awaitable[None]]


class BrokenHistoryError(RuntimeError):
    """A pass of the loop failed while the demo's history was made."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The demo's history could not be made ({name}): start it again, and report it if that fails."
        )


@dataclass(slots=True)
class History:
    """Walks from one instant at which something is due, or somebody acts, to the next, until the demo's morning."""

    stage: Stage
    ports: Ports
    hashes: Mapping[int, str]
    progress: Callable[[str, float], None]
    weeks: int
    actors: Actors = field(init=False)
    _agenda: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)
    _seen: int = 0
    _told: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.actors = Actors(self.stage)

    async def live(self) -> None:
        """Live until the demo's morning, then leave the clock standing there."""
        self._plan_ahead()
        start = at(starts_on(self.weeks), 7)
        now = start
        while True:
            coming = await next_due(self.stage.services.pool, now, END)
            if self._agenda and (coming is None or self._agenda[0][0] < coming):
                coming = self._agenda[0][0]
            if coming is None or coming >= END:
                break
            if coming.date() != now.date():
                self.progress("living through the months", (coming - start) / (END - start))
            now = max(now, coming)
            await self._instant(now)
        await set_stepped(self.stage.services.pool, END)
        await self._settle(END)
        self.progress("living through the months", 1.0)

    async def _instant(self, now: datetime) -> None:
        await set_stepped(self.stage.services.pool, now)
        while self._agenda and self._agenda[0][0] <= now:
            _, _, deed = heapq.heappop(self._agenda)
            await deed(now)
        await self._settle(now)
        await self._listen(now)

    async def _settle(self, now: datetime) -> None:
        await settle(self.ports, self.stage.services.countries, now, log=_Quiet(), faults=_broken)

    async def _listen(self, now: datetime) -> None:
        """Let everybody read what came, and plan what they do about it."""
        for text in await new_texts(self.stage.services, self._seen):
            self._seen = text["seq"]
            for act in await self._read(text, now):
                self._later(act.when, partial(self.actors.act, act))

    async def _read(self, text: Mapping[str, Any], now: datetime) -> list[Act]:
        """What whoever holds the phone does about one text."""
        acts: list[Act] = []
        if text["mother_id"] is not None and text["question"] is not None:
            plan = self.stage.plans[text["mother_id"]]
            acts += mother_acts(plan, text["question"], now)
        for worker in self.stage.cast.staff if text["class"] == ALERT else ():
            if worker.msisdn == text["to"]:
                about = await self._about(worker.msisdn, text["text"])
                told = (worker.msisdn, text["text"])
                acts += self._work(worker, text["text"], about, told in self._told, now)
                self._told.add(told)
        return acts

    def _work(
        self, worker: Worker, text: str, about: Plan | None, told_before: bool, now: datetime
    ) -> Iterable[Act]:
        """What a member of staff does about an alert."""
        return staff_acts(worker, text, about, told_before, now)

    async def _about(self, msisdn: str, text: str) -> Plan | None:
        code = next((word for word in text.split() if word.isdecimal() and len(word) == 3), None)
        if code is None:
            return None
        async with self.stage.services.pool.acquire() as conn:
            mother_id = await conn.fetchval(
                "SELECT mother_id FROM case_code WHERE staff_id = $1 AND code = $2",
                self.stage.staff_ids[msisdn],
                int(code),
            )
        return self.stage.plans.get(mother_id)

    def _later(self, when: datetime, deed: Deed) -> None:
        if when < END:
            heapq.heappush(self._agenda, (when, next(self._order), deed))

    # --- what is known beforehand -------------------------------------------------------------------

    def _plan_ahead(self) -> None:
        for plan in self.stage.cast.mothers:
            joins = at(plan.joins_on, plan.joins_at)
            self._later(joins, partial(enrol, self.stage, plan, self.hashes.get(plan.place)))
            if plan.lost_baby_on is not None:
                self._later(at(plan.lost_baby_on, 12), partial(lose_baby, self.stage, plan))
            for day, words in plan.writes:
                write = Write(at(day, 12), plan.msisdn or "", words)
                self._later(write.when, partial(self.actors.act, write))
            if plan.place == NIGHT_CALL[0]:
                dial = Dial(at(TODAY - DAY, NIGHT_CALL[1]), plan.msisdn or "", ("4", "2"))
                self._later(dial.when, partial(self.actors.act, dial))
        for meeting in MEETINGS:
            self._later(meeting.called, partial(call_meeting, self.stage, meeting))
            self._later(meeting.over, partial(hold_meeting, self.stage, meeting))
        for site in range(len(self.stage.cast.sites)):
            self._close_days(site)

    def _close_days(self, site: int) -> None:
        day = starts_on(self.weeks)
        closers = [one for one in self.stage.cast.of("mentor", site) if one.behaviour != "ignores"]
        while day < TODAY:
            if (site, day) != NOT_CLOSED:
                worker = closers[day.toordinal() % len(closers)]
                hour = CLOSES_LATE_AT if day >= BY_PHONE_FROM else CLOSES_AT
                self._later(at(day, hour), partial(self.actors.close_day, site, day, worker))
            day += timedelta(days=1)


class _Quiet:
    """A log that says nothing: thousands of settlings of made-up months would only be noise."""

    def info(self, event: str, /, **counts: int) -> None:
        """Say nothing."""


def _broken(name: str, error: Exception) -> None:
    """A fault in made-up history must not pass as history."""
    raise BrokenHistoryError(name) from error
