"""What a mentor's screens may know of the mothers she looks after, by case code."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.facts.life import InfantFact, LifeEventFact, VisitFact, VisitKind


@dataclass(frozen=True, slots=True)
class BirthFact:
    """A birth of hers, of one baby or several: its day, and what a corrected day must agree with.

    ``infant_id`` is a living baby of it, None without one. ``due_on`` is when that pregnancy was expected to end,
    ``seen_from`` the first day on which one of its babies was seen, tested or weaned.
    """

    infant_id: int | None
    born_on: date
    due_on: date | None = None
    seen_from: date | None = None


@dataclass(frozen=True, slots=True)
class DatesFact:
    """The days of hers that may turn out to be wrong: births, the end of her supply, treatment, and next visits."""

    births: tuple[BirthFact, ...] = ()
    run_out_on: date | None = None
    treated_from: date | None = None
    visits: tuple[VisitFact, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseloadMother:
    """A mother this mentor looks after, by her case code: what recording about her needs to know.

    ``tomorrow`` is what she is expected for then. ``waiting`` are the infants whose result is waited
    for, None standing for her own. ``needs_phone`` says that she has no phone with us, and
    ``no_home_visit`` that nobody should go to her home before the supervisor was asked. ``died`` says that
    she was reported as having died: her children are still looked after. ``elsewhere``: another clinic has taken
    over, a few days ago, so that a mistake can be undone.
    """

    id: int
    code: str
    infants: tuple[InfantFact, ...] = ()
    edd: date | None = None
    undoable: tuple[LifeEventFact, ...] = ()
    tomorrow: VisitKind | None = None
    waiting: tuple[int | None, ...] = ()
    needs_phone: bool = False
    no_home_visit: bool = False
    care: Literal["treatment", "retest", "retest_quarterly"] = "treatment"
    """Which dates are hers."""
    died: bool = False
    own: bool = True
    """Hers, and not of a colleague on leave whom she covers."""
    elsewhere: bool = False
    dates: DatesFact = DatesFact()

    @property
    def treated(self) -> bool:
        """Her dates are those of treatment, and so are her children's."""
        return self.care == "treatment"
