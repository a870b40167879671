"""The pages in a real browser, narrow and wide: dial, walk the menus, step the clock, see a text arrive, sign in.

With PAMOJA_SCREENSHOTS=1 the pictures for docs/screenshots/ are taken on the way.
"""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
import uvicorn
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from service.app import create_asgi
from service.embedded.server import create_database, drop_database, with_database
from service.logs import UVICORN_OPTIONS
from tests.integration.simulator.town import Town, open_town

pytestmark = pytest.mark.system

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
LEAVING = (NoSuchElementException, StaleElementReferenceException)
"""What a page says while it makes room for the next."""
NARROW, WIDE = (360, 800), (1280, 900)
Found = TypeVar("Found")


class Site:
    """The application served on a port of its own, in a thread with its own event loop."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._database_url = database_url
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="site")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.town: Town

    def __enter__(self) -> "Site":
        self._thread.start()
        assert self._up.wait(60), "the site did not come up"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    def do(self, work: Any) -> Any:
        """Run a coroutine where the site runs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with open_town(
            self._folder, self._database_url, public_url=self.address, clinic="Riverside"
        ) as self.town:
            config = uvicorn.Config(create_asgi(self.town.services), lifespan="off", **UVICORN_OPTIONS)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[self.listener]))
            # The socket listens already: whoever comes early waits in its queue.
            self._up.set()
            await self._stop.wait()
            server.should_exit = True
            await serving


@pytest.fixture
def site(database_server: str, migrated_template: str, tmp_path: Path) -> Iterator[Site]:
    name = f"pages_{tmp_path.name.replace('-', '_')}"[:60]
    asyncio.run(create_database(database_server, name, migrated_template))
    with Site(with_database(database_server, name), tmp_path) as served:
        yield served
    asyncio.run(drop_database(database_server, name))


@contextmanager
def browser(size: tuple[int, int], *, dark: bool = False, script: bool = True) -> Iterator[Chrome]:
    """Debian's Chromium without a window; phones are given their true width, which a small window is not."""
    with TemporaryDirectory(prefix="pamoja-chromium-") as profile:
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or "chromium"
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-device-scale-factor=1",
            f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", "--lang=en-GB",
        ):  # fmt: skip
            options.add_argument(argument)
        if not script:
            options.add_experimental_option(
                "prefs", {"profile.managed_default_content_settings.javascript": 2}
            )
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options, Service(shutil.which("chromedriver") or "chromedriver"))
        try:
            metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 500}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]}
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
            yield driver
        finally:
            driver.quit()


class Hand:
    """Somebody's hand on a page."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def until(self, seen: Callable[[Chrome], Found | bool]) -> Found:
        found: Any = WebDriverWait(self.driver, 30, ignored_exceptions=LEAVING).until(seen)
        return found

    def one(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def press(self, selector: str) -> None:
        button = self.until(lambda d: self._ready(selector))
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()

    def _ready(self, selector: str) -> WebElement | bool:
        found = [one for one in self.driver.find_elements(By.CSS_SELECTOR, selector) if one.is_displayed()]
        return found[0] if found and found[0].is_enabled() else False

    def reads(self, selector: str, words: str) -> str:
        """Wait until it reads like this; return the whole text."""

        def found(_: Chrome) -> str | bool:
            text = self.one(selector).text
            return text if words in text else False

        return str(self.until(found))

    def fits(self) -> bool:
        """Whether nothing is wider than the window."""
        return bool(self.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"))

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page."""
        return [line["message"] for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]

    def picture(self, name: str, *, whole: bool = False) -> None:
        """A picture for the documentation, when asked for."""
        if os.environ.get("PAMOJA_SCREENSHOTS") != "1":
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.driver.execute_script("scrollTo(0, 0)")
        if whole:
            height = self.driver.execute_script("return document.documentElement.scrollHeight")
            width = self.driver.execute_script("return innerWidth")
            metrics = {
                "width": width,
                "height": min(height, 3000),
                "deviceScaleFactor": 1,
                "mobile": width < 500,
            }
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.save_screenshot(str(PICTURES / f"{name}.png"))


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_story_of_a_silent_mother(site: Site, size: tuple[int, int]) -> None:
    kind = "narrow" if size == NARROW else "wide"
    with browser(size) as driver:
        hand = Hand(driver)
        driver.get(f"{site.address}/simulator")
        assert hand.fits()
        hand.picture(f"simulator-{kind}-start", whole=size == NARROW)
        hand.press('[data-step="dial"] button')
        hand.reads('[data-side="a"] .ussd', "1 ")
        home = walk_to_the_home_screen(hand)
        hand.picture(f"simulator-{kind}-home")
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
        hand.picture(f"simulator-{kind}", whole=size == NARROW)
        assert hand.fits()
        assert hand.complaints() == []
        sign_in_and_see_today(site, hand, kind)


def walk_to_the_home_screen(hand: Hand) -> str:
    """The first dial asks the language; whoever chose before is home at once. Return what home says."""
    screen = hand.one('[data-side="a"] .ussd').text
    if "Kiswahili" in screen:
        hand.press('[data-side="a"] [data-key="1"]')
        hand.press('[data-side="a"] .go')
    return hand.reads('[data-side="a"] .ussd', "Call me")


def sign_in_and_see_today(site: Site, hand: Hand, kind: str) -> None:
    code = site.do(site.town.sign_in())
    hand.driver.get(f"{site.address}/")
    assert hand.driver.current_url.endswith("/login")
    hand.picture(f"sign-in-{kind}")
    hand.driver.get(f"{site.address}/login#{code}")
    hand.reads("h1", "Today")
    assert code not in hand.driver.current_url
    assert "Messages are going out." in hand.reads("#working", "Messages")
    assert "No answer" in hand.one(".people").text
    assert hand.fits()
    hand.picture(f"today-{kind}", whole=True)
    hand.press(".person .acts button[value=going]")
    hand.reads(".note", "Saved.")
    assert hand.complaints() == []
    hand.press("form[action='/logout'] button")
    hand.reads("h1", "Sign in")


def test_dark_pages_are_readable(site: Site) -> None:
    code = site.do(site.town.sign_in())
    with browser(WIDE, dark=True) as driver:
        hand = Hand(driver)
        driver.get(f"{site.address}/login#{code}")
        hand.reads("h1", "Today")
        hand.picture("today-dark", whole=True)
        driver.get(f"{site.address}/simulator")
        hand.press('[data-step="dial"] button')
        hand.reads('[data-side="a"] .ussd', "1 ")
        hand.picture("simulator-dark")
        for selector in ("body", ".card", ".guide .soft", ".badge", "button"):
            assert contrast(hand, selector) >= 4.5, selector


def contrast(hand: Hand, selector: str) -> float:
    """The WCAG 2.2 contrast of an element's text with what is painted behind it."""
    return float(hand.driver.execute_script(_CONTRAST, hand.one(selector)))


def test_the_phones_work_without_a_script(site: Site) -> None:
    with browser(NARROW, script=False) as driver:
        hand = Hand(driver)
        driver.get(f"{site.address}/simulator")
        assert hand.fits()
        hand.press('[data-side="a"] .go')
        hand.reads('[data-side="a"] .ussd', "1 ")
        hand.press('.clock button[value="P1D"]')
        hand.reads(".clock .said", "sent meanwhile")
        hand.reads(".clock .when", "Tue 24 Nov 2026")
        assert hand.fits()


def test_another_person_takes_a_phone(site: Site) -> None:
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


_CONTRAST = """
const parse = (c) => c.match(/[\\d.]+/g).map(Number);
const light = (c) => c.slice(0, 3).map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
let behind = arguments[0], back;
while (behind) {
  back = parse(getComputedStyle(behind).backgroundColor);
  if (back.length < 4 || back[3] === 1) break;
  behind = behind.parentElement;
}
const front = parse(getComputedStyle(arguments[0]).color);
const [high, low] = [light(front), light(behind ? back : [255, 255, 255])].sort((a, b) => b - a);
return (high + .05) / (low + .05);
"""
