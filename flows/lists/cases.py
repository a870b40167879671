"""Follow-ups as the lists show them: one line a mother, the gravest of her causes first, and how many more there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from flows.facts.work import FollowUpItem
from flows.registry import ListItem, Phrase, Value, Word

RISKS: Final = ("red", "amber", "green")

DISPROVED: Final = frozenset({"silent"})
"""Causes that somebody who reached her has disproved: what she was reached for stands in their place."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is open about one mother, or one number: ``first`` stands for it; ``more`` causes are beside it."""

    first: FollowUpItem
    more: int = 0

    @property
    def cause(self) -> Value:
        """What is said of it: the cause, how many more there are, and whether it is taken."""
        parts: list[str | Word] = [asked(self.first)]
        if self.more:
            parts.append(f" +{self.more}")
        if self.first.state == "acknowledged" and not _said_reached(self.first):
            parts += [", ", Word("follow_up.taken")]
        return parts[0] if len(parts) == 1 else Phrase(tuple(parts))


def cases(items: Iterable[FollowUpItem]) -> tuple[Case, ...]:
    """One for each case code, in the order in which the first of each was given.

    What nobody has taken comes before what is taken, then what is urgent, then by risk, then as given.
    """
    found: dict[str, list[FollowUpItem]] = {}
    for item in items:
        found.setdefault(item.code, []).append(item)
    return tuple(_case(of_one) for of_one in found.values())


def _case(items: Sequence[FollowUpItem]) -> Case:
    first = min(items, key=_gravity)
    return Case(first, len({item.cause for item in items} - {first.cause}))


def _gravity(item: FollowUpItem) -> tuple[bool, bool, int]:
    return item.state == "acknowledged", not item.urgent, RISKS.index(item.risk)


def asked(item: FollowUpItem) -> Word:
    """What is asked just now, as the text said it; else why it was opened, unless it is known not to be so any more."""
    if item.ask is not None:
        return Word(f"ask.{item.ask}")
    return cause_of(item)


def cause_of(item: FollowUpItem) -> Word:
    """Why it was opened, in neutral words; of somebody who was reached it is not said that she gives no answer."""
    return Word(f"follow_up.{item.reached}") if _said_reached(item) else Word(f"cause.{item.cause}")


def lines(items: Iterable[FollowUpItem]) -> tuple[ListItem, ...]:
    """A line for each mother: her code, what it is about, and for how many days the cause shown has been open."""
    return tuple(
        ListItem(str(one.first.id), {"code": one.first.code, "open_cause": one.cause, "days": one.first.days})
        for one in cases(items)
    )


def _said_reached(item: FollowUpItem) -> bool:
    return item.reached is not None and item.cause in DISPROVED
