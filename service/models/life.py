"""What changed in a mother's life, with what undoing puts back; and which of her dates somebody corrected."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference


class LifeEvent(SQLModel, table=True):
    """One reported change. ``reported_by`` is the member of staff who reported it, NULL when she did herself.

    ``before`` is what undoing restores. The unique indexes make the same report, delivered twice or made
    by two people, one event.
    """

    __tablename__ = "life_event"
    __table_args__ = (
        one_of(
            "what",
            "pregnancy",
            "birth",
            "loss",
            "infant_death",
            "weaned",
            "moved",
            "new_number",
            "death",
            "transferred",
            "tests_over",
        ),
        CheckConstraint(
            "(what IN ('pregnancy', 'birth', 'loss')) = (pregnancy_id IS NOT NULL)", name="pregnancy"
        ),
        CheckConstraint(
            "(what IN ('infant_death', 'weaned', 'tests_over')) = (infant_id IS NOT NULL)", name="infant"
        ),
        Index(
            "uq_life_event_pregnancy_end",
            "pregnancy_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL AND what <> 'pregnancy'"),
        ),
        Index(
            "uq_life_event_pregnancy_begin",
            "pregnancy_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL AND what = 'pregnancy'"),
        ),
        Index(
            "uq_life_event_infant",
            "infant_id",
            "what",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
        Index(
            "uq_life_event_day",
            "mother_id",
            "what",
            "on_day",
            unique=True,
            postgresql_where=text("undone_at IS NULL AND pregnancy_id IS NULL AND infant_id IS NULL"),
        ),
        Index("ix_life_event_mother_id", "mother_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    what: str
    infant_id: int | None = Field(default=None, sa_column=reference("infant.id", nullable=True))
    pregnancy_id: int | None = Field(default=None, sa_column=reference("pregnancy.id", nullable=True))
    on_day: date
    reported_at: datetime = Field(sa_column=instant())
    reported_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    via: str
    before: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    undone_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    undone_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))


class Correction(SQLModel, table=True):
    """A date of hers that was wrong, and what stands now. ``staff_id`` is who said so.

    The counts are of days she is expected: ``moved`` to another day, ``gone`` and not expected any more, or ``new``.
    """

    __tablename__ = "correction"
    __table_args__ = (
        one_of("what", "due_date", "birth", "supply", "treatment", "visit"),
        CheckConstraint("was <> became", name="changed"),
        CheckConstraint("(what = 'visit') = (visit_id IS NOT NULL)", name="visit"),
        Index("ix_correction_mother_id", "mother_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    what: str
    visit_id: int | None = Field(default=None, sa_column=reference("visit.id", nullable=True))
    was: date
    became: date
    at: datetime = Field(sa_column=instant())
    staff_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    via: str
    moved: int = 0
    gone: int = 0
    new: int = 0
