"""The list of mothers, narrowed as asked; and finding one by what stands on her papers, or by her number."""

from datetime import timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from service import audit, msisdn
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.forms import row_id
from service.dashboard.mothers import words
from service.dashboard.words import RISKS
from service.database import Connection
from service.store.shown import mothers as reads
from service.store.shown.numbers import done_since

PATH: Final = "/mothers"
LONGEST: Final = 40
SEARCHED: Final = "number_searched"
MOST_NUMBERS: Final = 60
"""Numbers one person may search for in an hour (project choice: more is trying out whose numbers are known here)."""
NOBODY: Final = (
    "Nobody of your clinics is found so. Type a client number, a form number, a case code or a phone number."
)


def filters_of(asked: Asked) -> reads.Filters:
    """The filters in the address that mean something."""
    query = asked.query
    state = query.get("state", "")
    return reads.Filters(
        facility_id=row_id(query.get("facility", "")),
        mentor_id=row_id(query.get("mentor", "")),
        risk=query.get("risk", "") if query.get("risk", "") in RISKS else "",
        state=state if state in reads.STATES else "",
    )


async def list_page(asked: Asked) -> Response:
    """The list, as the address narrows it."""
    viewer, filters = asked.viewer, filters_of(asked)
    async with asked.reading() as conn:
        lines, more = await reads.listed(conn, viewer, filters, asked.now, asked.page_number)
        facilities, mentors = await reads.choices(conn, viewer)
    kept = {
        "facility": filters.facility_id or "",
        "mentor": filters.mentor_id or "",
        "risk": filters.risk,
        "state": filters.state,
    }
    return asked.page(
        "mothers/list.html",
        words=words,
        lines=lines,
        more=more,
        page=asked.page_number,
        kept={name: value for name, value in kept.items() if value},
        chosen=kept,
        facilities=[("", "All clinics"), *facilities],
        mentors=[("", "All mentors"), *mentors],
        states=(*words.FILTERS, words.APART) if viewer.acts else words.FILTERS,
        found=False,
        wrong="",
        said=asked.said({"forgotten": "She was forgotten."}),
    )


async def search(asked: Asked) -> Response:
    """Whoever is called so: one is opened, several are listed. A search by number leaves its line in the audit."""
    typed = " ".join(asked.form.get("who").split())
    # Whose a number is, is for whoever may be shown one.
    may_ask = asked.may("reveal") and len(typed) <= LONGEST
    number = msisdn.parse(typed, asked.services.settings.country) if may_ask else None
    viewer = asked.viewer
    lines: list[reads.Mother] = []
    if typed and len(typed) <= LONGEST:
        indexes = asked.services.index.candidates_of(number) if number else []
        async with asked.writing() as conn:
            if number and await _asked_enough(asked, conn):
                raise HTTPException(429)
            lines = await reads.found(conn, viewer, typed, indexes, asked.now)
            if number:
                await asked.audit(conn, SEARCHED, f"{len(lines)} found")
    if len(lines) == 1:
        return RedirectResponse(f"{PATH}/{lines[0].id}", 303)
    return asked.page(
        "mothers/list.html",
        200 if lines else 404,
        words=words,
        lines=lines,
        more=False,
        page=1,
        kept={},
        chosen={"facility": "", "mentor": "", "risk": "", "state": ""},
        facilities=[("", "All clinics")],
        mentors=[("", "All mentors")],
        states=words.FILTERS,
        found=True,
        wrong="" if lines else NOBODY,
        said="",
    )


async def _asked_enough(asked: Asked, conn: Connection) -> bool:
    """Whether somebody has asked so often whose a number is that it is no search for one mother any more."""
    await audit.take_turn(conn)
    since = asked.wall - timedelta(hours=1)
    return await done_since(conn, f"user {asked.user.id}", SEARCHED, since) >= MOST_NUMBERS
