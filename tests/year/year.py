"""Lives through the year: the demo's history and loop, with every turn a life and a clinic can take, noted in the ledger."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Any

from flows.events import (
    BirthDateCorrected,
    BirthReported,
    DueDateCorrected,
    Event,
    InfantDeathReported,
    LeaveTaken,
    LossReported,
    MotherSetUp,
    NumberLeft,
    PhoneLost,
    RhythmChosen,
    SetUpCodeGiven,
    SiteStatusSet,
    StaffCodeGiven,
    StaffSetUp,
    VisitMoved,
    WeanedReported,
)
from service.clocks import set_stepped
from service.demo.actors import BY_PHONE_FROM, Actors
from service.demo.calendar import DAY, TODAY, at, next_slot, workday
from service.demo.cast import Plan, Worker
from service.demo.habits import CASE, Act, Dial, Flash, Write, staff_acts
from service.demo.history import History
from service.demo.stage import GATEWAY, Stage, enrol, open_the_clinics
from service.demo.world import worker_parts
from service.gateway.simulator import Simulator
from service.inbound.delivery import delivered
from service.processes.worker import ports_on
from service.store import mothers, people
from service.store.caseload import looks_after
from service.wiring import Services
from tests.year.ledger import PUSHED, ZONE, Kind, Ledger, Text
from tests.year.lives import FIRST_DAY, PINS, SEED, WEEKS, Life, lives, number

FORGETS_A_DAY, FORGETS_A_CASE, FORGETS_AGAIN, PASSES_ON = 0.06, 0.07, 0.6, 0.06
CLOSED_SITE, CLOSED_FROM = 1, FIRST_DAY + 17 * 7 * DAY
CLOSED_FOR = 7 * DAY
LEAVES = 10
LOST_PHONES = 3
ANSWERS_ABOUT_DAYS = 0.35
NIGHTS = (2, 4, 22)
MORNING = 7
HOURS = (10, 15, 17)
CASE_NUMBER = re.compile(r"\b[2-9][0-9]{2}\b")


class Roads(Simulator):
    """The simulator's network, and phones it cannot reach for a while."""

    def begin(self) -> "Roads":
        """Everybody can be reached."""
        self.away: set[str] = set()
        return self

    async def _take(self, numbers: Sequence[str], text: str, delivered: bool) -> dict[str, str]:
        gone = [one for one in numbers if one in self.away]
        here = [one for one in numbers if one not in self.away]
        return {**await super()._take(gone, text, False), **await super()._take(here, text, delivered)}


class Hands(Actors):
    """The demo's people, whose doings are written down."""

    def begin(self, year: "Year") -> "Hands":
        """Set whose year it is."""
        self.year = year
        return self

    async def act(self, act: Act, now: datetime) -> None:
        """See Actors.act. Whoever is travelling does nothing."""
        if isinstance(act, Write | Dial | Flash):
            if act.msisdn in self.year.roads.away:
                return
            self.year.did(act, now)
        await super().act(act, now)

    def _came(self, mother_id: int, day: date) -> bool:
        plan = self.stage.plans[mother_id]
        away = self.year.lives[plan.place].away
        came = super()._came(mother_id, day) and not (away is not None and away[0] <= day < away[1])
        self.year.ledger.note(self.year.now, plan.place, "came" if came else "absent", day=day)
        return came


class Year(History):
    """The history of a year. ``settlings`` counts how often the loop ran."""

    def begin(self, roads: Roads, all_lives: Sequence[Life]) -> "Year":
        """Set the network and what happens to whom."""
        self.roads, self.lives, self.ledger = roads, all_lives, Ledger()
        self.actors = Hands(self.stage).begin(self)
        self.now = at(FIRST_DAY, 7)
        self.settlings = 0
        self.leave: dict[str, tuple[date, date]] = {}
        self.without_phone = self.stage.without_phone
        self.places: dict[str, set[int]] = {}
        return self

    async def _instant(self, now: datetime) -> None:
        self.now = now
        await super()._instant(now)

    async def _settle(self, now: datetime) -> None:
        self.settlings += 1
        await super()._settle(now)

    def _later(self, when: datetime, deed: Any) -> None:
        """People act at few hours of the day, since each costs a settling; what happens at night stays there."""
        clock = when.astimezone(ZONE)
        if not clock.minute and clock.hour >= MORNING:
            when = next(
                (at(clock.date(), hour) for hour in HOURS if hour >= clock.hour),
                at(clock.date() + DAY, HOURS[0]),
            )
        super()._later(when, deed)

    # --- what is known beforehand -------------------------------------------------------------------

    def _plan_ahead(self) -> None:
        for life in self.lives:
            plan = life.plan
            self._later(at(plan.joins_on, plan.joins_at), partial(self._join, life))
            self._her_life(life)
        for site in range(len(self.stage.cast.sites)):
            self._close_days(site)
        self._their_work()
        self._closed_week()

    def _her_life(self, life: Life) -> None:
        days: list[tuple[date | None, int, Any]] = [
            (life.born_on and life.born_on + life.told_after * DAY, 10, self._birth),
            (life.pregnancy_lost_on, 12, self._pregnancy_lost),
            (life.baby_died_on, 12, self._baby_died),
            (life.weaned_on, 10, self._weaned),
            (life.stops_on, 12, self._stop),
            (life.starts_again_on, 12, self._start),
            (life.starts_again_on, 15, self._start_yes),
            (life.wrong_person_on, 12, self._wrong_person),
            (life.checked_on, 10, self._set_up_again),
            (life.new_number_on, 10, self._new_number),
            (life.away and life.away[0], 9, self._away),
            (life.away and life.away[1], 9, self._back),
            (life.due_date_put_right_on, 10, self._due_date),
            (life.birth_put_right_on, 10, self._birth_date),
            (life.visit_moved_on, 10, self._visit_moved),
            (life.daily_on, 12, self._daily),
            (life.daily_on and life.daily_on + 14 * DAY, 12, self._weekly),
        ]
        for day, hour, deed in days:
            if day is not None:
                self._later(at(day, hour), partial(deed, life))
        if life.danger_on is not None:
            hour = NIGHTS[life.plan.place % len(NIGHTS)]
            self._later(at(life.danger_on, hour, 20), partial(self._danger, life))

    def _close_days(self, site: int) -> None:
        closers, day, dice = self.stage.cast.of("mentor", site), FIRST_DAY, Random(f"days/{SEED}/{site}")
        while day < TODAY:
            closed = site == CLOSED_SITE and CLOSED_FROM <= day < CLOSED_FROM + CLOSED_FOR
            # Who closes by phone answers for what an earlier day left open, too: none is forgotten just before.
            if (dice.random() >= FORGETS_A_DAY or day >= BY_PHONE_FROM - 2 * DAY) and not closed:
                worker = closers[day.toordinal() % len(closers)]
                self._later(at(day, 15), partial(self._close_day, site, day, worker))
            day += DAY

    def _their_work(self) -> None:
        dice = Random(f"work/{SEED}")
        mentors = self.stage.cast.of("mentor")
        for place in range(LEAVES):
            worker = mentors[place % len(mentors)]
            on = workday(FIRST_DAY + dice.randint(20, 330) * DAY)
            self._later(at(on, 9), partial(self._take_leave, worker, on, on + 10 * DAY))
        for place in range(LOST_PHONES):
            worker = mentors[(5 * place + 1) % len(mentors)]
            on = workday(FIRST_DAY + dice.randint(20, 330) * DAY)
            self._later(at(on, 12), partial(self._lose_phone, worker))
            self._later(at(workday(on + 2 * DAY), 12), partial(self._new_handset, worker))

    def _closed_week(self) -> None:
        self._later(at(CLOSED_FROM, 9), partial(self._site, "closed"))
        self._later(at(CLOSED_FROM + CLOSED_FOR, 9), partial(self._site, "open"))

    # --- what they do about texts -------------------------------------------------------------------

    async def _read(self, text: Mapping[str, Any], now: datetime) -> list[Act]:
        to = text["to"]
        arrived = to not in self.roads.away
        self.ledger.texts.append(Text(text["seq"], text["at"], to, text["text"], text["class"], arrived))
        if not arrived:
            self._later(next_slot(now), partial(self._not_arrived, text["seq"], to))
            return []
        about_a_day = text["question"] not in (None, "checkin") and text["class"] in PUSHED
        if about_a_day and Random(f"{to}/{now}").random() >= ANSWERS_ABOUT_DAYS:
            return []
        return await super()._read(text, now)

    def _work(
        self, worker: Worker, text: str, about: Plan | None, told_before: bool, now: datetime
    ) -> Iterable[Act]:
        """Most act on an alert; some forget, some pass it on, some are on leave or without their phone."""
        dice = Random(f"{worker.msisdn}/{now}/{text}")
        leave, case = self.leave.get(worker.msisdn), CASE.search(text)
        if worker.msisdn in self.without_phone or (leave and leave[0] <= now.date() <= leave[1]):
            return []
        forgets = FORGETS_AGAIN if told_before else FORGETS_A_CASE
        if case is not None and dice.random() < forgets:
            self.ledger.staff.append((now, worker.msisdn, "forgets"))
            return []
        if case is not None and worker.role == "mentor" and dice.random() < PASSES_ON:
            return [Write(next_slot(now), worker.msisdn, f"{case[1]} 2")]
        return staff_acts(worker, text, about, told_before, now)

    def did(self, act: Write | Dial | Flash, now: datetime) -> None:
        """Write down what somebody did with a phone."""
        staff = next((one for one in self.stage.cast.staff if one.msisdn == act.msisdn), None)
        said = act.text if isinstance(act, Write) else ""
        if staff is not None:
            self.ledger.staff.append((now, act.msisdn, f"answers {said[4:5] or 'by voice'}"))
        for place in sorted(self.places.get(act.msisdn, ())):
            kind: Kind = "wrote" if isinstance(act, Write) else "dialled" if isinstance(act, Dial) else "rang"
            if staff is None or not CASE_NUMBER.search(said):
                self.ledger.note(now, place, kind, said=said)

    async def _not_arrived(self, seq: int, to: str, now: datetime) -> None:
        services = self.stage.services
        await delivered(
            services.pool,
            services.deps(),
            gateway=GATEWAY,
            gateway_id=f"sim-{seq}",
            status="Failed",
            sender=to,
            reason="DeliveryFailure",
            now=now,
        )

    # --- her life -------------------------------------------------------------------------------------

    async def _join(self, life: Life, now: datetime) -> None:
        plan = life.plan
        await enrol(self.stage, plan, self.hashes.get(plan.place), now)
        if life.older_child_on is not None:
            await self._add_child(life, now)
        self._number(plan.place, plan.msisdn if plan.set_up else None, now)
        self.ledger.note(now, plan.place, "joined", day=plan.anchor_on, said=plan.stage)
        if life.no_checkins:
            await self._tell(life, RhythmChosen(self._id(life), "off", plan.hour), True, now)

    async def _add_child(self, life: Life, now: datetime) -> None:
        """An older child of hers is in care already."""
        assert life.older_child_on is not None
        stage = self.stage
        async with stage.services.pool.acquire() as conn, conn.transaction():
            facility = await people.facility(conn, stage.sites[life.plan.site])
            await mothers.add_infant(conn, facility, self._id(life), life.older_child_on, now)

    def _number(self, place: int, msisdn: str | None, now: datetime) -> None:
        for holders in self.places.values():
            holders.discard(place)
        if msisdn is not None:
            self.places.setdefault(msisdn, set()).add(place)
        self.ledger.has_number(now, place, msisdn)

    async def _birth(self, life: Life, now: datetime) -> None:
        assert life.born_on is not None
        event = BirthReported(self._id(life), None, life.born_on, life.babies)
        if not await self._tell(life, event, life.by_herself, now):
            self._later(now + DAY, partial(self._birth, life))
        else:
            born = await self._infants(life)
            self.ledger.note(now, life.plan.place, "birth", day=life.born_on, infants=tuple(born))

    async def _pregnancy_lost(self, life: Life, now: datetime) -> None:
        if await self._tell(life, LossReported(self._id(life), None), False, now):
            self.ledger.note(now, life.plan.place, "pregnancy_lost")
        else:
            self._later(now + DAY, partial(self._pregnancy_lost, life))

    async def _baby_died(self, life: Life, now: datetime) -> None:
        """One baby dies; of twins the other lives."""
        alive = await self._infants(life)
        if alive:
            event = InfantDeathReported(self._id(life), alive[0], None)
            if await self._tell(life, event, False, now):
                self.ledger.note(now, life.plan.place, "baby_died", infants=(alive[0],))
            else:
                self._later(now + DAY, partial(self._baby_died, life))

    async def _weaned(self, life: Life, now: datetime) -> None:
        for infant in await self._infants(life):
            event = WeanedReported(self._id(life), infant, None, now.date() - 3 * DAY)
            if await self._tell(life, event, False, now):
                self.ledger.note(now, life.plan.place, "weaned", infants=(infant,))

    async def _due_date(self, life: Life, now: datetime) -> None:
        edd = life.plan.anchor_on + 12 * DAY
        if await self._tell(life, DueDateCorrected(0, self._id(life), edd), False, now):
            self.ledger.note(now, life.plan.place, "put_right", day=edd, said="due date")

    async def _birth_date(self, life: Life, now: datetime) -> None:
        assert life.born_on is not None
        born_on = life.born_on - 2 * DAY
        for infant in (await self._infants(life))[:1]:
            if await self._tell(life, BirthDateCorrected(0, self._id(life), infant, born_on), False, now):
                self.ledger.note(now, life.plan.place, "put_right", day=born_on, said="birth date")

    async def _visit_moved(self, life: Life, now: datetime) -> None:
        visit = await self.stage.services.pool.fetchrow(_NEXT_VISIT, self._id(life), now.date())
        if visit is not None:
            to = workday(visit["due_on"] + 2 * DAY)
            if await self._tell(life, VisitMoved(0, self._id(life), visit["id"], to), False, now):
                self.ledger.note(now, life.plan.place, "visit_moved", day=to)

    async def _stop(self, life: Life, now: datetime) -> None:
        await self._writes(life, "STOP", now)
        self.ledger.note(now, life.plan.place, "stop")

    async def _start(self, life: Life, now: datetime) -> None:
        await self._writes(life, "START", now)

    async def _start_yes(self, life: Life, now: datetime) -> None:
        await self._writes(life, "1", now)
        self.ledger.note(now, life.plan.place, "start")

    async def _wrong_person(self, life: Life, now: datetime) -> None:
        """Her phone is with somebody who does not know us."""
        await self._writes(life, "Who is this?", now)
        self.ledger.note(now, life.plan.place, "wrong_person")

    async def _set_up_again(self, life: Life, now: datetime) -> None:
        if await self._bind(life, self._phone(life) or "", self._set_up_again, now):
            self.ledger.note(now, life.plan.place, "checked")

    async def _new_number(self, life: Life, now: datetime) -> None:
        """She gives up her number, or simply comes with another; beside her mentor it becomes hers."""
        if life.gives_up_first:
            await self._tell(life, NumberLeft(self._id(life), None), True, now)
            self._number(life.plan.place, None, now)
            self.ledger.note(now, life.plan.place, "number_left")
            self._later(at(workday(now.date() + 9 * DAY), 10), partial(self._comes_with_another, life))
        else:
            await self._comes_with_another(life, now)

    async def _comes_with_another(self, life: Life, now: datetime) -> None:
        new = number(life.plan.place, second=True)
        mother_id = self._id(life)
        if not await self._bind(life, new, self._comes_with_another, now):
            return
        self.stage.plans[mother_id] = replace(self.stage.plans[mother_id], msisdn=new)
        self._number(life.plan.place, new, now)
        self.ledger.note(now, life.plan.place, "new_number")

    async def _away(self, life: Life, now: datetime) -> None:
        self.roads.away.add(self._phone(life) or "")
        self.ledger.note(now, life.plan.place, "away")

    async def _back(self, life: Life, now: datetime) -> None:
        self.roads.away.discard(self._phone(life) or "")
        self.ledger.note(now, life.plan.place, "back")

    async def _danger(self, life: Life, now: datetime) -> None:
        await self.actors.act(Dial(now, self._phone(life) or "", ("4", "2")), now)
        self.ledger.note(now, life.plan.place, "danger")

    async def _daily(self, life: Life, now: datetime) -> None:
        await self._tell(life, RhythmChosen(self._id(life), "daily", life.plan.hour), True, now)
        self.ledger.note(now, life.plan.place, "daily")

    async def _weekly(self, life: Life, now: datetime) -> None:
        await self._tell(life, RhythmChosen(self._id(life), "weekly", life.plan.hour), True, now)

    # --- the clinics ----------------------------------------------------------------------------------

    async def _close_day(self, site: int, day: date, worker: Worker, now: datetime) -> None:
        leave = self.leave.get(worker.msisdn)
        if worker.msisdn not in self.without_phone and not (leave and leave[0] <= day <= leave[1]):
            await self.actors.close_day(site, day, worker, now)

    async def _take_leave(self, worker: Worker, starts: date, ends: date, now: datetime) -> None:
        others = [one for one in self.stage.cast.of("mentor", worker.site) if one.msisdn != worker.msisdn]
        free = [
            one for one in others if one.msisdn not in self.without_phone and not self._off(one, starts, ends)
        ]
        if not free or worker.msisdn in self.without_phone:
            return
        cover = free[starts.toordinal() % len(free)]
        event = LeaveTaken(self._staff(worker), starts, ends, self._staff(cover))
        await self._apply([event], worker.msisdn, now)
        self.leave[worker.msisdn] = (starts, ends)
        self.ledger.staff.append((now, worker.msisdn, "leave"))

    def _off(self, worker: Worker, starts: date, ends: date) -> bool:
        leave = self.leave.get(worker.msisdn)
        return leave is not None and leave[0] <= ends and starts <= leave[1]

    async def _lose_phone(self, worker: Worker, now: datetime) -> None:
        supervisor = self.stage.cast.of("supervisor", worker.site)[0]
        event = PhoneLost(self._staff(supervisor), self._staff(worker))
        await self._apply([event], supervisor.msisdn, now)
        self.without_phone.add(worker.msisdn)
        self.ledger.staff.append((now, worker.msisdn, "phone lost"))

    async def _new_handset(self, worker: Worker, now: datetime) -> None:
        """The same number on a new card, bound beside the supervisor."""
        supervisor = self.stage.cast.of("supervisor", worker.site)[0]
        staff_id, code = self._staff(worker), f"9{worker.place:03d}"
        given = StaffCodeGiven(self._staff(supervisor), staff_id, code)
        await self._apply([given], supervisor.msisdn, now)
        self.stage.hashes[staff_id] = self.hashes[0]
        await self._apply([StaffSetUp(staff_id, code, PINS[0])], worker.msisdn, now)
        self.without_phone.discard(worker.msisdn)
        self.ledger.staff.append((now, worker.msisdn, "new handset"))

    async def _site(self, status: Any, now: datetime) -> None:
        supervisor = self.stage.cast.of("supervisor", CLOSED_SITE)[0]
        event = SiteStatusSet(self._staff(supervisor), self.stage.sites[CLOSED_SITE], status)
        await self._apply([event], supervisor.msisdn, now)
        self.ledger.sites.append((now, CLOSED_SITE, status))

    # --- how it is told -------------------------------------------------------------------------------

    def _id(self, life: Life) -> int:
        return self.stage.mother_ids[life.plan.place]

    def _staff(self, worker: Worker) -> int:
        return self.stage.staff_ids[worker.msisdn]

    def _phone(self, life: Life) -> str | None:
        return self.stage.plans[self._id(life)].msisdn

    async def _tell(self, life: Life, event: Event, by_herself: bool, now: datetime) -> bool:
        """Her own report, or that of whoever looks after her that day; False when nobody does just then."""
        told_by = self._phone(life) if by_herself else None
        if told_by is None:
            mentor = await self._who_looks_after(life, now)
            if mentor is None:
                return False
            told: Any = event
            told_by, event = mentor.msisdn, replace(told, staff_id=self._staff(mentor))
        await self._apply([event], told_by, now)
        return True

    async def _who_looks_after(self, life: Life, now: datetime) -> Worker | None:
        """Her mentor, whoever covers for her, or whoever she was handed on to."""
        mentors = self.stage.cast.of("mentor")
        own = mentors[life.plan.mentor]
        here = [own, *(one for one in self.stage.cast.of("mentor", own.site) if one != own)]
        async with self.stage.services.pool.acquire() as conn:
            for one in here:
                if one.msisdn not in self.without_phone and await looks_after(
                    conn, self._staff(one), self._id(life), now.date()
                ):
                    return one
        return None

    async def _apply(self, events: Sequence[Event], msisdn: str, now: datetime) -> None:
        async with self.stage.services.pool.acquire() as conn, conn.transaction():
            await self.stage.tell(conn, events, msisdn, now)

    async def _bind(self, life: Life, msisdn: str, again: Any, now: datetime) -> bool:
        """Beside her mentor she types a code on this handset and chooses a PIN; ``again`` tomorrow if nobody is there."""
        code, mother_id = f"{4000 + life.plan.place}", self._id(life)
        if not await self._tell(life, SetUpCodeGiven(0, mother_id, code), False, now):
            self._later(now + DAY, partial(again, life))
            return False
        self.stage.hashes[mother_id] = self.hashes[life.plan.place]
        set_up = MotherSetUp(mother_id, code, life.plan.signature, life.plan.pin or "")
        await self._apply([set_up], msisdn, now)
        return True

    async def _writes(self, life: Life, text: str, now: datetime) -> None:
        await self.actors.act(Write(now, self._phone(life) or "", text), now)

    async def _infants(self, life: Life) -> list[int]:
        """The living babies of her last birth."""
        rows = await self.stage.services.pool.fetch(_ALIVE, self._id(life))
        return [row["id"] for row in rows]


async def live(services: Services, how_many: int, seed: int = SEED) -> Year:
    """Live through it. The clock then stands at the demo's morning, and nothing is due."""
    start = at(FIRST_DAY, 7)
    cast, all_lives = lives(how_many, seed)
    await set_stepped(services.pool, start)
    roads = Roads(services.pool, services.sealer, services.index, services.clocks.care, slots=1).begin()
    services.gateway = roads
    stage: Stage = await open_the_clinics(services, cast, start)
    hashed = [await services.pins.hash_pin(pin) for pin in PINS]
    hashes = {one.place: hashed[PINS.index(one.pin)] for one in cast.mothers if one.pin is not None}
    ports = ports_on(worker_parts(services), "year")
    year = Year(stage, ports, hashes, _say_nothing, WEEKS).begin(roads, all_lives)
    await year.live()
    return year


def _say_nothing(*_: Any) -> None:
    """Nobody watches the progress."""


_ALIVE = """
SELECT id FROM infant WHERE mother_id = $1 AND status = 'alive'
  AND born_on = (SELECT max(born_on) FROM infant WHERE mother_id = $1) ORDER BY id
"""
_NEXT_VISIT = """
SELECT id, due_on FROM visit
WHERE mother_id = $1 AND kind = 'clinic' AND status = 'expected' AND due_on > $2 ORDER BY due_on, id LIMIT 1
"""
