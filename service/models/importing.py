"""What comes in from outside: files that are imported, keys of other systems, and numbers nobody has seen in her hand."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference, sealed

PER_MINUTE = 300
"""Requests one key may make in a minute unless it was given another number (project choice)."""


class ImportRun(SQLModel, table=True):
    """One file on its way in. Times are the wall clock's.

    Whoever works on it writes ``beat_at``; one that is at work without a beat was interrupted, and saved nothing,
    since all of it is one transaction that ends by writing ``done`` here. ``file`` is what was uploaded, after
    saving the rows that were left out; ``problems`` what is to be said of rows. Both are gone after a day.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        one_of("kind", "mothers", "appointments"),
        one_of(
            "state",
            "waiting",
            "checking",
            "checked",
            "to_save",
            "saving",
            "done",
            "failed",
            "cancelled",
            "interrupted",
        ),
        one_of("format", "xlsx", "csv"),
        Index("ix_import_run_begun_at", "begun_at"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    user_id: int | None = Field(default=None, sa_column=reference("dashboard_user.id", nullable=True))
    staff_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    kind: str | None = None
    format: str
    state: str = "waiting"
    attempt: int = 0
    total: int = 0
    worked: int = 0
    fresh: int = 0
    changed: int = 0
    unchanged: int = 0
    wrong: int = 0
    remarks: int = 0
    trouble: str | None = None
    file: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    problems: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    cancel: bool = False
    begun_at: datetime = Field(sa_column=instant())
    beat_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ToldNumber(SQLModel, table=True):
    """A number that a register gives for a mother, which nobody has seen in her hand yet.

    Nothing is ever sent to it, and nobody who calls from it is taken for her: her mentor may call it. Her own
    number is the phone she is set up on.
    """

    __tablename__ = "told_number"
    __table_args__ = (
        one_of("phone_use", "hers", "shared"),
        Index("ix_told_number_number_index", "number_index"),
    )

    mother_id: int = Field(sa_column=reference("mother.id", primary_key=True))
    number: bytes = Field(sa_column=sealed())
    number_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    phone_use: str | None = None
    told_at: datetime = Field(sa_column=instant())


class ApiKey(SQLModel, table=True):
    """A key with which another system works for one facility. Only its hash is kept; ``prefix`` names it to people.

    ``staff_id`` is who answers for what it does. ``minute`` and ``used`` count its requests of one minute of the wall clock.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        UniqueConstraint("key_hash"),
        UniqueConstraint("prefix"),
        CheckConstraint(
            "permissions <@ ARRAY['read', 'write', 'act'] AND permissions <> '{}'", name="permissions"
        ),
        CheckConstraint("per_minute > 0", name="per_minute"),
        CheckConstraint("staff_id IS NOT NULL OR NOT 'act' = ANY (permissions)", name="somebody_answers"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    prefix: str
    key_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    facility_id: int = Field(sa_column=reference("facility.id"))
    staff_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    permissions: list[str] = Field(
        sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{read}'"))
    )
    note: str = ""
    per_minute: int = PER_MINUTE
    made_by: str
    made_at: datetime = Field(sa_column=instant())
    last_used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    minute: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    used: int = 0
