"""What a page is given: who asks, for what, at which time, and the ways to read, to write and to answer."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from flows.events import Event
from service import audit
from service.apply import FROM_A_PAGE, NotTheirs, apply
from service.dashboard.door.access import MAY, Permission, within
from service.dashboard.door.form_tokens import form_token
from service.dashboard.door.sign_in import User
from service.dashboard.frame.forms import Form, Upload
from service.dashboard.frame.nav import entries
from service.dashboard.frame.pages import page
from service.database import Connection, in_transaction
from service.store.shown.whose import Viewer
from service.wiring import Services

T = TypeVar("T")


WORK: Final = (
    "/follow-ups",
    "/mothers",
    "/appointments",
    "/visits",
    "/inbox",
    "/sites",
    "/mentors",
    "/groups",
)
"""Pages on which a colleague acts for a mother or a clinic."""


@dataclass(frozen=True, repr=False)
class Asked:
    """One request that has passed the door.

    ``facilities`` are those whose mothers the user sees, None for all; ``ids`` the objects in the address, which exist
    and are theirs. ``now`` is the care clock's, ``wall`` the wall clock's.
    """

    request: Request
    services: Services
    signed_in_user: User | None
    token: str
    facilities: tuple[int, ...] | None
    ids: Mapping[str, int]
    form: Form
    now: datetime
    wall: datetime

    @property
    def user(self) -> User:
        """Who asks. Only a page for anybody is run without one."""
        if self.signed_in_user is None:
            raise HTTPException(401)
        return self.signed_in_user

    @property
    def staff_id(self) -> int:
        """In whose name something is done; a page that asks for ``do_work`` is run for nobody without one."""
        if self.user.staff_id is None:
            raise HTTPException(403)
        return self.user.staff_id

    @cached_property
    def viewer(self) -> Viewer:
        """Whose eyes a list of people is for."""
        return Viewer(self.facilities, self.user.staff_id, self.may("do_work"))

    @property
    def names(self) -> Mapping[str, Any]:
        """The words in the address."""
        return self.request.path_params

    @cached_property
    def query(self) -> Mapping[str, str]:
        """What stands after the question mark: filters and pages, never anything about a person. No NUL, as in a form."""
        return {name: value.replace("\x00", "") for name, value in self.request.query_params.items()}

    @cached_property
    def page_number(self) -> int:
        """Which page of a list is asked for, from 1."""
        asked = self.query.get("page", "1")
        return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1

    @property
    def is_htmx(self) -> bool:
        """Whether a part of the page is enough, since the browser only wants that replaced."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, permission: Permission) -> bool:
        """Whether the user holds a permission; what is done in somebody's name also needs a member of staff."""
        user = self.signed_in_user
        if user is None or user.left or (permission == "do_work" and user.staff_id is None):
            return False
        return permission in MAY[user.role]

    @property
    def looks_on(self) -> bool:
        """Whether they might act, were they linked to a member of staff: what is done is done in somebody's name."""
        user = self.signed_in_user
        if user is None or user.left or user.staff_id is not None:
            return False
        here = self.request.url.path
        return "do_work" in MAY[user.role] and (here == "/" or here.startswith(WORK))

    def file(self, name: str) -> Upload | None:
        """A file sent with the form; None where none was chosen."""
        found = self.form.files.get(name)
        return found if found is not None and found.content else None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """One moment of the database, to be read only: every figure of a page is of the same instant."""
        async with (
            self.services.pool.acquire() as conn,
            conn.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield conn

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """One transaction."""
        async with self.services.pool.acquire() as conn, conn.transaction():
            yield conn

    async def written(self, doing: Callable[[Connection], Awaitable[T]]) -> T:
        """Run ``doing`` in a transaction of its own, again where others crossed it and nothing was changed."""
        return await in_transaction(self.services.pool, doing)

    async def theirs(self, conn: Connection, kind: str, ids: Sequence[int]) -> frozenset[int]:
        """Those of the ids in a form that exist and are theirs; ``kind`` as in an address, such as ``visit_id``."""
        return await within(conn, kind, ids, self.facilities)

    async def apply(self, events: Sequence[Event]) -> bool:
        """Write what happened, in one transaction, as the same words by phone would; False when it was refused."""
        try:
            await self.written(lambda conn: self.apply_in(conn, events))
        except (NotTheirs, LookupError):
            return False
        return True

    async def apply_in(self, conn: Connection, events: Sequence[Event]) -> None:
        """The same in a transaction that does more. Raises what ``service.apply`` raises: NotTheirs and its kinds."""
        await apply(conn, events, FROM_A_PAGE, self.now, self.services.deps())

    async def audit(
        self, conn: Connection, what: str, why: str = "", *, about: tuple[str, int] | None = None
    ) -> None:
        """Keep in the audit that this user did something about a row, such as ("mother", 5).

        In the same transaction as what was done, and last: all who write there wait for each other.
        """
        who = f"user {self.user.id}"
        await audit.record(conn, self.services.sealer, self.wall, who, what, why, about=about)

    def said(self, words: Mapping[str, str]) -> str:
        """What a page says after something was done: the word of ``words`` that the address names."""
        return words.get(self.query.get("done", ""), "")

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Render a whole page, with what every page shows around it."""
        return page(template, status, **self._around(), **values)

    def part(self, template: str, status: int = 200, **values: Any) -> Response:
        """Render a part of a page, to take the place of the one shown."""
        return page(template, status, **self._around(), **values)

    def back(self, path: str, *, done: str = "") -> Response:
        """Send the browser to a page of ours, which says what was done."""
        if not done:
            return RedirectResponse(path, 303)
        address, hash_sign, place = path.partition("#")
        joined = "&" if "?" in address else "?"
        return RedirectResponse(f"{address}{joined}done={done}{hash_sign}{place}", 303)

    def _around(self) -> dict[str, Any]:
        user = self.signed_in_user
        return {
            "user": user,
            "may": self.may,
            "looks_on": self.looks_on,
            "nav": entries(
                None if user is None or user.left else user,
                self.request.url.path,
                has_simulator=self.has_simulator,
            ),
            "form_token": form_token(self.token) if user is not None else "",
            "now": self.now,
            "wall": self.wall,
            "zone": self.services.country.time_zone,
            "has_simulator": self.has_simulator,
        }

    @property
    def has_simulator(self) -> bool:
        """Whether this is the demo with its made-up phones."""
        return self.services.settings.has_simulator
