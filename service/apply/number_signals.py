"""Signs that a number changed hands: what is pushed there stops until a person has checked."""

from collections.abc import Sequence

from service.apply.opening import open_for_mothers
from service.apply.work import Work, ids
from service.store import people, taking_back
from service.store.people import MotherRow, PhoneRow


async def distrust(
    work: Work, phone: PhoneRow, mothers: Sequence[MotherRow], reason: str, cause: str
) -> None:
    """Stop every push to this number and ask each mentor to check it, the first time the sign is seen."""
    if not mothers or not phone.trusted:
        return
    await work.conn.execute(_DISTRUST, phone.id, reason)
    await taking_back.cancel_for_phone(work.conn, phone.id, "number_untrusted", work.now)
    await work.conn.execute("DELETE FROM open_question WHERE phone_id = $1", phone.id)
    await work.conn.execute(_NO_MORE_ASKING, sorted(ids(mothers)))
    await open_for_mothers(work, mothers, cause)


async def enrolled_elsewhere(work: Work, former: Sequence[MotherRow]) -> None:
    """Another mother was enrolled with their number, by another clinic or mentor: their content stops at once.

    Nothing of theirs is said to whoever holds it now, and they are asked when they come, never phoned. The number
    itself was just seen in the hands of the other.
    """
    if not former:
        return
    for one in await people.put_on_hold(work.conn, ids(former), "wrong_number", work.now):
        await taking_back.cancel_for_person(work.conn, one, "wrong_number", work.now)
    await work.conn.execute(
        "DELETE FROM open_question WHERE mother_id = ANY($1::bigint[])", sorted(ids(former))
    )
    await work.conn.execute(_NO_MORE_ASKING, sorted(ids(former)))
    await open_for_mothers(work, former, "wrong_person")


async def number_gone(work: Work) -> None:
    """The network says that nobody has this number any more: whoever gets it next must learn nothing."""
    phone = await work.phone()
    if phone is not None:
        await distrust(work, phone, await work.mothers_here(), "no_subscriber", "number_problem")


_DISTRUST = "UPDATE phone SET trust = 'untrusted', trust_reason = $2 WHERE id = $1"

_NO_MORE_ASKING = """
UPDATE mother SET asked_at = NULL, nudged_at = NULL, silence_check_at = NULL, unanswered = 0
WHERE id = ANY($1::bigint[])
"""
