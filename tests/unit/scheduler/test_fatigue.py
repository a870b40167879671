"""How often is enough: a slower rhythm is offered once and rests on her risk, and silence never brings more texts."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.decide import decide, decide_all
from scheduler.fatigue import between
from scheduler.plan import plan
from scheduler.rules import RulesError, load_country
from scheduler.silence import judge
from scheduler.types import Asked, Nudge, OpenFollowUp, Send, Skip, Wait
from tests.unit.scheduler.made import at, enrolment, kenya, reminder, spell, tables_of, visit_reminder

NOW = at("2026-11-23 10:00")
MONDAY = date(2026, 11, 23)
HALF_A_YEAR_AGO = NOW - timedelta(weeks=26)
STEADY = Asked(rhythm="weekly", settled_at=HALF_A_YEAR_AGO, asks=25, answers=20)
SENT_AT = {"not_before": NOW, "valid_until": at("2026-11-23 11:30")}


def text(name: str) -> Send:
    return Send(name, "B", **SENT_AT)


def silent(count: int, **known: Any) -> Asked:
    return Asked(**{"rhythm": "weekly", "unanswered": count} | known)


SLOW = Asked(rhythm="fortnightly", anchor_on=MONDAY - timedelta(weeks=3))

TABLE: list[tuple[str, Asked, Any]] = [
    ("steady for half a year", STEADY, text("slower_offer")),
    ("a day too early", replace(STEADY, settled_at=HALF_A_YEAR_AGO + timedelta(days=1)), text("checkin")),
    ("steady, and red", replace(STEADY, risk="red"), text("checkin")),
    ("steady, and amber", replace(STEADY, risk="amber"), text("slower_offer")),
    ("answers too few", replace(STEADY, answers=19), text("checkin")),
    ("asked too seldom", replace(STEADY, asks=19, answers=19), text("checkin")),
    ("the last one unanswered", replace(STEADY, unanswered=1), text("checkin")),
    ("every day by choice", replace(STEADY, rhythm="daily"), text("checkin")),
    ("never set up", replace(STEADY, settled_at=None), text("checkin")),
    ("a week between", SLOW, Skip("slower_rhythm")),
    ("a week between, red", replace(SLOW, risk="red"), text("checkin")),
    ("her week", replace(SLOW, anchor_on=MONDAY - timedelta(weeks=2)), text("checkin")),
    ("two silent", silent(2), text("checkin")),
    ("three silent", silent(3), text("checkin_gentle")),
    ("five silent, red", silent(5, risk="red"), text("checkin_gentle")),
    ("six silent, green", silent(6), OpenFollowUp("channel")),
    ("six silent, green, asked already", silent(6, channel_told=True), Skip("silent_resting")),
    ("six silent, somebody looks after her", silent(6, silence_told=True), Skip("silent_resting")),
    ("six silent, amber", silent(6, risk="amber", silence_told=True), Skip("silent_resting")),
    ("six silent, became red", silent(6, risk="red", channel_told=True), OpenFollowUp("silent")),
    ("many silent, red, told", silent(20, risk="red", silence_told=True), Skip("silent_resting")),
]


@pytest.mark.parametrize(("asked", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_check_in_becomes(asked: Asked, expected: Any) -> None:
    assert decide(reminder(asked=asked), kenya(), NOW) == expected


def test_a_stop_a_phone_and_an_answer_go_before_rest() -> None:
    resting = silent(9)
    assert decide(reminder(asked=resting, hold="stopped"), kenya(), NOW) == Skip("stopped")
    assert decide(reminder(asked=resting, phone="none"), kenya(), NOW) == Skip("no_phone")
    assert decide(reminder(asked=resting, answered_since_due=True), kenya(), NOW) == Skip("answered")


def test_dates_are_said_however_long_she_is_silent_and_whatever_her_rhythm() -> None:
    for asked in (silent(9), SLOW, STEADY):
        decision = decide(visit_reminder(asked=asked), kenya(), NOW)
        assert isinstance(decision, Send)
        assert decision.template == "visit_t1"


@pytest.mark.parametrize(("rhythm", "weeks"), [("fortnightly", 2), ("monthly", 4)])
def test_a_slower_rhythm_keeps_her_weekday_and_its_weeks_through_every_replan(
    rhythm: Any, weeks: int
) -> None:
    anchor = MONDAY - timedelta(weeks=5)
    asked = Asked(rhythm=rhythm, anchor_on=anchor)
    for start in range(60):
        today = MONDAY + timedelta(days=start)
        planned = plan(
            kenya(),
            enrolment(rhythm=rhythm, weekday=0, hour=10, anchor_on=anchor, entered_on=anchor),
            today,
            28,
        )
        days = [one.occurrence for one in planned.reminders]
        hers = [day for day in days if not between(asked, day)]
        assert len(days) >= 4
        assert all(day.weekday() == 0 for day in days)
        assert all((day - anchor).days % (7 * weeks) == 0 for day in hers)
        assert len(hers) >= 28 // (7 * weeks)


@given(st.integers(0, 400), st.sampled_from(["daily", "weekly", None]))
def test_no_week_is_left_out_of_a_daily_or_weekly_rhythm(days: int, rhythm: Any) -> None:
    assert not between(Asked(rhythm=rhythm, anchor_on=MONDAY), MONDAY + timedelta(days=days))


def _texts_in_silence(weeks: int, risk: Any) -> list[int]:
    """Texts a week to a mother who never answers, by the rules alone: check-ins and nudges."""
    counts, unanswered, nudged_at, told = [], 0, None, frozenset[str]()
    for week in range(weeks):
        now = NOW + timedelta(weeks=week)
        asked = silent(unanswered, risk=risk, silence_told="silent" in told, channel_told="channel" in told)
        item = reminder(asked=asked, due_at=now, valid_until=now + timedelta(minutes=90))
        decision = decide(item, kenya(), now)
        sent = int(isinstance(decision, Send))
        unanswered += sent
        if isinstance(decision, OpenFollowUp):
            told |= {decision.cause}
        later = now + timedelta(hours=25)
        verdict = judge(
            spell(risk=risk, asked_at=NOW, nudged_at=nudged_at, unanswered=unanswered), later, kenya()
        )
        if isinstance(verdict, Nudge):
            nudged_at, sent = later, sent + 1
        counts.append(sent)
    return counts


@pytest.mark.parametrize("risk", ["green", "amber", "red"])
def test_the_volume_never_rises_with_silence(risk: Any) -> None:
    counts = _texts_in_silence(20, risk)
    assert counts[:1] == [2]
    assert all(later <= earlier for earlier, later in pairwise(counts))
    assert sum(counts) == 7
    assert counts[6:] == [0] * 14


def test_no_nudge_once_the_tone_has_changed() -> None:
    assert judge(spell(risk="green", unanswered=2), at("2026-11-24 10:00"), kenya()) == Nudge(None)
    assert judge(spell(risk="green", unanswered=3), at("2026-11-24 10:00"), kenya()) == Wait(None)


def test_twins_and_their_mother_are_told_once_of_one_day() -> None:
    hers = visit_reminder(id=1)
    twins = [visit_reminder(id=id_, schedule="infant_visit", infant_alive=True) for id_ in (2, 3)]
    decisions = decide_all([*twins, hers], {"KE": kenya()}, NOW)
    assert [type(one) for one in decisions] == [Skip, Skip, Send]
    assert {one.reason for one in decisions[:2] if isinstance(one, Skip)} == {"said_already"}


def test_what_another_batch_said_is_not_said_again_and_what_differs_is() -> None:
    said = frozenset({"visit.day_before"})
    infant = visit_reminder(schedule="infant_visit", infant_alive=True, said=said)
    assert decide(infant, kenya(), NOW) == Skip("said_already")
    assert isinstance(decide(replace(infant, said=frozenset({"visit.week_before"})), kenya(), NOW), Send)
    assert isinstance(decide(replace(infant, said=frozenset({"gone.day_before"})), kenya(), NOW), Send)
    another_day = replace(infant, occurrence=MONDAY + timedelta(days=3), said=frozenset())
    assert [type(d) for d in decide_all([visit_reminder(id=9), another_day], {"KE": kenya()}, NOW)] == [
        Send,
        Send,
    ]


def test_nobody_is_asked_whether_she_came_on_a_day_somebody_saw_her() -> None:
    ask_her = visit_reminder(
        "ask_her", attendance="unknown", came_that_day=True, valid_until=at("2026-11-23 20:00")
    )
    assert decide(ask_her, kenya(), NOW) == Skip("came_that_day")
    assert isinstance(decide(replace(ask_her, came_that_day=False), kenya(), NOW), Send)
    ask_mentor = replace(ask_her, step="ask_mentor")
    assert decide(ask_mentor, kenya(), NOW) == OpenFollowUp("attendance_unknown")


def test_leaving_one_kind_of_text_leaves_the_others() -> None:
    for dates, invitations in ((True, True), (True, False), (False, True), (False, False)):
        wishes = {"date_texts": dates, "invitations": invitations}
        meeting = reminder(schedule="meeting", step="invite", valid_until=at("2026-11-23 20:00"), **wishes)
        called_off = replace(meeting, step="called_off")
        visit = decide(visit_reminder(**wishes), kenya(), NOW)
        assert isinstance(visit, Send) is dates
        assert dates or visit == decide(visit_reminder(phone="none"), kenya(), NOW)
        assert isinstance(decide(meeting, kenya(), NOW), Send) is invitations
        assert invitations or decide(meeting, kenya(), NOW) == Skip("no_invitations")
        assert isinstance(decide(called_off, kenya(), NOW), Send)
        assert decide(reminder(**wishes), kenya(), NOW) == text("checkin")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rest_after": 3}, "rest_after"),
        ({"offer_answered": 101}, "offer_answered"),
        ({"offer_after": "half a year"}, "offer_after"),
        ({"source": ""}, "source"),
        ({"louder_after": 3}, "louder_after"),
    ],
)
def test_rules_that_cannot_work_are_named(change: dict[str, Any], says: str) -> None:
    tables = tables_of("KE")
    tables["schedules"]["checkin"]["fatigue"] |= change
    with pytest.raises(RulesError, match=f"schedules/checkin.toml fatigue: .*{says}"):
        load_country(tables)


def test_a_country_without_such_rules_asks_as_ever() -> None:
    tables = tables_of("KE")
    del tables["schedules"]["checkin"]["fatigue"]
    country = load_country(tables)
    assert decide(reminder(asked=silent(20)), country, NOW) == text("checkin")
    assert decide(reminder(asked=STEADY), country, NOW) == text("checkin")
    assert judge(spell(risk="green", unanswered=20), at("2026-11-24 10:00"), country) == Nudge(None)


def test_her_mentor_is_reminded_once_of_one_day_too() -> None:
    hers = visit_reminder(id=1, phone="none")
    twin = visit_reminder(id=2, schedule="infant_visit", infant_alive=True, phone="none")
    decisions = decide_all([hers, twin], {"KE": kenya()}, NOW)
    assert decisions == [decide(hers, kenya(), NOW), Skip("said_already")]
