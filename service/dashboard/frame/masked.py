"""A number as a page shows it: never whole."""

from typing import Literal

from service import msisdn
from service.security.sealing import SealBroken, Sealer


def masked(
    sealer: Sealer,
    number: bytes | None,
    row: int | None,
    table: Literal["phone", "told_number"] = "phone",
) -> str:
    """The masked number of a row of ``table``, or words where none is kept or it can no longer be opened."""
    if number is None or row is None:
        return "no number"
    try:
        return msisdn.mask(sealer.open(number, table=table, column="number", row=row))
    except SealBroken:
        return "number cannot be read"
