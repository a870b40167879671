"""What she says about herself: fine, a hard week, call me, unwell."""

from collections.abc import Sequence
from datetime import timedelta

from flows.events import CallRequested, CheckInAnswered, DoseMissed, UnwellReported
from service.apply.calls import as_soon_as_can_be
from service.apply.heard import heard_from
from service.apply.opening import open_about_phone, open_for_caller, open_for_mothers
from service.apply.promises import call_promise, same_day
from service.apply.texts import answer_mother, answer_number, not_said_lately, thank
from service.apply.work import Work, ids
from service.store import people
from service.store.open_questions import check_in_settled
from service.store.people import MotherRow

GO_NOW_AGAIN = timedelta(minutes=5)
CALL_CAUSES = {"missed_call": "missed_call", "stuck": "stuck", "unwell": "unwell"}
OWN = "own_call"


async def check_in_answered(work: Work, event: CheckInAnswered) -> Sequence[int]:
    """She is fine: her silence ends. From a number with several mothers and no question it is only recorded."""
    mothers = await work.surely(event.mother_id)
    await heard_from(work, mothers)
    await _answered_on_ussd(work, mothers)
    await thank(work, mothers)
    return ids(mothers)


async def dose_missed(work: Work, event: DoseMissed) -> Sequence[int]:
    """Some days were missed: her mentor hears of a hard week. The reason follows as an event of its own."""
    mothers = await work.surely(event.mother_id)
    await heard_from(work, mothers)
    await _answered_on_ussd(work, mothers)
    await open_for_mothers(work, mothers, "missed_dose")
    await thank(work, mothers)
    return ids(mothers)


async def _answered_on_ussd(work: Work, mothers: Sequence[MotherRow]) -> None:
    """The text that asked is answered with it. By text her digit stays open: she may put it right with another."""
    if work.origin.via == "ussd":
        await check_in_settled(work.conn, ids(mothers))


async def call_requested(work: Work, event: CallRequested) -> Sequence[int]:
    """Somebody asks for a call: a follow-up for every mother it may be, or for the number when it is unknown.

    A stranger who was merely stuck asked for nobody; a mentor who asks for herself is her supervisor's.
    """
    mothers = await work.everyone(event.mother_id)
    if not mothers:
        if event.when != "stuck" and not await _asked_by_a_mentor(work):
            await open_for_caller(work, "unknown_caller")
        return []
    await heard_from(work, await work.surely(event.mother_id))
    opened = await open_for_mothers(work, mothers, CALL_CAUSES.get(event.when, "call_requested"))
    await as_soon_as_can_be(work, ids(mothers))
    # The same call again while it is open is promised again at most once an hour, a missed one never.
    again = work.origin.via == "sms" and await not_said_lately(
        work, "call_promise", "call_promise_day", "call_no_promise"
    )
    if opened or again:
        await _promise(work, mothers)
    return ids(mothers)


async def _asked_by_a_mentor(work: Work) -> bool:
    """Whether the number is a mentor's: her supervisor is asked to call her, and nobody is woken."""
    phone = await work.phone()
    here = [] if phone is None or not phone.trusted else await people.staff_on(work.conn, phone.id)
    mentors = [one for one in here if one.role == "mentor" and one.hold is None]
    for one in mentors[:1]:
        if phone is not None:
            await open_about_phone(work, phone.id, one.facility_id, one.country, OWN)
    return bool(mentors)


async def unwell_reported(work: Work, event: UnwellReported) -> Sequence[int]:
    """Somebody is unwell. Urgent: "go now" at once, and danger for every mother it may be; else it is recorded.

    On USSD the screen has said "go now" already; the wish to be called comes as an event of its own.
    """
    mothers = await work.everyone(event.mother_id)
    if not event.urgent:
        await heard_from(work, await work.surely(event.mother_id))
        return ids(mothers)
    if mothers:
        await open_for_mothers(work, mothers, "danger")
        await heard_from(work, await work.surely(event.mother_id), in_danger=True)
    else:
        await open_for_caller(work, "danger")
    if work.origin.via == "sms" and not await _just_said(work):
        await _go_now(work, mothers)
    return ids(mothers)


async def _promise(work: Work, mothers: Sequence[MotherRow]) -> None:
    """Promise a call only in the name of somebody who will be there."""
    if work.origin.via not in ("sms", "call"):
        return
    mother = mothers[0]
    if work.origin.via == "call" and mother.signature == "none":
        return  # she chose no texts, and has not written one herself
    promised = await call_promise(work, mother)
    if promised.by is None:
        await answer_mother(work, mother, "call_no_promise")
        return
    said = {"time": f"{promised.by:%H:%M}"}
    if same_day(work, mother, promised):
        await answer_mother(work, mother, "call_promise", said)
    else:
        await answer_mother(work, mother, "call_promise_day", {**said, "date": promised.by.date()})


async def _just_said(work: Work) -> bool:
    """Whether "go now" answered this number moments ago: two robots must not keep each other awake."""
    since = work.now - GO_NOW_AGAIN
    dangers: int = await work.conn.fetchval(_DANGERS, work.origin.number_index, since)
    return dangers > 1


async def _go_now(work: Work, mothers: Sequence[MotherRow]) -> None:
    mother = mothers[0] if mothers else None
    phone = await work.phone()
    transport = mother.transport if mother is not None else ""
    country = mother.country if mother is not None else work.deps.default_country
    transport = transport or work.deps.country(country).transport
    language = phone.language if phone is not None else None
    if transport:
        await answer_number(
            work, "go_now_transport", mother=mother, language=language, params={"transport": transport}
        )
    else:
        await answer_number(work, "go_now", mother=mother, language=language)


# The text being answered is among them.
_DANGERS = """
SELECT count(*) FROM inbound_sms WHERE number_index = $1 AND received_at > $2 AND intent = 'danger'
"""
