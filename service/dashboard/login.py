"""`/login` and `/logout`: a sign-in is typed, pasted, or brought by the link after a `#`, which no server or log sees."""

from starlette.responses import Response

from service.dashboard.asked import Asked
from service.dashboard.room import Room
from service.dashboard.sign_in import begin_session, end_session


def login_pages(room: Room) -> None:
    """The pages anybody may see."""
    guard, services = room.guard, room.services

    @room.get("/login", "anybody")
    async def login(asked: Asked) -> Response:
        if asked.signed_in_user is not None:
            return asked.back("/")
        return asked.page("login.html", wrong=False, locked=bool(asked.token))

    @room.post("/login", "anybody")
    async def sign_in(asked: Asked) -> Response:
        token = await begin_session(services.pool, asked.form.get("code")[:200], asked.wall)
        if token is None:
            return asked.page("login.html", 401, wrong=True, locked=False)
        if asked.token:
            await end_session(services.pool, asked.token)
        response = asked.back("/")
        guard.give(response, token)
        return response

    @room.post("/logout", "signed_in")
    async def logout(asked: Asked) -> Response:
        await end_session(services.pool, asked.token)
        response = asked.back("/login")
        guard.take(response)
        return response
