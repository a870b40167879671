"""What each of a mother's children is called where names are never said: neutral words, the same on every screen."""

from collections.abc import Sequence
from datetime import date

from flows.facts.life import InfantFact
from flows.registry import Word

A_CHILD_FROM_MONTHS = 12
"""From this age on an only one is a "child", before it a "baby" (project choice)."""

_ONE_OF_THREE = {1: "first_baby", 2: "second_baby"}


def child_word(infant: InfantFact, infants: Sequence[InfantFact], today: date, *, expecting: bool) -> Word:
    """Return the word for one of ``infants``, who are all the living ones of one mother.

    ``expecting`` says that she is pregnant: then a born one is the older child. No two get the same word as
    long as they were born on at most three days, three at a time.
    """
    born_with = [one for one in infants if one.born_on == infant.born_on]
    if len(born_with) == 2:
        first = min(one.birth_order for one in born_with)
        return _word("first_twin" if infant.birth_order == first else "second_twin")
    if len(born_with) > 2:
        return _word(_ONE_OF_THREE.get(infant.birth_order, "third_baby"))
    days = sorted({one.born_on for one in infants})
    older = [day for day in days if day < infant.born_on]
    younger = [day for day in days if day > infant.born_on]
    if not older and not younger:
        if expecting:
            return _word("older_child")
        return _word("child" if _months(infant.born_on, today) >= A_CHILD_FROM_MONTHS else "baby")
    if not younger and (len(days) > 2 or not expecting):
        return _word("new_baby")
    return _word("oldest_child" if not older and len(younger) + expecting > 1 else "older_child")


def _months(born_on: date, today: date) -> int:
    """Whole months of age; a day past the end of a month counts as its last."""
    months = (today.year - born_on.year) * 12 + today.month - born_on.month
    return months - (today.day < born_on.day)


def _word(name: str) -> Word:
    return Word(f"child.{name}")
