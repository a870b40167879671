"""Inbox: texts that nobody's tables understood, read and settled by a person."""

from service.dashboard.frame.room import Room
from service.dashboard.inbox.acting import acting_pages
from service.dashboard.inbox.reading import reading_pages


def inbox_pages(room: Room) -> None:
    """Everything below `/inbox`."""
    reading_pages(room)
    acting_pages(room)
