"""A small demo world: the same each time, full of what a visitor should meet, and true to the service's promises."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from service.clocks import stepped_now
from service.demo.calendar import END
from service.demo.cast import NUMBERS
from service.demo.world import is_built

NAIROBI = ZoneInfo("Africa/Nairobi")


def behaving(world: Any, behaviour: str) -> list[dict[str, Any]]:
    return [one for one in world.people if one["role"] == "mother" and one["behaviour"] == behaviour]


async def test_the_same_world_twice(worlds: tuple[Any, Any]) -> None:
    one, two = worlds
    assert one.people == two.people
    assert one.texts == two.texts
    assert len(one.texts) > 100


async def test_its_clock_stands_on_the_morning(world: Any) -> None:
    assert await stepped_now(world.services.pool) == END
    assert await is_built(world.services.pool)
    assert END.astimezone(NAIROBI).time() == time(8, 55)


async def test_progress_rises_to_the_end(world: Any) -> None:
    parts = [part for what, part in world.said if what == world.said[-1][0]]
    assert parts == sorted(parts)
    assert parts[-1] == 1.0


async def test_who_lives_there(world: Any) -> None:
    by_role = {
        role: sum(one["role"] == role for one in world.people) for role in ("mentor", "supervisor", "nurse")
    }
    assert by_role == {"mentor": 12, "supervisor": 3, "nurse": 6}
    stages = [one["stage"] for one in world.people if one["role"] == "mother"]
    assert "bereaved" in stages
    assert any(stage.startswith("twins") for stage in stages)
    assert any(stage.startswith("pregnant") for stage in stages)
    assert {one["language"] for one in world.people} == {"en", "sw"}
    numbers = [one["msisdn"] for one in world.people if one["msisdn"]]
    assert numbers.count(NUMBERS.format(5)) == 2
    mentors = {one["msisdn"] for one in world.people if one["role"] == "mentor"}
    assert [one for one in world.people if one["role"] == "mother" and one["msisdn"] in mentors]
    for behaviour in ("steady", "gone_quiet", "stopped", "no_phone", "not_set_up"):
        assert behaving(world, behaviour), behaviour
    assert all(one["msisdn"] is None and one["pin"] is None for one in behaving(world, "no_phone"))


async def test_every_number_is_a_test_number(world: Any) -> None:
    written = {one["msisdn"] for one in world.people} | {to for _, _, to, _, _ in world.texts}
    assert all(number is None or number.startswith("+254700000") for number in written)


async def test_nobody_is_texted_before_set_up(world: Any) -> None:
    early = await world.services.pool.fetchval(
        """
        SELECT count(*) FROM message x JOIN mother m ON m.id = x.person_id
        WHERE m.set_up_at IS NULL OR x.created_at < m.set_up_at
        """
    )
    assert early == 0
    known = {one["msisdn"] for one in world.people if one["behaviour"] not in ("not_set_up", "no_phone")}
    # The facility's own line is no person.
    lines = {NUMBERS.format(341), NUMBERS.format(342), NUMBERS.format(343)}
    assert {to for _, _, to, _, _ in world.texts} <= known | lines


async def test_pushed_texts_keep_the_quiet_hours(world: Any) -> None:
    rows = await world.services.pool.fetch(
        """
        SELECT x.sent_at, m.checkin_hour FROM message x JOIN mother m ON m.id = x.person_id
        WHERE x.message_class IN ('B', 'C') AND x.sent_at IS NOT NULL
        """
    )
    assert len(rows) > 50
    for row in rows:
        clock = row["sent_at"].astimezone(NAIROBI)
        assert 7 <= clock.hour < 20 or clock.hour == row["checkin_hour"]


async def test_nothing_is_said_about_a_baby_who_died(world: Any) -> None:
    pool = world.services.pool
    [lost] = await pool.fetch("SELECT id, status_on FROM infant WHERE status = 'died'")
    said = await pool.fetch("SELECT created_at, state FROM message WHERE infant_id = $1", lost["id"])
    day = datetime.combine(lost["status_on"], time(12), NAIROBI)
    assert all(row["created_at"] <= day for row in said)
    planned = await pool.fetchval(
        """
        SELECT count(*) FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id
        WHERE e.infant_id = $1 AND r.state = 'planned'
        """,
        lost["id"],
    )
    assert planned == 0
    waiting = await pool.fetchval(
        "SELECT count(*) FROM visit WHERE infant_id = $1 AND status IN ('expected', 'unknown')", lost["id"]
    )
    assert waiting == 0


async def test_nothing_is_pushed_after_stop(world: Any) -> None:
    [stopped] = behaving(world, "stopped")
    hers = [(at, kind) for _, at, to, kind, _ in world.texts if to == stopped["msisdn"]]
    confirmed = [at for at, kind in hers if kind == "E"]
    assert len(confirmed) == 1
    assert max(at for at, _ in hers) == confirmed[0]


async def test_no_open_follow_up_is_forgotten(world: Any) -> None:
    rows = await world.services.pool.fetch(
        "SELECT state, next_at, alarm_at FROM follow_up WHERE state <> 'resolved'"
    )
    assert {"notified", "acknowledged"} <= {row["state"] for row in rows}
    assert all(
        (row["next_at"] is not None and row["next_at"] > END) or row["alarm_at"] is not None for row in rows
    )
    assert sum(row["alarm_at"] is not None for row in rows) == 1


async def test_a_day_was_not_closed_and_somebody_is_expected_today(world: Any) -> None:
    pool = world.services.pool
    expected = await pool.fetchval(
        "SELECT count(*) FROM visit WHERE due_on = $1 AND status = 'expected'", END.date()
    )
    assert expected >= 1
    unwitnessed = await pool.fetchval(
        "SELECT count(*) FROM visit WHERE status = 'missed' AND marked_by IS NULL"
    )
    assert unwitnessed == 0


async def test_the_silent_red_ones_are_ready_for_the_story(world: Any) -> None:
    silent = [one for one in behaving(world, "silent") if one["risk"] == "red"]
    assert len(silent) >= 2
    index = world.services.index
    rows = await world.services.pool.fetch(
        """
        SELECT m.asked_at, m.checkin_hour, q.phone_id AS question,
            EXISTS (SELECT FROM follow_up f WHERE f.mother_id = m.id AND f.state <> 'resolved') AS open
        FROM mother m JOIN person p ON p.id = m.id JOIN phone t ON t.id = p.phone_id
        LEFT JOIN open_question q ON q.phone_id = t.id AND q.expires_at > $2 AND q.question = 'checkin'
        WHERE t.number_index = ANY($1::bytea[])
        """,
        [index.of(one["msisdn"]) for one in silent],
        END,
    )
    assert len(rows) == len(silent)
    for row in rows:
        assert row["asked_at"] is None
        assert row["question"] is None
        assert not row["open"]
        assert 8 <= row["checkin_hour"] <= 17
    mentors = {one["msisdn"]: one["behaviour"] for one in world.people if one["role"] == "mentor"}
    assert {mentors[one["mentor"]] for one in silent} == {"ignores"}


async def test_a_change_published_in_the_demo_can_be_taken_back(world: Any) -> None:
    assert await world.services.pool.fetchval("SELECT count(*) FROM publication") == 1


async def test_a_group_has_met_and_two_are_called(world: Any) -> None:
    rows = await world.services.pool.fetch(
        """
        SELECT t.held_at IS NOT NULL AS held, t.headcount, count(g.mother_id) AS guests,
            count(*) FILTER (WHERE g.came) AS came, count(g.reminder_id) AS invited
        FROM meeting t JOIN meeting_guest g ON g.meeting_id = t.id GROUP BY t.id ORDER BY t.on_day
        """
    )
    assert [row["held"] for row in rows] == [True, False, False]
    met = rows[0]
    assert 0 < met["came"] < met["headcount"]
    assert all(row["invited"] for row in rows)
