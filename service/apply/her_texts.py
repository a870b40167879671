"""What a mother chooses of her own texts: a pause, their signature, how open they are, who else uses the phone.

Each choice holds for what is queued as well, before its transaction ends. She gave her PIN, so each is a sign
of life. Person before mother before follow-up before text, as everywhere.
"""

from collections.abc import Sequence

from flows.events import (
    BabyWordsChosen,
    OtherTextsChosen,
    PhoneUseChosen,
    SignatureChosen,
    TextsPaused,
    TextsResumed,
    WordingChosen,
)
from service.apply.heard import heard_from
from service.apply.work import Work
from service.store import mothers, pauses, people, rewording
from service.store.people import MotherRow


async def texts_paused(work: Work, event: TextsPaused) -> Sequence[int]:
    """No pushed text until that local day; then they begin again by themselves, and nothing is made up for.

    What she asks for herself, danger above all, is answered as ever, and people still come to her.
    """
    if not await _heard(work, event.mother_id):
        return []
    await pauses.pause(work.conn, event.mother_id, event.until, work.now)
    return [event.mother_id]


async def texts_resumed(work: Work, event: TextsResumed) -> Sequence[int]:
    """The pause ends now. A stop, a death or a number in doubt goes on holding her texts."""
    if not await _heard(work, event.mother_id):
        return []
    await pauses.resume(work.conn, event.mother_id)
    return [event.mother_id]


async def signature_chosen(work: Work, event: SignatureChosen) -> Sequence[int]:
    """How her texts are signed, from those that wait on; with none, what waits is taken back: people alone."""
    if not await _heard(work, event.mother_id):
        return []
    await work.conn.execute(
        "UPDATE mother SET signature = $2 WHERE id = $1", event.mother_id, event.signature
    )
    if event.signature == "none":
        await rewording.no_texts(work.conn, event.mother_id, work.now)
    else:
        await _reword(work, event.mother_id)
    await mothers.bring_checkins_in_line(work.conn, event.mother_id, work.now)
    return [event.mother_id]


async def wording_chosen(work: Work, event: WordingChosen) -> Sequence[int]:
    """Covert at once, also what waits. Open from the next text on, and only where the phone is hers alone."""
    if not await _heard(work, event.mother_id):
        return []
    await work.conn.execute(_WORDING, event.mother_id, event.wording)
    await _reword(work, event.mother_id)
    return [event.mother_id]


async def phone_use_chosen(work: Work, event: PhoneUseChosen) -> Sequence[int]:
    """Who uses the phone. With others on it every text is covert at once, and a number of two mothers is never hers alone."""
    found = await _heard(work, event.mother_id)
    if not found:
        return []
    [mother] = found
    if event.phone_use == "shared":
        await work.conn.execute(_SHARED, event.mother_id)
    elif not await _somebody_else_on(work, mother):
        await work.conn.execute(_HERS, event.mother_id)
    await _reword(work, event.mother_id)
    return [event.mother_id]


async def baby_words_chosen(work: Work, event: BabyWordsChosen) -> Sequence[int]:
    """Whether her open texts may speak of a baby; with no, those that wait are covert."""
    if not await _heard(work, event.mother_id):
        return []
    await work.conn.execute(
        "UPDATE mother SET baby_wording = $2 WHERE id = $1", event.mother_id, event.allowed
    )
    await _reword(work, event.mother_id)
    return [event.mother_id]


async def other_texts_chosen(work: Work, event: OtherTextsChosen) -> Sequence[int]:
    """Which texts come besides check-ins: what waits of others is taken back, what comes due is skipped.

    Her mentor reminds her of dates in their place.
    """
    if not await _heard(work, event.mother_id):
        return []
    await work.conn.execute(_OTHER_TEXTS, event.mother_id, event.dates, event.invitations)
    await rewording.only_wanted(work.conn, event.mother_id, work.now)
    return [event.mother_id]


async def _heard(work: Work, mother_id: int) -> list[MotherRow]:
    """The mother, her person locked, her silence ended; nobody when she is not there any more."""
    await pauses.lock(work.conn, mother_id)
    found = [one for one in await people.mothers(work.conn, [mother_id]) if one.hold != "erased"]
    await heard_from(work, found)
    return found


async def _reword(work: Work, mother_id: int) -> None:
    about_babies = [name for name, one in work.deps.bundle.templates.items() if one.baby_words]
    await rewording.reword(work.conn, mother_id, about_babies)


async def _somebody_else_on(work: Work, mother: MotherRow) -> bool:
    if mother.phone_id is None:
        return False
    return any(one.id != mother.id for one in await people.mothers_on(work.conn, mother.phone_id))


_WORDING = """
UPDATE mother SET wording = $2::text WHERE id = $1 AND ($2::text = 'covert' OR phone_use = 'hers')
"""

_OTHER_TEXTS = "UPDATE mother SET date_texts = $2, invitations = $3 WHERE id = $1"

_SHARED = "UPDATE mother SET phone_use = 'shared', wording = 'covert' WHERE id = $1 AND phone_use <> 'none'"

_HERS = "UPDATE mother SET phone_use = 'hers' WHERE id = $1 AND phone_use = 'shared'"
