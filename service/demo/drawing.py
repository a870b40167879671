"""Draws the cast: the same seed and size give the same people, PINs, dates and habits."""

from dataclasses import replace
from datetime import date, time, timedelta
from random import Random

from service.demo.calendar import DAY, TODAY, starts_on, workday
from service.demo.cast import (
    MENTORS_A_SITE,
    NUMBERS,
    Behaviour,
    Cast,
    Plan,
    Site,
    StaffHabit,
    StaffRole,
    Worker,
)
from service.demo.special import special_parts
from service.security.pins import is_weak

SEED = 20260601
SITES = (
    Site("Mfano Hospital", NUMBERS.format(990), NUMBERS.format(341), nights=True),
    Site("Kielelezo Health Centre", "", NUMBERS.format(342), nights=False),
    Site("Dira Dispensary", "", NUMBERS.format(343), nights=False),
)
"""Mfano and kielelezo mean "example", dira "compass": no such clinics are meant."""

FIRST_NAMES = (
    "Amina", "Asha", "Baraka", "Chiku", "Dalila", "Eshe", "Faraja", "Furaha", "Halima", "Imani", "Jamila", "Kesi",
    "Lulu", "Maua", "Mwema", "Neema", "Nuru", "Pendo", "Rehema", "Salama", "Shani", "Subira", "Tabu", "Tumaini",
    "Upendo", "Wema", "Zawadi", "Zuhura",
)  # fmt: skip
LAST_NAME = "Mfano"
IGNORING_MENTORS = frozenset({3, 9})
"""Two mentors whose alerts nobody answers from two weeks before the end: they are ill, or the phone is gone."""

SLOW_MENTORS = frozenset({6})
HABITS: tuple[tuple[Behaviour, int], ...] = (
    ("steady", 58),
    ("sometimes", 20),
    ("asks_call", 6),
    ("misses_doses", 8),
    ("gone_quiet", 8),
)
HOURS = (9, 9, 10, 12, 12, 17, 17, 17)
NO_PHONE_EVERY, NOT_SET_UP_EVERY, NO_TEXTS_EVERY = 13, 20, 17


def draw(mothers: int, weeks: int, seed: int = SEED) -> Cast:
    """Everybody of a demo with that many mothers and that long a history."""
    random = Random(seed)
    staff = _staff(random)
    plans = tuple(_mother(random, place, weeks) for place in range(mothers))
    plans = tuple(replace(plan, **special_parts(plan, weeks, staff)) for plan in plans)
    return Cast(SITES, staff, _with_pins(random, plans, staff))


def _staff(random: Random) -> tuple[Worker, ...]:
    def worker(role: StaffRole, place: int, site: int, number: int) -> Worker:
        name = f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAME}"
        language = "sw" if random.random() < 0.5 else "en"
        return Worker(role, place, site, name, NUMBERS.format(number), _pin(random), language, "steady")

    mentors = [
        replace(worker("mentor", i, i // MENTORS_A_SITE, 301 + i), behaviour=_habit(i))
        for i in range(len(SITES) * MENTORS_A_SITE)
    ]
    supervisors = [replace(worker("supervisor", i, i, 321 + i), ends_at=time(19)) for i in range(len(SITES))]
    nurses = [
        replace(worker("nurse", i, i // 2, 331 + i), starts_at=time(7), ends_at=time(19))
        for i in range(2 * len(SITES))
    ]
    return (*mentors, *supervisors, *nurses)


def _habit(mentor: int) -> StaffHabit:
    if mentor in IGNORING_MENTORS:
        return "ignores"
    return "slow" if mentor in SLOW_MENTORS else "steady"


def _mother(random: Random, place: int, weeks: int) -> Plan:
    start = starts_on(weeks)
    mentor = place % (len(SITES) * MENTORS_A_SITE)
    pregnant = random.random() < 0.45
    if pregnant:
        anchor = TODAY + timedelta(days=random.randint(3, 30 * 7))
        joins = max(start, anchor - timedelta(days=random.randint(20, 31) * 7))
    else:
        anchor = TODAY - timedelta(days=random.choice((random.randint(4, 180), random.randint(20, 600))))
        joins = max(start, anchor + timedelta(days=random.randint(2, 12)))
    rush = random.randint(0, max(1, weeks * 7 * 2 // 3))
    joins = min(workday(max(joins, start + timedelta(days=rush))), TODAY - 3 * DAY)
    behaviour = random.choices([name for name, _ in HABITS], [share for _, share in HABITS])[0]
    no_phone = place % NO_PHONE_EVERY == NO_PHONE_EVERY - 1
    set_up = not no_phone and place % NOT_SET_UP_EVERY != NOT_SET_UP_EVERY - 2
    plan = Plan(
        place=place,
        name=f"{random.choice(FIRST_NAMES)} {LAST_NAME}",
        mentor=mentor,
        site=mentor // MENTORS_A_SITE,
        language="sw" if random.random() < 0.6 else "en",
        msisdn=None if no_phone else NUMBERS.format(place + 1),
        phone="none" if no_phone else "hers",
        pin=None,
        signature="none"
        if place % NO_TEXTS_EVERY == NO_TEXTS_EVERY - 4
        else random.choice(("tips", "tips", "group")),
        stage="pregnant" if pregnant else "baby_born",
        anchor_on=anchor,
        joins_on=joins,
        joins_at=random.choice((9, 10, 12, 15)),
        hour=random.choice(HOURS),
        weekday=random.randint(0, 6),
        behaviour="no_phone" if no_phone else behaviour if set_up else "not_set_up",
        visits=_visits(random, joins),
        art_started_on=joins - timedelta(days=random.randint(5, 30)) if random.random() < 0.12 else None,
        under_20=random.random() < 0.05,
        twins=not pregnant and random.random() < 0.06,
        set_up=set_up,
        completed=random.random() < 0.96,
    )
    if plan.behaviour == "gone_quiet":
        plan = replace(plan, quiet_from=TODAY - timedelta(days=random.randint(4, max(5, min(40, weeks * 4)))))
    return plan


def _visits(random: Random, joins: date) -> tuple[date, ...]:
    """Appointments every four weeks or so, on working days, up to one after the end."""
    days: list[date] = []
    day = joins + timedelta(days=random.randint(5, 24))
    while not days or days[-1] <= TODAY:
        days.append(workday(day))
        day += timedelta(days=28)
    return tuple(days)


def _pin(random: Random) -> str:
    while is_weak(pin := f"{random.randint(0, 9999):04d}"):
        pass
    return pin


def _with_pins(random: Random, plans: tuple[Plan, ...], staff: tuple[Worker, ...]) -> tuple[Plan, ...]:
    """A PIN for each who is set up; on one number no two are the same."""
    used = {(worker.msisdn, worker.pin) for worker in staff}
    done = []
    for plan in plans:
        pin = _pin(random)
        while (plan.msisdn, pin) in used:
            pin = _pin(random)
        used.add((plan.msisdn or "", pin))
        done.append(replace(plan, pin=pin) if plan.set_up else plan)
    return tuple(done)
