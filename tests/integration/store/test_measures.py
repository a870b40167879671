"""The honest measures agree, to the last one, with what is counted one by one from the rows of a made-up history."""

import random
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.commands.measures import COLUMNS, EXPLAINED, shown
from service.store import measures
from service.store.measures import Funnel, Times, funnel, times
from tests.integration.store.kit import HOUR, START, Programme

NAIROBI = ZoneInfo("Africa/Nairobi")
FIRST, UNTIL = date(2026, 3, 2), date(2026, 4, 6)
ROWS = {
    "mother": "SELECT * FROM mother ORDER BY id",
    "reminder": "SELECT * FROM reminder ORDER BY id",
    "message": "SELECT * FROM message ORDER BY id",
    "follow_up": "SELECT * FROM follow_up ORDER BY id",
    "follow_up_log": "SELECT * FROM follow_up_log ORDER BY id",
    "visit": "SELECT * FROM visit ORDER BY id",
}
TAKES = {"going", "reached_coming", "reached_problem", "not_reached", "wrong_number", "moved", "died"}


async def history(clinic: Programme, other: int) -> None:
    """Five weeks of two clinics: contacts of every fate, and cases that got to every point, some taken back."""
    chance = random.Random(17)
    mothers = await clinic.mothers(12)
    await clinic.pool.execute("UPDATE mother SET facility_id = $1 WHERE id % 3 = 0", other)
    for mother in mothers:
        enrolment = await clinic.pool.fetchval(
            "INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on) "
            "VALUES ($1, 'KE', 'Africa/Nairobi', 'checkin', $2, $2) RETURNING id",
            mother,
            START.date(),
        )
        for day in range(-3, 40):
            due = START + timedelta(days=day, hours=chance.randrange(24))
            await _contact(clinic, chance, mother, enrolment, START.date() + timedelta(days=day), due)
        for _ in range(chance.randrange(5)):
            await _case(clinic, chance, mother, START + timedelta(hours=chance.randrange(-48, 38 * 24)))
        for day in chance.sample(range(60), 4):
            await clinic.pool.execute(
                "INSERT INTO visit (mother_id, facility_id, kind, due_on, came_on, status, marked_by, marked_at) "
                "SELECT id, facility_id, 'clinic', $2, $3, $4, $5, $6 FROM mother WHERE id = $1",
                mother,
                START.date() + timedelta(days=day),
                START.date() + timedelta(days=day + 2) if chance.random() < 0.3 else None,
                chance.choice(["kept", "kept", "missed"]),
                clinic.mentor,
                START,
            )


async def _contact(
    clinic: Programme, chance: random.Random, mother: int, enrolment: int, day: date, due: datetime
) -> None:
    state, reason = chance.choice(
        [
            *[("queued", None)] * 6,
            ("done", None),
            ("skipped", "answered"),
            ("skipped", "slower_rhythm"),
            ("cancelled", "replanned"),
            ("planned", None),
        ]
    )
    reminder = await clinic.pool.fetchval(
        "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until, state, reason) "
        "VALUES ($1, $2, 'ask', $3, $4, $5, $6, $7) RETURNING id",
        enrolment,
        mother,
        day,
        due,
        due + HOUR,
        state,
        reason,
    )
    if state not in ("queued", "done"):
        return
    went = chance.choice(["sent", "delivered", "delivered", "failed", "unknown", "expired"])
    sent = went in ("sent", "delivered", "failed")
    await clinic.pool.execute(
        "INSERT INTO message (person_id, phone_id, mother_id, reminder_id, message_class, priority, template, language, "
        "created_at, not_before, valid_until, state, sent_at, replied_at) SELECT CASE WHEN $3 THEN $6 ELSE id END, "
        "phone_id, $1, $2, 'B', 50, 'checkin', 'en', $4, $4, $4, $5, $7, $8 FROM person WHERE id = $1",
        mother,
        reminder,
        state == "done",
        due,
        went,
        clinic.mentor,
        due if sent else None,
        due + HOUR if went == "delivered" and chance.random() < 0.5 else None,
    )


async def _case(clinic: Programme, chance: random.Random, mother: int, opened: datetime) -> None:
    case = await clinic.pool.fetchval(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, state, resolved_at, outcome) "
        "SELECT id, facility_id, 'silent', 'KE', 20, $3, $2, 'resolved', $2, 'made_up' FROM mother WHERE id = $1 RETURNING id",
        mother,
        opened,
        chance.choice(["red", "amber"]),
    )
    at = opened
    for what in chance.choice(
        [
            (),
            ("told",),
            ("told", "pass_on", "told", "going", "reached_coming"),
            ("told", "going", "not_reached", "told", "reached_problem", "came"),
            ("told", "reached_coming", "undo", "told", "going"),
            ("told", "going", "undo", "answered"),
            ("told", "going", "going", "came"),
            ("told", "answered"),
        ]
    ):
        at += timedelta(minutes=chance.randrange(1, 3000))
        await clinic.pool.execute(
            "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, $4, 0)",
            case,
            clinic.mentor,
            at,
            what,
        )


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def local_day(moment: datetime) -> date:
    return moment.astimezone(NAIROBI).date()


class Counted:
    """The same, one row at a time, in plain Python."""

    def __init__(self, rows: dict[str, list[Any]], risk: str | None) -> None:
        self.rows, self.risk = rows, risk
        self.home = {one["id"]: one["facility_id"] for one in rows["mother"]}

    def cases(self) -> list[dict[str, Any]]:
        found = []
        for case in self.rows["follow_up"]:
            if not FIRST <= local_day(case["opened_at"]) < UNTIL or self.risk not in (None, case["risk"]):
                continue
            log = [one for one in self.rows["follow_up_log"] if one["follow_up_id"] == case["id"]]
            said = [one for one in log if one["what"] in TAKES | {"pass_on", "undo"}]
            kept = [
                one
                for one, after in zip(said, [*said, None][1:], strict=True)
                if after is None or after["what"] != "undo"
            ]
            taken = [one["at"] for one in kept if one["what"] in TAKES]
            spoken = [one["at"] for one in kept if one["what"].startswith("reached_")]
            came = [one["at"] for one in log if one["what"] == "came"]
            found.append(
                {
                    "case": case,
                    "told": any(one["what"] == "told" for one in log),
                    "taken": min(taken) - case["opened_at"] if taken else None,
                    "reached": min(spoken + came) - case["opened_at"] if spoken + came else None,
                    "answered": any(one["what"] == "answered" for one in log),
                    "back": any(self._back(case, visit) for visit in self.rows["visit"]),
                }
            )
        return found

    def _back(self, case: Any, visit: Any) -> bool:
        day = visit["came_on"] or visit["due_on"]
        late = day - local_day(case["opened_at"])
        return visit["mother_id"] == case["mother_id"] and visit["status"] == "kept" and 0 <= late.days <= 28

    def funnel(self) -> list[Funnel]:
        weeks: dict[tuple[int, date], dict[str, int]] = {}

        def count(facility: int, day: date, **what: bool) -> None:
            week = weeks.setdefault((facility, monday(day)), {})
            for name, is_so in what.items():
                week[name] = week.get(name, 0) + int(is_so)

        for one in self.rows["reminder"]:
            day = local_day(one["due_at"])
            if (
                one["state"] in ("planned", "cancelled")
                or one["reason"] == "slower_rhythm"
                or not FIRST <= day < UNTIL
            ):
                continue
            hers = [
                text
                for text in self.rows["message"]
                if text["reminder_id"] == one["id"] and text["person_id"] == one["mother_id"]
            ]
            sent = [text for text in hers if text["sent_at"] is not None]
            count(
                self.home[one["mother_id"]],
                day,
                planned=True,
                texts=one["state"] == "queued",
                by_person=one["state"] == "done",
                left_out=one["state"] == "skipped",
                sent=bool(sent),
                delivered=any(text["state"] == "delivered" for text in sent),
                replied=any(text["replied_at"] is not None for text in sent),
            )
        for one in self.cases():
            count(
                one["case"]["facility_id"],
                local_day(one["case"]["opened_at"]),
                cases=True,
                told=one["told"],
                acknowledged=one["taken"] is not None,
                reached=one["reached"] is not None,
                answered_herself=one["answered"],
                came_back=one["back"],
            )
        return [Funnel(facility, week, **counts) for (facility, week), counts in sorted(weeks.items())]

    def times(self) -> list[Times]:
        found = []
        for facility in sorted({one["case"]["facility_id"] for one in self.cases()}):
            here = [one for one in self.cases() if one["case"]["facility_id"] == facility]
            taken = sorted(one["taken"] for one in here if one["taken"] is not None)
            reached = sorted(one["reached"] for one in here if one["reached"] is not None)
            found.append(
                Times(
                    facility,
                    len(taken),
                    *(self._least(taken, of_ten) for of_ten in (5, 9)),
                    len(reached),
                    *(self._least(reached, of_ten) for of_ten in (5, 9)),
                )
            )
        return found

    def _least(self, ordered: list[timedelta], of_ten: int) -> timedelta | None:
        """The least time that at least so many of ten are no longer than."""
        for place, one in enumerate(ordered, 1):
            if place * 10 >= of_ten * len(ordered):
                return one
        return None


async def test_measures_are_what_the_rows_say_one_by_one(clinic: Programme) -> None:
    other = await clinic.pool.fetchval(
        "INSERT INTO facility (name, country, time_zone, day_close_at) "
        "SELECT 'Hillside', country, time_zone, day_close_at FROM facility RETURNING id"
    )
    await history(clinic, other)
    rows = {table: await clinic.pool.fetch(statement) for table, statement in ROWS.items()}
    for risk in (None, "red"):
        counted = Counted(rows, risk)
        async with clinic.pool.acquire() as conn:
            found = await funnel(conn, [clinic.facility, other], FIRST, UNTIL, risk=risk)
            took = await times(conn, [clinic.facility, other], FIRST, UNTIL, risk=risk)
        assert found == counted.funnel()
        assert took == counted.times()
        assert len(found) == 10
        assert all(one.planned == one.texts + one.by_person + one.left_out for one in found)
        assert sum(one.cases for one in found) >= 5
        assert sum(one.came_back for one in found) > 0
        assert any(one.reach_median is not None for one in took)
    async with clinic.pool.acquire() as conn:
        only = await funnel(conn, [other], FIRST, UNTIL)
    assert {one.facility_id for one in only} == {other}
    lines = list(shown(only, [], FIRST))
    assert lines[0].split()[:2] == ["clinic", "week"]
    assert [line.split()[0] for line in lines[1:6]] == [str(other)] * 5
    assert lines[6:] == list(EXPLAINED)


def test_each_column_is_explained_below_the_table() -> None:
    explained = " ".join(EXPLAINED)
    assert [name for name, _ in COLUMNS[2:] if name not in explained] == []


def test_nothing_yet_is_said_so() -> None:
    assert list(shown([], [], FIRST)) == ["Nothing was planned and no case opened since 2026-03-02."]
    took = Times(3, 0, None, None, 0, None, None)
    assert "no time yet" in list(shown([Funnel(3, FIRST)], [took], FIRST))[-1]


async def test_a_clinics_weeks_are_found_by_an_index_however_long_its_history(clinic: Programme) -> None:
    """Neither the day's edge in its own zone nor a long history makes it read the whole table."""
    [mother] = await clinic.mothers(1)
    await clinic.pool.execute(
        """
        INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, state, opened_at, resolved_at)
        SELECT $1, $2, 'silent', 'KE', 40, 'red', 'resolved', t, t
        FROM generate_series('2021-01-01'::timestamptz, '2025-12-31', interval '6 hours') AS t
        """,
        mother,
        clinic.facility,
    )
    # Monday begins in Nairobi at 21:00 UTC of Sunday, and ends there as early.
    for at in ("2026-03-01T20:59Z", "2026-03-01T21:00Z", "2026-03-08T20:59Z", "2026-03-08T21:00Z"):
        await clinic.pool.execute(
            "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, state, opened_at, resolved_at) "
            "VALUES ($1, $2, 'silent', 'KE', 40, 'red', 'resolved', $3, $3)",
            mother,
            clinic.facility,
            datetime.fromisoformat(at),
        )
    await clinic.pool.execute("ANALYZE follow_up")
    async with clinic.pool.acquire() as conn:
        week = await funnel(conn, [clinic.facility], FIRST, FIRST + timedelta(days=7))
        plan = await conn.fetch(
            f"EXPLAIN {measures._CASES} {measures._TIMED}",
            [clinic.facility],
            FIRST,
            UNTIL,
            None,
            *measures._said(),
        )
    assert [one.cases for one in week] == [2]
    read = "\n".join(row[0] for row in plan)
    assert "ix_follow_up_facility_opened" in read
    assert "Seq Scan on follow_up f" not in read
