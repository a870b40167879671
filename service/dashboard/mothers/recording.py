"""The page on which something is recorded about a mother: one form for each thing, tried where it changes much, saved once."""

import secrets
from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from flows.events import Event
from scheduler.localtime import local
from service.apply import ClientNumberTaken, CodeTaken, NotTheirs
from service.apply.record import form_was_sent
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.typed import MistakeError
from service.dashboard.mothers import words
from service.dashboard.mothers.act import GROUPS, Act, Scene
from service.dashboard.mothers.changed import changed, undone
from service.dashboard.mothers.dates import dates
from service.dashboard.mothers.records import records
from service.dashboard.mothers.team import team
from service.dashboard.mothers.texts import texts
from service.dashboard.mothers.writing import SentBeforeError, codes, tried, write
from service.database import Connection
from service.store import assignment
from service.store.caseload import answers_for, looks_after
from service.store.open_days import open_days_of
from service.store.shown.mother import Her

NOT_YOURS: Final = (
    "You may look at her page, and not write: who supervises her clinic, or looks after her, can."
)
GONE: Final = "That has changed meanwhile: look at what is offered now."
UNSURE: Final = "Tick that you are sure."


async def acts_of(asked: Asked, conn: Connection, her: Her) -> list[Act]:
    """Everything that this user may record about her now, in the order of the page; nothing where it is not theirs."""
    staff_id = asked.user.staff_id
    if staff_id is None or her.row["hold"] == "erased":
        return []
    who = await conn.fetchrow(_WHO, staff_id, her.row["facility_id"])
    answers = await answers_for(conn, staff_id, her.id)
    if who is None or not (answers or await looks_after(conn, staff_id, her.id, her.today)):
        return []
    scene = Scene(
        her=her,
        staff_id=staff_id,
        role=who["role"],
        supervises=who["supervises"],
        now=local(asked.now, her.row["time_zone"]),
        bundle=asked.services.bundles.current(),
        open_days=(await open_days_of(conn, [her.row["facility_id"]], her.today))[her.row["facility_id"]],
        places=[(row["id"], row["name"]) for row in await conn.fetch(_PLACES, her.row["facility_id"])],
        mentors=await assignment.candidates(conn, her.row["facility_id"], asked.now),
    )
    return [*records(scene), *changed(scene), *dates(scene), *texts(scene), *team(scene), *undone(scene)]


async def ask(
    asked: Asked, her: Her, acts: Sequence[Act], *, at: str = "", wrong: str = "", status: int = 200
) -> Response:
    """The page with every form, the one ``at`` open; what was typed there stands in it again."""
    opened = at or asked.query.get("act", "")
    groups = {
        title: [one for one in acts if one.group == group]
        for group, title in GROUPS.items()
        if any(one.group == group for one in acts)
    }
    return asked.page(
        "mothers/record.html",
        status,
        her=her,
        groups=groups,
        opened=opened,
        wrong=wrong,
        typed={name: values[0] for name, values in asked.form.values.items()} if at else {},
        ticked=bool(at),
        # A form that was saved is not sent again; one that was refused is still the same.
        once=(at and asked.form.get("once")) or secrets.token_hex(8),
        refused=NOT_YOURS if not acts else "",
    )


async def record(asked: Asked, her: Her, acts: Sequence[Act]) -> Response:
    """Save what a form says: at once, or, where it is grave or moves dates, once it was looked at and is sure."""
    if await _was_sent(asked, her):
        return await ask(asked, her, acts, wrong=words.SENT_BEFORE, status=409)
    act = next((one for one in acts if one.key == asked.form.get("act")), None)
    if act is None:
        return await ask(asked, her, acts, wrong=GONE if acts else NOT_YOURS, status=422)
    sure = asked.form.get("sure") == "yes"
    try:
        if (act.grave or act.tried) and not sure:
            return await _look_first(asked, her, act, act.make(asked.form, "000000"))
        return await _save(asked, her, act)
    except MistakeError as wrong:
        return await ask(asked, her, acts, at=act.key, wrong=str(wrong), status=422)
    except ClientNumberTaken:
        return await ask(asked, her, acts, at=act.key, wrong=words.NUMBER_TAKEN, status=409)
    except SentBeforeError:
        return await ask(asked, her, acts, wrong=words.SENT_BEFORE, status=409)
    except (NotTheirs, LookupError):
        return await ask(asked, her, acts, at=act.key, wrong=words.NOT_SAVED, status=409)


async def _was_sent(asked: Asked, her: Her) -> bool:
    """Whether this form was saved, as by the first of two clicks: what it says may no longer fit what it made."""
    once = asked.form.get("once")[:32]
    if not once:
        return False
    async with asked.reading() as conn:
        return await form_was_sent(conn, her.id, f"{once}:{asked.form.get('act')}", asked.now)


async def _look_first(asked: Asked, her: Her, act: Act, events: Sequence[Event]) -> Response:
    """What it would change, said before it is done; a grave one asks for a tick."""
    change = await tried(asked, her.id, events)
    unsure = UNSURE if asked.form.get("looked") == "yes" else ""
    return asked.page(
        "mothers/sure.html",
        422 if unsure else 200,
        her=her,
        act=act,
        change=change,
        kept=_fields(asked),
        shown=_said(act, asked),
        wrong=unsure,
    )


async def _save(asked: Asked, her: Her, act: Act) -> Response:
    once = asked.form.get("once")[:32]
    form = f"{once}:{act.key}" if once else ""
    for code in codes(act.gives):
        try:
            await write(asked, her.id, act.make(asked.form, code), form)
        except CodeTaken:
            continue
        if act.gives:
            # A code is never in an address, nor anywhere but on this one page.
            return asked.page("mothers/given.html", her=her, act=act, code=code)
        return asked.back(f"/mothers/{her.id}", done=act.word)
    raise LookupError("no code is free just now: try again")


def _fields(asked: Asked) -> list[tuple[str, str]]:
    skipped = ("form_token", "sure", "looked")
    return [
        (name, one) for name, values in asked.form.values.items() for one in values if name not in skipped
    ]


def _said(act: Act, asked: Asked) -> list[tuple[str, str]]:
    """What was typed, as it is read back before it is saved."""
    read = []
    for field in act.fields:
        value = asked.form.get(field.name)
        if field.kind == "tick":
            value = "yes" if value == "yes" else "no"
        if value and field.kind == "date":
            value = words.read_day(value)
        if value:
            read.append((field.label, dict(field.options).get(value, value)))
    return read


_WHO = """
SELECT s.role, s.role = 'supervisor' AND EXISTS (
    SELECT FROM supervision v WHERE v.staff_id = s.id AND v.facility_id = $2) AS supervises
FROM staff s WHERE s.id = $1
"""

_PLACES = "SELECT id, name FROM facility WHERE id <> $1 ORDER BY name, id LIMIT 200"
