"""Any sequence of answers, ticks and people coming and going: no follow-up is ever forgotten, none closes by itself."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from flows.events import ComingWhen, FollowUpAction
from scheduler.answers import answer
from scheduler.escalate import first_at, move
from scheduler.types import ActedFollowUp, DueFollowUp, Roster, StaffMember
from tests.unit.scheduler.made import COLLEAGUE, COVER, MENTOR, NURSE, SECOND_NURSE, SUPERVISOR, at, kenya

STAFF = (MENTOR, COVER, COLLEAGUE, SUPERVISOR)


class OneFollowUp(RuleBasedStateMachine):
    """Keeps a follow-up as the store does, and lets anything happen to it."""

    @initialize(cause=st.sampled_from(sorted(kenya().policies)))
    def opened(self, cause: str) -> None:
        self.policy = kenya().policies[cause]
        self.now = at("2026-11-23 10:00")
        self.reachable = {person.id for person in (*STAFF, NURSE, SECOND_NURSE)}
        self.alarm = False
        self.signs = 0
        self.told: frozenset[int] = frozenset()
        self.looks_since_told = 0
        self.kept = ActedFollowUp(
            id=1,
            mother_id=1,
            cause=cause,
            state="open",
            step=-1,
            owner_id=None,
            not_reached=0,
            awaiting_when=False,
            hold_by_code=None,
            next_visit_on=None,
            time_zone="Africa/Nairobi",
            next_at=first_at(self.policy, self.now),
        )

    def _roster(self) -> Roster:
        def seen(person: StaffMember) -> StaffMember:
            return replace(person, reachable=person.id in self.reachable)

        return Roster(
            seen(MENTOR),
            seen(COVER),
            (seen(COLLEAGUE),),
            (seen(NURSE), seen(SECOND_NURSE)),
            (seen(SUPERVISOR),),
        )

    @rule(hours=st.integers(0, 80))
    def time_passes(self, hours: int) -> None:
        """The clock runs, and every due look is taken at its time."""
        end = self.now + timedelta(hours=hours)
        while self.kept.state != "resolved" and self.kept.next_at is not None and self.kept.next_at <= end:
            self.now = max(self.now, self.kept.next_at)
            self._look()
        self.now = end

    def _look(self) -> None:
        kept = self.kept
        assert kept.state != "resolved"
        due = DueFollowUp(
            id=1,
            mother_id=1,
            cause=kept.cause,
            country="KE",
            risk="red",
            state=kept.state,
            step=kept.step,
            owner_id=kept.owner_id,
            passed_by=kept.passed_by,
            roster=self._roster(),
            told=self.told,
            not_reached=kept.not_reached,
            hold_by_code=kept.hold_by_code,
            expect_by=kept.expect_by,
        )
        made = move(due, self.policy, self.now)
        assert made.next_at is not None
        assert made.next_at > self.now, "a look at itself would spin"
        assert set(made.notify) <= self.reachable, "nobody is told who cannot be"
        assert len(set(made.notify)) == len(made.notify)
        self.alarm = self.alarm or made.alarm is not None
        self.told |= frozenset(made.notify)
        self.signs += bool(made.notify) or made.alarm is not None
        self.looks_since_told = 0 if made.notify else self.looks_since_told + 1
        assert self.looks_since_told <= 3 or self.alarm, "nobody was told and nobody is alarmed"
        self.kept = replace(kept, state=made.state, step=made.step, next_at=made.next_at)

    @rule(
        action=st.sampled_from(get_args(FollowUpAction)),
        coming=st.sampled_from([None, *get_args(ComingWhen)]),
        by=st.sampled_from(STAFF),
        verified=st.booleans(),
        digit=st.booleans(),
    )
    def somebody_answers(
        self, action: FollowUpAction, coming: ComingWhen | None, by: StaffMember, verified: bool, digit: bool
    ) -> None:
        before = self.kept
        result = answer(before, action, coming, by, verified, self.now, by_digit=digit)
        if before.state == "resolved":
            assert result.state == "resolved", "a late report reopens nothing"
        if result.state == "resolved" and before.state != "resolved":
            assert verified, "what cannot be taken back needs a PIN or the dashboard"
            assert action != "died" or by.role in ("supervisor", "nurse")
        if action in ("wrong_number", "moved", "died") and result.changed:
            assert result.hold_mother is not None, "her content stops at once"
        if not result.changed:
            return
        self.looks_since_told = 0
        self.kept = replace(
            before,
            state=result.state,
            step=result.step,
            owner_id=result.owner_id,
            not_reached=result.not_reached,
            awaiting_when=result.awaiting_when,
            hold_by_code=None if result.release_hold else result.hold_mother or before.hold_by_code,
            passed_by=before.passed_by | ({by.id} if result.pass_on else frozenset()),
            next_at=result.next_at,
            expect_by=result.expect_by,
            last_action=action,
            last_action_at=self.now,
        )

    @rule(person=st.sampled_from([*STAFF, NURSE, SECOND_NURSE]))
    def a_phone_is_lost_or_found(self, person: StaffMember) -> None:
        self.reachable ^= {person.id}

    @precondition(lambda self: self.kept.state != "resolved")
    @rule()
    def left_alone_it_comes_back_to_a_person_or_an_alarm(self) -> None:
        """Reached, coming next week waits longest, to the Monday after: sixteen days without a sign are too many."""
        self.signs = 0
        self.time_passes(24 * 16)
        assert self.signs > 0

    @invariant()
    def it_is_never_forgotten(self) -> None:
        if not hasattr(self, "kept"):
            return
        if self.kept.state == "resolved":
            assert self.kept.next_at is None
        else:
            assert self.kept.next_at is not None or self.alarm
            assert self.kept.next_at is None or self.kept.next_at >= self.now - timedelta(hours=80)


TestOneFollowUp = OneFollowUp.TestCase
TestOneFollowUp.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
