"""Showing a number whole: asked for with a reason, written into the audit first, shown once, and not too often.

Everywhere else numbers are masked. What was shown lately stands on `/numbers`, as after a phone was lost.
"""

from datetime import timedelta
from typing import Final, Literal

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service import audit
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.security.sealing import SealBroken
from service.store.shown import numbers as reads
from service.store.shown.whose import may_be_seen

MOST_AN_HOUR: Final = 20
"""Numbers one person is shown in an hour (project choice: a day of tracing by phone needs about so many)."""

LATELY: Final = timedelta(days=30)
SHORTEST: Final = 5
LONGEST: Final = 200

REASONS: Final = {
    "call": "To call now",
    "check": "To check the number in person",
    "trace": "To trace after a missed visit",
    "lost": "A phone is lost, or changed hands",
    "other": "Something else, which I say below",
}
"""Why a number is needed. Only "other" needs words."""

Kind = Literal["mother", "staff"]


def reveal_pages(room: Room) -> None:
    """A page that asks why, for each kind of person; and what was shown lately."""

    @room.get("/numbers", "reveal")
    async def shown_lately(asked: Asked) -> Response:
        since = asked.wall - LATELY
        async with asked.reading() as conn:
            shown, more = await reads.revealed_lately(conn, asked.facilities, since, asked.page_number)
            opened = await reads.opened_on_phones(conn, asked.facilities, asked.now - LATELY)
        return asked.page(
            "numbers/list.html",
            shown=shown,
            more=more,
            page=asked.page_number,
            opened=opened,
            days=LATELY.days,
        )

    @room.get("/mothers/{mother_id}/number", "reveal")
    async def ask_of_mother(asked: Asked) -> Response:
        await _may_see(asked)
        return _ask(asked, "mother", asked.ids["mother_id"])

    @room.post("/mothers/{mother_id}/number", "reveal")
    async def show_mother(asked: Asked) -> Response:
        await _may_see(asked)
        return await _show(asked, "mother", asked.ids["mother_id"])

    @room.get("/staff/{staff_id}/number", "reveal")
    async def ask_of_staff(asked: Asked) -> Response:
        return _ask(asked, "staff", asked.ids["staff_id"])

    @room.post("/staff/{staff_id}/number", "reveal")
    async def show_staff(asked: Asked) -> Response:
        return await _show(asked, "staff", asked.ids["staff_id"])


async def _may_see(asked: Asked) -> None:
    """A mother whose page would not be opened for them has no number either. Raises HTTPException 404."""
    async with asked.services.pool.acquire() as conn:
        if not await may_be_seen(conn, asked.viewer, asked.ids["mother_id"]):
            raise HTTPException(404)


async def _show(asked: Asked, kind: Kind, person_id: int) -> Response:
    reason, words = asked.form.get("reason"), " ".join(asked.form.get("words").split())[:LONGEST]
    if reason not in REASONS:
        return _ask(asked, kind, person_id, 422, wrong="Choose a reason.")
    if len(words) < SHORTEST and (words or reason == "other"):
        return _ask(asked, kind, person_id, 422, wrong=f"Say why, in at least {SHORTEST} letters.")
    if any(letter.isdigit() for letter in words):
        return _ask(asked, kind, person_id, 422, wrong="Say why without any number.")
    async with asked.writing() as conn:
        kept = await reads.kept_number(conn, person_id)
        if kept is None:
            return _page(asked, kind, person_id, number="")
        await audit.take_turn(conn)  # so that many clicks at once cannot each be the last one allowed
        who = f"user {asked.user.id}"
        refused = await reads.reveals_since(conn, who, asked.wall - timedelta(hours=1)) >= MOST_AN_HOUR
        what = reads.REFUSED if refused else reads.REVEALED
        why = ": ".join(part for part in (REASONS[reason] if reason != "other" else "", words) if part)
        if refused:
            why = f"more than {MOST_AN_HOUR} within an hour"
        await asked.audit(conn, what, why, about=(kind, person_id))
    if refused:
        said = f"You were shown {MOST_AN_HOUR} numbers within an hour, the most there may be. It was noted; try again later."
        return _ask(asked, kind, person_id, 429, wrong=said)
    try:
        # The line in the audit is kept for good before the number is opened.
        number = asked.services.sealer.open(kept.sealed, table=kept.table, column="number", row=kept.row)
    except SealBroken:
        number = ""
    return _page(asked, kind, person_id, number=number, kept=kept)


def _ask(asked: Asked, kind: Kind, person_id: int, status: int = 200, *, wrong: str = "") -> Response:
    make = asked.part if asked.is_htmx else asked.page
    return make(
        "numbers/_ask.html" if asked.is_htmx else "numbers/ask.html",
        status if not asked.is_htmx else 200,
        kind=kind,
        person_id=person_id,
        reasons=REASONS,
        chosen=asked.form.get("reason"),
        words_given=asked.form.get("words"),
        wrong=wrong,
    )


def _page(
    asked: Asked, kind: Kind, person_id: int, *, number: str, kept: reads.Kept | None = None
) -> Response:
    make = asked.part if asked.is_htmx else asked.page
    return make(
        "numbers/_shown.html" if asked.is_htmx else "numbers/shown.html",
        kind=kind,
        person_id=person_id,
        number=number,
        in_doubt=kept is not None and kept.in_doubt,
        shared=kept is not None and kept.shared,
        told=kept is not None and kept.table == "told_number",
    )
