"""What a supervisor says of a clinic: open or not, who came, and single days that differ. The same as by phone."""

from datetime import date, timedelta
from typing import Any, Final, cast

from starlette.responses import Response

from flows.events import DayClosed, SiteStatus, SiteStatusSet
from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.frame.typed import MistakeError
from service.dashboard.sites import words
from service.dashboard.sites.shown import one_site
from service.database import Connection
from service.store import people
from service.store.shown import sites as reads
from service.store.single_days import DaysSet, set_days

LONGEST: Final = 120
"""Days that are closed at once at most: the longest strike so far known to us took a hundred."""


def said_pages(room: Room) -> None:
    """`POST /sites/ID/status`, `/day-close`, `/days` and `/office-days`."""

    @room.post("/sites/{facility_id}/status", "do_work")
    async def status(asked: Asked) -> Response:
        try:
            new = cast(SiteStatus, typed.one_of(asked.form, "status", words.STATUSES, "how the clinic is"))
        except MistakeError as wrong:
            return await one_site(asked, trouble=str(wrong), at="status")
        event = SiteStatusSet(asked.staff_id, asked.ids["facility_id"], new)
        return _back(asked, "status", saved=await asked.apply([event]))

    @room.post("/sites/{facility_id}/day-close", "do_work")
    async def day_close(asked: Asked) -> Response:
        try:
            event = await _day_closed(asked)
        except MistakeError as wrong:
            return await one_site(asked, trouble=str(wrong), at="day-close")
        done = "day-close-clinic" if event.clinic_closed else "day-close"
        return _back(asked, done, saved=await asked.apply([event]))

    @room.post("/sites/{facility_id}/days", "do_work")
    async def days(asked: Asked) -> Response:
        return await _answer_days(asked)

    @room.post("/sites/{facility_id}/office-days", "administer")
    async def office_days(asked: Asked) -> Response:
        """The same by whoever runs the system, who is perhaps nobody on the staff."""
        return await _answer_days(asked)


async def _answer_days(asked: Asked) -> Response:
    try:
        first, last, reason = await _days(asked)
    except MistakeError as wrong:
        return await one_site(asked, trouble=str(wrong), at="days")
    done = await asked.written(lambda conn: _set_days(asked, conn, first, last, reason))
    word = "days-same" if not done.days else "days-open" if reason is None else "days-closed"
    return _back(asked, word)


def _back(asked: Asked, done: str, *, saved: bool = True) -> Response:
    return asked.back(f"/sites/{asked.ids['facility_id']}", done=done if saved else "not-saved")


async def _day_closed(asked: Asked) -> DayClosed:
    """The day-close in the form. What was shown is marked, and nothing that is not this clinic's. Raises MistakeError."""
    facility_id = asked.ids["facility_id"]
    day = typed.day(asked.form, "day", "the day to close")
    clinic_closed = asked.form.get("how") == "clinic_closed"
    if not clinic_closed:
        typed.one_of(asked.form, "how", {"marked"}, "whether the clinic was open")
    shown = asked.form.ids("expected")
    async with asked.reading() as conn:
        [site] = await reads.lines(conn, None, asked.now, facility_id)
        open_days = [one.day for one in await reads.unclosed_days(conn, facility_id, site.today)]
        here = await _of_the_day(conn, facility_id, day, shown)
    if day not in open_days:
        raise MistakeError("This day is closed already, or lies too far back: look at the list again.")
    absent = tuple(one for one in asked.form.ids("absent") if one in here)
    return DayClosed(
        asked.staff_id,
        facility_id,
        day,
        expected=tuple(one for one in shown if one in here),
        absent=absent,
        clinic_closed=clinic_closed,
    )


async def _of_the_day(conn: Connection, facility_id: int, day: date, ids: list[int]) -> frozenset[int]:
    rows = await conn.fetch(
        "SELECT id FROM visit WHERE id = ANY($1::bigint[]) AND facility_id = $2 AND due_on = $3",
        ids,
        facility_id,
        day,
    )
    return frozenset(row["id"] for row in rows)


async def _days(asked: Asked) -> tuple[date, date, str | None]:
    """First and last day in the form, and the reason they are closed for; None: they are open. Raises MistakeError."""
    how = typed.one_of(asked.form, "how", {"closed", "open"}, "closed or open")
    first = typed.day(asked.form, "first", "the first day")
    last = typed.day(asked.form, "last", "the last day") if asked.form.get("last") else first
    reason = (
        typed.one_of(asked.form, "reason", words.REASONS, "why it is closed") if how == "closed" else None
    )
    async with asked.reading() as conn:
        [site] = await reads.lines(conn, None, asked.now, asked.ids["facility_id"])
    if first < site.today:
        raise MistakeError(
            "Choose days from today on; a day that is over is closed with the day-close above."
        )
    if not first <= last < first + timedelta(days=LONGEST):
        raise MistakeError(
            f"The last day must not come before the first, nor more than {LONGEST} days after it."
        )
    return first, last, reason


async def _set_days(asked: Asked, conn: Connection, first: date, last: date, reason: str | None) -> DaysSet:
    site = await people.facility(conn, asked.ids["facility_id"])
    country: Any = asked.services.deps().country(site.country)
    wanted = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    done = await set_days(conn, country, site.id, wanted, reason, asked.user.staff_id, asked.now)
    if done.days:
        why = f"{first} to {last} {reason or 'open'}"
        await asked.audit(conn, "site_day", why, about=("facility", site.id))
    return done
