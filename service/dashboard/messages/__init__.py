"""Messages: every text in every language as a phone shows it, changed by one person and approved by another."""

from service.dashboard.frame.room import Room
from service.dashboard.messages.changes import change_pages
from service.dashboard.messages.edit import edit_pages
from service.dashboard.messages.publish import publish_pages
from service.dashboard.messages.read import read_pages


def message_pages(room: Room) -> None:
    """Everything below `/messages`."""
    read_pages(room)
    edit_pages(room)
    change_pages(room)
    publish_pages(room)
