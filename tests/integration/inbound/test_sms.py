"""Inbound texts: one effect each, whoever sends them, however often the gateway repeats them."""

import asyncio
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from flows.events import CallRequested, StopRequested
from service.inbound.sms import LONGEST, InboundText, receive
from service.store import people
from service.store.follow_ups import NewFollowUp, open_follow_ups
from tests.integration.apply.clinic import COLLEAGUE, MENTOR, MOTHER, STRANGER, Clinic, only

_ids = count(1)


async def text(clinic: Clinic, words: str, sender: str = MOTHER, id_: str | None = None) -> None:
    inbound = InboundText("africastalking", id_ or f"in-{next(_ids)}", sender, words, "7000")
    await receive(clinic.pool, clinic.deps, inbound, clinic.now)


async def ten(clinic: Clinic, words: str, sender: str = MOTHER) -> None:
    """The same delivery ten times in parallel, and once more afterwards."""
    id_ = f"in-{next(_ids)}"
    await asyncio.gather(*(text(clinic, words, sender, id_) for _ in range(10)))
    await text(clinic, words, sender, id_)


async def intents(clinic: Clinic) -> list[str]:
    return [row["intent"] for row in await clinic.rows("SELECT intent FROM inbound_sms ORDER BY id")]


async def told(clinic: Clinic, mother: int) -> tuple[int, str]:
    await clinic.happens(CallRequested(mother))
    follow_up = await clinic.one("SELECT max(id) FROM follow_up WHERE mother_id = $1", mother)
    return follow_up, await clinic.tell(follow_up, clinic.mentor)


@pytest.mark.parametrize(
    ("words", "templates", "causes"),
    [
        ("STOP", ["stop_confirm"], ["stopped"]),
        ("acha", ["stop_confirm"], ["stopped"]),
        ("call me please", ["call_promise"], ["call_requested"]),
        ("I am bleeding", ["go_now"], ["danger"]),
        ("he beats me", [], ["safety"]),
        ("please stop he beats me", ["stop_confirm"], ["stopped", "safety"]),
        ("STOP I am bleeding", ["stop_confirm", "go_now"], ["stopped", "danger"]),
        ("he hit me and I am bleeding", [], ["danger", "safety"]),
        ("who is this?", ["who_we_are"], ["wrong_person"]),
        ("mtoto wangu analia sana leo", ["received"], ["call_requested"]),
        ("fine", ["thanks"], []),
        ("This is an automated reply", [], []),
    ],
)
async def test_ten_deliveries_have_one_effect(
    clinic: Clinic, words: str, templates: list[str], causes: list[str]
) -> None:
    mother = await clinic.mother()
    await ten(clinic, words)
    assert await clinic.queued(MOTHER) == templates
    assert await clinic.follow_ups(mother) == causes
    assert len(await intents(clinic)) == 1


async def test_a_digit_answers_the_open_question(clinic: Clinic) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, 7)
    await clinic.ask(mother, "visit", visit)
    await ten(clinic, "1")
    assert await clinic.one("SELECT confirmed_at FROM visit") == clinic.now
    assert await clinic.one("SELECT asked_at FROM mother") is None


async def test_a_digit_after_72_hours_is_read_by_a_person(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    clinic.now += timedelta(hours=72)
    await text(clinic, "1")
    assert await clinic.one("SELECT state FROM inbound_sms") == "inbox"
    assert await clinic.follow_ups(mother) == ["call_requested"]


async def test_a_late_digit_is_a_sign_of_life_where_it_is_surely_hers(clinic: Clinic) -> None:
    """What it answers is guessed by nobody; that she is there is known, and whoever looks for her is told."""
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.run("UPDATE mother SET unanswered = 3, nudged_at = $1", clinic.now)
    async with clinic.pool.acquire() as conn, conn.transaction():
        silent = NewFollowUp(clinic.facility, "silent", "KE", 40, "red", mother_id=mother)
        await open_follow_ups(conn, [silent], clinic.now)
    clinic.now += timedelta(hours=80)
    await text(clinic, "1")
    assert await clinic.one("SELECT state FROM inbound_sms") == "inbox"
    [spell] = await clinic.rows(
        "SELECT asked_at, nudged_at, silence_check_at, unanswered, last_heard_at FROM mother"
    )
    assert spell == {
        "asked_at": None, "nudged_at": None, "silence_check_at": None, "unanswered": 0, "last_heard_at": clinic.now,
    }  # fmt: skip
    assert await clinic.rows("SELECT outcome FROM follow_up WHERE cause = 'silent'") == [
        {"outcome": "answered"}
    ]
    assert await clinic.follow_ups(mother) == ["call_requested"]


async def test_a_late_digit_on_a_phone_of_two_ends_nobodys_silence(clinic: Clinic) -> None:
    one, two = await clinic.mother(), await clinic.mother()
    await clinic.ask(one)
    clinic.now += timedelta(hours=80)
    await text(clinic, "1")
    assert await clinic.one("SELECT asked_at IS NOT NULL FROM mother WHERE id = $1", one)
    assert await clinic.one("SELECT last_heard_at FROM mother WHERE id = $1", two) is None
    assert await clinic.one("SELECT state FROM inbound_sms") == "inbox"


async def test_a_mentor_who_is_a_mother_answers_as_both(clinic: Clinic) -> None:
    client = await clinic.mother()
    herself = await clinic.mother(MENTOR)
    await clinic.ask(herself)
    follow_up, code = await told(clinic, client)

    await text(clinic, "1", MENTOR)
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", herself) is None
    assert await clinic.one("SELECT state FROM follow_up WHERE id = $1", follow_up) == "notified"

    await text(clinic, f"{code} 1", MENTOR)
    assert await clinic.one("SELECT state FROM follow_up WHERE id = $1", follow_up) == "acknowledged"


@pytest.mark.parametrize("form", ["{} 1", "{}-1", "{}1", " {}  1 please"])
async def test_a_case_code_is_forgiven_its_form(clinic: Clinic, form: str) -> None:
    follow_up, code = await told(clinic, await clinic.mother())
    await ten(clinic, form.format(code), MENTOR)
    row = only(await clinic.rows("SELECT state, owner_id FROM follow_up WHERE id = $1", follow_up))
    assert row == {"state": "acknowledged", "owner_id": clinic.mentor}
    assert await clinic.queued(MENTOR) == ["ack_going"]
    assert await clinic.one("SELECT count(*) FROM follow_up_log WHERE what = 'going'") == 1


@pytest.mark.parametrize(
    "form", ["{} 1 {} 5", "{}-1, {}-5", "case {} 1\ncase {} 5", "{}1 {}5", "naenda {} 1, {} 5"]
)
async def test_several_cases_in_one_text_are_all_answered(clinic: Clinic, form: str) -> None:
    _, first = await told(clinic, await clinic.mother())
    _, second = await told(clinic, await clinic.mother("+254700000102"))
    await ten(clinic, form.format(first, second), MENTOR)
    actions = await clinic.rows(
        "SELECT what FROM follow_up_log WHERE what IN ('going', 'not_reached') ORDER BY id"
    )
    assert [row["what"] for row in actions] == ["going", "not_reached"]
    assert sorted(await clinic.queued(MENTOR)) == ["ack_going", "ack_saved"]


async def test_of_several_taken_in_one_text_each_is_named_and_the_unknown_one_too(clinic: Clinic) -> None:
    _, first = await told(clinic, await clinic.mother())
    _, second = await told(clinic, await clinic.mother("+254700000102"))
    unknown = next(code for code in range(200, 999) if code not in (first, second))
    await text(clinic, f"{first} 1 {unknown} 1 {second} 1", MENTOR)
    assert await clinic.one("SELECT count(*) FROM follow_up WHERE state = 'acknowledged'") == 2
    assert await clinic.queued(MENTOR) == ["ack_unknown_code", "ack_going_several"]


async def test_a_bare_one_is_no_answer_to_the_offer_of_help(clinic: Clinic) -> None:
    await told(clinic, await clinic.mother())
    await text(clinic, "200", MENTOR)
    await clinic.run(
        """
        INSERT INTO open_question (phone_id, facility_id, question, message_id, asked_at, expires_at)
        SELECT phone_id, $2, 'help', id, $3, $3::timestamptz + interval '4 hours' FROM message WHERE person_id = $1
        """,
        clinic.mentor,
        clinic.facility,
        clinic.now,
    )
    await text(clinic, "1", MENTOR)
    assert await clinic.one("SELECT count(*) FROM open_question WHERE question = 'help'") == 1
    assert await clinic.one("SELECT count(*) FROM event WHERE kind = 'HelpWanted'") == 0
    await text(clinic, "9", MENTOR)
    assert await clinic.one("SELECT count(*) FROM event WHERE kind = 'HelpWanted'") == 1


async def test_each_of_several_paused_cases_is_named(clinic: Clinic) -> None:
    _, first = await told(clinic, await clinic.mother())
    _, second = await told(clinic, await clinic.mother("+254700000102"))
    await text(clinic, f"{first} 6 {second} 7", MENTOR)
    assert await clinic.queued(MENTOR) == ["held", "held"]


async def test_a_code_alone_says_what_can_be_answered(clinic: Clinic) -> None:
    _, code = await told(clinic, await clinic.mother())
    await text(clinic, code, MENTOR)
    await text(clinic, f"{code} 9", MENTOR)
    await text(clinic, f"{code} 1", COLLEAGUE)
    assert await clinic.queued(MENTOR) == ["case_help", "case_help"]
    assert await clinic.queued(COLLEAGUE) == ["ack_unknown_code"]


async def test_a_mother_who_types_a_code_is_read_by_a_person(clinic: Clinic) -> None:
    mother = await clinic.mother()
    _, code = await told(clinic, mother)
    await text(clinic, f"{code} 8")
    assert await clinic.hold(mother) is None
    assert await clinic.one("SELECT state FROM inbound_sms") == "inbox"


async def test_a_danger_word_beside_a_code_is_about_that_mother(clinic: Clinic) -> None:
    client = await clinic.mother()
    _, code = await told(clinic, client)
    await text(clinic, f"{code} bleeding", MENTOR)
    assert await clinic.follow_ups(client) == ["call_requested", "danger"]


async def test_a_revoked_phone_gets_the_neutral_reply(clinic: Clinic) -> None:
    follow_up, code = await told(clinic, await clinic.mother())
    await clinic.run("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.mentor)
    await text(clinic, f"{code} 1", MENTOR)
    assert await clinic.queued(MENTOR) == ["neutral_unknown"]
    assert await clinic.one("SELECT state FROM follow_up WHERE id = $1", follow_up) == "notified"


async def test_start_is_a_question_and_no_is_an_answer(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await text(clinic, "STOP")
    await text(clinic, "START")
    await text(clinic, "2")
    await text(clinic, "1")  # the question is gone
    assert await clinic.hold(mother) == "stopped"
    await text(clinic, "start")
    await text(clinic, "yes")
    assert await clinic.hold(mother) is None


async def test_what_is_not_understood_waits_sealed_for_a_person(clinic: Clinic) -> None:
    await clinic.mother()
    await text(clinic, "\x00nilikuwa\nsafarini " + "x" * 2000)
    row = only(await clinic.rows("SELECT id, text, state FROM inbound_sms"))
    kept = clinic.deps.sealer.open(row["text"], table="inbound_sms", column="text", row=row["id"])
    assert row["state"] == "inbox"
    assert kept.startswith("nilikuwa safarini x")
    assert len(kept) == LONGEST
    assert only(await clinic.events("TextNotUnderstood"))["data"] == {"via": "sms"}


async def test_free_text_is_answered_once_an_hour(clinic: Clinic) -> None:
    await clinic.mother()
    for _ in range(3):
        await text(clinic, "nilikuwa shambani jana")
    assert await clinic.queued(MOTHER) == ["received"]
    clinic.now += timedelta(hours=1)
    await text(clinic, "nilikuwa shambani jana")
    assert (await clinic.queued(MOTHER)).count("received") == 2


async def test_understood_texts_are_not_kept(clinic: Clinic) -> None:
    await clinic.mother()
    await text(clinic, "fine")
    assert only(await clinic.rows("SELECT text, state, intent FROM inbound_sms")) == {
        "text": None,
        "state": "handled",
        "intent": "fine",
    }


@pytest.mark.parametrize("sender", ["", "SAFARICOM", "0", "+254700", "٠٧٠٠٠٠٠١٠١", "+254700000101;DROP"])
async def test_a_sender_that_is_no_mobile_has_no_effect(clinic: Clinic, sender: str) -> None:
    await text(clinic, "STOP", sender)
    assert await intents(clinic) == []


async def test_her_number_as_people_write_it_is_hers(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await text(clinic, "call me", "0700 000 101")
    assert await clinic.follow_ups(mother) == ["call_requested"]


# --- strangers ------------------------------------------------------------------------------------------


async def test_a_stranger_gets_one_neutral_reply_a_day_and_is_not_kept(clinic: Clinic) -> None:
    for _ in range(3):
        await ten(clinic, "nipo shambani", STRANGER)
    assert await clinic.queued(STRANGER) == ["neutral_unknown"]
    assert await clinic.follow_ups() == []
    rows = await clinic.rows("SELECT text, state FROM inbound_sms")
    assert all(row == {"text": None, "state": "handled"} for row in rows)

    await clinic.run("UPDATE message SET state = 'sent'")
    async with clinic.pool.acquire() as conn:
        assert await people.forget_strangers(conn, clinic.now) == 1
    assert (
        await clinic.one("SELECT number FROM phone WHERE number_index = $1", clinic.deps.index.of(STRANGER))
        is None
    )

    clinic.now += timedelta(days=1)
    await text(clinic, "nipo shambani", STRANGER)
    assert (await clinic.queued(STRANGER)) == ["neutral_unknown"]


async def test_the_number_of_a_stranger_in_danger_is_kept_until_resolved(clinic: Clinic) -> None:
    await ten(clinic, "natoka damu", STRANGER)
    assert await clinic.queued(STRANGER) == ["go_now"]
    assert await clinic.follow_ups() == ["danger"]
    await clinic.run("UPDATE message SET state = 'sent'")
    async with clinic.pool.acquire() as conn:
        assert await people.forget_strangers(conn, clinic.now) == 0
        assert await people.forget_strangers(conn, clinic.now + timedelta(days=31)) == 1


async def test_harm_is_answered_by_a_person_and_by_no_text_and_its_words_are_not_kept(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await text(clinic, "STOP")
    await text(clinic, "nataka kujiua")
    assert await clinic.follow_ups(mother) == ["stopped", "safety"]
    assert await clinic.queued(MOTHER) == ["stop_confirm"]
    kept = only(await clinic.rows("SELECT text, state FROM inbound_sms WHERE intent = 'harm'"))
    assert kept["text"] is None
    assert only(await clinic.events("HarmReported"))["mother_id"] == mother


async def test_harm_beside_a_code_is_about_that_mother(clinic: Clinic) -> None:
    client = await clinic.mother()
    _, code = await told(clinic, client)
    await text(clinic, f"{code} suicide", MENTOR)
    assert await clinic.follow_ups(client) == ["call_requested", "safety"]
    assert await clinic.queued(MENTOR) == []


async def test_a_mentors_digit_does_not_quiet_an_alarm_she_was_never_told_of(clinic: Clinic) -> None:
    client = await clinic.mother()
    _, code = await told(clinic, client)
    await text(clinic, "I am bleeding, he beats me")
    await text(clinic, f"{code} 1", MENTOR)
    states = await clinic.rows("SELECT cause, state FROM follow_up WHERE mother_id = $1", client)
    assert {row["cause"]: row["state"] for row in states} == {
        "call_requested": "acknowledged",
        "danger": "open",
        "safety": "open",
    }


async def test_a_stranger_in_harms_way_is_called_and_never_texted(clinic: Clinic) -> None:
    await ten(clinic, "amenipiga", STRANGER)
    assert await clinic.follow_ups() == ["safety"]
    assert await clinic.queued(STRANGER) == []


async def test_a_stranger_who_stops_stays_out(clinic: Clinic) -> None:
    await ten(clinic, "STOP", STRANGER)
    await text(clinic, "nipo shambani", STRANGER)
    assert await clinic.queued(STRANGER) == ["stop_confirm"]


async def test_a_stranger_who_stopped_can_start_again_after_the_question(clinic: Clinic) -> None:
    for words in ("STOP", "START", "7", "1"):
        await text(clinic, words, STRANGER)
    assert await clinic.queued(STRANGER) == ["stop_confirm", "start_question", "started"]
    assert (
        await clinic.one(
            "SELECT opted_out_at FROM phone WHERE number_index = $1", clinic.deps.index.of(STRANGER)
        )
        is None
    )


@pytest.mark.parametrize(
    ("words", "template"),
    [
        ("I am fine", "thanks"),
        ("I will call you", "call_promise"),
        ("bleeding", "go_now"),
        ("who are you", "who_we_are"),
    ],
)
async def test_two_robots_cannot_keep_each_other_awake(clinic: Clinic, words: str, template: str) -> None:
    await clinic.mother()
    for _ in range(20):
        await text(clinic, words)
        clinic.now += timedelta(seconds=5)
    assert (await clinic.queued(MOTHER)).count(template) <= 2


async def test_a_wish_for_a_call_is_answered_also_right_after_other_words(clinic: Clinic) -> None:
    await clinic.mother()
    for words in ("fine", "naomba kubadili siku", "nipigie", "nipigie"):
        await text(clinic, words)
        clinic.now += timedelta(seconds=40)
    assert await clinic.queued(MOTHER) == ["thanks", "received", "call_promise"]


@pytest.mark.parametrize("words", ["nimechelewa leo", "1"])
async def test_staff_words_nobody_understands_reach_the_inbox_and_say_how_a_case_is_answered(
    clinic: Clinic, words: str
) -> None:
    for _ in range(3):
        await text(clinic, words, MENTOR)
    assert await clinic.one("SELECT min(state) FROM inbound_sms") == "inbox"
    assert await clinic.queued(MENTOR) == ["staff_received"]


async def test_stop_and_danger_in_any_order_leave_help_on_its_way(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await text(clinic, "STOP")
    await text(clinic, "I am bleeding")
    assert await clinic.hold(mother) == "stopped"
    assert await clinic.queued(MOTHER) == ["stop_confirm", "go_now"]


async def test_texts_in_parallel_from_one_number_all_count(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await asyncio.gather(
        *(text(clinic, words) for words in ("call me", "I am bleeding", "fine", "nilikuwa shambani"))
    )
    assert sorted(await clinic.follow_ups(mother)) == ["call_requested", "danger"]
    assert len(await intents(clinic)) == 4


def test_a_text_never_shows_in_logs() -> None:
    inbound: Any = InboundText("africastalking", "1", MOTHER, "secret")
    assert MOTHER not in repr(inbound)
    assert "secret" not in repr(inbound)
    assert repr(StopRequested()) == "StopRequested()"
