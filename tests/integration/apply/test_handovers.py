"""A mother given to another mentor: with her open work, by the supervisor's word alone, and nothing said to her."""

import asyncio
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.events import (
    AnotherMentorAsked,
    CaseloadShared,
    FollowUpAnswered,
    HandoverDecided,
    HandoverProposed,
)
from service.apply import NotTheirs
from service.directory import NewStaff, add_staff
from service.store.assignment import assign
from service.store.caseload import caseload, looks_after
from service.store.handovers import propose
from service.store.own_care import link
from service.store.roster import load_rosters
from service.ussd.staff_facts import staff as staff_facts
from service.ussd.wanted import Wanted
from tests.integration.apply.clinic import COLLEAGUE, MENTOR, SUPERVISOR, Clinic


async def proposed(clinic: Clinic, mother: int) -> int:
    await clinic.happens(HandoverProposed(clinic.mentor, mother), number=MENTOR)
    made: int = await clinic.one(
        "SELECT id FROM handover WHERE mother_id = $1 AND decided_at IS NULL", mother
    )
    return made


async def told(clinic: Clinic, mother: int, cause: str = "missed_dose") -> int:
    made: int = await clinic.one(
        """
        INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at)
        VALUES ($1, $2, $3, 'KE', 40, 'green', $4, $4::timestamptz + interval '2 days') RETURNING id
        """,
        mother,
        clinic.facility,
        cause,
        clinic.now,
    )
    await clinic.tell(made, clinic.mentor)
    return made


async def mentor_of(clinic: Clinic, mother: int) -> Any:
    return await clinic.one("SELECT mentor_id FROM mother WHERE id = $1", mother)


async def test_until_it_is_approved_nothing_changes_and_said_twice_it_waits_once(clinic: Clinic) -> None:
    mother = await clinic.mother()
    assert await clinic.ten_times(HandoverProposed(clinic.mentor, mother), number=MENTOR) == []
    assert await clinic.one("SELECT count(*) FROM handover") == 1
    assert await clinic.one("SELECT to_id FROM handover") == clinic.colleague
    assert await mentor_of(clinic, mother) == clinic.mentor
    assert await clinic.queued(SUPERVISOR) == ["handover_waits"]


async def test_a_decision_and_the_same_proposal_at_once_meet_at_the_mother(clinic: Clinic) -> None:
    mother = await clinic.mother()
    decided = HandoverDecided(clinic.supervisor, await proposed(clinic, mother), approved=True)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother)
        deciding = asyncio.create_task(clinic.happens(decided, number=SUPERVISOR))
        while not await clinic.one("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not deciding.done()
        assert not await propose(conn, clinic.mentor, mother, None, "proposed", clinic.mentor, clinic.now)
    await deciding
    assert await mentor_of(clinic, mother) == clinic.colleague


async def test_approved_she_goes_with_what_is_open_and_nobody_texts_her(clinic: Clinic) -> None:
    mother = await clinic.mother()
    open_work = await told(clinic, mother)
    handover = await proposed(clinic, mother)
    decided = HandoverDecided(clinic.supervisor, handover, approved=True)
    assert await clinic.ten_times(decided, number=SUPERVISOR) == []
    assert await mentor_of(clinic, mother) == clinic.colleague
    [row] = await clinic.rows("SELECT state, step, owner_id, next_at FROM follow_up WHERE id = $1", open_work)
    assert (row["state"], row["step"], row["owner_id"], row["next_at"]) == ("notified", -1, None, clinic.now)
    assert await clinic.follow_ups(mother) == ["missed_dose", "introduce"]
    assert await clinic.one("SELECT count(*) FROM case_code WHERE staff_id = $1", clinic.colleague) == 1
    assert (await clinic.queued(MENTOR))[-1:] == ["handover_done"]
    assert await clinic.one("SELECT count(*) FROM message WHERE person_id = $1", mother) == 0


async def test_her_old_mentor_answers_for_her_no_more(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await told(clinic, mother)
    code = str(await clinic.one("SELECT code FROM case_code WHERE staff_id = $1", clinic.mentor))
    handover = await proposed(clinic, mother)
    await clinic.happens(HandoverDecided(clinic.supervisor, handover, approved=True), number=SUPERVISOR)
    going = FollowUpAnswered(clinic.mentor, "going", code=code, verified=False)
    await clinic.happens(going, number=MENTOR, via="sms")
    assert await clinic.one("SELECT count(*) FROM follow_up WHERE state = 'acknowledged'") == 0
    wanted = Wanted(clinic.mentor, "mentor", ZoneInfo("Africa/Nairobi"))
    async with clinic.pool.acquire() as conn:
        facts = await staff_facts(conn, clinic.deps.sealer, wanted, clinic.now, clinic.deps.countries)
    assert facts is not None
    assert (facts.follow_ups, facts.mothers) == ((), ())


async def test_what_she_named_a_day_for_waits_for_it_with_her_new_mentor(clinic: Clinic) -> None:
    mother = await clinic.mother()
    work = await told(clinic, mother)
    until = clinic.now + timedelta(days=5)
    await clinic.run(
        "UPDATE follow_up SET state = 'acknowledged', owner_id = $2, expect_by = $3, next_at = $4 WHERE id = $1",
        work,
        clinic.mentor,
        until.date(),
        until,
    )
    handover = await proposed(clinic, mother)
    await clinic.happens(HandoverDecided(clinic.supervisor, handover, approved=True), number=SUPERVISOR)
    [row] = await clinic.rows("SELECT state, owner_id, next_at FROM follow_up WHERE id = $1", work)
    assert (row["state"], row["owner_id"], row["next_at"]) == ("acknowledged", clinic.colleague, until)


async def test_refused_it_stays_and_only_a_supervisor_of_the_place_decides(clinic: Clinic) -> None:
    mother = await clinic.mother()
    handover = await proposed(clinic, mother)
    with pytest.raises(NotTheirs):
        await clinic.happens(HandoverDecided(clinic.mentor, handover, approved=True), number=MENTOR)
    nobody = HandoverDecided(clinic.supervisor, handover, approved=True, to_id=clinic.supervisor)
    with pytest.raises(NotTheirs):
        await clinic.happens(nobody, number=SUPERVISOR)
    await clinic.happens(HandoverDecided(clinic.supervisor, handover, approved=False), number=SUPERVISOR)
    assert await mentor_of(clinic, mother) == clinic.mentor
    assert await clinic.follow_ups(mother) == []
    assert await clinic.queued(MENTOR) == ["handover_refused"]
    await clinic.happens(HandoverDecided(clinic.supervisor, handover, approved=False), number=SUPERVISOR)
    assert await clinic.queued(MENTOR) == ["handover_refused"]


async def test_of_a_whole_list_refused_she_who_leaves_is_told_and_of_what_a_mother_asked_nobody(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother()
    await clinic.happens(HandoverProposed(clinic.mentor, None), number=MENTOR)
    await clinic.happens(AnotherMentorAsked(mother))
    waiting = await clinic.rows("SELECT id FROM handover WHERE decided_at IS NULL ORDER BY id")
    assert len(waiting) == 2
    for row in waiting:
        await clinic.happens(HandoverDecided(clinic.supervisor, row["id"], approved=False), number=SUPERVISOR)
    assert await clinic.queued(MENTOR) == ["handover_refused_all"]


async def test_a_mother_who_asks_for_another_needs_no_reason_and_one_word_settles_it(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.happens(AnotherMentorAsked(mother))
    [row] = await clinic.rows("SELECT id, reason, to_id, proposed_by FROM handover")
    assert (row["reason"], row["to_id"], row["proposed_by"]) == ("asked", clinic.colleague, None)
    await clinic.happens(HandoverDecided(clinic.supervisor, row["id"], approved=True), number=SUPERVISOR)
    assert await clinic.follow_ups(mother) == ["introduce"]
    assert await clinic.queued(MENTOR) == ["handover_done"]


async def test_all_of_one_who_leaves_are_shared_and_her_phone_opens_nothing(clinic: Clinic) -> None:
    mothers = [await clinic.mother(f"+2547000001{n:02d}") for n in range(10, 16)]
    async with clinic.pool.acquire() as conn, conn.transaction():
        third = await add_staff(
            conn, clinic.deps, NewStaff("mentor", "Third", "+254700000009", clinic.facility, "en"), clinic.now
        )
    await clinic.happens(CaseloadShared(clinic.supervisor, clinic.mentor), number=SUPERVISOR)
    rows = await clinic.rows(
        "SELECT mentor_id, count(*) AS n FROM mother GROUP BY mentor_id ORDER BY mentor_id"
    )
    assert [(row["mentor_id"], row["n"]) for row in rows] == [(clinic.colleague, 3), (third, 3)]
    assert await clinic.hold(clinic.mentor) == "revoked"
    assert await clinic.queued(COLLEAGUE) == ["handover_yours"]
    assert await clinic.queued(MENTOR) == []
    assert await clinic.one("SELECT count(*) FROM follow_up WHERE cause = 'introduce'") == len(mothers)


async def test_where_nobody_is_left_a_caseload_stays(clinic: Clinic) -> None:
    await clinic.mother()
    await clinic.run("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.colleague)
    with pytest.raises(NotTheirs):
        await clinic.happens(CaseloadShared(clinic.supervisor, clinic.mentor), number=SUPERVISOR)
    assert await clinic.hold(clinic.mentor) is None


async def test_assign_counts_who_is_there_and_speaks_with_her(clinic: Clinic) -> None:
    await clinic.mother()
    async with clinic.pool.acquire() as conn:
        assert await assign(conn, clinic.facility, "en", clinic.now) == clinic.colleague
        await conn.execute("UPDATE staff SET languages = '{sw}' WHERE id = $1", clinic.mentor)
        assert await assign(conn, clinic.facility, "sw", clinic.now) == clinic.mentor
        assert (
            await assign(conn, clinic.facility, "en", clinic.now, not_with=[clinic.colleague])
            == clinic.mentor
        )
        both = [clinic.mentor, clinic.colleague]
        assert await assign(conn, clinic.facility, "en", clinic.now, not_with=both) is None


# --- a mother who is on the staff -----------------------------------------------------------------


async def test_a_colleagues_own_care_goes_to_her_mentor_nurses_and_supervisors_alone(clinic: Clinic) -> None:
    """Enrolled by one mentor on the phone of the other: known by that phone, and kept from all other mentors."""
    async with clinic.pool.acquire() as conn, conn.transaction():
        nurse = await add_staff(
            conn, clinic.deps, NewStaff("nurse", "Nurse", "+254700000008", clinic.facility, "en"), clinic.now
        )
        third = NewStaff("mentor", "Third", "+254700000009", clinic.facility, "en")
        await add_staff(conn, clinic.deps, third, clinic.now)
    mother = await clinic.mother(COLLEAGUE)
    async with clinic.pool.acquire() as conn, conn.transaction():
        phone = await conn.fetchval("SELECT phone_id FROM person WHERE id = $1", mother)
        assert await link(conn, phone) == [mother]
        assert await link(conn, phone) == []
        rosters = await load_rosters(conn, [clinic.facility], [clinic.mentor], clinic.now)
    roster = rosters.of(clinic.facility, clinic.mentor, clinic.colleague)
    assert roster.assigned is not None
    assert (roster.assigned.id, roster.cover, roster.colleagues) == (clinic.mentor, None, ())
    assert {one.id for one in (*roster.duty, *roster.supervisors, *roster.nurses)} == {
        clinic.supervisor,
        nurse,
    }
    alone = rosters.of(clinic.facility, clinic.colleague, clinic.colleague)
    assert alone.assigned is None


async def test_whoever_covers_for_her_mentor_does_not_see_a_colleagues_care(clinic: Clinic) -> None:
    hers, plain = await clinic.mother("+254700000110"), await clinic.mother("+254700000111")
    await clinic.run("UPDATE mother SET staff_id = $2 WHERE id = $1", hers, clinic.supervisor)
    await clinic.run(
        "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $3)",
        clinic.mentor,
        clinic.colleague,
        clinic.today,
    )
    async with clinic.pool.acquire() as conn:
        seen = await caseload(conn, clinic.colleague, clinic.today, clinic.now)
        assert [one.id for one in seen] == [plain]
        assert not await looks_after(conn, clinic.colleague, hers, clinic.today)
        assert await looks_after(conn, clinic.mentor, hers, clinic.today)
