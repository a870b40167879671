"""What is said by SMS, in both directions, and what the gateway told us about it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference, sealed

IN_FLIGHT = "state IN ('claimed', 'sending')"


class Message(SQLModel, table=True):
    """One SMS to come or gone. ``claimed`` means no byte was sent; only ``sending`` is ever in doubt.

    The text is not stored: template, language, wording, signature, tip and sealed parameters say it,
    so that messages that would read alike are sent in one call. ``not_before`` and ``valid_until``
    already carry quiet hours. ``attempt`` is compared and set, so a slow sender that was given up
    never overwrites what happened since; ``begun`` counts the calls begun and ``refusals`` those that
    clearly sent nothing. ``look_at`` is set while an in-doubt text waits for its report. ``phone_id`` has no foreign key: on this hot table it would
    lock the phone's row for each insert; it is copied from the person in the same statement.
    ``replied_at`` is when what the text asked was first answered, by whichever way she took.
    """

    __tablename__ = "message"
    __table_args__ = (
        one_of("message_class", "A", "B", "C", "D", "E"),
        one_of(
            "state",
            "queued",
            "claimed",
            "sending",
            "sent",
            "delivered",
            "failed",
            "unknown",
            "expired",
            "cancelled",
        ),
        one_of("wording", "covert", "open"),
        CheckConstraint("state NOT IN ('claimed', 'sending') OR lease_until IS NOT NULL", name="lease"),
        # One SMS in flight per number.
        Index("uq_message_in_flight", "phone_id", unique=True, postgresql_where=text(IN_FLIGHT)),
        Index("ix_message_due", "priority", "not_before", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_message_lease", "lease_until", postgresql_where=text(IN_FLIGHT)),
        Index("ix_message_doubt", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index(
            "uq_message_gateway_id",
            "gateway",
            "gateway_id",
            unique=True,
            postgresql_where=text("gateway_id IS NOT NULL"),
        ),
        Index("ix_message_person_id", "person_id", "created_at"),
        Index("ix_message_mother_id", "mother_id", "created_at"),
        # How many replies a number has caused lately.
        Index("ix_message_replies", "phone_id", "created_at", postgresql_where=text("message_class = 'D'")),
        Index("ix_message_infant_id", "infant_id", postgresql_where=text("infant_id IS NOT NULL")),
        Index("ix_message_reminder_id", "reminder_id", postgresql_where=text("reminder_id IS NOT NULL")),
        Index("ix_message_follow_up_id", "follow_up_id", postgresql_where=text("follow_up_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    person_id: int | None = Field(default=None, sa_column=reference("person.id", nullable=True))
    phone_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    mother_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    infant_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    visit_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    reminder_id: int | None = Field(default=None, sa_column=reference("reminder.id", nullable=True))
    follow_up_id: int | None = Field(default=None, sa_column=reference("follow_up.id", nullable=True))
    message_class: str
    priority: int
    template: str
    language: str
    wording: str = "covert"
    signature: str = "none"
    tip: int | None = None
    params: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    created_at: datetime = Field(sa_column=instant())
    not_before: datetime = Field(sa_column=instant())
    valid_until: datetime = Field(sa_column=instant())
    state: str = "queued"
    attempt: int = 0
    begun: int = 0
    refusals: int = 0
    lease_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    claimed_by: str | None = None
    look_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    gateway: str | None = None
    gateway_id: str | None = None
    sent_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    settled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    replied_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    reason: str | None = None


class OpenQuestion(SQLModel, table=True):
    """What a bare digit from this number answers: one question at a time, the last one sent.

    It is about a mother, or asks a supervisor about a clinic.
    """

    __tablename__ = "open_question"
    __table_args__ = (CheckConstraint("(mother_id IS NULL) <> (facility_id IS NULL)", name="about"),)

    phone_id: int = Field(sa_column=reference("phone.id", primary_key=True))
    mother_id: int | None = Field(default=None, sa_column=reference("mother.id", nullable=True))
    facility_id: int | None = Field(default=None, sa_column=reference("facility.id", nullable=True))
    question: str
    visit_id: int | None = Field(default=None, sa_column=reference("visit.id", nullable=True))
    message_id: int = Field(sa_column=reference("message.id"))
    asked_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())


class InboundSms(SQLModel, table=True):
    """An inbound text, once per gateway id. The text is kept only where a person has to read it, for 30 days.

    ``question`` is what was open to its sender as it came, ``asked_in`` the text that had asked it; ``outcome`` is what
    somebody made of it, by ``settled_by``.
    """

    __tablename__ = "inbound_sms"
    __table_args__ = (
        UniqueConstraint("gateway", "gateway_id"),
        one_of("state", "handled", "inbox", "closed"),
        one_of("outcome", "answered", "called", "understood", "nothing", "expired"),
        Index("ix_inbound_sms_number_index", "number_index", "received_at"),
        Index("ix_inbound_sms_kept", "received_at", postgresql_where=text("text IS NOT NULL")),
        Index("ix_inbound_sms_inbox", "received_at", postgresql_where=text("state = 'inbox'")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    gateway: str
    gateway_id: str
    number_index: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    phone_id: int | None = Field(default=None, sa_column=reference("phone.id", nullable=True))
    received_at: datetime = Field(sa_column=instant())
    intent: str
    text: bytes | None = Field(default=None, sa_column=sealed(nullable=True))
    state: str = "handled"
    question: str | None = None
    asked_in: int | None = Field(default=None, sa_column=reference("message.id", nullable=True))
    outcome: str | None = None
    settled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    settled_by: int | None = Field(default=None, sa_column=reference("dashboard_user.id", nullable=True))


class EarlyReport(SQLModel, table=True):
    """A delivery report that came before we knew the message's gateway id, and the number it was about."""

    __tablename__ = "early_report"

    gateway: str = Field(primary_key=True)
    gateway_id: str = Field(primary_key=True)
    phone_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    status: str
    reason: str | None = None
    received_at: datetime = Field(sa_column=instant())


class SmsDay(SQLModel, table=True):
    """Messages begun on one UTC day, counted when the intent to send is committed (the budget)."""

    __tablename__ = "sms_day"

    day: str = Field(primary_key=True)
    begun: int = 0
