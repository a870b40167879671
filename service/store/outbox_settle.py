"""What a call's answer makes of each text: sent, given up, tried later or in doubt, by compare-and-set on the attempt.

A sender that was given up and answers late may only add what is true and unharmful: that a text counted lost or
waiting for another try was taken after all. It never touches a text that was claimed again or has its final word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import asyncpg

from flows.types import Template
from scheduler.delivery import Refusal, after_refusal, in_doubt, look_again_at
from scheduler.types import InDoubt
from service.database import Connection, Pool
from service.gateway.base import Outcome, Receipt
from service.store.another_day import another_day
from service.store.hastening import hasten
from service.store.open_questions import record_asks, record_questions
from service.store.outbox_calls import Recipient
from service.store.taking_back import cancel_for_phone
from service.store.undelivered import count_failed

GATEWAY_ID: Final = "uq_message_gateway_id"

NUMBER_AT_FAULT: Final = frozenset({"invalid_number", "unsupported_number", "could_not_route"})
"""Refusals that say something of the number; the others are about our account or our text."""


@dataclass(frozen=True, slots=True)
class Fated:
    """One text's next state."""

    id: int
    attempt: int
    state: str
    not_before: datetime | None = None
    look_at: datetime | None = None
    refused: bool = False
    reason: str | None = None
    number_at_fault: bool = False
    not_counted: bool = False


async def settle(
    pool: Pool,
    gateway: str,
    templates: Mapping[str, Template],
    answered: Sequence[tuple[Recipient, Receipt]],
    now: datetime,
    paused_until: datetime | None = None,
) -> None:
    """Write every receipt of one call in one short transaction.

    What was not sent for trouble with the whole account waits until ``paused_until``, and that counts
    against no text.
    """
    taken = [(to, receipt) for to, receipt in answered if receipt.outcome is Outcome.ACCEPTED]
    others = [
        fate_of(to, receipt, now, paused_until)
        for to, receipt in answered
        if receipt.outcome is not Outcome.ACCEPTED
    ]
    refusing = [
        to.message.phone_id
        for to, receipt in answered
        if receipt.outcome is Outcome.REJECTED and receipt.reason == "opted_out"
    ]
    async with pool.acquire() as conn:
        try:
            fates = await _write(conn, gateway, templates, taken, others, refusing, now)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != GATEWAY_ID:
                raise
            # An id the gateway has given before identifies nothing: better no report than another's.
            unnamed = [(to, replace(receipt, gateway_id=None)) for to, receipt in taken]
            fates = await _write(conn, gateway, templates, unnamed, others, refusing, now)
        await hasten(conn, given_up(fates), now)


async def _write(
    conn: Connection,
    gateway: str,
    templates: Mapping[str, Template],
    taken: Sequence[tuple[Recipient, Receipt]],
    others: Sequence[Fated],
    refusing: Sequence[int],
    now: datetime,
) -> list[Any]:
    """All of one call, or nothing of it; return the rows that were not certainly taken."""
    async with conn.transaction():
        await record_sent(conn, gateway, templates, taken, now)
        fates = await record_fates(conn, templates, others, now)
        for phone_id in sorted(set(refusing)):
            await _opted_out_at_gateway(conn, phone_id, now)
    return fates


async def record_sent(
    conn: Connection,
    gateway: str,
    templates: Mapping[str, Template],
    taken: Sequence[tuple[Recipient, Receipt]],
    now: datetime,
) -> None:
    """Mark what the gateway took, with its ids, and open the questions those texts ask.

    Raises asyncpg's UniqueViolationError for an id that another text has.
    """
    if not taken:
        return
    ids = [to.message.id for to, _ in taken]
    attempts = [to.message.attempt for to, _ in taken]
    known = [receipt.gateway_id for _, receipt in taken]
    rows = await conn.fetch(_SENT, ids, attempts, known, gateway, now)
    await record_questions(conn, templates, rows, now)
    await record_asks(conn, templates, rows, now)


async def record_fates(
    conn: Connection, templates: Mapping[str, Template], fates: Sequence[Fated], now: datetime
) -> list[Any]:
    """Mark what was not certainly taken; return the rows that changed."""
    if not fates:
        return []
    rows: list[Any] = await conn.fetch(
        _FATES,
        [one.id for one in fates],
        [one.attempt for one in fates],
        [one.state for one in fates],
        [one.not_before for one in fates],
        [one.look_at for one in fates],
        [one.refused for one in fates],
        [one.reason for one in fates],
        now,
        [one.not_counted for one in fates],
    )
    # A text in doubt may well have arrived: its digit must mean something when she presses it.
    await record_questions(conn, templates, [row for row in rows if row["state"] == "unknown"], now)
    await another_day(conn, [row["id"] for row in rows if row["state"] == "expired"], now)
    at_fault = {one.id for one in fates if one.number_at_fault}
    failed = [row["id"] for row in rows if row["state"] == "failed" and row["id"] in at_fault]
    await count_failed(conn, failed, now)
    return rows


def given_up(rows: Sequence[Any]) -> list[int]:
    """The texts among these rows that will not be tried again."""
    return [row["id"] for row in rows if row["state"] in ("failed", "expired", "unknown")]


def fate_of(to: Recipient, receipt: Receipt, now: datetime, paused_until: datetime | None = None) -> Fated:
    """What becomes of a text that was not accepted."""
    message = to.message
    if receipt.outcome is Outcome.UNKNOWN:
        doubt = InDoubt(
            message_class=message.message_class,
            attempts=message.begun + 1 - message.refusals,
            in_doubt_since=now,
            valid_until=message.valid_until,
        )
        return doubtful(message.id, message.attempt, doubt, now, receipt.reason)
    if receipt.account_wide and receipt.outcome is Outcome.TRY_LATER and paused_until is not None:
        return Fated(
            message.id, message.attempt, "queued", paused_until, reason=receipt.reason, not_counted=True
        )
    refused = message.refusals + 1
    word: Refusal = "rejected" if receipt.outcome is Outcome.REJECTED else "try_later"
    fate, again = after_refusal(message.message_class, refused, word, now, message.valid_until)
    return Fated(
        message.id,
        message.attempt,
        "queued" if fate == "queue_again" else fate,
        again,
        refused=True,
        reason=receipt.reason or word,
        number_at_fault=receipt.reason in NUMBER_AT_FAULT,
    )


def doubtful(message_id: int, attempt: int, doubt: InDoubt, now: datetime, reason: str | None) -> Fated:
    """What becomes of a text that may have been sent, by its class."""
    fate = in_doubt(doubt, now)
    why = reason or "in_doubt"
    if fate == "wait":
        return Fated(message_id, attempt, "unknown", look_at=look_again_at(doubt), reason=why)
    if fate == "queue_again":
        return Fated(message_id, attempt, "queued", now, reason=why)
    return Fated(message_id, attempt, fate, reason=why)


async def _opted_out_at_gateway(conn: Connection, phone_id: int, now: datetime) -> None:
    """The network says this number asked to be left alone: believe it at once."""
    await conn.execute(
        "UPDATE phone SET opted_out_at = coalesce(opted_out_at, $2) WHERE id = $1", phone_id, now
    )
    await cancel_for_phone(conn, phone_id, "stopped", now)


_SENT = """
UPDATE message m
SET state = 'sent', gateway = $4, gateway_id = c.gateway_id, sent_at = $5, settled_at = $5,
    lease_until = NULL, look_at = NULL, reason = NULL
FROM unnest($1::bigint[], $2::int[], $3::text[]) AS c(id, attempt, gateway_id)
WHERE m.id = c.id AND m.attempt = c.attempt AND m.state IN ('sending', 'unknown', 'queued')
RETURNING m.id, m.phone_id, m.person_id, m.mother_id, m.visit_id, m.template, m.state
"""

_FATES = """
UPDATE message m
SET state = c.state, lease_until = NULL, look_at = c.look_at, reason = c.reason,
    not_before = coalesce(c.not_before, m.not_before),
    refusals = m.refusals + CASE WHEN c.refused THEN 1 ELSE 0 END,
    begun = m.begun - CASE WHEN c.not_counted THEN 1 ELSE 0 END,
    settled_at = CASE WHEN c.state = 'queued' THEN NULL ELSE $8::timestamptz END
FROM unnest($1::bigint[], $2::int[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::bool[], $7::text[],
    $9::bool[]) AS c(id, attempt, state, not_before, look_at, refused, reason, not_counted)
WHERE m.id = c.id AND m.attempt = c.attempt AND m.state IN ('sending', 'unknown')
  AND (m.state = 'sending' OR m.look_at IS NOT NULL)
RETURNING m.id, m.phone_id, m.person_id, m.mother_id, m.visit_id, m.template, m.state
"""
