"""The pages that only show: the list of texts, one text in every language, and the screens as a phone shows them."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.bundle import SOURCE, Bundle
from flows.lint.model.look import size_of
from flows.picture.graph import levels
from flows.picture.phones import pages
from scheduler.durations import exact
from service.content.changes import Met, overlaid
from service.content.changes_checked import may_change
from service.content.changes_kept import files_in_force
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.messages import words
from service.dashboard.messages.lists import Wanted, marks_of, rows, states_of
from service.dashboard.messages.looks import (
    WORDINGS,
    contexts_of,
    fillings,
    is_draft,
    look_of,
    price_of,
    signed,
)
from service.database import Connection
from service.store.shown import messages as reads

ROWS: Final = reads.ROWS
LONGEST_SEARCH: Final = 80
ACCESS: Final[Mapping[str, str]] = {
    "anyone": "Anybody may read this.",
    "mother": "Behind a mother's PIN.",
    "staff": "Behind a mentor's or supervisor's PIN.",
    "supervisor": "Behind a supervisor's PIN.",
}


def read_pages(room: Room) -> None:
    """`/messages`, `/messages/search`, `/messages/texts/NAME`, `/messages/screens` and each screen."""

    @room.get("/messages", "see_texts")
    async def messages(asked: Asked) -> Response:
        return await _list(asked, "")

    @room.post("/messages/search", "see_texts")
    async def messages_found(asked: Asked) -> Response:
        return await _list(asked, asked.form.get("search")[:LONGEST_SEARCH])

    @room.get("/messages/texts/{name}", "see_texts")
    async def message(asked: Asked) -> Response:
        return await _text(asked, asked.names["name"])

    @room.get("/messages/screens", "see_texts")
    async def screens(asked: Asked) -> Response:
        bundle = asked.services.bundles.current()
        language = language_of(asked, bundle)
        ids = [id_ for id_ in levels(bundle) if bundle.screens[id_].kind != "route"]
        begin = (asked.page_number - 1) * ROWS
        shown = [
            {
                "id": id_,
                "access": ACCESS[bundle.screens[id_].access],
                "text": bundle.text(f"screen.{id_}", language),
                "said_in": bundle.spoken(id_, language),
            }
            for id_ in ids[begin : begin + ROWS]
        ]
        return asked.page(
            "messages/screens.html",
            screens=shown,
            language=language,
            languages=list(bundle.languages.items()),
            page=asked.page_number,
            more=len(ids) > begin + ROWS,
        )

    @room.get("/messages/screens/{name}", "see_texts")
    async def screen(asked: Asked) -> Response:
        bundle = asked.services.bundles.current()
        found = bundle.screens.get(asked.names["name"])
        if found is None or found.kind == "route":
            raise HTTPException(404)
        drawn = [
            {
                "language": code,
                "name": name,
                "draft": code != SOURCE and is_draft(bundle, code),
                "said_in": bundle.spoken(found.id, code),
                "pages": [
                    (text, size_of(found.id, text, bundle.limit)) for text in pages(bundle, found, code)
                ],
            }
            for code, name in bundle.languages.items()
        ]
        return asked.page("messages/screen.html", screen=found, access=ACCESS[found.access], drawn=drawn)


def language_of(asked: Asked, bundle: Bundle) -> str:
    """The language asked for; otherwise the first offered here that is not the one content is written in."""
    wanted = asked.query.get("language", "") or asked.form.get("language")
    if wanted in bundle.languages:
        return wanted
    return next((code for code in bundle.languages if code != SOURCE), SOURCE)


async def met_of(conn: Connection, live: list[reads.Shown]) -> Mapping[int, Met]:
    """What became of the published ones among these changes, over what the files say now."""
    published = [one.change for one in live if one.state == "published" and not one.in_files]
    if not published:
        return {}
    _, tables = await files_in_force(conn)
    return (await asyncio.to_thread(overlaid, tables, published)).met


async def _list(asked: Asked, search: str) -> Response:
    bundle = asked.services.bundles.current()
    given = asked.form.get if search else asked.query.get
    wanted = Wanted(
        language=language_of(asked, bundle),
        message_class=_one_of(given("class", ""), words.CLASSES),
        state=_one_of(given("state", ""), words.STATES),
        search=search,
    )
    async with asked.reading() as conn:
        live = await reads.open_and_in_force(conn)
        met = await met_of(conn, live)
    found = rows(bundle, wanted, live, met)
    begin = 0 if search else (asked.page_number - 1) * ROWS
    shown = found[begin : begin + ROWS]
    return asked.page(
        "messages/list.html",
        areas=[
            (label, [row for row in shown if row.area == key])
            for key, label in words.AREAS
            if any(row.area == key for row in shown)
        ],
        total=len(found),
        wanted=wanted,
        draft=wanted.language != SOURCE and is_draft(bundle, wanted.language),
        price=price_of(asked.services.settings),
        states=[("", "All"), *((key, label) for key, (_, _, label) in words.STATES.items())],
        languages=list(bundle.languages.items()),
        waiting=sum(one.state == "proposed" for one in live),
        approved=sum(one.state == "approved" for one in live),
        overtaken=sum(one == "overtaken" for one in met.values()),
        page=asked.page_number if not search else 1,
        more=len(found) > begin + ROWS,
        words=words,
        WORDINGS=WORDINGS,
        said=asked.said(words.DONE),
    )


async def _text(asked: Asked, name: str) -> Response:
    bundle = asked.services.bundles.current()
    contexts = contexts_of(bundle, name)
    if not contexts:
        raise HTTPException(404)
    async with asked.reading() as conn:
        changes = await reads.of_text(conn, [context for _, context in contexts])
        live = [one for one in changes if one.is_open or (one.state == "published" and not one.in_files)][
            ::-1
        ]
        met = await met_of(conn, live)
    marks = marks_of(live, met)
    template = bundle.templates.get(name)
    question = bundle.questions[template.question] if template is not None and template.question else None
    return asked.page(
        "messages/text.html",
        name=name,
        sms=template,
        validity=_in_words(template.valid_for) if template is not None else "",
        price=price_of(asked.services.settings),
        area=dict(words.AREAS)[words.area_of(bundle, name)],
        answers=list(question.answers.items()) if question is not None else [],
        languages=[
            _in_language(bundle, code, label, contexts, marks) for code, label in bundle.languages.items()
        ],
        fillings=fillings(bundle, contexts[0][1], SOURCE),
        changes=changes,
        met=met,
        words=words,
        WORDINGS=WORDINGS,
        said=asked.said(words.DONE),
    )


def _in_language(
    bundle: Bundle,
    code: str,
    label: str,
    contexts: list[tuple[str, str]],
    marks: Mapping[tuple[str, str], str],
) -> dict[str, Any]:
    return {
        "code": code,
        "label": label,
        "draft": code != SOURCE and is_draft(bundle, code),
        "wordings": [
            {
                "wording": wording,
                "context": context,
                "look": look_of(bundle, context, code),
                "written": bundle.text(context, code),
                "signed": signed(bundle, context, code),
                "states": states_of(bundle, context, code, marks),
                "may_change": may_change(bundle, context, code),
            }
            for wording, context in contexts
        ],
    }


def _in_words(duration: str) -> str:
    """An ISO 8601 duration in words: ``PT90M`` is 90 minutes."""
    minutes = round(exact(duration).total_seconds() / 60)
    for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            return f"{minutes // size} {unit}{'' if minutes == size else 's'}"
    return duration


def _one_of(value: str, known: Mapping[str, object]) -> str:
    return value if value in known else ""
