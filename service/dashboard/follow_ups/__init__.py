"""Follow-ups on pages: the list, one of them with its log, acting on it, and giving several to somebody else."""

from service.dashboard.follow_ups.files import file_pages
from service.dashboard.follow_ups.giving import giving_pages
from service.dashboard.follow_ups.pages import list_pages
from service.dashboard.frame.room import Room


def follow_up_pages(room: Room) -> None:
    """`/follow-ups`, `/follow-ups/ID` and `/follow-ups/give`."""
    giving_pages(room)
    list_pages(room)
    file_pages(room)
