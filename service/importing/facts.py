"""One row once it is understood: what a register says of a mother, or of a day she is expected."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from scheduler.types import VisitKind
from service.store.care_line import Care

VisitStatus = Literal["expected", "kept", "missed", "cancelled"]


@dataclass(frozen=True, slots=True, repr=False)
class MotherFacts:
    """A mother as the register has her; None is what it does not say. ``number`` is E.164."""

    row: int
    facility_id: int
    client_number: str
    language: str | None = None
    mentor_id: int | None = None
    care: Care | None = None
    due_on: date | None = None
    born_on: date | None = None
    babies: int = 1
    treated_since: date | None = None
    runs_out_on: date | None = None
    under_20: bool | None = None
    pair_number: str | None = None
    form_number: str | None = None
    number: str | None = None
    phone_use: Literal["hers", "shared"] | None = None
    last_visit_on: date | None = None
    next_visit_on: date | None = None

    @property
    def key(self) -> tuple[int, str]:
        """Who she is: her clinic, and her number there."""
        return self.facility_id, self.client_number


@dataclass(frozen=True, slots=True, repr=False)
class VisitFacts:
    """A day in an appointment book. ``baby`` is the place of one in its birth, for a test of its own."""

    row: int
    facility_id: int
    client_number: str
    kind: VisitKind
    due_on: date
    status: VisitStatus = "expected"
    baby: int | None = None

    @property
    def key(self) -> tuple[int, str]:
        """Whose day it is."""
        return self.facility_id, self.client_number

    @property
    def day_key(self) -> tuple[int, str, str, int | None, date]:
        """Which day it is: the same again changes nothing."""
        return self.facility_id, self.client_number, self.kind, self.baby, self.due_on
