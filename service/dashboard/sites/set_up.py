"""What an administrator sets up: clinics, their week, their staff and the roster, by the functions of `pamoja add` and `pamoja days`."""

from dataclasses import dataclass
from typing import Any, Final, cast

from starlette.responses import Response

from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.frame.typed import MistakeError
from service.dashboard.sites import words
from service.dashboard.sites.shown import all_sites, one_site
from service.database import Connection
from service.directory import (
    DirectoryError,
    Duty,
    NewFacility,
    NewStaff,
    add_duty,
    add_facility,
    add_staff,
)
from service.models.staff import CASELOAD_CAP
from service.store import coverage, people
from service.store.shown import sites as reads
from service.store.single_days import set_week

MOST_MOTHERS: Final = 500


@dataclass(frozen=True, slots=True)
class _NewDuty:
    staff_id: int
    duties: tuple[Duty, ...]


def set_up_pages(room: Room) -> None:
    """`POST /sites`, and `/sites/ID/week`, `/staff`, `/duty` and `/duty/remove`."""

    @room.post("/sites", "administer")
    async def new_site(asked: Asked) -> Response:
        try:
            new = _facility(asked)
            facility_id = await asked.written(lambda conn: _add_facility(asked, conn, new))
        except (MistakeError, DirectoryError) as wrong:
            return await all_sites(asked, trouble=str(wrong))
        return asked.back(f"/sites/{facility_id}", done="added")

    @room.post("/sites/{facility_id}/week", "administer")
    async def week(asked: Asked) -> Response:
        try:
            days = typed.weekdays(asked.form, "open_on")
            if not days:
                raise MistakeError(
                    "Tick at least one weekday; a clinic that is closed for long is closed above."
                )
        except MistakeError as wrong:
            return await one_site(asked, trouble=str(wrong), at="week")
        await asked.written(lambda conn: _set_week(asked, conn, days, asked.form.get("holidays") == "yes"))
        return asked.back(f"/sites/{asked.ids['facility_id']}", done="week")

    @room.post("/sites/{facility_id}/staff", "administer")
    async def new_staff(asked: Asked) -> Response:
        try:
            new = _staff(asked)
            staff_id = await asked.written(lambda conn: _add_staff(asked, conn, new))
        except (MistakeError, DirectoryError) as wrong:
            return await one_site(asked, trouble=str(wrong), at="staff")
        return asked.back(f"/mentors/{staff_id}", done="added")

    @room.post("/sites/{facility_id}/duty", "administer")
    async def duty(asked: Asked) -> Response:
        try:
            new = await _duty(asked)
        except MistakeError as wrong:
            return await one_site(asked, trouble=str(wrong), at="duty")
        await asked.written(lambda conn: _add_duty(asked, conn, new))
        return asked.back(f"/sites/{asked.ids['facility_id']}", done="duty")

    @room.post("/sites/{facility_id}/duty/remove", "administer")
    async def no_duty(asked: Asked) -> Response:
        await asked.written(lambda conn: _remove_duties(asked, conn, asked.form.ids("duty")))
        return asked.back(f"/sites/{asked.ids['facility_id']}", done="duty-gone")


def _facility(asked: Asked) -> NewFacility:
    form = asked.form
    days = typed.weekdays(form, "open_on")
    if not days:
        raise MistakeError("Tick the weekdays on which the clinic is open.")
    return NewFacility(
        name=typed.word(form, "name", "the clinic's name"),
        country=form.get("country") or asked.services.settings.country,
        time_zone=form.get("time_zone") or asked.services.country.time_zone,
        day_close_at=typed.clock(form, "day_close", "when the day is closed"),
        transport=form.get("transport")[:40],
        line=form.get("line") or None,
        open_on=days,
        keeps_holidays=form.get("holidays") == "yes",
    )


async def _add_facility(asked: Asked, conn: Connection, new: NewFacility) -> int:
    facility_id = await add_facility(conn, asked.services.deps(), new, asked.now)
    await asked.audit(conn, "facility_added", about=("facility", facility_id))
    return facility_id


async def _set_week(asked: Asked, conn: Connection, days: str, keeps_holidays: bool) -> None:
    site = await people.facility(conn, asked.ids["facility_id"])
    country = asked.services.deps().country(site.country)
    await set_week(conn, country, site.id, days, keeps_holidays, asked.now)
    kept = "closed" if keeps_holidays else "open"
    await asked.audit(conn, "site_week", f"{days}, {kept} on holidays", about=("facility", site.id))


def _staff(asked: Asked) -> NewStaff:
    """Whoever shall work here. Their PIN is theirs to choose, beside somebody, with a set-up code."""
    form = asked.form
    languages = asked.services.bundles.current().languages
    in_community = form.get("works_in") == "community"
    return NewStaff(
        role=cast(Any, typed.one_of(form, "role", words.ROLES, "what they are")),
        name=typed.word(form, "name", "their name"),
        number=typed.word(form, "number", "their mobile number in full", longest=20),
        facility_id=asked.ids["facility_id"],
        language=typed.one_of(form, "language", languages, "the language of their screens"),
        starts_at=typed.clock(form, "starts", "when their work begins"),
        ends_at=typed.clock(form, "ends", "when their work ends"),
        answers_mood=form.get("answers_mood") == "yes",
        works_on=typed.weekdays(form, "works_on") or None,
        works_in="community" if in_community else "facility",
        area=typed.one_word(form, "area", "the area") if in_community else "",
        languages=typed.some_of(form, "speaks", languages),
        caseload_cap=typed.number(form, "cap", "how many mothers she should have", 1, MOST_MOTHERS)
        if form.get("cap")
        else CASELOAD_CAP,
    )


async def _add_staff(asked: Asked, conn: Connection, new: NewStaff) -> int:
    staff_id = await add_staff(conn, asked.services.deps(), new, asked.now)
    await coverage.after_joining(conn, asked.services.countries, [new.facility_id], asked.now)
    await asked.audit(conn, "staff_added", new.role, about=("staff", staff_id))
    return staff_id


async def _duty(asked: Asked) -> _NewDuty:
    form, facility_id = asked.form, asked.ids["facility_id"]
    async with asked.reading() as conn:
        here = {one.id for one in await reads.colleagues(conn, facility_id, asked.now.date())}
    staff_id = typed.chosen(form, "staff", here, "who is on duty")
    days = typed.weekdays(form, "weekday")
    if not days:
        raise MistakeError("Tick the weekdays of the duty.")
    starts = typed.clock(form, "starts", "when the duty begins")
    ends = typed.clock(form, "ends", "when the duty ends")
    rank = typed.number(form, "rank", "who is called first", 1, 9)
    return _NewDuty(staff_id, tuple(Duty(int(day), starts, ends, rank) for day in days))


async def _add_duty(asked: Asked, conn: Connection, new: _NewDuty) -> None:
    facility_id = asked.ids["facility_id"]
    await add_duty(conn, facility_id, new.staff_id, new.duties)
    await coverage.after_joining(conn, asked.services.countries, [facility_id], asked.now)
    await asked.audit(conn, "duty_added", f"staff {new.staff_id}", about=("facility", facility_id))


async def _remove_duties(asked: Asked, conn: Connection, ids: list[int]) -> None:
    """Take duties of this clinic off its roster; the alarm is raised where nobody is left for some of the work."""
    facility_id = asked.ids["facility_id"]
    gone = await conn.fetch(
        "DELETE FROM duty_roster WHERE facility_id = $1 AND id = ANY($2::bigint[]) RETURNING id",
        facility_id,
        ids,
    )
    if gone:
        await coverage.watch(conn, asked.services.countries, [facility_id], asked.now)
        await asked.audit(conn, "duty_removed", f"{len(gone)}", about=("facility", facility_id))
