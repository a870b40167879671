"""The clinics and one clinic: its state, its day, its calendar, who works there and who answers at night."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, Final

from starlette.responses import Response

from scheduler.coverage import Gap
from service import holidays
from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.sites import words
from service.dashboard.words import VISITS, cause_of
from service.database import Connection
from service.store.coverage import rungs_without_anyone
from service.store.open_days import open_days_of
from service.store.shown import sites as reads

AHEAD: Final = 60
"""Days of the calendar that are shown."""

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day to come that is not like its week: ``why`` in words, and by whom it was said ("" by nobody)."""

    day: date
    open: bool
    why: str
    by: str


async def all_sites(asked: Asked, *, trouble: str = "") -> Response:
    """Every clinic of theirs, those that are not open first."""
    async with asked.reading() as conn:
        found = await reads.lines(conn, asked.facilities, asked.now)
    first = (asked.page_number - 1) * SHOWN
    return asked.page(
        "sites/list.html",
        422 if trouble else 200,
        sites=found[first : first + SHOWN],
        more=len(found) > first + SHOWN,
        page=asked.page_number,
        words=words,
        said=asked.said(words.SAVED),
        trouble=trouble,
        typed=typed.kept(asked.form if trouble else None),
        ticked=set(asked.form.all("open_on")) if trouble else {"0", "1", "2", "3", "4"},
        week=typed.WEEK,
        names_of=typed.names_of,
        countries=sorted(asked.services.countries),
    )


async def one_site(asked: Asked, *, trouble: str = "", at: str = "") -> Response:
    """One clinic. ``trouble`` is said at the form ``at``, which keeps what was typed."""
    async with asked.reading() as conn:
        seen = await _seen(asked, conn, asked.ids["facility_id"])
    return asked.page(
        "sites/one.html",
        422 if trouble else 200,
        VISITS=VISITS,
        **seen,
        said=asked.said(words.SAVED),
        trouble=trouble or asked.said(words.REFUSED),
        at=at,
        blank=typed.kept(),
        typed=typed.kept(asked.form if trouble else None),
        ticked={
            name: set(asked.form.all(name)) for name in ("absent", "weekday", "open_on", "works_on", "speaks")
        },
        words=words,
        week=typed.WEEK,
        names_of=typed.names_of,
        languages=asked.services.bundles.current().languages,
    )


async def _seen(asked: Asked, conn: Connection, facility_id: int) -> dict[str, Any]:
    [site] = await reads.lines(conn, None, asked.now, facility_id)
    unclosed = await reads.unclosed_days(conn, facility_id, site.today)
    day = _day_of(asked, [one.day for one in unclosed])
    mine = asked.user.staff_id
    ends = await reads.run_outs(conn, facility_id, site.today, SHOWN + 1, mine)
    last = site.today + timedelta(days=AHEAD)
    calendar = (await open_days_of(conn, [facility_id], site.today))[facility_id]
    single = await reads.single_days(conn, facility_id, site.today, last)
    roster = await reads.roster(conn, facility_id)
    gaps = await rungs_without_anyone(conn, asked.services.countries, facility_id, asked.now)
    return {
        "site": site,
        "unclosed": unclosed,
        "day": day,
        "expected": await reads.expected_on(conn, facility_id, day, mine) if day is not None else [],
        "run_outs": ends[:SHOWN],
        "more_run_outs": len(ends) > SHOWN,
        "soon": site.today + timedelta(days=7),
        "held": await reads.held(conn, facility_id),
        "colleagues": await reads.colleagues(conn, facility_id, site.today),
        "roster": roster,
        "duties": _by_hours(roster),
        "calendar": _calendar(site, calendar, single),
        "gaps": _gaps(asked, gaps),
        "last": last,
    }


def _day_of(asked: Asked, days: list[date]) -> date | None:
    """The day asked for, else the oldest that nobody has closed; None where nothing is to be closed."""
    wanted = asked.query.get("day", "") or asked.form.get("day")
    return next((one for one in days if one.isoformat() == wanted), days[0] if days else None)


def _calendar(
    site: reads.SiteLine, calendar: Any, single: Mapping[date, reads.SingleDay]
) -> list[CalendarDay]:
    found = []
    for step in range(AHEAD + 1):
        day = site.today + timedelta(days=step)
        said, why = single.get(day), calendar.why_closed(day)
        name = holidays.of_year(site.country, day.year).get(day, "")
        if said is not None:
            reason = words.REASONS.get(said.reason or "", "Open for once")
            by = f"{words.ROLES[said.role]} {said.entered_by}" if said.role else "the office"
            found.append(CalendarDay(day, said.open, f"{reason}{f' ({name})' if name else ''}", by))
        elif why == "holiday":
            found.append(CalendarDay(day, False, name or "Public holiday", ""))
    return found


def _by_hours(roster: Sequence[reads.DutyLine]) -> list[tuple[str, reads.DutyLine, list[reads.DutyLine]]]:
    """Duties that read the same on several days as one line: the weekdays, the hours, and who is called in turn."""
    days: dict[tuple[int, time, time], list[reads.DutyLine]] = {}
    for one in roster:
        days.setdefault((one.weekday, one.starts_at, one.ends_at), []).append(one)
    alike: dict[tuple[object, ...], list[list[reads.DutyLine]]] = {}
    for (_, starts, ends), who in days.items():
        alike.setdefault((starts, ends, *(one.staff_id for one in who)), []).append(who)
    return [("".join(str(who[0].weekday) for who in same), same[0][0], same[0]) for same in alike.values()]


def _gaps(asked: Asked, gaps: list[Gap]) -> list[tuple[str, str]]:
    """Each kind of work with a rung that nobody could take, and which rungs."""
    bundle = asked.services.bundles.current()
    rungs: dict[str, list[str]] = {}
    for one in gaps:
        rungs.setdefault(one.cause, []).append(str(one.rung))
    return [(cause_of(bundle, cause), typed.joined(found)) for cause, found in rungs.items()]
