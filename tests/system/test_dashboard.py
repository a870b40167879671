"""Every page of the dashboard in a real browser, for every role, narrow and wide: it fits, and keeps nobody out."""

import re
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By

from service.dashboard.access import Role
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser
from tests.system.made_up import Demo

pytestmark = pytest.mark.system

ROLES: tuple[Role, ...] = ("administrator", "supervisor", "me", "editor", "auditor")
FILE = re.compile(r"\.(csv|xlsx|json)$|/template|/download|/export")
MOST_PAGES = 40


def sign_in(demo: Site[Demo], hand: Hand, role: Role) -> None:
    hand.driver.get(f"{demo.address}/login#{demo.do(demo.place.sign_in(role))}")
    hand.until(lambda d: "/login" not in d.current_url)
    hand.reads("h1", "Today")


def pages_linked(demo: Site[Demo], hand: Hand) -> list[str]:
    """Every page of ours that this one links to, without what only filters a list."""
    found = [one.get_attribute("href") or "" for one in hand.driver.find_elements(By.TAG_NAME, "a")]
    paths = [urlsplit(one).path for one in found if one.startswith(demo.address)]
    return [one for one in paths if not FILE.search(one) and not one.startswith("/simulator")]


def troubles(hand: Hand) -> list[str]:
    found = [] if hand.fits() else ["is wider than the window"]
    found += [f"too small: {one}" for one in hand.too_small()]
    found += [f"axe: {one}" for one in hand.barriers()]
    found += [f"console: {one}" for one in hand.complaints()]
    if len(hand.driver.find_elements(By.TAG_NAME, "h1")) != 1:
        found.append("has not one h1")
    return found


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_a_role_can_reach(demo: Site[Demo], role: Role, size: tuple[int, int]) -> None:
    """One page of each kind: from the menu and on, by links, the first mother, follow-up, clinic and so on."""
    with browser(size) as driver:
        hand = Hand(driver)
        sign_in(demo, hand, role)
        waiting, seen, wrong = ["/"], {"/", "/login"}, {}
        while waiting:
            path = waiting.pop(0)
            driver.get(f"{demo.address}{path}")
            if found := troubles(hand):
                wrong[path] = found
            for linked in pages_linked(demo, hand):
                kind = re.sub(r"\d+", "N", linked)
                if kind not in seen:
                    seen.add(kind)
                    waiting.append(linked)
        assert wrong == {}
        assert 2 <= len(seen) <= MOST_PAGES, sorted(seen)
