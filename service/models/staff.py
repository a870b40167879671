"""The working side of people: what they are, whom they answer for, when they are on duty and who covers for them."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference

CASELOAD_CAP = 60
"""Mothers one mentor looks after before she counts as overloaded (project choice; each can be given her own)."""


class Staff(SQLModel, table=True):
    """A mentor, supervisor or nurse: the working side of a person.

    ``answers_mood``: trained to speak with a mother who says that she feels low. ``works_on`` are the
    weekdays she works, Monday 0, as digits in order; none given: whenever her facility is open.
    ``languages`` are those she speaks beside her screens' own. A mentor ``works_in`` the facility or the
    community, there perhaps in one ``area``; above ``caseload_cap`` mothers she is overloaded.
    ``digest_at`` is when a supervisor is next told of her week.
    """

    __tablename__ = "staff"
    __table_args__ = (
        one_of("role", "mentor", "supervisor", "nurse"),
        one_of("works_in", "facility", "community"),
        CheckConstraint("works_on ~ '^0?1?2?3?4?5?6?$' AND works_on <> ''", name="works_on"),
        CheckConstraint("caseload_cap > 0", name="caseload_cap"),
        Index("ix_staff_facility_id", "facility_id"),
        Index("ix_staff_digest_at", "digest_at", postgresql_where=text("role = 'supervisor'")),
    )

    id: int = Field(sa_column=reference("person.id", primary_key=True))
    role: str
    facility_id: int = Field(sa_column=reference("facility.id"))
    starts_at: time
    ends_at: time
    answers_mood: bool = False
    works_on: str | None = None
    languages: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    )
    works_in: str = "facility"
    area: str = ""
    caseload_cap: int = CASELOAD_CAP
    digest_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class Supervision(SQLModel, table=True):
    """Which facilities a supervisor answers for."""

    __tablename__ = "supervision"

    staff_id: int = Field(sa_column=reference("staff.id", primary_key=True))
    facility_id: int = Field(sa_column=reference("facility.id", primary_key=True))


class DutyRoster(SQLModel, table=True):
    """Who answers danger, each week: ``rank`` 1 is called first. ``until`` before ``from_`` runs past midnight."""

    __tablename__ = "duty_roster"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("rank >= 1", name="rank"),
        UniqueConstraint("facility_id", "weekday", "starts_at", "rank"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    facility_id: int = Field(sa_column=reference("facility.id"))
    staff_id: int = Field(sa_column=reference("staff.id"))
    weekday: int
    starts_at: time
    ends_at: time
    rank: int = 1


class Cover(SQLModel, table=True):
    """Leave: ``covered_by`` takes this person's follow-ups between two local dates, both included."""

    __tablename__ = "cover"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("covered_by <> staff_id", name="somebody_else"),
        Index("ix_cover_staff_id", "staff_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    staff_id: int = Field(sa_column=reference("staff.id"))
    covered_by: int = Field(sa_column=reference("staff.id"))
    starts_on: date
    ends_on: date
