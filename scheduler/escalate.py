"""Who is told next about a follow-up. No answer leaves it with neither a next instant nor a raised alarm.

The ladder: each rung tells one person and waits; a rung nobody can take raises an alarm and the next
is taken at once, and where none is left the same are tried again at every look; behind the last
answered by nobody an alarm is raised, every day again until somebody acts. Whoever
acknowledged has a while to report, then it begins again with her. "Nobody answered" is only ever
ended by a person, the mother's own answer or a kept visit, never by a delivery report. Where the rungs are
days since the opening (tracing after a missed visit), what is asked follows the day and not who answered.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.roster import Tally, also_told, find, full, gathers_from, is_new, next_start, taker, works_from
from scheduler.types import Country, DueFollowUp, EscalationPolicy, EscalationStep, Move, StaffMember

NOT_REACHED_LIMIT = 3
"""Tries of one mentor after which the supervisor is told."""

LAST_WAIT = timedelta(hours=24)
URGENT_LAST_WAIT = timedelta(minutes=30)
"""How long the last rung waits for the alarm where the rung itself has no wait of its own."""

LOOK_AGAIN = timedelta(hours=24)
URGENT_LOOK_AGAIN = timedelta(hours=1)
"""How often an alarm that nobody answered is raised again."""

UNKNOWN_GRACE = timedelta(days=7)
"""How long "reached, coming" waits for a site that has not yet entered whether she came (project choice)."""

NOBODY = "nobody_reachable"
UNANSWERED = "unanswered"

_RISK = {"red": 0, "amber": 1, "green": 2}


def first_at(policy: EscalationPolicy, opened_at: datetime) -> datetime:
    """When the first rung of a follow-up opened at ``opened_at`` is due."""
    return opened_at + policy.steps[0].after


def move(follow_up: DueFollowUp, policy: EscalationPolicy, now: datetime, tally: Tally | None = None) -> Move:
    """What happens to a follow-up whose next action has come."""
    tally = Tally() if tally is None else tally
    last = len(policy.steps) - 1
    supervisor_at = _supervisor_rung(policy)
    reached = _rung_of_the_day(follow_up, policy, now)
    chosen = find(follow_up.roster, follow_up.given_to)
    if chosen is not None:
        return _tell(follow_up, policy, reached, chosen, now, tally, None, also=False)
    if follow_up.state == "acknowledged":
        if follow_up.hold_by_code is not None:
            return _climb(follow_up, policy, supervisor_at, now, tally)
        if _site_owes_an_answer(follow_up, now):
            return Move("acknowledged", follow_up.step, now + LOOK_AGAIN)
        return _resume(follow_up, policy, now, tally)
    if follow_up.not_reached >= NOT_REACHED_LIMIT and follow_up.step < supervisor_at:
        return _climb(follow_up, policy, supervisor_at, now, tally)
    if follow_up.step >= last and follow_up.state == "notified":
        return Move("notified", last + 1, now + _look_again(policy), alarm=UNANSWERED)
    return _climb(follow_up, policy, max(min(follow_up.step, last - 1) + 1, reached), now, tally)


def moves(
    follow_ups: Sequence[DueFollowUp],
    countries: Mapping[str, Country],
    now: datetime,
    tally: Tally | None = None,
) -> list[Move]:
    """``move`` for a batch: what it hands out counts against each mentor's day, the gravest first.

    Answers stand in the order of ``follow_ups``.
    """
    tally = Tally() if tally is None else tally

    def policy_of(follow_up: DueFollowUp) -> EscalationPolicy:
        return countries[follow_up.country].policies[follow_up.cause]

    def gravity(index: int) -> tuple[int, int, int]:
        follow_up = follow_ups[index]
        return policy_of(follow_up).rank, _RISK[follow_up.risk], follow_up.id

    made = {
        index: move(follow_ups[index], policy_of(follow_ups[index]), now, tally)
        for index in sorted(range(len(follow_ups)), key=gravity)
    }
    return [made[index] for index in range(len(follow_ups))]


def _climb(follow_up: DueFollowUp, policy: EscalationPolicy, start: int, now: datetime, tally: Tally) -> Move:
    """Take the first rung from ``start`` on that somebody can take."""
    alarm: str | None = None
    for index in range(start, len(policy.steps)):
        rung = policy.steps[index]
        person = taker(follow_up, rung, tally)
        if person is not None:
            return _tell(follow_up, policy, index, person, now, tally, alarm)
        alarm = NOBODY
    if follow_up.state == "open":
        # Nobody has heard of it yet: every look tries the whole ladder again.
        return Move("open", -1, now + _look_again(policy), alarm=NOBODY)
    # The rung is kept, so that the next look finds whoever is there by then.
    return Move("notified", start - 1, now + _look_again(policy), alarm=NOBODY)


def _resume(follow_up: DueFollowUp, policy: EscalationPolicy, now: datetime, tally: Tally) -> Move:
    """Her time to report is over: the ladder begins again with whoever acknowledged, or where the day has come to."""
    owner = find(follow_up.roster, follow_up.owner_id)
    reached = _rung_of_the_day(follow_up, policy, now)
    if owner is None or (policy.dated and policy.steps[reached].who[0] != "assigned_mentor"):
        return _climb(follow_up, policy, reached, now, tally)
    at = reached if policy.dated else _supervisor_rung(policy) if owner.role == "supervisor" else 0
    return _tell(follow_up, policy, at, owner, now, tally, None, also=policy.dated and at > follow_up.step)


def _rung_of_the_day(follow_up: DueFollowUp, policy: EscalationPolicy, now: datetime) -> int:
    """The rung that the days since the opening have come to; 0 where rungs are no days.

    A supervisor's rung between others is for what nobody took, and no day of its own.
    """
    if not policy.dated or follow_up.opened_at is None:
        return 0
    rung, at = 0, follow_up.opened_at
    for index, step in enumerate(policy.steps):
        at += step.after
        own = step.who[0] != "supervisor" or index == len(policy.steps) - 1
        if at <= now and own:
            rung = index
    return rung


def _tell(
    follow_up: DueFollowUp,
    policy: EscalationPolicy,
    index: int,
    person: StaffMember,
    now: datetime,
    tally: Tally,
    alarm: str | None,
    also: bool = True,
) -> Move:
    """Tell this person now, or wait for her working hours or for room on her list."""
    rung = policy.steps[index]
    if rung.hours == "staff":
        at_work = works_from(person, now)
        if at_work > now:
            return Move(follow_up.state, follow_up.step, at_work, alarm=alarm)
        gathered = _gathered(follow_up, policy, index, person, now)
        if gathered > now:
            return Move(follow_up.state, follow_up.step, gathered, alarm=alarm)
    if full(follow_up, policy, person, tally):
        return Move(follow_up.state, follow_up.step, next_start(person, now), alarm=alarm)
    if is_new(follow_up, person) and not policy.urgent:
        tally.new[person.id] += 1
    tally.load[person.id] += 1
    others = also_told(follow_up, rung, person, tally) if also else []
    # Nobody else is asked before the hour at which she would like to be called.
    next_at = max(_next_rung_at(follow_up, policy, index, now), follow_up.wanted_at or now)
    return Move("notified", index, next_at, (person.id, *others), alarm, rung.ask)


def _gathered(
    follow_up: DueFollowUp, policy: EscalationPolicy, index: int, person: StaffMember, now: datetime
) -> datetime:
    """When a supervisor is told of what was first another's: at the next hour at which all of it is told together."""
    hers_first = index == 0 and policy.steps[0].who[0] == "supervisor"
    if not policy.gathered_at or person.role != "supervisor" or hers_first:
        return now
    return gathers_from(person, policy.gathered_at, follow_up.due_at or now, now)


def _next_rung_at(follow_up: DueFollowUp, policy: EscalationPolicy, index: int, now: datetime) -> datetime:
    """When the rung after this one is due: on its day where rungs are days, unless that is over."""
    if policy.dated and follow_up.opened_at is not None and index + 1 < len(policy.steps):
        on_its_day = follow_up.opened_at + sum(
            (step.after for step in policy.steps[: index + 2]), start=timedelta()
        )
        if on_its_day > now:
            return on_its_day
    return now + _wait_after(policy, index)


def _wait_after(policy: EscalationPolicy, index: int) -> timedelta:
    """The wait before the next rung; after the last, as long as the last itself was waited for."""
    if index + 1 < len(policy.steps):
        return policy.steps[index + 1].after
    return policy.steps[index].after or (URGENT_LAST_WAIT if policy.urgent else LAST_WAIT)


def _look_again(policy: EscalationPolicy) -> timedelta:
    return URGENT_LOOK_AGAIN if policy.urgent else LOOK_AGAIN


def _supervisor_rung(policy: EscalationPolicy) -> int:
    """The rung that is the supervisor's own, or the last one."""

    def own(rung: EscalationStep) -> bool:
        return rung.who[0] == "supervisor"

    return next((i for i, rung in enumerate(policy.steps) if own(rung)), len(policy.steps) - 1)


def _site_owes_an_answer(follow_up: DueFollowUp, now: datetime) -> bool:
    """She was to come, and nobody has marked whether she did: that reopens nothing, for a week."""
    if follow_up.attendance != "unknown" or follow_up.expect_by is None:
        return False
    return now.date() <= follow_up.expect_by + UNKNOWN_GRACE
