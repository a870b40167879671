"""Texts that follow from events: to the phone that just spoke, and to members of staff."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flows.registry import Value
from scheduler.durations import exact
from service.apply.work import Work
from service.store import messages
from service.store.messages import NewMessage
from service.store.people import MotherRow, StaffRow
from service.store.workers import at_work_from

ONCE_AN_HOUR = timedelta(hours=1)

MOST_REPLIES_AN_HOUR = 20
"""Replies of class D one number may cause in an hour: more than a day's list, and an end to any robot."""


async def answer_mother(
    work: Work, mother: MotherRow, template: str, params: Mapping[str, Value] | None = None
) -> None:
    """Answer a mother on the phone she just used, signed as she chose. On USSD the screen has answered."""
    if work.origin.via in ("sms", "call"):
        await _to_origin(work, template, mother.language, params, mother=mother)


async def thank(work: Work, mothers: Sequence[MotherRow]) -> None:
    """Thank whoever texted, at most once an hour."""
    if mothers and work.origin.via == "sms" and await may_answer_freely(work):
        for mother in mothers:
            await answer_mother(work, mother, "thanks")


async def answer_number(
    work: Work,
    template: str,
    *,
    mother: MotherRow | None = None,
    language: str | None = None,
    params: Mapping[str, str] | None = None,
) -> None:
    """Answer whoever holds the phone, in the phone's language; signed for ``mother`` if there is one."""
    spoken = language or (mother.language if mother is not None else None)
    if spoken is None:
        spoken = work.deps.country(work.deps.default_country).languages[0]
    await _to_origin(work, template, spoken, params, mother=mother)


async def answer_staff(
    work: Work, staff: StaffRow, template: str, params: Mapping[str, Value] | None = None
) -> None:
    """Answer a member of staff who texted. On USSD and on the page the screen has answered."""
    if work.origin.via == "sms":
        await _to_origin(work, template, staff.language, params, staff=staff)


async def tell_staff(
    work: Work,
    staff: StaffRow,
    template: str,
    params: Mapping[str, str],
    *,
    mother_id: int | None = None,
    follow_up_id: int | None = None,
) -> None:
    """Push a notice that is not urgent to a member of staff, on the number they have now; to a mentor in her hours."""
    if staff.phone_id is None:
        return
    content = work.deps.bundle.template(template)
    begins = work.now if staff.role != "mentor" else await at_work_from(work.conn, staff.id, work.now)
    new = NewMessage(
        person_id=staff.id,
        phone_id=staff.phone_id,
        template=template,
        message_class=content.message_class,
        language=staff.language,
        not_before=begins,
        valid_until=begins + exact(content.valid_for),
        params=params,
        mother_id=mother_id,
        follow_up_id=follow_up_id,
    )
    await messages.queue(work.conn, work.deps.sealer, [new], work.now)


async def may_answer_freely(work: Work) -> bool:
    """Whether an answer that only reassures may go to this number now: once an hour, so two robots cannot talk."""
    phone = await work.phone()
    if phone is None:
        return False
    last = phone.answered_unclear_at
    if last is not None and work.now - last < ONCE_AN_HOUR:
        return False
    await work.conn.execute("UPDATE phone SET answered_unclear_at = $2 WHERE id = $1", phone.id, work.now)
    return True


async def not_said_lately(work: Work, *templates: str) -> bool:
    """Whether none of these answers was made for this number within the hour: each kind has an hour of its own.

    So a "thank you" of a moment ago does not leave a wish for a call without a word.
    """
    phone = await work.phone()
    if phone is None:
        return False
    since = work.now - ONCE_AN_HOUR
    said: bool = await work.conn.fetchval(_SAID_LATELY, phone.id, since, list(templates))
    return not said


async def _to_origin(
    work: Work,
    template: str,
    language: str,
    params: Mapping[str, Value] | None,
    *,
    mother: MotherRow | None = None,
    staff: StaffRow | None = None,
) -> None:
    if mother is not None and mother.hold == "quiet":
        return  # whoever may be reading her phone learns nothing, not even an answer to her
    phone = await work.phone_to_keep()
    if phone is None:
        return
    content = work.deps.bundle.template(template)
    # Said once a number and step; but what names a case is said of each.
    about = (params or {}).get("code", "") if "{code}" in content.covert else ""
    if (f"{template} {about}", phone.id) in work.told:
        return
    if content.message_class == "D" and await _has_had_enough(work, phone.id):
        return
    work.told.add((f"{template} {about}", phone.id))
    person_id = staff.id if staff is not None else None
    if mother is not None and mother.phone_id == phone.id:
        person_id = mother.id
    new = NewMessage(
        person_id=person_id,
        phone_id=phone.id,
        template=template,
        message_class=content.message_class,
        language=language,
        not_before=work.now,
        valid_until=work.now + exact(content.valid_for),
        signature="none" if mother is None else mother.signature,
        params=params,
        mother_id=mother.id if mother is not None else None,
    )
    await messages.queue(work.conn, work.deps.sealer, [new], work.now)


async def _has_had_enough(work: Work, phone_id: int) -> bool:
    replies: int = await work.conn.fetchval(_REPLIES, phone_id, work.now - ONCE_AN_HOUR)
    return replies >= MOST_REPLIES_AN_HOUR


_REPLIES = """
SELECT count(*) FROM message WHERE phone_id = $1 AND message_class = 'D' AND created_at > $2
"""

_SAID_LATELY = """
SELECT EXISTS (SELECT FROM message
               WHERE phone_id = $1 AND message_class = 'D' AND created_at > $2 AND template = ANY($3::text[]))
"""
