"""Browsers in which somebody has signed in before: their tries are counted apart.

Else whoever knows an address could keep its owner out for ever, by five wrong passwords every quarter of an hour. The
cookie opens nothing: with it, too, there are no more than so many tries (OWASP calls it a device cookie).
"""

import hmac
import secrets
from datetime import timedelta
from typing import Final

from service.security.blind_index import BlindIndex

LASTS: Final = timedelta(days=180)
_PURPOSE: Final = "known_browser"
_BYTES: Final = 16


def new_mark(index: BlindIndex, email: str) -> str:
    """A mark for the browser in which the owner of this address has just signed in; nothing of it is kept here."""
    drawn = secrets.token_hex(_BYTES)
    return f"{drawn}.{index.index(_PURPOSE, _said(email, drawn)).hex()}"


def known_as(index: BlindIndex, email: str, mark: str) -> str:
    """What this browser is known as to the owner of the address; "" where its mark is none, or somebody else's."""
    drawn, _, given = mark.partition(".")
    if len(drawn) != 2 * _BYTES or not mark.isascii():
        return ""
    right = (one.hex() for one in index.candidates(_PURPOSE, _said(email, drawn)))
    return drawn if any(hmac.compare_digest(one, given) for one in right) else ""


def _said(email: str, drawn: str) -> str:
    return f"{email}\n{drawn}"
