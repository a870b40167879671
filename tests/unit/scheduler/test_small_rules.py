"""Silence, risk, unclosed days and messages in doubt, each as a table."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.delivery import after_refusal, in_doubt, look_again_at
from scheduler.ports import SiteDay, SiteMove
from scheduler.risk import RiskFacts, risk
from scheduler.silence import judge
from scheduler.sites import site_move
from scheduler.types import InDoubt, Nudge, SilentTooLong, Wait
from tests.unit.scheduler.made import NAIROBI, at, kenya, spell

NUMBER, SILENT = SilentTooLong("number_problem"), SilentTooLong("silent")
TUESDAY, WEDNESDAY = at("2026-11-24 10:00"), at("2026-11-25 10:00")
TWO_WEEKS = at("2026-12-07 10:00")


@pytest.mark.parametrize(
    ("fields", "now", "expected"),
    [
        ({}, "2026-11-23 10:00", Wait(TUESDAY)),
        ({}, "2026-11-24 10:00", Nudge(WEDNESDAY)),
        ({"nudged_at": TUESDAY}, "2026-11-24 10:00", Wait(WEDNESDAY)),
        ({"nudged_at": TUESDAY}, "2026-11-25 09:59", Wait(WEDNESDAY)),
        ({"nudged_at": TUESDAY}, "2026-11-25 10:00", SILENT),
        ({}, "2026-11-27 10:00", SILENT),
        ({"may_text": False}, "2026-11-24 10:00", Wait(WEDNESDAY)),
        ({"may_text": False}, "2026-11-25 10:00", SILENT),
        ({"undelivered": 2}, "2026-11-23 11:00", NUMBER),
        ({"undelivered": 2, "site": "closed"}, "2026-11-25 10:00", NUMBER),
        ({"undelivered": 1}, "2026-11-24 10:00", Nudge(WEDNESDAY)),
        ({"undelivered": 1, "nudged_at": TUESDAY}, "2026-11-25 10:00", Wait(at("2026-11-26 10:00"))),
        ({"undelivered": 1, "nudged_at": TUESDAY}, "2026-12-02 10:00", NUMBER),
        ({"risk": "amber"}, "2026-11-24 10:00", Nudge(TWO_WEEKS)),
        ({"risk": "amber", "nudged_at": TUESDAY}, "2026-11-25 10:00", Wait(TWO_WEEKS)),
        ({"risk": "amber", "nudged_at": TUESDAY}, "2026-12-07 10:00", SILENT),
        ({"risk": "green"}, "2026-11-24 10:00", Nudge(None)),
        ({"risk": "green", "nudged_at": TUESDAY}, "2027-01-25 10:00", Wait(None)),
        ({"site": "closed"}, "2026-11-25 10:00", Wait(at("2026-11-26 10:00"))),
        # the nudge keeps out of the night, except in the hour she chose
        ({"asked_at": at("2026-11-23 21:00")}, "2026-11-24 21:00", Wait(at("2026-11-25 07:00"))),
        (
            {"asked_at": at("2026-11-23 21:00"), "her_hour": 21},
            "2026-11-24 21:00",
            Nudge(at("2026-11-25 21:00")),
        ),
    ],
)
def test_silence(fields: dict[str, Any], now: str, expected: Any) -> None:
    assert judge(spell(**fields), at(now), kenya()) == expected


@given(
    st.sampled_from(["red", "amber", "green"]), st.integers(0, 2), st.integers(0, 23), st.integers(0, 1439)
)
def test_a_spell_ends_with_a_person_or_rests_and_is_nudged_at_most_once(
    grade: str, undelivered: int, her_hour: int, minute: int
) -> None:
    now = asked = at("2026-11-23 00:00") + timedelta(minutes=minute)
    item = spell(risk=grade, undelivered=undelivered, her_hour=her_hour, asked_at=asked)
    for _ in range(40):
        verdict = judge(item, now, kenya())
        if isinstance(verdict, SilentTooLong):
            assert grade != "green" or undelivered == 2
            return
        if isinstance(verdict, Nudge):
            assert item.nudged_at is None
            item = spell(
                risk=grade, undelivered=undelivered, her_hour=her_hour, asked_at=asked, nudged_at=now
            )
        if verdict.check_at is None:
            assert grade == "green"
            return
        assert verdict.check_at > now
        now = verdict.check_at
    pytest.fail("the spell never ended")


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (RiskFacts(), "green"),
        (RiskFacts(art_started_on=date(2026, 8, 24)), "red"),
        (RiskFacts(art_started_on=date(2026, 8, 23)), "green"),
        (RiskFacts(unsuppressed=True), "red"),
        (RiskFacts(edd=date(2026, 12, 21)), "red"),  # 36 weeks today
        (RiskFacts(edd=date(2026, 12, 22)), "amber"),
        (RiskFacts(edd=date(2026, 10, 13)), "red"),  # no birth recorded yet
        (RiskFacts(edd=date(2026, 10, 12)), "amber"),
        (RiskFacts(last_birth_on=date(2026, 10, 13)), "red"),
        (RiskFacts(last_birth_on=date(2026, 10, 12)), "green"),  # a loss six weeks ago: no infant
        (RiskFacts(last_birth_on=date(2026, 10, 12), infant_born_on=date(2026, 10, 12)), "amber"),
        (RiskFacts(infant_born_on=date(2025, 11, 23)), "green"),
        (RiskFacts(infant_born_on=date(2025, 11, 24)), "amber"),
        (RiskFacts(birth_date=date(2006, 11, 24)), "red"),
        (RiskFacts(birth_date=date(2006, 11, 23)), "green"),
        (RiskFacts(under_20=True), "red"),
        (RiskFacts(result_waiting=True), "red"),
        (RiskFacts(run_out_on=TODAY), "red"),
        (RiskFacts(run_out_on=TODAY + timedelta(days=1)), "green"),
    ],
)
def test_risk(facts: RiskFacts, expected: str) -> None:
    assert risk(facts, TODAY) == expected


MIDNIGHT, TEN = at("2026-11-24 00:00"), at("2026-11-24 10:00")


@pytest.mark.parametrize(
    ("stage", "now", "expected"),
    [
        (0, "2026-11-23 14:00", SiteMove(None, False, 0, at("2026-11-23 15:00"))),
        (0, "2026-11-23 15:00", SiteMove("mentors", False, 1, MIDNIGHT)),
        (1, "2026-11-23 18:00", SiteMove(None, False, 1, MIDNIGHT)),
        (1, "2026-11-24 00:00", SiteMove(None, True, 2, TEN)),
        (2, "2026-11-24 10:00", SiteMove("supervisor", False, 3, None)),
        (0, "2026-11-24 03:00", SiteMove(None, True, 2, TEN)),  # we were down: no stale question
        (0, "2026-11-26 12:00", SiteMove("supervisor", True, 3, None)),
        (3, "2026-11-26 12:00", SiteMove(None, False, 3, None)),
    ],
)
def test_an_unclosed_day(stage: int, now: str, expected: SiteMove) -> None:
    day = SiteDay(1, date(2026, 11, 23), 9, False, stage, NAIROBI, time(15))
    assert site_move(day, at(now)) == expected


@pytest.mark.parametrize(("expected", "closed"), [(9, True), (0, False)])
def test_a_closed_or_empty_day_asks_nobody(expected: int, closed: bool) -> None:
    day = SiteDay(1, date(2026, 11, 23), expected, closed, 1, NAIROBI, time(15))
    assert site_move(day, at("2026-11-24 00:00")) == SiteMove(None, False, 3, None)


SINCE = at("2026-11-23 10:00")


@pytest.mark.parametrize(
    ("message_class", "attempts", "minutes", "valid_minutes", "fate"),
    [
        ("A", 1, 0, 600, "queue_again"),
        ("A", 2, 0, 600, "queue_again"),
        ("A", 3, 0, 600, "unknown"),
        ("A", 1, 600, 600, "unknown"),
        ("B", 1, 0, 90, "unknown"),
        ("C", 1, 0, 600, "wait"),
        ("C", 1, 29, 600, "wait"),
        ("C", 1, 30, 600, "queue_again"),
        ("C", 2, 30, 600, "unknown"),
        ("C", 1, 10, 30, "unknown"),  # the report cannot come in time for a resend
        ("D", 1, 0, 10, "unknown"),
        ("E", 1, 0, 600, "queue_again"),
        ("E", 2, 0, 600, "unknown"),
    ],
)
def test_in_doubt(message_class: Any, attempts: int, minutes: int, valid_minutes: int, fate: str) -> None:
    message = InDoubt(message_class, attempts, SINCE, SINCE + timedelta(minutes=valid_minutes))
    assert in_doubt(message, SINCE + timedelta(minutes=minutes)) == fate
    assert look_again_at(message) == SINCE + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("message_class", "refusals", "reason", "valid_minutes", "expected"),
    [
        ("B", 1, "try_later", 90, ("queue_again", 30)),
        ("B", 2, "try_later", 90, ("queue_again", 60)),
        ("B", 4, "try_later", 90, ("queue_again", 240)),
        ("B", 5, "try_later", 90, ("failed", None)),
        ("C", 1, "rejected", 600, ("failed", None)),
        ("A", 1, "rejected", 600, ("failed", None)),
        ("A", 500, "try_later", 600, ("queue_again", 300)),
        ("D", 1, "try_later", 0, ("expired", None)),
        ("D", 4, "try_later", 3, ("expired", None)),
    ],
)
def test_refused(
    message_class: Any, refusals: int, reason: Any, valid_minutes: int, expected: tuple[str, int | None]
) -> None:
    fate, retry_at = after_refusal(
        message_class, refusals, reason, SINCE, SINCE + timedelta(minutes=valid_minutes)
    )
    wait = None if retry_at is None else (retry_at - SINCE).seconds
    assert (fate, wait) == expected


@given(st.sampled_from("ABCDE"), st.integers(1, 4), st.integers(0, 3000), st.integers(0, 3000))
def test_nothing_in_doubt_is_sent_more_often_than_its_class_allows(
    message_class: Any, attempts: int, minutes: int, valid_minutes: int
) -> None:
    valid_until = SINCE + timedelta(minutes=valid_minutes)
    now: datetime = SINCE + timedelta(minutes=minutes)
    fate = in_doubt(InDoubt(message_class, attempts, SINCE, valid_until), now)
    allowed = {"A": 3, "B": 1, "C": 2, "D": 1, "E": 2}[message_class]
    if fate == "queue_again":
        assert attempts < allowed
        assert now < valid_until
    if message_class in "BD":
        assert fate == "unknown"
