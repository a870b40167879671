"""What a mentor and a supervisor see of a mother with several causes, and what an answered check-in leaves open."""

from zoneinfo import ZoneInfo

import pytest

from flows.events import CheckInAnswered, DoseMissed, Event, FollowUpAnswered
from flows.facts.staff import StaffFacts
from flows.lists.cases import cases
from service.apply.opening import open_for_mothers
from service.apply.work import Work
from service.store import people
from service.ussd.staff_facts import staff
from service.ussd.wanted import Wanted
from tests.integration.apply.clinic import MOTHER, Clinic, only


async def seen(clinic: Clinic, staff_id: int) -> StaffFacts:
    wanted = Wanted(staff_id, "staff", ZoneInfo("Africa/Nairobi"))
    async with clinic.pool.acquire() as conn, conn.transaction():
        found = await staff(conn, clinic.deps.sealer, wanted, clinic.now, clinic.deps.countries)
    assert found is not None
    return found


async def several(clinic: Clinic, *causes: str) -> str:
    """A mother about whom all of this is open and told to her mentor; returns the case code."""
    mother, code = await clinic.mother(), ""
    async with clinic.pool.acquire() as conn, conn.transaction():
        work = Work(conn, await clinic.origin(MOTHER), clinic.now, clinic.deps, {}, None)
        for cause in causes:
            await open_for_mothers(work, await people.mothers(conn, [mother]), cause)
    for row in await clinic.rows("SELECT id FROM follow_up"):
        code = await clinic.tell(row["id"], clinic.mentor)
    return code


async def test_one_answer_takes_her_and_the_lists_show_her_once(clinic: Clinic) -> None:
    code = await several(clinic, "silent", "missed_dose", "stuck")
    one = only(cases((await seen(clinic, clinic.mentor)).follow_ups))
    assert (one.first.cause, one.first.state, one.more) == ("silent", "notified", 2)
    over = (await seen(clinic, clinic.supervisor)).supervisor
    assert over is not None
    assert (over.unacknowledged_count, len(over.unacknowledged), len(cases(over.oldest))) == (1, 3, 1)

    await clinic.happens(FollowUpAnswered(clinic.mentor, "going", follow_up_id=one.first.id, verified=True))
    one = only(cases((await seen(clinic, clinic.mentor)).follow_ups))
    assert (one.first.state, one.first.reached, one.more) == ("acknowledged", None, 2)
    over = (await seen(clinic, clinic.supervisor)).supervisor
    assert over is not None
    assert (over.unacknowledged_count, over.unacknowledged, len(cases(over.oldest))) == (0, (), 1)

    await clinic.happens(FollowUpAnswered(clinic.mentor, "reached_problem", code=code), via="sms")
    one = only(cases((await seen(clinic, clinic.mentor)).follow_ups))
    assert (one.first.cause, one.first.reached) == ("silent", "reached_problem")


@pytest.mark.parametrize("answered", [CheckInAnswered(None), DoseMissed(None, "other")])
async def test_a_check_in_answered_on_ussd_is_open_to_no_digit(clinic: Clinic, answered: Event) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.happens(answered)
    assert await clinic.one("SELECT count(*) FROM open_question") == 0
    assert await clinic.one("SELECT replied_at FROM message WHERE template = 'checkin'") == clinic.now
    assert await clinic.one("SELECT asked_at FROM mother") is None


async def test_by_text_she_may_put_her_digit_right_and_another_question_stays(clinic: Clinic) -> None:
    mother = await clinic.mother()
    await clinic.ask(mother)
    await clinic.happens(CheckInAnswered(mother), via="sms")
    assert await clinic.one("SELECT question FROM open_question") == "checkin"
    await clinic.ask(mother, "visit")
    await clinic.happens(CheckInAnswered(mother))
    assert await clinic.one("SELECT question FROM open_question") == "visit"
