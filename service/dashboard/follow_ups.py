"""A button on Today: the same event as a mentor's reply by SMS or USSD, given by somebody who has signed in."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from flows.events import ComingWhen, FollowUpAction, FollowUpAnswered
from service.dashboard import words
from service.dashboard.asked import Asked
from service.dashboard.forms import Form
from service.dashboard.room import Room

GRAVE: Final = frozenset(action for action, _ in words.GRAVE)


def follow_up_pages(room: Room) -> None:
    """`POST /follow-ups/ID`: fields `action`, `coming` (with "reached, coming") and `sure` (with the grave ones)."""

    @room.post("/follow-ups/{follow_up_id}", "do_work")
    async def answered(asked: Asked) -> Response:
        action, coming = _action_in(asked.form), _coming_in(asked.form)
        follow_up_id = asked.ids["follow_up_id"]
        event = FollowUpAnswered(
            staff_id=asked.user.staff_id,
            action=action,
            follow_up_id=follow_up_id,
            coming=coming,
            verified=True,
        )
        saved = await asked.apply([event])
        return asked.back(f"/#follow-up-{follow_up_id}", done=action if saved else "not-saved")


def _action_in(form: Form) -> FollowUpAction:
    """The action named in the form. Raises HTTPException 400 for none, or a grave one nobody is sure of."""
    for action, _ in (*words.ACTIONS, *words.GRAVE, ("undo", "")):
        if action == form.get("action"):
            if action in GRAVE and form.get("sure") != "yes":
                break
            return action
    raise HTTPException(400)


def _coming_in(form: Form) -> ComingWhen | None:
    if form.get("action") != "reached_coming":
        return None
    return next((value for value, _ in words.COMING if value == form.get("coming")), None)
