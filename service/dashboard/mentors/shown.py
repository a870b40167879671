"""The mentors of somebody's clinics, and one member of staff. Only who supervises them reads their first name."""

from datetime import date, timedelta
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.masked import masked
from service.dashboard.frame.typed import WEEK, names_of
from service.dashboard.mentors import words
from service.database import Connection
from service.store import leave
from service.store.shown import mentor as one_reads
from service.store.shown import mentors as reads
from service.ussd.names import first_name, told_apart

SHOWN: Final = 50
SHOWN_VISITS: Final = 6
MONTHS: Final = 3
"""So many months are shown: this one, and two that can still be confirmed."""


async def all_mentors(asked: Asked) -> Response:
    """Everybody who looks after mothers, what they carry, and what waits for a supervisor."""
    after = (asked.page_number - 1) * SHOWN
    async with asked.reading() as conn:
        found = await reads.lines(conn, asked.facilities, asked.now, at_most=SHOWN + 1, after=after)
        times = await reads.times(conn, [one.id for one in found], asked.now)
        waiting = await reads.handovers(conn, asked.facilities)
        takers = await reads.takers(conn, [one.facility_id for one in waiting])
        of_all = await reads.of_themselves(conn, asked.now)
    return asked.page(
        "mentors/list.html",
        mentors=found[:SHOWN],
        more=len(found) > SHOWN,
        page=asked.page_number,
        times=times,
        no_times=reads.NO_TIMES,
        waiting=waiting,
        takers=takers,
        of_all=of_all,
        words=words,
        said=asked.said(words.SAVED),
        trouble=asked.said(words.REFUSED),
    )


async def one_mentor(asked: Asked, *, trouble: str = "", at: str = "") -> Response:
    """One member of staff; ``trouble`` is said at the form ``at``, which keeps what was typed."""
    async with asked.reading() as conn:
        seen = await _seen(asked, conn, asked.ids["staff_id"])
    return asked.page(
        "mentors/one.html",
        422 if trouble else 200,
        **seen,
        said=asked.said(words.SAVED),
        trouble=trouble or asked.said(words.REFUSED),
        at=at,
        typed=typed.kept(asked.form if trouble else None),
        ticked={name: set(asked.form.all(name)) for name in ("works_on", "speaks")},
        languages=asked.services.bundles.current().languages,
        blank=typed.kept(),
        words=words,
        week=WEEK,
        names_of=names_of,
    )


async def _seen(asked: Asked, conn: Connection, staff_id: int) -> dict[str, Any]:
    one = await the_one(asked, conn, staff_id)
    contact = await one_reads.contact(conn, staff_id, asked.now)
    free = await leave.colleagues(conn, staff_id, one.today)
    notes = await one_reads.noted(conn, staff_id)
    months = months_of(one.today)
    waiting = await reads.handovers(conn, asked.facilities, staff_id)
    supervises = asked.facilities is not None
    sealer = asked.services.sealer
    # As on the supervisor's own screens: first names, and never to who only runs or audits the system.
    names = told_apart(sealer, free) if supervises else [""] * len(free)
    visits = notes[one_reads.SUPERVISED]
    due = visits[0].at + words.SUPERVISE_EVERY if visits else None
    since = one.today - timedelta(days=28)
    return {
        "one": one,
        "times": (await reads.times(conn, [staff_id], asked.now)).get(staff_id, reads.NO_TIMES),
        "name": first_name(sealer, {"id": one.id, "role": one.role, "name": contact.name})
        if supervises and contact.name
        else "",
        "number": masked(asked.services.sealer, contact.number, contact.phone_id),
        "contact": contact,
        "leaves": await one_reads.leaves(conn, staff_id, one.today),
        "covers": [(row["id"], row["role"], name) for row, name in zip(free, names, strict=True)],
        "activity": await one_reads.activity(conn, staff_id, one.time_zone, months, asked.now),
        "confirmed": {note.why: note for note in notes[one_reads.CONFIRMED]},
        "visits": visits[:SHOWN_VISITS],
        "visit_due": due,
        "revealed": notes[one_reads.REVEALED],
        "asking": await one_reads.asking(conn, staff_id) if supervises else [],
        "offered": await one_reads.offered(conn, staff_id, since) if supervises else [],
        "waiting": waiting,
        "takers": await reads.takers(conn, [handover.facility_id for handover in waiting]),
        "herself": asked.user.staff_id == staff_id,
    }


async def the_one(asked: Asked, conn: Connection, staff_id: int) -> reads.StaffLine:
    """The member of staff in the address. Raises HTTPException 404 for whoever asked to be forgotten."""
    found = await reads.lines(conn, asked.facilities, asked.now, at_most=1, only=staff_id)
    if not found:
        raise HTTPException(404)
    return found[0]


def months_of(today: date) -> list[date]:
    """The first days of this month and the two before."""
    found = [today.replace(day=1)]
    for _ in range(MONTHS - 1):
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found
