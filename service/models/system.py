"""What keeps the service itself honest: content versions, the stepped clock, proof of life, alarms."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference, sealed


class BundleRow(SQLModel, table=True):
    """One published version of all content, under the sha256 of its tables. A session keeps to its own."""

    __tablename__ = "bundle"
    __table_args__ = (Index("uq_bundle_current", "current", unique=True, postgresql_where=text("current")),)

    sha256: str = Field(primary_key=True)
    tables: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    published_at: datetime = Field(sa_column=instant())
    current: bool = False


class Publication(SQLModel, table=True):
    """One time a version was published. What a rollback has undone never counts as "the version before" again.

    ``base_sha256`` is the content as its files had it, where changes made in the browser were laid over it. Whoever
    published or took back on a page is named; the command has no name.
    """

    __tablename__ = "publication"

    id: int | None = Field(default=None, sa_column=identity())
    sha256: str = Field(foreign_key="bundle.sha256")
    base_sha256: str | None = Field(default=None, foreign_key="bundle.sha256")
    published_at: datetime = Field(sa_column=instant())
    published_by: int | None = Field(default=None, sa_column=reference("dashboard_user.id", nullable=True))
    undone_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    undone_by: int | None = Field(default=None, sa_column=reference("dashboard_user.id", nullable=True))


class SteppedClock(SQLModel, table=True):
    """The stepped care clock: one row, standing still until somebody steps it. Demo and tests only."""

    __tablename__ = "stepped_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    now: datetime = Field(sa_column=instant())


class Heartbeat(SQLModel, table=True):
    """When each worker last finished a pass of the loop, by the wall clock."""

    __tablename__ = "heartbeat"

    worker: str = Field(primary_key=True)
    care_at: datetime = Field(sa_column=instant())
    wall_at: datetime = Field(sa_column=instant())


class GatewayState(SQLModel, table=True):
    """Trouble with a gateway's whole account, shared by all workers: until ``paused_until`` nobody sends.

    ``paused_until`` and ``troubled_since`` are care time, so that a stepped clock can wait them out.
    """

    __tablename__ = "gateway_state"

    gateway: str = Field(primary_key=True)
    troubled_since: datetime = Field(sa_column=instant())
    paused_until: datetime = Field(sa_column=instant())
    failures: int = 1
    reason: str = "unknown"


class GatewayBalance(SQLModel, table=True):
    """What is left in a gateway's account, as it said last. ``asked_at``, of the wall clock, is when a worker asked last.

    ``amount`` is None while it never said; ``told_at`` is when it said this.
    """

    __tablename__ = "gateway_balance"
    __table_args__ = (CheckConstraint("(amount IS NULL) = (told_at IS NULL)", name="told"),)

    gateway: str = Field(primary_key=True)
    asked_at: datetime = Field(sa_column=instant())
    amount: Decimal | None = Field(default=None, sa_column=Column(Numeric, nullable=True))
    currency: str = ""
    told_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class Alarm(SQLModel, table=True):
    """Something nobody may overlook. Posted to ``ALARM_URL`` once, and shown until it is cleared."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index("uq_alarm_live", "kind", "subject", unique=True, postgresql_where=text("cleared_at IS NULL")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    kind: str
    subject: str
    raised_at: datetime = Field(sa_column=instant())
    posted_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    cleared_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SimulatorSms(SQLModel, table=True):
    """What the simulator gateway accepted: the demo's network, readable through ``/simulator/outbox``."""

    __tablename__ = "simulator_sms"

    seq: int | None = Field(default=None, sa_column=identity())
    number_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    sealed_to: bytes = Field(sa_column=sealed())
    sealed_text: bytes = Field(sa_column=sealed())
    message_class: str
    at: datetime = Field(sa_column=instant())


class SimulatorPerson(SQLModel, table=True):
    """What the demo knows of a made-up person beyond the service itself: the PIN and the behaviour."""

    __tablename__ = "simulator_person"

    person_id: int = Field(sa_column=reference("person.id", primary_key=True))
    pin: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    behaviour: str


class SimulatorGateway(SQLModel, table=True):
    """How the simulator gateway behaves now: one row."""

    __tablename__ = "simulator_gateway"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        one_of("mode", "ok", "refuse", "hang", "500", "partial", "no-balance", "no-delivery"),
        CheckConstraint("rate > 0 AND rate <= 1", name="rate"),
    )

    id: int = Field(default=1, primary_key=True)
    mode: str = "ok"
    rate: float = 1.0
    seen: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
