"""May it go? One table of what decides, and in every zone: nothing in the night, nothing twice, nothing stale."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.decide import decide, decide_all
from scheduler.decide_hour import CAP_DAY, CAP_WEEK
from scheduler.localtime import instant_at, local, quiet
from scheduler.reasons import REASONS
from scheduler.types import DueReminder, Hold, OpenFollowUp, Send, Skip, TellMentor
from tests.unit.scheduler.made import at, kenya, reminder, visit_reminder
from tests.unit.scheduler.test_localtime import days, zones

NOW = at("2026-11-23 10:00")


def missed(**fields: Any) -> DueReminder:
    plain: dict[str, Any] = {
        "schedule": "missed_visit",
        "step": "day_1",
        "attendance": "missed",
        "valid_until": at("2026-11-23 20:00"),
    }
    return reminder(**plain | fields)


def ask_mentor(**fields: Any) -> DueReminder:
    return visit_reminder(
        "ask_mentor", **{"attendance": "unknown", "valid_until": at("2026-11-26 10:00")} | fields
    )


TELL = TellMentor("mentor_reminder", at("2026-11-24 00:00"))

TABLE: list[tuple[str, DueReminder, Any]] = [
    ("a check-in", reminder(), Send("checkin", "B", NOW, at("2026-11-23 11:30"))),
    ("a visit tomorrow", visit_reminder(), Send("visit_t1", "C", NOW, at("2026-11-23 20:00"))),
    ("after STOP", reminder(hold="stopped"), Skip("stopped")),
    ("after STOP on her number", visit_reminder(phone="opted_out"), Skip("stopped")),
    ("after her death", visit_reminder(hold="dead"), Skip("dead")),
    ("after a transfer", visit_reminder(hold="transferred"), Skip("transferred")),
    ("work for her mentor after her death", ask_mentor(hold="dead"), Skip("dead")),
    (
        "work for her living baby after her death",
        visit_reminder(
            "mentor_overdue", schedule="infant_visit", hold="dead", attendance="unknown", infant_alive=True
        ),
        OpenFollowUp("infant_test_overdue"),
    ),
    (
        "no text about her baby after her death",
        visit_reminder(schedule="infant_visit", hold="dead", infant_alive=True),
        Skip("dead"),
    ),
    ("work for her mentor after STOP", ask_mentor(phone="opted_out"), OpenFollowUp("attendance_unknown")),
    ("a hold goes before staleness", reminder(hold="moved", valid_until=NOW), Skip("moved")),
    ("stale to the second", reminder(valid_until=NOW), Skip("stale")),
    ("a step that is gone", reminder(step="gone"), Skip("replanned")),
    ("a schedule that is gone", reminder(schedule="gone"), Skip("replanned")),
    ("her baby died", visit_reminder(schedule="infant_visit", infant_alive=False), Skip("infant_not_alive")),
    ("her other twin", visit_reminder(schedule="infant_visit", infant_alive=True), Send),
    ("kept already", visit_reminder(attendance="kept"), Skip("kept")),
    ("missed without a witness", missed(attendance="unknown"), Skip("attendance_unknown")),
    ("missed, not yet marked", missed(attendance="expected"), Skip("attendance_unknown")),
    ("missed after all kept", missed(attendance="kept"), Skip("kept")),
    ("missed, with a witness", missed(), Send("missed_visit_1", "C", NOW, at("2026-11-23 20:00"))),
    ("missed, and her next date is told of today", missed(date_today=True), Skip("date_instead")),
    (
        "her next date itself",
        visit_reminder(date_today=True),
        Send("visit_t1", "C", NOW, at("2026-11-23 20:00")),
    ),
    (
        "work for her mentor about a missed visit",
        missed(step="mentor", date_today=True, valid_until=at("2026-11-26 10:00")),
        OpenFollowUp("visit_missed"),
    ),
    ("missed, no entries", missed(site_has_entries=False), Hold(NOW + timedelta(hours=1), "no_entries")),
    ("missed, unmarked, no entries", missed(attendance="unknown", site_has_entries=False), Hold),
    ("come, site closed", visit_reminder(site="closed"), Hold(NOW + timedelta(hours=1), "site_closed")),
    ("come, no network", visit_reminder(site="no_network"), Hold(NOW + timedelta(hours=1), "no_network")),
    ("come, paused, no phone", visit_reminder(site="paused", phone="none"), Hold),
    ("a pick-up, no stock", visit_reminder(site="stock_out"), Hold(NOW + timedelta(hours=1), "stock_out")),
    ("check-in, no stock", reminder(site="stock_out"), Send),
    ("check-in, site closed", reminder(site="closed"), Send),
    ("check-in, programme paused", reminder(site="paused"), Skip("site_paused")),
    ("ask the mentor", ask_mentor(), OpenFollowUp("attendance_unknown")),
    ("ask the mentor, no entries", ask_mentor(site_has_entries=False), OpenFollowUp("attendance_unknown")),
    ("ask the mentor of a closed site", ask_mentor(site="closed"), Hold),
    ("ask the mentor, no phone", ask_mentor(phone="none"), OpenFollowUp("attendance_unknown")),
    ("ask her, no entries", visit_reminder("ask_her", attendance="unknown", site_has_entries=False), Hold),
    ("no phone, visit", visit_reminder(phone="none"), TELL),
    ("no phone, a visit gone by", missed(phone="none"), Skip("no_phone")),
    ("not set up, a visit gone by", missed(set_up=False), Skip("mentor_only")),
    ("no phone, check-in", reminder(phone="none"), Skip("no_phone")),
    ("not set up, visit", visit_reminder(set_up=False), TELL),
    ("not set up, check-in", reminder(set_up=False), Skip("mentor_only")),
    ("number untrusted", visit_reminder(phone="untrusted"), Skip("number_untrusted")),
    ("no consent, visit", visit_reminder(consented=False), TELL),
    ("no consent, check-in", reminder(consented=False), Skip("no_consent")),
    ("no texts, visit", visit_reminder(signature="none"), TELL),
    ("no texts, check-in", reminder(signature="none"), Skip("no_texts")),
    ("no baby words", visit_reminder(schedule="infant_visit", infant_alive=True, baby_wording=False), Send),
    ("answered", reminder(answered_since_due=True), Skip("answered")),
    ("a person is on the way", reminder(in_hand=True), Skip("in_hand")),
    ("enough today", reminder(pushed_today=CAP_DAY), Skip("cap_day")),
    ("enough this week", reminder(pushed_this_week=CAP_WEEK), Skip("cap_week")),
    ("daily by choice", visit_reminder(pushed_today=2, pushed_this_week=9, daily_rhythm=True), Send),
    ("daily by choice, enough", reminder(pushed_today=3, daily_rhythm=True), Skip("cap_day")),
]


@pytest.mark.parametrize(("item", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_decides(item: DueReminder, expected: Any) -> None:
    decision = decide(item, kenya(), NOW)
    if isinstance(expected, type):
        assert isinstance(decision, expected)
    else:
        assert decision == expected


@pytest.mark.parametrize(
    ("now", "her_hour", "valid_until", "expected"),
    [
        (
            "2026-11-23 21:00",
            21,
            "2026-11-23 22:30",
            Send("checkin", "B", at("2026-11-23 21:00"), at("2026-11-23 22:00")),
        ),
        ("2026-11-23 22:00", 21, "2026-11-23 22:30", Skip("quiet_hours")),
        (
            "2026-11-23 19:40",
            19,
            "2026-11-23 20:30",
            Send("checkin", "B", at("2026-11-23 19:40"), at("2026-11-23 20:00")),
        ),
        (
            "2026-11-23 05:30",
            5,
            "2026-11-23 06:30",
            Send("checkin", "B", at("2026-11-23 05:30"), at("2026-11-23 06:00")),
        ),
        ("2026-11-23 06:10", 5, "2026-11-23 07:30", Hold(at("2026-11-23 07:00"), "quiet_hours")),
    ],
)
def test_her_own_hour_is_allowed_and_no_other_of_the_night(
    now: str, her_hour: int, valid_until: str, expected: Any
) -> None:
    item = reminder(her_hour=her_hour, valid_until=at(valid_until))
    assert decide(item, kenya(), at(now)) == expected


def test_her_own_hour_is_whole_even_where_the_night_begins_within_it() -> None:
    early_night = replace(kenya(), quiet_from=time(19, 30))
    decision = decide(
        reminder(her_hour=19, valid_until=at("2026-11-23 20:30")), early_night, at("2026-11-23 19:00")
    )
    assert decision == Send("checkin", "B", at("2026-11-23 19:00"), at("2026-11-23 20:00"))


def test_a_date_waits_for_the_morning_while_it_is_still_true() -> None:
    week_before = visit_reminder("week_before", valid_until=at("2026-11-26 10:00"), her_hour=22)
    assert decide(week_before, kenya(), at("2026-11-23 22:00")) == Hold(at("2026-11-24 07:00"), "quiet_hours")
    assert decide(visit_reminder(her_hour=22), kenya(), at("2026-11-23 22:00")) == Skip("quiet_hours")


def test_a_batch_counts_its_own_texts_and_prefers_dates_to_cues() -> None:
    batch = [
        reminder(id=1),
        visit_reminder(id=2),
        visit_reminder("week_before", id=3, valid_until=at("2026-11-26 10:00")),
        reminder(id=4, mother_id=2),
    ]
    decisions = decide_all(batch, {"KE": kenya()}, NOW)
    assert decisions[0] == Skip("cap_day")
    assert [type(d) for d in decisions[1:]] == [Send, Send, Send]


holds = st.sampled_from(
    [None, "stopped", "paused", "wrong_number", "moved", "transferred", "dead", "revoked"]
)
any_reminder = st.fixed_dictionaries(
    {
        "schedule": st.sampled_from(["checkin", "visit", "missed_visit", "infant_visit", "gone"]),
        "step": st.sampled_from(
            ["ask", "week_before", "day_before", "ask_mentor", "ask_her", "day_1", "mentor"]
        ),
        "hold": holds,
        "phone": st.sampled_from(["ok", "none", "untrusted", "opted_out"]),
        "set_up": st.booleans(),
        "consented": st.booleans(),
        "signature": st.sampled_from(["tips", "group", "none"]),
        "site": st.sampled_from(["open", "closed", "no_network", "paused", "stock_out"]),
        "site_has_entries": st.booleans(),
        "attendance": st.sampled_from([None, "expected", "kept", "missed", "unknown"]),
        "infant_alive": st.sampled_from([None, True, False]),
        "her_hour": st.integers(0, 23),
        "pushed_today": st.integers(0, 4),
        "pushed_this_week": st.integers(0, 9),
        "answered_since_due": st.booleans(),
        "in_hand": st.booleans(),
        "daily_rhythm": st.booleans(),
    }
)


@given(any_reminder, zones, days, st.integers(0, 1439), st.integers(1, 6000))
def test_no_text_goes_in_the_night_or_to_somebody_who_must_not_get_one(
    fields: dict[str, Any], zone: str, day: Any, minute: int, valid_minutes: int
) -> None:
    now = instant_at(zone, day, time(minute // 60, minute % 60))
    if now is None:
        return
    item = reminder(**fields, time_zone=zone, due_at=now, valid_until=now + timedelta(minutes=valid_minutes))
    decision = decide(item, kenya(), now)
    if isinstance(decision, Skip):
        assert decision.reason in REASONS
    if isinstance(decision, Hold):
        assert decision.reason in REASONS
        assert now < decision.until <= item.valid_until
    if isinstance(decision, Send):
        assert now <= decision.not_before < decision.valid_until <= item.valid_until
        assert item.hold is None
        assert (item.phone, item.set_up, item.consented) == ("ok", True, True)
        assert item.infant_alive is not False
        _assert_not_at_night(item, decision.not_before)
        _assert_not_at_night(item, decision.valid_until - timedelta(seconds=1))


def _assert_not_at_night(item: DueReminder, moment: datetime) -> None:
    own_hour = item.schedule == "checkin" and local(moment, item.time_zone).hour == item.her_hour
    assert own_hour or not quiet(moment, item.time_zone, time(20), time(7))


def test_every_reason_is_a_sentence() -> None:
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in REASONS.values())
