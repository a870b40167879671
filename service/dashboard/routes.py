"""Every address of the dashboard, in one router for the application."""

from collections.abc import Callable
from typing import Final

from service.dashboard.appointments import appointment_pages
from service.dashboard.audit import audit_pages
from service.dashboard.door.login import login_pages
from service.dashboard.door.set_up import set_up_pages
from service.dashboard.follow_ups import follow_up_pages
from service.dashboard.frame.room import Room
from service.dashboard.groups import group_pages
from service.dashboard.imports import import_pages
from service.dashboard.inbox import inbox_pages
from service.dashboard.keys import key_pages
from service.dashboard.mentors import mentor_pages
from service.dashboard.messages import message_pages
from service.dashboard.mothers import mother_pages
from service.dashboard.people import people_pages
from service.dashboard.reports import report_pages
from service.dashboard.reveal import reveal_pages
from service.dashboard.sites import site_pages
from service.dashboard.system import system_pages
from service.dashboard.today import today_pages
from service.wiring import Services

AREAS: Final[tuple[Callable[[Room], None], ...]] = (
    login_pages,
    set_up_pages,
    today_pages,
    follow_up_pages,
    appointment_pages,
    mother_pages,
    site_pages,
    mentor_pages,
    group_pages,
    message_pages,
    inbox_pages,
    report_pages,
    import_pages,
    key_pages,
    reveal_pages,
    people_pages,
    audit_pages,
    system_pages,
)
"""Each adds its own pages; their order in the menu is ``nav``'s."""


def routes(services: Services) -> Room:
    """Every page, each with the rule it is guarded by."""
    room = Room(services)
    for add_pages in AREAS:
        add_pages(room)
    return room
