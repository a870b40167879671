"""Groups, leave and what a mentor says of herself, on PostgreSQL: once each, however often it is delivered."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.events import (
    CaseHelpAsked,
    Event,
    LeaveEnded,
    LeaveTaken,
    MeetingCalled,
    MeetingCancelled,
    MeetingConfirmed,
    MeetingDeclined,
    MeetingHeld,
    RefresherTaken,
    WellbeingReported,
)
from scheduler.decide import decide_all
from service.apply import NotTheirs, apply
from service.store.erasing import forget
from service.store.reminders import Reminders
from service.store.shown import today
from service.store.shown.whose import Viewer
from service.ussd.mother_facts import mothers as mother_facts
from service.ussd.team_facts import team
from service.ussd.wanted import Wanted
from tests.integration.apply.clinic import COLLEAGUE, MENTOR, MOTHER, SUPERVISOR, Clinic, only

ZONE = ZoneInfo("Africa/Nairobi")
IN_THREE_DAYS = timedelta(days=3)
OTHERS = ("+254700000111", "+254700000112", "+254700000113")


def call(clinic: Clinic, days: int = 3, hour: int = 10, staff: int | None = None) -> MeetingCalled:
    return MeetingCalled(staff or clinic.mentor, clinic.today + timedelta(days=days), hour, "feeding")


async def called(clinic: Clinic, **more: Any) -> int:
    await clinic.happens(call(clinic, **more), number=MENTOR)
    return int(await clinic.one("SELECT max(id) FROM meeting"))


async def due(clinic: Clinic) -> list[Any]:
    """Let the rules decide on what is due, and say what they decided."""
    store = Reminders(
        clinic.pool, clinic.deps.sealer, lambda: clinic.deps.bundle, lambda: clinic.deps.countries
    )
    async with store.due(clinic.now, 100) as batch:
        decisions = decide_all(batch.items, clinic.deps.countries, clinic.now)
        await batch.settle(decisions)
    return decisions


async def sent(clinic: Clinic) -> None:
    """Everything queued has left, and nobody has answered yet."""
    await clinic.run("UPDATE message SET state = 'sent', sent_at = $1 WHERE state = 'queued'", clinic.now)


async def guests(clinic: Clinic, meeting: int) -> dict[int, tuple[bool, bool, bool | None]]:
    rows = await clinic.rows("SELECT * FROM meeting_guest WHERE meeting_id = $1", meeting)
    return {
        row["mother_id"]: (row["coming_at"] is not None, row["declined_at"] is not None, row["came"])
        for row in rows
    }


# --- a group is called ------------------------------------------------------------------------------------


async def test_called_ten_times_at_once_it_is_one_meeting_and_one_invitation_each(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    assert await clinic.ten_times(call(clinic), number=MENTOR) == []
    assert await clinic.one("SELECT count(*) FROM meeting") == 1
    assert await clinic.one("SELECT count(*) FROM reminder WHERE step = 'invite'") == 1
    await due(clinic)
    assert await due(clinic) == []
    assert await clinic.queued(MOTHER) == ["group_invite"]
    assert await guests(clinic, 1) == {mother: (False, False, None)}


async def test_what_fails_after_the_call_leaves_neither_meeting_nor_invitation(clinic: Clinic) -> None:
    await clinic.mother(signature="group")
    origin = await clinic.origin(MENTOR)
    async with clinic.pool.acquire() as conn:
        transaction = conn.transaction()
        await transaction.start()
        await apply(conn, [call(clinic)], origin, clinic.now, clinic.deps)
        await transaction.rollback()
    assert await clinic.one("SELECT count(*) FROM meeting") == 0
    assert await due(clinic) == []
    await clinic.happens(call(clinic), number=MENTOR)
    await due(clinic)
    assert await clinic.queued(MOTHER) == ["group_invite"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE mother SET signature = 'none'", "no_texts"),
        ("UPDATE consent SET withdrawn_at = $1 WHERE stream = 'sms'", "no_consent"),
        ("UPDATE mother SET set_up_at = NULL", "mentor_only"),
        (
            "UPDATE person SET paused_until = $1::timestamptz + interval '9 days' WHERE kind = 'mother'",
            "paused_by_her",
        ),
        ("UPDATE person SET hold = 'quiet', hold_since = $1 WHERE kind = 'mother'", "quiet"),
        ("UPDATE person SET hold = 'stopped', hold_since = $1 WHERE kind = 'mother'", "stopped"),
        (
            "UPDATE phone SET trust = 'untrusted' WHERE id IN (SELECT phone_id FROM person WHERE kind = 'mother')",
            "number_untrusted",
        ),
    ],
)
async def test_whoever_may_not_be_texted_is_a_guest_without_a_text(
    clinic: Clinic, change: str, reason: str
) -> None:
    mother = await clinic.mother(signature="group")
    await clinic.run(change, *([clinic.now] if "$1" in change else []))
    meeting = await called(clinic)
    await due(clinic)
    assert await clinic.queued(MOTHER) == []
    assert await clinic.one("SELECT reason FROM reminder WHERE step = 'invite'") == reason
    assert mother in await guests(clinic, meeting)


@pytest.mark.parametrize("hold", ["transferred", "dead", "moved", "erased"])
async def test_whoever_is_gone_is_no_guest(clinic: Clinic, hold: str) -> None:
    mother = await clinic.mother(signature="group")
    await clinic.run("UPDATE person SET hold = $2, hold_since = $3 WHERE id = $1", mother, hold, clinic.now)
    meeting = await called(clinic)
    assert await guests(clinic, meeting) == {}
    assert await due(clinic) == []


async def test_somebody_elses_mothers_are_not_invited_but_those_covered_are(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    await clinic.run("UPDATE mother SET mentor_id = $2 WHERE id = $1", mother, clinic.colleague)
    first = await called(clinic)
    assert await guests(clinic, first) == {}
    await clinic.run(
        "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $3)",
        clinic.colleague,
        clinic.mentor,
        clinic.today,
    )
    second = await called(clinic, days=4)
    assert set(await guests(clinic, second)) == {mother}


async def test_nobody_is_invited_to_what_has_begun(clinic: Clinic) -> None:
    await clinic.mother(signature="group")
    await clinic.happens(call(clinic, days=0, hour=9), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM meeting") == 0


async def test_an_invitation_waits_for_the_clinic_to_open_and_ends_as_the_meeting_begins(
    clinic: Clinic,
) -> None:
    await clinic.mother(signature="group")
    await called(clinic)
    await clinic.run("UPDATE facility SET status = 'closed', status_since = $1", clinic.now)
    await due(clinic)
    assert await clinic.queued() == []
    clinic.now += IN_THREE_DAYS
    await clinic.run("UPDATE facility SET status = 'open', status_since = $1", clinic.now)
    await due(clinic)
    assert await clinic.queued() == []
    assert await clinic.one("SELECT reason FROM reminder WHERE step = 'invite'") == "stale"


async def test_called_at_night_it_invites_in_the_morning(clinic: Clinic) -> None:
    await clinic.mother(signature="group")
    clinic.now = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    await called(clinic)
    await due(clinic)
    assert await clinic.queued() == []
    clinic.now = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    await due(clinic)
    assert await clinic.queued(MOTHER) == ["group_invite"]


async def test_a_withdrawn_phone_calls_nobody(clinic: Clinic) -> None:
    await clinic.run(
        "UPDATE person SET hold = 'revoked', hold_since = $2 WHERE id = $1", clinic.mentor, clinic.now
    )
    events: list[Event] = [
        call(clinic),
        MeetingCancelled(clinic.mentor, 1),
        MeetingHeld(clinic.mentor, 1, 3, ()),
        LeaveTaken(clinic.mentor, clinic.today, clinic.today, clinic.colleague),
        LeaveEnded(clinic.mentor),
        WellbeingReported(clinic.mentor, "low", True),
        CaseHelpAsked(clinic.mentor, None),
    ]
    for event in events:
        with pytest.raises(NotTheirs):
            await clinic.happens(event, number=MENTOR)
    assert await clinic.follow_ups() == []


# --- she answers ------------------------------------------------------------------------------------------


async def test_her_digit_answers_the_meeting_she_was_asked_about(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    first = await called(clinic)
    second = await called(clinic, days=5)
    await due(clinic)
    await sent(clinic)
    await clinic.ask(mother, "meeting")
    message = await clinic.one(
        "SELECT m.id FROM message m JOIN meeting_guest g ON g.reminder_id = m.reminder_id WHERE g.meeting_id = $1",
        first,
    )
    await clinic.run("UPDATE open_question SET message_id = $1", message)
    assert await clinic.ten_times(MeetingConfirmed(None, None), number=MOTHER, via="sms") == []
    assert (await guests(clinic, first))[mother] == (True, False, None)
    assert (await guests(clinic, second))[mother] == (False, False, None)
    assert await clinic.one("SELECT asked_at FROM mother WHERE id = $1", mother) is None


async def test_her_last_word_counts_and_an_invitation_that_waits_is_taken_back(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    meeting = await called(clinic)
    await clinic.happens(MeetingConfirmed(mother, meeting))
    assert await due(clinic) == []
    await clinic.happens(MeetingDeclined(mother, meeting))
    assert (await guests(clinic, meeting))[mother] == (False, True, None)
    await clinic.happens(MeetingConfirmed(mother, meeting))
    assert (await guests(clinic, meeting))[mother] == (True, False, None)


async def test_an_answer_about_somebody_elses_meeting_changes_nothing(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    other = await clinic.mother(OTHERS[0], signature="group")
    await clinic.run("UPDATE mother SET mentor_id = $2 WHERE id = $1", other, clinic.colleague)
    meeting = await called(clinic)
    await clinic.happens(MeetingConfirmed(other, meeting), number=OTHERS[0])
    assert await guests(clinic, meeting) == {mother: (False, False, None)}


async def test_her_own_page_shows_the_next_meeting_until_it_begins(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    later = await called(clinic, days=5)
    sooner = await called(clinic, days=1)

    async def shown() -> Any:
        async with clinic.pool.acquire() as conn:
            [(_, facts)] = await mother_facts(conn, [Wanted(mother, "mother", ZONE)], clinic.now)
        return facts.meeting

    assert (await shown()).id == sooner
    await clinic.happens(MeetingConfirmed(mother, sooner))
    assert (await shown()).coming
    clinic.now += timedelta(days=1)
    assert (await shown()).id == later
    clinic.now += timedelta(days=7)
    assert await shown() is None


# --- it is held, or cancelled -----------------------------------------------------------------------------


async def test_held_once_with_who_came_of_hers(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    absent = await clinic.mother(OTHERS[0], signature="group")
    foreign = await clinic.mother(OTHERS[1], signature="group")
    meeting = await called(clinic)
    await clinic.run("UPDATE mother SET mentor_id = $2 WHERE id = $1", foreign, clinic.colleague)
    clinic.now += IN_THREE_DAYS
    held = MeetingHeld(clinic.mentor, meeting, 2, (mother, foreign))
    assert await clinic.ten_times(held, number=MENTOR) == []
    assert await clinic.one("SELECT headcount FROM meeting") == 2
    found = await guests(clinic, meeting)
    assert (found[mother][2], found[absent][2], found[foreign][2]) == (True, False, False)
    heard = [row["mother_id"] for row in await clinic.events("MeetingHeld") if row["mother_id"]]
    assert heard == [mother]
    assert await clinic.one("SELECT last_heard_at FROM mother WHERE id = $1", mother) == clinic.now
    await clinic.happens(MeetingCancelled(clinic.mentor, meeting), number=MENTOR)
    assert await clinic.one("SELECT cancelled_at FROM meeting") is None


async def test_nobody_holds_a_meeting_before_its_day_or_of_a_colleague(clinic: Clinic) -> None:
    meeting = await called(clinic)
    await clinic.happens(MeetingHeld(clinic.mentor, meeting, 4, ()), number=MENTOR)
    clinic.now += IN_THREE_DAYS
    await clinic.happens(MeetingHeld(clinic.colleague, meeting, 4, ()), number=COLLEAGUE)
    await clinic.happens(MeetingCancelled(clinic.colleague, meeting), number=COLLEAGUE)
    assert only(await clinic.rows("SELECT held_at, cancelled_at FROM meeting")) == {
        "held_at": None,
        "cancelled_at": None,
    }


async def test_cancelled_before_anybody_was_told_it_tells_nobody(clinic: Clinic) -> None:
    await clinic.mother(signature="group")
    meeting = await called(clinic)
    await due(clinic)
    assert await clinic.ten_times(MeetingCancelled(clinic.mentor, meeting), number=MENTOR) == []
    assert await clinic.queued() == []
    assert await due(clinic) == []


async def test_cancelled_afterwards_it_tells_those_who_may_have_read_it_once(clinic: Clinic) -> None:
    told = await clinic.mother(signature="group")
    said = await clinic.mother(OTHERS[0], signature="none")
    await clinic.mother(OTHERS[1], signature="tips")
    meeting = await called(clinic)
    await due(clinic)
    await sent(clinic)
    await clinic.run(
        "UPDATE message SET state = 'failed' WHERE phone_id = $1", (await clinic.origin(OTHERS[1])).phone_id
    )
    await clinic.happens(MeetingConfirmed(said, meeting), number=OTHERS[0])
    assert await clinic.ten_times(MeetingCancelled(clinic.mentor, meeting), number=MENTOR) == []
    rows = await clinic.rows("SELECT mother_id FROM reminder WHERE step = 'called_off' ORDER BY mother_id")
    assert [row["mother_id"] for row in rows] == [told, said]
    await due(clinic)
    assert await clinic.queued() == ["group_called_off"]
    assert await clinic.queued(MOTHER) == ["group_called_off"]


async def test_that_it_is_cancelled_is_said_though_the_clinic_is_closed_and_her_day_is_full(
    clinic: Clinic,
) -> None:
    mother = await clinic.mother(signature="group")
    meeting = await called(clinic)
    await due(clinic)
    await sent(clinic)
    await clinic.ask(mother)
    await clinic.ask(mother)
    await clinic.happens(MeetingCancelled(clinic.mentor, meeting), number=MENTOR)
    await clinic.run("UPDATE facility SET status = 'closed', status_since = $1", clinic.now)
    await due(clinic)
    assert await clinic.queued(MOTHER) == ["group_called_off"]


async def test_cancelled_and_called_again_on_that_day_it_invites_again(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    first = await called(clinic)
    await due(clinic)
    await sent(clinic)
    await clinic.happens(MeetingCancelled(clinic.mentor, first), number=MENTOR)
    await due(clinic)
    await sent(clinic)
    second = await called(clinic, hour=14)
    assert second != first
    clinic.now += timedelta(days=1)
    await due(clinic)
    assert await clinic.queued(MOTHER) == ["group_invite"]
    await clinic.happens(MeetingConfirmed(mother, first))
    assert (await guests(clinic, second))[mother] == (False, False, None)


# --- leave ------------------------------------------------------------------------------------------------


def leave(clinic: Clinic, first: int, last: int, by: int | None = None) -> LeaveTaken:
    days = clinic.today + timedelta(days=first), clinic.today + timedelta(days=last)
    return LeaveTaken(clinic.mentor, *days, by or clinic.colleague)


async def away(clinic: Clinic) -> list[tuple[int, int, int]]:
    """First and last day of each leave of hers from today, and who covers."""
    rows = await clinic.rows("SELECT * FROM cover WHERE staff_id = $1 ORDER BY starts_on", clinic.mentor)
    return [
        ((row["starts_on"] - clinic.today).days, (row["ends_on"] - clinic.today).days, row["covered_by"])
        for row in rows
    ]


async def test_leave_is_taken_once_and_its_supervisor_told_once(clinic: Clinic) -> None:
    for _ in range(3):
        await clinic.happens(leave(clinic, 0, 4), number=MENTOR)
    assert await away(clinic) == [(0, 4, clinic.colleague)]
    assert await clinic.queued(SUPERVISOR) == ["leave_covered"]


async def test_leave_ten_times_at_once(clinic: Clinic) -> None:
    assert await clinic.ten_times(leave(clinic, 0, 4), number=MENTOR) == []
    assert await away(clinic) == [(0, 4, clinic.colleague)]


async def test_a_leave_that_is_changed_before_it_begins_is_off(clinic: Clinic) -> None:
    await clinic.happens(leave(clinic, 3, 5), number=MENTOR)
    changed = replace(leave(clinic, 10, 12), instead_of=clinic.today + timedelta(days=3))
    assert await clinic.ten_times(changed, number=MENTOR) == []
    assert await away(clinic) == [(10, 12, clinic.colleague)]


async def test_a_leave_that_has_begun_is_over_only_when_she_is_back(clinic: Clinic) -> None:
    await clinic.happens(leave(clinic, 0, 1), number=MENTOR)
    await clinic.happens(replace(leave(clinic, 10, 12), instead_of=clinic.today), number=MENTOR)
    assert await away(clinic) == [(0, 1, clinic.colleague), (10, 12, clinic.colleague)]


async def test_a_leave_that_overlaps_replaces(clinic: Clinic) -> None:
    await clinic.happens(leave(clinic, 1, 9), number=MENTOR)
    await clinic.happens(leave(clinic, 4, 6), number=MENTOR)
    assert await away(clinic) == [(1, 3, clinic.colleague), (4, 6, clinic.colleague)]
    await clinic.happens(leave(clinic, 0, 30), number=MENTOR)
    assert await away(clinic) == [(0, 30, clinic.colleague)]


@pytest.mark.parametrize(
    "why", ["herself", "supervisor", "revoked", "stopped", "away", "elsewhere", "backwards", "past"]
)
async def test_whoever_cannot_cover_is_refused(clinic: Clinic, why: str) -> None:
    event = leave(clinic, 2, 4)
    if why == "herself":
        event = leave(clinic, 2, 4, clinic.mentor)
    elif why == "supervisor":
        event = leave(clinic, 2, 4, clinic.supervisor)
    elif why == "revoked":
        await clinic.run(
            "UPDATE person SET hold = 'revoked', hold_since = $2 WHERE id = $1", clinic.colleague, clinic.now
        )
    elif why == "stopped":
        phone = (await clinic.origin(COLLEAGUE)).phone_id
        await clinic.run("UPDATE phone SET opted_out_at = $2 WHERE id = $1", phone, clinic.now)
    elif why == "away":
        day = clinic.today + timedelta(days=4)
        await clinic.run(
            "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $3)",
            clinic.colleague,
            clinic.mentor,
            day,
        )
    elif why == "elsewhere":
        await clinic.run(
            "INSERT INTO facility (name, country, time_zone, day_close_at) VALUES ('Other', 'KE', 'Africa/Nairobi', '15:00')"
        )
        await clinic.run(
            "UPDATE staff SET facility_id = (SELECT max(id) FROM facility) WHERE id = $1", clinic.colleague
        )
    elif why == "backwards":
        event = leave(clinic, 4, 2)
    else:
        event = leave(clinic, -4, -2)
    with pytest.raises(NotTheirs):
        await clinic.happens(event, number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM cover WHERE staff_id = $1", clinic.mentor) == 0


async def test_back_today_ends_what_has_begun_and_drops_what_was_to_come(clinic: Clinic) -> None:
    await clinic.happens(leave(clinic, 0, 4), number=MENTOR)
    await clinic.happens(leave(clinic, 8, 9), number=MENTOR)
    clinic.now += timedelta(days=2)
    for _ in range(2):
        await clinic.happens(LeaveEnded(clinic.mentor), number=MENTOR)
    assert await away(clinic) == [(-2, -1, clinic.colleague)]


async def taken(clinic: Clinic, **more: Any) -> int:
    """A follow-up that the mentor has taken, to report on in three days."""
    mother = await clinic.mother()
    columns = {"hold_by_code": None, "expect_by": None, **more}
    follow_up: int = await clinic.one(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, state, step, owner_id, opened_at, "
        "acknowledged_at, next_at, hold_by_code, expect_by) "
        "VALUES ($1, $2, 'silent', 'KE', 20, 'red', 'acknowledged', 0, $3, $4, $4, $5, $6, $7) RETURNING id",
        mother,
        clinic.facility,
        clinic.mentor,
        clinic.now,
        clinic.now + IN_THREE_DAYS,
        columns["hold_by_code"],
        columns["expect_by"],
    )
    return follow_up


async def test_what_she_has_taken_moves_as_the_leave_begins(clinic: Clinic) -> None:
    follow_up = await taken(clinic)
    await clinic.happens(leave(clinic, 2, 4), number=MENTOR)
    begins = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
    assert await clinic.one("SELECT next_at FROM follow_up WHERE id = $1", follow_up) == begins
    await clinic.happens(leave(clinic, 0, 4), number=MENTOR)
    assert await clinic.one("SELECT next_at FROM follow_up WHERE id = $1", follow_up) == clinic.now


@pytest.mark.parametrize("kept", [{"hold_by_code": "moved"}, {"expect_by": date(2026, 11, 27)}])
async def test_what_waits_for_a_day_or_a_confirmation_keeps_its_day(
    clinic: Clinic, kept: dict[str, Any]
) -> None:
    follow_up = await taken(clinic, **kept)
    await clinic.happens(leave(clinic, 0, 4), number=MENTOR)
    at = await clinic.one("SELECT next_at FROM follow_up WHERE id = $1", follow_up)
    assert at == clinic.now + IN_THREE_DAYS


async def test_her_screens_know_her_leave_and_who_is_free(clinic: Clinic) -> None:
    await clinic.happens(leave(clinic, 1, 2), number=MENTOR)
    async with clinic.pool.acquire() as conn:
        hers = await team(conn, clinic.deps.sealer, clinic.mentor, clinic.today)
        theirs = await team(conn, clinic.deps.sealer, clinic.colleague, clinic.today)
    assert hers.leave is not None
    assert hers.leave.cover == "Test"
    days = clinic.today + timedelta(days=1), clinic.today + timedelta(days=2)
    assert {one.id: one.away for one in theirs.covers}[clinic.mentor] == (days,)
    assert clinic.supervisor not in {one.id for one in theirs.covers}


# --- for herself ------------------------------------------------------------------------------------------


async def test_a_talk_is_asked_of_the_supervisor_once_and_the_record_does_not_say_whose(
    clinic: Clinic,
) -> None:
    event = WellbeingReported(clinic.mentor, "low", wants_talk=True)
    assert await clinic.ten_times(event, number=MENTOR) == []
    assert await clinic.follow_ups() == ["mentor_asks_talk"]
    phone = (await clinic.origin(MENTOR)).phone_id
    assert await clinic.one("SELECT phone_id FROM follow_up") == phone
    for row in await clinic.events("WellbeingReported"):
        assert (row["staff_id"], row["phone_id"], row["mother_id"]) == (None, None, None)


async def test_that_she_asks_for_a_talk_stands_before_her_supervisor_alone(clinic: Clinic) -> None:
    await clinic.happens(WellbeingReported(clinic.mentor, "low", wants_talk=True), number=MENTOR)
    async with clinic.pool.acquire() as conn:
        [seen], _ = await today.people(conn, Viewer((clinic.facility,), None, acts=True), clinic.now)
        assert seen.cause == "mentor_asks_talk"
        assert (await today.people(conn, Viewer(None, None, acts=False), clinic.now))[0] == []
        assert (await today.people(conn, Viewer((), None, acts=False), clinic.now))[0] == []


async def test_how_she_is_and_the_refresher_open_nothing_and_name_nobody(clinic: Clinic) -> None:
    await clinic.happens(WellbeingReported(clinic.mentor, "low", wants_talk=False), number=MENTOR)
    await clinic.happens(WellbeingReported(clinic.mentor, "good", wants_talk=False), number=MENTOR)
    await clinic.happens(RefresherTaken(clinic.mentor), number=MENTOR)
    assert await clinic.follow_ups() == []
    [row] = await clinic.events("RefresherTaken")
    assert (row["staff_id"], row["phone_id"], row["data"]) == (None, None, {"via": "ussd"})


async def test_help_is_asked_about_her_own_mothers_or_in_general(clinic: Clinic) -> None:
    mother = await clinic.mother()
    assert await clinic.ten_times(CaseHelpAsked(clinic.mentor, mother), number=MENTOR) == []
    await clinic.happens(CaseHelpAsked(clinic.mentor, None), number=MENTOR)
    rows = await clinic.rows(
        "SELECT cause, mother_id, phone_id IS NULL AS of_mother FROM follow_up ORDER BY id"
    )
    assert rows == [
        {"cause": "case_help", "mother_id": mother, "of_mother": True},
        {"cause": "case_help", "mother_id": None, "of_mother": False},
    ]
    await clinic.run("UPDATE mother SET mentor_id = $2 WHERE id = $1", mother, clinic.colleague)
    with pytest.raises(NotTheirs):
        await clinic.happens(CaseHelpAsked(clinic.mentor, mother), number=MENTOR)


async def test_an_erased_mother_leaves_no_guest(clinic: Clinic) -> None:
    mother = await clinic.mother(signature="group")
    meeting = await called(clinic)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await forget(conn, [mother], clinic.now)
    assert await guests(clinic, meeting) == {}
