"""One phone is one identity however it is written, and two phones are never one."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from service import msisdn

KENYAN = st.integers(0, 999).map(lambda tail: f"700000{tail:03d}") | st.integers(0, 999).map(
    lambda tail: f"110000{tail:03d}"
)
PREFIXES = st.sampled_from(["0", "", "254", "+254", "00254", "000254", "+2540", "+254(0)", "254 0", " +254 "])


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """A made-up subscriber, and one of the ways people write her number."""
    subscriber = draw(KENYAN)
    spaced = "".join(
        digit + draw(st.sampled_from(["", "", "", " ", "-", " - ", "\u00a0"])) for digit in subscriber
    )
    raw = draw(PREFIXES) + spaced
    assume(len(raw) <= msisdn.MAX_LENGTH)
    return subscriber, raw


@pytest.mark.parametrize(
    "raw",
    [
        "0700000678", "+254700000678", "254700000678", "00254700000678", "000254700000678", "+2540700000678",
        "0700 000 678", "+254 (0) 700-000-678", " 0700000678 ", "700000678", "0700.000.678", "+254\u00a0700000678",
    ],
)  # fmt: skip
def test_every_spelling_is_one_identity(raw: str) -> None:
    assert msisdn.parse(raw, "KE") == "+254700000678"


def test_the_newer_kenyan_range_is_mobile_too() -> None:
    assert msisdn.parse("0110000678", "KE") == "+254110000678"


@pytest.mark.parametrize(
    "raw",
    [
        "", "+", "0", "070000067", "07000006789", "+25470000067", "0700000678/0700000679", "0700000678,0700000679",
        "0700000678 0700000679", "٠٧٠٠٠٠٠٦٧٨", "+٢٥٤700000678", "0700000678\n", "\t0700000678", "0700000678\x00",
        "+254700000678\n", "o700000678", "0700000678x5", "0700000678;ext=5", "tel:+254700000678", "++254700000678",
        "070000067.0", "254700000678.0", "+254700000678\udc00", "+254200000678", "0" * 40, "\u202a+254700000678",
        "00254254700000678",
    ],
)  # fmt: skip
def test_what_is_not_surely_one_mobile_is_refused(raw: str) -> None:
    assert msisdn.parse(raw, "KE") is None


@given(written(), written())
@example(("700000001", "0700000001"), ("700000010", "070000001 0"))
def test_two_spellings_agree_exactly_when_the_phones_do(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = msisdn.parse(one[1], "KE"), msisdn.parse(other[1], "KE")
    assert first == "+254" + one[0]
    assert (first == second) == (one[0] == other[0])


@given(st.text(alphabet="0123456789+ -().", max_size=20) | st.text(max_size=20))
def test_nothing_but_prefixes_is_ever_taken_away(raw: str) -> None:
    parsed = msisdn.parse(raw, "KE")
    if parsed is not None and parsed.startswith("+254"):
        digits = "".join(letter for letter in raw if letter in "0123456789").lstrip("0")
        assert digits.removeprefix("254").lstrip("0") == parsed.removeprefix("+254")


@given(st.from_regex(msisdn._QUICK, fullmatch=True))
def test_the_quick_way_says_what_the_slow_way_says(raw: str) -> None:
    assert msisdn.parse(raw, "KE") == raw == msisdn.parse(raw + " ", "KE")


@pytest.mark.parametrize(
    ("raw", "country"), [("+265700000001", "KE"), ("+260700000001", "ZM"), ("00265700000001", "ZA")]
)
def test_a_caller_from_a_range_newer_than_our_tables_is_let_in(raw: str, country: str) -> None:
    assert msisdn.parse(raw, country) == "+" + raw.lstrip("+0")
    assert msisdn.parse(raw[:-1], country) is None


def test_the_default_country_decides_what_a_local_number_means() -> None:
    assert msisdn.parse("0700000678", "UG") == "+256700000678"
    assert msisdn.parse("+254700000678", "UG") == "+254700000678"


def test_a_masked_number_shows_country_and_last_three() -> None:
    assert msisdn.mask("+254700000678") == "+254•••••678"
    assert msisdn.mask("700000678") == "•••••"
    assert msisdn.mask("") == "•••••"


def test_country_of_a_number() -> None:
    assert msisdn.country_of("+254700000678") == "KE"
    assert msisdn.country_of("+256700000678") == "UG"
    assert msisdn.country_of("0700000678") is None
