"""A mother and her mentor on the simulator's two phones, key by key, on a small screen and a large one, in both languages.

What is pressed and what must be read come from the published content, so that a reworded screen needs no change here.
"""

import re

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from flows.bundle import Bundle
from tests.integration.simulator.town import PIN, SUPERVISOR, Town
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser

pytestmark = pytest.mark.system


class Phones:
    """The two phones of the page; ``a`` is the mother's, ``b`` her mentor's."""

    def __init__(self, hand: Hand, bundle: Bundle) -> None:
        self.hand = hand
        self.bundle = bundle
        self.language = "en"

    def take(self, side: str, view: str = "dial") -> None:
        """Look at one of them; a small page shows one at a time."""
        tab = self.hand.one(f'[data-tab="{side}"]')
        if tab.is_displayed():
            self.hand.press(f'[data-tab="{side}"]')
        self.hand.press(f'[data-side="{side}"] [data-view="{view}"]')

    def dial(self, side: str = "a") -> str:
        """Hang up, dial anew, and read home."""
        self.hand.press(f'[data-side="{side}"] .stop')
        self.hand.press(f'[data-side="{side}"] .go')
        return self.reads(side, "screen.home.call")

    def choose(self, screen: str, option: str, side: str = "a") -> None:
        """Press the digit of an option that is shown, and send it."""
        found = next(one for one in self.bundle.screens[screen].options if one.id == option)
        text = self.bundle.text(f"screen.{screen}.{option}", self.language)
        assert "{" in text or f"{found.key} {text}" in self.screen(side)
        self.type(found.key, side)

    def type(self, digits: str, side: str = "a") -> None:
        """Press keys and the green one; come back when the screen has changed."""
        before = self.screen(side)
        for digit in digits:
            self.hand.press(f'[data-side="{side}"] [data-key="{digit}"]')
        self.hand.press(f'[data-side="{side}"] .go')
        self.hand.until(lambda d: self.screen(side) != before)
        self.looks_right(side)

    def screen(self, side: str = "a") -> str:
        return self.hand.one(f'[data-side="{side}"] .ussd').text

    def reads(self, side: str, context: str) -> str:
        words = re.split(r"\{\w+\}", self.bundle.text(context, self.language))
        return self.hand.reads(f'[data-side="{side}"] .ussd', max(words, key=len))

    def looks_right(self, side: str) -> None:
        """Nothing is cut off, nothing sticks out, everything can be hit with a thumb, and no script failed."""
        assert self.hand.whole(f'[data-side="{side}"] .view.dial'), self.screen(side)
        assert self.hand.fits()
        assert self.hand.too_small() == []
        assert self.hand.complaints() == []


def opened(hand: Hand, site: Site[Town]) -> Phones:
    hand.driver.get(f"{site.address}/simulator")
    return Phones(hand, site.place.services.bundles.current())


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_a_mother_asks_for_help_and_her_mentor_goes(
    site: Site[Town], size: tuple[int, int], language: str
) -> None:
    with browser(size) as driver:
        phones = opened(Hand(driver), site)
        choose_language(phones, language)
        say_all_is_well(phones)
        read_her_dates(phones)
        code = ask_for_a_call(phones)
        answer(phones, f"{code} 1")
        find_her_on_the_staff_menu(phones, code)
        say_it_is_urgent(phones)
        assert phones.hand.complaints() == []


def choose_language(phones: Phones, language: str) -> None:
    phones.take("a")
    phones.dial()
    phones.choose("home", "more")
    phones.choose("more", "language")
    offered = [option.id for option in phones.bundle.screens["language"].options]
    phones.type(str(offered.index(language) + 1))
    phones.language = language
    phones.dial()


def say_all_is_well(phones: Phones) -> None:
    phones.dial()
    phones.choose("home", "fine")
    phones.choose("checkin", "well")
    phones.reads("a", "screen.checkin_thanks")


def read_her_dates(phones: Phones) -> None:
    """Nothing of hers before the PIN; behind it, her visit of 2 January."""
    phones.dial()
    phones.choose("home", "dates")
    assert "Jan" not in phones.reads("a", "screen.pin")
    phones.type(PIN)
    if phones.bundle.text("screen.whose_dates", phones.language) in phones.screen():
        phones.type("1")
    assert re.search(r"\b2 Jan", phones.screen())


def ask_for_a_call(phones: Phones) -> str:
    """Her mentor is told; return the case code she reads."""
    phones.dial()
    phones.choose("home", "call")
    return alert(phones, "call_requested")


def say_it_is_urgent(phones: Phones) -> None:
    """She is told to go at once, before anybody is found; then whoever is on duty here is told, the supervisor."""
    phones.take("a")
    phones.dial()
    phones.choose("home", "unwell")
    phones.choose("unwell", "me")
    phones.reads("a", "screen.go_now_alone")
    phones.take("b")
    choice = Select(phones.hand.one("#who-b"))
    choice.select_by_visible_text(next(one.text for one in choice.options if SUPERVISOR in one.text))
    code = alert(phones, "danger")
    answer(phones, f"{code} 1")


def alert(phones: Phones, cause: str) -> str:
    """Wait for it on the right phone; it holds no number. Return its case code."""
    phones.take("b", "texts")
    words = phones.bundle.word(f"cause.{cause}", "en")
    said = phones.hand.reads('[data-side="b"] .sms', words)
    assert "254" not in said
    found = re.search(rf"\b(\d{{3}}) {re.escape(words)}", said)
    assert found is not None
    return found[1]


def answer(phones: Phones, words: str) -> None:
    """Text back from the phone that shows the alert."""
    phones.hand.one("#typed-b").send_keys(words)
    phones.hand.press('[data-side="b"] .go')
    phones.hand.reads('[data-side="b"] .sms li.own', words)
    phones.hand.until(
        lambda d: "own" not in phones.hand.one('[data-side="b"] .sms li:last-child').get_attribute("class")
    )
    assert (phones.hand.fits(), phones.hand.too_small()) == (True, [])


def find_her_on_the_staff_menu(phones: Phones, code: str) -> None:
    """The mentor dials, past her PIN, to the same case; her screens are in her own language."""
    hers, phones.language = phones.language, "en"
    phones.take("b")
    phones.dial("b")
    phones.type("7", "b")
    phones.type(PIN, "b")
    phones.type(code, "b")
    assert code in phones.screen("b")
    phones.language = hers


def test_everything_is_done_with_the_keyboard_alone(site: Site[Town]) -> None:
    with browser(WIDE) as driver:
        phones = opened(Hand(driver), site)
        go_to(phones, '[data-side="a"] [data-view="texts"]').send_keys(Keys.ENTER)
        assert phones.hand.one('[data-side="a"] .view.texts').is_displayed()
        go_to(phones, '[data-side="a"] [data-view="dial"]', back=True).send_keys(Keys.SPACE)
        typed = go_to(phones, "#typed-a")
        typed.send_keys(Keys.ENTER)
        phones.reads("a", "screen.home.call")
        typed.send_keys("4", Keys.ENTER)
        phones.reads("a", "screen.unwell")
        assert driver.switch_to.active_element == typed, "the next answer can be typed at once"
        go_to(phones, '[data-side="a"] .stop').send_keys(Keys.ENTER)
        phones.hand.until(lambda d: phones.hand.one('[data-side="a"] .idle').is_displayed())
        assert phones.hand.complaints() == []


def go_to(phones: Phones, selector: str, *, back: bool = False) -> WebElement:
    """Press Tab until it has the focus, which must show."""
    target = phones.hand.one(selector)
    key = Keys.SHIFT + Keys.TAB if back else Keys.TAB
    for _ in range(60):
        if phones.hand.driver.switch_to.active_element == target:
            outline = target.value_of_css_property("outline-style")
            assert outline != "none", f"{selector} does not show that it has the focus"
            return target
        phones.hand.driver.switch_to.active_element.send_keys(key)
    raise AssertionError(f"{selector} cannot be reached with the Tab key")
