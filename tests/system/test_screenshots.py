"""The documents' pictures, taken of the demo's own made-up people: `make screenshots`.

An ordinary run takes them of a small world and keeps none, so that they can always be taken.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from service.dashboard.sign_in import add_user, new_sign_in
from service.demo.world import build_world
from service.embedded.server import create_database, drop_database, with_database
from service.processes.loop import run_worker
from service.settings import demo_settings
from service.wiring import Services, ensure_ready, open_services
from tests.pictures import LARGEST_BYTES, PICTURES
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser

pytestmark = pytest.mark.system

SMALL = {"mothers": 22, "weeks": 3}


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo's world on its Monday morning."""

    services: Services

    async def sign_in(self) -> str:
        """The one-time sign-in that the demo prints."""
        services = self.services
        async with services.pool.acquire() as conn, conn.transaction():
            staff = await conn.fetchval("SELECT min(id) FROM staff WHERE role = 'supervisor'")
            user = await add_user(
                conn, services.sealer, services.index, "demo@example.org", "supervisor", staff
            )
            return await new_sign_in(conn, user, await services.clocks.wall.now())


@pytest.fixture(scope="module")
def demo(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site[Demo]]:
    """The whole world where the pictures are kept, a small one of the same people otherwise."""
    size = {} if "PAMOJA_SCREENSHOTS" in os.environ else SMALL
    folder = tmp_path_factory.mktemp("demo")
    url = with_database(database_server, "screenshots")

    @asynccontextmanager
    async def opening(address: str) -> AsyncIterator[Demo]:
        async with open_services(
            demo_settings(folder, 8000, database_url=url, public_url=address)
        ) as services:
            await ensure_ready(services, publish=True)
            await build_world(services, lambda what, part: None, **size)
            stop = asyncio.Event()
            running = asyncio.create_task(run_worker(services, stop))
            yield Demo(services)
            stop.set()
            await running

    asyncio.run(create_database(database_server, "screenshots", migrated_template))
    with Site(opening) as site:
        yield site
    asyncio.run(drop_database(database_server, "screenshots"))


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
