"""Every page of the dashboard in a real browser, for every role, narrow and wide: it fits, and keeps nobody out."""

import re
from typing import Final
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.by import By

from service.dashboard.door.access import MAY, Role
from service.dashboard.frame.nav import GROUPS
from service.dashboard.routes import routes
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser
from tests.system.made_up import Demo

pytestmark = pytest.mark.system

ROLES: Final[tuple[Role, ...]] = ("supervisor", "me", "editor", "auditor")
FILE = re.compile(r"\.(csv|xlsx|json)$|/template|/download|/export")


def sign_in(demo: Site[Demo], hand: Hand, role: Role) -> None:
    hand.driver.get(f"{demo.address}/login#{demo.do(demo.place.sign_in(role))}")
    hand.until(lambda d: "/login" not in d.current_url)
    hand.reads("h1", "Today")


def pages_linked(demo: Site[Demo], hand: Hand) -> list[str]:
    """Every page of ours that this one links to, without what only filters a list."""
    found = [one.get_attribute("href") or "" for one in hand.driver.find_elements(By.TAG_NAME, "a")]
    paths = [urlsplit(one).path for one in found if one.startswith(demo.address)]
    return [one for one in paths if not FILE.search(one) and not one.startswith("/simulator")]


def kinds_of_page(demo: Site[Demo]) -> list[tuple[str, re.Pattern[str]]]:
    """Every page there is, by its rule, and the addresses it answers; pages of words come before those with an id."""
    paths = sorted(rule.path for rule in routes(demo.place.services).rules if rule.method == "GET")
    found = []
    for path in paths:
        parts = [
            r"\d+" if one.endswith("_id}") else "[^/]+" if one.startswith("{") else re.escape(one)
            for one in path.split("/")
        ]
        found.append((path, re.compile("/".join(parts))))
    return found


def walk(demo: Site[Demo], hand: Hand, role: Role, *, axe: bool) -> tuple[set[str], dict[str, list[str]]]:
    """Sign in, and see one page of each kind: from the menu and on, by links, the first mother, clinic and so on."""
    sign_in(demo, hand, role)
    kinds = kinds_of_page(demo)
    waiting, seen, wrong = ["/"], {"/"}, {}
    while waiting:
        path = waiting.pop(0)
        hand.driver.get(f"{demo.address}{path}")
        if found := hand.troubles(axe=axe):
            wrong[f"{role} {path}"] = found
        for linked in pages_linked(demo, hand):
            kind = next((path for path, address in kinds if address.fullmatch(linked)), None)
            if kind is None and linked != "/api/docs":
                wrong[f"{role} {path}"] = [f"links to {linked}, which is nowhere"]
            elif kind is not None and kind not in seen:
                seen.add(kind)
                waiting.append(linked)
    return seen, wrong


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_every_page_fits_and_keeps_nobody_out(demo: Site[Demo], size: tuple[int, int]) -> None:
    with browser(size) as driver:
        seen, wrong = walk(demo, Hand(driver), "administrator", axe=True)
    assert wrong == {}
    for _, entries in GROUPS:
        assert {address for _, address, _ in entries} <= seen


def test_each_role_reaches_its_pages_and_no_dead_end(demo: Site[Demo]) -> None:
    """What is linked can be opened: a link that is refused shows as a complaint of the browser."""
    with browser(NARROW) as driver:
        hand = Hand(driver)
        for role in ROLES:
            seen, wrong = walk(demo, hand, role, axe=False)
            assert wrong == {}
            theirs = {
                address for _, entries in GROUPS for _, address, needed in entries if needed in MAY[role]
            }
            assert theirs <= seen
            hand.press(".menu-button")
            hand.press("form[action='/logout'] button")
            hand.reads("h1", "Sign in")
