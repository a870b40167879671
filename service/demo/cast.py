"""Who lives in the demo: clinics, staff and mothers, drawn from a fixed seed, so that everybody meets the same people."""

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

StaffRole = Literal["mentor", "supervisor", "nurse"]
StaffHabit = Literal["steady", "slow", "ignores"]
Behaviour = Literal[
    "steady",
    "sometimes",
    "asks_call",
    "misses_doses",
    "silent",
    "gone_quiet",
    "stopped",
    "no_phone",
    "not_set_up",
]
"""What a made-up mother does in the demo's history. ``silent`` answered until its end and says nothing
from then on; ``gone_quiet`` fell silent during it. Staff are ``steady``, ``slow`` or ``ignores``."""

NUMBERS = "+254700000{:03d}"
"""Test numbers: nobody has them."""

COUNTRY = "KE"
MENTORS_A_SITE = 4


@dataclass(frozen=True, slots=True)
class Site:
    """A made-up clinic. ``nights``: a nurse answers danger at night, too."""

    name: str
    transport: str
    line: str
    nights: bool


@dataclass(frozen=True, slots=True)
class Worker:
    """A made-up mentor, supervisor or nurse. ``place`` counts those of one role from 0; ``site`` is the clinic's."""

    role: StaffRole
    place: int
    site: int
    name: str
    msisdn: str
    pin: str
    language: str
    behaviour: StaffHabit
    starts_at: time = time(8)
    ends_at: time = time(18)


@dataclass(frozen=True, slots=True)
class Plan:
    """A made-up mother: who she is, when she joins, and what she does until the history ends.

    ``anchor_on`` is the expected date of delivery or the birth; ``visits`` the days of her appointments,
    each booked when the one before is over. ``wakes_on``: from then on ``quiet_from`` ends. ``shares_with``
    is the place of the mother whose phone she also uses; ``is_mentor`` of the mentor she is herself.
    """

    place: int
    name: str
    mentor: int
    site: int
    language: str
    msisdn: str | None
    phone: Literal["hers", "shared", "none"]
    pin: str | None
    signature: Literal["tips", "group", "none"]
    stage: Literal["pregnant", "baby_born"]
    anchor_on: date
    joins_on: date
    joins_at: int
    hour: int
    weekday: int
    behaviour: Behaviour
    visits: tuple[date, ...]
    art_started_on: date | None = None
    under_20: bool = False
    run_out_on: date | None = None
    refilled: bool = True
    twins: bool = False
    set_up: bool = True
    completed: bool = True
    quiet_from: date | None = None
    wakes_on: date | None = None
    shares_with: int | None = None
    is_mentor: int | None = None
    lost_baby_on: date | None = None
    writes: tuple[tuple[date, str], ...] = ()
    forgotten: bool = False

    @property
    def reachable(self) -> bool:
        """Whether texts may reach her."""
        return self.set_up and self.msisdn is not None and self.signature != "none"


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody."""

    sites: tuple[Site, ...]
    staff: tuple[Worker, ...]
    mothers: tuple[Plan, ...]

    def of(self, role: StaffRole, site: int | None = None) -> tuple[Worker, ...]:
        """Those of a role, perhaps of one clinic only."""
        return tuple(w for w in self.staff if w.role == role and (site is None or w.site == site))
