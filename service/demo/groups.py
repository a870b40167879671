"""The group meetings of the demo: one that was held, and two that are still to come, called by their mentors' phones."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flows.events import MeetingCalled, MeetingHeld, MeetingTopic
from service.demo.calendar import DAY, TODAY, at, local_day
from service.demo.cast import Plan
from service.demo.habits import comes
from service.demo.stage import Stage

HOUR = 10
RECORDED_AT = 12
COMING = ("steady", "no_phone")
NOBODYS = 3
"""So many came who are in nobody's care here."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Who calls it (a mentor, by place), when, and for which day."""

    mentor: int
    called_on: date
    on: date
    topic: MeetingTopic

    @property
    def called(self) -> datetime:
        """When it is called."""
        return at(self.called_on, HOUR)

    @property
    def over(self) -> datetime:
        """When its mentor says who came."""
        return at(self.on, RECORDED_AT)


MEETINGS: Final = (
    Meeting(4, TODAY - 11 * DAY, TODAY - 4 * DAY, "living_well"),
    Meeting(2, TODAY - 5 * DAY, TODAY + 3 * DAY, "feeding"),
    Meeting(10, TODAY - 4 * DAY, TODAY + 9 * DAY, "welcome"),
)


async def call_meeting(stage: Stage, meeting: Meeting, now: datetime) -> None:
    """Her mentor calls it: whoever of hers may be texted is invited."""
    mentor_id = stage.mentors[meeting.mentor]
    called = MeetingCalled(mentor_id, meeting.on, HOUR, meeting.topic)
    async with stage.services.pool.acquire() as conn, conn.transaction():
        await stage.tell(conn, [called], _msisdn(stage, meeting), now)


async def hold_meeting(stage: Stage, meeting: Meeting, now: datetime) -> None:
    """Her mentor records how many came, and who of hers."""
    mentor_id = stage.mentors[meeting.mentor]
    came = tuple(id for id, plan in sorted(stage.plans.items()) if _came(plan, meeting, local_day(now)))
    async with stage.services.pool.acquire() as conn, conn.transaction():
        meeting_id = await conn.fetchval(_MEETING, mentor_id, meeting.on)
        held = MeetingHeld(mentor_id, meeting_id, len(came) + NOBODYS, came)
        await stage.tell(conn, [held], _msisdn(stage, meeting), now)


def _came(plan: Plan, meeting: Meeting, today: date) -> bool:
    return (
        plan.mentor == meeting.mentor
        and plan.joins_on < meeting.on
        and plan.behaviour in COMING
        and plan.lost_baby_on is None
        and comes(plan, today, arranged=False)
    )


def _msisdn(stage: Stage, meeting: Meeting) -> str:
    return stage.cast.of("mentor")[meeting.mentor].msisdn


_MEETING = "SELECT id FROM meeting WHERE mentor_id = $1 AND on_day = $2"
