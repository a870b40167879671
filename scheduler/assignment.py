"""Who looks after a mother: a mentor who speaks with her, has room, and works where she is to be found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from typing import Literal

WorksIn = Literal["facility", "community"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mentor who may be given mothers. ``mothers`` is how many she looks after, ``cap`` how many she should.

    ``away``: on leave today. ``area`` is where a community mentor works, "" for anywhere.
    """

    id: int
    languages: frozenset[str]
    works_in: WorksIn = "facility"
    area: str = ""
    mothers: int = 0
    cap: int = 60
    away: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mother without a mentor: the language she speaks, her area, and where her mentor should work."""

    language: str
    area: str = ""
    works_in: WorksIn | None = None
    not_with: frozenset[int] = field(default_factory=frozenset)
    """Mentors she is not given to: the one she has, or one she does not want."""


def choose(candidates: Sequence[Candidate], wanted: Wanted) -> Candidate | None:
    """The best mentor for her, or None where nobody is left.

    In this order (a project choice): somebody she can speak with, who has room, works in her area, or else at
    the place wanted, is not on leave, and is least loaded for what she should carry. Nobody is turned away
    for want of room: then the least overloaded takes her, and the supervisor sees it.
    """
    return next(iter(ranked(candidates, wanted)), None)


def ranked(candidates: Sequence[Candidate], wanted: Wanted) -> list[Candidate]:
    """Everybody she can be given to, the best first, in the order of ``choose``."""
    possible = [one for one in candidates if one.id not in wanted.not_with]
    return sorted(possible, key=lambda one: _order(one, wanted))


def share(candidates: Sequence[Candidate], mothers: Mapping[int, Wanted]) -> dict[int, int]:
    """Share these mothers out, one after the other in their own order: mentor id by mother id.

    Each one given counts for the next, so that nobody is given all. Mothers for whom nobody is left are not in it.
    """
    load = {one.id: one.mothers for one in candidates}
    given: dict[int, int] = {}
    # A load only grows, so that of what was best before nothing has become better: whoever is first and has not
    # changed since is the best now. Thousands are shared out at once where a register is brought in.
    order_of: dict[Wanted, list[tuple[_Order, Candidate]]] = {}
    for mother_id, wanted in mothers.items():
        order = order_of.get(wanted)
        if order is None:
            possible = [_with(one, load[one.id]) for one in candidates if one.id not in wanted.not_with]
            order = order_of[wanted] = [(_order(one, wanted), one) for one in possible]
            heapify(order)
        while order:
            _, first = order[0]
            now = _with(first, load[first.id])
            if now.mothers == first.mothers:
                given[mother_id] = first.id
                load[first.id] += 1
                break
            heapreplace(order, (_order(now, wanted), now))
    return given


def same_area(one: str, other: str) -> bool:
    """Whether two area words mean one place, however they were written."""
    return bool(one) and one.strip().casefold() == other.strip().casefold()


_Order = tuple[bool, bool, int, bool, float, int]


def _order(one: Candidate, wanted: Wanted) -> _Order:
    return (
        wanted.language not in one.languages,
        one.mothers >= one.cap,
        _distance(one, wanted),
        one.away,
        one.mothers / one.cap,
        one.id,
    )


def _distance(one: Candidate, wanted: Wanted) -> int:
    """How far a mentor's place is from what is wanted: 0 is hers, 2 the other place, 3 another community's area."""
    if one.works_in == "community" and same_area(one.area, wanted.area):
        return 0
    if one.works_in == "community" and one.area:
        return 3
    wants = wanted.works_in or ("community" if wanted.area else "facility")
    return 1 if one.works_in == wants else 2


def _with(one: Candidate, mothers: int) -> Candidate:
    return Candidate(one.id, one.languages, one.works_in, one.area, mothers, one.cap, one.away)
