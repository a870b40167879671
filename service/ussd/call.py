"""One hop as the gateway posted it, in our own terms. Africa's Talking's ``text`` accumulates; ours is a delta."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.msisdn import parse
from service.security.blind_index import BlindIndex
from service.store import set_up_codes

_SESSION_ID = re.compile(r"[!-~]{1,128}")
_CODE = re.compile(r"[0-9]{4}")


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One hop. ``text_mac`` names the reply to exactly this text; ``code_mac`` the set-up code it may end in.

    Both are keyed hashes, since the text may hold a PIN. The repr shows none of it.
    """

    gateway: str
    session_id: str
    number: str
    number_index: bytes
    text: str
    text_mac: bytes
    code_mac: bytes | None
    now: datetime

    def __repr__(self) -> str:
        return "Call()"

    @property
    def row(self) -> str:
        """The row this session's sealed columns are bound to."""
        return f"{self.gateway}:{self.session_id}"


def read_call(
    form: Mapping[str, str], gateway: str, country: str, index: BlindIndex, now: datetime
) -> Call | None:
    """Return the hop in an Africa's Talking form, or None when its session or number cannot be one."""
    session_id, raw = form.get("sessionId", ""), form.get("phoneNumber", "")
    number = parse(raw, country)
    if number is None or not _SESSION_ID.fullmatch(session_id):
        return None
    text = form.get("text", "")
    last = text.rsplit("*", 1)[-1]
    return Call(
        gateway=gateway,
        session_id=session_id,
        number=number,
        number_index=index.of(number),
        text=text,
        text_mac=index.index("ussd_text", f"{gateway}:{session_id}:{text}"),
        code_mac=set_up_codes.mac_of(index, last) if _CODE.fullmatch(last) else None,
        now=now,
    )


def typed(text: str, before: str) -> str | None:
    """What was typed since ``before``, or None when ``text`` does not continue it.

    A ``*`` within stays in: it is something she pressed, never a second answer.
    """
    if not before:
        return text
    head = before + "*"
    return text[len(head) :] if text.startswith(head) else None


def dialled_segments(text: str) -> list[str]:
    """The segments of a first hop that already carries input, such as ``*384*7*417#``."""
    return [segment for segment in text.strip("*# ").split("*") if segment][:8] if text else []
