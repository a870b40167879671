"""A digit by text: what it says in answer to the question that is open to its sender."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.answers import HELP, answer, help_answer, site_answer
from flows.events import Event
from flows.intents import Interpretation
from service.apply.deps import Deps, Origin
from service.apply.texts import answer_staff
from service.apply.work import Work
from service.database import Connection
from service.inbound.sender import Sender


async def digit_answered(
    conn: Connection, deps: Deps, sender: Sender, meant: Interpretation, origin: Origin, now: datetime
) -> Sequence[Event] | None:
    question = sender.question
    if question is None or sender.phone is None:
        return None
    name = deps.bundle.question(question["question"]).answers.get(meant.digit or "")
    if question["question"] == HELP and meant.word is not None:
        name = meant.word
    if name is None:
        return None
    if question["question"] == "start":
        await conn.execute(_START_ANSWERED, sender.phone.id)
        if name != "start_yes":
            await conn.execute("UPDATE phone SET start_asked_at = NULL WHERE id = $1", sender.phone.id)
            return []
    if question["question"] == HELP:
        return await _about_help(conn, deps, sender, question, name, origin, now)
    if question["facility_id"] is not None:
        return await _about_site(conn, deps, sender, question, name, origin, now)
    return answer(question["question"], name, question["mother_id"], question["visit_id"])


async def _about_site(
    conn: Connection,
    deps: Deps,
    sender: Sender,
    question: Mapping[str, Any],
    name: str,
    origin: Origin,
    now: datetime,
) -> Sequence[Event] | None:
    """What a supervisor's digit says of her site; None when she does not answer for it any more."""
    ids = [one.id for one in sender.staff]
    staff_id = await conn.fetchval(_SUPERVISOR_OF, ids, question["facility_id"])
    if staff_id is None:
        return None
    events = site_answer(question["question"], name, staff_id, question["facility_id"])
    if not events:
        who = next(one for one in sender.staff if one.id == staff_id)
        await answer_staff(Work(conn, origin, now, deps, {}, origin.phone_id), who, "ack_saved")
    return events


async def _about_help(
    conn: Connection,
    deps: Deps,
    sender: Sender,
    question: Mapping[str, Any],
    name: str,
    origin: Origin,
    now: datetime,
) -> Sequence[Event] | None:
    """Whether the mentor who was asked wants a colleague's help; None where she works there no more."""
    asked = question["facility_id"]
    who = next((one for one in sender.staff if one.role == "mentor" and one.facility_id == asked), None)
    if who is None:
        return None
    await conn.execute(
        "DELETE FROM open_question WHERE phone_id = $1 AND question = $2", origin.phone_id, HELP
    )
    events = help_answer(name, who.id)
    if not events:
        await answer_staff(Work(conn, origin, now, deps, {}, origin.phone_id), who, "ack_saved")
    return events


_SUPERVISOR_OF = """
SELECT staff_id FROM supervision WHERE staff_id = ANY($1::bigint[]) AND facility_id = $2 ORDER BY staff_id
"""

_START_ANSWERED = "DELETE FROM open_question WHERE phone_id = $1 AND question = 'start'"
