"""The documents' pictures, taken of the demo's own made-up people: `make screenshots`.

An ordinary run takes them of a small world and keeps none, so that they can always be taken.
"""

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures import LARGEST_BYTES, PICTURES
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser
from tests.system.made_up import Demo

pytestmark = pytest.mark.system


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Where the pictures go: a folder named by PAMOJA_SCREENSHOTS, or one that is thrown away."""
    folder = Path(os.environ.get("PAMOJA_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(hand: Hand, album: Path, name: str) -> None:
    """A picture of what is seen now, in few colours and few bytes."""
    hand.driver.execute_script("document.activeElement.blur()")
    picture = Image.open(BytesIO(hand.driver.get_screenshot_as_png())).convert("RGB")
    assert picture.size[0] == PICTURES[name]
    file = album / f"{name}.png"
    for colours in (256, 128, 64):
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, optimize=True)
        if file.stat().st_size <= LARGEST_BYTES:
            break
    assert file.stat().st_size <= LARGEST_BYTES, name
    assert (hand.fits(), hand.complaints()) == (True, []), name


def live_through_the_story(hand: Hand) -> None:
    """From the mother's home to her mentor's answer, as the page guides a visitor."""
    hand.press('[data-step="before"] button')
    hand.reads(".clock .said", "sent meanwhile")
    hand.press('[data-step="wait"] button')
    hand.until(lambda d: "done" in hand.one('[data-step="wait"]').get_attribute("class"))
    hand.press('[data-step="look"] button')
    hand.press('[data-step="reply"] button')
    hand.press('[data-side="b"] .go')
    hand.until(lambda d: hand.one('[data-side="b"] .sms li.own'))
    hand.reads('[data-side="b"] .sms li:last-child', "Thank")


def show_the_phone(hand: Hand, side: str) -> None:
    """Scroll to where a visitor's thumb would."""
    hand.driver.execute_script(
        "document.querySelector(arguments[0]).scrollIntoView()", f'.phone[data-side="{side}"]'
    )


def show_her_alert(hand: Hand) -> None:
    """Scroll the mentor's messages to the one that the story is about."""
    code = hand.one(".guide .case").text
    found = next(
        one
        for one in hand.driver.find_elements("css selector", '[data-side="b"] .sms li')
        if code in one.text
    )
    hand.driver.execute_script("arguments[0].scrollIntoView({block: 'start'}); scrollTo(0, 0)", found)


def test_pictures_of_today_and_of_the_phones(demo: Site[Demo], album: Path) -> None:
    for size, kind in ((WIDE, "wide"), (NARROW, "narrow")):
        with browser(size) as driver:
            hand = Hand(driver)
            code = demo.do(demo.place.sign_in())
            driver.get(f"{demo.address}/login#{code}")
            hand.reads("h1", "Today")
            hand.until(lambda d: "/login" not in d.current_url)
            keep(hand, album, f"today-{kind}")
    with browser(NARROW) as driver:
        hand = Hand(driver)
        driver.get(f"{demo.address}/simulator")
        keep(hand, album, "phones-narrow-start")
        hand.press('[data-step="dial"] button')
        hand.reads('[data-side="a"] .ussd', "1 ")
        show_the_phone(hand, "a")
        keep(hand, album, "phones-narrow-home")
        hand.press('[data-side="a"] [data-key="4"]')
        hand.press('[data-side="a"] .go')
        hand.reads('[data-side="a"] .ussd', "3 ")
        show_the_phone(hand, "a")
        keep(hand, album, "phones-narrow-unwell")
    with browser(WIDE) as driver:
        hand = Hand(driver)
        driver.get(f"{demo.address}/simulator")
        hand.press('[data-step="dial"] button')
        hand.reads('[data-side="a"] .ussd', "1 ")
        live_through_the_story(hand)
        hand.press('[data-side="a"] [data-view="texts"]')
        show_her_alert(hand)
        keep(hand, album, "phones-wide")


BOOK = """Facility,Client number,Kind,Date,Status
Mfano Hospital,10003,clinic,2026-06-09,expected
Mfano Hospital,10016,clinic,31/02/2026,expected
Mfano Hospital,,clinic,2026-06-10,expected
Nowhere Clinic,10037,clinic,2026-06-11,expected
Mfano Hospital,10037,clinic,2026-06-11,perhaps
"""
"""An appointment book as it comes: one good row, and four ways to be wrong."""


def test_pictures_of_every_page(demo: Site[Demo], album: Path, tmp_path: Path) -> None:
    with browser(WIDE) as driver:
        hand = Hand(driver)
        begin(demo, hand)
        for name, path, first in (
            ("follow-ups-wide", "/follow-ups", None),
            ("mother-wide", "/mothers?risk=red", "main a[href^='/mothers/']"),
            ("appointments-wide", "/appointments", None),
            ("inbox-wide", "/inbox", None),
            ("site-wide", "/sites", "main a[href^='/sites/']"),
            ("mentor-wide", "/mentors", "main a[href^='/mentors/']"),
            ("groups-wide", "/groups", None),
            ("reports-wide", "/reports", None),
            ("message-wide", "/messages", "main a[href^='/messages/']:not(.button)"),
            ("system-wide", "/system", None),
            ("people-wide", "/people", None),
            ("audit-wide", "/audit", None),
        ):
            driver.get(f"{demo.address}{path}")
            if first is not None:
                driver.get(hand.one(first).get_attribute("href"))
            keep(hand, album, name)
        book = tmp_path / "book.csv"
        book.write_text(BOOK, encoding="utf-8")
        driver.get(f"{demo.address}/imports")
        hand.one("#file").send_keys(str(book))
        hand.press("form[action='/imports'] button.main")
        hand.reads("main", "31/02/2026 is not a date")
        keep(hand, album, "import-wide")
    with browser(NARROW) as driver:
        hand = Hand(driver)
        begin(demo, hand)
        driver.get(f"{demo.address}/follow-ups")
        driver.get(hand.one("main a[href^='/follow-ups/']").get_attribute("href"))
        keep(hand, album, "follow-up-narrow")


def begin(demo: Site[Demo], hand: Hand) -> None:
    """Sign in as an administrator."""
    hand.driver.get(f"{demo.address}/login#{demo.do(demo.place.sign_in('administrator'))}")
    hand.until(lambda d: "/login" not in d.current_url)
    hand.reads("h1", "Today")
