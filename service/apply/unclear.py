"""A text nobody's tables understand: a person reads it, and calls."""

from collections.abc import Sequence

from service.apply.heard import heard_from
from service.apply.opening import open_for_mothers
from service.apply.texts import answer_number, answer_staff, not_said_lately
from service.apply.work import Work, ids
from service.store import people


async def text_not_understood(work: Work) -> Sequence[int]:
    """Open a call for whoever wrote, since only a person can tell what she needs; answer once an hour.

    It is a sign of life where it is surely hers. The text itself waits, sealed, in the inbox. A colleague, who
    may have left out the case code, is told how an answer begins.
    """
    here = await work.mothers_here()
    surely = await work.surely(None)
    await heard_from(work, surely)
    about = surely or here
    await open_for_mothers(work, about, "call_requested")
    if not about:
        await _colleague_answered(work)
    elif await not_said_lately(work, "received"):
        phone = await work.phone()
        language = phone.language if phone is not None else None
        await answer_number(work, "received", mother=about[0], language=language)
    return ids(about)


async def _colleague_answered(work: Work) -> None:
    staff = [] if work.phone_id is None else await people.staff_on(work.conn, work.phone_id)
    here = [one for one in staff if one.hold != "revoked"]
    if here and await not_said_lately(work, "staff_received"):
        await answer_staff(work, here[0], "staff_received")
