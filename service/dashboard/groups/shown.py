"""The meetings of somebody's clinics, and one of them."""

from typing import Final

from starlette.responses import Response

from flows.lists.team import GROUP_HOURS
from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.groups import words
from service.store.shown import groups as reads

SHOWN: Final = 50


async def all_groups(asked: Asked, *, trouble: str = "") -> Response:
    """Those to come or to be recorded, and those that are over."""
    when: reads.When = "past" if asked.query.get("when") == "past" else "coming"
    after = (asked.page_number - 1) * SHOWN
    async with asked.reading() as conn:
        found = await reads.meetings(conn, asked.facilities, when, asked.now, at_most=SHOWN + 1, after=after)
        callers = await reads.callers(conn, asked.facilities, asked.now) if asked.may("do_work") else []
    return asked.page(
        "groups/list.html",
        422 if trouble else 200,
        meetings=found[:SHOWN],
        more=len(found) > SHOWN,
        page=asked.page_number,
        when=when,
        callers=callers,
        hours=GROUP_HOURS,
        words=words,
        said=asked.said(words.SAVED),
        trouble=trouble,
        typed=typed.kept(asked.form if trouble else None),
    )


async def one_group(asked: Asked, *, trouble: str = "") -> Response:
    """One meeting: who was invited, what they said, who came."""
    async with asked.reading() as conn:
        meeting = await reads.meeting(conn, asked.ids["meeting_id"], asked.now)
        guests = await reads.guests(conn, meeting.id, asked.user.staff_id)
    return asked.page(
        "groups/one.html",
        422 if trouble else 200,
        meeting=meeting,
        guests=guests,
        absent=[one for one in guests if one.came is False],
        words=words,
        said=asked.said(words.SAVED),
        trouble=trouble or asked.said(words.REFUSED),
        typed=typed.kept(asked.form if trouble else None),
        ticked=set(asked.form.all("came")),
    )
