"""A date that was wrong, and the right one: each corrects what is known, and what has not been sent follows."""

from dataclasses import dataclass
from datetime import date

from flows.events.root import Event


@dataclass(frozen=True, slots=True)
class DueDateCorrected(Event):
    """The ongoing pregnancy is due on ``edd``."""

    staff_id: int
    mother_id: int
    edd: date


@dataclass(frozen=True, slots=True)
class BirthDateCorrected(Event):
    """This baby, and with it everybody of the same birth, was born on ``born_on``."""

    staff_id: int
    mother_id: int
    infant_id: int
    born_on: date


@dataclass(frozen=True, slots=True)
class SupplyCorrected(Event):
    """What she has at home ends on ``run_out_on``: the first day without."""

    staff_id: int
    mother_id: int
    run_out_on: date


@dataclass(frozen=True, slots=True)
class TreatmentStartCorrected(Event):
    """She began treatment on ``started_on``."""

    staff_id: int
    mother_id: int
    started_on: date


@dataclass(frozen=True, slots=True)
class VisitMoved(Event):
    """She and this member of staff agreed on another day for this visit: ``to``."""

    staff_id: int
    mother_id: int
    visit_id: int
    to: date
