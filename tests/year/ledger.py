"""What happened to each mother, by instant, noted where it was done and not read from the service's tables."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Africa/Nairobi")
PUSHED = frozenset({"B", "C"})
"""Classes of texts that nobody asked for just then."""

Kind = Literal[
    "joined",
    "wrote",
    "dialled",
    "rang",
    "came",
    "absent",
    "birth",
    "pregnancy_lost",
    "baby_died",
    "weaned",
    "stop",
    "start",
    "wrong_person",
    "checked",
    "number_left",
    "new_number",
    "away",
    "back",
    "danger",
    "daily",
    "put_right",
    "visit_moved",
]
SIGNS = frozenset({"wrote", "dialled", "rang", "stop", "start"})
"""What she does herself with her phone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done, by or about the mother at this place."""

    at: datetime
    place: int
    kind: Kind
    day: date | None = None
    said: str = ""
    infants: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """One text the network took: when, for which number, of which class; ``arrived`` unless the phone was away."""

    seq: int
    at: datetime
    to: str
    text: str
    message_class: str
    arrived: bool

    @property
    def local(self) -> datetime:
        """Her wall clock as it came."""
        return self.at.astimezone(ZONE)


@dataclass(slots=True)
class Ledger:
    """Everything, in the order it happened."""

    entries: list[Entry] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    numbers: dict[int, list[tuple[datetime, str | None]]] = field(default_factory=lambda: defaultdict(list))
    sites: list[tuple[datetime, int, str]] = field(default_factory=list)
    staff: list[tuple[datetime, str, str]] = field(default_factory=list)

    def note(
        self,
        at: datetime,
        place: int,
        kind: Kind,
        *,
        day: date | None = None,
        said: str = "",
        infants: tuple[int, ...] = (),
    ) -> None:
        """Write down what was done."""
        self.entries.append(Entry(at, place, kind, day, said, infants))

    def has_number(self, at: datetime, place: int, number: str | None) -> None:
        """From now on this is her number."""
        self.numbers[place].append((at, number))

    def of(self, place: int, *kinds: Kind) -> list[Entry]:
        """What happened to one mother; of these kinds only, if any are named."""
        return [one for one in self.entries if one.place == place and (not kinds or one.kind in kinds)]

    def all_of(self, *kinds: Kind) -> list[Entry]:
        """Every entry of these kinds."""
        return [one for one in self.entries if one.kind in kinds]

    def number_at(self, place: int, at: datetime) -> str | None:
        """Her number then; None when she had none."""
        known = [number for since, number in self.numbers.get(place, ()) if since <= at]
        return known[-1] if known else None

    def holders(self, number: str) -> set[int]:
        """Every mother who ever had it."""
        return {place for place, had in self.numbers.items() if any(one == number for _, one in had)}

    def to(self, number: str) -> list[Text]:
        """Every text to a number."""
        return [one for one in self.texts if one.to == number]

    def counts(self) -> str:
        """One page: how many of each kind there were."""
        happened = Counter(one.kind for one in self.entries)
        texts = Counter(one.message_class for one in self.texts)
        staff = Counter(what for _, _, what in self.staff)
        return "\n".join(
            (
                f"mothers {len(self.numbers)}, texts {len(self.texts)}",
                f"not arrived: {sum(not one.arrived for one in self.texts)}",
                "happened: " + ", ".join(f"{kind} {many}" for kind, many in sorted(happened.items())),
                "texts by class: " + ", ".join(f"{kind} {many}" for kind, many in sorted(texts.items())),
                "staff: " + ", ".join(f"{kind} {many}" for kind, many in sorted(staff.items())),
                f"sites: {len(self.sites)}",
            )
        )

    def story(self, place: int) -> Iterator[str]:
        """One mother's year as lines of text, the oldest first."""
        hers = {number for _, number in self.numbers.get(place, ()) if number is not None}
        lines = [
            (one.at, f"{one.kind} {one.said} {one.day or ''}".rstrip())
            for one in self.entries
            if one.place == place
        ]
        lines += [
            (one.at, f"text ({one.message_class}){'' if one.arrived else ' NOT ARRIVED'}: {one.text}")
            for one in self.texts
            if one.to in hers and self.number_at(place, one.at) == one.to
        ]
        for at, line in sorted(lines):
            yield f"{at.astimezone(ZONE):%a %d %b %Y %H:%M}  {line}"
