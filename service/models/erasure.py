"""A mother's wish to be forgotten, with the days in which she may change her mind."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, reference

PENDING = "withdrawn_at IS NULL AND done_at IS NULL"


class Erasure(SQLModel, table=True):
    """One wish. While it is pending nothing is pushed to her (``person.erase_at``), and it is never lost sight of.

    ``look_at`` is when the loop looks at it next: at ``due_at``, and later again while something urgent
    about her is open.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR done_at IS NULL", name="one_end"),
        CheckConstraint(f"({PENDING}) = (look_at IS NOT NULL)", name="never_forgotten"),
        Index("uq_erasure_pending", "mother_id", unique=True, postgresql_where=text(PENDING)),
        Index("ix_erasure_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    asked_at: datetime = Field(sa_column=instant())
    due_at: datetime = Field(sa_column=instant())
    look_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    done_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
