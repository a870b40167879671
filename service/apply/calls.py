"""What is added to a call that was asked for: the hour it is good at, or that somebody else should call."""

from collections.abc import Sequence
from datetime import datetime, time

from flows.events import AnotherMentorAsked, CallTimeChosen
from scheduler.localtime import instant_at, local
from service.apply.handovers import propose_for
from service.apply.opening import close_follow_up, open_for_mothers, told_about
from service.apply.texts import tell_staff
from service.apply.work import Work, ids
from service.store.follow_ups import CALLS

UNKNOWN = "unknown_caller"
ANOTHER = "another_mentor"


async def call_time_chosen(work: Work, event: CallTimeChosen) -> Sequence[int]:
    """Remember the hour on the calls open for everybody it may be, and tell whoever was told of one already.

    Whoever is told later reads the hour in the first text. Until that hour nobody else is asked; at once
    (None) takes an hour named before back.
    """
    mothers = await work.everyone(event.mother_id)
    zone = mothers[0].time_zone if mothers else work.deps.country(work.deps.default_country).time_zone
    wanted_at = _wanted_at(work, event.hour, zone)
    causes = [*CALLS, UNKNOWN]
    rows = await work.conn.fetch(_WANTED, ids(mothers), _phone(work, mothers), causes, wanted_at)
    if wanted_at is not None:
        for row in rows:
            await _tell_hour(work, row["id"], wanted_at, zone)
    return ids(mothers)


async def another_mentor_asked(work: Work, event: AnotherMentorAsked) -> Sequence[int]:
    """The supervisor finds somebody else. Her own mentor hears nothing of it.

    The call just asked for leaves the mentor's list, and an alert that has not left yet never does; in its
    place stands the supervisor's, until somebody has called her. A caller nobody knows is the supervisor's
    already.
    """
    mothers = await work.everyone(event.mother_id)
    await open_for_mothers(work, mothers, ANOTHER)
    for mother in mothers:
        await propose_for(work, mother, "asked", None)
    for row in await work.conn.fetch(_CALLS_OF, ids(mothers), list(CALLS)):
        await close_follow_up(work, row["id"], ANOTHER)
    return ids(mothers)


async def as_soon_as_can_be(work: Work, mother_ids: Sequence[int]) -> None:
    """She asks for a call anew: an hour named for the one before no longer counts."""
    await work.conn.execute(_AT_ONCE, sorted(mother_ids), list(CALLS))


def _wanted_at(work: Work, hour: int | None, zone: str) -> datetime | None:
    if hour is None:
        return None
    at = instant_at(zone, work.today(zone), time(hour))
    return at if at is not None and at > work.now else None


def _phone(work: Work, mothers: Sequence[object]) -> int | None:
    """The number itself, where nobody on it is known."""
    return None if mothers else work.phone_id


async def _tell_hour(work: Work, follow_up_id: int, wanted_at: datetime, zone: str) -> None:
    at = f"{local(wanted_at, zone):%H:%M}"
    for staff, code in await told_about(work, follow_up_id):
        await tell_staff(work, staff, "call_hour", {"code": code, "time": at}, follow_up_id=follow_up_id)


# One that has been told waits for its hour before the next is asked; one that has not is told at once.
_WANTED = """
UPDATE follow_up SET wanted_at = $4::timestamptz,
    next_at = CASE WHEN state = 'notified' THEN greatest(next_at, $4::timestamptz) ELSE next_at END
WHERE id IN (SELECT id FROM follow_up
             WHERE (mother_id = ANY($1::bigint[]) OR phone_id = $2::bigint) AND cause = ANY($3::text[])
                 AND state <> 'resolved' AND wanted_at IS DISTINCT FROM $4::timestamptz
             ORDER BY id FOR UPDATE)
RETURNING id
"""

_AT_ONCE = """
UPDATE follow_up SET wanted_at = NULL
WHERE id IN (SELECT id FROM follow_up WHERE mother_id = ANY($1::bigint[]) AND cause = ANY($2::text[])
                 AND state <> 'resolved' AND wanted_at IS NOT NULL
             ORDER BY id FOR UPDATE)
"""

_CALLS_OF = """
SELECT id FROM follow_up
WHERE mother_id = ANY($1::bigint[]) AND cause = ANY($2::text[]) AND state <> 'resolved' AND hold_by_code IS NULL
ORDER BY id FOR UPDATE
"""
