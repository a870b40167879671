"""A button on Today: the same event as a mentor's reply by SMS or USSD, given by somebody who has signed in."""

from typing import Final

import asyncpg
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flows.events import ComingWhen, FollowUpAction, FollowUpAnswered
from service.apply import NotTheirs, apply
from service.apply.deps import Origin
from service.dashboard import words
from service.dashboard.guard import Guard
from service.dashboard.sign_in import User
from service.database import Connection
from service.store import today as reads
from service.wiring import Services

GRAVE: Final = frozenset(action for action, _ in words.GRAVE)


def follow_up_routes(services: Services, guard: Guard) -> APIRouter:
    """`POST /follow-ups/ID`: fields `action`, `coming` (with "reached, coming") and `sure` (with the grave ones)."""
    router = APIRouter()

    @router.post("/follow-ups/{follow_up_id}", include_in_schema=False)
    async def answered(follow_up_id: int, request: Request) -> Response:
        user, fields = await guard.signed_form(request)
        if user is None:
            return RedirectResponse("/login", 303)
        if not user.may_answer or user.staff_id is None:
            raise HTTPException(403)
        if follow_up_id >= 2**63:
            raise HTTPException(404)
        action, coming = _action_in(fields), _coming_in(fields)
        async with services.pool.acquire() as conn:
            facility = await reads.facility_of(conn, follow_up_id)
            if facility is None or not await _is_theirs(conn, user, user.staff_id, facility):
                raise HTTPException(404)
        event = FollowUpAnswered(
            staff_id=user.staff_id, action=action, follow_up_id=follow_up_id, coming=coming, verified=True
        )
        saved = await _save(services, event)
        return RedirectResponse(f"/?done={action if saved else 'not-saved'}#follow-up-{follow_up_id}", 303)

    return router


async def _save(services: Services, event: FollowUpAnswered) -> bool:
    now = await services.clocks.care.now()
    origin = Origin(phone_id=None, number_index=b"", number=None, via="page")
    for last in (False, False, True):
        try:
            async with services.pool.acquire() as conn, conn.transaction():
                await apply(conn, [event], origin, now, services.deps())
            return True
        except (NotTheirs, LookupError):
            return False
        except asyncpg.DeadlockDetectedError:
            # Somebody's report about the same mother crossed it; nothing was changed.
            if last:
                raise
    return False


async def _is_theirs(conn: Connection, user: User, staff_id: int, facility: int) -> bool:
    return user.role == "administrator" or facility in await reads.facilities_of(conn, staff_id)


def _action_in(fields: dict[str, str]) -> FollowUpAction:
    """The action named in the form. Raises HTTPException 400 for none, or a grave one nobody is sure of."""
    for action, _ in (*words.ACTIONS, *words.GRAVE, ("undo", "")):
        if action == fields.get("action"):
            if action in GRAVE and fields.get("sure") != "yes":
                break
            return action
    raise HTTPException(400)


def _coming_in(fields: dict[str, str]) -> ComingWhen | None:
    if fields.get("action") != "reached_coming":
        return None
    return next((value for value, _ in words.COMING if value == fields.get("coming")), None)
