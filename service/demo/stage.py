"""Brings the cast into the database the way a programme would: clinics and staff first, then each mother beside her mentor."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flows.events import (
    EnrolmentCompleted,
    Event,
    InfantDeathReported,
    LanguageChosen,
    MotherEnrolled,
    MotherSetUp,
)
from service import directory
from service.apply import apply
from service.apply.deps import Origin
from service.database import Connection
from service.demo.calendar import TODAY, ZONE
from service.demo.cast import COUNTRY, Cast, Plan, Worker
from service.store import mothers, open_days, people
from service.wiring import Services

FIRST_CODE = 4000
GATEWAY = "simulator"
EVERY_DAY = range(7)
PINS_AT_ONCE = 16
PILLS_BEYOND = timedelta(days=7)
"""How far the pills of a visit reach beyond the next one."""


@dataclass(slots=True)
class Stage:
    """Who has become which row. ``plans`` and ``workers`` find people again by id, number and clinic.

    ``without_phone`` are the numbers of staff who may report nothing until they are set up again.
    """

    services: Services
    cast: Cast
    sites: list[int] = field(default_factory=list)
    mentors: list[int] = field(default_factory=list)
    staff_ids: dict[str, int] = field(default_factory=dict)
    mother_ids: dict[int, int] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)
    without_phone: set[str] = field(default_factory=set)

    def writer(self, place: int) -> Worker:
        """The mentor at this place, or whoever of her clinic writes for her while she has no phone."""
        own = self.cast.of("mentor")[place]
        here = [own, *self.cast.of("mentor", own.site)]
        return next((one for one in here if one.msisdn not in self.without_phone), own)

    async def tell(self, conn: Connection, events: Sequence[Event], msisdn: str, now: datetime) -> None:
        """Apply what happened on this phone, in the caller's transaction."""
        phone = await people.phone_of_index(conn, self.services.index.of(msisdn), now)
        origin = Origin(phone.id, phone.number_index, msisdn, "ussd", "demo")
        await apply(conn, events, origin, now, self.services.deps(), pin_hashes=self.hashes)


async def open_the_clinics(services: Services, cast: Cast, now: datetime) -> Stage:
    """Clinics, everybody who works there, and who answers danger in which hours."""
    stage = Stage(services, cast)
    hashes = await _hashed(services, [worker.pin for worker in cast.staff])
    async with services.pool.acquire() as conn, conn.transaction():
        deps = services.deps()
        for site in cast.sites:
            new = directory.NewFacility(site.name, COUNTRY, ZONE, time(15), site.transport, site.line)
            stage.sites.append(await directory.add_facility(conn, deps, new, now))
            await open_days.say(conn, stage.sites[-1], [TODAY], None, None, now)
        for worker, hashed in zip(cast.staff, hashes, strict=True):
            staff_id = await _join_staff(conn, stage, worker, hashed, now)
            stage.staff_ids[worker.msisdn] = staff_id
            if worker.role == "mentor":
                stage.mentors.append(staff_id)
        for place, site in enumerate(cast.sites):
            await _roster(conn, stage, place, nights=site.nights)
    return stage


async def _join_staff(conn: Connection, stage: Stage, worker: Worker, hashed: str, now: datetime) -> int:
    new = directory.NewStaff(
        worker.role,
        worker.name,
        worker.msisdn,
        stage.sites[worker.site],
        worker.language,
        hashed,
        worker.starts_at,
        worker.ends_at,
        answers_mood=worker.role == "nurse",
    )
    staff_id = await directory.add_staff(conn, stage.services.deps(), new, now)
    await stage.tell(conn, [LanguageChosen(worker.language)], worker.msisdn, now)
    await _remember(conn, stage, staff_id, worker.pin, worker.behaviour)
    return staff_id


async def _roster(conn: Connection, stage: Stage, place: int, *, nights: bool) -> None:
    """Two nurses by day, the first called first; at a clinic with nights they take turns until morning."""
    nurses = stage.cast.of("nurse", place)
    first, second = (stage.staff_ids[nurse.msisdn] for nurse in nurses)
    for rank, nurse_id in enumerate((first, second), 1):
        duties = [directory.Duty(day, time(7), time(19), rank) for day in EVERY_DAY]
        if nights:
            turn = [day for day in EVERY_DAY if day % 2 == rank - 1]
            duties += [directory.Duty(day, time(19), time(7)) for day in turn]
        await directory.add_duty(conn, stage.sites[place], nurse_id, duties)


async def hash_all_pins(stage: Stage) -> dict[int, str]:
    """The hash of each mother's PIN by her place: hashing costs 33 ms each, so it is done in threads beforehand."""
    plans = [plan for plan in stage.cast.mothers if plan.pin is not None]
    hashes = await _hashed(stage.services, [plan.pin or "" for plan in plans])
    return {plan.place: hashed for plan, hashed in zip(plans, hashes, strict=True)}


async def enrol(stage: Stage, plan: Plan, hashed: str | None, now: datetime) -> None:
    """A mother joins: consent read aloud, her handset set up beside her mentor, her details completed."""
    mentor = stage.cast.of("mentor")[plan.mentor]
    mentor_id = stage.mentors[plan.mentor]
    form = f"D{plan.place + 1:04d}"
    code = str(FIRST_CODE + plan.place) if plan.set_up else None
    enrolled = MotherEnrolled(mentor_id, form, plan.stage, plan.anchor_on, plan.phone, code)
    async with stage.services.pool.acquire() as conn, conn.transaction():
        await stage.tell(conn, [enrolled], mentor.msisdn, now)
        mother_id: int = await conn.fetchval(_BY_FORM, form)
        stage.mother_ids[plan.place] = mother_id
        stage.plans[mother_id] = plan
        await _details(conn, stage, plan, mother_id, now)
        if code is not None and hashed is not None and plan.msisdn is not None:
            stage.hashes[mother_id] = hashed
            set_up = MotherSetUp(mother_id, code, plan.signature, plan.pin or "")
            chosen = [LanguageChosen(plan.language), set_up]
            await stage.tell(conn, chosen, plan.msisdn, now)
            # Setting up chose a day by itself; the cast's stories need the day each was drawn with.
            await conn.execute(_WEEKDAY, mother_id, plan.weekday, plan.hour)
            await conn.execute(_WEEKDAY_ASKED, mother_id, plan.weekday)
        if plan.completed:
            await book(conn, stage, plan, plan.joins_on, now)
        await _remember(conn, stage, mother_id, plan.pin, plan.behaviour)


async def _details(conn: Connection, stage: Stage, plan: Plan, mother_id: int, now: datetime) -> None:
    """Her name, language, day of the week and client number, which the two minutes at enrolment leave out; and the other twin."""
    name = stage.services.sealer.seal(plan.name, table="person", column="name", row=mother_id)
    await conn.execute(_NAME, mother_id, name, plan.language)
    await conn.execute(_WEEKDAY, mother_id, plan.weekday, plan.hour)
    await conn.execute(_CLIENT_NUMBER, mother_id, f"{plan.site + 1}{plan.place + 1:04d}")
    if plan.twins:
        facility = await people.facility(conn, stage.sites[plan.site])
        await mothers.add_infant(conn, facility, mother_id, plan.anchor_on, now, birth_order=2)


async def book(
    conn: Connection, stage: Stage, plan: Plan, after: date, now: datetime, on: date | None = None
) -> None:
    """Enter her next appointment after this day (or ``on``), and how far the pills reach that she was given."""
    day = on or next((day for day in plan.visits if day > after), None)
    if day is None:
        return
    supplied = day + PILLS_BEYOND if plan.refilled else plan.run_out_on
    writer = stage.writer(plan.mentor)
    completed = EnrolmentCompleted(
        stage.staff_ids[writer.msisdn],
        stage.mother_ids[plan.place],
        day,
        plan.art_started_on,
        supplied,
        plan.under_20,
    )
    await stage.tell(conn, [completed], writer.msisdn, now)


async def lose_baby(stage: Stage, plan: Plan, now: datetime) -> None:
    """Her mentor reports that her baby died. Everything about it falls silent; her own care goes on."""
    mentor_id = stage.mentors[plan.mentor]
    msisdn = stage.cast.of("mentor")[plan.mentor].msisdn
    mother_id = stage.mother_ids[plan.place]
    async with stage.services.pool.acquire() as conn, conn.transaction():
        rows = await conn.fetch(_ALIVE, mother_id)
        died = [InfantDeathReported(mother_id, row["id"], mentor_id) for row in rows]
        await stage.tell(conn, died, msisdn, now)


async def _remember(conn: Connection, stage: Stage, person_id: int, pin: str | None, behaviour: str) -> None:
    """What the simulator may show of a made-up person: the PIN and the behaviour."""
    sealer = stage.services.sealer
    sealed = None
    if pin is not None:
        sealed = sealer.seal(pin, table="simulator_person", column="pin", row=person_id)
    await conn.execute(_SIMULATOR_PERSON, person_id, sealed, behaviour)


async def _hashed(services: Services, pins: Sequence[str]) -> list[str]:
    few = asyncio.Semaphore(PINS_AT_ONCE)

    async def one(pin: str) -> str:
        async with few:
            return await services.pins.hash_pin(pin)

    return list(await asyncio.gather(*map(one, pins)))


_BY_FORM = "SELECT id FROM mother WHERE form_number = $1"
_CLIENT_NUMBER = "UPDATE mother SET client_number = $2 WHERE id = $1"
_NAME = "UPDATE person SET name = $2, language = $3 WHERE id = $1"
_WEEKDAY = "UPDATE mother SET checkin_weekday = $2, checkin_hour = $3 WHERE id = $1"
_WEEKDAY_ASKED = "UPDATE enrolment SET weekday = $2 WHERE mother_id = $1 AND schedule = 'checkin'"
_SIMULATOR_PERSON = """
INSERT INTO simulator_person (person_id, pin, behaviour) VALUES ($1, $2, $3)
ON CONFLICT (person_id) DO UPDATE SET pin = excluded.pin, behaviour = excluded.behaviour
"""
_ALIVE = "SELECT id FROM infant WHERE mother_id = $1 AND status = 'alive' ORDER BY id"
