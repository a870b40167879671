"""One mother's page: who she is to the clinic, her children, what is open, and one timeline of everything."""

from collections.abc import Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.messages import render_sms
from scheduler.reasons import REASONS
from scheduler.risk import risk
from service.apply.record import opened_on_page
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.masked import masked
from service.dashboard.mothers import words
from service.dashboard.mothers.act import child_called
from service.dashboard.mothers.records import OUTCOMES, PLACES, SERVICES
from service.dashboard.mothers.texts import STREAMS
from service.dashboard.words import VISIT_STATES, VISITS
from service.database import Connection
from service.security.sealing import SealBroken
from service.store.message_params import from_json, open_params
from service.store.shown.mother import Her, her
from service.store.shown.numbers import reveals_of
from service.store.shown.whose import may_be_seen
from service.store.timeline import Line, timeline

PAGE: Final = 40
NEXT: Final = 8
"""Lines of what is to come beside the timeline of what was."""


async def one(asked: Asked) -> Response:
    """Her page. That it was opened is noted, so that she may be told who did."""
    mother_id = asked.ids["mother_id"]
    async with asked.reading() as conn:
        found = await seen(asked, conn)
        if found.row["hold"] == "erased":
            return asked.page("mothers/forgotten.html", her=found)
        bundle = asked.services.bundles.current()
        told = await timeline(conn, mother_id, asked.now, asked.services.countries, bundle.words_of("cause"))
        reveals = await reveals_of(conn, mother_id)
    await _noted(asked, mother_id)
    lines = told.lines if told is not None else ()
    kind = asked.query.get("kind", "")
    kind = kind if kind in words.KINDS or kind == words.AHEAD else ""
    shown, more = _page_of(asked, lines, kind)
    ahead = [line for line in lines if line.at > asked.now]
    row, sealer = found.row, asked.services.sealer
    return asked.page(
        "mothers/one.html",
        her=found,
        zone_of_hers=found.row["time_zone"],
        words=words,
        VISITS=VISITS,
        VISIT_STATES=VISIT_STATES,
        risk=risk(found.risk_facts, found.today),
        why_risk=words.why_risk(found.risk_facts, found.today),
        stage=words.stage(found.edd, max((one.born_on for one in found.alive), default=None), found.today),
        hold=REASONS.get(found.row["hold"] or "", "")
        if asked.may("reveal") or found.row["hold"] != "quiet"
        else "",
        number=masked(sealer, row["number"], row["phone_id"]) if row["number"] else "",
        told_number=masked(sealer, row["told_number"], mother_id, "told_number")
        if row["told_number"]
        else "",
        language=bundle.languages.get(found.row["language"], found.row["language"]),
        child=lambda infant_id: child_called(found, infant_id, found.today, bundle),
        cause=lambda cause: bundle.word(f"cause.{cause}", "en") or cause.replace("_", " "),
        outcomes=dict(OUTCOMES),
        services=dict(SERVICES),
        places=dict(PLACES),
        streams=STREAMS,
        lines=shown,
        more=more,
        page=asked.page_number,
        kind=kind,
        ahead=ahead[:NEXT],
        more_ahead=len(ahead) > NEXT,
        reveals=reveals,
        said=asked.said(words.DONE),
    )


async def seen(asked: Asked, conn: Connection) -> Her:
    """The mother of the address. Raises HTTPException 404 where her page is not for whoever asks."""
    mother_id = asked.ids["mother_id"]
    if not await may_be_seen(conn, asked.viewer, mother_id):
        raise HTTPException(404)
    found = await her(conn, mother_id, asked.now)
    if found is None:
        raise HTTPException(404)
    return found


async def text(asked: Asked) -> Response:
    """One text as her phone shows it, from today's words: nothing that was sent is stored."""
    mother_id, message_id = asked.ids["mother_id"], asked.ids["message_id"]
    async with asked.reading() as conn:
        await seen(asked, conn)
        row = await conn.fetchrow(_MESSAGE, message_id, mother_id)
    if row is None:
        raise HTTPException(404)
    try:
        params = from_json(open_params(asked.services.sealer, row["params"], message_id))
        body = render_sms(
            asked.services.bundles.current(),
            row["template"],
            row["language"],
            wording=row["wording"],
            signature=row["signature"],
            params=params,
            tip_index=row["tip"] or 0,
            baby_wording=row["wording"] == "open",
        )
    except (SealBroken, LookupError, ValueError, TypeError):
        body = ""
    values = {"body": body, "row": row, "mother_id": mother_id}
    if asked.is_htmx:
        return asked.part("mothers/_text.html", **values)
    return asked.page("mothers/text.html", **values)


def _page_of(asked: Asked, lines: Sequence[Line], kind: str) -> tuple[list[Line], bool]:
    """The lines of one page: what is to come with the nearest first, else what was with the newest first."""
    if kind == words.AHEAD:
        wanted = [line for line in lines if line.at > asked.now]
    else:
        kinds = words.KINDS[kind][1]
        wanted = [
            line for line in reversed(lines) if line.at <= asked.now and (not kinds or line.kind in kinds)
        ]
    first = (asked.page_number - 1) * PAGE
    return wanted[first : first + PAGE], len(wanted) > first + PAGE


async def _noted(asked: Asked, mother_id: int) -> None:
    """Who has no name on the staff stands in the audit instead."""
    async with asked.writing() as conn:
        new = await opened_on_page(conn, mother_id, asked.user.staff_id, asked.now)
        if new and asked.user.staff_id is None:
            await asked.audit(conn, "record_opened", about=("mother", mother_id))


_MESSAGE = """
SELECT template, language, wording, signature, tip, params, state, created_at, person_id FROM message
WHERE id = $1 AND (mother_id = $2 OR person_id = $2)
"""
