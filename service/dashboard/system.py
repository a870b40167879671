"""System: whether the loop lives, what waits, what is left to send with, what is in force, and when it was last saved."""

from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from starlette.responses import Response

from service.dashboard import words
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.dashboard.today import BEAT_EVERY
from service.migrate import newest
from service.store.shown.system import BACKUP_NOTED, Seen, seen
from service.watch import alarms

LATE: Final = timedelta(minutes=10)
"""A text that should have left so long ago is late."""

BACKUP_EVERY: Final = timedelta(hours=36)
"""A backup older than this is missing (project choice: one a day, with room for a slow night)."""

LOW_PART: Final = 10
"""Of a hundred parts of the day's budget, so many left are few."""

CLASSES: Final = {
    "A": "Alerts to staff, and answers to danger",
    "B": "Check-ins",
    "C": "Dates",
    "D": "Answers",
    "E": "Stops confirmed",
}

SAVED: Final = {"backup": "Noted: a backup was made."}


def system_pages(room: Room) -> None:
    """`/system`, and `POST /system/backup`."""

    @room.get("/system", "see_system")
    async def system(asked: Asked) -> Response:
        async with asked.reading() as conn:
            found = await seen(conn, asked.services.gateway.name, asked.now)
            raised = await alarms.live(conn)
        settings = asked.services.settings
        return asked.page(
            "system.html",
            seen=found,
            alarms=words.alarms_of(raised),
            classes=CLASSES,
            workers=[
                (one.name, one.wall_at, asked.wall - one.wall_at <= BEAT_EVERY) for one in found.workers
            ],
            alive=any(asked.wall - one.wall_at <= BEAT_EVERY for one in found.workers),
            late=[one.message_class for one in found.backlog if one.oldest and asked.now - one.oldest > LATE],
            budget=settings.daily_sms_budget,
            left=max(0, settings.daily_sms_budget - found.begun_today),
            is_low=(settings.daily_sms_budget - found.begun_today) * 100
            <= settings.daily_sms_budget * LOW_PART,
            gateway=asked.services.gateway.name,
            is_real=settings.is_real_gateway,
            code=code_version(),
            newest=newest(),
            backup=backup_word(found, asked.wall),
            said=asked.said(SAVED),
        )

    @room.post("/system/backup", "administer")
    async def backup(asked: Asked) -> Response:
        async with asked.writing() as conn:
            await asked.audit(conn, BACKUP_NOTED)
        return asked.back("/system", done="backup")


def backup_word(found: Seen, wall: datetime) -> tuple[str, str, str]:
    """A colour, its shape, and a word for how long ago the last backup was noted."""
    if found.backup_at is None:
        return "red", "▲", "No backup known"
    if wall - found.backup_at > BACKUP_EVERY:
        return "amber", "◆", "The last backup is old"
    return "green", "✓", "A backup is known"


@cache
def code_version() -> str:
    """The version of the code that runs here."""
    try:
        return version("pamoja")
    except PackageNotFoundError:
        return "from a folder, not installed"
