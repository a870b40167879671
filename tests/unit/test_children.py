"""What children are called: neutral words, never the same for two of them, whatever the family."""

from datetime import date, timedelta
from itertools import product

import pytest

from flows.children import child_word
from flows.facts.life import InfantFact
from service.content.files import load_bundle

TODAY = date(2026, 11, 23)


def born(months: int, order: int = 1, id_: int = 1) -> InfantFact:
    """One of this age in months, born on the 23rd."""
    year, month = divmod(TODAY.year * 12 + TODAY.month - 1 - months, 12)
    return InfantFact(id_, date(year, month + 1, 23), order)


def called(*infants: InfantFact, expecting: bool = False) -> list[str]:
    return [
        child_word(one, infants, TODAY, expecting=expecting).key.removeprefix("child.") for one in infants
    ]


@pytest.mark.parametrize(("months", "word"), [(0, "baby"), (11, "baby"), (12, "child"), (20, "child")])
def test_an_only_one_is_a_baby_in_its_first_year(months: int, word: str) -> None:
    assert called(born(months)) == [word]


def test_the_day_before_a_birthday_it_is_still_a_baby() -> None:
    eve = InfantFact(1, born(12).born_on + timedelta(days=1))
    assert called(eve) == ["baby"]


def test_a_born_one_beside_a_pregnancy_is_the_older_child() -> None:
    assert called(born(11), expecting=True) == ["older_child"]


def test_twins_are_told_apart_by_who_came_first() -> None:
    assert called(born(2, 1), born(2, 2)) == ["first_twin", "second_twin"]
    assert called(born(2, 2), born(2, 3)) == ["first_twin", "second_twin"]  # the first of three has died


def test_when_one_twin_has_died_the_other_is_simply_the_baby() -> None:
    assert called(born(2, 2)) == ["baby"]


def test_siblings_are_older_child_and_new_baby() -> None:
    assert called(born(20), born(1)) == ["older_child", "new_baby"]
    assert called(born(22), born(11), expecting=True) == ["oldest_child", "older_child"]
    assert called(born(23), born(12), born(1)) == ["oldest_child", "older_child", "new_baby"]


def test_an_older_child_beside_twins() -> None:
    assert called(born(14), born(1, 1), born(1, 2)) == ["older_child", "first_twin", "second_twin"]


def test_no_two_of_a_family_share_a_word() -> None:
    for births in product((0, 1, 2, 3), (0, 1, 2, 3), (0, 1)):
        for expecting in (False, True):
            family = [
                born(age, order)
                for age, count in zip((23, 12, 1), births, strict=True)
                for order in range(1, count + 1)
            ]
            if sum(count > 1 for count in births) < 2:
                words = called(*family, expecting=expecting)
                assert len(set(words)) == len(words), (births, expecting, words)


def test_every_word_is_said_in_every_language() -> None:
    bundle = load_bundle()
    for name in ("baby", "child", "first_twin", "second_twin", "older_child", "oldest_child", "new_baby"):
        for language in ("en", "sw"):
            assert bundle.word(f"child.{name}", language)
