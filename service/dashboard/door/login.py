"""`/login` and `/logout`: e-mail, password and code; or a one-time sign-in, which a link brings after its `#`, unseen by servers."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from service.dashboard.door.accounts import spelled_of
from service.dashboard.door.guard import Guard
from service.dashboard.door.passwords import Entered, enter_by_code, enter_by_password
from service.dashboard.door.sign_in import end_session
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.security.pins import PinsBusyError

SAID: Final = {
    "out-everywhere": "Signed out everywhere.",
    "password": "Saved. Please sign in with your new password and a code.",
}
LONGEST: Final = 254


def login_pages(room: Room) -> None:
    """The pages anybody may see."""
    guard, services = room.guard, room.services

    @room.get("/login", "anybody")
    async def login(asked: Asked) -> Response:
        if asked.signed_in_user is not None:
            return asked.back("/")
        return _page(asked, locked=bool(asked.token))

    @room.post("/login", "anybody")
    async def sign_in(asked: Asked) -> Response:
        try:
            entered = await _enter(asked, guard)
        except PinsBusyError:
            return _page(
                asked, 503, trouble="Many people are signing in at this moment. Try again in a minute."
            )
        if entered.wait is not None:
            said = f"There were too many wrong tries. Try again in {minutes(entered.wait)}."
            return _page(asked, 429, trouble=said)
        if not entered.token:
            return _page(asked, 401, trouble=_wrong(asked.form.values))
        if asked.token:
            await end_session(services.pool, asked.token)
        response = asked.back("/")
        guard.give(response, entered.token)
        if "email" in asked.form.values:
            guard.remember(response, spelled_of(_email(asked)))
        return response

    @room.post("/logout", "setting_up")
    async def logout(asked: Asked) -> Response:
        await end_session(services.pool, asked.token)
        response = asked.back("/login")
        guard.take(response)
        return response


def _email(asked: Asked) -> str:
    return asked.form.get("email")[:LONGEST]


async def _enter(asked: Asked, guard: Guard) -> Entered:
    host = asked.request.client.host if asked.request.client else ""
    form = asked.form
    if "email" not in form.values:
        return await enter_by_code(
            asked.services, form.get("code")[:200], host, asked.wall, lenient=guard.lenient
        )
    password = next(iter(form.all("password")), "")[:1000]
    code = form.get("second")[:100]
    mark = guard.mark(asked.request)
    return await enter_by_password(asked.services, _email(asked), password, code, host, asked.wall, mark=mark)


def minutes(wait: timedelta) -> str:
    """How long, rounded up: `1 minute`, `12 minutes`."""
    whole = max(1, -(-int(wait.total_seconds()) // 60))
    return f"{whole} minute{'' if whole == 1 else 's'}"


def _wrong(fields: Mapping[str, object]) -> str:
    if "email" in fields:
        return "That did not fit: address, password or code. Type them again; a code works once, for half a minute."
    return "That sign-in does not work. Each works once and for a day. Ask for a new one."


def _page(asked: Asked, status: int = 200, *, trouble: str = "", locked: bool = False) -> Response:
    by_code = "email" not in asked.form.values
    return asked.page(
        "login.html",
        status,
        trouble=trouble,
        locked=locked,
        said=asked.said(SAID),
        wrong=bool(trouble) and status == 401,
        by_code=by_code,
    )
