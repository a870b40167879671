"""What mentors do together: group meetings and who comes to them, handing mothers over, help offered for a day."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference


class Meeting(SQLModel, table=True):
    """A group meeting that a mentor called: the local day and hour, and what became of it. One a day for each mentor."""

    __tablename__ = "meeting"
    __table_args__ = (
        one_of("topic", "welcome", "feeding", "growing_child", "living_well", "other"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        CheckConstraint("(held_at IS NULL) = (headcount IS NULL)", name="held"),
        CheckConstraint("headcount > 0", name="headcount"),
        CheckConstraint("held_at IS NULL OR cancelled_at IS NULL", name="one_end"),
        Index(
            "uq_meeting_day",
            "mentor_id",
            "on_day",
            unique=True,
            postgresql_where=text("cancelled_at IS NULL"),
        ),
        Index("ix_meeting_facility_id", "facility_id", "on_day"),
    )

    id: int | None = Field(default=None, sa_column=identity())
    facility_id: int = Field(sa_column=reference("facility.id"))
    mentor_id: int = Field(sa_column=reference("staff.id"))
    on_day: date
    hour: int
    topic: str
    called_at: datetime = Field(sa_column=instant())
    cancelled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    held_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    headcount: int | None = None


class MeetingGuest(SQLModel, table=True):
    """A mother and a meeting. ``reminder_id`` is her invitation by text, which may have been held back or skipped.

    ``coming_at`` and ``declined_at`` are what she said last, ``came`` what the mentor saw.
    """

    __tablename__ = "meeting_guest"
    __table_args__ = (
        CheckConstraint("coming_at IS NULL OR declined_at IS NULL", name="one_answer"),
        Index("ix_meeting_guest_mother_id", "mother_id"),
        Index(
            "ix_meeting_guest_reminder_id", "reminder_id", postgresql_where=text("reminder_id IS NOT NULL")
        ),
    )

    meeting_id: int = Field(sa_column=reference("meeting.id", primary_key=True))
    mother_id: int = Field(sa_column=reference("mother.id", primary_key=True))
    reminder_id: int | None = Field(default=None, sa_column=reference("reminder.id", nullable=True))
    coming_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    declined_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    came: bool | None = None


class Handover(SQLModel, table=True):
    """Mothers who are to be another mentor's: one mother, or (``mother_id`` None) all of a mentor who leaves.

    ``to_id`` is who is proposed; none for a whole caseload, which is shared out. It waits for a supervisor.
    """

    __tablename__ = "handover"
    __table_args__ = (
        one_of("reason", "proposed", "asked", "leaving"),
        CheckConstraint("(decided_at IS NULL) = (approved IS NULL)", name="decided"),
        CheckConstraint("(mother_id IS NULL) = (reason = 'leaving')", name="whose"),
        Index(
            "uq_handover_waiting",
            "from_id",
            "mother_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_handover_mother_id", "mother_id", postgresql_where=text("mother_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, sa_column=identity())
    facility_id: int = Field(sa_column=reference("facility.id"))
    mother_id: int | None = Field(default=None, sa_column=reference("mother.id", nullable=True))
    from_id: int = Field(sa_column=reference("staff.id"))
    to_id: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    reason: str
    proposed_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    proposed_at: datetime = Field(sa_column=instant())
    decided_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    decided_by: int | None = Field(default=None, sa_column=reference("staff.id", nullable=True))
    approved: bool | None = None


class CoverOffer(SQLModel, table=True):
    """A mentor is asked, at most once on her local day, whether a colleague shall help that day.

    ``look_at`` is when it is looked at whether two alerts of hers still wait, ``asked_at`` when she was asked.
    """

    __tablename__ = "cover_offer"
    __table_args__ = (
        Index("ix_cover_offer_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
    )

    staff_id: int = Field(sa_column=reference("staff.id", primary_key=True))
    on_day: date = Field(primary_key=True)
    look_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    asked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
