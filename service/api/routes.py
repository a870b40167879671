"""The addresses of the API, an application of its own under `/api`, with a description of them alone."""

from typing import Annotated, Any, Final, Literal

from fastapi import FastAPI, Path, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from flows.events import FollowUpAnswered
from service.api import described
from service.api.entering import enter
from service.api.gate import KEY, ApiGate
from service.api.keys import Key
from service.api.problems import add_problems
from service.api.reading import PER_PAGE, appointments_of, follow_up_of, follow_ups_of
from service.api.shapes import (
    AnswerSent,
    Appointments,
    AppointmentSent,
    Day,
    EnrolmentSent,
    Entered,
    FollowUp,
    FollowUps,
)
from service.apply import FROM_A_PAGE, NotTheirs, apply
from service.database import in_transaction
from service.wiring import Services

REPORTS: Final = frozenset({"wrong_number", "moved", "died"})
"""What no key alone makes final: it holds at once, and a person confirms it."""

PageNumber = Annotated[int, Query(ge=1, le=10_000, description="From 1.")]
FollowUpId = Annotated[int, Path(ge=1, le=2**63 - 1)]


def api(services: Services) -> Any:
    """The application to mount at `/api`, behind its door."""
    app = described.Described(
        title="Pamoja",
        version="1",
        summary="Appointments, enrolments and follow-ups of one clinic.",
        description=described.ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        redirect_slashes=False,
        separate_input_output_schemas=False,
    )
    add_problems(app)
    _entering(app, services)
    _following(app, services)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(described.page(app.openapi()))

    return ApiGate(app, services=services)


def _entering(app: FastAPI, services: Services) -> None:
    @app.post("/v1/enrolments", summary="Enter a mother", responses=described.errors(422, 503))
    async def enrolments(sent: EnrolmentSent, request: Request) -> Entered:
        """Enter a mother of this clinic, or fill in what nobody said of her yet. What is known is never overwritten.

        She gets no texts before she is set up face to face; until then her mentor is reminded.
        """
        fields = sent.model_dump(exclude_none=True)
        return await enter(services, _key(request), "mothers", fields)

    @app.post("/v1/appointments", summary="Enter an appointment", responses=described.errors(422, 503))
    async def appointments(sent: AppointmentSent, request: Request) -> Entered:
        """Enter a day she is expected, or whether she came. What somebody saw and marked is never overwritten."""
        fields = sent.model_dump(exclude_none=True)
        return await enter(services, _key(request), "appointments", fields)

    @app.get("/v1/appointments", summary="A day's appointments", responses=described.errors(422))
    async def of_day(day: Annotated[Day, Query()], request: Request, page: PageNumber = 1) -> Appointments:
        """The clinic's appointments of one local day, a hundred a page."""
        async with services.pool.acquire() as conn:
            found = await appointments_of(conn, _key(request).facility_id, day, page)
        return Appointments(day=day, page=page, more=len(found) > PER_PAGE, appointments=found[:PER_PAGE])


def _following(app: FastAPI, services: Services) -> None:
    @app.get("/v1/follow-ups", summary="Follow-ups", responses=described.errors(422))
    async def follow_ups(
        request: Request, state: Literal["open", "closed"] = "open", page: PageNumber = 1
    ) -> FollowUps:
        """Work about mothers of this clinic, the most urgent first, a hundred a page."""
        facility = _key(request).facility_id
        async with services.pool.acquire() as conn:
            found = await follow_ups_of(
                conn, services.bundles.current(), facility, page, closed=state == "closed"
            )
        return FollowUps(page=page, more=len(found) > PER_PAGE, follow_ups=found[:PER_PAGE])

    @app.get("/v1/follow-ups/{follow_up_id}", summary="One follow-up", responses=described.errors(404, 422))
    async def follow_up(follow_up_id: FollowUpId, request: Request) -> FollowUp:
        """One of them, open or closed."""
        return await _found(services, _key(request), follow_up_id)

    @app.post(
        "/v1/follow-ups/{follow_up_id}/answers",
        summary="Answer a follow-up",
        responses=described.errors(404, 422),
    )
    async def answer(follow_up_id: FollowUpId, sent: AnswerSent, request: Request) -> FollowUp:
        """What was done about it: the same as a mentor's reply, in the name of whoever answers for the key."""
        key = _key(request)
        if key.staff_id is None:
            raise HTTPException(403)
        await _found(services, key, follow_up_id)
        event = FollowUpAnswered(
            key.staff_id,
            sent.action,
            follow_up_id=follow_up_id,
            coming=sent.coming,
            verified=sent.action not in REPORTS,
        )
        deps, now = services.deps(), await services.clocks.care.now()
        try:
            await in_transaction(services.pool, lambda conn: apply(conn, [event], FROM_A_PAGE, now, deps))
        except (NotTheirs, LookupError):
            raise HTTPException(404) from None
        return await _found(services, key, follow_up_id)


async def _found(services: Services, key: Key, follow_up_id: int) -> FollowUp:
    async with services.pool.acquire() as conn:
        found = await follow_up_of(conn, services.bundles.current(), key.facility_id, follow_up_id)
    if found is None:
        raise HTTPException(404)
    return found


def _key(request: Request) -> Key:
    """The key this request came with: the door lets none in without."""
    found = request.scope[KEY]
    if not isinstance(found, Key):
        raise HTTPException(401)
    return found
