"""Sites closed and opened, lost phones locked, new ones bound: once, by whoever answers for them, and by nobody else."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from flows.events import (
    DayClosed,
    Event,
    FollowUpAnswered,
    PhoneLost,
    RecordOpened,
    SiteStatusSet,
    StaffCodeGiven,
    StaffSetUp,
)
from service.apply import CodeTaken, NotTheirs, SetUpCodeGone
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.inbound.sms import InboundText, receive
from service.store.closures import Closures
from service.store.coverage import rungs_without_anyone, watch
from service.store.reminders_sql import MENTORS
from service.ussd.supervisor_facts import supervisor as facts_of
from service.ussd.wanted import Wanted
from tests.integration.apply.clinic import COLLEAGUE, MENTOR, STRANGER, SUPERVISOR, Clinic, only

OTHER_SUPERVISOR = "+254700000009"


async def elsewhere(clinic: Clinic) -> int:
    """A supervisor of another clinic."""
    async with clinic.pool.acquire() as conn, conn.transaction():
        facility = await add_facility(
            conn, clinic.deps, NewFacility("Elsewhere", "KE", "Africa/Nairobi"), clinic.now
        )
        new = NewStaff("supervisor", "Test Person", OTHER_SUPERVISOR, facility, "en")
        return await add_staff(conn, clinic.deps, new, clinic.now)


def everything(clinic: Clinic, by: int) -> Sequence[Event]:
    return (
        SiteStatusSet(by, clinic.facility, "closed"),
        PhoneLost(by, clinic.mentor),
        StaffCodeGiven(by, clinic.mentor, "4821"),
    )


async def text(clinic: Clinic, number: str, said: str, gateway_id: str = "in-1") -> None:
    inbound = InboundText("simulator", gateway_id, number, said)
    await receive(clinic.pool, clinic.deps, inbound, clinic.now)


async def site(clinic: Clinic) -> Any:
    return only(await clinic.rows("SELECT * FROM facility WHERE id = $1", clinic.facility))


async def look(clinic: Clinic) -> int:
    """One pass over the sites that are not open, as the loop makes it."""
    from scheduler.reopening import look as rule

    deps = clinic.deps
    port = Closures(clinic.pool, deps.sealer, lambda: deps.bundle, lambda: deps.countries)
    async with port.due(clinic.now, 10) as batch:
        await batch.settle([rule(item, clinic.now) for item in batch.items])
        return len(batch.items)


@pytest.mark.parametrize("which", range(3))
async def test_only_whoever_answers_for_the_site(clinic: Clinic, which: int) -> None:
    stranger = await elsewhere(clinic)
    for by in (stranger, clinic.colleague):
        with pytest.raises(NotTheirs):
            await clinic.happens(everything(clinic, by)[which], number=OTHER_SUPERVISOR)
    assert (await site(clinic))["status"] == "open"
    assert await clinic.hold(clinic.mentor) is None
    assert await clinic.one("SELECT count(*) FROM set_up_code") == 0
    assert await clinic.one("SELECT count(*) FROM audit") == 0


async def test_a_site_closes_once_with_a_line_in_the_audit(clinic: Clinic) -> None:
    closed = SiteStatusSet(clinic.supervisor, clinic.facility, "closed")
    assert await clinic.ten_times(closed, number=SUPERVISOR) == []
    found = await site(clinic)
    assert (found["status"], found["status_since"]) == ("closed", clinic.now)
    assert found["look_at"] == clinic.now + timedelta(days=1)  # ten o'clock tomorrow
    line = only(await clinic.rows("SELECT who, what, why FROM audit"))
    assert line["what"] == "site_status"
    assert "open to closed" in line["why"]


async def test_opening_lets_the_clock_of_silence_go_on_and_closes_what_the_closure_caused(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    asked_at = await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother)
    await clinic.run("UPDATE mother SET run_out_on = $2 WHERE id = $1", mother, clinic.today)
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "closed"), number=SUPERVISOR)
    assert await clinic.follow_ups(mother) == ["run_out"]
    clinic.now += timedelta(days=2)
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "no_network"), number=SUPERVISOR)
    clinic.now += timedelta(days=1)
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "open"), number=SUPERVISOR)
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother) == asked_at + timedelta(
        days=3
    )
    assert await clinic.follow_ups(mother) == []
    assert (await site(clinic))["look_at"] is None


async def test_supplies_that_end_within_a_week_are_told_once(clinic: Clinic) -> None:
    soon, later = await clinic.mother(None), await clinic.mother(None)
    for one, days in ((soon, 7), (later, 8)):
        await clinic.run(
            "UPDATE mother SET run_out_on = $2 WHERE id = $1", one, clinic.today + timedelta(days=days)
        )
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "closed"), number=SUPERVISOR)
    assert (await clinic.follow_ups(soon), await clinic.follow_ups(later)) == (["run_out"], [])
    assert await clinic.queued(SUPERVISOR) == ["run_outs"]
    clinic.now += timedelta(days=1)
    assert await look(clinic) == 1
    assert await clinic.follow_ups(later) == ["run_out"]
    assert await clinic.queued(SUPERVISOR) == ["run_outs", "site_still", "run_outs"]
    assert (await site(clinic))["look_at"] == clinic.now + timedelta(days=7)
    assert await look(clinic) == 0


async def test_a_pause_hands_those_most_at_risk_to_the_nurse(clinic: Clinic) -> None:
    red = await clinic.mother(art_started_on=clinic.today, edd=None)
    green = await clinic.mother("+254700000102", edd=None)
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "paused"), number=SUPERVISOR)
    assert await clinic.follow_ups(red) == ["site_paused"]
    assert await clinic.follow_ups(green) == []


async def test_a_digit_answers_the_one_question_about_the_one_site(clinic: Clinic) -> None:
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "closed"), number=SUPERVISOR)
    clinic.now += timedelta(days=1)
    await look(clinic)
    await text(clinic, SUPERVISOR, "2")
    assert (await site(clinic))["status"] == "closed"
    await text(clinic, SUPERVISOR, "1", "in-2")
    assert (await site(clinic))["status"] == "open"
    await text(clinic, SUPERVISOR, "1", "in-2")
    assert await clinic.one("SELECT count(*) FROM audit") == 2


async def test_a_digit_opens_nothing_for_who_answers_for_several_sites_or_for_none_any_more(
    clinic: Clinic,
) -> None:
    stranger = await elsewhere(clinic)
    await clinic.run(
        "INSERT INTO supervision (staff_id, facility_id) VALUES ($1, $2)", stranger, clinic.facility
    )
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "closed"), number=SUPERVISOR)
    clinic.now += timedelta(days=1)
    await look(clinic)
    assert await clinic.queued(OTHER_SUPERVISOR) == ["site_still_dial"]
    await text(clinic, OTHER_SUPERVISOR, "1")
    await clinic.run("DELETE FROM supervision WHERE staff_id = $1", clinic.supervisor)
    await text(clinic, SUPERVISOR, "1", "in-2")
    assert (await site(clinic))["status"] == "closed"


async def test_what_is_set_behind_the_pin_ends_the_question(clinic: Clinic) -> None:
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "closed"), number=SUPERVISOR)
    clinic.now += timedelta(days=1)
    await look(clinic)
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "paused"), number=SUPERVISOR)
    assert await clinic.one("SELECT count(*) FROM open_question") == 0


async def test_a_day_close_closes_the_site_but_not_a_pause(clinic: Clinic) -> None:
    day = DayClosed(clinic.mentor, clinic.facility, clinic.today, (), (), clinic_closed=True)
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "paused"), number=SUPERVISOR)
    await clinic.happens(day, number=MENTOR)
    assert (await site(clinic))["status"] == "paused"
    await clinic.happens(SiteStatusSet(clinic.supervisor, clinic.facility, "open"), number=SUPERVISOR)
    clinic.now += timedelta(days=1)
    again = DayClosed(clinic.mentor, clinic.facility, clinic.today, (), (), clinic_closed=True)
    await clinic.happens(again, number=MENTOR)
    assert (await site(clinic))["status"] == "closed"
    assert (await site(clinic))["look_at"] is not None


async def test_a_lost_phone_is_locked_once_and_its_work_goes_on(clinic: Clinic) -> None:
    mother, opened = await clinic.mother(), await clinic.mother("+254700000102")
    await clinic.happens(RecordOpened(clinic.mentor, opened), number=MENTOR)
    taken = await _follow_up(clinic, mother)
    code = await clinic.tell(taken, clinic.mentor)
    await clinic.happens(FollowUpAnswered(clinic.mentor, "going", code=code), number=MENTOR, via="sms")
    await _live_session(clinic, MENTOR)
    assert await clinic.ten_times(PhoneLost(clinic.supervisor, clinic.mentor), number=SUPERVISOR) == []
    assert await clinic.hold(clinic.mentor) == "revoked"
    assert await clinic.one("SELECT pin_hash FROM person WHERE id = $1", clinic.mentor) is None
    row = only(await clinic.rows("SELECT * FROM follow_up WHERE id = $1", taken))
    assert (row["state"], row["step"], row["owner_id"], row["next_at"]) == ("notified", -1, None, clinic.now)
    assert await clinic.queued(SUPERVISOR) == ["phone_locked_opened"]
    assert await clinic.queued(MENTOR) == []
    session = only(await clinic.rows("SELECT ended_at, state FROM ussd_session"))
    assert session["ended_at"] is not None
    assert session["state"] is None
    assert await clinic.one("SELECT count(*) FROM audit WHERE what = 'phone_lost'") == 1


async def test_a_lost_phone_that_leaves_nobody_for_a_rung_raises_an_alarm_until_it_is_bound(
    clinic: Clinic,
) -> None:
    await clinic.run("DELETE FROM supervision")
    await clinic.run(
        "INSERT INTO supervision (staff_id, facility_id) VALUES ($1, $2)", clinic.mentor, clinic.facility
    )
    await clinic.run("UPDATE staff SET role = 'supervisor' WHERE id = $1", clinic.mentor)
    async with clinic.pool.acquire() as conn:
        assert await rungs_without_anyone(conn, clinic.deps.countries, clinic.facility, clinic.now) == []
        await clinic.run(
            "UPDATE person SET hold = 'revoked', hold_since = $2 WHERE id = $1", clinic.mentor, clinic.now
        )
        found = await rungs_without_anyone(conn, clinic.deps.countries, clinic.facility, clinic.now)
        assert {gap.cause for gap in found} >= {"silent", "pause_to_confirm"}
        await watch(conn, clinic.deps.countries, [clinic.facility], clinic.now)
        alarm = "SELECT count(*) FROM alarm WHERE kind = 'nobody_left' AND cleared_at IS NULL"
        assert await clinic.one(alarm) == 1
        await clinic.run("UPDATE person SET hold = NULL WHERE id = $1", clinic.mentor)
        await watch(conn, clinic.deps.countries, [clinic.facility], clinic.now)
        assert await clinic.one(alarm) == 0


async def test_what_a_lost_phone_was_to_be_reminded_of_goes_to_a_colleague(clinic: Clinic) -> None:
    mother = await clinic.mother(None)
    await clinic.visit(mother, days=1)
    reminder = await clinic.one(
        """
        INSERT INTO reminder (mother_id, enrolment_id, step, occurrence, due_at, valid_until, state)
        SELECT $1, e.id, 'day_before', $2, $3, $3::timestamptz + interval '1 day', 'queued'
        FROM enrolment e WHERE e.mother_id = $1 ORDER BY e.id LIMIT 1 RETURNING id
        """,
        mother,
        clinic.today,
        clinic.now,
    )
    await clinic.run(
        """
        INSERT INTO message (person_id, phone_id, mother_id, reminder_id, message_class, priority, template, language,
            created_at, not_before, valid_until, state)
        SELECT p.id, p.phone_id, $2, $3, 'A', 10, 'mentor_reminder', 'en', $4, $4,
            $4::timestamptz + interval '1 day', 'queued' FROM person p WHERE p.id = $1
        """,
        clinic.mentor,
        mother,
        reminder,
        clinic.now,
    )
    await clinic.happens(PhoneLost(clinic.supervisor, clinic.mentor), number=SUPERVISOR)
    row = only(await clinic.rows("SELECT state, look_at FROM reminder WHERE id = $1", reminder))
    assert row == {"state": "planned", "look_at": clinic.now}
    found = await clinic.rows(MENTORS, [reminder], [clinic.mentor], [clinic.facility], clinic.now.date())
    assert only(found)["staff_id"] == clinic.colleague


async def test_what_waits_to_be_confirmed_still_waits_when_the_phone_is_lost(clinic: Clinic) -> None:
    mother = await clinic.mother()
    taken = await _follow_up(clinic, mother)
    code = await clinic.tell(taken, clinic.mentor)
    await clinic.happens(FollowUpAnswered(clinic.mentor, "died", code=code), number=MENTOR, via="sms")
    before = await clinic.rows("SELECT state, next_at, hold_by_code FROM follow_up")
    await clinic.happens(PhoneLost(clinic.supervisor, clinic.mentor), number=SUPERVISOR)
    assert await clinic.rows("SELECT state, next_at, hold_by_code FROM follow_up") == before


async def test_a_mother_on_the_lost_phone_is_texted_no_more(clinic: Clinic) -> None:
    herself = await clinic.mother(MENTOR)
    await clinic.happens(PhoneLost(clinic.supervisor, clinic.mentor), number=SUPERVISOR)
    assert await clinic.follow_ups(herself) == ["number_problem"]
    trust = await clinic.one(
        "SELECT t.trust FROM phone t JOIN person p ON p.phone_id = t.id WHERE p.id = $1", herself
    )
    assert trust == "untrusted"


async def test_a_new_phone_is_bound_by_a_code_that_counts_once(clinic: Clinic) -> None:
    await clinic.happens(PhoneLost(clinic.supervisor, clinic.mentor), number=SUPERVISOR)
    await clinic.happens(StaffCodeGiven(clinic.supervisor, clinic.mentor, "4821"), number=SUPERVISOR)
    bound = StaffSetUp(clinic.mentor, "4821", "7391")
    faults = await clinic.ten_times(bound, number=STRANGER, pin_hashes={clinic.mentor: "hash"})
    assert [type(one) for one in faults] == [SetUpCodeGone] * 9
    [person] = await clinic.rows(
        "SELECT p.hold, p.pin_hash, t.number_index FROM person p JOIN phone t ON t.id = p.phone_id WHERE p.id = $1",
        clinic.mentor,
    )
    assert (person["hold"], person["pin_hash"]) == (None, "hash")
    assert person["number_index"] == clinic.deps.index.of(STRANGER)


async def test_a_code_is_no_code_of_somebody_else_and_ends_after_ten_minutes(clinic: Clinic) -> None:
    await clinic.happens(StaffCodeGiven(clinic.supervisor, clinic.mentor, "4821"), number=SUPERVISOR)
    with pytest.raises(CodeTaken):
        await clinic.happens(StaffCodeGiven(clinic.supervisor, clinic.colleague, "4821"), number=SUPERVISOR)
    hashes = {clinic.mentor: "hash", clinic.colleague: "hash"}
    with pytest.raises(SetUpCodeGone):
        await clinic.happens(StaffSetUp(clinic.colleague, "4821", "7391"), number=STRANGER, pin_hashes=hashes)
    clinic.now += timedelta(minutes=10)
    with pytest.raises(SetUpCodeGone):
        await clinic.happens(StaffSetUp(clinic.mentor, "4821", "7391"), number=STRANGER, pin_hashes=hashes)


async def test_a_supervisor_sees_her_own_sites_alone_and_no_worry_she_was_not_told_of(clinic: Clinic) -> None:
    stranger = await elsewhere(clinic)
    mother, worried = await clinic.mother(), await clinic.mother("+254700000102")
    await _follow_up(clinic, mother)
    await _follow_up(clinic, worried, "safety")
    hers, theirs = await _facts(clinic, clinic.supervisor), await _facts(clinic, stranger)
    assert [item.mother_id for item in hers.unacknowledged] == [mother]
    assert hers.unacknowledged_count == 1
    assert {one.id for one in hers.colleagues} == {clinic.mentor, clinic.colleague}
    assert (theirs.unacknowledged, theirs.oldest, theirs.colleagues) == ((), (), ())
    assert [one.name for one in theirs.sites] == ["Elsewhere"]


async def test_colleagues_who_share_a_name_are_told_apart(clinic: Clinic) -> None:
    hers = {one.id: one.name for one in (await _facts(clinic, clinic.supervisor)).colleagues}
    assert hers == {clinic.mentor: f"Test {MENTOR[-3:]}", clinic.colleague: f"Test {COLLEAGUE[-3:]}"}
    for who, name in ((clinic.mentor, "Test Akinyi"), (clinic.colleague, "Test Njeri")):
        sealed = clinic.deps.sealer.seal(name, table="person", column="name", row=who)
        await clinic.run("UPDATE person SET name = $2 WHERE id = $1", who, sealed)
    hers = {one.id: one.name for one in (await _facts(clinic, clinic.supervisor)).colleagues}
    assert hers == {clinic.mentor: "Test A.", clinic.colleague: "Test N."}


async def _facts(clinic: Clinic, staff_id: int) -> Any:
    from zoneinfo import ZoneInfo

    wanted = Wanted(staff_id, "supervisor", ZoneInfo("Africa/Nairobi"))
    async with clinic.pool.acquire() as conn:
        return await facts_of(
            conn, clinic.deps.sealer, wanted, clinic.today, clinic.now, clinic.deps.countries
        )


async def _follow_up(clinic: Clinic, mother: int, cause: str = "silent") -> int:
    return int(
        await clinic.one(
            """
            INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, urgent, opened_at, next_at)
            VALUES ($1, $2, $3, 'KE', 40, 'red', FALSE, $4, $4) RETURNING id
            """,
            mother,
            clinic.facility,
            cause,
            clinic.now,
        )
    )


async def _live_session(clinic: Clinic, number: str) -> None:
    await clinic.run(
        """
        INSERT INTO ussd_session (gateway, session_id, number_index, hop, bundle, state, started_at, last_at)
        VALUES ('simulator', 'thief', $1, 2, 'b', '\\x00', $2, $2)
        """,
        clinic.deps.index.of(number),
        clinic.now,
    )


async def test_a_death_confirmed_twice_opens_nothing_to_confirm(clinic: Clinic) -> None:
    mother = await clinic.mother(born_on=(clinic.today - timedelta(days=40),), edd=None)
    silent = await _follow_up(clinic, mother)
    code = await clinic.tell(silent, clinic.mentor)
    await clinic.happens(FollowUpAnswered(clinic.mentor, "died", code=code), number=MENTOR, via="sms")
    confirmed = FollowUpAnswered(clinic.supervisor, "died", follow_up_id=silent, verified=True)
    assert await clinic.ten_times(confirmed, number=SUPERVISOR) == []
    assert await clinic.hold(mother) == "dead"
    assert await clinic.follow_ups(mother) == ["infant_of_deceased"]
