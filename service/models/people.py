"""Who there is: phones, people on them, mothers, staff, and where they work.

A phone and a person are different things: one number may carry several people, and a mentor may be
a mother too. Names and numbers are sealed; the blind index finds a number without revealing it.
"""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference, sealed

CASELOAD_CAP = 60
"""Mothers one mentor looks after before she counts as overloaded (project choice; each can be given her own)."""


class Facility(SQLModel, table=True):
    """A clinic. ``status`` other than open holds what would ask mothers to come; ``stock_out`` holds pick-ups alone.

    ``look_at`` is when its supervisors are asked whether it is open again; none while it is. ``open_on`` are the
    weekdays it is open, Monday 0, as digits in order; ``keeps_holidays``: it is closed on the country's public holidays.
    """

    __tablename__ = "facility"
    __table_args__ = (
        one_of("status", "open", "closed", "no_network", "paused", "stock_out"),
        CheckConstraint("open_on ~ '^0?1?2?3?4?5?6?$' AND open_on <> ''", name="open_on"),
        Index("ix_facility_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    name: str
    country: str
    time_zone: str
    day_close_at: time
    status: str = "open"
    status_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    look_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    transport: str = ""
    line_phone_id: int | None = Field(default=None, sa_column=reference("phone.id", nullable=True))
    open_on: str = "01234"
    keeps_holidays: bool = True


class FacilityDay(SQLModel, table=True):
    """One day of a clinic that differs from its week and the holidays: closed for once, or open after all.

    The last word holds. ``entered_by`` is None where the operator said so.
    """

    __tablename__ = "facility_day"
    __table_args__ = (
        one_of("reason", "holiday", "training", "strike", "other"),
        CheckConstraint("(reason IS NULL) = open", name="reason_of_closed"),
    )

    facility_id: int = Field(sa_column=reference("facility.id", primary_key=True))
    day: date = Field(primary_key=True)
    open: bool
    reason: str | None = None
    entered_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    entered_at: datetime = Field(sa_column=instant())


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


class Staff(SQLModel, table=True):
    """A mentor, supervisor or nurse: the working side of a person.

    ``answers_mood``: trained to speak with a mother who says that she feels low. ``works_on`` are the
    weekdays she works, Monday 0, as digits in order; none given: whenever her facility is open.
    ``languages`` are those she speaks beside her screens' own. A mentor ``works_in`` the facility or the
    community, there perhaps in one ``area``; above ``caseload_cap`` mothers she is overloaded.
    ``digest_at`` is when a supervisor is next told of her week.
    """

    __tablename__ = "staff"
    __table_args__ = (
        one_of("role", "mentor", "supervisor", "nurse"),
        one_of("works_in", "facility", "community"),
        CheckConstraint("works_on ~ '^0?1?2?3?4?5?6?$' AND works_on <> ''", name="works_on"),
        CheckConstraint("caseload_cap > 0", name="caseload_cap"),
        Index("ix_staff_facility_id", "facility_id"),
        Index("ix_staff_digest_at", "digest_at", postgresql_where=text("role = 'supervisor'")),
    )

    id: int = Field(sa_column=reference("person.id", primary_key=True))
    role: str
    facility_id: int = Field(sa_column=reference("facility.id"))
    starts_at: time
    ends_at: time
    answers_mood: bool = False
    works_on: str | None = None
    languages: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    )
    works_in: str = "facility"
    area: str = ""
    caseload_cap: int = CASELOAD_CAP
    digest_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class Supervision(SQLModel, table=True):
    """Which facilities a supervisor answers for."""

    __tablename__ = "supervision"

    staff_id: int = Field(sa_column=reference("staff.id", primary_key=True))
    facility_id: int = Field(sa_column=reference("facility.id", primary_key=True))


class DutyRoster(SQLModel, table=True):
    """Who answers danger, each week: ``rank`` 1 is called first. ``until`` before ``from_`` runs past midnight."""

    __tablename__ = "duty_roster"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("rank >= 1", name="rank"),
        UniqueConstraint("facility_id", "weekday", "starts_at", "rank"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    facility_id: int = Field(sa_column=reference("facility.id"))
    staff_id: int = Field(sa_column=reference("staff.id"))
    weekday: int
    starts_at: time
    ends_at: time
    rank: int = 1


class Cover(SQLModel, table=True):
    """Leave: ``covered_by`` takes this person's follow-ups between two local dates, both included."""

    __tablename__ = "cover"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("covered_by <> staff_id", name="somebody_else"),
        Index("ix_cover_staff_id", "staff_id"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    staff_id: int = Field(sa_column=reference("staff.id"))
    covered_by: int = Field(sa_column=reference("staff.id"))
    starts_on: date
    ends_on: date


class Mother(SQLModel, table=True):
    """The care side of a mother. She is texted only after ``set_up_at``.

    ``quiet_since`` says that nothing may go to her phone until she is set up again in person.
    ``asked_at`` opens a spell of silence (her first unanswered ask), ``silence_check_at`` is when
    the loop looks at it next; ``undelivered`` counts texts in a row that never reached the phone and
    ``unanswered`` check-ins in a row that she left without a word. ``rhythm_settled_at`` is when she last chose, or
    was offered, how often she is asked; ``date_texts`` and ``invitations`` say which other texts she wants.
    ``staff_id`` says that she is on the staff herself: then no colleague of hers is told of her. ``area``
    is where a community mentor finds her, one word. ``care_digest`` stands for the names of the schedules she was
    last brought in line with.
    """

    __tablename__ = "mother"
    __table_args__ = (
        one_of("phone_use", "hers", "shared", "none"),
        one_of("signature", "tips", "group", "none"),
        one_of("wording", "covert", "open"),
        one_of("rhythm", "daily", "weekly", "fortnightly", "monthly", "off"),
        CheckConstraint("checkin_weekday BETWEEN 0 AND 6", name="checkin_weekday"),
        CheckConstraint("checkin_hour BETWEEN 0 AND 23", name="checkin_hour"),
        # Open wording only where she chose it and the phone is hers.
        CheckConstraint("wording = 'covert' OR phone_use = 'hers'", name="open_only_on_her_phone"),
        CheckConstraint("(nudged_at IS NULL) OR (asked_at IS NOT NULL)", name="nudged_after_asked"),
        UniqueConstraint("facility_id", "client_number"),
        Index("ix_mother_mentor_id", "mentor_id"),
        # Few values at any time, so that who is behind is found without reading all mothers.
        Index("ix_mother_care_digest", "care_digest"),
        Index("ix_mother_silence", "silence_check_at", postgresql_where=text("silence_check_at IS NOT NULL")),
    )

    id: int = Field(sa_column=reference("person.id", primary_key=True))
    facility_id: int = Field(sa_column=reference("facility.id"))
    mentor_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    client_number: str | None = None
    form_number: str | None = None
    phone_use: str
    set_up_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    completed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    signature: str = "none"
    wording: str = "covert"
    baby_wording: bool = False
    rhythm: str = "weekly"
    checkin_weekday: int = 0
    checkin_hour: int = 10
    under_20: bool = False
    care: str = "treatment"
    care_on: date | None = None
    art_started_on: date | None = None
    unsuppressed: bool = False
    viral_load_on: date | None = None
    result_waiting: bool = False
    run_out_on: date | None = None
    quiet_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    asked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    nudged_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    silence_check_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    undelivered: int = 0
    unanswered: int = 0
    rhythm_settled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    date_texts: bool = True
    invitations: bool = True
    staff_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    area: str = ""
    last_heard_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    care_digest: str = ""


class Consent(SQLModel, table=True):
    """What she agreed to, who read it aloud and on which form. A new consent follows a withdrawal."""

    __tablename__ = "consent"
    __table_args__ = (
        one_of("stream", "sms", "call", "data", "visit"),
        Index(
            "uq_consent_given",
            "mother_id",
            "stream",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, sa_column=identity())
    mother_id: int = Field(sa_column=reference("mother.id"))
    stream: str
    given_at: datetime = Field(sa_column=instant())
    form_number: str
    read_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    withdrawn_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


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
