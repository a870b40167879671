"""The guard at the dashboard's door: who is signed in, and the cookie."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from service.dashboard.door.known import LASTS, new_mark
from service.dashboard.door.sign_in import SESSION_LASTS, User, user_of
from service.wiring import Services

COOKIE: Final = "pamoja_session"
KNOWN: Final = "pamoja_known"


class Guard:
    """Made once; asked at every request."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.lenient = services.settings.has_simulator
        """The demo: its people are made up, so a one-time sign-in is enough there."""
        self._https = services.settings.public_url.startswith("https://")
        # The prefix makes browsers refuse the cookie from a neighbouring host or over plain http.
        self.cookie = f"__Host-{COOKIE}" if self._https else COOKIE
        self._known = f"__Host-{KNOWN}" if self._https else KNOWN

    def token(self, request: Request) -> str:
        """The session token the browser holds, or nothing."""
        return request.cookies.get(self.cookie, "")

    async def signed_in(self, request: Request) -> tuple[User | None, str]:
        """The user, if any, and the session token."""
        token = self.token(request)
        now = await self._services.clocks.wall.now()
        return await user_of(self._services.pool, token, now, lenient=self.lenient), token

    def give(self, response: Response, token: str) -> None:
        """Set the session cookie."""
        response.set_cookie(
            self.cookie,
            token,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            secure=self._https,
            httponly=True,
            samesite="lax",
        )

    def mark(self, request: Request) -> str:
        """What tells that somebody has signed in in this browser before, or nothing."""
        return request.cookies.get(self._known, "")[:200]

    def remember(self, response: Response, email: str) -> None:
        """Set the mark of a browser in which the owner of this address has signed in."""
        response.set_cookie(
            self._known,
            new_mark(self._services.index, email),
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=self._https,
            httponly=True,
            samesite="lax",
        )

    def take(self, response: Response) -> None:
        """Remove it."""
        response.delete_cookie(self.cookie, path="/", secure=self._https, httponly=True, samesite="lax")
