"""A follow-up as a page shows it: what a supervisor must know to act, without a name and with the number masked."""

from datetime import datetime, timedelta
from typing import Any

from flows.bundle import Bundle
from scheduler.types import EscalationPolicy, EscalationStep
from service.dashboard import words
from service.dashboard.follow_ups.words import HELD, ROLES
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.masked import masked
from service.dashboard.frame.times import clock_time
from service.security.sealing import Sealer
from service.store.shown.follow_ups import Waiting
from service.store.timeline.words import STEPS


def card(asked: Asked, one: Waiting) -> dict[str, Any]:
    """What the list, Today and its own page show of one."""
    bundle = asked.services.bundles.current()
    told = sorted(one.told, key=lambda who: who.at, reverse=True)
    return {
        "id": one.id,
        "mother_id": one.mother_id,
        "client": words.called(one.client_number, one.form_number, None, one.mother_id)
        if one.mother_id
        else "–",
        "code": one.code,
        "cause": words.cause_of(bundle, one.cause),
        "risk": one.risk,
        "urgent": one.urgent,
        "number": number_of(asked.services.sealer, one),
        "facility": one.facility,
        "facility_id": one.facility_id,
        "opened_at": one.opened_at,
        "zone": one.time_zone,
        "closed": one.state == "resolved",
        "resolved_at": one.resolved_at,
        "outcome": step_word(one.outcome) if one.outcome else "Done",
        "state": words.state_of(one),
        "next": words.next_of(one, asked.now),
        "alarmed": one.alarmed,
        "awaiting_when": one.awaiting_when,
        "held": one.held,
        "report": HELD.get(one.held or "", ""),
        "transfer": one.transfer,
        "seen": one.seen,
        "owner": words.staff_label(one.owner_role, one.owner_id) if one.owner_role and one.owner_id else "",
        "told": [
            {
                "who": words.staff_label(who.role, who.staff_id),
                "at": who.at,
                "owner": who.staff_id == one.owner_id,
            }
            for who in told
        ],
    }


def number_of(sealer: Sealer, one: Waiting) -> str:
    """Her masked number: the phone she is set up on, else what a register gives, which nobody saw in her hand."""
    if one.number is None and one.told_number is not None:
        return f"{masked(sealer, one.told_number, one.mother_id, 'told_number')} in the register"
    return masked(sealer, one.number, one.number_of)


def step_word(what: str) -> str:
    """A step of a log in words."""
    return STEPS.get(what, what.replace("_", " ").capitalize())


def ahead(
    one: Waiting, policy: EscalationPolicy | None, bundle: Bundle, now: datetime
) -> list[tuple[str, str]]:
    """What happens if nobody does anything: when, and what, in the order of time.

    The first is known to the minute. What comes after it follows its waits, and waits for working hours beside them.
    """
    if one.state == "resolved" or one.next_at is None or policy is None:
        return []
    at = max(one.next_at, now)
    if one.state == "acknowledged":
        return [
            (clock_time(at, one.time_zone), "It comes back, to whoever has it, unless it is closed by then."),
            ("then", "The steps begin again with them, and go up to a supervisor."),
        ]
    steps: list[tuple[str, str]] = []
    for index in range(min(one.step, len(policy.steps) - 1) + 1, len(policy.steps)):
        rung = policy.steps[index]
        if steps:
            at = at + rung.after
        about = f" ({bundle.word(f'ask.{rung.ask}', 'en')})" if rung.ask else ""
        steps.append((clock_time(at, one.time_zone), f"{_who(rung)} is told{about}."))
    last = policy.steps[-1].after or timedelta(minutes=30 if policy.urgent else 24 * 60)
    steps.append(
        (
            clock_time(at + last if steps else at, one.time_zone),
            "An alarm is raised, and again until somebody acts.",
        )
    )
    return steps


def _who(rung: EscalationStep) -> str:
    asked = " or, failing that, ".join(ROLES[role] for role in rung.who[:2])
    return asked[:1].upper() + asked[1:]
