"""`pamoja days`: on which weekdays a clinic is open, and single days on which it is closed or open for once."""

import re
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import WRONG_USE, UserError

if TYPE_CHECKING:
    from datetime import datetime

    from service.database import Connection
    from service.wiring import Services

app = typer.Typer(help="On which days a clinic is open.", no_args_is_help=True, rich_markup_mode=None)

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST: Final = timedelta(days=366)
_SPAN: Final = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?")

Facility = Annotated[int, typer.Argument(help="The clinic's number, as `pamoja add facility` printed it.")]
First = Annotated[str, typer.Argument(metavar="FIRST", help="The day, such as 2026-12-24.")]
Last = Annotated[str | None, typer.Argument(metavar="LAST", help="The last day, where it is several.")]
OpenOn = Annotated[str, typer.Option("--open-on", help='Its weekdays, such as "mon-fri" or "mon-thu,sat".')]
Holidays = Annotated[
    bool, typer.Option("--holidays/--no-holidays", help="Closed on the country's public holidays, or not.")
]


class Reason(StrEnum):
    """Why a clinic is closed for once."""

    HOLIDAY = "holiday"
    TRAINING = "training"
    STRIKE = "strike"
    OTHER = "other"


@app.callback()
def _days() -> None:
    """On which days a clinic is open."""


@app.command("close")
def close(
    facility: Facility, first: First, last: Last = None,
    reason: Annotated[Reason, typer.Option(help="Why.")] = Reason.OTHER,
) -> None:  # fmt: skip
    """Say that a clinic is closed on a day to come; who was foreseen then is expected on an open day instead."""
    run(_set(facility, _days_of(first, last), reason.value))


@app.command("open")
def open_(facility: Facility, first: First, last: Last = None) -> None:
    """Say that a clinic is open on a day to come, though it is a holiday or was said to be closed."""
    run(_set(facility, _days_of(first, last), None))


@app.command("week")
def week(facility: Facility, open_on: OpenOn = "mon-fri", holidays: Holidays = True) -> None:
    """Say on which weekdays a clinic is open, and whether on public holidays."""
    run(_week(facility, weekdays(open_on), holidays))


@app.command("show")
def show(
    facility: Facility,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days ahead.")] = 60,
) -> None:
    """Print the days to come on which a clinic is closed, and why."""
    run(_show(facility, days))


def weekdays(text: str) -> str:
    """`mon-thu,sat` as the digits of its days, Monday 0, in order. Raises UserError."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        span = _SPAN.fullmatch(part)
        if span is None or not {span["first"], span["last"] or span["first"]} <= set(WEEK):
            raise UserError('Write weekdays like "mon-fri" or "mon-thu,sat".', WRONG_USE)
        first, last = WEEK.index(span["first"]), WEEK.index(span["last"] or span["first"])
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return "".join(str(day) for day in sorted(found))


def _days_of(first: str, last: str | None) -> list[date]:
    try:
        begins = date.fromisoformat(first)
        ends = begins if last is None else date.fromisoformat(last)
    except ValueError:
        raise UserError("Write a day like 2026-12-24.", WRONG_USE) from None
    if not begins <= ends <= begins + LONGEST:
        raise UserError("The last day must not come before the first, nor a year after it.", WRONG_USE)
    return [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]


async def _set(facility_id: int, days: list[date], reason: str | None) -> None:
    from scheduler.localtime import local
    from service import audit
    from service.store import people
    from service.store.single_days import set_days

    async def setting(services: "Services", conn: "Connection", now: "datetime") -> str:
        site = await people.facility(conn, facility_id)
        if days[0] < local(now, site.time_zone).date():
            raise UserError(
                "Give days from today on; a day that is over is closed on the mentor's phone.", WRONG_USE
            )
        country = services.deps().country(site.country)
        done = await set_days(conn, country, site.id, days, reason, None, now)
        if not done.days:
            return "Nothing changed: it was said already."
        why, about = f"{days[0]} to {days[-1]} {reason or 'open'}", ("facility", site.id)
        await audit.record(conn, services.sealer, now, "operator", "site_day", why, about=about)
        if reason is None:
            return "Open. Dates that moved to another day stay there."
        return f"Closed. {done.moving} foreseen dates move to an open day, and {done.to_call} mothers are to be called."

    print(await _in_transaction(setting))


async def _week(facility_id: int, open_on: str, holidays: bool) -> None:
    from service import audit
    from service.store import people
    from service.store.single_days import set_week

    async def setting(services: "Services", conn: "Connection", now: "datetime") -> str:
        site = await people.facility(conn, facility_id)
        await set_week(conn, services.deps().country(site.country), site.id, open_on, holidays, now)
        kept = "closed" if holidays else "open"
        why, about = f"{open_on}, {kept} on holidays", ("facility", site.id)
        await audit.record(conn, services.sealer, now, "operator", "site_week", why, about=about)
        names = ", ".join(WEEK[int(day)] for day in open_on)
        return f"Open on {names}; {kept} on public holidays. Foreseen dates move to open days."

    print(await _in_transaction(setting))


async def _show(facility_id: int, days: int) -> None:
    from scheduler.localtime import local
    from service import holidays
    from service.store import people
    from service.store.open_days import open_days_of

    async def showing(services: "Services", conn: "Connection", now: "datetime") -> str:
        site = await people.facility(conn, facility_id)
        today = local(now, site.time_zone).date()
        calendar = (await open_days_of(conn, [site.id], today))[site.id]
        lines = []
        for step in range(days):
            day = today + timedelta(days=step)
            why = calendar.why_closed(day)
            if why in ("holiday", "closure"):
                name = holidays.of_year(site.country, day.year).get(day, "")
                lines.append(f"{day:%a %Y-%m-%d}  {name or 'closed for once'}")
            elif day in calendar.opened:
                lines.append(f"{day:%a %Y-%m-%d}  open for once")
        names = ", ".join(WEEK[day] for day in sorted(calendar.weekdays))
        return "\n".join([f"Open on {names}; but:" if lines else f"Open on {names}.", *lines])

    print(await _in_transaction(showing))


async def _in_transaction(
    doing: "Callable[[Services, Connection, datetime], Awaitable[str]]",
) -> str:
    from service.wiring import ensure_ready, open_services

    async with open_services(operator_settings()) as services:
        await ensure_ready(services)
        now = await services.clocks.care.now()
        async with services.pool.acquire() as conn, conn.transaction():
            try:
                return await doing(services, conn, now)
            except LookupError:
                raise UserError(
                    "There is no such facility: use the number that `pamoja add facility` printed.", WRONG_USE
                ) from None
