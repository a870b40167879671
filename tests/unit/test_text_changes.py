"""Changes made in the browser over what files say: laid where the base still matches, and never silently dropped."""

from copy import deepcopy
from typing import Any

import pytest

from flows.gsm7 import fold
from service.content.bundles import compiled
from service.content.changes import Change, overlaid, said_in
from service.content.files import read_tables

TABLES = read_tables()
NUDGE = "message.nudge.covert"
ENGLISH = said_in(TABLES, NUDGE, "en")
SWAHILI = said_in(TABLES, NUDGE, "sw")
NEW_ENGLISH = "{short}: All well? Reply 1 fine, 2 call me."
NEW_SWAHILI = "{short}: Salama? Jibu 1 sawa, 2 nipigie."


def change(id_: int, old: str, new: str, language: str = "sw", english: str = ENGLISH) -> Change:
    return Change(id_, "text", language, NUDGE, old, english, new)


def files_saying(swahili: str, english: str = ENGLISH) -> dict[str, Any]:
    tables = deepcopy(TABLES)
    tables["messages"]["nudge"]["covert"] = english
    tables["locale"]["sw"][NUDGE] = swahili
    tables["sources"]["sw"][NUDGE] = english
    return tables


def test_a_change_is_laid_over_and_the_files_stay_as_they_are() -> None:
    before = deepcopy(TABLES)
    made = overlaid(TABLES, [change(1, SWAHILI, NEW_SWAHILI)])
    assert dict(made.met) == {1: "laid"}
    bundle, _ = compiled(made.tables, "KE")
    assert bundle.text(NUDGE, "sw") == NEW_SWAHILI
    assert bundle.text(NUDGE, "en") == ENGLISH
    assert before == TABLES


@pytest.mark.parametrize(
    ("files", "english", "met"),
    [
        (SWAHILI, ENGLISH, "laid"),
        (NEW_SWAHILI, ENGLISH, "settled"),
        ("{short}: Habari? Jibu 1 sawa, 2 nipigie.", ENGLISH, "overtaken"),
        (SWAHILI, NEW_ENGLISH, "overtaken"),
    ],
)
def test_what_the_files_say_meanwhile_decides(files: str, english: str, met: str) -> None:
    made = overlaid(files_saying(files, english), [change(1, SWAHILI, NEW_SWAHILI)])
    assert dict(made.met) == {1: met}
    assert said_in(made.tables, NUDGE, "sw") == (NEW_SWAHILI if met == "laid" else fold(files))


def test_of_several_changes_of_one_text_only_the_last_is_anybodys_to_look_at() -> None:
    third = "{short}: Jibu 1 sawa, 2 nipigie simu."
    chain = [change(1, SWAHILI, NEW_SWAHILI), change(2, NEW_SWAHILI, third)]
    assert dict(overlaid(TABLES, chain).met) == {1: "followed", 2: "laid"}
    assert said_in(overlaid(TABLES, chain).tables, NUDGE, "sw") == third
    assert dict(overlaid(files_saying(NEW_SWAHILI), chain).met) == {1: "followed", 2: "laid"}
    assert dict(overlaid(files_saying(third), chain).met) == {1: "followed", 2: "settled"}
    assert dict(overlaid(files_saying("{short}: 1 sawa, 2 nipigie."), chain).met) == {
        1: "followed",
        2: "overtaken",
    }


def test_a_translation_is_made_from_the_english_of_the_same_publication() -> None:
    new_english = change(1, ENGLISH, NEW_ENGLISH, "en", "")
    confirmed = change(2, SWAHILI, SWAHILI, english=NEW_ENGLISH)
    alone = overlaid(TABLES, [new_english]).tables
    assert fold(alone["sources"]["sw"][NUDGE]) != said_in(alone, NUDGE, "en")
    both = overlaid(TABLES, [confirmed, new_english])
    assert dict(both.met) == {1: "laid", 2: "laid"}
    assert fold(both.tables["sources"]["sw"][NUDGE]) == said_in(both.tables, NUDGE, "en") == NEW_ENGLISH
    assert dict(overlaid(TABLES, [confirmed]).met) == {2: "overtaken"}


def test_a_text_that_was_fuzzy_is_mended_by_a_change() -> None:
    fuzzy = deepcopy(TABLES)
    del fuzzy["locale"]["sw"][NUDGE], fuzzy["sources"]["sw"][NUDGE]
    fuzzy["fuzzy"].setdefault("sw", {})[NUDGE] = "{short}: Reply."
    made = overlaid(fuzzy, [change(1, "", NEW_SWAHILI)])
    assert dict(made.met) == {1: "laid"}
    assert NUDGE not in made.tables["fuzzy"]["sw"]


def test_a_text_that_is_gone_and_a_word_that_means_something_else_now_are_overtaken() -> None:
    gone = deepcopy(TABLES)
    del gone["messages"]["nudge"]
    assert dict(overlaid(gone, [change(1, SWAHILI, NEW_SWAHILI)]).met) == {1: "overtaken"}
    word = Change(1, "keyword", "sw", "keyword.call", "", "", "nipigieni")
    made = overlaid(TABLES, [word])
    assert dict(made.met) == {1: "laid"}
    assert "nipigieni" in made.tables["keywords"]["sw"]["call"]["words"]
    assert dict(overlaid(made.tables, [word]).met) == {1: "settled"}
    other = Change(2, "keyword", "sw", "keyword.fine", "", "", "nipigieni")
    assert dict(overlaid(made.tables, [other]).met) == {2: "overtaken"}
