"""The web application: every address, and the layers each request passes before it reaches one."""

from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.api.routes import api
from service.dashboard.frame.pages import static_routes
from service.dashboard.routes import routes as dashboard
from service.pages import NeverTraceback, PageHeaders, add_error_pages
from service.security.key_material import read_tokens
from service.security.tokens import HookTokens
from service.simulator import routes as simulator
from service.ussd.middleware import UssdMiddleware
from service.watch.health import Probe
from service.watch.metrics import may_read
from service.webhooks import africastalking
from service.webhooks.gate import HookGate
from service.webhooks.guarded import Guarded
from service.wiring import Services


def create_app(services: Services) -> FastAPI:
    """Every address but the USSD hop. Webhooks are in no documentation: their addresses are secrets."""
    app = FastAPI(title="Pamoja", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.services = services
    add_error_pages(app)
    _add_machine_pages(app, services)
    app.include_router(africastalking.routes(services), include_in_schema=False)
    room = dashboard(services)
    app.state.rules = tuple(room.rules)
    app.include_router(static_routes(), include_in_schema=False)
    app.include_router(room.router, include_in_schema=False)
    app.include_router(simulator.routes(services), include_in_schema=False)
    app.mount("/api", api(services))
    return app


def create_asgi(services: Services) -> ASGIApp:
    """The application inside its layers; the outermost comes last.

    A USSD hop is answered before any routing; everything under /hooks/ shows its token before its body
    is read; whatever fails inside a webhook is answered politely.
    """
    settings = services.settings
    app = create_app(services)
    # Inside Starlette's own outermost layer, which would answer 500 before any of ours saw the fault.
    app.add_middleware(NeverTraceback)
    app.add_middleware(HookGate, tokens=services.tokens)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(PageHeaders, https=settings.public_url.startswith("https://"))
    asgi: ASGIApp = UssdMiddleware(app, services.line, services.tokens)
    asgi = Guarded(asgi, services.metrics, services.timer)
    if settings.proxies:
        # uvicorn and Starlette type the same protocol each in their own words.
        inner: Any = asgi
        outer: Any = ProxyHeadersMiddleware(
            inner, trusted_hosts=[str(network) for network in settings.proxies]
        )
        asgi = outer
    return asgi


def _add_machine_pages(app: FastAPI, services: Services) -> None:
    """What machines ask: is the process alive, can it work, what does it count."""
    probe = Probe(services.pool, services.bundles, services.database_url)
    token = services.settings.metrics_token
    metrics_tokens = HookTokens(read_tokens(token.get_secret_value())) if token else None

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        found = await probe.look()
        said = {"database": found.database, "migrations": found.migrations, "bundle": found.bundle}
        return JSONResponse(said, 200 if found.ready else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if not may_read(request, metrics_tokens):
            return Response(status_code=404)
        text = await services.metrics.scrape(services.pool, await services.clocks.wall.now())
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
