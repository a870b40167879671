"""Who lives through the year: the demo's people, each with a life drawn from the seed and her place."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from service.demo.calendar import DAY, TODAY, starts_on, workday
from service.demo.cast import NUMBERS, Behaviour, Cast, Plan
from service.demo.drawing import draw

WEEKS = 52
SEED = 20260922
FIRST_DAY = starts_on(WEEKS)
PINS = ("4417", "5823", "7391", "6402", "2958", "8146")
"""Few, since each costs 33 ms to hash; two mothers on one phone never have the same."""

ASKED = ((0, 10), (3, 17), (3, 17), (0, 10))
"""Weekday and hour of the weekly question: few, so that texts that read alike go together."""

HABITS: tuple[tuple[Behaviour, int], ...] = (
    ("steady", 50),
    ("sometimes", 25),
    ("asks_call", 3),
    ("misses_doses", 7),
    ("gone_quiet", 15),
)
FEW = 280
"""Up to so many mothers have the demo's own test numbers."""


@dataclass(frozen=True, slots=True)
class Life:
    """What happens to one mother in the year beside her visits and texts. None: it does not.

    ``told_after`` is how many days after the birth it is reported, by herself or by her mentor. ``away`` are
    the first day of a journey on which no text reaches her and the first day she is back.
    """

    plan: Plan
    born_on: date | None = None
    babies: int = 1
    told_after: int = 2
    by_herself: bool = False
    older_child_on: date | None = None
    pregnancy_lost_on: date | None = None
    baby_died_on: date | None = None
    weaned_on: date | None = None
    stops_on: date | None = None
    starts_again_on: date | None = None
    wrong_person_on: date | None = None
    checked_on: date | None = None
    new_number_on: date | None = None
    gives_up_first: bool = False
    away: tuple[date, date] | None = None
    danger_on: date | None = None
    daily_on: date | None = None
    no_checkins: bool = False
    due_date_put_right_on: date | None = None
    birth_put_right_on: date | None = None
    visit_moved_on: date | None = None


def number(place: int, *, second: bool = False) -> str:
    """Her number, or the one she changes to. Nobody has them."""
    if place < FEW:
        return NUMBERS.format(place + 1 + (400 if second else 0))
    return f"+25470000{place + 1 + (5000 if second else 1000):04d}"


def lives(mothers: int, seed: int = SEED) -> tuple[Cast, tuple[Life, ...]]:
    """The cast of a year with that many mothers, and their lives. The same each time for one seed."""
    cast = draw(mothers, WEEKS)
    mentors = cast.of("mentor")
    drawn: list[Life] = []
    for plan in cast.mothers:
        dice = Random(f"{seed}/{plan.place}")
        life = _life(_plan(plan, dice), dice)
        if plan.place % 19 == 6 and drawn[-1].plan.msisdn is not None:
            life = _sharing(life, drawn[-1].plan)
            drawn[-1] = replace(drawn[-1], plan=replace(drawn[-1].plan, phone="shared"))
        elif plan.place % 47 == 20:
            herself = mentors[(plan.mentor + 1) % len(mentors)]
            life = replace(
                life,
                plan=replace(
                    life.plan, msisdn=herself.msisdn, phone="hers", set_up=True, is_mentor=herself.place
                ),
                new_number_on=None,
                stops_on=None,
                wrong_person_on=None,
                away=None,
            )
        drawn.append(life)
    return replace(cast, mothers=tuple(one.plan for one in drawn)), tuple(drawn)


def _plan(plan: Plan, dice: Random) -> Plan:
    early = dice.random() < 0.25
    joins = workday(FIRST_DAY + dice.randint(0, 42 if early else 330) * DAY)
    pregnant = dice.random() < 0.5
    anchor = joins + dice.randint(10, 210) * DAY if pregnant else joins - dice.randint(2, 280) * DAY
    weekday, hour = ASKED[plan.place % len(ASKED)]
    if plan.place % 31 == 5:
        hour = 21
    no_phone = plan.place % 13 == 12
    set_up = not no_phone and plan.place % 20 != 18
    behaviour = dice.choices([name for name, _ in HABITS], [share for _, share in HABITS])[0]
    quiet_from = joins + dice.randint(20, 150) * DAY if behaviour == "gone_quiet" else None
    return Plan(
        place=plan.place,
        name=plan.name,
        mentor=plan.mentor,
        site=plan.site,
        language="en" if plan.place % 3 == 0 else "sw",
        msisdn=None if no_phone else number(plan.place),
        phone="none" if no_phone else "hers",
        pin=PINS[plan.place % len(PINS)] if set_up else None,
        signature="none" if plan.place % 17 == 13 else "group" if plan.place % 4 == 3 else "tips",
        stage="pregnant" if pregnant else "baby_born",
        anchor_on=anchor,
        joins_on=joins,
        joins_at=9,
        hour=hour,
        weekday=weekday,
        behaviour="no_phone" if no_phone else behaviour if set_up else "not_set_up",
        visits=_visits(joins, plan.site),
        art_started_on=joins - dice.randint(5, 30) * DAY if dice.random() < 0.15 else None,
        under_20=plan.place % 11 == 4,
        run_out_on=joins + 60 * DAY if plan.place % 29 == 3 else None,
        refilled=plan.place % 29 != 3,
        twins=not pregnant and plan.place % 23 == 7,
        set_up=set_up,
        quiet_from=quiet_from,
        wakes_on=quiet_from + dice.choice((9, 16, 30)) * DAY if quiet_from else None,
    )


def _visits(joins: date, site: int) -> tuple[date, ...]:
    """The clinic's own weekday, once after some weeks and then every sixteen; up to one after the end."""
    day = joins + timedelta(days=(site + 1 - joins.weekday()) % 7 + 14)
    days = [day]
    while days[-1] <= TODAY:
        days.append(days[-1] + timedelta(weeks=16))
    return tuple(days)


def _life(plan: Plan, dice: Random) -> Life:
    joins, pregnant, has_phone = plan.joins_on, plan.stage == "pregnant", plan.reachable
    born_on = plan.anchor_on + dice.randint(-14, 10) * DAY if pregnant else None
    if born_on is not None and (born_on >= TODAY - 20 * DAY or born_on <= joins):
        born_on = None
    lost = pregnant and dice.random() < 0.12
    first_birth = born_on if pregnant else plan.anchor_on
    life = Life(
        plan=plan,
        born_on=None if lost else born_on,
        babies=2 if plan.place % 23 in (3, 11) else 1,
        told_after=dice.choice((1, 2, 2, 5, 24)),
        by_herself=has_phone and dice.random() < 0.3,
        older_child_on=joins - dice.randint(200, 330) * DAY if pregnant and dice.random() < 0.25 else None,
        pregnancy_lost_on=_after(joins, dice, 15, 60) if lost else None,
        no_checkins=has_phone and dice.random() < 0.7,
        due_date_put_right_on=joins + 15 * DAY if pregnant and not lost and plan.place % 9 == 2 else None,
        visit_moved_on=joins + 5 * DAY if plan.place % 9 == 6 else None,
    )
    if life.born_on is not None and plan.place % 9 in (4, 5):
        life = replace(life, birth_put_right_on=life.born_on + (life.told_after + 6) * DAY)
    if first_birth is not None and not lost and dice.random() < 0.12:
        life = replace(life, baby_died_on=_after(max(first_birth + 26 * DAY, joins), dice, 3, 120))
    elif first_birth is not None and not lost:
        life = replace(life, weaned_on=max(first_birth + dice.randint(280, 420) * DAY, joins + 9 * DAY))
    what = dice.choices(("", "stop", "wrong", "number", "away", "danger", "daily"), (52, 9, 7, 10, 14, 6, 2))[
        0
    ]
    if not has_phone or not what:
        return life
    on = _after(joins, dice, 12, 120)
    match what:
        case "stop":
            again = on + 21 * DAY if dice.random() < 0.4 else None
            return replace(life, stops_on=on, starts_again_on=again)
        case "wrong":
            return replace(life, wrong_person_on=on, checked_on=on + dice.randint(8, 30) * DAY)
        case "number":
            return replace(life, new_number_on=on, gives_up_first=dice.random() < 0.5)
        case "away":
            return replace(life, away=(on, on + dice.randint(15, 50) * DAY))
        case "danger":
            return replace(life, danger_on=on)
        case _:
            return replace(life, daily_on=on)


def _after(day: date, dice: Random, least: int, most: int) -> date:
    return day + dice.randint(least, most) * DAY


def _sharing(life: Life, other: Plan) -> Life:
    """She uses the phone of the mother before her, who may also read what comes."""
    assert other.msisdn is not None
    plan = replace(
        life.plan,
        msisdn=other.msisdn,
        phone="shared",
        set_up=True,
        pin=PINS[life.plan.place % len(PINS)],
        shares_with=other.place,
        language=other.language,
        joins_on=max(life.plan.joins_on, other.joins_on),
        quiet_from=None,
        wakes_on=None,
        behaviour="sometimes",
    )
    if plan.joins_on != life.plan.joins_on:
        visits = _visits(plan.joins_on, plan.site)
        return Life(plan=replace(plan, stage="baby_born", anchor_on=plan.joins_on - 30 * DAY, visits=visits))
    return replace(life, plan=plan, new_number_on=None, away=None, wrong_person_on=None, stops_on=None)
