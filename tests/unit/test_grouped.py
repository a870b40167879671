"""Calls that arrive together are served together, nobody waits for ever, and a lane is never lost."""

import asyncio
from collections.abc import Sequence

import pytest

from service.ussd.grouped import Grouped


async def test_one_call_alone_is_served_at_once() -> None:
    groups: list[int] = []

    async def serve(items: Sequence[int]) -> list[int]:
        groups.append(len(items))
        return [item * 2 for item in items]

    assert await Grouped(serve).ask(21) == 42
    assert groups == [1]


async def test_what_arrives_while_both_lanes_work_is_served_as_one_group() -> None:
    gate = asyncio.Event()
    groups: list[list[int]] = []

    async def serve(items: Sequence[int]) -> list[int]:
        groups.append(list(items))
        await gate.wait()
        return list(items)

    grouped: Grouped[int, int] = Grouped(serve)
    asked = [asyncio.create_task(grouped.ask(n)) for n in range(1)]
    await asyncio.sleep(0)
    asked += [asyncio.create_task(grouped.ask(n)) for n in range(1, 20)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*asked) == list(range(20))
    assert len(groups) <= 3
    assert sorted(n for group in groups for n in group) == list(range(20))


async def test_a_group_that_raises_tells_each_of_its_callers_and_the_next_is_served() -> None:
    async def serve(items: Sequence[int]) -> list[int]:
        if 13 in items:
            raise ValueError("thirteen")
        return list(items)

    grouped: Grouped[int, int] = Grouped(serve)
    with pytest.raises(ValueError, match="thirteen"):
        await grouped.ask(13)
    assert await grouped.ask(1) == 1


async def test_a_caller_that_hangs_up_does_not_stop_its_neighbours() -> None:
    gate = asyncio.Event()

    async def serve(items: Sequence[int]) -> list[int]:
        await gate.wait()
        return list(items)

    grouped: Grouped[int, int] = Grouped(serve, lanes=1)
    first, second = asyncio.create_task(grouped.ask(1)), asyncio.create_task(grouped.ask(2))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert await second == 2
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_many_waves_of_calls_never_lose_a_lane() -> None:
    async def serve(items: Sequence[int]) -> list[int]:
        await asyncio.sleep(0)
        return list(items)

    grouped: Grouped[int, int] = Grouped(serve)
    for wave in range(200):
        numbers = range(wave % 7 + 1)
        async with asyncio.timeout(5):
            assert await asyncio.gather(*(grouped.ask(n) for n in numbers)) == list(numbers)
    await grouped.close()


async def test_closing_waits_for_what_was_asked() -> None:
    answered: list[int] = []

    async def serve(items: Sequence[int]) -> list[int]:
        await asyncio.sleep(0)
        answered.extend(items)
        return list(items)

    grouped: Grouped[int, int] = Grouped(serve)
    asked = asyncio.create_task(grouped.ask(7))
    await asyncio.sleep(0)
    await grouped.close()
    assert answered == [7]
    assert await asked == 7
