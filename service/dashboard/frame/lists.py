"""Every list of the dashboard as a file: the same rows that the page shows its reader, narrowed by the same filters.

Whoever is kept out of a page's list is not in its file either: the rows come from the reader of the page. No row
holds a name, a whole number, or what a mother has.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.dashboard import words
from service.dashboard.appointments import words as visit_words
from service.dashboard.follow_ups.pages import chosen_filters, filters_of
from service.dashboard.follow_ups.shown import number_of
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import asked_export
from service.dashboard.frame.room import Room
from service.dashboard.frame.times import clock_time
from service.dashboard.groups import words as group_words
from service.dashboard.mothers import listing
from service.dashboard.mothers import words as mother_words
from service.exporting.sheets import Cell
from service.store.shown import appointments, follow_ups, groups, mentors, mothers, sites
from service.store.shown.whose import kept_apart

MOST: Final = 20_000
"""Rows of one file; whoever needs more narrows the list."""

AT_ONCE: Final = 500

APART: Final = "apart"
"""Mothers whose safety somebody worries about stand in no file."""

FORGOTTEN: Final = "forgotten"

Line = tuple[Cell, ...]


def list_pages(room: Room) -> None:
    """`/follow-ups/export` and so on, one beside each list."""

    @room.get("/follow-ups/export", "export_lists")
    async def export_follow_ups(asked: Asked) -> Response:
        return await _follow_ups(asked)

    @room.get("/mothers/export", "export_lists")
    async def export_mothers(asked: Asked) -> Response:
        return await _mothers(asked)

    @room.get("/appointments/export", "export_lists")
    async def export_day(asked: Asked) -> Response:
        return await _day(asked)

    @room.get("/appointments/missed/export", "export_lists")
    async def export_missed(asked: Asked) -> Response:
        return await _missed(asked)

    @room.get("/mentors/export", "export_lists")
    async def export_mentors(asked: Asked) -> Response:
        return await _mentors(asked)

    @room.get("/sites/export", "export_lists")
    async def export_sites(asked: Asked) -> Response:
        return await _sites(asked)

    @room.get("/groups/export", "export_lists")
    async def export_groups(asked: Asked) -> Response:
        return await _groups(asked)


async def _all(read: Callable[[int], Awaitable[tuple[Sequence[Any], bool]]]) -> list[Any]:
    """Every page of a list, one after the other, up to MOST rows."""
    found: list[Any] = []
    page, more = 1, True
    while more and len(found) < MOST:
        rows, more = await read(page)
        found += rows
        page += 1
    return found[:MOST]


async def _follow_ups(asked: Asked) -> Response:
    filters, viewer = filters_of(chosen_filters(asked)), asked.viewer
    async with asked.reading() as conn:
        found = await _all(
            lambda page: follow_ups.listed(conn, viewer, filters, asked.now, page=page, at_most=AT_ONCE)
        )
        apart = await kept_apart(conn, [one.mother_id for one in found if one.mother_id is not None])
    bundle = asked.services.bundles.current()
    rows: list[Line] = [
        (
            one.facility,
            one.client_number,
            one.code,
            number_of(asked.services.sealer, one),
            _mentor(one.mentor_id),
            words.cause_of(bundle, one.cause),
            words.RISKS[one.risk][1],
            words.state_of(one),
            clock_time(one.opened_at, one.time_zone, year=True),
            words.staff_label(one.owner_role, one.owner_id) if one.owner_role and one.owner_id else "",
        )
        for one in found
        if one.mother_id not in apart
    ]
    columns = (
        "Clinic",
        "Client number",
        "Case code",
        "Phone (masked)",
        "Mentor",
        "Work",
        "Risk",
        "Stands",
        "Since",
        "With",
    )
    return await asked_export(asked, "follow-ups", columns, rows)


async def _mothers(asked: Asked) -> Response:
    viewer, filters = asked.viewer, listing.filters_of(asked)
    if filters.state == APART:
        raise HTTPException(403)
    async with asked.reading() as conn:
        found = await _all(lambda page: mothers.listed(conn, viewer, filters, asked.now, page))
    rows: list[Line] = [
        (
            one.facility,
            one.client_number if one.state != FORGOTTEN else "",
            one.code,
            _mentor(one.mentor_id),
            words.RISKS[one.risk][1],
            mother_words.STATES[one.state][2],
            one.edd,
            one.infant_born_on,
            one.next_on,
            clock_time(one.last_heard_at, one.time_zone, year=True) if one.last_heard_at else "",
            one.open,
        )
        for one in found
    ]
    columns = (
        "Clinic", "Client number", "Case code", "Mentor", "Risk", "Stands", "Birth expected on", "Youngest born on",
        "Next expected on", "Last heard", "Open follow-ups",
    )  # fmt: skip
    return await asked_export(asked, "mothers", columns, rows)


async def _day(asked: Asked) -> Response:
    async with asked.reading() as conn:
        known = await appointments.sites(conn, asked.facilities, asked.now)
        typed = asked.query.get("facility", "")
        site = next((one for one in known if not typed or str(one.id) == typed), None)
        if site is None:
            raise HTTPException(404)
        on = site.today if not asked.query.get("day") else _day_asked(asked)
        found = await appointments.day(conn, site.id, on, asked.user.staff_id)
        apart = await kept_apart(conn, [one.mother_id for one in found])
    rows: list[Line] = [
        (
            one.facility,
            one.due_on,
            one.client_number,
            one.code,
            _mentor(one.mentor_id),
            visit_words.KINDS[one.kind],
            visit_words.STATUSES[one.status][2],
            one.came_on,
        )
        for one in found
        if one.mother_id not in apart
    ]
    columns = ("Clinic", "Day", "Client number", "Case code", "Mentor", "What", "Stands", "Came on")
    return await asked_export(asked, f"appointments {on.isoformat()}", columns, rows)


def _day_asked(asked: Asked) -> date:
    try:
        return date.fromisoformat(asked.query["day"])
    except ValueError:
        raise HTTPException(404) from None


async def _missed(asked: Asked) -> Response:
    since = asked.query.get("since", "")
    band = since if since in appointments.BANDS else "1-7"
    async with asked.reading() as conn:
        known = await appointments.sites(conn, asked.facilities, asked.now)
        chosen = next((one for one in known if str(one.id) == asked.query.get("facility", "")), None)
        viewer = asked.viewer if chosen is None else replace(asked.viewer, facilities=(chosen.id,))
        found = await _all(lambda page: appointments.missed(conn, viewer, band, asked.now, page=page))
        apart = await kept_apart(conn, [one.mother_id for one in found])
    rows: list[Line] = [
        (
            one.facility,
            one.client_number,
            one.code,
            _mentor(one.mentor_id),
            one.since,
            one.days,
            one.times,
            clock_time(one.last_try, one.time_zone, year=True) if one.last_try else "",
            one.next_on,
        )
        for one in found
        if one.mother_id not in apart
    ]
    columns = (
        "Clinic", "Client number", "Case code", "Mentor", "Missed since", "Days", "Days missed", "Last try", "Next expected on",
    )  # fmt: skip
    return await asked_export(asked, "missed days", columns, rows)


async def _mentors(asked: Asked) -> Response:
    async with asked.reading() as conn:
        found = await mentors.lines(conn, asked.facilities, asked.now, at_most=MOST)
    rows: list[Line] = [
        (
            one.facility,
            words.staff_label(one.role, one.id),
            one.mothers,
            one.cap,
            one.red,
            one.amber,
            one.green,
            one.alerts,
            one.away_from,
            one.away_until,
        )
        for one in found
    ]
    columns = (
        "Clinic", "Mentor", "Mothers", "At most", "Open red", "Open amber", "Open green", "Waiting alerts", "Away from", "Away until",
    )  # fmt: skip
    return await asked_export(asked, "mentors", columns, rows)


async def _sites(asked: Asked) -> Response:
    async with asked.reading() as conn:
        found = await sites.lines(conn, asked.facilities, asked.now)
    rows: list[Line] = [
        (
            one.name,
            one.status.replace("_", " "),
            one.today,
            one.expected,
            one.kept,
            one.missed,
            one.unmarked,
            "closed" if one.closed_at else "not closed",
            one.unclosed_before,
            one.mothers,
            one.mentors,
        )
        for one in found
    ]
    columns = (
        "Clinic", "State", "Day", "Expected", "Came", "Absent", "Not marked", "Day-close", "Earlier days not closed", "Mothers", "Mentors",
    )  # fmt: skip
    return await asked_export(asked, "sites", columns, rows)


async def _groups(asked: Asked) -> Response:
    when: groups.When = "past" if asked.query.get("when") == "past" else "coming"
    async with asked.reading() as conn:
        found = await groups.meetings(conn, asked.facilities, when, asked.now, at_most=MOST)
    rows: list[Line] = [
        (
            one.facility,
            one.on_day,
            f"{one.hour:02d}:00",
            _topic(one.topic),
            _mentor(one.mentor_id),
            group_words.STATES[one.state][2],
            one.invited,
            one.coming,
            one.came,
            one.headcount,
        )
        for one in found
    ]
    columns = (
        "Clinic",
        "Day",
        "Hour",
        "About",
        "Mentor",
        "Stands",
        "Invited",
        "Said yes",
        "Came",
        "Headcount",
    )
    return await asked_export(asked, f"groups {when}", columns, rows)


def _topic(topic: str) -> str:
    return next((word for known, word in group_words.TOPICS.items() if known == topic), topic)


def _mentor(staff_id: int | None) -> str:
    return "" if staff_id is None else words.staff_label("mentor", staff_id)
