"""Work for people: follow-ups, who was told about them, and the codes that name them on a phone."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference

OPEN = "state <> 'resolved'"


class FollowUp(SQLModel, table=True):
    """A piece of work for a person about one mother (or, for an unknown caller, one number).

    The database itself refuses an open follow-up with neither a next action nor a raised alarm.
    ``wanted_at`` is when she would like the call she asked for, where she named an hour.
    """

    __tablename__ = "follow_up"
    __table_args__ = (
        one_of("state", "open", "notified", "acknowledged", "resolved"),
        one_of("risk", "red", "amber", "green"),
        CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved"),
        CheckConstraint(
            "state = 'resolved' OR next_at IS NOT NULL OR alarm_at IS NOT NULL", name="never_forgotten"
        ),
        CheckConstraint("(mother_id IS NULL) <> (phone_id IS NULL)", name="about"),
        Index(
            "uq_follow_up_mother_cause",
            "mother_id",
            "cause",
            unique=True,
            postgresql_where=text(f"{OPEN} AND mother_id IS NOT NULL"),
        ),
        Index(
            "uq_follow_up_phone_cause",
            "phone_id",
            "cause",
            unique=True,
            postgresql_where=text(f"{OPEN} AND phone_id IS NOT NULL"),
        ),
        Index("ix_follow_up_next_at", "next_at", postgresql_where=text(f"{OPEN} AND next_at IS NOT NULL")),
        Index("ix_follow_up_notified_at", "notified_at", postgresql_where=text("state = 'notified'")),
        Index("ix_follow_up_mother_id", "mother_id"),
        Index("ix_follow_up_facility_open", "facility_id", postgresql_where=text(OPEN)),
        Index("ix_follow_up_facility_opened", "facility_id", "opened_at"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int | None = Field(default=None, sa_column=reference("mother.id", nullable=True))
    phone_id: int | None = Field(default=None, sa_column=reference("phone.id", nullable=True))
    facility_id: int = Field(sa_column=reference("facility.id"))
    visit_id: int | None = Field(default=None, sa_column=reference("visit.id", nullable=True))
    cause: str
    country: str
    rank: int
    risk: str
    urgent: bool = False
    state: str = "open"
    step: int = -1
    owner_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    opened_at: datetime = Field(sa_column=instant())
    next_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    alarm_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    alarm_reason: str | None = None
    notified_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    acknowledged_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    resolved_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    outcome: str | None = None
    not_reached: int = 0
    awaiting_when: bool = False
    hold_by_code: str | None = None
    expect_by: date | None = None
    reopened: int = 0
    wanted_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class FollowUpLog(SQLModel, table=True):
    """Every step of a follow-up: told, passed, acknowledged, reached… and by whom."""

    __tablename__ = "follow_up_log"
    __table_args__ = (
        Index("ix_follow_up_log_follow_up_id", "follow_up_id"),
        Index("ix_follow_up_log_told", "staff_id", "at"),
        # Who was told last, of each of many, without its log.
        Index(
            "ix_follow_up_log_told_last",
            "follow_up_id",
            "id",
            "staff_id",
            postgresql_where=text("what = 'told' AND staff_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=identity())
    follow_up_id: int = Field(sa_column=reference("follow_up.id"))
    staff_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    at: datetime = Field(sa_column=instant())
    what: str
    step: int


class CaseCode(SQLModel, table=True):
    """Three digits that name a mother (or an unknown caller) to one member of staff, and to nobody else.

    Given when a mother joins a caseload or a follow-up is first told; free again 30 days after the
    last follow-up closed and she left the caseload.
    """

    __tablename__ = "case_code"
    __table_args__ = (
        CheckConstraint("code BETWEEN 200 AND 999", name="code"),
        CheckConstraint("(mother_id IS NULL) <> (phone_id IS NULL)", name="about"),
        Index(
            "uq_case_code_mother",
            "staff_id",
            "mother_id",
            unique=True,
            postgresql_where=text("mother_id IS NOT NULL"),
        ),
        Index("ix_case_code_mother_id", "mother_id", postgresql_where=text("mother_id IS NOT NULL")),
        Index(
            "uq_case_code_phone",
            "staff_id",
            "phone_id",
            unique=True,
            postgresql_where=text("phone_id IS NOT NULL"),
        ),
    )

    staff_id: int = Field(sa_column=reference("staff.id", primary_key=True))
    code: int = Field(primary_key=True)
    mother_id: int | None = Field(default=None, sa_column=reference("mother.id", nullable=True))
    phone_id: int | None = Field(default=None, sa_column=reference("phone.id", nullable=True))
    given_at: datetime = Field(sa_column=instant())


class EventRow(SQLModel, table=True):
    """What happened, for timelines and measures. Holds no name, number or text.

    No foreign keys: this is written on every hop, and each would lock the person's row.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_mother_id", "mother_id", "at", postgresql_where=text("mother_id IS NOT NULL")),
        Index("ix_event_kind", "kind", "at"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    at: datetime = Field(sa_column=instant())
    kind: str
    mother_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    staff_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    phone_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'")))
