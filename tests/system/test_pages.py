"""The pages in a real browser, narrow and wide: the guided story from a silent mother to Today, dark, and without a script."""

import pytest
from selenium.webdriver.support.select import Select

from tests.integration.simulator.town import Town
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser

pytestmark = pytest.mark.system


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_story_of_a_silent_mother(site: Site[Town], size: tuple[int, int]) -> None:
    with browser(size) as driver:
        hand = Hand(driver)
        driver.get(f"{site.address}/simulator")
        assert hand.fits()
        assert hand.one(".clock").rect["height"] < (64 if size == NARROW else 80), (
            "the clock stays on top and leaves room for the phone"
        )
        hand.press('[data-step="dial"] button')
        hand.reads('[data-side="a"] .ussd', "1 ")
        home = walk_to_the_home_screen(hand)
        hand.press('[data-side="a"] [data-key="1"]')
        hand.press('[data-side="a"] .go')
        hand.until(lambda d: hand.one('[data-side="a"] .ussd').text != home)
        hand.press('[data-side="a"] .stop')
        hand.press('[data-step="wait"] button')
        hand.reads(".clock .said", "sent meanwhile")
        hand.reads(".clock .when", "Thu 26 Nov 2026, 09:00")
        hand.press('[data-step="look"] button')
        alert = hand.reads('[data-side="b"] .sms', "no answer")
        assert "254" not in alert
        hand.press('[data-step="reply"] button')
        hand.press('[data-side="b"] .go')
        hand.reads('[data-side="b"] .sms li.own', " 1")
        hand.reads('[data-side="b"] .sms li:last-child', "Thank")
        assert "next" in hand.one('[data-step="today"]').get_attribute("class").split()
        assert hand.fits()
        assert hand.too_small() == []
        assert hand.complaints() == []
        sign_in_and_see_today(site, hand)


def walk_to_the_home_screen(hand: Hand) -> str:
    """The first dial asks the language; whoever chose before is home at once. Return what home says."""
    screen = hand.one('[data-side="a"] .ussd').text
    if "Kiswahili" in screen:
        hand.press('[data-side="a"] [data-key="1"]')
        hand.press('[data-side="a"] .go')
    return hand.reads('[data-side="a"] .ussd', "Call me")


def sign_in_and_see_today(site: Site[Town], hand: Hand) -> None:
    code = site.do(site.place.sign_in())
    hand.driver.get(f"{site.address}/")
    assert hand.driver.current_url.endswith("/login")
    assert (hand.fits(), hand.too_small()) == (True, [])
    hand.driver.get(f"{site.address}/login#{code}")
    hand.reads("h1", "Today")
    assert code not in hand.driver.current_url
    assert "Messages are going out." in hand.reads("#working", "Messages")
    assert "No answer" in hand.one(".people").text
    assert (hand.fits(), hand.too_small()) == (True, [])
    hand.press(".person a.code")
    hand.reads("#ahead", "If nobody does anything")
    assert hand.one("fieldset").is_displayed()
    assert (hand.fits(), hand.too_small()) == (True, [])
    hand.driver.back()
    hand.reads("h1", "Today")
    hand.press(".person .acts button[value=going]")
    hand.reads(".note", "Saved.")
    hand.driver.get(f"{site.address}/follow-ups")
    hand.press(".person details summary")
    hand.until(lambda d: hand.one(".person fieldset").is_displayed())
    assert (hand.fits(), hand.too_small()) == (True, [])
    hand.press(".person button[value=not_reached]")
    # The row alone is replaced, and the page stays where it is.
    hand.reads(".person .note", "Saved.")
    assert hand.driver.current_url == f"{site.address}/follow-ups"
    assert hand.complaints() == []
    if hand.one(".menu-button").is_displayed():
        hand.press(".menu-button")
    hand.press("form[action='/logout'] button")
    hand.reads("h1", "Sign in")


def test_dark_pages_are_readable(site: Site[Town]) -> None:
    code = site.do(site.place.sign_in())
    with browser(WIDE, dark=True) as driver:
        hand = Hand(driver)
        driver.get(f"{site.address}/login#{code}")
        hand.reads("h1", "Today")
        driver.get(f"{site.address}/simulator")
        hand.press('[data-step="dial"] button')
        hand.reads('[data-side="a"] .ussd', "1 ")
        for selector in ("body", ".card", ".guide .soft", ".badge", "button"):
            assert hand.contrast(selector) >= 4.5, selector


def test_the_phones_work_without_a_script(site: Site[Town]) -> None:
    with browser(NARROW, script=False) as driver:
        hand = Hand(driver)
        driver.get(f"{site.address}/simulator")
        assert hand.fits()
        hand.press('[data-side="a"] .go')
        home = hand.reads('[data-side="a"] .ussd', "1 ")
        hand.one("#typed-a").send_keys("4")
        hand.press('[data-side="a"] .go')
        hand.until(lambda d: hand.one('[data-side="a"] .ussd').text != home)
        assert (hand.fits(), hand.whole('[data-side="a"] .view.dial'), hand.too_small()) == (True, True, [])
        hand.press('.clock button[value="P1D"]')
        hand.reads(".clock .said", "sent meanwhile")
        hand.reads(".clock .when", "Tue 24 Nov 2026")
        assert hand.fits()


def test_another_person_takes_a_phone(site: Site[Town]) -> None:
    with browser(WIDE) as driver:
        hand = Hand(driver)
        driver.get(f"{site.address}/simulator")
        choice = Select(hand.one("#who-a"))
        other = next(one for one in choice.options if "000102" in one.text)
        choice.select_by_visible_text(other.text)
        hand.reads('[data-side="a"] .bar', "+254700000102")
        hand.press('[data-side="a"] .flash')
        hand.reads('[data-side="a"] .trouble', "Missed call given")
        hand.reads('[data-side="b"] .soft .new', "1")
        driver.refresh()
        hand.reads('[data-side="a"] .bar', "+254700000102")
        assert "254" not in driver.current_url
        assert hand.complaints() == []
