"""Every address of the dashboard, in one router for the application."""

from fastapi import APIRouter

from service.dashboard.login import login_routes
from service.dashboard.pages import static_routes
from service.dashboard.today import today_routes
from service.wiring import Services


def routes(services: Services) -> APIRouter:
    """`/`, `/login`, `/logout`, `/follow-ups/…` and `/static/…`."""
    router = APIRouter()
    for one in (static_routes(), login_routes(services), today_routes(services)):
        router.include_router(one)
    return router
