"""What her care foresees: pregnancies, infants, visits, and the reminders planned around them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference


class Pregnancy(SQLModel, table=True):
    """One pregnancy; a mother may have several, one after the other. ``known_on`` is the local day it was entered.

    ``withdrawn`` is one that was reported by mistake.
    """

    __tablename__ = "pregnancy"
    __table_args__ = (
        one_of("status", "ongoing", "born", "lost", "withdrawn"),
        CheckConstraint("(status = 'ongoing') = (ended_on IS NULL)", name="ended"),
        Index("uq_pregnancy_ongoing", "mother_id", unique=True, postgresql_where=text("status = 'ongoing'")),
        Index("ix_pregnancy_mother_id", "mother_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    edd: date
    known_on: date | None = None
    status: str = "ongoing"
    ended_on: date | None = None


class Infant(SQLModel, table=True):
    """One baby. ``birth_order`` tells twins apart; ``weaned_on`` is the day breastfeeding of it ended.

    ``withdrawn`` is a baby that was reported by mistake: everything about it ends as if it had never been there.
    ``risk`` is what was known at birth, and unknown is not low. ``outcome`` is how the years of tests ended, as it
    stands in the register; no phone ever shows it.
    """

    __tablename__ = "infant"
    __table_args__ = (
        one_of("status", "alive", "died", "withdrawn"),
        one_of("risk", "high", "low", "unknown"),
        one_of("outcome", "negative", "positive", "died", "transferred", "unknown"),
        CheckConstraint(
            "outcome_on IS NOT NULL OR (outcome IS NULL AND outcome_by IS NULL)", name="outcome_day"
        ),
        Index(
            "uq_infant_birth",
            "mother_id",
            "born_on",
            "birth_order",
            unique=True,
            postgresql_where=text("status <> 'withdrawn'"),
        ),
        UniqueConstraint("id", "mother_id"),
        Index("ix_infant_mother_id", "mother_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    pregnancy_id: int | None = Field(default=None, sa_column=reference("pregnancy.id", nullable=True))
    born_on: date
    birth_order: int = 1
    status: str = "alive"
    status_on: date | None = None
    weaned_on: date | None = None
    risk: str = "unknown"
    outcome: str | None = None
    outcome_on: date | None = None
    outcome_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))


class Visit(SQLModel, table=True):
    """A day she is expected. Only a person's mark makes it ``missed``; without one it is ``unknown``.

    ``came_on`` is the day she was seen where that was another than the one she was expected on.
    ``seen_again_on`` is the first day she was seen, for whatever, on or after one she was ``missed`` on.
    ``moved_from`` is the day earlier announced when it moved by at most three days after a text; ``agreed_at`` is
    when somebody agreed this day with her, which no rule then takes back.
    """

    __tablename__ = "visit"
    __table_args__ = (
        one_of("kind", "clinic", "refill", "infant_test"),
        one_of("status", "expected", "kept", "missed", "unknown", "cancelled"),
        # "No missed without a witness": the database refuses one.
        CheckConstraint("status NOT IN ('kept', 'missed') OR marked_by IS NOT NULL", name="witness"),
        CheckConstraint("(kind = 'infant_test') = (infant_id IS NOT NULL)", name="infant"),
        UniqueConstraint("mother_id", "infant_id", "kind", "due_on", postgresql_nulls_not_distinct=True),
        Index("ix_visit_facility_id_due_on", "facility_id", "due_on"),
        # Whoever missed a day and has not been seen since, among a million days that are over.
        Index(
            "ix_visit_missed",
            "facility_id",
            "due_on",
            "mother_id",
            "infant_id",
            postgresql_where=text("status = 'missed' AND seen_again_on IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    infant_id: int | None = Field(default=None, sa_column=reference("infant.id", nullable=True))
    facility_id: int = Field(sa_column=reference("facility.id"))
    kind: str
    due_on: date
    target: str | None = None
    status: str = "expected"
    marked_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    marked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    confirmed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    wanted_on: date | None = None
    moved_from: date | None = None
    foreseen_on: date | None = None
    said_came: bool | None = None
    came_on: date | None = None
    seen_again_on: date | None = None
    agreed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SiteDay(SQLModel, table=True):
    """One facility's day with expected visits, waiting for its day-close. Made beside the day's first visit.

    ``was_open`` is False once the day came and the clinic was closed by its calendar: nobody closes such a day.
    """

    __tablename__ = "site_day"
    __table_args__ = (
        one_of("closed_as", "closed", "clinic_closed"),
        CheckConstraint("(closed_at IS NULL) = (closed_as IS NULL)", name="closed"),
        Index("ix_site_day_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    facility_id: int = Field(sa_column=reference("facility.id", primary_key=True))
    day: date = Field(primary_key=True)
    stage: int = 0
    was_open: bool = True
    next_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    closed_as: str | None = None
    closed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    closed_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))


class Enrolment(SQLModel, table=True):
    """A mother, infant or visit on a schedule from an anchor date.

    ``revision`` and ``planned_through`` say how far planning has come; ``next_on`` is the local date
    up to which nothing more is needed, so that planning costs what is due and never the population.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        one_of("state", "active", "ended"),
        one_of("rhythm", "daily", "weekly", "fortnightly", "monthly"),
        UniqueConstraint(
            "mother_id", "infant_id", "visit_id", "schedule", postgresql_nulls_not_distinct=True
        ),
        # With the id, in the order it is claimed in: without it each batch sorted everything that is behind.
        Index(
            "ix_enrolment_next_on",
            "next_on",
            "id",
            postgresql_where=text("state = 'active' AND next_on IS NOT NULL"),
        ),
        Index("ix_enrolment_visit_id", "visit_id"),
        Index("ix_enrolment_infant_id", "infant_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    infant_id: int | None = Field(default=None, sa_column=reference("infant.id", nullable=True))
    visit_id: int | None = Field(default=None, sa_column=reference("visit.id", nullable=True))
    country: str
    time_zone: str
    schedule: str
    anchor_on: date
    entered_on: date
    rhythm: str | None = None
    weekday: int | None = None
    hour: int | None = None
    announced_on: date | None = None
    revision: str | None = None
    planned_through: date | None = None
    next_on: date | None = None
    state: str = "active"
    ended_reason: str | None = None


class Reminder(SQLModel, table=True):
    """One planned contact. Unique on (enrolment, step, occurrence), so planning twice plans once."""

    __tablename__ = "reminder"
    __table_args__ = (
        one_of("state", "planned", "queued", "skipped", "cancelled", "done"),
        CheckConstraint("state NOT IN ('skipped', 'cancelled') OR reason IS NOT NULL", name="reason"),
        CheckConstraint("valid_until > due_at", name="valid"),
        UniqueConstraint("enrolment_id", "step", "occurrence"),
        Index(
            "ix_reminder_due",
            text("coalesce(look_at, due_at)"),
            "id",
            postgresql_where=text("state = 'planned'"),
        ),
        Index("ix_reminder_mother_id", "mother_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    enrolment_id: int = Field(sa_column=reference("enrolment.id"))
    mother_id: int = Field(sa_column=reference("mother.id"))
    step: str
    occurrence: date
    due_at: datetime = Field(sa_column=instant())
    look_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    valid_until: datetime = Field(sa_column=instant())
    state: str = "planned"
    reason: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
