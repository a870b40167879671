"""What a programme needs before its first mother: clinics, mentors, supervisors, nurses; and mothers already set up.

Used by `pamoja add`, `pamoja import` and the demo, each in a transaction of the caller's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service import msisdn
from service.apply.deps import Deps
from service.database import Connection
from service.models.staff import CASELOAD_CAP
from service.store import care_dates, case_codes, mothers, own_care, people
from service.store.visits import NewVisit, add_visits

DAY_CLOSE_AT = time(15)
WORK_STARTS = time(8)
WORK_ENDS = time(17)
"""Hours of a clinic and its staff where nobody says otherwise (project choices), local time."""


MON_FRI = "01234"
EVERY_WEEKDAY = "0123456"


class DirectoryError(ValueError):
    """Something cannot be added; the message names the remedy and no person."""


@dataclass(frozen=True, slots=True)
class NewFacility:
    """A clinic. ``line`` is the number of its desk or ward that answers when nobody on duty does.

    ``open_on`` are its weekdays as digits, Monday 0; ``keeps_holidays``: closed on the country's public holidays.
    """

    name: str
    country: str
    time_zone: str
    day_close_at: time = DAY_CLOSE_AT
    transport: str = ""
    line: str | None = None
    open_on: str = MON_FRI
    keeps_holidays: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class NewStaff:
    """A mentor, supervisor or nurse. ``pin_hash`` comes from ``service.security.pins``.

    ``answers_mood``: trained to speak with a mother who says that she feels low. ``works_on`` are weekdays,
    Monday 0, as digits in order; None: every day. ``languages`` are those spoken beside ``language``. A
    mentor in the community may have an ``area``; ``caseload_cap`` is how many mothers she should look after.
    """

    role: Literal["mentor", "supervisor", "nurse"]
    name: str
    number: str
    facility_id: int
    language: str
    pin_hash: str | None = None
    starts_at: time = WORK_STARTS
    ends_at: time = WORK_ENDS
    supervises: Sequence[int] = ()
    answers_mood: bool = False
    works_on: str | None = None
    languages: Sequence[str] = ()
    works_in: Literal["facility", "community"] = "facility"
    area: str = ""
    caseload_cap: int = CASELOAD_CAP


@dataclass(frozen=True, slots=True)
class Duty:
    """One weekly duty: Monday is 0; ``ends_at`` not after ``starts_at`` runs past midnight; rank 1 is called first."""

    weekday: int
    starts_at: time
    ends_at: time
    rank: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class NewMother:
    """A mother with what is known of her. With ``set_up_at`` she was set up face to face on ``number``.

    ``visits`` are (kind, local day); babies are given by birth date, twins by the same date twice.
    """

    enrolled: mothers.Enrolled
    number: str | None = None
    name: str | None = None
    pin_hash: str | None = None
    set_up_at: datetime | None = None
    signature: Literal["tips", "group", "none"] = "tips"
    wording: Literal["covert", "open"] = "covert"
    baby_wording: bool = False
    rhythm: Literal["daily", "weekly", "fortnightly", "monthly", "off"] = "weekly"
    weekday: int = 0
    hour: int = 10
    under_20: bool = False
    unsuppressed: bool = False
    result_waiting: bool = False
    art_started_on: date | None = None
    run_out_on: date | None = None
    completed_at: datetime | None = None
    visits: Sequence[tuple[Literal["clinic", "refill"], date]] = field(default_factory=tuple)


async def add_facility(conn: Connection, deps: Deps, new: NewFacility, now: datetime) -> int:
    """Add a clinic; return its id. Raises DirectoryError for an unknown country or time zone, or a bad number."""
    if new.country not in deps.countries:
        known = ", ".join(sorted(deps.countries))
        raise DirectoryError(f"There are no rules for this country; choose one of {known}.")
    try:
        ZoneInfo(new.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise DirectoryError("This time zone is not known; write it like Africa/Nairobi.") from None
    line = None if new.line is None else await _phone(conn, deps, new.line, new.country, now)
    facility_id: int = await conn.fetchval(
        _FACILITY,
        new.name,
        new.country,
        new.time_zone,
        new.day_close_at,
        new.transport,
        line,
        new.open_on,
        new.keeps_holidays,
    )
    return facility_id


async def add_staff(conn: Connection, deps: Deps, new: NewStaff, now: datetime) -> int:
    """Add a member of staff on a number; return the id.

    A supervisor answers for the facility and for all in ``supervises``. Raises DirectoryError when the
    facility does not exist or the number is no mobile number.
    """
    facility = await _facility(conn, new.facility_id)
    phone_id = await _phone(conn, deps, new.number, facility.country, now)
    await people.speak(conn, phone_id, new.language)
    person_id: int = await conn.fetchval(_PERSON, new.role, phone_id, new.language, new.pin_hash, now)
    await _name(conn, deps, person_id, new.name)
    await conn.execute(
        _STAFF, person_id, new.role, facility.id, new.starts_at, new.ends_at, new.answers_mood, new.works_on,
        list(new.languages), new.works_in, new.area, new.caseload_cap,
    )  # fmt: skip
    await own_care.link(conn, phone_id)
    if new.role == "supervisor":
        sites = sorted({facility.id, *new.supervises})
        await conn.execute(
            "INSERT INTO supervision (staff_id, facility_id) SELECT $1, unnest($2::bigint[])",
            person_id,
            sites,
        )
    return person_id


async def add_duty(conn: Connection, facility_id: int, staff_id: int, duties: Sequence[Duty]) -> None:
    """Put somebody on a clinic's weekly roster for danger. A place that is taken is given to them."""
    await conn.execute(
        _DUTY,
        facility_id,
        staff_id,
        [one.weekday for one in duties],
        [one.starts_at for one in duties],
        [one.ends_at for one in duties],
        [one.rank for one in duties],
    )


async def add_mother(conn: Connection, deps: Deps, new: NewMother, now: datetime) -> int:
    """Add a mother with her babies, visits and, if she is set up, her number and check-ins; return her id.

    Without ``set_up_at`` nothing is ever pushed to her: her mentor alone is reminded. Raises
    DirectoryError when the facility does not exist, or a mother who is set up has no mobile number.
    """
    facility = await _facility(conn, new.enrolled.facility_id)
    mother_id = await mothers.add_mother(conn, facility, new.enrolled, now)
    if new.name is not None:
        await _name(conn, deps, mother_id, new.name)
    if new.set_up_at is not None:
        if new.number is None:
            raise DirectoryError("A mother who is set up needs the number she was set up on.")
        phone_id = await _phone(conn, deps, new.number, facility.country, now)
        await people.speak(conn, phone_id, new.enrolled.language)
        await conn.execute(_BIND, mother_id, phone_id, new.pin_hash)
    await conn.execute(_DETAILS, mother_id, *_details(new))
    await mothers.bring_checkins_in_line(conn, mother_id, now)
    await care_dates.bring_in_line(conn, deps.country(facility.country), mother_id, now)
    await add_visits(conn, [NewVisit(mother_id, kind, day) for kind, day in new.visits], now)
    if new.enrolled.mentor_id is not None:
        await case_codes.code_for(conn, new.enrolled.mentor_id, now, mother_id=mother_id)
    return mother_id


async def _facility(conn: Connection, facility_id: int) -> people.FacilityRow:
    try:
        return await people.facility(conn, facility_id)
    except LookupError:
        raise DirectoryError("There is no such facility; add it first with `pamoja add facility`.") from None


async def _phone(conn: Connection, deps: Deps, number: str, country: str, now: datetime) -> int:
    parsed = msisdn.parse(number, country)
    if parsed is None:
        raise DirectoryError("This is no mobile number; write it in full, like +254 7….")
    known = await people.find_phone(conn, deps.index, parsed)
    phone = known or await people.phone_of_index(conn, deps.index.of(parsed), now)
    await people.keep_number(conn, deps.sealer, phone.id, parsed)
    return phone.id


async def _name(conn: Connection, deps: Deps, person_id: int, name: str) -> None:
    sealed = deps.sealer.seal(name, table="person", column="name", row=person_id)
    await conn.execute("UPDATE person SET name = $2 WHERE id = $1", person_id, sealed)


def _details(new: NewMother) -> tuple[object, ...]:
    return (
        new.set_up_at,
        new.completed_at,
        new.signature if new.set_up_at is not None else "none",
        new.wording,
        new.baby_wording,
        new.rhythm,
        new.weekday,
        new.hour,
        new.under_20,
        new.unsuppressed,
        new.result_waiting,
        new.art_started_on,
        new.run_out_on,
    )


_FACILITY = """
INSERT INTO facility (name, country, time_zone, day_close_at, transport, line_phone_id, open_on, keeps_holidays)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
"""

_PERSON = """
INSERT INTO person (kind, phone_id, language, pin_hash, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""

_STAFF = """
INSERT INTO staff (id, role, facility_id, starts_at, ends_at, answers_mood, works_on, languages, works_in, area,
    caseload_cap)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

_DUTY = """
INSERT INTO duty_roster (facility_id, staff_id, weekday, starts_at, ends_at, rank)
SELECT $1, $2, * FROM unnest($3::int[], $4::time[], $5::time[], $6::int[])
ON CONFLICT (facility_id, weekday, starts_at, rank) DO UPDATE
    SET staff_id = excluded.staff_id, ends_at = excluded.ends_at
"""

_BIND = "UPDATE person SET phone_id = $2, pin_hash = $3 WHERE id = $1"

_DETAILS = """
UPDATE mother SET set_up_at = $2, completed_at = $3, signature = $4, wording = $5, baby_wording = $6, rhythm = $7,
    checkin_weekday = $8, checkin_hour = $9, under_20 = $10, unsuppressed = $11, result_waiting = $12,
    art_started_on = $13, run_out_on = $14
WHERE id = $1
"""
