"""The care side of mothers: what each is known to need and wish for, and what she agreed to."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference


class Mother(SQLModel, table=True):
    """The care side of a mother. She is texted only after ``set_up_at``.

    ``quiet_since`` says that nothing may go to her phone until she is set up again in person.
    ``asked_at`` opens a spell of silence (her first unanswered ask), ``silence_check_at`` is when
    the loop looks at it next; ``undelivered`` counts texts in a row that never reached the phone and
    ``unanswered`` check-ins in a row that she left without a word. ``rhythm_settled_at`` is when she last chose, or
    was offered, how often she is asked; ``date_texts`` and ``invitations`` say which other texts she wants.
    ``pair_number`` is what the register of mothers with their infants calls her and hers.
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
        Index("ix_mother_staff_id", "staff_id", postgresql_where=text("staff_id IS NOT NULL")),
        # Few values at any time, so that who is behind is found without reading all mothers.
        Index("ix_mother_care_digest", "care_digest"),
        # Every list leaves out who is kept apart: without it each statement of a page read all mothers.
        Index("ix_mother_quiet", "id", postgresql_where=text("quiet_since IS NOT NULL")),
        Index("ix_mother_silence", "silence_check_at", postgresql_where=text("silence_check_at IS NOT NULL")),
    )

    id: int = Field(sa_column=reference("person.id", primary_key=True))
    facility_id: int = Field(sa_column=reference("facility.id"))
    mentor_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    client_number: str | None = None
    pair_number: str | None = None
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
