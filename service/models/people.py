"""Who can be reached: phones, the people on them, and how somebody shows who they are.

A phone and a person are different things: one number may carry several people, and a mentor may be
a mother too. Names and numbers are sealed; the blind index finds a number without revealing it.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference, sealed


class Phone(SQLModel, table=True):
    """A number. ``number`` is NULL for callers of whom nothing but the index may be kept.

    ``trust`` is ``untrusted`` from any sign that the number changed hands until a person has checked.
    """

    __tablename__ = "phone"
    __table_args__ = (
        UniqueConstraint("number_index"),
        one_of("trust", "ok", "untrusted"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    number_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    number: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    language: str | None = None
    trust: str = "ok"
    trust_reason: str | None = None
    opted_out_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    start_asked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    answered_unclear_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    first_seen_at: datetime = Field(sa_column=instant())


class Person(SQLModel, table=True):
    """Anybody with a name and perhaps a phone. ``hold`` silences everything pushed to them at once.

    Queueing a text locks this row (FOR SHARE) and whoever sets ``hold`` updates it first, then
    cancels what is queued: so nothing queued can outlive a stop, a death or a transfer.
    ``paused_until`` (her own wish, ends by itself) and ``erase_at`` (she asked to be forgotten) silence
    what is pushed in the same way; neither touches ``hold``, so that ending one never ends a stop.
    """

    __tablename__ = "person"
    __table_args__ = (
        one_of("kind", "mother", "mentor", "supervisor", "nurse"),
        one_of(
            "hold",
            "stopped",
            "quiet",
            "paused",
            "wrong_number",
            "moved",
            "transferred",
            "dead",
            "revoked",
            "erased",
        ),
        Index("ix_person_phone_id", "phone_id"),
        # Few, and left out of every list of who is waited for.
        Index("ix_person_gone", "id", postgresql_where=text("hold IN ('dead', 'transferred', 'erased')")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    kind: str
    phone_id: int | None = Field(default=None, sa_column=reference("phone.id", nullable=True))
    name: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    language: str
    pin_hash: str | None = None
    hold: str | None = None
    hold_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    paused_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    erase_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    created_at: datetime = Field(sa_column=instant())


class PinTry(SQLModel, table=True):
    """One evaluated PIN, counted before it is checked. The same hop delivered again counts once."""

    __tablename__ = "pin_try"

    person_id: int = Field(sa_column=reference("person.id", primary_key=True))
    session_id: str = Field(primary_key=True)
    text_mac: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    tried_at: datetime = Field(sa_column=instant())


class CodeTry(SQLModel, table=True):
    """One set-up code looked up for a number and not found. The same hop delivered again counts once."""

    __tablename__ = "code_try"
    __table_args__ = (Index("ix_code_try_tried_at", "tried_at"),)

    number_index: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    session_id: str = Field(primary_key=True)
    text_mac: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    tried_at: datetime = Field(sa_column=instant())


class SetUpCode(SQLModel, table=True):
    """A ten-minute code that binds a handset to a mother beside her mentor, or to a colleague beside a supervisor.

    Only its keyed hash is kept.
    """

    __tablename__ = "set_up_code"
    __table_args__ = (
        Index("uq_set_up_code_live", "code_mac", unique=True, postgresql_where=text("used_at IS NULL")),
        CheckConstraint("(mother_id IS NULL) <> (staff_id IS NULL)", name="whose"),
        Index("ix_set_up_code_mother_id", "mother_id"),
        Index("ix_set_up_code_staff_id", "staff_id", postgresql_where=text("staff_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int | None = Field(default=None, sa_column=reference("mother.id", nullable=True))
    staff_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    code_mac: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    given_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    expires_at: datetime = Field(sa_column=instant())
    used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
