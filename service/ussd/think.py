"""From what is stored to an answer: opens the state, gathers the facts, asks the engine, seals what is kept."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from flows.bundle import Bundle
from flows.engine import advance, begin
from flows.facts import Facts, PersonOnNumber
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.types import HopResult, SessionState
from scheduler.promises import anybody_at_work, hours_kept, next_working_day, promise
from service.security.sealing import Sealer
from service.ussd.call import Call, dialled_segments, typed
from service.ussd.load import Row
from service.ussd.person_facts import Own
from service.ussd.pin_check import Checked
from service.ussd.places import Place
from service.ussd.save import Answer

_SESSION = {"table": "ussd_session", "column": "state"}
_REPLY = {"table": "ussd_reply", "column": "reply"}
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def open_state(sealer: Sealer, row: Row, call: Call) -> tuple[SessionState, str] | None:
    """Return the session's state and the text typed before this hop, or None for a first hop."""
    if row.state is None:
        return None
    return _unseal(sealer, row.state, call.row)


def earlier_state(sealer: Sealer, row: Row, bundle: Bundle) -> SessionState | None:
    """The dropped session that may be continued; a new bundle since then means starting again."""
    if row.earlier_state is None or row.earlier_row is None or row.earlier_bundle != bundle.sha256:
        return None
    return _unseal(sealer, row.earlier_state, row.earlier_row)[0]


def _unseal(sealer: Sealer, blob: bytes, row: str) -> tuple[SessionState, str]:
    kept = json.loads(sealer.open(blob, row=row, **_SESSION))
    return SessionState.from_json(kept["state"]), kept["text"]


def kept_reply(sealer: Sealer, blob: bytes, call: Call, text_mac: bytes) -> bytes:
    """Open a reply that was already given to this text."""
    return sealer.open_bytes(blob, row=f"{call.row}:{text_mac.hex()}", **_REPLY)


def facts_of(
    call: Call,
    row: Row,
    place: Place,
    home: Place,
    own: Mapping[int, Own],
    who: int | None,
    checked: Checked,
    resume: SessionState | None,
    now: datetime,
) -> Facts:
    """Everything the engine may know on this hop; a person's own facts only once their PIN was given.

    ``home`` is the place of whoever gave their PIN, or the caller's.
    """
    mine = own.get(who) if who is not None else None
    callers, zone = place.workers, place.zone.key
    mentors = [one.mentor_id for one in row.people if one.kind == "mother"] or [None]
    # A number nobody knows is called back by whoever answers danger.
    stranger = not row.people
    soon = place.on_duty_for_a_while(now) if stranger else promise(callers, mentors, zone, now).soon
    calls_on = next_working_day(callers, zone, now)
    tomorrow = now.astimezone(place.zone).date() + timedelta(days=1)
    return Facts(
        now=now.astimezone(place.zone),
        language=row.language,
        people=tuple(PersonOnNumber(p.id, p.kind, p.pin_hash is not None) for p in row.people),
        open_question=row.question,
        pin_person=checked.pin_person,
        pin_taken=checked.pin_taken,
        code_mother=row.code_mother if checked.code_allowed else None,
        code_staff=row.code_staff if checked.code_allowed else None,
        spare_code=checked.spare_code,
        spare_slip=checked.spare_slip,
        resume=resume,
        mother=mine if isinstance(mine, MotherFacts) else None,
        staff=mine if isinstance(mine, StaffFacts) else None,
        on_duty=place.on_duty(now),
        at_work=soon,
        somebody_there=place.on_duty(now) if stranger else anybody_at_work(callers, zone, now),
        hours_kept=place.hours_on_duty(now) if stranger else hours_kept(callers, mentors, zone, now),
        nobody_calls=calls_on is None or calls_on > tomorrow,
        calls_on=calls_on,
        transport=place.transport,
        open_days=home.open_days(now),
    )


def answer(
    sealer: Sealer,
    bundle: Bundle,
    call: Call,
    row: Row,
    opened: tuple[SessionState, str] | None,
    facts: Facts,
) -> Answer | None:
    """Ask the engine; None when the text does not continue the session (a hop we never saw, out of order)."""
    if opened is None:
        result = begin(bundle, dialled_segments(call.text), facts)
    else:
        state, before = opened
        pressed = typed(call.text, before)
        if pressed is None:
            return None
        result = advance(bundle, state, pressed, facts)
    return seal_answer(sealer, bundle, call, row, result)


def seal_answer(
    sealer: Sealer, bundle: Bundle, call: Call, row: Row, result: HopResult, ended_as: str = "finished"
) -> Answer:
    """Turn the engine's result into what is saved and sent."""
    reply = (("END " if result.reply.end else "CON ") + result.reply.text).encode()
    state = result.state
    kept = None
    if state is not None:
        text = _as_json({"state": state.to_json(), "text": call.text})
        kept = sealer.seal(text, row=call.row, **_SESSION)
    return Answer(
        call=call,
        hop=row.hop + 1,
        phone_id=row.phone_id,
        who=state.who if state is not None else row.who,
        bundle=bundle.sha256,
        state=kept,
        ended_as=None if state is not None else ended_as,
        reply=reply,
        kept_reply=sealer.seal(reply, row=f"{call.row}:{call.text_mac.hex()}", **_REPLY),
        events=result.events,
    )
