"""Where people work and mothers come: clinics, and the days on which one differs from its week."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from service.models.base import identity, instant, one_of, reference


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
