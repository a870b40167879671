"""STOP, START and "who are you?": what the whole number wants, whoever of its people is holding it."""

from collections.abc import Sequence
from datetime import timedelta

from flows.events import LanguageChosen, StartRequested, StopRequested, WrongPersonReported
from service.apply.number_signals import distrust
from service.apply.opening import open_for_mothers
from service.apply.texts import answer_number, may_answer_freely
from service.apply.work import Work, ids
from service.store import coverage, people, taking_back
from service.store.alarms import clear_alarm, raise_alarm
from service.store.people import MotherRow, PhoneRow

START_STANDS = timedelta(hours=72)
STAFF_STOPPED = "staff_stopped"


async def language_chosen(work: Work, event: LanguageChosen) -> Sequence[int]:
    """The number's language; also hers, where she is the only one on it. Noted beside her, hers alone or both likewise."""
    if event.mother_id is not None:
        await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", event.mother_id)
        await work.conn.execute(_HER_LANGUAGE, event.mother_id, event.language)
        await work.conn.execute(_LANGUAGE_OF_HER_NUMBER, event.mother_id, event.language)
        return [event.mother_id]
    if work.phone_id is None:
        phone = await people.phone_of_index(work.conn, work.origin.number_index, work.now)
        work.phone_id = phone.id
    await work.conn.execute("UPDATE phone SET language = $2 WHERE id = $1", work.phone_id, event.language)
    await work.conn.execute(_LANGUAGE_OF_THE_ONLY_ONE, work.phone_id, event.language)
    return []


async def stop_requested(work: Work, event: StopRequested) -> Sequence[int]:
    """Out of everything, for everyone on this number, before this transaction ends.

    The persons are held first and what is queued is cancelled after, so nothing slips between. Open
    work of people for her goes on; each mentor is asked to speak with her in person. One
    confirmation, unless the gateway blocks it (its own opt-out) or the number had stopped before.
    """
    phone = await _phone_that_stops(work)
    if phone is None:
        return []
    here = await work.mothers_here()
    if phone.opted_out and all(one.hold is not None for one in here):
        return ids(here)
    await people.put_on_hold(work.conn, ids(here), "stopped", work.now)
    await work.conn.execute(_OPT_OUT, phone.id, work.now)
    await work.conn.execute(_WITHDRAW, sorted(ids(here)), work.now)
    await work.conn.execute(_NO_MORE_ASKING, sorted(ids(here)))
    await work.conn.execute("DELETE FROM open_question WHERE phone_id = $1", phone.id)
    await taking_back.cancel_for_phone(work.conn, phone.id, "stopped", work.now)
    for mother in here:
        await taking_back.cancel_for_person(work.conn, mother.id, "stopped", work.now)
    if not phone.opted_out:
        await open_for_mothers(work, here, "stopped")
        await _staff_who_stopped(work, phone.id)
        if work.origin.via == "sms":
            await answer_number(work, "stop_confirm", mother=_speaker(here), language=phone.language)
    return ids(here)


async def start_requested(work: Work, event: StartRequested) -> Sequence[int]:
    """START asks first, and again once an hour; only the answer to that question brings anybody back.

    Back are those who were stopped, under the consent they had given. The mentor's ``stopped`` work
    stays open: consent is asked again in person.
    """
    phone = await work.phone()
    if phone is None:
        return []
    here = await work.mothers_here()
    if not event.confirmed:
        return await _ask_first(work, phone, here)
    asked = phone.start_asked_at
    if asked is None or work.now - asked > START_STANDS:
        return []
    await work.conn.execute(_OPT_IN, phone.id)
    back = await people.release(work.conn, ids(here), ["stopped"])
    await work.conn.execute(_CONSENT_AGAIN, back, work.now)
    for member in await people.staff_on(work.conn, phone.id):
        await clear_alarm(work.conn, STAFF_STOPPED, str(member.id), work.now)
        facilities = await coverage.answers_for(work.conn, member.id)
        await coverage.watch(work.conn, work.deps.countries, facilities, work.now)
    for mother_id in back:
        await taking_back.restore_for_mother(work.conn, mother_id, "stopped", work.now)
    await _say_started(work, phone, here)
    return back


async def wrong_person_reported(work: Work, event: WrongPersonReported) -> Sequence[int]:
    """Whoever holds the phone does not know us: nothing is pushed there until a person has checked.

    She is asked at her next visit and never phoned. The answer says who we are, truthfully, once.
    """
    phone = await work.phone()
    here = await work.mothers_here()
    if phone is None:
        return []
    await distrust(work, phone, here, "wrong_person", "wrong_person")
    # The first asker is always answered; phone.trusted is as it was before.
    first = bool(here) and phone.trusted
    if work.origin.via == "sms" and (await may_answer_freely(work) or first):
        await answer_number(work, "who_we_are", mother=_speaker(here), language=phone.language)
    return ids(here)


async def _phone_that_stops(work: Work) -> PhoneRow | None:
    """The phone, locked. A number never seen before is remembered by its index alone, so that it stays out."""
    if work.phone_id is None:
        if not work.origin.number_index:
            return None
        work.phone_id = (await people.phone_of_index(work.conn, work.origin.number_index, work.now)).id
    return await work.phone()


async def _ask_first(work: Work, phone: PhoneRow, here: Sequence[MotherRow]) -> Sequence[int]:
    stopped = [one for one in here if one.hold == "stopped"]
    has_room = await may_answer_freely(work)
    if not phone.opted_out and not stopped:
        if has_room:
            await _say_started(work, phone, here)
        return []
    await work.conn.execute("UPDATE phone SET start_asked_at = $2 WHERE id = $1", phone.id, work.now)
    if has_room or phone.start_asked_at is None:
        await answer_number(work, "start_question", mother=_speaker(stopped or here), language=phone.language)
    return []


async def _say_started(work: Work, phone: PhoneRow, here: Sequence[MotherRow]) -> None:
    """Say that texts start again where they do; a pause or a wish to be forgotten stands until a PIN ends it."""
    rest = bool(here) and not await work.conn.fetchval(_SOMEBODY_IS_TEXTED, ids(here), work.now)
    answer = "thanks" if rest else "started"
    await answer_number(work, answer, mother=_speaker(here), language=phone.language)


async def _staff_who_stopped(work: Work, phone_id: int) -> None:
    """A member of staff who stopped gets no alerts either: somebody must know, at once."""
    for member in await people.staff_on(work.conn, phone_id):
        await raise_alarm(work.conn, STAFF_STOPPED, str(member.id), work.now)
        facilities = await coverage.answers_for(work.conn, member.id)
        await coverage.watch(work.conn, work.deps.countries, facilities, work.now)


def _speaker(mothers: Sequence[MotherRow]) -> MotherRow | None:
    """Whose signature an answer to the whole number carries."""
    return mothers[0] if mothers else None


_LANGUAGE_OF_THE_ONLY_ONE = """
UPDATE person SET language = $2
WHERE phone_id = $1 AND (SELECT count(*) FROM person WHERE phone_id = $1) = 1
"""

_HER_LANGUAGE = "UPDATE person SET language = $2 WHERE id = $1 AND kind = 'mother'"

_LANGUAGE_OF_HER_NUMBER = """
UPDATE phone SET language = $2 WHERE id = (SELECT phone_id FROM person WHERE id = $1)
  AND (SELECT count(*) FROM person WHERE phone_id = phone.id) = 1
"""

_SOMEBODY_IS_TEXTED = """
SELECT EXISTS (SELECT FROM person p JOIN mother m ON m.id = p.id
    WHERE p.id = ANY($1::bigint[]) AND p.hold IS NULL AND p.erase_at IS NULL AND m.signature <> 'none'
      AND (p.paused_until IS NULL OR p.paused_until <= $2))
"""

_OPT_OUT = """
UPDATE phone SET opted_out_at = coalesce(opted_out_at, $2), start_asked_at = NULL WHERE id = $1
"""

_OPT_IN = "UPDATE phone SET opted_out_at = NULL, start_asked_at = NULL WHERE id = $1"

_WITHDRAW = """
UPDATE consent SET withdrawn_at = $2
WHERE mother_id = ANY($1::bigint[]) AND stream = 'sms' AND withdrawn_at IS NULL
"""

_CONSENT_AGAIN = """
INSERT INTO consent (mother_id, stream, given_at, form_number, read_by)
SELECT DISTINCT ON (c.mother_id) c.mother_id, 'sms', $2::timestamptz, c.form_number, NULL::bigint
FROM consent c WHERE c.mother_id = ANY($1::bigint[]) AND c.stream = 'sms' AND c.withdrawn_at IS NOT NULL
ORDER BY c.mother_id, c.given_at DESC, c.id DESC
ON CONFLICT DO NOTHING
"""

_NO_MORE_ASKING = """
UPDATE mother SET asked_at = NULL, nudged_at = NULL, silence_check_at = NULL, unanswered = 0
WHERE id = ANY($1::bigint[])
"""
