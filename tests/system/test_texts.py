"""A text changed in a real browser: what is wrong is said as it is typed, another person approves, and it is published."""

import pytest

from tests.integration.simulator.town import Town
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser

pytestmark = pytest.mark.system

FORM = "/messages/texts/nudge/sw/covert"
BAD, GOOD = (f"{{short}}: {word} Jibu 1 sawa, 2 nipigie." for word in ("Kunywa dawa.", "Salama?"))


def sign_in(site: Site[Town], hand: Hand, role: str) -> None:
    code = site.do(site.place.sign_in(role, staff=False, email=f"{role}@example.org"))
    hand.driver.get(f"{site.address}/login#{code}")
    hand.reads("h1", "Today")


def test_a_text_is_changed_by_one_approved_by_another_and_published(site: Site[Town]) -> None:
    with browser(NARROW) as driver:
        hand = Hand(driver)
        sign_in(site, hand, "editor")
        driver.get(f"{site.address}{FORM}")
        for text, said in ((BAD, "tells what we are"), (GOOD, "Nothing is against it.")):
            hand.one("#new").clear()
            hand.one("#new").send_keys(text)
            hand.reads("#preview", said)
        assert "VIDOKEZO: Salama?" in hand.one("#preview").text
        assert hand.troubles() == []
        hand.press("main button.main")
        hand.reads("[role=status]", "Somebody else has to approve it")
        assert "Decide" not in driver.page_source or "It is your own" in driver.page_source
        change = driver.current_url.partition("?")[0]
    with browser(WIDE) as driver:
        hand = Hand(driver)
        sign_in(site, hand, "administrator")
        driver.get(change)
        assert hand.troubles() == []
        hand.press("main form[action$='/approve'] button")
        hand.reads("[role=status]", "Approved.")
        driver.get(f"{site.address}/messages/publish")
        assert hand.troubles() == []
        hand.press("main button.main")
        hand.reads("[role=status]", "Published.")
        driver.get(f"{site.address}/messages/texts/nudge")
        assert "VIDOKEZO: Salama? Jibu 1 sawa, 2 nipigie." in hand.reads("main", "Changed in the browser")
        assert hand.troubles() == []


def test_a_text_is_changed_without_script_too(site: Site[Town]) -> None:
    with browser(WIDE, script=False) as driver:
        hand = Hand(driver)
        code = site.do(site.place.sign_in("editor", staff=False, email="editor@example.org"))
        driver.get(f"{site.address}/login")
        hand.one("input[name=code]").send_keys(code)
        hand.press("main button")
        hand.reads("h1", "Today")
        driver.get(f"{site.address}{FORM}")
        hand.one("#new").clear()
        hand.one("#new").send_keys(BAD)
        hand.press("button[formaction$='/preview']")
        hand.reads("#preview", "tells what we are")
        assert hand.one("#new").text == BAD
        assert hand.troubles(axe=False) == []
