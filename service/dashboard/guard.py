"""The guard at the dashboard's door: who is signed in, whether a form is our own, and the cookie."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.dashboard.pages import same_site
from service.dashboard.sign_in import SESSION_LASTS, User, is_form_token, user_of
from service.webhooks.forms import BodyTooLargeError, ClientGoneError, parse_form, read_body
from service.wiring import Services

COOKIE: Final = "pamoja_session"


class Guard:
    """Made once; asked at every request."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._https = services.settings.public_url.startswith("https://")
        # The prefix makes browsers refuse the cookie from a neighbouring host or over plain http.
        self.cookie = f"__Host-{COOKIE}" if self._https else COOKIE

    def token(self, request: Request) -> str:
        """The session token the browser holds, or nothing."""
        return request.cookies.get(self.cookie, "")

    async def signed_in(self, request: Request) -> tuple[User | None, str]:
        """The user, if any, and the session token."""
        token = self.token(request)
        return await user_of(self._services.pool, token, await self._services.clocks.wall.now()), token

    async def own_form(self, request: Request) -> dict[str, str]:
        """The fields of a form posted from our own page. Raises HTTPException 403 for another site's, 413 or 400."""
        if not same_site(request):
            raise HTTPException(403)
        try:
            return parse_form(await read_body(request.scope, request.receive))
        except BodyTooLargeError:
            raise HTTPException(413) from None
        except ClientGoneError:
            raise HTTPException(400) from None

    async def signed_form(self, request: Request) -> tuple[User | None, dict[str, str]]:
        """The user and the fields; the form must carry this session's token. Raises HTTPException 403 otherwise."""
        fields = await self.own_form(request)
        user, token = await self.signed_in(request)
        if user is not None and not is_form_token(fields.get("form_token", ""), token):
            raise HTTPException(403)
        return user, fields

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

    def take(self, response: Response) -> None:
        """Remove it."""
        response.delete_cookie(self.cookie, path="/", secure=self._https, httponly=True, samesite="lax")
