"""Any hop, late, doubled, in parallel or mangled, gets its own bytes and has at most one effect."""

import asyncio
import json
from collections.abc import Callable

import pytest

from service.database import connect
from service.ussd.line import UssdLine
from service.wiring import Services
from tests.integration.ussd.conftest import Handset

Dial = Callable[..., Handset]
HOME = "CON Welcome.\n1 I am fine\n2 Call me\n3 My dates\n4 I feel unwell\n5 More"


async def events(services: Services, kind: str) -> int:
    count = await services.pool.fetchval("SELECT count(*) FROM event WHERE kind = $1", kind)
    assert isinstance(count, int)
    return count


async def test_a_first_dial_asks_the_language_and_walks_home_to_the_end_of_a_check_in(dial: Dial) -> None:
    phone = dial()
    assert (await phone.dial()).startswith("CON ")
    assert await phone.type("1") == HOME
    assert (await phone.type("1")).startswith("CON How was your week?")
    assert (await phone.type("2")).startswith("CON ")
    assert (await phone.type("1")).startswith("END ")


async def test_the_language_is_remembered_and_home_is_the_same_for_every_number(dial: Dial) -> None:
    for number in ("+254700000043", "+254700000044"):
        await dial(number).walk("1")
    assert {await dial("+254700000043").dial(), await dial("+254700000044").dial()} == {HOME}


async def test_each_hop_ten_times_in_parallel_returns_its_own_bytes_and_one_effect(
    dial: Dial, services: Services
) -> None:
    phone = dial()
    replies: dict[str, str] = {}
    for text in ("", "1", "1*1", "1*1*2", "1*1*2*1"):
        [reply] = await phone.ten_times(text)
        replies[text] = reply
    assert len(set(replies.values())) == 5
    assert await events(services, "LanguageChosen") == 1
    assert await events(services, "DoseMissed") == 2  # reported, then with its reason
    for text, reply in replies.items():  # any earlier hop sent late
        assert await phone.post(text) == reply
    assert await events(services, "DoseMissed") == 2


async def test_copies_that_reach_two_processes_still_have_one_effect(
    dial: Dial, line: UssdLine, services: Services
) -> None:
    services.__dict__.pop("line")
    other = services.line
    assert other is not line
    phone, twin = dial(session_id="shared"), dial(session_id="shared", on=other)
    for text in ("", "1", "1*1", "1*1*1"):
        answers = await asyncio.gather(*(p.post(text) for p in (phone, twin) * 5))
        assert len(set(answers)) == 1
    assert await events(services, "CheckInAnswered") == 1


async def test_a_redial_replaces_the_live_session_and_its_late_hops_end_politely(
    dial: Dial, services: Services
) -> None:
    first, second = dial(), dial()
    await first.walk("1")
    assert await second.dial() == HOME
    assert (await first.type("1")).startswith("END ")
    assert await events(services, "CheckInAnswered") == 0
    live = await services.pool.fetchval("SELECT count(*) FROM ussd_session WHERE ended_at IS NULL")
    assert live == 1
    assert (await second.type("1")).startswith("CON How was your week?")


async def test_ten_phones_redialling_at_once_leave_one_live_session(dial: Dial, services: Services) -> None:
    await dial().walk("1")
    replies = await asyncio.gather(*(dial().dial() for _ in range(10)))
    assert set(replies) == {HOME}
    live = await services.pool.fetchval("SELECT count(*) FROM ussd_session WHERE ended_at IS NULL")
    assert live == 1


async def test_a_session_that_dropped_before_the_pin_can_be_continued(dial: Dial) -> None:
    await dial().walk("1", "4")  # "is it urgent?"
    again = dial()
    assert await again.dial() == "CON 1 Continue\n2 Start again" or (await again.dial()).startswith("CON ")
    assert "1 Continue" in await again.dial()
    assert "urgent" in await again.type("1")


@pytest.mark.parametrize(
    "text", ["*", "1*#", "#", "1*\x00", "1*😀", "9" * 10_000, "1**1", "1*" + "x" * 10_000, "١", "1*ﬀ"]
)
async def test_what_no_keypad_sends_gets_a_polite_screen(dial: Dial, text: str) -> None:
    phone = dial()
    await phone.dial()
    reply = await phone.post(text)
    assert reply.startswith(("CON ", "END "))
    assert len(reply) <= 182


async def test_a_star_inside_an_answer_is_never_two_answers(dial: Dial, services: Services) -> None:
    phone = dial()
    await phone.walk("1")
    await phone.type("1*1")  # typed as one answer, "1*1"
    assert await events(services, "CheckInAnswered") == 0


async def test_a_first_hop_that_carries_input_navigates_and_never_confirms(
    dial: Dial, services: Services
) -> None:
    await dial().walk("1")
    reply = await dial().dial("1*1")
    assert reply.startswith("CON How was your week?")
    assert await events(services, "CheckInAnswered") == 0


async def test_an_unreadable_number_or_session_ends_neutrally(line: UssdLine) -> None:
    for form in ({}, {"sessionId": "x", "phoneNumber": "12"}, {"phoneNumber": "+254700000042"}):
        assert (await line.answer(form, "simulator")).startswith(b"END ")
    form = {"sessionId": "a\x00b", "phoneNumber": "+254700000042", "text": ""}
    assert (await line.answer(form, "simulator")).startswith(b"END ")


async def test_nothing_typed_stands_readable_in_the_database(dial: Dial, services: Services) -> None:
    phone = dial()
    await phone.walk("1", "3", "7391")
    rows = await services.pool.fetch("SELECT * FROM ussd_session")
    rows += await services.pool.fetch("SELECT * FROM ussd_reply")
    stored = json.dumps([[str(value) for value in row.values()] for row in rows])
    assert "7391" not in stored
    assert "254700000042" not in stored
    assert "Enter PIN" not in stored


async def test_a_session_id_of_another_phone_shows_nothing_of_its_session(dial: Dial) -> None:
    await dial("+254700000043", session_id="mine").walk("1")
    stranger = dial("+254700000044", session_id="mine")
    assert (await stranger.post("")).startswith("END ")
    assert (await stranger.post("1*1")).startswith("END ")


async def test_hops_outlive_connections_that_are_killed_under_them(dial: Dial, services: Services) -> None:
    """An administrator ends every connection, again and again, while phones walk to the end of a check-in."""
    phones = [dial(f"+2547000005{n:02d}") for n in range(20)]
    await asyncio.gather(*(phone.walk("1") for phone in phones))
    done = asyncio.Event()

    async def kill() -> None:
        killer = await connect(services.database_url)
        while not done.is_set():
            await killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await asyncio.sleep(0.3)
        await killer.close()

    killing = asyncio.create_task(kill())
    for keys in ("1", "1"):
        replies = await asyncio.gather(*(phone.type(keys) for phone in phones))
        assert {reply[:3] for reply in replies} <= {"CON", "END"}
        for phone in phones:  # whatever was answered, a repeat is answered alike
            await phone.post(phone.text)
    done.set()
    await killing
    sorry = f"END {services.bundles.current().word('error.fault', 'en')}"
    last = [await phone.post(phone.text) for phone in phones]
    assert sum(reply == sorry for reply in last) <= 2
    assert await events(services, "CheckInAnswered") == sum(reply != sorry for reply in last)
