"""Pages: what fits stays together, what does not is paged, numbered afresh, and nothing is lost on the way."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.gsm7 import is_gsm7, septets, units
from flows.registry import Word
from flows.render import Page, Token, cut, fill, fits, line_of, page, say, words_of

WORDS = {"weekday.1": "Jnn", "month.3": "Machi", "cause.silent": "hakuna jibu"}


def all_pages(tokens: list[Token]) -> list[Page]:
    pages = [page(tokens)]
    while (start := pages[-1].next) is not None:
        pages.append(page(tokens, start))
        assert len(pages) < 2000
    return pages


def menu(text: str, *lines: tuple[str, str, str]) -> list[Token]:
    return words_of(text) + [token for id_, key, label in lines for token in line_of(label, id_, key)]


def test_a_short_menu_is_one_page_with_its_way_back() -> None:
    drawn = page(menu("Phone", ("hers", "1", "hers"), ("none", "3", "none")), back="0 Back")
    assert drawn == Page("Phone\n1 hers\n3 none\n0 Back", {"1": "hers", "3": "none"}, None)


def test_back_is_left_out_where_it_would_not_fit() -> None:
    text = "x" * 10 + " " + "y" * 10 + " "
    for length in range(100, 157):
        drawn = page(menu((text * 20)[:length].strip()), back="0 Back")
        assert drawn.next is None
        assert septets(drawn.text) + 4 <= 160
        assert drawn.text.endswith("0 Back") == (septets(drawn.text.removesuffix("\n0 Back")) + 4 + 7 <= 160)


def test_hidden_digits_are_accepted_and_not_shown() -> None:
    drawn = page(menu("Welcome.", ("fine", "1", "Fine")), hidden={"7": "staff"})
    assert drawn.text == "Welcome.\n1 Fine"
    assert drawn.shown == {"7": "staff", "1": "fine"}


def test_a_list_is_numbered_afresh_on_each_page_and_9_is_more() -> None:
    items = [token for n in range(30) for token in line_of(f"case {n}", f"id{n}", None)]
    pages = all_pages(words_of("Cases:") + items)
    seen = []
    for drawn in pages:
        ids = [id_ for digit, id_ in drawn.shown.items() if digit != "9"]
        assert list(drawn.shown)[: len(ids)] == [str(n) for n in range(1, len(ids) + 1)]
        assert len(ids) <= 8
        assert ("9 More" in drawn.text) == ("9" in drawn.shown) == (drawn.next is not None)
        seen += ids
    assert seen == [f"id{n}" for n in range(30)]


def test_short_items_never_pass_eight_on_a_page() -> None:
    items = [token for n in range(9) for token in line_of("a", f"id{n}", None)]
    first, second = all_pages(items)
    assert first.shown == {**{str(n + 1): f"id{n}" for n in range(8)}, "9": ">8"}
    assert second.shown == {"1": "id8"}


def test_numbers_keep_clear_of_a_lists_own_options() -> None:
    tokens = [*line_of("item", "a", None), *line_of("item", "b", None), *line_of("All", "all", "1")]
    assert page(tokens).shown == {"2": "a", "3": "b", "1": "all"}


def test_an_items_own_key_is_kept_and_a_doubled_one_renumbered() -> None:
    tokens = [*line_of("x", "a", "3"), *line_of("y", "b", "3")]
    assert page(tokens).shown == {"3": "a", "1": "b"}


def test_an_error_line_moves_the_end_of_a_page_and_loses_nothing() -> None:
    items = [token for n in range(12) for token in line_of(f"a longer line {n}", f"id{n}", None)]
    with_error = page(items, 3, lead="Please press one of these numbers.")
    assert with_error.text.startswith("Please press one of these numbers.\n1 a longer line 3\n")
    assert with_error.next is not None
    assert with_error.next < (page(items, 3).next or 99)
    assert page(items, with_error.next).shown["1"] == f"id{with_error.next}"


def test_an_error_line_that_leaves_no_room_is_left_out() -> None:
    assert page(menu("Hello", ("a", "1", "yes")), lead="x" * 400).text == "Hello\n1 yes"


def test_what_is_outside_gsm7_is_held_to_70() -> None:
    assert fits("ŋ" * 66, 160)
    assert not fits("ŋ" * 67, 160)
    assert fits("a" * 156, 160)
    assert not fits("a" * 157, 160)
    assert fits("€" * 78, 160)
    assert not fits("€" * 78 + "a", 160)
    assert fits("a" * 180, 184)


def test_a_start_past_the_end_shows_the_first_page() -> None:
    assert page(words_of("hello"), 99).text == "hello"


@given(
    st.text(max_size=400),
    st.lists(st.text(min_size=1, max_size=200), max_size=12),
    st.text(max_size=60),
    st.sampled_from([140, 160, 182]),
)
def test_every_page_of_anything_fits_and_every_item_is_shown_once(
    text: str, labels: list[str], lead: str, limit: int
) -> None:
    tokens = words_of(text) + [t for n, label in enumerate(labels) for t in line_of(label, f"i{n}", None)]
    seen: list[str] = []
    start: int | None = 0
    while start is not None:
        drawn = page(tokens, start, lead=lead if start == 0 else "", back="0 Back", limit=limit)
        size = septets(drawn.text) if is_gsm7(drawn.text) else units(drawn.text)
        assert size + 4 <= (limit if is_gsm7(drawn.text) else limit * 7 // 16)
        seen += [id_ for id_ in drawn.shown.values() if not id_.startswith(">")]
        assert drawn.next is None or drawn.next > start
        start = drawn.next
    assert seen == [f"i{n}" for n in range(len(labels))]


def test_values_read_in_the_readers_language() -> None:
    assert say(date(2026, 3, 3), WORDS.__getitem__) == "Jnn 3 Machi"
    assert say(Word("cause.silent"), WORDS.__getitem__) == "hakuna jibu"
    assert say("it\u2019s", WORDS.__getitem__) == "it's"
    assert say(7, WORDS.__getitem__) == "7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("none", "none"), ("{a}", "A"), ("x {a} y {b}{a}", "x A y A"), ("{ a } {A} {}", "{ a } {A} {}")],
)
def test_fill(text: str, expected: str) -> None:
    assert fill(cut(text), {"a": "A"}.get, WORDS.__getitem__) == expected
