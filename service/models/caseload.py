"""What a mentor records of a mother beyond her visits: tests and their results, home visits, referrals."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference


class Sample(SQLModel, table=True):
    """A test taken of a baby, or (``infant_id`` None) of its mother, until its result was given. Never what it says."""

    __tablename__ = "test"
    __table_args__ = (
        CheckConstraint("(given_on IS NULL) = (given_by IS NULL)", name="given"),
        CheckConstraint("given_on >= taken_on", name="order"),
        UniqueConstraint("mother_id", "infant_id", "taken_on", postgresql_nulls_not_distinct=True),
        Index("ix_test_waiting", "taken_on", postgresql_where=text("given_on IS NULL")),
        Index("ix_test_infant_id", "infant_id", postgresql_where=text("infant_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    infant_id: int | None = Field(default=None, sa_column=reference("infant.id", nullable=True))
    taken_on: date
    taken_by: int = Field(sa_column=reference("staff.id"))
    given_on: date | None = None
    given_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))


class HomeVisit(SQLModel, table=True):
    """A visit to her agreed with her: the local day and hour, the place, and what the visitor is said to be."""

    __tablename__ = "home_visit"
    __table_args__ = (
        one_of("place", "home", "relative", "market", "worship", "other"),
        one_of("said_to_be", "friend", "group", "tips"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        UniqueConstraint("mother_id", "on_day", "hour"),
        Index("ix_home_visit_planned_by", "planned_by", "on_day"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    planned_by: int = Field(sa_column=reference("staff.id"))
    planned_at: datetime = Field(sa_column=instant())
    on_day: date
    hour: int
    place: str
    said_to_be: str


class Referral(SQLModel, table=True):
    """A slip she carries to another service. Only the keyed hash of its code is kept, and only while it is good.

    A ``transfer`` is of all her care: ``facility_id`` is where to, None for a clinic that is not one of ours.
    """

    __tablename__ = "referral"
    __table_args__ = (
        one_of(
            "service",
            "family_planning",
            "tb",
            "nutrition",
            "cervical",
            "early_childhood",
            "violence",
            "prep",
            "mental_health",
            "transfer",
        ),
        CheckConstraint("(arrived_at IS NULL) = (arrived_by IS NULL)", name="arrived"),
        Index("uq_referral_code", "code_mac", unique=True, postgresql_where=text("arrived_at IS NULL")),
        Index("ix_referral_mother_id", "mother_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    service: str
    facility_id: int | None = Field(default=None, sa_column=reference("facility.id", nullable=True))
    code_mac: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    made_by: int = Field(sa_column=reference("staff.id"))
    made_at: datetime = Field(sa_column=instant())
    arrived_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    arrived_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))


class ReferralTry(SQLModel, table=True):
    """One referral code typed by somebody on the staff and not found. The same hop delivered again counts once."""

    __tablename__ = "referral_try"

    staff_id: int = Field(sa_column=reference("staff.id", primary_key=True))
    session_id: str = Field(primary_key=True)
    text_mac: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    tried_at: datetime = Field(sa_column=instant())
