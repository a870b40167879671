"""A message in doubt, or refused: again, wait, or never. Each class chooses loss or repetition once, here.

In doubt means that bytes may have left us and no answer was recorded. A gateway without idempotency
keys makes exactly-once impossible, so alerts may come twice and cues may be lost, never the reverse.
"""

from datetime import datetime, timedelta
from typing import Literal

from scheduler.types import InDoubt, MessageClass, MessageFate

ALERT_TRIES = 3
REPORT_GRACE = timedelta(minutes=30)
"""How long a date's delivery report is waited for before the one resend."""

REFUSED_TRIES = 5
"""Clear refusals after which a cue, an answer or a STOP confirmation is given up."""

FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=15)
LONGEST_ALERT_RETRY = timedelta(minutes=5)
LONGEST_DATE_RETRY = timedelta(hours=1)
PATIENT: dict[MessageClass, timedelta] = {"A": LONGEST_ALERT_RETRY, "C": LONGEST_DATE_RETRY}
"""Classes that are never given up while they are valid, and their longest wait."""

Refusal = Literal["try_later", "rejected"]


def in_doubt(message: InDoubt, now: datetime) -> MessageFate:
    """What becomes of a message left in ``sending``. ``attempts`` counts the sends begun, this one included.

    A: again, three tries at most. B and D: never again. C: wait half an hour for the delivery report,
    then once more if still valid. E: once more. ``unknown`` may still become delivered by a report.
    """
    valid = now < message.valid_until
    match message.message_class:
        case "A":
            return "queue_again" if valid and message.attempts < ALERT_TRIES else "unknown"
        case "B" | "D":
            return "unknown"
        case "C":
            if message.attempts >= 2:
                return "unknown"
            resend_at = message.in_doubt_since + REPORT_GRACE
            if resend_at >= message.valid_until or not valid:
                return "unknown"
            return "wait" if now < resend_at else "queue_again"
        case "E":
            return "queue_again" if valid and message.attempts < 2 else "unknown"


def look_again_at(message: InDoubt) -> datetime:
    """When a message whose fate is ``wait`` must be asked about again."""
    return message.in_doubt_since + REPORT_GRACE


def after_refusal(
    message_class: MessageClass, refusals: int, reason: Refusal, now: datetime, valid_until: datetime
) -> tuple[MessageFate, datetime | None]:
    """What becomes of a message the gateway clearly did not take, and when it is tried again.

    ``refusals`` counts them, this one included. A refusal is no doubt: it does not spend one of an
    alert's tries, and neither an alert nor a date is given up while it is valid. The wait doubles from
    half a minute to fifteen (five for alerts, an hour for dates).
    """
    if now >= valid_until:
        return "expired", None
    if reason == "rejected" or (message_class not in PATIENT and refusals >= REFUSED_TRIES):
        return "failed", None
    longest = PATIENT.get(message_class, LONGEST_RETRY)
    retry_at = now + min(FIRST_RETRY * 2 ** min(max(refusals, 1) - 1, 10), longest)
    return ("queue_again", retry_at) if retry_at < valid_until else ("expired", None)
