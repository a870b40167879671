"""What is done about a text nobody understood: an answer of a fixed set, a call, its meaning, nothing, or a word taught."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.intents import Intent, Interpretation
from flows.keywords import normalise
from service.apply import NotTheirs
from service.apply.opening import open_for_mothers
from service.apply.texts import answer_number
from service.apply.work import Work
from service.content.changes import Change
from service.content.changes_checked import keyword_context, look
from service.content.changes_kept import ChangeRefusedError, Proposal, propose
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.inbox import words
from service.dashboard.inbox.reading import digits_of, shown, text_in, why_not_answered
from service.database import Connection
from service.inbound.again import Kept, origin_of, understood
from service.store import people
from service.store.shown import inbox as reads
from service.store.shown.inbox import Outcome, Text

ONE: Final = "/inbox/{inbound_id}"


class CannotError(Exception):
    """It cannot be done; the message says why. Nothing was written."""


def acting_pages(room: Room) -> None:
    """What the buttons of one text post to."""

    @room.post(f"{ONE}/reply", "do_work")
    async def inbox_reply(asked: Asked) -> Response:
        template = asked.form.get("reply")
        if template not in words.REPLIES:
            raise HTTPException(400)

        async def doing(conn: Connection, text: Text) -> None:
            why = why_not_answered(text)
            if why:
                raise CannotError(words.WRITTEN_NOTHING + why)
            await _answer(asked, conn, text, template)

        return await _settled(asked, "answered", doing, template)

    @room.post(f"{ONE}/call", "do_work")
    async def inbox_call(asked: Asked) -> Response:
        async def doing(conn: Connection, text: Text) -> None:
            if not text.writers:
                raise CannotError("A colleague wrote this: call them, or put it aside.")
            work = await _work(asked, conn, text)
            hers = await people.mothers(conn, [one.mother_id for one in text.writers])
            await open_for_mothers(work, hers, "call_requested")

        return await _settled(asked, "called", doing)

    @room.post(f"{ONE}/meant", "do_work")
    async def inbox_meant(asked: Asked) -> Response:
        async def doing(conn: Connection, text: Text) -> None:
            meant = _meaning(asked, text)
            kept = Kept(text.id, text.phone_id, text.question, text.asked_in)
            if not await understood(conn, asked.services.deps(), kept, meant, asked.now):
                raise CannotError(words.CANNOT)

        return await _settled(asked, "understood", doing, asked.form.get("meant")[:20])

    @room.post(f"{ONE}/nothing", "do_work")
    async def inbox_nothing(asked: Asked) -> Response:
        async def doing(conn: Connection, text: Text) -> None:
            return None

        return await _settled(asked, "nothing", doing)

    @room.post(f"{ONE}/teach", "do_work")
    async def inbox_teach(asked: Asked) -> Response:
        return await _teach(asked)


async def _settled(
    asked: Asked, outcome: Outcome, doing: Callable[[Connection, Text], Awaitable[None]], why: str = ""
) -> Response:
    """Take the text out of the inbox and do it, in one transaction; else say why not, with nothing changed."""

    async def whole(conn: Connection) -> None:
        text = await text_in(asked, conn)
        if not await reads.settle(conn, text.id, outcome, asked.user.id, asked.now):
            raise CannotError(words.SETTLED)
        await doing(conn, text)
        await asked.audit(conn, f"text_{outcome}", why, about=("inbound_sms", text.id))

    try:
        await asked.written(whole)
    except (CannotError, NotTheirs) as error:
        async with asked.writing() as conn:
            return await shown(asked, conn, await text_in(asked, conn), trouble=str(error), status=409)
    return asked.back("/inbox", done=outcome)


def _meaning(asked: Asked, text: Text) -> Interpretation:
    """What the form says it meant. Raises CannotError for a digit that no open question had."""
    said = asked.form.get("meant")
    if said.startswith("digit-"):
        digit = said.removeprefix("digit-")
        if digit not in dict(digits_of(asked.services.bundles.current(), text)):
            raise CannotError(words.CANNOT)
        return Interpretation(Intent.ANSWER, digit=digit)
    if said not in words.MEANINGS:
        raise CannotError("Choose what it meant.")
    return words.MEANINGS[said][1]


async def _work(asked: Asked, conn: Connection, text: Text) -> Work:
    """The work of this text, its phone locked first as everywhere."""
    phone = await people.lock_phone(conn, text.phone_id)
    kept = Kept(text.id, text.phone_id, text.question, text.asked_in)
    now: datetime = asked.now
    return Work(conn, origin_of(kept, phone.number_index), now, asked.services.deps(), {}, phone.id)


async def _answer(asked: Asked, conn: Connection, text: Text, template: str) -> None:
    """Queue one of the safe texts, signed as she chose, in the phone's language."""
    work = await _work(asked, conn, text)
    phone = await work.phone()
    if phone is None or phone.opted_out:
        raise CannotError(words.WRITTEN_NOTHING + words.OPTED_OUT)
    here = [one for one in await work.mothers_here() if one.hold is None]
    mother = here[0] if here else None
    if text.writers and mother is None:
        raise CannotError(words.WRITTEN_NOTHING + words.HELD["stopped"])
    await answer_number(work, template, mother=mother, language=text.language)
    if not work.told:
        raise CannotError(
            words.WRITTEN_NOTHING + "this number had many answers within the hour. Call instead."
        )


async def _teach(asked: Asked) -> Response:
    """Propose that a word means something: looked at like any change of a text, and approved by somebody else."""
    bundle = asked.services.bundles.current()
    word, intent = normalise(asked.form.get("word")), asked.form.get("intent")
    language = asked.form.get("language")
    if language not in bundle.languages:
        raise HTTPException(400)
    change = Change(0, "keyword", language, keyword_context(intent), "", "", word)
    wrong = (await asyncio.to_thread(look, bundle, asked.services.settings, change)).wrong
    async with asked.writing() as conn:
        text = await text_in(asked, conn)
        if not wrong:
            try:
                proposal = Proposal("keyword", language, change.context, "", "", word, "From the inbox")
                change_id = await propose(conn, proposal, asked.user.id, asked.wall)
                await asked.audit(conn, "text_proposed", f"change {change_id}: {change.context} {language}")
            except ChangeRefusedError as error:
                wrong = (str(error),)
        if wrong:
            return await shown(asked, conn, text, wrong=wrong, status=422)
    return asked.back(f"/inbox/{text.id}", done="taught")
