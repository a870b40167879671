"""The GSM-7 table and the segment counter, against two independent libraries over all of Unicode."""

import gsm0338
import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from flows.gsm7 import ALPHABET, EXTENSION, fold, is_gsm7, segments, septets, units

GSM_TEXT = st.text(alphabet=sorted(ALPHABET), max_size=500)
ANY_TEXT = st.text(max_size=300)


def test_alphabet_is_that_of_23_038_over_all_of_unicode() -> None:
    codec = gsm0338.Codec()
    for point in range(0x110000):
        if 0xD800 <= point < 0xE000:
            continue
        char = chr(point)
        try:
            expected = len(codec.encode(char)[0])
        except UnicodeEncodeError:
            expected = 0
        if char == "\x1b":  # the library lets a bare escape pass; 23.038 gives it no character
            expected = 0
        assert is_gsm7(char) is (expected > 0), hex(point)
        if expected:
            assert septets(char) == expected, hex(point)


def test_no_surrogate_is_gsm7() -> None:
    assert not any(is_gsm7(chr(point)) for point in range(0xD800, 0xE000))


@given(GSM_TEXT.filter(bool))
def test_gsm7_segments_agree_with_smsutil(text: str) -> None:
    assert segments(text) == len(smsutil.split(text).parts)


@given(ANY_TEXT.filter(bool))
def test_segments_of_any_text_agree_with_smsutil(text: str) -> None:
    assert segments(text) == len(smsutil.split(text).parts)


@given(st.text(alphabet="aé€\U0001f476", min_size=60, max_size=320))
def test_escapes_and_surrogates_at_every_boundary_agree_with_smsutil(text: str) -> None:
    assert segments(text) == len(smsutil.split(text).parts)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("a" * 152 + "€" + "a" * 152, 3),  # the escape may not end a part, so both parts lose a septet
        ("ŋ" * 70, 1),
        ("ŋ" * 71, 2),
        ("ŋ" * 134, 2),
        ("ŋ" * 66 + "\U0001f476" + "ŋ" * 66, 3),
    ],
)
def test_segments_at_the_boundaries(text: str, expected: int) -> None:
    assert segments(text) == expected


def test_septets_refuses_what_is_not_gsm7() -> None:
    with pytest.raises(ValueError, match="not GSM-7"):
        septets("ŋ")
    assert septets("a€") == 3


def test_units_are_utf16() -> None:
    assert units("a\U0001f476ŋ") == 4


def test_fold_changes_quotes_dashes_and_no_break_spaces_only() -> None:
    assert fold("Ng\u2019ombe \u2014 \u201csawa\u201d\u00a0!") == 'Ng\'ombe - "sawa" !'


@given(ANY_TEXT)
def test_fold_keeps_every_letter_and_never_leaves_gsm7(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert all(
        a == b or (not a.isalnum() and b in "'\"- ") or a == "\u02bc"
        for a, b in zip(text, folded, strict=True)
    )
    assert folded == text if is_gsm7(text) else True


def test_extension_table() -> None:
    assert frozenset("\f^{}\\[~]|€") == EXTENSION
