"""What colleagues are called on a screen: by first name, and by a little more where two of a list share it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from service.security.sealing import Sealer

FIRST_AT_MOST: Final = 12
"""Letters of a first name that leave room for what tells it from another."""

DIGITS: Final = 3


def first_name(sealer: Sealer, row: Any) -> str:
    """The first name of a member of staff (``id``, ``role`` and the sealed ``name``); role and id where none is kept."""
    name = _full(sealer, row)
    return name.split()[0] if name.split() else f"{row['role']} {row['id']}"


def told_apart(sealer: Sealer, rows: Sequence[Any]) -> list[str]:
    """What each of one list is called: nobody may lock the wrong colleague's phone, or name the wrong one to cover.

    Who shares a first name is shown with the first letter of the last one, or, where that is shared too,
    with the end of the phone number, by which colleagues know each other. Rows have ``phone_id`` and the
    sealed ``number`` beside what ``first_name`` needs.
    """
    first = [first_name(sealer, row) for row in rows]
    more = [
        f"{one[:FIRST_AT_MOST]} {_full(sealer, row).split()[-1][0]}."
        if _full(sealer, row).split()[1:]
        else one
        for one, row in zip(first, rows, strict=True)
    ]
    shared, still = Counter(first), Counter(more)
    return [
        one
        if shared[one] == 1
        else longer
        if still[longer] == 1
        else f"{one[:FIRST_AT_MOST]} {_end(sealer, row)}"
        for one, longer, row in zip(first, more, rows, strict=True)
    ]


def _full(sealer: Sealer, row: Any) -> str:
    if row["name"] is None:
        return ""
    return sealer.open(row["name"], table="person", column="name", row=row["id"])


def _end(sealer: Sealer, row: Any) -> str:
    if row["number"] is None:
        return str(row["id"])
    return sealer.open(row["number"], table="phone", column="number", row=row["phone_id"])[-DIGITS:]
