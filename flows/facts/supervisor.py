"""What a supervisor's screens may know of the facilities she answers for."""

from dataclasses import dataclass
from typing import Literal

from flows.facts.work import FollowUpItem


@dataclass(frozen=True, slots=True)
class SiteFact:
    """A facility this supervisor answers for, and whether it is open."""

    id: int
    name: str
    status: Literal["open", "closed", "no_network", "paused", "stock_out"] = "open"


@dataclass(frozen=True, slots=True)
class ColleagueFact:
    """A member of staff of those facilities, by first name; ``locked`` says that their phone was reported lost."""

    id: int
    name: str
    locked: bool = False
    mothers: int = 0
    """How many mothers they look after."""
    can_be_shared: bool = False
    """Somebody else of their clinic can look after those."""


@dataclass(frozen=True, slots=True)
class PauseFact:
    """A wrong number, move or death that was reported by text and waits to be confirmed, by its case code.

    ``transferred`` holds nothing yet: another clinic is to take over, and somebody here confirms that it did.
    """

    id: int
    code: str
    said: Literal["wrong_number", "moved", "died", "transferred"]
    days: int = 0


@dataclass(frozen=True, slots=True)
class TakerFact:
    """A mentor who could look after a mother, by first name, with how many she looks after."""

    id: int
    name: str
    mothers: int = 0


@dataclass(frozen=True, slots=True)
class HandoverFact:
    """A handover that waits: ``of`` is a mother's case code, or (``whole``) the first name of a colleague who leaves.

    ``to_id`` is who is proposed, ``takers`` who could take her, the best first; ``mothers`` how many it is about.
    """

    id: int
    of: str
    whole: bool = False
    to_id: int | None = None
    takers: tuple[TakerFact, ...] = ()
    mothers: int = 1


@dataclass(frozen=True, slots=True)
class SupervisorFacts:
    """What a supervisor's screens may know of the facilities she answers for.

    ``unacknowledged`` and ``oldest`` are the first of each, worst and oldest first; the counts are of all.
    """

    unacknowledged: tuple[FollowUpItem, ...] = ()
    unacknowledged_count: int = 0
    oldest: tuple[FollowUpItem, ...] = ()
    pauses: tuple[PauseFact, ...] = ()
    pauses_count: int = 0
    sites: tuple[SiteFact, ...] = ()
    colleagues: tuple[ColleagueFact, ...] = ()
    handovers: tuple[HandoverFact, ...] = ()
