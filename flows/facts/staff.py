"""What a mentor's or nurse's own screens may know: her work, her day, her groups and her leave."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.facts.caseload import CaseloadMother
from flows.facts.supervisor import SupervisorFacts
from flows.facts.work import ExpectedVisit, FollowUpItem, IncompleteEnrolment


@dataclass(frozen=True, slots=True)
class PlaceFact:
    """Another clinic of ours, where a mother may move to."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class GroupFact:
    """A group meeting this mentor called and has neither held nor cancelled, at a local hour."""

    id: int
    on: date
    hour: int
    coming: int = 0


@dataclass(frozen=True, slots=True)
class LeaveFact:
    """When this person is away, both days included, and the first name of who covers."""

    starts_on: date
    ends_on: date
    cover: str


@dataclass(frozen=True, slots=True)
class CoverFact:
    """A colleague of the same facility who can be reached, by first name; ``away`` are the days of their own leave."""

    id: int
    name: str
    away: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """What the verified mentor's or supervisor's own screens may know."""

    id: int
    role: Literal["mentor", "supervisor", "nurse"]
    facility_id: int
    follow_ups: tuple[FollowUpItem, ...] = ()
    day: date | None = None
    day_closed: bool = False
    expected: tuple[ExpectedVisit, ...] = ()
    incomplete: tuple[IncompleteEnrolment, ...] = ()
    mothers: tuple[CaseloadMother, ...] = ()
    referral_found: bool = False
    """The referral code just typed is one that somebody waits for."""
    guessed_enough: bool = False
    """Too many referral codes typed today were nobody's: none counts until tomorrow."""
    supervised: bool = False
    """A supervisor of the facility can be reached by phone."""
    places: tuple[PlaceFact, ...] = ()
    """Our other clinics, those of her own country first."""
    groups: tuple[GroupFact, ...] = ()
    leave: LeaveFact | None = None
    """Leave that has begun, or the next one to come."""
    leave_gap: bool = False
    """With the leave that is said back, nobody could take some of the work."""
    covers: tuple[CoverFact, ...] = ()
    supervisor: SupervisorFacts | None = None
    """What only a supervisor may know; None for everybody else."""
