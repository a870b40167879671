"""Inbox: texts that nobody's tables understood, read and settled by a person."""

from service.dashboard.inbox.acting import acting_pages
from service.dashboard.inbox.reading import reading_pages
from service.dashboard.room import Room


def inbox_pages(room: Room) -> None:
    """Everything below `/inbox`."""
    reading_pages(room)
    acting_pages(room)
