"""Life events: each is one transaction and can be undone. ``staff_id`` is the mentor who reported it, or None."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.events.root import Event


@dataclass(frozen=True, slots=True)
class PregnancyReported(Event):
    """A mother in care is pregnant, by the day it is due; one that is ongoing stands.

    Without ``due_on`` she only says so: a person speaks with her, and the day is noted beside her.
    """

    mother_id: int
    staff_id: int | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class BirthReported(Event):
    """Born: one or more babies on one day. Ends the pregnancy, starts each baby's schedules."""

    mother_id: int
    staff_id: int | None
    born_on: date
    babies: int


@dataclass(frozen=True, slots=True)
class BirthCheckAnswered(Event):
    """She was asked, a week after the expected day, whether there is news. Only "lost" changes where she stands.

    A birth needs its day and how many they are, which a person asks.
    """

    mother_id: int | None
    news: Literal["born", "not_yet", "lost"]


@dataclass(frozen=True, slots=True)
class LossReported(Event):
    """The pregnancy is lost: every text about it stops in the same transaction; a person calls."""

    mother_id: int
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class InfantDeathReported(Event):
    """This baby died: every text about this one stops in the same transaction; her own care goes on."""

    mother_id: int
    infant_id: int
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class WeanedReported(Event):
    """Breastfeeding of this child ended on ``weaned_on``; the last test is counted from it."""

    mother_id: int
    infant_id: int
    staff_id: int | None
    weaned_on: date


@dataclass(frozen=True, slots=True)
class MoveReported(Event):
    """She says that she is moving: her care goes on until another clinic has confirmed it took over."""

    mother_id: int
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class NumberLeft(Event):
    """She gives up this number: nothing is texted to it any more; her mentor sets the new one up with her."""

    mother_id: int
    staff_id: int | None


@dataclass(frozen=True, slots=True)
class LifeEventUndone(Event):
    """A report was a mistake, said within the days it can be undone. Nothing missed is sent afterwards."""

    mother_id: int
    staff_id: int | None
    life_event_id: int
