"""`/login` and `/logout`: a sign-in is typed, pasted, or brought by the link after a `#`, which no server or log sees."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.dashboard.guard import Guard
from service.dashboard.pages import page
from service.dashboard.sign_in import begin_session, end_session
from service.wiring import Services


def login_routes(services: Services) -> APIRouter:
    """The pages anybody may see."""
    router = APIRouter()
    guard = Guard(services)
    has_simulator = services.settings.gateway == "simulator"

    @router.get("/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        user, _ = await guard.signed_in(request)
        if user is not None:
            return RedirectResponse("/", 303)
        locked = bool(guard.token(request))
        return page("login.html", wrong=False, locked=locked, has_simulator=has_simulator)

    @router.post("/login", include_in_schema=False)
    async def sign_in(request: Request) -> Response:
        fields = await guard.own_form(request)
        token = await begin_session(
            services.pool, fields.get("code", "")[:200], await services.clocks.wall.now()
        )
        if token is None:
            return page("login.html", 401, wrong=True, locked=False, has_simulator=has_simulator)
        if guard.token(request):
            await end_session(services.pool, guard.token(request))
        response = RedirectResponse("/", 303)
        guard.give(response, token)
        return response

    @router.post("/logout", include_in_schema=False)
    async def logout(request: Request) -> Response:
        await guard.signed_form(request)
        await end_session(services.pool, guard.token(request))
        response = RedirectResponse("/login", 303)
        guard.take(response)
        return response

    return router
