"""What a mentor records of her mothers: each thing once, only for those in her care, and nothing to a phone in danger."""

from datetime import timedelta
from typing import Any

import pytest

from flows import events as happened
from flows.events import (
    CallLogged,
    CallRequested,
    Event,
    FollowUpAnswered,
    HomeVisitPlanned,
    MotherSetUp,
    RecordOpened,
    ReferralArrived,
    ReferralMade,
    ResultGiven,
    SafetyConcern,
    SetUpCodeGiven,
    StopRequested,
    VisitRecorded,
)
from scheduler.risk import RiskFacts, risk
from service.apply import CodeTaken, NotTheirs
from service.store.caseload import caseload
from tests.integration.apply.clinic import MENTOR, MOTHER, STRANGER, SUPERVISOR, Clinic, only


async def baby_of(clinic: Clinic, mother: int) -> int:
    return int(await clinic.one("SELECT id FROM infant WHERE mother_id = $1", mother))


async def baby_test_due(clinic: Clinic, mother: int, baby: int, days: int) -> int:
    """A test of this baby due so many days from today."""
    return int(
        await clinic.one(
            "INSERT INTO visit (mother_id, infant_id, facility_id, kind, due_on) "
            "VALUES ($1, $2, $3, 'infant_test', $4) RETURNING id",
            mother,
            baby,
            clinic.facility,
            clinic.today + timedelta(days=days),
        )
    )


async def visits_of(clinic: Clinic, mother: int) -> list[tuple[str, int, str]]:
    """Kind, days from today and status of each visit, by day."""
    rows = await clinic.rows(
        "SELECT kind, due_on, status FROM visit WHERE mother_id = $1 ORDER BY due_on, id", mother
    )
    return [(row["kind"], (row["due_on"] - clinic.today).days, row["status"]) for row in rows]


def everything(clinic: Clinic, mother: int) -> list[Event]:
    today = clinic.today
    return [
        RecordOpened(clinic.mentor, mother),
        VisitRecorded(clinic.mentor, mother, today),
        happened.TestTaken(clinic.mentor, mother, None, today),
        ResultGiven(clinic.mentor, mother, None),
        CallLogged(clinic.mentor, mother, reached=True),
        HomeVisitPlanned(clinic.mentor, mother, today + timedelta(days=2), 10, "market", "friend"),
        ReferralMade(clinic.mentor, mother, "tb", "4821"),
        SetUpCodeGiven(clinic.mentor, mother, "4821"),
        SafetyConcern(clinic.mentor, mother),
    ]


async def counts(clinic: Clinic) -> dict[str, int]:
    """How many rows there are of all that these events may write."""
    sql = """
        SELECT (SELECT count(*) FROM visit) AS visits, (SELECT count(*) FROM test) AS tests,
            (SELECT count(*) FROM home_visit) AS home_visits, (SELECT count(*) FROM referral) AS referrals,
            (SELECT count(*) FROM set_up_code) AS codes, (SELECT count(*) FROM follow_up) AS follow_ups,
            (SELECT count(*) FROM message) AS messages, (SELECT count(*) FROM event) AS events
    """
    [row] = await clinic.rows(sql)
    return row


@pytest.mark.parametrize("which", range(9))
async def test_nothing_about_a_mother_of_somebody_else(clinic: Clinic, which: int) -> None:
    mother = await clinic.mother()
    await clinic.run("UPDATE mother SET mentor_id = $2 WHERE id = $1", mother, clinic.colleague)
    before = await counts(clinic)
    with pytest.raises(NotTheirs):
        await clinic.happens(everything(clinic, mother)[which], number=MENTOR)
    assert await counts(clinic) == before
    assert await clinic.hold(mother) is None


@pytest.mark.parametrize("which", range(9))
async def test_whoever_covers_may_record_for_as_long_as_she_covers(clinic: Clinic, which: int) -> None:
    mother = await clinic.mother()
    await clinic.run("UPDATE mother SET mentor_id = $2 WHERE id = $1", mother, clinic.colleague)
    await clinic.run(
        "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $4)",
        clinic.colleague,
        clinic.mentor,
        clinic.today,
        clinic.today + timedelta(days=1),
    )
    event = everything(clinic, mother)[which]
    await clinic.happens(event, number=MENTOR)
    assert only(await clinic.events(type(event).__name__))["mother_id"] == mother
    clinic.now += timedelta(days=2)
    with pytest.raises(NotTheirs):
        await clinic.happens(event, number=MENTOR)


@pytest.mark.parametrize("which", range(9))
async def test_a_withdrawn_phone_records_nothing(clinic: Clinic, which: int) -> None:
    mother = await clinic.mother()
    await clinic.run("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.mentor)
    with pytest.raises(NotTheirs):
        await clinic.happens(everything(clinic, mother)[which], number=MENTOR)


# --- she came ---------------------------------------------------------------------------------------------


async def test_she_came_when_she_was_expected(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.visit(mother)
    assert await clinic.ten_times(VisitRecorded(clinic.mentor, mother, clinic.today), number=MENTOR) == []
    assert await visits_of(clinic, mother) == [("clinic", 0, "kept")]
    row = only(await clinic.rows("SELECT marked_by, came_on FROM visit"))
    assert (row["marked_by"], row["came_on"]) == (clinic.mentor, None)


async def test_she_came_some_days_after_she_was_missed(clinic: Clinic) -> None:
    mother = await clinic.mother()
    late = await clinic.visit(mother, days=-5)
    await clinic.visit(mother, days=9)
    await clinic.run("UPDATE visit SET status = 'missed', marked_by = $2 WHERE id = $1", late, clinic.mentor)
    await clinic.run(
        "INSERT INTO follow_up (mother_id, facility_id, visit_id, cause, country, rank, risk, opened_at, next_at) "
        "VALUES ($1, $2, $3, 'visit_missed', 'KE', 25, 'green', $4, $4)",
        mother,
        clinic.facility,
        late,
        clinic.now,
    )
    for _ in range(2):
        await clinic.happens(VisitRecorded(clinic.mentor, mother, clinic.today), number=MENTOR)
    assert await visits_of(clinic, mother) == [("clinic", -5, "kept"), ("clinic", 9, "expected")]
    assert await clinic.one("SELECT came_on FROM visit WHERE id = $1", late) == clinic.today
    assert await clinic.follow_ups(mother) == []


@pytest.mark.parametrize(("days", "kept"), [(14, True), (-14, True), (15, False), (-15, False)])
async def test_a_visit_within_two_weeks_is_the_one_she_came_for(
    clinic: Clinic, days: int, kept: bool
) -> None:
    mother = await clinic.mother()
    visit = await clinic.visit(mother, days=days)
    await clinic.happens(VisitRecorded(clinic.mentor, mother, clinic.today), number=MENTOR)
    status = await clinic.one("SELECT status FROM visit WHERE id = $1", visit)
    assert status == ("kept" if kept else "expected")
    assert await clinic.one("SELECT count(*) FROM visit") == (1 if kept else 2)


async def test_she_came_unexpected(clinic: Clinic) -> None:
    mother = await clinic.mother()
    yesterday = clinic.today - timedelta(days=1)
    assert await clinic.ten_times(VisitRecorded(clinic.mentor, mother, yesterday), number=MENTOR) == []
    assert await visits_of(clinic, mother) == [("clinic", -1, "kept")]
    assert await clinic.one("SELECT count(*) FROM site_day") == 0
    assert await clinic.one("SELECT count(*) FROM enrolment WHERE visit_id IS NOT NULL") == 0


async def test_a_visit_that_was_called_off_is_kept_when_she_comes_all_the_same(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.visit(mother)
    await clinic.run("UPDATE visit SET status = 'cancelled'")
    await clinic.happens(VisitRecorded(clinic.mentor, mother, clinic.today), number=MENTOR)
    assert await visits_of(clinic, mother) == [("clinic", 0, "kept")]


# --- tests and results ------------------------------------------------------------------------------------


async def test_a_babys_test_is_waited_for_until_its_result_was_given(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None, born_on=[clinic.today - timedelta(days=400)])
    baby = await baby_of(clinic, mother)
    await clinic.run("DELETE FROM visit")
    await baby_test_due(clinic, mother, baby, -40)
    await baby_test_due(clinic, mother, baby, 30)
    taken = happened.TestTaken(clinic.mentor, mother, baby, clinic.today)
    assert await clinic.ten_times(taken, number=MENTOR) == []
    row = only(await clinic.rows("SELECT * FROM test"))
    assert (row["infant_id"], row["taken_on"], row["taken_by"], row["given_on"]) == (
        baby,
        clinic.today,
        clinic.mentor,
        None,
    )
    assert await visits_of(clinic, mother) == [
        ("infant_test", -40, "kept"),
        ("infant_test", 30, "expected"),
    ]
    assert await clinic.one("SELECT result_waiting FROM mother") is True
    assert risk(RiskFacts(result_waiting=True), clinic.today) == "red"
    async with clinic.pool.acquire() as conn:
        [hers] = await caseload(conn, clinic.mentor, clinic.today, clinic.now)
    assert hers.waiting == (baby,)
    assert await clinic.ten_times(ResultGiven(clinic.mentor, mother, baby), number=MENTOR) == []
    row = only(await clinic.rows("SELECT * FROM test"))
    assert (row["given_on"], row["given_by"]) == (clinic.today, clinic.mentor)
    assert await clinic.one("SELECT result_waiting FROM mother") is False


async def test_her_own_result_ends_only_her_own_waiting(clinic: Clinic) -> None:
    mother = await clinic.mother(edd=None, born_on=[clinic.today - timedelta(days=60)])
    baby = await baby_of(clinic, mother)
    for whose in (baby, None):
        await clinic.happens(happened.TestTaken(clinic.mentor, mother, whose, clinic.today), number=MENTOR)
    await clinic.happens(ResultGiven(clinic.mentor, mother, None), number=MENTOR)
    assert await clinic.one("SELECT result_waiting FROM mother") is True
    await clinic.happens(ResultGiven(clinic.mentor, mother, baby), number=MENTOR)
    assert await clinic.one("SELECT result_waiting FROM mother") is False


async def test_a_baby_of_somebody_else_has_no_test_here(clinic: Clinic) -> None:
    mother = await clinic.mother()
    other = await clinic.mother("+254700000102", edd=None, born_on=[clinic.today])
    with pytest.raises(NotTheirs):
        await clinic.happens(
            happened.TestTaken(clinic.mentor, mother, await baby_of(clinic, other), clinic.today)
        )
    assert await clinic.one("SELECT count(*) FROM test") == 0


# --- calls and home visits ---------------------------------------------------------------------------------


async def test_a_call_she_answered_ends_the_wish_for_one(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.happens(CallRequested(mother, "today"))
    assert await clinic.follow_ups(mother) == ["call_requested"]
    await clinic.happens(CallLogged(clinic.mentor, mother, reached=True), number=MENTOR)
    assert await clinic.follow_ups(mother) == []
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother) is None


async def test_a_call_in_vain_is_tried_again(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(CallRequested(mother, "today"))
    for _ in range(2):
        await clinic.happens(CallLogged(clinic.mentor, mother, reached=False), number=MENTOR)
    row = only(await clinic.rows("SELECT state, owner_id, not_reached, next_at FROM follow_up"))
    assert (row["state"], row["owner_id"], row["not_reached"]) == ("acknowledged", clinic.mentor, 1)
    assert row["next_at"] == clinic.now + timedelta(days=2)


async def test_reached_about_a_missed_visit_waits_for_her_to_come(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.run(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at) "
        "VALUES ($1, $2, 'visit_missed', 'KE', 25, 'green', $3, $3)",
        mother,
        clinic.facility,
        clinic.now,
    )
    await clinic.happens(CallLogged(clinic.mentor, mother, reached=True), number=MENTOR)
    row = only(await clinic.rows("SELECT state, expect_by, awaiting_when FROM follow_up"))
    assert (row["state"], row["awaiting_when"]) == ("acknowledged", False)
    assert row["expect_by"] == clinic.today + timedelta(days=7)


async def test_a_call_without_open_work_is_only_recorded(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(CallLogged(clinic.mentor, mother, reached=False), number=MENTOR)
    assert await clinic.follow_ups() == []
    assert only(await clinic.events("CallLogged"))["data"]["reached"] is False


async def test_what_was_agreed_about_a_home_visit_is_kept_with_her_consent(clinic: Clinic) -> None:
    mother = await clinic.mother()
    day = clinic.today + timedelta(days=2)
    planned = HomeVisitPlanned(clinic.mentor, mother, day, 10, "market", "friend")
    assert await clinic.ten_times(planned, number=MENTOR) == []
    row = only(await clinic.rows("SELECT * FROM home_visit"))
    assert (row["on_day"], row["hour"], row["place"], row["said_to_be"], row["planned_by"]) == (
        day,
        10,
        "market",
        "friend",
        clinic.mentor,
    )
    consent = only(await clinic.rows("SELECT read_by, withdrawn_at FROM consent WHERE stream = 'visit'"))
    assert (consent["read_by"], consent["withdrawn_at"]) == (clinic.mentor, None)


@pytest.mark.parametrize("why", ["worried", "stopped"])
async def test_nobody_goes_to_her_home_after_a_worry_or_a_stop(clinic: Clinic, why: str) -> None:
    mother = await clinic.mother()
    if why == "worried":
        await clinic.happens(SafetyConcern(clinic.mentor, mother), number=MENTOR)
    else:
        await clinic.happens(StopRequested())
    async with clinic.pool.acquire() as conn:
        [hers] = await caseload(conn, clinic.mentor, clinic.today, clinic.now)
    assert hers.no_home_visit
    day = clinic.today + timedelta(days=2)
    with pytest.raises(NotTheirs):
        await clinic.happens(HomeVisitPlanned(clinic.mentor, mother, day, 10, "home", "tips"), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM home_visit") == 0


# --- referrals -----------------------------------------------------------------------------------------------


async def test_a_slip_that_is_answered_asks_nobody(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(ReferralMade(clinic.mentor, mother, "nutrition", "4821"), number=MENTOR)
    row = only(await clinic.rows("SELECT * FROM follow_up"))
    assert (row["cause"], row["state"]) == ("referral_unanswered", "open")
    assert row["next_at"] == clinic.now + timedelta(days=7)
    assert b"4821" not in await clinic.one("SELECT code_mac FROM referral")
    assert "4821" not in str(await clinic.events("ReferralMade"))
    clinic.now += timedelta(days=2)
    assert await clinic.ten_times(ReferralArrived(clinic.colleague, "4821")) == []
    row = only(await clinic.rows("SELECT service, arrived_at, arrived_by FROM referral"))
    assert dict(row) == {"service": "nutrition", "arrived_at": clinic.now, "arrived_by": clinic.colleague}
    assert await clinic.follow_ups(mother) == []
    assert await clinic.one("SELECT outcome FROM follow_up") == "arrived"


async def test_of_two_slips_the_one_still_out_is_waited_for(clinic: Clinic) -> None:
    mother = await clinic.mother()
    began = clinic.now
    await clinic.happens(ReferralMade(clinic.mentor, mother, "tb", "4821"), number=MENTOR)
    clinic.now += timedelta(days=3)
    await clinic.happens(ReferralMade(clinic.mentor, mother, "prep", "4822"), number=MENTOR)
    assert await clinic.one("SELECT next_at FROM follow_up") == began + timedelta(days=7)
    await clinic.happens(ReferralArrived(clinic.mentor, "4821"), number=MENTOR)
    assert await clinic.one("SELECT next_at FROM follow_up") == began + timedelta(days=10)
    assert await clinic.follow_ups(mother) == ["referral_unanswered"]


async def test_a_slip_in_use_is_not_handed_out_twice_until_it_has_lapsed(clinic: Clinic) -> None:
    mother = await clinic.mother()
    made = ReferralMade(clinic.mentor, mother, "tb", "4821")
    await clinic.happens(made, number=MENTOR)
    with pytest.raises(CodeTaken):
        await clinic.happens(made, number=MENTOR)
    clinic.now += timedelta(days=90)
    await clinic.happens(made, number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM referral") == 2


async def test_a_code_that_nobody_waits_for_changes_nothing(clinic: Clinic) -> None:
    before = await counts(clinic)
    await clinic.happens(ReferralArrived(clinic.mentor, "1234"), number=MENTOR)
    assert {**await counts(clinic), "events": before["events"]} == before


async def test_a_digit_about_something_else_leaves_a_waiting_slip_alone(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(ReferralMade(clinic.mentor, mother, "tb", "4821"), number=MENTOR)
    await clinic.happens(CallRequested(mother, "today"))
    call = await clinic.one("SELECT id FROM follow_up WHERE cause = 'call_requested'")
    code = await clinic.tell(call, clinic.mentor)
    await clinic.happens(FollowUpAnswered(clinic.mentor, "going", code=code), number=MENTOR)
    states = {row["cause"]: row["state"] for row in await clinic.rows("SELECT cause, state FROM follow_up")}
    assert states == {"call_requested": "acknowledged", "referral_unanswered": "open"}


# --- her phone -------------------------------------------------------------------------------------------------


async def bind(clinic: Clinic, mother: int, number: str, code: str = "4821") -> None:
    await clinic.happens(
        MotherSetUp(mother, code, "group", "2580"), number=number, pin_hashes={mother: "hash"}
    )


async def test_a_new_number_takes_the_place_of_the_old_one(clinic: Clinic) -> None:
    mother = await clinic.mother()
    old = await clinic.one("SELECT phone_id FROM person WHERE id = $1", mother)
    assert await clinic.ten_times(SetUpCodeGiven(clinic.mentor, mother, "4821"), number=MENTOR) == []
    await bind(clinic, mother, STRANGER)
    row = only(await clinic.rows("SELECT phone_id, pin_hash FROM person WHERE id = $1", mother))
    assert row["phone_id"] != old
    assert row["pin_hash"] == "hash"
    assert await clinic.one("SELECT count(*) FROM set_up_code WHERE used_at IS NULL") == 0
    assert "4821" not in str(await clinic.events("SetUpCodeGiven"))


async def test_a_first_phone_comes_with_its_consent(clinic: Clinic) -> None:
    mother = await clinic.mother(None)
    await clinic.happens(SetUpCodeGiven(clinic.mentor, mother, "4821", "shared"), number=MENTOR)
    await bind(clinic, mother, MOTHER)
    assert await clinic.one("SELECT phone_use FROM mother WHERE id = $1", mother) == "shared"
    rows = await clinic.rows("SELECT stream FROM consent WHERE mother_id = $1 ORDER BY stream", mother)
    assert [row["stream"] for row in rows] == ["call", "data", "sms"]


async def test_a_code_of_another_mother_is_not_handed_out(clinic: Clinic) -> None:
    mother, other = await clinic.mother(), await clinic.mother("+254700000102")
    await clinic.happens(SetUpCodeGiven(clinic.mentor, mother, "4821"), number=MENTOR)
    with pytest.raises(CodeTaken):
        await clinic.happens(SetUpCodeGiven(clinic.mentor, other, "4821"), number=MENTOR)


# --- a worry ---------------------------------------------------------------------------------------------------


async def worried(clinic: Clinic, **more: Any) -> int:
    mother = await clinic.mother(**more)
    assert await clinic.ten_times(SafetyConcern(clinic.mentor, mother), number=MENTOR) == []
    return mother


async def test_a_worry_tells_people_and_silences_her_phone(clinic: Clinic) -> None:
    mother = await worried(clinic)
    row = only(await clinic.rows("SELECT cause, urgent, state, next_at FROM follow_up"))
    assert (row["cause"], row["urgent"], row["state"], row["next_at"]) == ("safety", True, "open", clinic.now)
    assert await clinic.hold(mother) == "quiet"
    assert await clinic.queued(MOTHER) == []


async def test_not_even_an_answer_goes_to_a_quiet_phone(clinic: Clinic) -> None:
    mother = await worried(clinic)
    for via in ("sms", "call"):
        when: Any = "missed_call" if via == "call" else "today"
        await clinic.happens(CallRequested(None, when), via=via)
    await clinic.happens(happened.CheckInAnswered(None), via="sms")
    await clinic.happens(StopRequested(), via="sms")
    assert await clinic.queued(MOTHER) == []
    assert await clinic.hold(mother) == "quiet"
    assert {"safety", "call_requested", "missed_call"} <= set(await clinic.follow_ups(mother))


async def test_a_report_taken_back_leaves_her_quiet(clinic: Clinic) -> None:
    mother = await worried(clinic)
    safety = await clinic.one("SELECT id FROM follow_up")
    code = await clinic.tell(safety, clinic.supervisor)
    said = FollowUpAnswered(clinic.supervisor, "wrong_number", code=code)
    taken_back = FollowUpAnswered(clinic.supervisor, "undo", code=code)
    for event in (said, taken_back):
        await clinic.happens(event, number=SUPERVISOR, via="sms")
    assert await clinic.hold(mother) == "quiet"


async def test_she_is_texted_again_once_she_sat_beside_her_mentor(clinic: Clinic) -> None:
    mother = await worried(clinic)
    await clinic.happens(SetUpCodeGiven(clinic.mentor, mother, "4821"), number=MENTOR)
    await bind(clinic, mother, STRANGER)
    assert await clinic.hold(mother) is None
    assert await clinic.one("SELECT quiet_since FROM mother WHERE id = $1", mother) is None
    assert await clinic.follow_ups(mother) == ["safety"]
