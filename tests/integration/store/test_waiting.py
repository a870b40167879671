"""What waits because a mentor has enough for today is seen by whoever supervises, since when, though nobody was told yet."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from scheduler.roster import NEW_A_DAY
from service.dashboard import words
from service.store.shown import today
from service.store.shown.whose import Viewer
from service.ussd.staff_facts import staff as staff_facts
from service.ussd.supervisor_facts import supervisor
from service.ussd.wanted import Wanted
from tests.integration.store.kit import SEALER, START, Programme, countries
from tests.integration.store.test_ladder import climb, open_for

NAIROBI = ZoneInfo("Africa/Nairobi")
DAY = timedelta(days=1)


async def test_what_is_over_a_mentors_five_is_on_every_list_of_her_supervisor(clinic: Programme) -> None:
    await open_for(clinic, await clinic.mothers(NEW_A_DAY + 3), "silent")
    await climb(clinic, START)
    held = "SELECT count(*) FROM follow_up WHERE state = 'open'"
    assert await clinic.pool.fetchval(held) == 3
    look = START + timedelta(hours=4)
    wanted = Wanted(clinic.supervisor, "supervisor", NAIROBI)
    async with clinic.pool.acquire() as conn:
        facts = await supervisor(conn, SEALER, wanted, (look + DAY).date(), look + DAY, countries())
        shown, work = await today.people(conn, Viewer((clinic.facility,), None, acts=True), look + DAY)
    assert facts.unacknowledged_count == len(facts.unacknowledged) == NEW_A_DAY + 3
    for listed in (facts.unacknowledged, facts.oldest):
        assert sum(one.state == "open" for one in listed) == 3
        assert {one.days for one in listed} == {1}
    open_ones = [one for one in shown if one.state == "open"]
    assert work.total == len(shown) == NEW_A_DAY + 3
    assert [one.opened_at for one in open_ones] == [START] * 3
    assert {words.state_of(one) for one in open_ones} == {"Nobody has been told yet."}
    # The next morning they are hers, and nothing was forgotten.
    await climb(clinic, START + DAY)
    assert await clinic.pool.fetchval(held) == 0


async def test_what_nobody_is_asked_about_yet_waits_on_no_list(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await open_for(clinic, [mother], "transfer_unanswered")
    async with clinic.pool.acquire() as conn:
        shown, work = await today.people(conn, Viewer((clinic.facility,), None, acts=True), START)
    assert (shown, work.total) == ([], 0)


async def test_a_days_tracing_stands_on_the_worklist_as_the_text_said_it(clinic: Programme) -> None:
    [mother] = await clinic.mothers(1)
    await open_for(clinic, [mother], "visit_missed")
    seen = {}
    for day in range(14):
        now = START + day * DAY
        await climb(clinic, now)
        async with clinic.pool.acquire() as conn:
            wanted = Wanted(clinic.mentor, "mentor", NAIROBI)
            facts = await staff_facts(conn, SEALER, wanted, now, countries())
        assert facts is not None
        [item] = facts.follow_ups
        seen.setdefault(item.ask, day + 1)
    assert seen == {None: 1, "call": 3, "call_again": 7, "visit": 14}
