"""A text nobody's tables understand: a person reads it, and calls."""

from collections.abc import Sequence

from service.apply.heard import heard_from
from service.apply.opening import open_for_mothers
from service.apply.texts import answer_number, may_answer_freely
from service.apply.work import Work, ids


async def text_not_understood(work: Work) -> Sequence[int]:
    """Open a call for whoever wrote, since only a person can tell what she needs; answer once an hour.

    It is a sign of life where it is surely hers. The text itself waits, sealed, in the inbox.
    """
    here = await work.mothers_here()
    surely = await work.surely(None)
    await heard_from(work, surely)
    about = surely or here
    await open_for_mothers(work, about, "call_requested")
    if about and await may_answer_freely(work):
        phone = await work.phone()
        language = phone.language if phone is not None else None
        await answer_number(work, "received", mother=about[0], language=language)
    return ids(about)
