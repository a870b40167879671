"""A supervisor's first morning in a real browser: invited, a password, a code from an app, and one number shown."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pyotp
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from service.embedded.server import create_database, drop_database, with_database
from tests.integration.simulator.town import MOTHER, Town, open_town
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser

pytestmark = pytest.mark.system

PASSWORD = "nyota saba juu ya mlima"


@pytest.fixture
def strict(database_server: str, migrated_template: str, tmp_path: Path) -> Iterator[Site[Town]]:
    """The town as a real service guards it, with an administrator who is already in."""
    name = f"people_{tmp_path.name.replace('-', '_')}"[:60]
    asyncio.run(create_database(database_server, name, migrated_template))

    @asynccontextmanager
    async def opening(address: str) -> AsyncIterator[Town]:
        url = with_database(database_server, name)
        async with open_town(tmp_path, url, public_url=address, clinic="Riverside", worker=False) as town:
            town.services.settings = town.services.settings.model_copy(update={"gateway": "africastalking"})
            yield town

    with Site(opening) as served:
        yield served
    asyncio.run(drop_database(database_server, name))


def well(hand: Hand) -> None:
    """The page fits, can be used by everybody, and the browser holds nothing against it."""
    assert hand.troubles() == []


def write(hand: Hand, selector: str, words: str) -> None:
    field = hand.one(selector)
    field.clear()
    field.send_keys(words)


def complete(hand: Hand, email: str) -> tuple[pyotp.TOTP, str]:
    """Choose a password and set up the second step; what is in the app then, and one recovery code."""
    hand.reads("h1", "Choose a password")
    well(hand)
    assert hand.one("#me").get_attribute("value") == email
    write(hand, "#new", PASSWORD)
    write(hand, "#again", PASSWORD)
    hand.press("form[action='/set-up/password'] button")
    hand.reads("h1", "second step")
    hand.press("form[action='/set-up/second-step'] button")
    app = pyotp.TOTP(hand.until(lambda d: d.find_element(By.CSS_SELECTOR, ".typed").text).replace(" ", ""))
    well(hand)
    assert hand.one("img.scan").size["width"] > 200
    write(hand, "#code", app.now())
    hand.press("form[action='/set-up/second-step/code'] button")
    hand.reads("h1", "recovery codes")
    well(hand)
    return app, hand.driver.find_elements(By.CSS_SELECTOR, ".codes li")[0].text


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_invited_set_up_signed_in_and_one_number_shown(strict: Site[Town], size: tuple[int, int]) -> None:
    town, address = strict.place, strict.address
    with browser(size) as driver:
        boss = Hand(driver)
        code = strict.do(town.sign_in("administrator", staff=False, email="boss@example.org"))
        driver.get(f"{address}/login#{code}")
        complete(boss, "boss@example.org")
        driver.get(f"{address}/people")
        well(boss)
        write(boss, "#email", "sara@example.org")
        Select(boss.one("#role")).select_by_value("supervisor")
        Select(boss.one("#staff")).select_by_value(str(town.supervisor))
        boss.press("form[action='/people'] button")
        boss.reads("h1", "one-time sign-in")
        well(boss)
        link = boss.one("#link").get_attribute("value") or ""
        driver.get(f"{address}/audit")
        assert "Invited" in boss.reads("main", "Each line is as it was written")
        well(boss)
    with browser(size) as driver:
        sara = Hand(driver)
        driver.get(link)
        _, recovery = complete(sara, "sara@example.org")
        sara.press("a.main")
        sara.reads("h1", "Today")
        driver.get(f"{address}/set-up")
        well(sara)
        sara.press("form[action='/set-up/out-everywhere'] button")
        sara.reads("h1", "Sign in")
        well(sara)
        write(sara, "#email", "sara@example.org")
        write(sara, "#password", "not this one, surely")
        sara.press("form button.main")
        sara.reads("main", "did not fit")
        assert len(sara.complaints()) == 1  # that it was a 401
        write(sara, "#email", "sara@example.org")
        write(sara, "#password", PASSWORD)
        write(sara, "#second", recovery)
        sara.press("form button.main")
        sara.reads("h1", "Today")
        driver.get(f"{address}/mothers/{town.mother}/number")
        well(sara)
        Select(sara.one("#reason")).select_by_value("call")
        sara.press("form.reveal button")
        assert MOTHER in sara.reads(".reveal", MOTHER)
        well(sara)
        driver.get(f"{address}/numbers")
        assert MOTHER not in sara.reads("main", "To call now")
        well(sara)
