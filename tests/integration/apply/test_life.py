"""Life events: what is about what ended falls silent in the same transaction, everything else goes on, and a mistake is undone."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from flows.events import (
    BirthReported,
    FollowUpAnswered,
    InfantDeathReported,
    LifeEventUndone,
    LossReported,
    MotherSetUp,
    MoveReported,
    NumberLeft,
    WeanedReported,
)
from scheduler.plan import plan
from service.apply import NotTheirs
from service.store.life_events import undoable_of
from service.store.messages import NewMessage, queue
from service.store.planning import Planning
from tests.integration.apply.clinic import MENTOR, MOTHER, SUPERVISOR, Clinic, only

DAY = timedelta(days=1)


async def planned(clinic: Clinic, now: datetime | None = None) -> None:
    """Plan until nothing is behind, as the loop does."""
    at = now or clinic.now
    planning = Planning(clinic.pool, lambda: clinic.deps.countries)
    for _ in range(20):
        async with planning.behind(at, 100) as batch:
            if not batch.items:
                return
            country = clinic.deps.countries["KE"]
            await batch.settle([plan(country, one, at.date()) for one in batch.items])
    raise AssertionError("planning does not come to an end")


async def with_twins(clinic: Clinic, born: date | None = None, **more: Any) -> tuple[int, int, int]:
    """A mother with twins whose first tests are due in five days, all of it planned."""
    day = born or clinic.today - timedelta(weeks=6) + 5 * DAY
    mother = await clinic.mother(edd=None, born_on=(day, day), **more)
    await planned(clinic)
    [first, second] = [row["id"] for row in await clinic.rows("SELECT id FROM infant ORDER BY birth_order")]
    return mother, first, second


async def text_about(clinic: Clinic, mother: int, infant: int | None, **more: Any) -> int:
    """A text waiting to leave."""
    phone = await clinic.one("SELECT phone_id FROM person WHERE id = $1", mother)
    new = NewMessage(
        mother,
        phone,
        "infant_t7",
        "C",
        "en",
        clinic.now,
        clinic.now + DAY,
        mother_id=mother,
        infant_id=infant,
        params={"date": clinic.today},
        signature="tips",
        **more,
    )
    async with clinic.pool.acquire() as conn, conn.transaction():
        [queued] = await queue(conn, clinic.deps.sealer, [new], clinic.now)
    return queued


async def of_infant(clinic: Clinic, infant: int) -> tuple[set[str], set[str], set[str]]:
    """The states of its enrolments, visits and contacts."""
    return (
        {
            row["state"]
            for row in await clinic.rows("SELECT state FROM enrolment WHERE infant_id = $1", infant)
        },
        {row["status"] for row in await clinic.rows("SELECT status FROM visit WHERE infant_id = $1", infant)},
        {
            row["state"]
            for row in await clinic.rows(
                "SELECT r.state FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id WHERE e.infant_id = $1",
                infant,
            )
        },
    )


async def last(clinic: Clinic) -> dict[str, Any]:
    return only(await clinic.rows("SELECT * FROM life_event ORDER BY id DESC LIMIT 1"))


# --- birth ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_mentor", [False, True])
async def test_a_birth_ends_the_pregnancy_and_begins_each_babys_tests(
    clinic: Clinic, by_mentor: bool
) -> None:
    mother = await clinic.mother()
    staff = clinic.mentor if by_mentor else None
    born = clinic.today - 3 * DAY
    await clinic.happens(BirthReported(mother, staff, born, 2), number=MENTOR if by_mentor else MOTHER)
    pregnancy = only(await clinic.rows("SELECT * FROM pregnancy"))
    assert (pregnancy["status"], pregnancy["ended_on"]) == ("born", born)
    infants = await clinic.rows("SELECT * FROM infant ORDER BY birth_order")
    assert [(one["born_on"], one["birth_order"], one["status"]) for one in infants] == [
        (born, 1, "alive"),
        (born, 2, "alive"),
    ]
    assert {one["pregnancy_id"] for one in infants} == {pregnancy["id"]}
    await planned(clinic)
    visits = await clinic.rows(
        "SELECT infant_id, due_on FROM visit WHERE infant_id IS NOT NULL ORDER BY infant_id"
    )
    assert [(one["infant_id"], one["due_on"]) for one in visits] == [
        (infants[0]["id"], born + timedelta(weeks=6)),
        (infants[1]["id"], born + timedelta(weeks=6)),
    ]
    event = await last(clinic)
    assert (event["what"], event["reported_by"], event["via"]) == ("birth", staff, "ussd")


async def test_the_same_birth_by_her_and_by_her_mentor_is_one(clinic: Clinic) -> None:
    mother = await clinic.mother()
    born = clinic.today
    assert await clinic.ten_times(BirthReported(mother, None, born, 1)) == []
    await clinic.happens(BirthReported(mother, clinic.mentor, born, 1), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM infant") == 1
    assert await clinic.one("SELECT count(*) FROM life_event") == 1


async def test_a_corrected_birth_takes_the_earlier_report_back(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(BirthReported(mother, None, clinic.today - DAY, 1))
    await planned(clinic)
    await clinic.happens(BirthReported(mother, clinic.mentor, clinic.today - 2 * DAY, 2), number=MENTOR)
    alive = await clinic.rows("SELECT born_on FROM infant WHERE status = 'alive'")
    assert [one["born_on"] for one in alive] == [clinic.today - 2 * DAY] * 2
    first = await clinic.one("SELECT min(id) FROM infant")
    assert await of_infant(clinic, first) == ({"ended"}, {"cancelled"}, set())
    assert await clinic.one("SELECT count(*) FROM life_event WHERE undone_at IS NULL") == 1


async def test_after_a_week_a_birth_is_no_longer_corrected_by_another_report(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(BirthReported(mother, None, clinic.today, 1))
    clinic.now += 7 * DAY
    await clinic.happens(BirthReported(mother, None, clinic.today, 2))
    assert await clinic.one("SELECT count(*) FROM infant") == 1


async def test_an_undone_birth_lets_the_pregnancy_go_on_and_can_be_reported_again(clinic: Clinic) -> None:
    mother = await clinic.mother()
    born = clinic.today - timedelta(weeks=6) + 5 * DAY
    await clinic.happens(BirthReported(mother, None, born, 2))
    await planned(clinic)
    undone = LifeEventUndone(mother, None, (await last(clinic))["id"])
    assert await clinic.ten_times(undone) == []
    assert await clinic.one("SELECT status FROM pregnancy") == "ongoing"
    for row in await clinic.rows("SELECT id, status FROM infant"):
        assert row["status"] == "withdrawn"
        assert await of_infant(clinic, row["id"]) == ({"ended"}, {"cancelled"}, {"cancelled"})
    await clinic.happens(BirthReported(mother, None, born, 1))
    assert await clinic.one("SELECT count(*) FROM infant WHERE status = 'alive'") == 1


async def test_a_birth_on_which_a_kept_visit_hangs_is_not_undone(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(BirthReported(mother, None, clinic.today - timedelta(weeks=6), 1))
    await planned(clinic)
    event = await last(clinic)
    await clinic.run("UPDATE visit SET status = 'kept', marked_by = $1", clinic.mentor)
    await clinic.happens(LifeEventUndone(mother, None, event["id"]))
    assert await clinic.one("SELECT status FROM infant") == "alive"


# --- loss -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("agreed", [True, False])
async def test_a_loss_stops_baby_words_keeps_the_older_child_and_brings_a_person(
    clinic: Clinic, agreed: bool
) -> None:
    mother = await clinic.mother(
        born_on=(clinic.today - timedelta(weeks=6) + 5 * DAY,), wording="open", baby_wording=True
    )
    await planned(clinic)
    visit = await clinic.visit(mother, 3, "refill")
    if not agreed:
        await clinic.run("UPDATE consent SET withdrawn_at = $1 WHERE stream = 'call'", clinic.now)
    child = await clinic.one("SELECT id FROM infant")
    waiting = await text_about(clinic, mother, child, wording="open")
    claimed = await text_about(clinic, mother, child, wording="open")
    await clinic.run(
        "UPDATE message SET state = 'claimed', lease_until = $2 WHERE id = $1", claimed, clinic.now
    )
    assert await clinic.ten_times(LossReported(mother, None)) == []
    assert await clinic.one("SELECT status FROM pregnancy") == "lost"
    assert await clinic.one("SELECT baby_wording FROM mother") is False
    texts = await clinic.rows(
        "SELECT id, wording, state FROM message WHERE person_id = $1 ORDER BY id", mother
    )
    assert [(one["id"], one["wording"], one["state"]) for one in texts] == [
        (waiting, "covert", "queued"),
        (claimed, "covert", "queued"),
    ]
    assert await of_infant(clinic, child) == ({"active"}, {"expected"}, {"planned"})
    assert await clinic.one("SELECT status FROM visit WHERE id = $1", visit) == "expected"
    assert await clinic.follow_ups(mother) == ["loss" if agreed else "loss_no_call"]
    assert await clinic.one("SELECT count(*) FROM life_event") == 1


async def test_an_undone_loss_is_as_it_was(clinic: Clinic) -> None:
    mother = await clinic.mother(wording="open", baby_wording=True)
    await clinic.happens(LossReported(mother, clinic.mentor), number=MENTOR)
    event = await last(clinic)
    for _ in range(2):
        await clinic.happens(LifeEventUndone(mother, clinic.mentor, event["id"]), number=MENTOR)
    assert await clinic.one("SELECT status FROM pregnancy") == "ongoing"
    assert await clinic.one("SELECT ended_on FROM pregnancy") is None
    assert await clinic.one("SELECT baby_wording FROM mother") is True
    assert await clinic.follow_ups(mother) == []
    assert await clinic.one("SELECT outcome FROM follow_up") == "undone"


# --- a baby dies ------------------------------------------------------------------------------------


async def test_one_twin_dies_and_only_what_is_about_that_one_falls_silent(clinic: Clinic) -> None:
    mother, first, second = await with_twins(clinic, wording="open", baby_wording=True)
    refill = await clinic.visit(mother, 3, "refill")
    about_first = await text_about(clinic, mother, first)
    about_second = await text_about(clinic, mother, second)
    assert await clinic.ten_times(InfantDeathReported(mother, first, None)) == []
    assert await of_infant(clinic, first) == ({"ended"}, {"cancelled"}, {"cancelled"})
    assert await of_infant(clinic, second) == ({"active"}, {"expected"}, {"planned"})
    assert await clinic.one("SELECT status FROM visit WHERE id = $1", refill) == "expected"
    states = {row["id"]: row["state"] for row in await clinic.rows("SELECT id, state FROM message")}
    assert (states[about_first], states[about_second]) == ("cancelled", "queued")
    assert await clinic.one("SELECT baby_wording FROM mother") is False
    assert await clinic.follow_ups(mother) == ["loss"]
    row = only(await clinic.rows("SELECT status, status_on FROM infant WHERE id = $1", first))
    assert (row["status"], row["status_on"]) == ("died", clinic.today)
    await clinic.happens(InfantDeathReported(mother, first, clinic.mentor), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM life_event") == 1


async def test_a_planner_at_work_does_not_bring_back_a_date_of_a_baby_who_died(clinic: Clinic) -> None:
    """The planner holds the series and adds its visits; the report waits for it, and sees them."""
    day = clinic.today - timedelta(weeks=6) + 5 * DAY
    mother = await clinic.mother(edd=None, born_on=(day,))
    infant = await clinic.one("SELECT id FROM infant")
    planning = Planning(clinic.pool, lambda: clinic.deps.countries)
    async with planning.behind(clinic.now, 100) as batch:
        country = clinic.deps.countries["KE"]
        plans = [plan(country, one, clinic.now.date()) for one in batch.items]
        reporting = asyncio.create_task(clinic.happens(InfantDeathReported(mother, infant, None)))
        await _until_somebody_waits(clinic)
        await batch.settle(plans)
    await reporting
    await planned(clinic)
    assert await of_infant(clinic, infant) == ({"ended"}, {"cancelled"}, set())


async def test_follow_ups_about_a_baby_who_died_end_or_go_on_about_the_sibling(clinic: Clinic) -> None:
    mother, first, second = await with_twins(clinic)
    async with clinic.pool.acquire() as conn:
        await conn.execute(
            "INSERT INTO follow_up (mother_id, facility_id, visit_id, cause, country, rank, risk, urgent, opened_at, "
            "next_at) SELECT mother_id, facility_id, id, 'infant_test_overdue', 'KE', 22, 'green', false, $1, $1 "
            "FROM visit WHERE infant_id = $2",
            clinic.now,
            first,
        )
    await clinic.happens(InfantDeathReported(mother, first, None))
    assert await clinic.follow_ups(mother) == ["infant_test_overdue", "loss"]
    about = await clinic.one(
        "SELECT v.infant_id FROM follow_up f JOIN visit v ON v.id = f.visit_id WHERE f.cause = 'infant_test_overdue'"
    )
    assert about == second
    await clinic.happens(InfantDeathReported(mother, second, None))
    assert await clinic.follow_ups(mother) == ["loss"]
    await clinic.happens(LifeEventUndone(mother, None, (await last(clinic))["id"]))
    assert await clinic.follow_ups(mother) == ["infant_test_overdue", "loss"]


async def test_an_undone_death_restores_what_is_to_come_and_makes_up_for_nothing(clinic: Clinic) -> None:
    mother, first, _ = await with_twins(clinic, wording="open", baby_wording=True)
    await clinic.happens(InfantDeathReported(mother, first, None))
    event = await last(clinic)
    # The day before its date, and the date itself, go by.
    clinic.now += 6 * DAY
    await planned(clinic)
    undone = LifeEventUndone(mother, None, event["id"])
    assert await clinic.ten_times(undone) == []
    await planned(clinic)
    assert await clinic.one("SELECT status FROM infant WHERE id = $1", first) == "alive"
    assert await clinic.one("SELECT status FROM visit WHERE infant_id = $1", first) == "unknown"
    clinic.now += 5 * DAY
    await planned(clinic)
    rows = await clinic.rows(
        "SELECT r.step, r.state, r.due_at FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id "
        "WHERE e.infant_id = $1 ORDER BY r.due_at",
        first,
    )
    assert {row["step"]: row["state"] for row in rows} == {
        "day_before": "cancelled",
        "mentor_overdue": "planned",
    }
    assert await clinic.one("SELECT baby_wording FROM mother") is True
    assert await clinic.follow_ups(mother) == []


async def test_baby_words_stay_off_while_another_loss_stands(clinic: Clinic) -> None:
    mother, first, second = await with_twins(clinic, wording="open", baby_wording=True)
    await clinic.happens(InfantDeathReported(mother, first, None))
    event = await last(clinic)
    await clinic.happens(InfantDeathReported(mother, second, None))
    await clinic.happens(LifeEventUndone(mother, None, event["id"]))
    assert await clinic.one("SELECT baby_wording FROM mother") is False
    assert await clinic.one("SELECT status FROM infant WHERE id = $1", first) == "alive"


async def test_a_week_later_nothing_is_undone(clinic: Clinic) -> None:
    mother, first, _ = await with_twins(clinic)
    await clinic.happens(InfantDeathReported(mother, first, None))
    event = await last(clinic)
    clinic.now += 7 * DAY
    await clinic.happens(LifeEventUndone(mother, None, event["id"]))
    assert await clinic.one("SELECT status FROM infant WHERE id = $1", first) == "died"


async def test_another_mothers_baby_is_out_of_reach(clinic: Clinic) -> None:
    mother, first, _ = await with_twins(clinic)
    other = await clinic.mother("+254700000102")
    await clinic.happens(InfantDeathReported(other, first, None), number="+254700000102")
    await clinic.happens(WeanedReported(other, first, None, clinic.today), number="+254700000102")
    await clinic.happens(InfantDeathReported(mother, first, None))
    event = await last(clinic)
    await clinic.happens(LifeEventUndone(other, None, event["id"]), number="+254700000102")
    assert await clinic.one("SELECT status FROM infant WHERE id = $1", first) == "died"
    assert await clinic.one("SELECT count(*) FROM life_event") == 1


async def test_staff_of_another_facility_change_nothing(clinic: Clinic) -> None:
    mother = await clinic.mother()
    elsewhere = await clinic.one(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "VALUES ('Elsewhere', 'KE', 'Africa/Nairobi', '15:00') RETURNING id"
    )
    await clinic.run("UPDATE staff SET facility_id = $2 WHERE id = $1", clinic.colleague, elsewhere)
    for event in (
        LossReported(mother, clinic.colleague),
        LifeEventUndone(mother, clinic.colleague, 1),
        MoveReported(mother, clinic.colleague),
    ):
        with pytest.raises(NotTheirs):
            await clinic.happens(event, number=MENTOR)
    assert await clinic.one("SELECT status FROM pregnancy") == "ongoing"


# --- weaned -----------------------------------------------------------------------------------------


async def test_the_last_test_is_counted_from_the_day_breastfeeding_ended(clinic: Clinic) -> None:
    mother, first, second = await with_twins(clinic, clinic.today - timedelta(days=400))
    weaned = clinic.today - 7 * DAY
    assert await clinic.ten_times(WeanedReported(mother, first, None, weaned)) == []
    await clinic.happens(WeanedReported(mother, first, clinic.mentor, clinic.today), number=MENTOR)
    await planned(clinic)
    rows = await clinic.rows("SELECT id, weaned_on FROM infant ORDER BY id")
    assert [(row["id"], row["weaned_on"]) for row in rows] == [(first, weaned), (second, None)]
    after = only(await clinic.rows("SELECT * FROM visit WHERE target = 'after_weaning'"))
    assert (after["infant_id"], after["due_on"], after["status"]) == (
        first,
        weaned + timedelta(weeks=6),
        "expected",
    )


async def test_the_two_series_of_a_baby_leave_each_others_dates_alone(clinic: Clinic) -> None:
    mother, first, _ = await with_twins(clinic, clinic.today - timedelta(days=150))
    before = await clinic.rows("SELECT target FROM visit WHERE infant_id = $1 ORDER BY id", first)
    assert [row["target"] for row in before] == ["first", "second"]
    await clinic.happens(WeanedReported(mother, first, None, clinic.today))
    await planned(clinic)
    await clinic.run(
        "UPDATE enrolment SET revision = 'other', next_on = $1 WHERE state = 'active'", clinic.today
    )
    await planned(clinic)
    after = await clinic.rows("SELECT target, status FROM visit WHERE infant_id = $1 ORDER BY id", first)
    assert {row["status"] for row in after} == {"expected"}
    assert [row["target"] for row in after] == ["first", "second", "after_weaning"]


async def test_undone_weaning_takes_its_test_back_and_saying_it_again_brings_it_back(clinic: Clinic) -> None:
    mother, first, _ = await with_twins(clinic, clinic.today - timedelta(days=400))
    await clinic.happens(WeanedReported(mother, first, None, clinic.today))
    await planned(clinic)
    await clinic.happens(LifeEventUndone(mother, None, (await last(clinic))["id"]))
    await planned(clinic)
    assert await clinic.one("SELECT weaned_on FROM infant WHERE id = $1", first) is None
    assert await clinic.one("SELECT status FROM visit WHERE target = 'after_weaning'") == "cancelled"
    await clinic.happens(WeanedReported(mother, first, None, clinic.today))
    await planned(clinic)
    assert await clinic.one("SELECT status FROM visit WHERE target = 'after_weaning'") == "expected"


# --- moving, and a new number -------------------------------------------------------------------------


async def test_a_move_brings_a_person_and_her_texts_go_on(clinic: Clinic) -> None:
    mother = await clinic.mother()
    assert await clinic.ten_times(MoveReported(mother, None)) == []
    await clinic.happens(MoveReported(mother, clinic.mentor), number=MENTOR)
    assert await clinic.follow_ups(mother) == ["moving"]
    assert await clinic.hold(mother) is None
    await clinic.happens(LifeEventUndone(mother, None, (await last(clinic))["id"]))
    assert await clinic.follow_ups(mother) == []


async def test_nothing_goes_to_a_number_she_gave_up_and_her_dates_stay_planned(clinic: Clinic) -> None:
    mother, first, _ = await with_twins(clinic)
    waiting = await text_about(clinic, mother, first)
    await clinic.ask(mother)
    assert await clinic.ten_times(NumberLeft(mother, None)) == []
    person = only(await clinic.rows("SELECT phone_id, pin_hash FROM person WHERE id = $1", mother))
    assert (person["phone_id"], person["pin_hash"]) == (None, "x")
    assert await clinic.one("SELECT state FROM message WHERE id = $1", waiting) == "cancelled"
    assert await clinic.one("SELECT count(*) FROM open_question") == 0
    assert await clinic.one("SELECT count(*) FROM reminder WHERE state = 'planned'") > 0
    assert await clinic.follow_ups(mother) == ["new_number"]
    assert await clinic.one("SELECT count(*) FROM life_event") == 1
    # It is bound again face to face, never by undoing.
    await clinic.happens(LifeEventUndone(mother, clinic.mentor, (await last(clinic))["id"]), number=MENTOR)
    assert await clinic.one("SELECT phone_id FROM person WHERE id = $1", mother) is None


async def test_setting_up_the_new_number_answers_what_waited_for_it(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(NumberLeft(mother, None))
    new = "+254700000177"
    mac = clinic.deps.index.index("set_up_code", "4821")
    await clinic.run(
        "INSERT INTO set_up_code (mother_id, code_mac, given_by, expires_at) VALUES ($1, $2, $3, $4)",
        mother,
        mac,
        clinic.mentor,
        clinic.now + timedelta(minutes=10),
    )
    await clinic.happens(MotherSetUp(mother, "4821", "tips", "2580"), number=new, pin_hashes={mother: "y"})
    assert await clinic.follow_ups(mother) == []
    assert await clinic.one("SELECT phone_id FROM person WHERE id = $1", mother) is not None


# --- she died -----------------------------------------------------------------------------------------


async def test_a_confirmed_death_leaves_her_baby_in_care_and_can_be_undone_by_who_confirms(
    clinic: Clinic,
) -> None:
    mother, first, second = await with_twins(clinic)
    code = await _told_of_silence(clinic, mother)
    died = FollowUpAnswered(clinic.supervisor, "died", code=code, verified=True)
    await clinic.happens(died, number=SUPERVISOR)
    assert await clinic.hold(mother) == "dead"
    assert await clinic.follow_ups(mother) == ["infant_of_deceased"]
    for infant in (first, second):
        assert await of_infant(clinic, infant) == ({"active"}, {"expected"}, {"planned"})
    event = await last(clinic)
    assert (event["what"], event["reported_by"]) == ("death", clinic.supervisor)
    clinic.now += 20 * DAY
    with pytest.raises(NotTheirs):
        await clinic.happens(LifeEventUndone(mother, clinic.mentor, event["id"]), number=MENTOR)
    with pytest.raises(NotTheirs):
        await clinic.happens(LifeEventUndone(mother, None, event["id"]))
    assert await clinic.hold(mother) == "dead"
    await clinic.happens(LifeEventUndone(mother, clinic.supervisor, event["id"]), number=SUPERVISOR)
    assert await clinic.hold(mother) is None
    assert await clinic.follow_ups(mother) == []


async def _told_of_silence(clinic: Clinic, mother: int) -> str:
    follow_up = await clinic.one(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, urgent, opened_at, next_at) "
        "VALUES ($1, $2, 'silent', 'KE', 20, 'green', false, $3, $3) RETURNING id",
        mother,
        clinic.facility,
        clinic.now,
    )
    return await clinic.tell(follow_up, clinic.supervisor)


async def _until_somebody_waits(clinic: Clinic) -> None:
    for _ in range(2000):
        if await clinic.one(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            return
        await asyncio.sleep(0.005)
    raise AssertionError("nobody waits")


async def test_a_loss_is_not_undone_once_another_pregnancy_is_entered_and_she_is_told(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(LossReported(mother, None))
    event = await clinic.one("SELECT id FROM life_event WHERE what = 'loss'")
    async with clinic.pool.acquire() as conn:
        [before] = (await undoable_of(conn, [mother], clinic.now))[mother]
        await clinic.run(
            "INSERT INTO pregnancy (mother_id, edd) VALUES ($1, $2)",
            mother,
            clinic.today + timedelta(days=250),
        )
        [after] = (await undoable_of(conn, [mother], clinic.now))[mother]
    assert (before.overtaken, after.overtaken) == (False, True)
    await clinic.happens(LifeEventUndone(mother, None, event))
    statuses = await clinic.rows("SELECT status FROM pregnancy WHERE mother_id = $1 ORDER BY id", mother)
    assert [row["status"] for row in statuses] == ["lost", "ongoing"]
    assert await clinic.one("SELECT undone_at FROM life_event WHERE id = $1", event) is None
