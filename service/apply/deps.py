"""What applying events needs from outside: the keys, the content and the rules, and where the events came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from flows.bundle import Bundle
from scheduler.types import Country
from service.security.blind_index import BlindIndex
from service.security.sealing import Sealer

Via = Literal["ussd", "sms", "page", "call", "gateway"]


@dataclass(frozen=True, slots=True)
class Deps:
    """Made once in ``service.wiring``. ``default_country`` stands in where a caller has no facility."""

    sealer: Sealer
    index: BlindIndex
    bundle: Bundle
    countries: Mapping[str, Country]
    default_country: str

    def country(self, code: str) -> Country:
        """A country's rules; those of the default country where a facility names one we have none for."""
        return self.countries.get(code) or self.countries[self.default_country]


@dataclass(frozen=True, slots=True, repr=False)
class Origin:
    """Where events came from. ``number`` is E.164 and never logged; ``ref`` is the session, message or form id.

    A page has no number: then ``phone_id`` and ``number`` are None and ``number_index`` is empty; ``staff_id`` is who
    wrote there what somebody else said.
    """

    phone_id: int | None
    number_index: bytes
    number: str | None
    via: Via
    ref: str = ""
    staff_id: int | None = None

    def __repr__(self) -> str:
        return f"Origin(via={self.via!r})"


FROM_A_PAGE: Final = Origin(phone_id=None, number_index=b"", number=None, via="page")
"""Where events come from that somebody wrote on a page of ours, or another system in their name."""
