"""The real webhook on a real database: two calls at once on a number of two mothers and a mentor, anything typed."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import httpx
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.bundle import Bundle
from flows.gsm7 import is_gsm7, septets, units
from flows.lint.deny import listed
from service.clocks import set_stepped
from service.wiring import Services
from tests.integration.apply.clinic import MENTOR, Clinic
from tests.integration.web.conftest import client_of

PINS = {"sister": "7391", "wife": "6248", "mentor": "8514"}
DAYS = 9, 40
"""When the two mothers' visits are."""

ANYTHING = st.one_of(
    st.sampled_from(
        ["0", "00", "9", "", "*", "#", "1*2", "*384#", "9" * 300, "417", "4821", "2503", "\u0661"]
    ),
    st.sampled_from([*PINS.values(), "1111"]),
    st.text(alphabet="0123456789*#", max_size=60),
    st.text(max_size=30),
)
HOP = st.tuples(
    st.one_of(st.integers(0, 8), st.integers(0, 8), ANYTHING),
    st.sampled_from([*PINS.values(), "1111"]),
    st.booleans(),
    st.sampled_from(["", "", "", "", "", "redial"]),
)
FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

_sessions = count(1)


@dataclass
class Call:
    """One session as the gateway keeps it, and what the phone shows."""

    client: httpx.AsyncClient
    hook: str
    session: str = ""
    text: str = ""
    shown: str = ""
    told_pin: bool = False
    replies: dict[str, str] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return not self.shown.startswith("CON ")

    async def dial(self) -> str:
        self.session, self.text, self.told_pin = f"any-{next(_sessions)}", "", False
        self.replies = {}
        return await self._post()

    async def answer(self, typed: str) -> str:
        self.told_pin = self.told_pin or any(pin in typed for pin in PINS.values())
        self.text = f"{self.text}*{typed}" if self.text else typed
        return await self._post()

    async def _post(self) -> str:
        form = {
            "sessionId": self.session,
            "phoneNumber": MENTOR,
            "serviceCode": "*384#",
            "networkCode": "63902",
            "text": self.text,
        }
        answered = await self.client.post(self.hook, data=form)
        assert answered.status_code == 200
        self.shown = answered.text
        self.replies[self.text] = self.shown
        return self.shown


@pytest_asyncio.fixture(loop_scope="session")
async def clinic(services: Services) -> Clinic:
    """The mentor's number, on which two mothers are set up as well, each with a PIN and a date of her own."""
    clinic = await Clinic(services.pool, services.deps()).open()
    await set_stepped(services.pool, clinic.now)
    for pin, day in zip((PINS["sister"], PINS["wife"]), DAYS, strict=True):
        mother = await clinic.mother(MENTOR, pin_hash=await services.pins.hash_pin(pin), phone_use="shared")
        await clinic.run(
            "UPDATE visit SET due_on = $2 WHERE mother_id = $1", mother, clinic.today + timedelta(days=day)
        )
    await clinic.run(
        "UPDATE person SET pin_hash = $2 WHERE id = $1",
        clinic.mentor,
        await services.pins.hash_pin(PINS["mentor"]),
    )
    return clinic


@pytest_asyncio.fixture(loop_scope="session")
async def calls(services: Services, clinic: Clinic) -> AsyncIterator[tuple[Call, Call]]:
    """Two calls from that number."""
    hook = f"/hooks/{services.settings.tokens[0]}/africastalking/ussd"
    async with client_of(services) as client:
        yield Call(client, hook), Call(client, hook)


async def effects(services: Services) -> int:
    """How many events are stored."""
    stored = await services.pool.fetchval("SELECT count(*) FROM event")
    assert isinstance(stored, int)
    return stored


def check(bundle: Bundle, call: Call, shown: str) -> None:
    """A screen, on one page, that tells nothing before a PIN was typed in this call."""
    assert shown.startswith(("CON ", "END ")), shown
    assert (septets(shown) <= 160) if is_gsm7(shown) else (units(shown) <= 70), shown
    assert shown[4:].strip()
    assert "{" not in shown
    if not call.told_pin:
        assert listed(bundle, shown[4:], "words", "starts") is None, shown


def typed_on(call: Call, answer: int | str, pin: str) -> str:
    if isinstance(answer, str):
        return answer
    lines = [line.partition(" ")[0] for line in call.shown[4:].split("\n")]
    digits = [digit for digit in lines if digit.isdecimal()]
    return digits[answer % len(digits)] if digits else pin


@FEW
@given(hops=st.lists(HOP, min_size=20, max_size=30))
async def test_any_thirty_answers_in_two_calls_at_once(
    services: Services, calls: tuple[Call, Call], hops: list[tuple[int | str, str, bool, str]]
) -> None:
    bundle = services.bundles.current()
    for call in calls:
        check(bundle, call, await call.dial())
    for answer, pin, second, redial in hops:
        call = calls[second]
        before = await effects(services)
        shown = await (call.dial() if call.over or redial else call.answer(typed_on(call, answer, pin)))
        check(bundle, call, shown)
        after = await effects(services)
        assert after - before <= 4, shown  # an answer, with what two mothers on the number make of it
        assert call.replies[call.text] == await call._post()  # the same answer again
        assert await effects(services) == after
    stored = [dict(row) for row in await services.pool.fetch("SELECT * FROM ussd_session")]
    readable = json.dumps([{name: str(value) for name, value in row.items()} for row in stored])
    assert not [pin for pin in PINS.values() if f'"{pin}"' in readable]


async def test_home_is_the_same_bytes_for_every_caller(services: Services, calls: tuple[Call, Call]) -> None:
    for language in services.bundles.current().languages:
        await services.pool.execute("UPDATE phone SET language = $1", language)
        known, _ = calls
        hers = await known.dial()
        nobody = await known.client.post(
            known.hook, data={"sessionId": f"nobody-{language}", "phoneNumber": "+254700000998", "text": ""}
        )
        if nobody.text == hers:
            continue
        digit = list(services.bundles.current().languages).index(language) + 1
        chosen = await known.client.post(
            known.hook,
            data={"sessionId": f"nobody-{language}", "phoneNumber": "+254700000998", "text": str(digit)},
        )
        assert chosen.text == hers
