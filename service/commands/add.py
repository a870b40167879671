"""`pamoja add`: clinics and staff, which a programme needs before its first mother, without a browser."""

import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from service.commands.context import operator_settings, run
from service.commands.days import Holidays, OpenOn, weekdays
from service.commands.problems import WRONG_USE, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from scheduler.coverage import Gap
    from service.database import Connection
    from service.directory import Duty
    from service.wiring import Services

    Adding = Callable[[Services, Connection, datetime], Awaitable[tuple[int, tuple[int, ...]]]]
    """Adds one row; returns its id and the facilities it belongs to."""

app = typer.Typer(help="Clinics and staff.", no_args_is_help=True, rich_markup_mode=None)

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DUTY: Final = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? (?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)"
)

Name = Annotated[str, typer.Argument(help="As colleagues write it.")]
Number = Annotated[str, typer.Argument(metavar="MSISDN", help="Their mobile number, such as +254700000001.")]
Facility = Annotated[
    int, typer.Option("--facility", help="The clinic's number, as `pamoja add facility` printed it.")
]
Language = Annotated[str, typer.Option("--lang", help="Language of their screens and texts.")]
Hours = Annotated[str, typer.Option(help="Working hours, in which they are told of ordinary things.")]
OnDuty = Annotated[
    list[str] | None,
    typer.Option(
        "--duty", help='When they answer danger, such as "mon-fri 08:00-17:00"; several may be given.'
    ),
]
Trained = Annotated[
    bool,
    typer.Option(
        "--answers-mood",
        help="Trained to speak with a mother who says that she feels low: asked only while one is there.",
    ),
]

Works = Annotated[
    str | None,
    typer.Option("--works", help='Weekdays at work, such as "mon-sat"; as the clinic is open if left out.'),
]
Speaks = Annotated[
    list[str] | None,
    typer.Option("--speaks", help="Another language spoken with mothers, such as sw; several may be given."),
]


@app.callback()
def _add() -> None:
    """Clinics and staff."""


@app.command("facility")
def facility(
    name: Name,
    country: Annotated[str | None, typer.Option(help="ISO code; the programme's own if left out.")] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Such as Africa/Nairobi; the country's if left out.")
    ] = None,
    day_close: Annotated[str, typer.Option(help="When the day's list is closed.")] = "15:00",
    transport: Annotated[str, typer.Option(help="A number that helps mothers get there.")] = "",
    line: Annotated[str | None, typer.Option(help="A number of the clinic that always answers.")] = None,
    open_on: OpenOn = "mon-fri",
    holidays: Holidays = True,
) -> None:
    """Add a clinic and print its number."""
    from service.directory import NewFacility, add_facility

    closes, opens = _clock(day_close), weekdays(open_on)

    async def adding(
        services: "Services", conn: "Connection", now: "datetime"
    ) -> tuple[int, tuple[int, ...]]:
        new: NewFacility = NewFacility(
            name,
            country or services.settings.country,
            time_zone or services.country.time_zone,
            closes,
            transport,
            line,
            opens,
            holidays,
        )
        facility_id = await add_facility(conn, services.deps(), new, now)
        return facility_id, (facility_id,)

    facility_id, missing = run(_in_transaction(adding))
    print(f"Facility {facility_id} added.")
    _say(missing)


@app.command("mentor")
def mentor(
    name: Name, number: Number, facility: Facility, lang: Language = "en", hours: Hours = "08:00-17:00", duty: OnDuty = None,
    answers_mood: Trained = False, works: Works = None, speaks: Speaks = None,
    community: Annotated[str | None, typer.Option(help="Works in the community: the area in one word, or \"any\".")] = None,
    cap: Annotated[int, typer.Option(min=1, help="Mothers above which she counts as overloaded.")] = 60,
) -> None:  # fmt: skip
    """Add a mentor mother, and print her first PIN."""
    more = {"works_in": "facility" if community is None else "community", "caseload_cap": cap}
    area = "" if community in (None, "any") else community
    _staff(
        "mentor", name, number, facility, lang, hours, duty, answers_mood, works, speaks, **more, area=area
    )


@app.command("supervisor")
def supervisor(
    name: Name, number: Number, facility: Facility, lang: Language = "en", hours: Hours = "08:00-17:00", duty: OnDuty = None,
    answers_mood: Trained = False, works: Works = None, speaks: Speaks = None,
    also: Annotated[list[int] | None, typer.Option(help="Another clinic they answer for; several may be given.")] = None,
) -> None:  # fmt: skip
    """Add a supervisor, and print their first PIN."""
    _staff(
        "supervisor",
        name,
        number,
        facility,
        lang,
        hours,
        duty,
        answers_mood,
        works,
        speaks,
        supervises=tuple(also or ()),
    )


@app.command("nurse")
def nurse(
    name: Name, number: Number, facility: Facility, lang: Language = "en", hours: Hours = "08:00-17:00", duty: OnDuty = None,
    answers_mood: Trained = False, works: Works = None, speaks: Speaks = None,
) -> None:  # fmt: skip
    """Add a nurse, and print their first PIN."""
    _staff("nurse", name, number, facility, lang, hours, duty, answers_mood, works, speaks)


def _staff(
    role: Literal["mentor", "supervisor", "nurse"], name: str, number: str, facility_id: int, language: str,
    hours: str, duty: list[str] | None, answers_mood: bool, works: str | None, speaks: list[str] | None,
    **more: Any,
) -> None:  # fmt: skip
    from service.directory import NewStaff, add_duty, add_staff

    starts, ends = _span(hours)
    duties = [one for text in duty or () for one in _duties(text)]
    pin = new_pin()

    async def adding(
        services: "Services", conn: "Connection", now: "datetime"
    ) -> tuple[int, tuple[int, ...]]:
        if language not in services.bundles.current().languages:
            known = ", ".join(sorted(services.bundles.current().languages))
            raise UserError(f"There is no language {language}: use one of {known}.", WRONG_USE)
        more["works_on"] = None if works is None else weekdays(works)
        new: NewStaff = NewStaff(
            role,
            name,
            number,
            facility_id,
            language,
            await services.pins.hash_pin(pin),
            starts,
            ends,
            answers_mood=answers_mood,
            languages=tuple(speaks or ()),
            **more,
        )
        staff_id = await add_staff(conn, services.deps(), new, now)
        if duties:
            await add_duty(conn, facility_id, staff_id, duties)
        return staff_id, (facility_id, *more.get("supervises", ()))

    staff_id, missing = run(_in_transaction(adding))
    print(f"{role.capitalize()} {staff_id} added. First PIN, to be told face to face: {pin}")
    _say(missing)


def _say(missing: "Mapping[int, Sequence[Gap]]") -> None:
    """One sentence for each clinic at which some rung of a ladder has nobody yet."""
    from scheduler.coverage import said

    for facility_id, gaps in missing.items():
        if gaps:
            print(
                f"At facility {facility_id} there is nobody yet for {said(gaps)}: "
                "`pamoja add supervisor` adds somebody who answers for all of it."
            )


async def _in_transaction(adding: "Adding") -> "tuple[int, Mapping[int, Sequence[Gap]]]":
    """What was added, and what is still without anyone where it belongs. Alarms that are over by it are cleared."""
    from service.store.coverage import after_joining
    from service.wiring import ensure_ready, open_services

    async with open_services(operator_settings()) as services:
        await ensure_ready(services)
        now = await services.clocks.care.now()
        async with services.pool.acquire() as conn, conn.transaction():
            added, facilities = await adding(services, conn, now)
            return added, await after_joining(conn, services.countries, facilities, now)


def new_pin() -> str:
    """Four random digits that nobody would try first."""
    from service.security.pins import is_weak

    while is_weak(pin := f"{secrets.randbelow(10_000):04d}"):
        pass
    return pin


def _duties(text: str) -> list["Duty"]:
    """`mon-fri 08:00-17:00` as one duty a day. A span may run past midnight, and a week past Sunday."""
    from service.directory import Duty

    found = _DUTY.fullmatch(text.strip().lower())
    if found is None or not {found["first"], found["last"] or found["first"]} <= set(DAYS):
        raise UserError('Write a duty like "mon-fri 08:00-17:00" or "sat 17:00-08:00".', WRONG_USE)
    first, last = DAYS.index(found["first"]), DAYS.index(found["last"] or found["first"])
    days = [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return [Duty(day, _clock(found["from"]), _clock(found["to"])) for day in days]


def _span(text: str) -> tuple[time, time]:
    starts, _, ends = text.partition("-")
    return _clock(starts), _clock(ends)


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        raise UserError("Write a time of day like 08:00, and a span like 08:00-17:00.", WRONG_USE) from None
