"""What a supervisor does: sites, lost phones, new handsets."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.events.root import Event

SiteStatus = Literal["open", "closed", "no_network", "paused", "stock_out"]


@dataclass(frozen=True, slots=True)
class SiteStatusSet(Event):
    """A facility opened, closed, without network, paused by the programme, or open without stock."""

    staff_id: int
    facility_id: int
    status: SiteStatus


@dataclass(frozen=True, slots=True)
class FacilityDaySet(Event):
    """A facility closed on one day to come, or open on one on which it would be closed."""

    staff_id: int
    facility_id: int
    day: date
    open: bool


@dataclass(frozen=True, slots=True)
class PhoneLost(Event):
    """A colleague's phone was lost or stolen: revoked at once, their cases go to whoever covers."""

    staff_id: int
    lost_by: int


@dataclass(frozen=True, slots=True)
class StaffCodeGiven(Event):
    """A code that binds a colleague's new handset, given in person."""

    staff_id: int
    for_staff_id: int
    code: str

    def __repr__(self) -> str:
        return f"StaffCodeGiven(staff_id={self.staff_id})"


@dataclass(frozen=True, slots=True)
class StaffSetUp(Event):
    """A colleague's handset is theirs: ``code`` is what was typed, ``pin`` what was chosen."""

    person_id: int
    code: str
    pin: str

    def __repr__(self) -> str:
        return f"StaffSetUp(person_id={self.person_id})"
