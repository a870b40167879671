"""Texts from numbers nobody here knows: help where it may be needed, one neutral answer a day, nothing kept."""

from datetime import datetime, timedelta
from typing import Final

from flows.events import CallRequested, Event, HarmReported, StartRequested, StopRequested, UnwellReported
from flows.intents import Intent, Interpretation
from service.apply import apply
from service.apply.deps import Deps, Origin
from service.apply.texts import answer_number
from service.apply.work import Work
from service.database import Connection
from service.store import people
from service.store.people import PhoneRow

ONCE_A_DAY: Final = timedelta(days=1)


def alarms(meant: Interpretation, mother_id: int | None) -> list[Event]:
    """What words of harm or danger say happened: harm goes first, since no text may answer it."""
    if meant.harm:
        return [HarmReported(mother_id, meant.danger)]
    return [UnwellReported(mother_id, "unknown", urgent=True)] if meant.danger else []


async def stranger_wrote(
    conn: Connection, deps: Deps, origin: Origin, phone: PhoneRow | None, meant: Interpretation, now: datetime
) -> None:
    """Danger, harm and a wish to be called open work for the duty supervisor; STOP is kept; START asks first.

    Anything else gets one neutral answer a day. The number itself is kept, sealed, only while an
    answer is on its way or somebody has to call it.
    """
    intent = meant.intent
    if intent is Intent.STOP:
        await apply(conn, [StopRequested(), *alarms(meant, None)], origin, now, deps)
    elif intent in (Intent.DANGER, Intent.HARM):
        await apply(conn, alarms(meant, None), origin, now, deps)
    elif intent in (Intent.CALL, Intent.HELP):
        await apply(conn, [CallRequested(None, "today")], origin, now, deps)
    elif intent is Intent.START and phone is not None and phone.opted_out:
        await apply(conn, [StartRequested(confirmed=False)], origin, now, deps)
    elif intent is not Intent.ROBOT:
        await _once_a_day(conn, deps, origin, now)


async def _once_a_day(conn: Connection, deps: Deps, origin: Origin, now: datetime) -> None:
    phone = await people.phone_of_index(conn, origin.number_index, now)
    last = phone.answered_unclear_at
    if phone.opted_out or (last is not None and now - last < ONCE_A_DAY):
        return
    await conn.execute("UPDATE phone SET answered_unclear_at = $2 WHERE id = $1", phone.id, now)
    work = Work(conn, origin, now, deps, {}, phone.id)
    await answer_number(work, "neutral_unknown", language=phone.language)
