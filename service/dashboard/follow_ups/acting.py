"""What a button on a follow-up means: the same event as a mentor's reply, and never over what somebody else just said."""

import re
from datetime import date, timedelta
from typing import Final

from flows.events import (
    ComingWhen,
    Event,
    FollowUpAction,
    FollowUpAnswered,
    TransferConfirmed,
    TransferWithdrawn,
)
from scheduler.answered_reports import HOLDS
from scheduler.localtime import local
from service.apply import NotTheirs
from service.dashboard import words
from service.dashboard.follow_ups import words as said
from service.dashboard.follow_ups.shown import step_word
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.forms import Form
from service.dashboard.frame.typed import MistakeError
from service.database import Connection
from service.store.shown import follow_up as reads
from service.store.shown.follow_ups import Waiting

GRAVE: Final = frozenset(action for action, _ in words.GRAVE)
COMING_AHEAD: Final = timedelta(days=92)
BACK: Final = re.compile(r"/(follow-ups(/\d+)?|mothers/\d+)?(\?[a-z0-9_=&-]*)?")


class RefusedError(Exception):
    """It was not saved. ``why`` is the sentence that says so, and names nobody."""

    def __init__(self, why: str) -> None:
        super().__init__("the answer was not saved")
        self.why = why


def back_of(form: Form, follow_up_id: int) -> str:
    """Where one was, as the form says; only ever a page of ours that shows the follow-up."""
    path = form.get("back")
    return f"{path}#follow-up-{follow_up_id}" if BACK.fullmatch(path) else f"/follow-ups/{follow_up_id}"


async def act(asked: Asked, one: Waiting) -> str:
    """Do what the form says; return the key of the sentence that confirms it. Raises MistakeError and RefusedError."""
    staff_id = asked.staff_id
    done, event = _meant(asked, one, staff_id)
    seen = next(iter(asked.form.ids("seen")), one.seen)

    async def doing(conn: Connection) -> bool:
        await _nobody_before(conn, one, done, seen, staff_id)
        before = await reads.last_answer(conn, one.id)
        await asked.apply_in(conn, [event])
        return await reads.last_answer(conn, one.id) > before

    try:
        changed = await asked.written(doing)
    except (NotTheirs, LookupError):
        raise RefusedError(said.NOT_THEIRS) from None
    if not changed:
        raise RefusedError(said.CLOSED_DAY)
    return done


async def _nobody_before(conn: Connection, one: Waiting, done: str, seen: int, staff_id: int) -> None:
    """Whoever acts has seen all that others answered: of two who act at once, the second is told. Locks the mother."""
    now = await reads.locked(conn, one.id, seen, staff_id)
    if now.by is not None:
        who = words.staff_label(now.role, now.by) if now.role else "Somebody"
        raise RefusedError(
            said.OVERTAKEN.format(who=who, what=step_word(now.what)[:1].lower() + step_word(now.what)[1:])
        )
    if now.state == "resolved" and done not in (*HOLDS, "undo"):
        raise RefusedError(said.CLOSED)


def _meant(asked: Asked, one: Waiting, staff_id: int) -> tuple[str, Event]:
    form, action = asked.form, asked.form.get("action")
    if one.transfer and action in ("transferred", "stays"):
        if action == "stays":
            return action, TransferWithdrawn(staff_id, one.id)
        _sure(form)
        return action, TransferConfirmed(staff_id, one.id)
    if action == "confirm":
        action = said.CONFIRMS.get(one.held or "", "")
    known = next((name for name, _ in (*words.ACTIONS, *words.GRAVE, ("undo", "")) if name == action), None)
    if known is None:
        raise MistakeError(said.UNKNOWN)
    if known in GRAVE:
        _sure(form)
    coming, on = _coming(asked, one) if known == "reached_coming" else (None, None)
    return known, _answered(staff_id, known, one.id, coming, on)


def _answered(
    staff_id: int, action: FollowUpAction, follow_up_id: int, coming: ComingWhen | None, on: date | None
) -> FollowUpAnswered:
    return FollowUpAnswered(
        staff_id=staff_id,
        action=action,
        follow_up_id=follow_up_id,
        coming=coming,
        verified=True,
        coming_on=on,
    )


def _sure(form: Form) -> None:
    if form.get("sure") != "yes":
        raise MistakeError(said.UNSURE)


def _coming(asked: Asked, one: Waiting) -> tuple[ComingWhen | None, date | None]:
    """The word chosen, or the day typed in its place."""
    typed, chosen = asked.form.get("coming_on"), asked.form.get("coming")
    today = local(asked.now, one.time_zone).date()
    if typed:
        try:
            on = date.fromisoformat(typed)
        except ValueError:
            raise MistakeError(said.WHEN) from None
        if not today <= on <= today + COMING_AHEAD:
            raise MistakeError(said.WHEN)
        return None, on
    when = next((value for value, _ in words.COMING if value == chosen), None)
    if when is None:
        raise MistakeError(said.WHEN)
    return when, None
