"""Changing one text in one language: what it says, what it would say, and what the rules have against that."""

import asyncio
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.bundle import SOURCE, Bundle
from flows.gsm7 import fold
from service.content.changes import Change, said_in
from service.content.changes_checked import LONGEST_TEXT, Looked, look, may_change
from service.content.changes_kept import ChangeRefusedError, Proposal, propose
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.forms import row_id
from service.dashboard.frame.room import Room
from service.dashboard.messages import words
from service.dashboard.messages.looks import (
    WORDINGS,
    Look,
    allowed_of,
    contexts_of,
    fillings,
    look_of,
    measured,
    price_of,
)
from service.database import Connection
from service.store.shown import messages as reads
from service.store.shown.messages import Shown

PATH: Final = "/messages/texts/{name}/{language}/{wording}"
LONGEST_NOTE: Final = 300
TRIED: Final = 0
"""The id of a change that is only looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """One wording of one text in one language, with what stands there and the English it is read beside."""

    name: str
    wording: str
    language: str
    context: str
    old: str
    english: str
    beside: tuple[Change, ...]
    waiting: Shown | None

    def would(self, new: str) -> Change:
        """The change that would have it say this."""
        return Change(TRIED, "text", self.language, self.context, self.old, self.english, new)


def edit_pages(room: Room) -> None:
    """The form of one text, its preview, and sending it to a second person."""

    @room.get(PATH, "edit_texts")
    async def text_form(asked: Asked) -> Response:
        async with asked.reading() as conn:
            place = await _place(asked, conn)
            again = await _again(asked, conn, place)
        new = again if again is not None else place.old
        looked = await looked_at(asked, place, new) if again is not None else None
        return _form(asked, place, new, "", looked)

    @room.post(f"{PATH}/preview", "edit_texts")
    async def text_preview(asked: Asked) -> Response:
        async with asked.reading() as conn:
            place = await _place(asked, conn)
        new = asked.form.get("new")
        looked = await looked_at(asked, place, new)
        if asked.is_htmx:
            return asked.part(
                "messages/_preview.html",
                place=place,
                looked=looked,
                preview=_preview(asked, place, new, looked),
                price=price_of(asked.services.settings),
            )
        return _form(asked, place, new, asked.form.get("note"), looked)

    @room.post(PATH, "edit_texts")
    async def text_proposed(asked: Asked) -> Response:
        new, note = asked.form.get("new"), asked.form.get("note")[:LONGEST_NOTE]
        async with asked.reading() as conn:
            place = await _place(asked, conn)
        looked = await looked_at(asked, place, new)
        if fold(asked.form.get("old")) != place.old or fold(asked.form.get("english")) != place.english:
            moved = "It was changed while you wrote: below stands what it says now. Look again, and send it again."
            return _form(asked, place, new, note, looked, trouble=moved, status=409)
        if looked.wrong:
            trouble = "It was not saved. Correct what stands beside it."
            return _form(asked, place, new, note, looked, trouble=trouble, status=422)
        proposal = Proposal("text", place.language, place.context, place.old, place.english, fold(new), note)
        try:
            async with asked.writing() as conn:
                change_id = await propose(conn, proposal, asked.user.id, asked.wall)
                await asked.audit(
                    conn, "text_proposed", f"change {change_id}: {place.context} {place.language}"
                )
        except ChangeRefusedError as error:
            return _form(asked, place, new, note, looked, trouble=str(error), status=409)
        return asked.back(f"/messages/changes/{change_id}", done="proposed")


async def looked_at(asked: Asked, place: Place, new: str) -> Looked:
    """What every rule that needs no walk has against it; computed beside the loop."""
    if len(new) > LONGEST_TEXT * 2:
        return Looked((f"It is longer than {LONGEST_TEXT} letters: no text is.",), (), None)
    bundle, settings = asked.services.bundles.current(), asked.services.settings
    return await asyncio.to_thread(look, bundle, settings, place.would(new), place.beside)


async def _place(asked: Asked, conn: Connection) -> Place:
    """The text in the address. Raises HTTPException 404 where there is none, or none that is changed here."""
    bundle = asked.services.bundles.current()
    name, language, wording = asked.names["name"], asked.names["language"], asked.names["wording"]
    context = dict(contexts_of(bundle, name)).get(wording)
    if context is None or not may_change(bundle, context, language):
        raise HTTPException(404)
    opened = [one for one in await reads.of_text(conn, [context]) if one.is_open]
    waiting = next((one for one in opened if one.change.language == language), None)
    english = said_in(bundle.tables, context, SOURCE)
    beside: tuple[Change, ...] = ()
    of_english = next((one.change for one in opened if one.change.language == SOURCE), None)
    if language != SOURCE and of_english is not None:
        english, beside = of_english.new, (of_english,)
    old = said_in(bundle.tables, context, language)
    return Place(name, wording, language, context, old, english, beside, waiting)


async def _again(asked: Asked, conn: Connection, place: Place) -> str | None:
    """What an earlier change of the same text said, to be proposed once more."""
    wanted = row_id(asked.query.get("again", ""))
    if wanted is None:
        return None
    found = await reads.change(conn, wanted)
    if found is None or (found.change.context, found.change.language) != (place.context, place.language):
        return None
    return found.change.new


def _form(
    asked: Asked,
    place: Place,
    new: str,
    note: str,
    looked: Looked | None,
    *,
    trouble: str = "",
    status: int = 200,
) -> Response:
    bundle = asked.services.bundles.current()
    return asked.page(
        "messages/edit.html",
        status,
        place=place,
        new=new,
        note=note,
        looked=looked,
        preview=_preview(asked, place, new, looked),
        now_look=look_of(bundle, place.context, place.language),
        label=bundle.languages[place.language],
        fillings=fillings(bundle, place.context, SOURCE),
        title=words.title_of(place.context),
        price=price_of(asked.services.settings),
        trouble=trouble,
        WORDINGS=WORDINGS,
        longest_note=LONGEST_NOTE,
    )


def _preview(asked: Asked, place: Place, new: str, looked: Looked | None) -> Look:
    """As a phone would show it: with its longest data where the rules let it be put together, else as it was typed."""
    bundle: Bundle = asked.services.bundles.current()
    if looked is not None and looked.bundle is not None:
        return look_of(looked.bundle, place.context, place.language)
    if new == place.old and place.old:
        return look_of(bundle, place.context, place.language)
    return measured(fold(new[:LONGEST_TEXT]), allowed_of(bundle, place.context))
