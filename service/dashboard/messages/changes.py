"""Changes on their way: who proposed what, what the rules say now, and the decision of a second person."""

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.bundle import SOURCE, Bundle
from flows.gsm7 import fold
from service.content.changes import Change, Met
from service.content.changes_checked import Looked, look
from service.content.changes_kept import ChangeRefusedError, decide, let_go, withdraw
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.forms import row_id
from service.dashboard.frame.room import Room
from service.dashboard.messages import words
from service.dashboard.messages.looks import Look, allowed_of, look_of, measured
from service.dashboard.messages.read import met_of
from service.database import Connection
from service.store.shown import messages as reads
from service.store.shown.messages import Shown

LONGEST_REASON: Final = 300
ONE: Final = "/messages/changes/{change}"


def change_pages(room: Room) -> None:
    """`/messages/changes`, one change, and what is decided about it."""

    @room.get("/messages/changes", "see_texts")
    async def changes(asked: Asked) -> Response:
        async with asked.reading() as conn:
            live = await reads.open_and_in_force(conn)
            met = await met_of(conn, live)
            past = await reads.in_state(conn, ["published", "rejected", "withdrawn"], asked.page_number)
        return asked.page(
            "messages/changes.html",
            waiting=[one for one in live if one.state == "proposed"],
            approved=[one for one in live if one.state == "approved"],
            overtaken=[one for one in live if met.get(one.change.id) == "overtaken"],
            past=past[: reads.ROWS],
            more=len(past) > reads.ROWS,
            page=asked.page_number,
            words=words,
            said=asked.said(words.DONE),
        )

    @room.get(ONE, "see_texts")
    async def change(asked: Asked) -> Response:
        async with asked.reading() as conn:
            found = await change_in(asked, conn)
            return await _one(asked, conn, found)

    @room.post(f"{ONE}/approve", "approve_texts")
    async def change_approved(asked: Asked) -> Response:
        async with asked.reading() as conn:
            found = await change_in(asked, conn)
            others = await _beside(conn, found)
        looked = await _looked(asked, found, others)
        if looked.wrong:
            return await _again(
                asked, found, "It was not approved: the rules are against it as things are now."
            )
        return await _decided(asked, found, approved=True)

    @room.post(f"{ONE}/reject", "approve_texts")
    async def change_rejected(asked: Asked) -> Response:
        async with asked.reading() as conn:
            found = await change_in(asked, conn)
        if not asked.form.get("reason"):
            return await _again(asked, found, "Say in a few words why, so that the author can do better.")
        return await _decided(asked, found, approved=False)

    @room.post(f"{ONE}/withdraw", "edit_texts")
    async def change_withdrawn(asked: Asked) -> Response:
        async with asked.reading() as conn:
            found = await change_in(asked, conn)
        try:
            async with asked.writing() as conn:
                await withdraw(conn, found.change.id)
                await asked.audit(conn, "text_withdrawn", f"change {found.change.id}")
        except ChangeRefusedError as error:
            return await _again(asked, found, str(error))
        return asked.back(f"/messages/changes/{found.change.id}", done="withdrawn")

    @room.post(f"{ONE}/let-go", "approve_texts")
    async def change_let_go(asked: Asked) -> Response:
        async with asked.reading() as conn:
            found = await change_in(asked, conn)
            met = await met_of(conn, await reads.open_and_in_force(conn))
        if met.get(found.change.id) != "overtaken":
            return await _again(asked, found, "It is in force: propose another wording to change it.")
        try:
            async with asked.writing() as conn:
                await let_go(conn, found.change.id)
                await asked.audit(conn, "text_let_go", f"change {found.change.id}")
        except ChangeRefusedError as error:
            return await _again(asked, found, str(error))
        return asked.back(f"/messages/changes/{found.change.id}", done="let-go")


async def change_in(asked: Asked, conn: Connection) -> Shown:
    """The change in the address. Raises HTTPException 404 when there is none."""
    number = row_id(str(asked.names["change"]))
    found = None if number is None else await reads.change(conn, number)
    if found is None:
        raise HTTPException(404)
    return found


async def _decided(asked: Asked, found: Shown, *, approved: bool) -> Response:
    done = "approved" if approved else "rejected"
    reason = asked.form.get("reason")[:LONGEST_REASON]
    try:
        async with asked.writing() as conn:
            await decide(conn, found.change.id, asked.user.id, asked.wall, approved=approved, reason=reason)
            await asked.audit(conn, f"text_{done}", f"change {found.change.id}")
    except ChangeRefusedError as error:
        return await _again(asked, found, str(error))
    return asked.back(f"/messages/changes/{found.change.id}", done=done)


async def _again(asked: Asked, found: Shown, trouble: str) -> Response:
    async with asked.reading() as conn:
        fresh = await reads.change(conn, found.change.id)
        return await _one(asked, conn, fresh or found, trouble=trouble, status=422)


async def _beside(conn: Connection, found: Shown) -> tuple[Change, ...]:
    """The open English change that a translation is read with."""
    if found.change.kind != "text" or found.change.language == SOURCE:
        return ()
    all_of_it = await reads.of_text(conn, [found.change.context])
    return tuple(one.change for one in all_of_it if one.is_open and one.change.language == SOURCE)


async def _looked(asked: Asked, found: Shown, beside: tuple[Change, ...]) -> Looked:
    bundle, settings = asked.services.bundles.current(), asked.services.settings
    return await asyncio.to_thread(look, bundle, settings, found.change, beside)


async def _one(
    asked: Asked, conn: Connection, found: Shown, *, trouble: str = "", status: int = 200
) -> Response:
    bundle = asked.services.bundles.current()
    looked: Looked | None = None
    met: Mapping[int, Met] = {}
    if found.is_open:
        looked = await _looked(asked, found, await _beside(conn, found))
    elif found.state == "published":
        met = await met_of(conn, await reads.open_and_in_force(conn))
    became = "settled" if found.in_files else met.get(found.change.id, "laid")
    return asked.page(
        "messages/change.html",
        status,
        one=found,
        title=words.title_of(found.change.context),
        language=bundle.languages.get(found.change.language, found.change.language),
        looked=looked,
        became=became,
        before=_before(bundle, found.change),
        after=_after(bundle, found.change, looked),
        own=found.author.id == asked.user.id,
        reason=asked.form.get("reason"),
        edit_path=edit_path(found.change),
        words=words,
        trouble=trouble,
        said=asked.said(words.DONE),
    )


def edit_path(change: Change) -> str:
    """Where the same text is changed; "" for a word."""
    kind, _, rest = change.context.partition(".")
    if kind == "tip":
        return f"/messages/texts/{change.context}/{change.language}/text"
    if kind != "message":
        return ""
    name, _, wording = rest.partition(".")
    return f"/messages/texts/{name}/{change.language}/{wording}"


def _before(bundle: Bundle, change: Change) -> str:
    return change.old if change.kind == "text" else ""


def _after(bundle: Bundle, change: Change, looked: Looked | None) -> Look | None:
    """How it reads on a phone; of a word nothing does."""
    if change.kind != "text" or change.context not in bundle.texts[SOURCE]:
        return None
    if looked is not None and looked.bundle is not None:
        return look_of(looked.bundle, change.context, change.language)
    return measured(fold(change.new), allowed_of(bundle, change.context))
