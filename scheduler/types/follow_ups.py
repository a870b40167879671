"""Work for people: who could be told, where its ladder stands, and what an answer does."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from flows.events import FollowUpAction
from scheduler.types.schedules import Attendance, Risk

EVERY_DAY = frozenset(range(7))
"""All weekdays, Monday being 0."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who may be told. ``reachable``: has a number, not stopped, not on leave, phone not lost.

    ``starts_at`` and ``ends_at`` are local working hours, on the weekdays ``works_on`` (Monday is 0) but not on
    the single days ``off_on``: the public holidays her clinic keeps, where she works as it is open;
    ``works_soon``: within a day of now. ``new_today`` are the non-urgent follow-ups already given
    today; ``open_cases`` the load. A mentor ``works_in`` the facility or the community.
    """

    id: int
    role: Literal["mentor", "supervisor", "nurse"]
    reachable: bool
    time_zone: str
    starts_at: time
    ends_at: time
    new_today: int = 0
    open_cases: int = 0
    works_on: frozenset[int] = EVERY_DAY
    off_on: frozenset[date] = frozenset()
    works_soon: bool = True
    works_in: Literal["facility", "community"] = "facility"


@dataclass(frozen=True, slots=True)
class Roster:
    """Who could be told about one follow-up, by role, best first."""

    assigned: StaffMember | None
    cover: StaffMember | None
    colleagues: tuple[StaffMember, ...]
    duty: tuple[StaffMember, ...]
    supervisors: tuple[StaffMember, ...]
    facility_line: StaffMember | None = None
    trained: tuple[StaffMember, ...] = ()
    """Those trained to answer a mother who feels low."""
    nurses: tuple[StaffMember, ...] = ()


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """An open follow-up whose next action has come.

    ``step`` is the index of the last rung taken (-1: none yet). ``owner_id`` is who acknowledged.
    ``told`` are those who were told of it already. ``hold_by_code``: an SMS said wrong number, moved
    or died, her content is held, and nobody has verified it yet. ``expect_by`` and ``attendance`` are
    the day and the visit that "reached, coming" waits for; a kept visit resolves the follow-up in the
    store, so here it is never kept. ``wanted_at`` is when she would like to be called. ``due_at`` is when
    its next action was due (None: now). ``given_to`` is whom a supervisor gave it to, until somebody was told since; the
    roster's assigned mentor is whoever it was given to last.
    """

    id: int
    mother_id: int | None
    cause: str
    country: str
    risk: Risk
    state: Literal["open", "notified", "acknowledged"]
    step: int
    owner_id: int | None
    passed_by: frozenset[int]
    roster: Roster
    told: frozenset[int] = frozenset()
    not_reached: int = 0
    hold_by_code: str | None = None
    expect_by: date | None = None
    attendance: Attendance | None = None
    wanted_at: datetime | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    given_to: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to a follow-up now: who is told, where the ladder stands, when it moves again.

    Either ``next_at`` or ``alarm`` is set: no open follow-up is left with neither. ``ask`` is what the rung
    asks of whoever is told.
    """

    state: Literal["open", "notified", "acknowledged"]
    step: int
    next_at: datetime | None
    notify: tuple[int, ...] = ()
    alarm: str | None = None
    ask: str | None = None


@dataclass(frozen=True, slots=True)
class ActedFollowUp:
    """A follow-up as the answering function sees it, with the last answer it was given."""

    id: int
    mother_id: int | None
    cause: str
    state: Literal["open", "notified", "acknowledged", "resolved"]
    step: int
    owner_id: int | None
    not_reached: int
    awaiting_when: bool
    hold_by_code: str | None
    next_visit_on: date | None
    time_zone: str
    next_at: datetime | None = None
    expect_by: date | None = None
    passed_by: frozenset[int] = frozenset()
    last_action: FollowUpAction | None = None
    last_action_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer does: the new state, and what else must happen in the same transaction.

    ``reply`` is the template (class D) that tells the person what was understood. ``hold_mother`` is
    the hold to put on her at once. ``opens`` is the cause of another follow-up to open beside it.
    ``changed`` False: the same answer again; there is nothing to write but the log.
    """

    state: Literal["notified", "acknowledged", "resolved"]
    step: int
    next_at: datetime | None
    owner_id: int | None
    reply: str
    outcome: str | None = None
    awaiting_when: bool = False
    not_reached: int = 0
    pass_on: bool = False
    hold_mother: str | None = None
    release_hold: bool = False
    expect_by: date | None = None
    opens: str | None = None
    changed: bool = True
