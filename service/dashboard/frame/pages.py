"""What every dashboard page is made with: templates that escape everything, and static files."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from service.dashboard.frame.times import clock_time, day_word, since
from service.dashboard.words import RISKS, called

HERE: Final = Path(__file__).parents[1]
STATIC: Final = HERE / "static"
VENDORED: Final = frozenset({"htmx-2.0.11.min.js", "pico-2.1.1.classless.min.css"})
"""Files of others, which have their version in their name."""
KINDS: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@cache
def version_of(name: str) -> str:
    """A few characters that change with the file, so that browsers may keep it for ever."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _static(name: str) -> str:
    return f"/static/{name}?v={version_of(name)}"


@cache
def environment() -> Environment:
    """The templates of both pages. Whatever is put into them is escaped; a missing value is a fault, not a blank."""
    folders = [HERE / "templates", HERE.parent / "simulator" / "templates"]
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["clock_time"] = clock_time
    made.filters["day_word"] = day_word
    made.globals["static"] = _static
    made.globals["since"] = since
    made.globals["RISKS"] = RISKS
    made.globals["called"] = called
    return made


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Render one page."""
    return HTMLResponse(environment().get_template(template).render(**values), status)


def same_site(request: Request) -> bool:
    """Whether a form was posted from our own pages, as far as the browser says. Tools that say nothing may post."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        # Our own forms say `Origin: null`, since our pages send no referrer: this header is the one to believe.
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


def static_routes() -> APIRouter:
    """`/static/NAME`: our own style and script, which may be kept by browsers since their address has a version."""
    router = APIRouter()

    @router.get("/static/{name}", include_in_schema=False)
    async def static(name: str, request: Request) -> Response:
        kind = KINDS.get(Path(name).suffix)
        if kind is None or name not in {path.name for path in STATIC.iterdir()}:
            raise HTTPException(404)
        etag = f'"{version_of(name)}"'
        named = request.query_params.get("v") == version_of(name) or name in VENDORED
        keep = {
            "Cache-Control": "public, max-age=31536000, immutable" if named else "public, no-cache",
            "ETag": etag,
        }
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=keep)
        return Response((STATIC / name).read_bytes(), media_type=kind, headers=keep)

    return router
