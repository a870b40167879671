"""How a page of the dashboard is made: it names what it needs, and is only run for somebody who may have it.

``Room.get`` and ``Room.post`` are the only ways to add one, so that there is no page without a rule. Before a page
runs, its user is signed in, the permission is held, the form is our own, and every object in its address exists and
belongs to a facility of theirs.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.dashboard.door.access import MAY, OBJECTS, Entry, facilities_of, within
from service.dashboard.door.form_tokens import is_form_token
from service.dashboard.door.guard import Guard
from service.dashboard.door.sign_in import User
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.bounds import DOOR_SECONDS, PAGE_SECONDS, TooLongError, bounds, is_heavy
from service.dashboard.frame.forms import FORM_LIMIT, STRANGERS_LIMIT, Form, read_form
from service.dashboard.frame.pages import same_site
from service.wiring import Services

Page = Callable[[Asked], Awaitable[Response]]


class Rule(NamedTuple):
    """One address and what it asks for."""

    method: str
    path: str
    entry: Entry


class Room:
    """Every page of the dashboard, each with its rule."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.guard = Guard(services)
        self.router = APIRouter()
        self.rules: list[Rule] = []
        self.bounds = bounds()

    def get(self, path: str, entry: Entry) -> Callable[[Page], Page]:
        """A page that is looked at. ``{..._id}`` in ``path`` is an id of OBJECTS; other names are words."""
        return self._add("GET", path, entry, upload=0)

    def post(self, path: str, entry: Entry, *, upload: int = 0) -> Callable[[Page], Page]:
        """A form that is sent here; with ``upload``, also files of together so many bytes."""
        return self._add("POST", path, entry, upload=upload)

    def _add(self, method: str, path: str, entry: Entry, *, upload: int) -> Callable[[Page], Page]:
        kinds = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
        objects = [kind for kind in kinds if kind.endswith("_id")]
        for kind in objects:
            if kind not in OBJECTS:
                raise LookupError(f"Say in access.OBJECTS whose {kind} is.")
        typed = path
        for kind in objects:
            typed = typed.replace(f"{{{kind}}}", f"{{{kind}:int}}")

        def add(page: Page) -> Page:
            within_time = self._bounded(method, path, page)

            async def answer(request: Request) -> Response:
                return await self._answer(request, within_time, entry, objects, upload)

            self.router.add_api_route(
                typed, answer, methods=[method], name=page.__name__, include_in_schema=False
            )
            self.rules.append(Rule(method, path, entry))
            return page

        return add

    def _bounded(self, method: str, path: str, page: Page) -> Page:
        """The page within the time it may take; what is written is not broken off."""
        if method != "GET":
            return page
        if not is_heavy(path):

            async def light(asked: Asked) -> Response:
                async with asyncio.timeout(PAGE_SECONDS):
                    return await page(asked)

            return light

        async def heavy(asked: Asked) -> Response:
            try:
                async with self.bounds.heavy():
                    return await page(asked)
            except TooLongError as error:
                back = "/reports" if path.startswith("/reports") else ""
                return asked.page("too_long.html", 503, sentence=str(error), back=back)

        return heavy

    async def _signed_out(self, request: Request, entry: Entry, upload: int) -> Response:
        """To the sign-in; with a form, what was typed is handed back, to be sent again after it."""
        if request.headers.get("hx-request") == "true":
            return Response(headers={"HX-Redirect": "/login"})
        if request.method != "POST" or upload:
            return RedirectResponse("/login", 303)
        form = await _form(request, "anybody", 0)
        if not _can_be_kept(entry, form) or "form_token" not in form.values:
            return RedirectResponse("/login", 303)
        return await self._once_more(request, form, None, "", 401)

    async def _once_more(
        self, request: Request, form: Form, user: User | None, token: str, status: int
    ) -> Response:
        now, wall = await self.services.clocks.care.now(), await self.services.clocks.wall.now()
        asked = Asked(request, self.services, user, token, (), {}, form, now, wall)
        if asked.is_htmx:
            # A part of a page cannot say so: the whole one is read again, with a token of today.
            return Response(headers={"HX-Refresh": "true"})
        kept = [(name, one) for name, said in form.values.items() for one in said if name != "form_token"]
        return asked.page("again.html", status, path=request.url.path, kept=kept)

    async def _answer(
        self, request: Request, page: Page, entry: Entry, objects: list[str], upload: int
    ) -> Response:
        is_form = request.method == "POST"
        if is_form and not same_site(request):
            raise HTTPException(403)
        async with asyncio.timeout(DOOR_SECONDS):
            user, token = await self.guard.signed_in(request)
        if entry != "anybody":
            if user is None:
                return await self._signed_out(request, entry, upload)
            if user.left and entry != "setting_up":
                return RedirectResponse("/set-up", 303)
            if not _may_enter(user, entry):
                raise HTTPException(403)
        form = await _form(request, entry, upload) if is_form else Form()
        if is_form and entry != "anybody" and not is_form_token(form.get("form_token"), token):
            if not _can_be_kept(entry, form) or "form_token" not in form.values:
                raise HTTPException(403)
            return await self._once_more(request, form, user, token, 403)
        ids = {kind: int(request.path_params[kind]) for kind in objects}
        async with asyncio.timeout(DOOR_SECONDS), self.services.pool.acquire() as conn:
            facilities = await facilities_of(conn, user.role, user.staff_id) if user is not None else ()
            for kind, one in ids.items():
                if not await within(conn, kind, [one], facilities):
                    raise HTTPException(404)
        return await page(
            Asked(
                request=request,
                services=self.services,
                signed_in_user=user,
                token=token,
                facilities=facilities,
                ids=ids,
                form=form,
                now=await self.services.clocks.care.now(),
                wall=await self.services.clocks.wall.now(),
            )
        )


def _can_be_kept(entry: Entry, form: Form) -> bool:
    """Whether a form may be handed back to be sent again: no password is, and a file is chosen anew."""
    return entry not in ("anybody", "setting_up", "signed_in") and not form.files


async def _form(request: Request, entry: Entry, upload: int) -> Form:
    # Strangers may not make the service read much.
    return await read_form(
        request, upload=upload, limit=STRANGERS_LIMIT if entry == "anybody" else FORM_LIMIT
    )


def _may_enter(user: User, entry: Entry) -> bool:
    if entry in ("anybody", "setting_up", "signed_in"):
        return True
    # What is done in somebody's name needs a name.
    if entry == "do_work" and user.staff_id is None:
        return False
    return entry in MAY[user.role]
