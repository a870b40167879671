"""A real browser on real pages: the application on a port of its own, Chromium, and a hand that presses keys."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Generic, Protocol, TypeVar

import uvicorn
from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    WebDriverException,
)
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from service.app import create_asgi
from service.logs import UVICORN_OPTIONS
from service.wiring import Services

LEAVING = (NoSuchElementException, StaleElementReferenceException)
GONE = "does not belong to the document"
"""What a page says while it makes room for the next."""
AXE: Final = Path(__file__).parent / "vendored" / "axe-4.11.0.min.js"
NARROW, WIDE = (360, 800), (1280, 900)
BUILT_SECONDS = 600
"""How long a whole made-up world may take on a busy machine."""


class Place(Protocol):
    """Whoever lives behind the pages."""

    @property
    def services(self) -> Services: ...


Found = TypeVar("Found")
Lived = TypeVar("Lived", bound=Place)


class Site(Generic[Lived]):
    """The application served on a port of its own, in a thread with its own event loop.

    ``opening`` is given the address and opens the place behind it.
    """

    place: Lived

    def __init__(self, opening: Callable[[str], AbstractAsyncContextManager[Lived]]) -> None:
        self._opening = opening
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="site")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self) -> "Site[Lived]":
        self._thread.start()
        for _ in range(BUILT_SECONDS):
            if self._up.wait(1):
                break
            assert self._thread.is_alive(), "the site did not come up"
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)

    def do(self, work: Any) -> Any:
        """Run a coroutine where the site runs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with self._opening(self.address) as self.place:
            config = uvicorn.Config(create_asgi(self.place.services), lifespan="off", **UVICORN_OPTIONS)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[self.listener]))
            # The socket listens already: whoever comes early waits in its queue.
            self._up.set()
            await self._stop.wait()
            server.should_exit = True
            await serving


@contextmanager
def browser(size: tuple[int, int], *, dark: bool = False, script: bool = True) -> Iterator[Chrome]:
    """Debian's Chromium without a window; phones are given their true width, which a small window is not."""
    with TemporaryDirectory(prefix="pamoja-chromium-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or "chromium"
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-device-scale-factor=1",
            f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", "--lang=en-GB", "--hide-scrollbars",
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
            liked = {"prefers-color-scheme": "dark" if dark else "light", "prefers-reduced-motion": "reduce"}
            features = [{"name": name, "value": value} for name, value in liked.items()]
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
            yield driver
        finally:
            driver.quit()


class Hand:
    """Somebody's hand on a page."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def until(self, seen: Callable[[Chrome], Found | bool]) -> Found:
        def calmly(driver: Chrome) -> Found | bool:
            try:
                return seen(driver)
            except WebDriverException as fault:
                if isinstance(fault, LEAVING) or GONE in str(fault):
                    return False
                raise

        found: Any = WebDriverWait(self.driver, 30).until(calmly)
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

    def too_small(self) -> list[str]:
        """What is to be pressed and has less than 44 pixels either way, with its size."""
        found: list[str] = self.driver.execute_script(_TOO_SMALL)
        return found

    def whole(self, selector: str) -> bool:
        """Whether all of an element's text is inside its box, without scrolling, and its box inside the window's width."""
        return bool(self.driver.execute_script(_WHOLE, self.one(selector)))

    def barriers(self) -> list[str]:
        """What axe finds on the page that would keep somebody out: its rule and the elements."""
        if not self.driver.execute_script("return 'axe' in window"):
            self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
        found: list[str] = self.driver.execute_async_script(_BARRIERS)
        self.complaints()  # axe styles what it measures, which the page's policy forbids and the console tells
        return found

    def complaints(self) -> list[str]:
        """What the browser's console holds against the page."""
        return [line["message"] for line in self.driver.get_log("browser") if line["level"] == "SEVERE"]

    def troubles(self, *, axe: bool = True) -> list[str]:
        """All of that about this page, in words."""
        found = [] if self.fits() else ["is wider than the window"]
        found += [f"too small: {one}" for one in self.too_small()]
        found += [f"console: {one}" for one in self.complaints()]
        if axe:
            found += [f"axe: {one}" for one in self.barriers()]
        if len(self.driver.find_elements(By.TAG_NAME, "h1")) != 1:
            found.append("has not one h1")
        return found

    def contrast(self, selector: str) -> float:
        """The WCAG 2.2 contrast of an element's text with what is painted behind it."""
        return float(self.driver.execute_script(_CONTRAST, self.one(selector)))


_BARRIERS = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]})
  .then((found) => done(found.violations.filter((one) => ["serious", "critical"].includes(one.impact))
    .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`)))
  .catch((fault) => done([`axe did not run: ${fault}`]));
"""
_TOO_SMALL = """
return [...document.querySelectorAll("button, a.button, nav a, select, summary, input:not([type=hidden])")]
  .map((one) => ["checkbox", "radio"].includes(one.type) ? one.labels?.[0] ?? one.closest("td") ?? one : one)
  .filter((one) => one.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true}))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
  .map(([one, box]) => `${one.tagName} ${one.textContent.trim().slice(0, 20)} ${box.width}x${box.height}`);
"""
_WHOLE = """
const box = arguments[0].getBoundingClientRect();
return arguments[0].scrollHeight <= arguments[0].clientHeight && arguments[0].scrollWidth <= arguments[0].clientWidth
  && box.left >= 0 && box.right <= innerWidth;
"""
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
