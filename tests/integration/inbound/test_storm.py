"""Everybody at once: texts, answers, calls and opt-outs about the same mothers, with nothing lost and no fault."""

import asyncio
from itertools import count
from random import Random

from flows.events import CallRequested, CheckInAnswered, FollowUpAnswered, UnwellReported
from service.inbound.optout import opted_out
from service.inbound.sms import InboundText, receive
from service.inbound.voice import called
from tests.integration.apply.clinic import MENTOR, MOTHER, Clinic

SHARED = "+254700000150"


async def test_a_storm_of_everything_leaves_no_fault(clinic: Clinic) -> None:
    mothers = [
        await clinic.mother(),
        await clinic.mother(SHARED, phone_use="shared"),
        await clinic.mother(SHARED, phone_use="shared"),
    ]
    codes = []
    for mother in mothers:
        await clinic.happens(CallRequested(mother))
        follow_up = await clinic.one("SELECT max(id) FROM follow_up WHERE mother_id = $1", mother)
        codes.append(await clinic.tell(follow_up, clinic.mentor))
    ids = count(1)

    def text(sender: str, words: str) -> object:
        inbound = InboundText("africastalking", f"storm-{next(ids)}", sender, words)
        return receive(clinic.pool, clinic.deps, inbound, clinic.now)

    storm = []
    for _ in range(6):
        storm += [
            text(phone, words)
            for phone in (MOTHER, SHARED)
            for words in ("fine", "bleeding", "call me", "mvua")
        ]
        storm += [text(MENTOR, f"{code} {digit}") for code in codes for digit in (1, 3, 8, 0)]
        storm += [
            clinic.happens(CheckInAnswered(None), UnwellReported(None, "me", urgent=True), number=SHARED)
        ]
        storm += [
            clinic.happens(
                FollowUpAnswered(clinic.supervisor, "going", follow_up_id=1, verified=True),
                number=None,
                via="page",
            )
        ]
    storm += [
        called(
            clinic.pool,
            clinic.deps,
            gateway="x",
            session_id=f"s{one}",
            caller=SHARED,
            is_active=True,
            now=clinic.now,
        )
        for one in range(5)
    ]
    storm += [
        opted_out(clinic.pool, clinic.deps, gateway="x", sender=SHARED, now=clinic.now),
        text(MOTHER, "STOP"),
    ]
    Random(7).shuffle(storm)
    faults = [
        one for one in await asyncio.gather(*storm, return_exceptions=True) if isinstance(one, BaseException)
    ]

    assert [type(one).__name__ for one in faults] == []
    forgotten = await clinic.one(
        "SELECT count(*) FROM follow_up WHERE state <> 'resolved' AND next_at IS NULL AND alarm_at IS NULL"
    )
    assert forgotten == 0
    assert await clinic.one("SELECT count(*) FROM inbound_sms") == next(ids) - 1 + 5
    pushed = await clinic.one(
        "SELECT count(*) FROM message WHERE state = 'queued' AND person_id = ANY($1) AND message_class IN ('B', 'C')",
        mothers,
    )
    assert pushed == 0
    for mother in mothers:
        assert await clinic.hold(mother) in ("stopped", "dead")
