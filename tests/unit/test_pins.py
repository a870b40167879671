"""PINs: whose it is, which are too easy, and the same work whoever calls."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters

from service.security import pins as module
from service.security.pins import PinChecker, Pins, PinsBusyError, is_weak

PEPPER = bytes(range(32))


@pytest.fixture(scope="module", autouse=True)
def in_earnest() -> Iterator[None]:
    """PINs are hashed here as in earnest; other tests hash them cheaply."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_HASHER", module.full_strength())
        yield


@pytest.fixture(scope="module")
def pins(in_earnest: None) -> Pins:
    return Pins(PEPPER)


def test_the_pin_tells_which_person_on_the_number_is_calling(pins: Pins) -> None:
    hashes = [pins.hash_pin("4821"), pins.hash_pin("7305")]
    assert pins.verify("4821", hashes) == 0
    assert pins.verify("7305", hashes) == 1
    assert pins.verify("4822", hashes) is None
    assert pins.verify("4821", []) is None
    assert pins.is_taken("7305", hashes)
    assert not pins.is_taken("7306", hashes)


def test_a_pin_two_people_share_names_neither(pins: Pins) -> None:
    assert pins.verify("4821", [pins.hash_pin("4821"), pins.hash_pin("4821")]) is None


def test_hashes_are_argon2id_salted_and_useless_without_the_pepper(pins: Pins) -> None:
    one, two = pins.hash_pin("4821"), pins.hash_pin("4821")
    assert one != two
    parameters = extract_parameters(one)
    assert (parameters.type.name, parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (
        "ID",
        2,
        19456,
        1,
    )
    assert Pins(bytes(range(1, 33))).verify("4821", [one]) is None
    assert repr(pins) == "Pins()"


@pytest.mark.parametrize("damaged", ["", "4821", "$argon2id$v=19$m=19456,t=2,p=1$x", "é"])
def test_a_damaged_hash_matches_nobody_and_hides_nobody(pins: Pins, damaged: str) -> None:
    assert pins.verify("4821", [damaged, pins.hash_pin("4821")]) == 1
    assert pins.verify("4821", [damaged]) is None


def test_strange_input_is_simply_wrong(pins: Pins) -> None:
    for typed in ("", "\x00", "٤٨٢١", "\udc00", "4" * 10_000):
        assert pins.verify(typed, [pins.hash_pin("4821")]) is None


@pytest.mark.parametrize("known", [0, 1, 2, 3])
def test_known_and_unknown_numbers_cost_the_same_work(
    pins: Pins, known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = [pins.hash_pin(f"482{place}") for place in range(known)]
    costs: list[tuple[int, int]] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:
            found = extract_parameters(str(hash))
            costs.append((found.time_cost, found.memory_cost))
            return super().verify(hash, password)

    monkeypatch.setattr(module, "_HASHER", Counting())
    for typed in ("4820", "9999"):
        costs.clear()
        pins.verify(typed, hashes, declared=3)
        assert costs == [(2, 19456)] * 3


def test_a_pepper_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pins(b"short")


@pytest.mark.parametrize(
    "pin",
    [
        "0000",
        "1111",
        "1234",
        "4321",
        "7890",
        "9012",
        "1212",
        "2580",
        "0852",
        "123",
        "",
        "12a4",
        "٤٨٢١",
        "12345",
        "111111",
    ],
)
def test_easy_pins_are_weak(pin: str) -> None:
    assert is_weak(pin)


@pytest.mark.parametrize("pin", ["4821", "7305", "1224", "1357", "0912", "48214"])
def test_other_pins_are_not(pin: str) -> None:
    assert not is_weak(pin)


def test_few_enough_pins_are_weak_that_guessing_stays_hard() -> None:
    assert sum(is_weak(f"{number:04d}") for number in range(10_000)) < 150


async def test_the_checker_answers_off_the_event_loop(pins: Pins) -> None:
    checker = PinChecker(pins)
    stored = await checker.hash_pin("4821")
    assert await checker.verify("4821", [stored], declared=2) == 0
    assert await checker.is_taken("4821", [stored])
    checker.close()


async def test_a_flood_is_turned_away_and_room_comes_back(pins: Pins) -> None:
    gate = threading.Event()
    checker = PinChecker(pins, threads=1, waiting=2)

    def wait_then(answer: int) -> Callable[[], int]:
        return lambda: answer if gate.wait(30) else -1

    held = [asyncio.ensure_future(checker._run(wait_then(place))) for place in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(PinsBusyError, match="try again"):
        await checker.verify("4821", [])
    gate.set()
    assert await asyncio.gather(*held) == [0, 1]
    assert await checker.verify("4821", []) is None
    checker.close()
