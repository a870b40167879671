"""What a mentor answers: one function behind SMS, USSD and the page."""

from datetime import timedelta
from typing import Any

import pytest

from flows.events import CallRequested, CheckInAnswered, DoseMissed, FollowUpAnswered, StopRequested
from service.apply import NotTheirs
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.store.follow_ups import NewFollowUp, open_follow_ups
from tests.integration.apply.clinic import COLLEAGUE, MENTOR, STRANGER, SUPERVISOR, Clinic, only


async def told(
    clinic: Clinic, *, mother: int | None = None, staff: int | None = None
) -> tuple[int, int, str]:
    """A mother with an open follow-up that her mentor (or this person) was told of: mother, follow-up, case code."""
    mother = mother or await clinic.mother()
    await clinic.happens(CallRequested(mother))
    follow_up = await clinic.one("SELECT max(id) FROM follow_up WHERE mother_id = $1", mother)
    return mother, follow_up, await clinic.tell(follow_up, staff or clinic.mentor)


async def says(clinic: Clinic, action: Any, code: str, **more: Any) -> None:
    staff, number, via = more.pop("staff", clinic.mentor), more.pop("number", MENTOR), more.pop("via", "sms")
    await clinic.happens(FollowUpAnswered(staff, action, code=code, **more), number=number, via=via)


async def open_cause(clinic: Clinic, mother: int, cause: str) -> None:
    policy = clinic.deps.countries["KE"].policies[cause]
    new = NewFollowUp(clinic.facility, cause, "KE", policy.rank, urgent=policy.urgent, mother_id=mother)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await open_follow_ups(conn, [new], clinic.now)


async def state(clinic: Clinic, follow_up: int) -> dict[str, Any]:
    row: dict[str, Any] = only(await clinic.rows("SELECT * FROM follow_up WHERE id = $1", follow_up))
    return row


async def test_going_makes_it_hers_until_she_is_to_report(clinic: Clinic) -> None:
    _, follow_up, code = await told(clinic)
    answered = FollowUpAnswered(clinic.mentor, "going", code=code)
    assert await clinic.ten_times(answered, number=MENTOR, via="sms") == []
    row = await state(clinic, follow_up)
    assert (row["state"], row["owner_id"]) == ("acknowledged", clinic.mentor)
    assert row["next_at"] == clinic.now + timedelta(days=1), "a call asked for is reported on within a day"
    assert set(await clinic.queued(MENTOR)) == {"ack_going"}


async def test_by_ussd_the_screen_answers(clinic: Clinic) -> None:
    _, follow_up, _ = await told(clinic)
    await clinic.happens(
        FollowUpAnswered(clinic.mentor, "going", follow_up_id=follow_up, verified=True), number=MENTOR
    )
    assert (await state(clinic, follow_up))["state"] == "acknowledged"
    assert await clinic.queued(MENTOR) == []


async def test_the_answer_is_about_every_open_follow_up_of_that_mother(clinic: Clinic) -> None:
    mother, first, code = await told(clinic)
    await clinic.happens(CallRequested(mother, "stuck"))
    await says(clinic, "going", code)
    rows = await clinic.rows("SELECT state FROM follow_up WHERE mother_id = $1", mother)
    assert [row["state"] for row in rows] == ["acknowledged", "acknowledged"]
    assert await clinic.queued(MENTOR) == ["ack_going"]
    assert first


async def test_coming_asks_when_and_takes_the_next_digit_for_it(clinic: Clinic) -> None:
    _, follow_up, code = await told(clinic)
    await says(clinic, "reached_coming", code)
    assert (await state(clinic, follow_up))["awaiting_when"] is True
    await says(clinic, "going", code)  # "417 1" after "when?" means tomorrow
    row = await state(clinic, follow_up)
    assert (row["awaiting_when"], row["expect_by"]) == (False, clinic.today + timedelta(days=1))
    assert await clinic.queued(MENTOR) == ["coming_when_or_not", "ack_saved"]


async def test_a_digit_that_says_when_is_kept_as_that_and_passes_nothing_on(clinic: Clinic) -> None:
    _, follow_up, code = await told(clinic)
    await says(clinic, "reached_coming", code)
    await says(clinic, "pass_on", code)  # "417 2" after "when?" means this week
    said = "SELECT what FROM follow_up_log WHERE follow_up_id = $1 AND staff_id = $2 ORDER BY id"
    kept = [row["what"] for row in await clinic.rows(said, follow_up, clinic.mentor)]
    assert kept == ["told", "reached_coming", "reached_coming"], (
        "she is asked again where the ladder begins again"
    )


async def test_passed_on_goes_up_the_ladder_now(clinic: Clinic) -> None:
    _, follow_up, code = await told(clinic)
    await says(clinic, "pass_on", code)
    row = await state(clinic, follow_up)
    assert (row["state"], row["owner_id"], row["next_at"]) == ("notified", None, clinic.now)


async def test_a_code_is_looked_up_only_for_whom_it_was_given_to(clinic: Clinic) -> None:
    _, follow_up, code = await told(clinic)
    await says(clinic, "going", code, staff=clinic.colleague, number=COLLEAGUE)
    assert (await state(clinic, follow_up))["state"] == "notified"
    assert await clinic.queued(COLLEAGUE) == ["ack_unknown_code"]


async def test_a_supervisor_answers_with_their_own_code(clinic: Clinic) -> None:
    mother, follow_up, hers = await told(clinic)
    theirs = await clinic.tell(follow_up, clinic.supervisor)
    assert mother
    assert hers != theirs or hers.isdecimal()
    await says(clinic, "going", theirs, staff=clinic.supervisor, number=SUPERVISOR)
    assert (await state(clinic, follow_up))["owner_id"] == clinic.supervisor


async def test_an_unknown_caller_is_answered_for_by_code(clinic: Clinic) -> None:
    await clinic.happens(CallRequested(None), number=STRANGER)
    follow_up = await clinic.one("SELECT id FROM follow_up")
    code = await clinic.tell(follow_up, clinic.supervisor)
    await says(clinic, "going", code, staff=clinic.supervisor, number=SUPERVISOR)
    assert (await state(clinic, follow_up))["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("action", "hold"), [("died", "dead"), ("moved", "moved"), ("wrong_number", "wrong_number")]
)
async def test_by_sms_a_grave_report_only_pauses_and_can_be_undone(
    clinic: Clinic, action: Any, hold: str
) -> None:
    mother, follow_up, code = await told(clinic)
    assert (
        await clinic.ten_times(FollowUpAnswered(clinic.mentor, action, code=code), number=MENTOR, via="sms")
        == []
    )
    assert await clinic.hold(mother) == hold
    row = await state(clinic, follow_up)
    assert (row["state"], row["hold_by_code"], row["next_at"]) == (
        "acknowledged",
        hold,
        clinic.now + timedelta(hours=72),
    )
    assert set(await clinic.queued(MENTOR)) == {"held"}

    await says(clinic, "undo", code)
    assert await clinic.hold(mother) is None
    assert (await state(clinic, follow_up))["hold_by_code"] is None
    assert (await clinic.queued(MENTOR))[-1] == "undone"


async def test_undoing_a_death_leaves_her_stop_standing(clinic: Clinic) -> None:
    mother, _, code = await told(clinic)
    await clinic.happens(StopRequested())
    await says(clinic, "died", code)
    assert await clinic.hold(mother) == "dead"
    await says(clinic, "undo", code)
    assert await clinic.hold(mother) == "stopped"


async def test_a_report_about_a_mother_with_nothing_open_waits_to_be_confirmed(clinic: Clinic) -> None:
    mother = await clinic.mother()
    code = str(await clinic.one("SELECT code FROM case_code WHERE mother_id = $1", mother))
    await says(clinic, "died", code)
    assert await clinic.hold(mother) == "dead"
    assert await clinic.follow_ups(mother) == ["pause_to_confirm"]
    await says(clinic, "undo", code)
    assert await clinic.hold(mother) is None
    assert await clinic.follow_ups(mother) == []


async def test_a_colleague_can_undo_her_report_about_a_case_that_was_over(clinic: Clinic) -> None:
    mother, follow_up, _ = await told(clinic)
    code = await clinic.tell(follow_up, clinic.colleague)
    await clinic.run("UPDATE follow_up SET state = 'resolved', resolved_at = $1, next_at = NULL", clinic.now)
    for action in ("died", "undo"):
        await clinic.happens(
            FollowUpAnswered(clinic.colleague, action, code=code), number=COLLEAGUE, via="sms"
        )
    assert await clinic.hold(mother) is None
    assert await clinic.follow_ups(mother) == []


async def test_a_verified_move_is_final(clinic: Clinic) -> None:
    mother, follow_up, code = await told(clinic)
    await says(clinic, "moved", code, verified=True, via="ussd")
    row = await state(clinic, follow_up)
    assert (row["state"], row["outcome"]) == ("resolved", "moved")
    assert await clinic.hold(mother) == "moved"


async def test_a_mentor_declares_nobody_dead_even_behind_a_pin(clinic: Clinic) -> None:
    _, follow_up, code = await told(clinic)
    await says(clinic, "died", code, verified=True, via="ussd")
    assert (await state(clinic, follow_up))["state"] == "acknowledged"


async def test_a_revoked_phone_changes_nothing(clinic: Clinic) -> None:
    _, follow_up, code = await told(clinic)
    await clinic.run("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.mentor)
    await says(clinic, "going", code)
    assert (await state(clinic, follow_up))["state"] == "notified"
    assert await clinic.queued(MENTOR) == []


async def test_a_page_refuses_the_follow_up_of_another_clinic(clinic: Clinic) -> None:
    _, follow_up, _ = await told(clinic)
    async with clinic.pool.acquire() as conn, conn.transaction():
        other = await add_facility(
            conn, clinic.deps, NewFacility("Other", "KE", "Africa/Nairobi"), clinic.now
        )
        new = NewStaff("supervisor", "Other", "+254700000004", other, "en")
        stranger = await add_staff(conn, clinic.deps, new, clinic.now)
    answered = FollowUpAnswered(stranger, "going", follow_up_id=follow_up, verified=True)
    with pytest.raises(NotTheirs):
        await clinic.happens(answered, number=None, via="page")
    assert (await state(clinic, follow_up))["state"] == "notified"


async def test_the_supervisor_answers_on_the_page(clinic: Clinic) -> None:
    _, follow_up, _ = await told(clinic)
    answered = FollowUpAnswered(clinic.supervisor, "reached_problem", follow_up_id=follow_up, verified=True)
    await clinic.happens(answered, number=None, via="page")
    assert (await state(clinic, follow_up))["owner_id"] == clinic.supervisor
    assert await clinic.queued() == []


async def test_an_answer_never_closes_what_waits_to_be_confirmed_but_hurries_it(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.run(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at) "
        "VALUES ($1, $2, 'silent', 'KE', 20, 'red', $3, $3)",
        mother,
        clinic.facility,
        clinic.now,
    )
    silent = await clinic.one("SELECT id FROM follow_up")
    await says(clinic, "died", await clinic.tell(silent, clinic.mentor))
    assert await clinic.hold(mother) == "dead"
    clinic.now += timedelta(hours=2)
    await clinic.happens(CheckInAnswered(mother), via="ussd")
    row = await state(clinic, silent)
    assert (row["state"], row["hold_by_code"], row["next_at"]) == ("acknowledged", "dead", clinic.now)


async def test_a_death_that_is_confirmed_ends_the_other_work_about_her_and_none_about_her_baby(
    clinic: Clinic,
) -> None:
    mother, call, _ = await told(clinic)
    await clinic.happens(DoseMissed(mother, None))
    for cause in ("infant_test_overdue", "danger"):
        await clinic.run(
            "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at) "
            "VALUES ($1, $2, $3, 'KE', 20, 'red', $4, $4)",
            mother,
            clinic.facility,
            cause,
            clinic.now,
        )
    await clinic.happens(
        FollowUpAnswered(clinic.supervisor, "died", follow_up_id=call, verified=True),
        number=None,
        via="page",
    )
    assert await clinic.hold(mother) == "dead"
    assert await clinic.follow_ups(mother) == ["infant_test_overdue"]
    assert {
        row["outcome"] for row in await clinic.rows("SELECT outcome FROM follow_up WHERE state = 'resolved'")
    } == {"died"}


async def test_work_at_a_clinic_whose_country_has_no_rules_climbs_the_ladder_it_was_opened_on(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother()
    await clinic.run("UPDATE facility SET country = 'ZZ'")
    await clinic.happens(CallRequested(mother))
    assert await clinic.one("SELECT country FROM follow_up") == "KE"


async def test_one_answer_is_about_all_of_hers_and_what_needs_its_own_act_stays(clinic: Clinic) -> None:
    mother = await clinic.mother()
    for cause in ("silent", "result_not_given", "stuck", "danger"):
        await open_cause(clinic, mother, cause)
    ids = {
        row["cause"]: row["id"]
        for row in await clinic.rows("SELECT id, cause FROM follow_up WHERE mother_id = $1", mother)
    }
    for cause, one in ids.items():
        await clinic.tell(one, clinic.supervisor if cause == "danger" else clinic.mentor)
    going = FollowUpAnswered(clinic.mentor, "going", follow_up_id=ids["silent"], verified=True)
    await clinic.happens(going, number=MENTOR)
    states = await clinic.rows("SELECT cause, state FROM follow_up ORDER BY id")
    assert {row["cause"]: row["state"] for row in states} == {
        "silent": "acknowledged",
        "result_not_given": "acknowledged",
        "stuck": "acknowledged",
        "danger": "notified",
    }
    reached = FollowUpAnswered(
        clinic.mentor, "reached_coming", coming="no_need", follow_up_id=ids["stuck"], verified=True
    )
    await clinic.happens(reached, number=MENTOR)
    assert await clinic.follow_ups(mother) == ["result_not_given", "danger"]
    row = await state(clinic, ids["result_not_given"])
    assert row["next_at"] == clinic.now + timedelta(days=3)


async def test_a_reported_death_is_a_nurses_work_at_once_and_a_supervisors_after_three_days(
    clinic: Clinic,
) -> None:
    mother, follow_up, code = await told(clinic)
    await says(clinic, "died", code)
    rows = await clinic.rows("SELECT cause, state, next_at, hold_by_code FROM follow_up ORDER BY id")
    assert [(row["cause"], row["state"], row["hold_by_code"]) for row in rows] == [
        ("call_requested", "acknowledged", "dead"),
        ("pause_to_confirm", "open", "dead"),
    ]
    assert rows[1]["next_at"] == clinic.now
    steps = clinic.deps.countries["KE"].policies["pause_to_confirm"].steps
    assert steps[0].who[0] == "nurse"
    assert (steps[1].who, steps[1].after) == (("supervisor",), timedelta(hours=72))
    await says(clinic, "undo", code)
    assert await clinic.follow_ups(mother) == ["call_requested"]
    assert await clinic.hold(mother) is None
    assert (await state(clinic, follow_up))["hold_by_code"] is None


async def test_whichever_of_the_two_a_slip_is_undone_on_both_are_over(clinic: Clinic) -> None:
    mother, follow_up, code = await told(clinic)
    await says(clinic, "died", code)
    confirm = await clinic.one("SELECT id FROM follow_up WHERE cause = 'pause_to_confirm'")
    undo = FollowUpAnswered(clinic.supervisor, "undo", follow_up_id=confirm, verified=True)
    await clinic.happens(undo, number=SUPERVISOR)
    assert await clinic.follow_ups(mother) == ["call_requested"]
    row = await state(clinic, follow_up)
    assert (row["state"], row["hold_by_code"]) == ("notified", None)
    assert row["next_at"] == clinic.now + timedelta(days=1)
    assert await clinic.hold(mother) is None
    await says(clinic, "died", code)
    chosen = FollowUpAnswered(clinic.mentor, "undo", follow_up_id=follow_up, verified=True)
    await clinic.happens(chosen, number=MENTOR)
    assert await clinic.follow_ups(mother) == ["call_requested"]
