"""What is changed in a text without a programmer: proposed by one person, decided by another, published with the content."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference

OPEN = "state IN ('proposed', 'approved')"


class TextChange(SQLModel, table=True):
    """One text in one language as somebody would have it, or one word more that people write.

    ``context`` is the msgctxt (``message.nudge.covert``), or ``keyword.`` and the intent; ``old_text`` is what the content
    said when it was proposed, and ``english`` the English that was read beside it: the change counts only where both still
    stand there. ``settled_in`` is the publication whose files said the same; what was published and is ``withdrawn`` was taken
    back with its publication, or let go when the files had gone on. Times are the wall clock's.
    """

    __tablename__ = "text_change"
    __table_args__ = (
        one_of("kind", "text", "keyword"),
        one_of("state", "proposed", "approved", "rejected", "published", "withdrawn"),
        CheckConstraint("decided_by IS NULL OR decided_by <> author_id", name="decided_by_another"),
        CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)"
            " AND (decided_by IS NOT NULL OR state NOT IN ('approved', 'rejected', 'published'))",
            name="decided",
        ),
        CheckConstraint("state <> 'published' OR published_in IS NOT NULL", name="published"),
        Index(
            "uq_text_change_open_text",
            "language",
            "context",
            unique=True,
            postgresql_where=text(f"{OPEN} AND kind = 'text'"),
        ),
        Index(
            "uq_text_change_open_word",
            "language",
            "new_text",
            unique=True,
            postgresql_where=text(f"{OPEN} AND kind = 'keyword'"),
        ),
    )

    id: int | None = Field(default=None, sa_column=identity())
    kind: str
    language: str
    context: str
    old_text: str
    english: str
    new_text: str
    note: str = ""
    author_id: int = Field(sa_column=reference("dashboard_user.id"))
    made_at: datetime = Field(sa_column=instant())
    state: str = "proposed"
    decided_by: int | None = Field(default=None, sa_column=reference("dashboard_user.id", nullable=True))
    decided_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    reason: str = ""
    published_in: int | None = Field(default=None, sa_column=reference("publication.id", nullable=True))
    settled_in: int | None = Field(default=None, sa_column=reference("publication.id", nullable=True))
