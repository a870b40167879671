"""Telling whoever supervises a facility, in their own working hours."""

from collections.abc import Mapping
from typing import Any

from flows.registry import Value
from scheduler.durations import exact
from scheduler.roster import works_from
from scheduler.types import StaffMember
from service.apply.work import Work
from service.store import messages, people
from service.store.messages import NewMessage
from service.store.people import StaffRow
from service.store.roster import days_of


async def tell_supervisors(
    work: Work, facility_id: int, template: str, params: Mapping[str, Value], *, besides: int
) -> None:
    """Queue a text to each supervisor of a facility but one person, to be read as their hours allow."""
    rows = await work.conn.fetch(_SUPERVISORS, facility_id, besides)
    content = work.deps.bundle.template(template)
    texts = []
    for one in await people.staff(work.conn, [row["staff_id"] for row in rows]):
        if one.phone_id is None:
            continue
        reads_at = works_from(_member(one), work.now)
        texts.append(
            NewMessage(
                person_id=one.id,
                phone_id=one.phone_id,
                template=template,
                message_class=content.message_class,
                language=one.language,
                not_before=reads_at,
                valid_until=reads_at + exact(content.valid_for),
                params=params,
            )
        )
    await messages.queue(work.conn, work.deps.sealer, texts, work.now)


def _member(one: StaffRow) -> StaffMember:
    role: Any = one.role
    days = days_of(one.works_on)
    return StaffMember(one.id, role, True, one.time_zone, one.starts_at, one.ends_at, works_on=days)


_SUPERVISORS = "SELECT staff_id FROM supervision WHERE facility_id = $1 AND staff_id <> $2 ORDER BY staff_id"
