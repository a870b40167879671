"""What changed in a mother's life, with what would have to be put back if it was a mistake."""

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
        one_of("what", "birth", "loss", "infant_death", "weaned", "moved", "new_number", "death"),
        CheckConstraint("(what IN ('birth', 'loss')) = (pregnancy_id IS NOT NULL)", name="pregnancy"),
        CheckConstraint("(what IN ('infant_death', 'weaned')) = (infant_id IS NOT NULL)", name="infant"),
        Index(
            "uq_life_event_pregnancy", "pregnancy_id", unique=True, postgresql_where=text("undone_at IS NULL")
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
