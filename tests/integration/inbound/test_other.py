"""Delivery reports, the gateway's own opt-out, and missed calls."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from service.inbound.delivery import delivered
from service.inbound.optout import opted_out
from service.inbound.voice import REJECT, called
from tests.integration.apply.clinic import MOTHER, STRANGER, Clinic, only


async def sent(clinic: Clinic, mother: int) -> None:
    """A text to her left and has a gateway id."""
    await clinic.ask(mother)
    await clinic.run("UPDATE message SET gateway = 'africastalking', gateway_id = 'ATXid_1'")


async def report(clinic: Clinic, status: str, id_: str = "ATXid_1", **more: Any) -> bool:
    return await delivered(
        clinic.pool,
        clinic.deps,
        gateway="africastalking",
        gateway_id=id_,
        status=status,
        sender=more.get("sender", MOTHER),
        reason=more.get("reason"),
        now=clinic.now,
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Success", "delivered"),
        ("SUCCESS", "delivered"),
        ("failed", "failed"),
        ("Rejected", "failed"),
        ("AbsentSubscriber", "failed"),
        ("Expired", "failed"),
        ("Sent", "sent"),
        ("Submitted", "sent"),
        ("Buffered", "sent"),
        ("Teleported", "sent"),
        ("", "sent"),
    ],
)
async def test_each_status_in_any_spelling(clinic: Clinic, status: str, state: str) -> None:
    await sent(clinic, await clinic.mother())
    await asyncio.gather(*(report(clinic, status) for _ in range(10)))
    assert await clinic.one("SELECT state FROM message") == state


async def test_the_first_final_word_stands(clinic: Clinic) -> None:
    await sent(clinic, await clinic.mother())
    for status in ("Failed", "Success", "Buffered", "Failed"):
        await report(clinic, status, reason="DeliveryFailure")
    assert only(await clinic.rows("SELECT state, reason FROM message")) == {
        "state": "failed",
        "reason": "DeliveryFailure",
    }


@pytest.mark.parametrize("reason", ["NotNetworkSubcriber", "NotNetworkSubscriber", "UserDoesNotExist"])
async def test_a_number_nobody_has_is_checked_by_a_person(clinic: Clinic, reason: str) -> None:
    mother = await clinic.mother()
    await sent(clinic, mother)
    await asyncio.gather(*(report(clinic, "Failed", reason=reason) for _ in range(10)))
    assert await clinic.one("SELECT trust_reason FROM phone WHERE trust = 'untrusted'") == "no_subscriber"
    assert await clinic.follow_ups(mother) == ["number_problem"]
    assert await clinic.one("SELECT asked_at FROM mother") is None


async def test_an_opt_out_told_by_a_report_is_a_stop(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await sent(clinic, mother)
    await asyncio.gather(*(report(clinic, "Failed", reason="UserInBlackList") for _ in range(10)))
    assert await clinic.hold(mother) == "stopped"
    assert await clinic.follow_ups(mother) == ["stopped"]


async def test_a_report_that_settles_no_text_of_ours_cannot_pause_anybody(clinic: Clinic) -> None:
    await clinic.mother()
    await report(clinic, "Failed", "forged", reason="UserDoesNotExist")
    assert await clinic.one("SELECT count(*) FROM phone WHERE trust <> 'ok'") == 0


async def test_a_report_for_an_unknown_id_or_number_changes_nothing(clinic: Clinic) -> None:
    assert not await report(clinic, "Success", "nobody", sender="not a number")
    assert await clinic.one("SELECT count(*) FROM message") == 0


async def test_the_gateways_opt_out_is_stop_without_a_confirmation(clinic: Clinic) -> None:
    mothers = [await clinic.mother(phone_use="shared") for _ in range(2)]
    opting = [
        opted_out(clinic.pool, clinic.deps, gateway="africastalking", sender=MOTHER, now=clinic.now)
        for _ in range(10)
    ]
    await asyncio.gather(*opting)
    assert [await clinic.hold(one) for one in mothers] == ["stopped", "stopped"]
    assert await clinic.queued(MOTHER) == []
    assert await clinic.follow_ups() == ["stopped", "stopped"]
    assert len(await clinic.events("StopRequested")) == 2  # one for each mother, once


async def test_an_opt_out_of_no_mobile_is_a_logged_fault(clinic: Clinic) -> None:
    await opted_out(clinic.pool, clinic.deps, gateway="africastalking", sender="Safaricom", now=clinic.now)
    assert await clinic.events("StopRequested") == []


async def call(clinic: Clinic, session: str, caller: str = MOTHER, *, is_active: bool = True) -> str:
    return await called(
        clinic.pool,
        clinic.deps,
        gateway="africastalking",
        session_id=session,
        caller=caller,
        is_active=is_active,
        now=clinic.now,
    )


async def test_a_missed_call_is_a_message(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    answers = await asyncio.gather(*(call(clinic, "ATVId_1") for _ in range(10)))
    assert set(answers) == {REJECT}
    assert await clinic.follow_ups(mother) == ["missed_call"]
    assert only(await clinic.rows("SELECT template, signature FROM message")) == {
        "template": "call_promise",
        "signature": "group",
    }


async def test_flashing_again_opens_nothing_new(clinic: Clinic) -> None:
    await clinic.mother()
    for session in ("a", "b", "c"):
        await call(clinic, session)
        clinic.now += timedelta(minutes=1)
    assert await clinic.follow_ups() == ["missed_call"]
    assert await clinic.queued(MOTHER) == ["call_promise"]


async def test_an_unknown_caller_reaches_the_duty_supervisor(clinic: Clinic) -> None:
    await call(clinic, "s", STRANGER)
    assert await clinic.follow_ups() == ["unknown_caller"]
    assert await clinic.queued() == []


@pytest.mark.parametrize("caller", ["", "anonymous", "+254200000000000000"])
async def test_a_hidden_number_is_rejected_all_the_same(clinic: Clinic, caller: str) -> None:
    assert await call(clinic, "s", caller) == REJECT
    assert await clinic.follow_ups() == []


async def test_the_end_of_a_call_is_no_call(clinic: Clinic) -> None:
    await clinic.mother()
    assert await call(clinic, "s", is_active=False) == REJECT
    assert await clinic.follow_ups() == []
