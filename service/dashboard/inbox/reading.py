"""The inbox and one text in it. The words are opened on their own page alone, and that is kept in the audit."""

from dataclasses import asdict
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.bundle import SOURCE, Bundle
from flows.languages import names as language_names
from service.content.changes_checked import TEACHABLE
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.masked import masked
from service.dashboard.frame.room import Room
from service.dashboard.inbox import words
from service.dashboard.messages.looks import look_of
from service.dashboard.messages.words import INTENTS
from service.dashboard.words import cause_of
from service.database import Connection
from service.security.sealing import SealBroken, Sealer
from service.store.shown import inbox as reads
from service.store.shown.inbox import Beside, Text


def reading_pages(room: Room) -> None:
    """`/inbox` and `/inbox/ID`."""

    @room.get("/inbox", "see_work")
    async def inbox(asked: Asked) -> Response:
        settled = asked.query.get("settled") == "yes"
        async with asked.reading() as conn:
            found = await reads.texts(conn, asked.viewer, asked.now, settled=settled, page=asked.page_number)
        return asked.page(
            "inbox/list.html",
            texts=[_row(asked.services.sealer, one) for one in found[: reads.ROWS]],
            settled=settled,
            more=len(found) > reads.ROWS,
            page=asked.page_number,
            words=words,
            said=asked.said(words.DONE),
        )

    @room.get("/inbox/{inbound_id}", "see_work")
    async def inbox_text(asked: Asked) -> Response:
        async with asked.writing() as conn:
            text = await text_in(asked, conn)
            answer = await shown(asked, conn, text)
            if text.has_words and asked.may("do_work"):
                await asked.audit(conn, "read_text", about=("inbound_sms", text.id))
        return answer


async def text_in(asked: Asked, conn: Connection) -> Text:
    """The text in the address. Raises HTTPException 404 where it is nobody's they may see."""
    found = await reads.one_text(conn, asked.viewer, asked.now, asked.ids["inbound_id"])
    if found is None:
        raise HTTPException(404)
    return found


async def shown(
    asked: Asked,
    conn: Connection,
    text: Text,
    *,
    trouble: str = "",
    wrong: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    """The page of one text; what was typed to teach a word stays where it was."""
    bundle, sealer = asked.services.bundles.current(), asked.services.sealer
    answered, question_text = await reads.beside(conn, text)
    work = await reads.open_work(conn, asked.viewer, [one.mother_id for one in text.writers])
    language = asked.form.get("language") or _language(bundle, text)
    return asked.page(
        "inbox/text.html",
        status,
        text=_row(sealer, text),
        # What she wrote may name her, her number or what she has: it is for whoever answers, and for nobody who looks on.
        body=_words(sealer, text, await reads.words_of(conn, text.id)) if asked.may("do_work") else None,
        body_language=_language(bundle, text),
        answered=[_said(bundle, one) for one in answered],
        question=_said(bundle, question_text) if question_text is not None else None,
        meanings=[
            ("", "Choose"),
            *((f"digit-{digit}", f"{digit}: {label}") for digit, label in digits_of(bundle, text)),
            *((key, label) for key, (label, _) in words.MEANINGS.items()),
        ],
        work=[{**asdict(one), "cause": cause_of(bundle, one.cause)} for one in work],
        replies=[(key, label, _reply(bundle, key, text)) for key, label in words.REPLIES.items()],
        unsent=why_not_answered(text),
        intents=[("", "Choose"), *((key, INTENTS[key]) for key in TEACHABLE)],
        languages=list(language_names(bundle.tables, list(bundle.languages)).items()),
        typed={"word": asked.form.get("word"), "intent": asked.form.get("intent"), "language": language},
        words=words,
        trouble=trouble,
        wrong=wrong,
        said=asked.said(words.DONE),
    )


def digits_of(bundle: Bundle, text: Text) -> list[tuple[str, str]]:
    """The digits that answered the question open then, with their meanings; none where it was not a mother's."""
    if text.question is None or text.asked_in is None or text.question not in bundle.questions:
        return []
    if not text.writers or not text.trusted:
        return []
    answers = bundle.question(text.question).answers
    return [(digit, name.replace("_", " ")) for digit, name in sorted(answers.items())]


def why_not_answered(text: Text) -> str:
    """Why no answer goes to this number, in words; "" where one may."""
    if text.opted_out:
        return words.OPTED_OUT
    if not text.trusted:
        return words.DISTRUSTED
    held = [one.hold for one in text.writers if one.hold is not None]
    if any(hold == "quiet" for hold in held):
        return words.HELD["quiet"]
    if text.writers and len(held) == len(text.writers):
        return next((words.HELD[hold] for hold in held if hold in words.HELD), words.HELD["stopped"])
    return ""


def _row(sealer: Sealer, text: Text) -> dict[str, Any]:
    risk = next((key for key in ("red", "amber", "green") if any(w.risk == key for w in text.writers)), "")
    return {
        **{name: getattr(text, name) for name in Text.__slots__},
        "masked": masked(sealer, text.number, text.phone_id),
        "risk": risk,
    }


def _words(sealer: Sealer, text: Text, sealed: bytes | None) -> str | None:
    """What was written; None where it was erased or cannot be opened any more."""
    if sealed is None:
        return None
    try:
        return sealer.open(sealed, table="inbound_sms", column="text", row=text.id)
    except SealBroken:
        return None


def _language(bundle: Bundle, text: Text) -> str:
    spoken = text.language or next((one.language for one in text.writers), SOURCE)
    return spoken if spoken in bundle.languages else SOURCE


def _said(bundle: Bundle, one: Beside) -> dict[str, Any]:
    """A text as it stands in the content, signed as it was, with its longest data, since what was sent is not kept."""
    template = bundle.templates.get(one.template)
    wording = one.wording if template is not None and getattr(template, one.wording, None) else "covert"
    context = f"message.{one.template}.{wording}"
    known = template is not None
    return {
        "template": one.template if known else "",
        "text": look_of(bundle, context, one.language, one.signature).text
        if known
        else "a text that is not in use any more",
        "language": one.language,
        "at": one.at,
        "state": one.state,
    }


def _reply(bundle: Bundle, template: str, text: Text) -> str:
    """How an answer would read on her phone."""
    signature = next((one.signature for one in text.writers), "none")
    return look_of(bundle, f"message.{template}.covert", _language(bundle, text), signature).text
