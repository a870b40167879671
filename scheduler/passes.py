"""The passes of the loop over what is claimed: one batch each, judged by the rules, settled where it was claimed.

An item on which a rule fails gets a harmless answer of its own (look again later; for a follow-up,
with an alarm) and is reported. An item that cannot be written is found by going one by one, and set
aside, so that it cannot hold up those behind it.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from scheduler.decide import decide_all
from scheduler.erasure import verdict
from scheduler.escalate import moves
from scheduler.localtime import local
from scheduler.plan import plan
from scheduler.ports import Aside, Batch, Closures, Erasures, Ports, SiteDay, SiteMove
from scheduler.reopening import look
from scheduler.roster import Tally
from scheduler.silence import judge
from scheduler.sites import site_move
from scheduler.types import (
    Country,
    Decision,
    DueErasure,
    DueFollowUp,
    DueReminder,
    DueSite,
    EnrolmentToPlan,
    ErasureVerdict,
    Hold,
    Move,
    NotYet,
    Plan,
    SilenceVerdict,
    SiteLook,
    Spell,
    Wait,
)

Item = TypeVar("Item")
Result = TypeVar("Result")

Faults = Callable[[str, Exception], None]
"""Told the name of a pass and what went wrong in it. It must log no message: that may hold a number."""

LOOK_AGAIN = timedelta(minutes=15)
"""How soon an item is tried again on which a rule failed."""

RULE_FAULT = "rule_fault"

FURTHEST_AHEAD = timedelta(hours=14)
"""How far a time zone's wall clock may be ahead of UTC."""


@dataclass(frozen=True, slots=True)
class Pass(Generic[Item, Result]):
    """One kind of work: where it is claimed, how a batch is judged, and what an item gets whose rule failed."""

    name: str
    claim: Callable[[datetime, int], AbstractAsyncContextManager[Batch[Item, Result]]]
    judge: Callable[[Sequence[Item], datetime], list[Result]]
    failed: Callable[[Item, datetime], Result]
    limit: int

    async def run(self, now: datetime, aside: Aside | None, faults: Faults) -> int:
        """Claim, judge and settle one batch; return how many items it held."""
        seen: list[int] = []
        try:
            return await self._batch(now, self.limit, faults, seen)
        except Exception as error:
            faults(self.name, error)
            if not seen or aside is None:
                raise StuckError from error
        return await self._one_by_one(now, seen[0], aside, faults)

    async def _batch(self, now: datetime, limit: int, faults: Faults, seen: list[int]) -> int:
        async with self.claim(now, limit) as batch:
            items = batch.items
            seen.append(len(items))
            if items:
                await batch.settle(self._judged(items, now, faults))
        return len(items)

    async def _one_by_one(self, now: datetime, count: int, aside: Aside, faults: Faults) -> int:
        done = 0
        for _ in range(count):
            culprit: list[Item] = []
            try:
                async with self.claim(now, 1) as batch:
                    if not batch.items:
                        break
                    culprit.extend(batch.items)
                    await batch.settle(self._judged(batch.items, now, faults))
            except Exception as error:
                faults(self.name, error)
                if not culprit:
                    raise StuckError from error
                await aside.set_aside(self.name, culprit[0], now)
            done += 1
        return done

    def _judged(self, items: Sequence[Item], now: datetime, faults: Faults) -> list[Result]:
        """The rules' answers; when they fail on the batch, each item's own."""
        try:
            return self.judge(items, now)
        except Exception:
            return [self._judged_alone(item, now, faults) for item in items]

    def _judged_alone(self, item: Item, now: datetime, faults: Faults) -> Result:
        try:
            return self.judge([item], now)[0]
        except Exception as error:
            faults(self.name, error)
            return self.failed(item, now)


class StuckError(Exception):
    """A pass failed in a way that trying its items again cannot mend; it has been reported."""


def planning(ports: Ports, countries: Mapping[str, Country], limit: int) -> Pass[EnrolmentToPlan, Plan]:
    """Enrolments whose revision or horizon is behind."""

    def judge_all(items: Sequence[EnrolmentToPlan], now: datetime) -> list[Plan]:
        return [plan(countries[item.country], item, local(now, item.time_zone).date()) for item in items]

    def failed(item: EnrolmentToPlan, now: datetime) -> Plan:
        # The zone may be what failed: this is a day later in every one, or it would be due again at once.
        today = (now + FURTHEST_AHEAD).date()
        return Plan(
            enrolment_id=item.id,
            revision=item.revision or "",
            planned_through=item.planned_through or today,
            next_on=today + timedelta(days=1),
            whole=False,
            fault=RULE_FAULT,
        )

    return Pass("planning", ports.planning.behind, judge_all, failed, limit)


def reminders(ports: Ports, countries: Mapping[str, Country], limit: int) -> Pass[DueReminder, Decision]:
    """Planned contacts whose time has come."""

    def judge_all(items: Sequence[DueReminder], now: datetime) -> list[Decision]:
        return decide_all(items, countries, now)

    def failed(item: DueReminder, now: datetime) -> Decision:
        return Hold(now + LOOK_AGAIN, "fault")

    return Pass("reminders", ports.reminders.due, judge_all, failed, limit)


def silences(ports: Ports, countries: Mapping[str, Country], limit: int) -> Pass[Spell, SilenceVerdict]:
    """Mothers whose unanswered ask must be looked at."""

    def judge_all(items: Sequence[Spell], now: datetime) -> list[SilenceVerdict]:
        return [judge(item, now, countries[item.country]) for item in items]

    def failed(item: Spell, now: datetime) -> SilenceVerdict:
        return Wait(now + LOOK_AGAIN)

    return Pass("silences", ports.silences.due, judge_all, failed, limit)


def follow_ups(ports: Ports, countries: Mapping[str, Country], limit: int) -> Pass[DueFollowUp, Move]:
    """Open follow-ups whose next action has come."""

    def judge_all(items: Sequence[DueFollowUp], now: datetime) -> list[Move]:
        return moves(items, countries, now, Tally())

    def failed(item: DueFollowUp, now: datetime) -> Move:
        return Move(item.state, item.step, now + LOOK_AGAIN, alarm=RULE_FAULT)

    return Pass("follow_ups", ports.follow_ups.due, judge_all, failed, limit)


def sites(ports: Ports, limit: int) -> Pass[SiteDay, SiteMove]:
    """Working days that were to be closed."""

    def judge_all(items: Sequence[SiteDay], now: datetime) -> list[SiteMove]:
        return [site_move(item, now) for item in items]

    def failed(item: SiteDay, now: datetime) -> SiteMove:
        return SiteMove(tell=None, mark_unknown=False, stage=item.stage, next_at=now + LOOK_AGAIN)

    return Pass("sites", ports.sites.due, judge_all, failed, limit)


def erasures(port: Erasures, limit: int) -> Pass[DueErasure, ErasureVerdict]:
    """Wishes to be forgotten whose days are over."""

    def judge_all(items: Sequence[DueErasure], now: datetime) -> list[ErasureVerdict]:
        return [verdict(item, now) for item in items]

    def failed(item: DueErasure, now: datetime) -> ErasureVerdict:
        return NotYet(now + LOOK_AGAIN, alarm=True)

    return Pass("erasures", port.due, judge_all, failed, limit)


def closures(port: Closures, limit: int) -> Pass[DueSite, SiteLook]:
    """Sites that are not open."""

    def judge_all(items: Sequence[DueSite], now: datetime) -> list[SiteLook]:
        return [look(item, now) for item in items]

    def failed(item: DueSite, now: datetime) -> SiteLook:
        return SiteLook(ask=False, next_at=now + LOOK_AGAIN)

    return Pass("closures", port.due, judge_all, failed, limit)
