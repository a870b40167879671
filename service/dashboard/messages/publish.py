"""Publishing what was approved, taking the last publication back, their history, and what the files still lack."""

import asyncio
import json
from collections.abc import Sequence

from starlette.responses import Response

from flows.bundle import Bundle, BundleError
from scheduler.rules import RulesError
from service.content.bundles import ContentMovedError, NoVersionBeforeError
from service.content.changes import overlaid
from service.content.changes_kept import files_in_force, to_lay
from service.content.changes_out import as_files, as_plain
from service.content.checked import check_tables
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import as_file
from service.dashboard.frame.room import Room
from service.dashboard.messages import words
from service.database import Connection
from service.store.shown import messages as reads
from service.wiring import DraftRefusedError, check_drafts

MOST_FINDINGS = 50


def publish_pages(room: Room) -> None:
    """`/messages/publish`, `/messages/history` and the changes as files."""

    @room.get("/messages/publish", "publish_texts")
    async def to_publish(asked: Asked) -> Response:
        return await _ready(asked)

    @room.post("/messages/publish", "publish_texts")
    async def published(asked: Asked) -> Response:
        return await _publish(asked)

    @room.get("/messages/history", "see_texts")
    async def history(asked: Asked) -> Response:
        return await _history(asked)

    @room.post("/messages/rollback", "publish_texts")
    async def rolled_back(asked: Asked) -> Response:
        return await _roll_back(asked)

    @room.get("/messages/download", "see_texts")
    async def texts_download(asked: Asked) -> Response:
        async with asked.reading() as conn:
            _, tables = await files_in_force(conn)
            found = await to_lay(conn)
        if asked.query.get("as") == "json":
            content = json.dumps(as_plain(tables, found), ensure_ascii=False, indent=2)
            return as_file(content.encode(), "changes.json", "application/json; charset=utf-8")
        return as_file(as_files(tables, found).encode(), "changes.txt", "text/plain; charset=utf-8")


async def _ready(
    asked: Asked, *, trouble: str = "", findings: Sequence[str] = (), status: int = 200
) -> Response:
    """What would go out, with what stands there now, and what cannot."""
    async with asked.reading() as conn:
        current, tables = await files_in_force(conn)
        live = await reads.open_and_in_force(conn)
    approved = [one for one in live if one.state == "approved"]
    laid = [one.change for one in live if one.state != "proposed"]
    met = (await asyncio.to_thread(overlaid, tables, laid)).met
    return asked.page(
        "messages/publish.html",
        status,
        current=current,
        ready=[one for one in approved if met[one.change.id] != "overtaken"],
        overtaken=[one for one in approved if met[one.change.id] == "overtaken"],
        languages=asked.services.bundles.current().languages,
        words=words,
        trouble=trouble,
        findings=findings,
    )


async def _publish(asked: Asked) -> Response:
    services, ids, over = asked.services, asked.form.ids("change"), asked.form.get("over")
    if not ids:
        return await _ready(asked, trouble="Choose at least one change.", status=422)

    async def noted(conn: Connection, bundle: Bundle) -> None:
        listed = ", ".join(str(one) for one in ids)
        await asked.audit(conn, "texts_published", f"version {bundle.sha256[:12]}, changes {listed}")

    async with asked.reading() as conn:
        _, tables = await files_in_force(conn)
        changes = await to_lay(conn, ids)
    try:
        made = await asyncio.to_thread(overlaid, tables, changes)
        # The menus are walked in a thread of their own, which takes some seconds.
        checked = await asyncio.to_thread(check_tables, made.tables, services.settings)
        findings = await asyncio.to_thread(lambda: checked.findings)
        if findings:
            said = [str(one) for one in findings[:MOST_FINDINGS]]
            trouble = "Nothing was published: correct what stands below first."
            return await _ready(asked, trouble=trouble, findings=said, status=422)
        await check_drafts(services, made.tables)
        await services.bundles.publish(
            tables, asked.wall, approved=ids, by=asked.user.id, over=over, noted=noted
        )
    except (BundleError, RulesError, ContentMovedError, DraftRefusedError) as error:
        return await _ready(asked, trouble=str(error), status=409)
    return asked.back("/messages/history", done="published")


async def _roll_back(asked: Asked) -> Response:
    services = asked.services
    if asked.form.get("sure") != "yes":
        return await _history(asked, trouble="Tick that you are sure first.", status=422)

    async def noted(conn: Connection, bundle: Bundle) -> None:
        await asked.audit(conn, "texts_rolled_back", f"version {bundle.sha256[:12]}")

    try:
        before = await services.bundles.before()
        if before.sha256 != asked.form.get("to"):
            raise ContentMovedError
        await check_drafts(services, before.tables)
        await services.bundles.roll_back(before, asked.wall, asked.user.id, noted=noted)
    except (NoVersionBeforeError, ContentMovedError, BundleError, RulesError, DraftRefusedError) as error:
        return await _history(asked, trouble=str(error), status=409)
    return asked.back("/messages/history", done="rolled-back")


async def _history(asked: Asked, *, trouble: str = "", status: int = 200) -> Response:
    async with asked.reading() as conn:
        found = await reads.publications(conn, asked.page_number)
        shown = found[: reads.ROWS]
        changes = await reads.of_publications(conn, [one.id for one in shown])
    return asked.page(
        "messages/history.html",
        status,
        publications=[(one, [each for each in changes if each.published_in == one.id]) for one in shown],
        before=await _before(asked) if asked.may("publish_texts") else None,
        more=len(found) > reads.ROWS,
        page=asked.page_number,
        words=words,
        trouble=trouble,
        said=asked.said(words.DONE),
    )


async def _before(asked: Asked) -> str | None:
    """The version a rollback would go back to."""
    try:
        return (await asked.services.bundles.before()).sha256
    except (NoVersionBeforeError, BundleError, RulesError):
        return None
