"""What the doctor prints, in the order in which somebody who is called at night needs it."""

from pathlib import Path

from service.settings import demo_settings
from service.watch.doctor import Finding, in_order, look_at_settings

FOUND = [
    Finding(True, "PAMOJA_A", "not set, not needed. What a means", needed=False),
    Finding(True, "PAMOJA_B", "set"),
    Finding(True, "PAMOJA_C", "not set, not needed. What c means", needed=False),
    Finding(False, "loop", "no worker has ever run: start `pamoja serve`"),
    Finding(True, "disk", "9.0 GB free"),
]


def test_what_is_red_comes_first_and_what_nothing_needs_is_one_line() -> None:
    *first, last = in_order(FOUND)
    assert first == [str(FOUND[3]), str(FOUND[1]), str(FOUND[4])]
    assert last.startswith("✓ 2 settings are not set and not needed")
    assert last.endswith(": PAMOJA_A, PAMOJA_C")


def test_all_of_them_stand_last_with_their_meaning() -> None:
    assert in_order(FOUND, everything=True)[3:] == [str(FOUND[0]), str(FOUND[2])]


def test_before_there_are_settings_each_is_explained() -> None:
    assert len(in_order(look_at_settings(None))) == len(look_at_settings(None))


def test_the_demo_needs_few_and_names_them_all(tmp_path: Path) -> None:
    found = look_at_settings(demo_settings(tmp_path, 8000))
    shown = in_order(found)
    assert len(shown) < len(found) / 2
    assert [one.name for one in found if one.name not in "\n".join(shown)] == []
