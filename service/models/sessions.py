"""USSD sessions and the replies already given, so that any repeated or late hop gets its own bytes.

No foreign keys here: these two tables are written on every hop, and a key to the person would lock
that row and double the write-ahead log (measured in ``bench/``). ``phone_id`` is copied from the
row found by the blind index in the same transaction.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Identity, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from service.models.base import instant, one_of, sealed


class UssdSession(SQLModel, table=True):
    """One USSD session. ``state`` seals the conversation's state together with the text typed so far.

    ``who`` is the person whose PIN was given in this session; ``seq`` orders a phone's sessions, since
    two may begin at one instant of a stepped clock.
    """

    __tablename__ = "ussd_session"
    __table_args__ = (
        one_of("ended_as", "finished", "dropped", "superseded", "fault"),
        Index("uq_ussd_session_live", "number_index", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_ussd_session_number_index", "number_index", "seq"),
    )

    gateway: str = Field(primary_key=True)
    session_id: str = Field(primary_key=True)
    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=False), nullable=False)
    )
    number_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    phone_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    who: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    hop: int
    bundle: str
    state: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    started_at: datetime = Field(sa_column=instant())
    last_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    ended_as: str | None = None


class UssdReply(SQLModel, table=True):
    """The bytes a hop was answered with, by a keyed hash of the text typed so far (it may hold a PIN)."""

    __tablename__ = "ussd_reply"
    __table_args__ = (Index("ix_ussd_reply_replied_at", "replied_at"),)

    gateway: str = Field(primary_key=True)
    session_id: str = Field(primary_key=True)
    text_mac: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    hop: int
    reply: bytes = Field(sa_column=sealed())
    replied_at: datetime = Field(sa_column=instant())
