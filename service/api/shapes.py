"""What is sent and answered, field by field. Anything else is refused by name: a regimen or a result never comes in."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def _iso(value: object) -> object:
    if value is None:
        return None
    try:
        if isinstance(value, str) and _ISO.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("Is not a date: write it as 2026-02-28")


Day = Annotated[date, BeforeValidator(_iso), WithJsonSchema({"type": "string", "format": "date"})]
"""A local date, such as 2026-02-28."""

Number = Annotated[
    str, StringConstraints(strict=True, min_length=1, max_length=40, pattern=r"^[ -~]*[0-9][ -~]*$")
]
"""A register's number: letters, digits and signs, at least one digit, never a name."""

Small = Annotated[int, Field(strict=True, ge=1, le=3)]
Id = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]


class Sent(BaseModel):
    """What comes in: exactly the fields named."""

    model_config = ConfigDict(extra="forbid")


class EnrolmentSent(Sent):
    """A mother as a register has her. With the clinic of the key, ``client_number`` tells who she is."""

    client_number: Number = Field(description="Her number in the clinic's register.")
    pair_number: Number | None = Field(
        None, description="The number of mother and infant in the register of pairs."
    )
    dates: Literal["treatment", "checks", "quarterly checks"] | None = Field(
        None, description="Which dates are hers; treatment unless said."
    )
    due_date: Day | None = Field(None, description="The day her baby is due, if she is pregnant.")
    birth_date: Day | None = Field(None, description="The day her youngest was born.")
    babies: Small | None = Field(None, description="How many live from that birth; 1 unless said.")
    treatment_start: Day | None = Field(None, description="The day her treatment began.")
    run_out: Day | None = Field(None, description="The first day without what she has at home.")
    under_20: Annotated[bool, Field(strict=True)] | None = None
    language: Annotated[str, StringConstraints(strict=True, min_length=2, max_length=20)] | None = Field(
        None, description="Her language, by its code or name; her mentor's unless said."
    )
    phone_number: Annotated[str, StringConstraints(strict=True, min_length=4, max_length=32)] | None = Field(
        None, description="For her mentor to call. Nothing is ever sent to it."
    )
    whose_phone: Literal["hers", "shared"] | None = None
    form_number: Number | None = Field(None, description="The form she signed, if she did.")
    mentor: Id | None = Field(
        None, description="Her mentor's number in Pamoja; somebody with room unless said."
    )
    last_visit: Day | None = Field(
        None, description="The day she was last seen; needs a key somebody answers for."
    )
    next_appointment: Day | None = Field(None, description="The day she is expected next.")


class AppointmentSent(Sent):
    """A day she is expected, or what became of it. Clinic, client number, kind, baby and date tell which."""

    client_number: Number
    kind: Literal["clinic", "refill", "infant test"] = "clinic"
    baby: Small | None = Field(None, description="Of twins, which: for an infant test alone.")
    date: Day
    status: Literal["expected", "kept", "missed", "cancelled"] = Field(
        "expected", description="kept and missed need a key somebody answers for."
    )


class AnswerSent(Sent):
    """What somebody did about a follow-up: the same as a mentor's reply by text or phone menu."""

    action: Literal[
        "going",
        "pass_on",
        "reached_coming",
        "reached_problem",
        "not_reached",
        "wrong_number",
        "moved",
        "died",
        "undo",
    ] = Field(
        description="wrong_number, moved and died hold her texts at once, and wait for a person to confirm."
    )
    coming: Literal["tomorrow", "this_week", "next_week", "no_need"] | None = Field(
        None, description="With reached_coming: when."
    )


class Note(BaseModel):
    """Something a person should know of what was sent; it stopped nothing."""

    field: str
    message: str


class Entered(BaseModel):
    """What became of it. The same again is ``unchanged``."""

    client_number: str
    outcome: Literal["new", "changed", "unchanged"]
    notes: list[Note]


class Appointment(BaseModel):
    """A day in the clinic's book."""

    id: int
    client_number: str | None = Field(description="Nothing for a mother who has none here.")
    kind: Literal["clinic", "refill", "infant test"]
    baby: int | None
    date: date
    status: Literal["expected", "kept", "missed", "unknown", "cancelled"]


class Appointments(BaseModel):
    """One page of a day."""

    day: date
    page: int
    more: bool
    appointments: list[Appointment]


class FollowUp(BaseModel):
    """A piece of work for a person about one mother, in the words staff read."""

    id: int
    client_number: str | None
    reason: str
    risk: Literal["red", "amber", "green"]
    urgent: bool
    state: Literal["open", "notified", "acknowledged", "resolved"]
    opened_at: datetime
    next_at: datetime | None
    outcome: str | None


class FollowUps(BaseModel):
    """One page of them, the most urgent first."""

    page: int
    more: bool
    follow_ups: list[FollowUp]
