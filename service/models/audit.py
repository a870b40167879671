"""Who did what, and why, as a chain in which nothing can be changed, taken out or put in without the key."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant


class AuditRow(SQLModel, table=True):
    """One thing done: by whom, what, about which row, and why.

    ``mac`` is keyed over this row and the ``mac`` of the row with the number before in ``seq``. Rows older
    than the chain have neither; the first row of the chain vouches for how they stood when it began.
    """

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("seq"),
        CheckConstraint("(seq IS NULL) = (mac IS NULL) AND (seq IS NULL) = (key_id IS NULL)", name="chained"),
        CheckConstraint("(about IS NULL) = (about_id IS NULL)", name="about"),
        Index("ix_audit_about", "about", "about_id"),
        Index("ix_audit_what_at", "what", "at"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    at: datetime = Field(sa_column=instant())
    who: str
    what: str
    why: str = ""
    about: str | None = None
    about_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    key_id: str | None = None
    mac: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class AuditHead(SQLModel, table=True):
    """The number and ``mac`` of the newest row: one row, itself keyed, so that a cut-off end of the chain shows."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    mac: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    key_id: str
    head_mac: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
