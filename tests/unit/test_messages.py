"""How texts read: signed as she chose, covert unless she chose otherwise, and never more than one part."""

from datetime import date
from typing import Any

import pytest

from flows.bundle import Bundle
from flows.gsm7 import segments
from flows.lint.longest import longest
from flows.messages import go_now_template, render_sms
from flows.registry import Value, Word
from service.content.files import load_bundle

BOIL_WATER = 1


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle()


def sms(bundle: Bundle, template: str, language: str = "en", **given: Any) -> str:
    """One text with plain defaults; parameters in ``params``."""
    params: dict[str, Value] = given.pop("params", {})
    settings: dict[str, Any] = {"wording": "covert", "signature": "group", "tip_index": BOIL_WATER, **given}
    return render_sms(bundle, template, language, params=params, **settings)


def test_a_check_in_in_kiswahili(bundle: Bundle) -> None:
    assert sms(bundle, "checkin", "sw") == (
        "KIKUNDI CHA WANAWAKE: Chemsha maji ya kunywa. Jibu 1 sawa, 2 nipigie."
    )


def test_the_nudge_is_short(bundle: Bundle) -> None:
    assert sms(bundle, "nudge", "sw") == "KIKUNDI: Jibu 1 sawa, 2 nipigie."


def test_a_mentors_alert_carries_the_code_and_a_neutral_reason(bundle: Bundle) -> None:
    params: dict[str, Value] = {"code": "417", "cause": Word("cause.silent")}
    assert sms(bundle, "alert", "sw", params=params) == "417 hakuna jibu. 417 1 naenda, 417 2 mwingine"
    assert sms(bundle, "coming_when", "sw", params=params) == (
        "Atakuja lini? 417 1 kesho 2 wiki hii 3 wiki ijayo"
    )
    assert sms(bundle, "ack_going", "sw", params=params) == (
        "Asante. Ni yako. Kisha 417 3 atakuja, 4 shida, 5 sijampata."
    )


def test_who_we_are(bundle: Bundle) -> None:
    assert sms(bundle, "who_we_are", "sw") == "KIKUNDI CHA WANAWAKE: vidokezo vya afya. ACHA kuacha."
    assert sms(bundle, "who_we_are", signature="tips") == "MOTHERS' TIPS: health tips. STOP to stop."


def test_a_slip_can_be_taken_back(bundle: Bundle) -> None:
    assert sms(bundle, "held", params={"code": "417"}) == "417 paused. If wrong: 417 0."


def test_tips_follow_each_other(bundle: Bundle) -> None:
    week = [sms(bundle, "checkin", tip_index=index) for index in range(len(bundle.tips) + 1)]
    assert len(set(week)) == len(bundle.tips)
    assert week[0] == week[-1]


def test_dates_read_in_her_language(bundle: Bundle) -> None:
    params: dict[str, Value] = {"date": date(2026, 12, 23)}
    assert "Wed 23 Dec" in sms(bundle, "visit_t7", params=params)
    assert "Jtn 23 Des" in sms(bundle, "visit_t7", "sw", params=params)


def test_open_words_only_where_she_chose_them(bundle: Bundle) -> None:
    params: dict[str, Value] = {"date": date(2026, 12, 23)}
    assert "clinic" in sms(bundle, "visit_t7", params=params, wording="open")
    assert "clinic" not in sms(bundle, "visit_t7", params=params)
    assert sms(bundle, "nudge", wording="open") == sms(bundle, "nudge")


def test_baby_words_need_a_choice_of_their_own(bundle: Bundle) -> None:
    params: dict[str, Value] = {"date": date(2026, 12, 23)}
    covert = sms(bundle, "infant_t7", params=params)
    assert sms(bundle, "infant_t7", params=params, wording="open") == covert
    assert sms(bundle, "infant_t7", params=params, baby_wording=True) == covert
    assert "little one" in sms(bundle, "infant_t7", params=params, wording="open", baby_wording=True)


def test_go_now_names_transport_only_where_a_number_is_known(bundle: Bundle) -> None:
    assert go_now_template("") == "go_now"
    with_number = sms(bundle, go_now_template("+254700000199"), params={"transport": "+254700000199"})
    assert with_number == f"{sms(bundle, 'go_now')} Transport: +254700000199"


def test_a_missing_parameter_is_named(bundle: Bundle) -> None:
    with pytest.raises(KeyError, match="alert needs the parameter code"):
        sms(bundle, "alert")


@pytest.mark.parametrize("language", ["en", "sw"])
def test_every_text_is_one_part_with_the_longest_data(bundle: Bundle, language: str) -> None:
    for id_, template in bundle.templates.items():
        for wording in ("covert", "open") if template.open else ("covert",):
            text = longest(bundle, f"message.{id_}.{wording}", language)
            assert segments(text) == 1, (id_, wording, len(text), text)


def test_a_time_is_never_read_on_the_swahili_clock(bundle: Bundle) -> None:
    """Saa 10:00 is four o'clock in Kiswahili; figures alone are read as the phone shows them."""
    text = sms(bundle, "call_promise", "sw", params={"time": "10:00"})
    assert text == "KIKUNDI: tutakupigia kabla ya 10:00."
