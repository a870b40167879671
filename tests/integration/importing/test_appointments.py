"""An appointment book: without a witness nothing is missed, what somebody saw stays, the past opens nothing."""

from datetime import date, timedelta

import pytest

from tests.integration.apply.clinic import Clinic
from tests.integration.importing.kit import digests
from tests.integration.importing.test_mothers import check, said, save


async def book(clinic: Clinic, *rows: tuple[int, str, str]) -> str:
    """Rows of (days from today, kind, status) of mother 1."""
    lines = [f"1,{clinic.today + timedelta(days=days)},{kind},{status}" for days, kind, status in rows]
    return "\n".join(["Client number,Date,Kind,Status", *lines])


async def visits(clinic: Clinic) -> dict[tuple[str, date], str]:
    found = await clinic.rows("SELECT kind, due_on, status FROM visit WHERE target IS NULL")
    return {(one["kind"], one["due_on"]): one["status"] for one in found}


@pytest.fixture
def days(clinic: Clinic) -> dict[int, date]:
    return {n: clinic.today + timedelta(days=n) for n in range(-400, 60)}


async def test_each_status_does_what_a_mentors_own_entry_does(clinic: Clinic, days: dict[int, date]) -> None:
    await save(clinic, "Client number,Due date\n1,2027-01-20\n")
    content = await book(
        clinic, (-300, "clinic", "missed"), (-200, "clinic", "kept"), (-90, "", "expected"), (-5, "clinic", "missed"),
        (0, "clinic", "expected"), (20, "refill", ""), (-3, "refill", "kept"), (-2, "refill", "cancelled"),
    )  # fmt: skip
    saved = await save(clinic, content)
    assert (saved.counts.new, saved.counts.unchanged, said(saved)) == (7, 1, [])
    assert await visits(clinic) == {
        ("clinic", days[-300]): "missed",
        ("clinic", days[-200]): "kept",
        ("clinic", days[-90]): "unknown",
        ("clinic", days[-5]): "missed",
        ("clinic", days[0]): "expected",
        ("refill", days[20]): "expected",
        ("refill", days[-3]): "kept",
    }
    marked = await clinic.rows("SELECT DISTINCT marked_by FROM visit WHERE status IN ('kept', 'missed')")
    assert [one["marked_by"] for one in marked] == [clinic.supervisor]
    # She is expected again already, so no missed day of hers is asked about; only days to come wait for their close.
    assert await clinic.one("SELECT count(*) FROM enrolment WHERE schedule = 'missed_visit'") == 0
    assert await clinic.one("SELECT min(day) FROM site_day") == days[0]
    assert await clinic.follow_ups() == []
    async with clinic.pool.acquire() as conn:
        before = await digests(conn)
        assert (await save(clinic, content)).counts.unchanged == 8
        assert await digests(conn) == before


async def test_a_recent_missed_day_that_nothing_followed_begins_what_follows_a_missed_visit(
    clinic: Clinic,
) -> None:
    await save(clinic, "Client number\n1\n")
    await save(clinic, await book(clinic, (-4, "clinic", "missed")))
    assert await clinic.one("SELECT state FROM enrolment WHERE schedule = 'missed_visit'") == "active"
    assert (await clinic.rows("SELECT count(*) FROM site_day"))[0]["count"] == 0


async def test_what_is_known_moves_only_with_a_witness_and_never_against_one(
    clinic: Clinic, days: dict[int, date]
) -> None:
    await save(clinic, "Client number\n1\n")
    await save(
        clinic,
        await book(clinic, (0, "clinic", ""), (7, "clinic", ""), (14, "refill", ""), (21, "clinic", "")),
    )
    changed = await save(clinic, await book(clinic, (0, "clinic", "kept"), (14, "refill", "cancelled")))
    assert changed.counts.changed == 2
    other = await check(
        clinic, await book(clinic, (0, "clinic", "missed"), (14, "refill", ""), (7, "clinic", "kept"))
    )
    assert [one.partition(":")[0] for one in said(other)] == [
        "Row 2, column Status", "Row 3, column Status", "Row 4, column Status",
    ]  # fmt: skip
    assert (other.counts.unchanged, other.counts.wrong) == (2, 1)
    assert await visits(clinic) == {
        ("clinic", days[0]): "kept",
        ("clinic", days[7]): "expected",
        ("refill", days[14]): "cancelled",
        ("clinic", days[21]): "expected",
    }


async def test_rows_that_cannot_be_say_why(clinic: Clinic) -> None:
    await save(clinic, "Client number,Birth date,Babies\n1,2026-09-01,\n2,2026-09-01,2\n3,,\n")
    dry = await check(
        clinic,
        "Client number,Date,Kind,Status,Baby\n"
        "1,2026-12-01,infant test,,\n2,2026-12-01,infant test,,\n2,2026-12-01,infant test,,2\n3,2026-12-01,infant test,,\n"
        "44,2026-12-01,,,\n1,,,,\n1,2026-12-02,clinic,,1\n1,2026-12-03,party,,\n1,2026-12-04,,,\n1,2026-12-04,,cancelled,\n"
        "1,2026-12-04,,expected,\n",
    )
    assert said(dry) == [
        "Row 3, column Baby: is empty, and she has twins. Write 1 or 2.",
        "Row 5, column Baby: is not known here. Note the birth on her page first.",
        "Row 6, column Client number: is not known at this clinic. Import her as a mother first.",
        "Row 7, column Date: is empty. Write the day as 2026-02-28.",
        "Row 8, column Baby: is only for an infant test. Leave it empty.",
        "Row 9, column Kind: party is not understood. Write clinic, refill or infant test.",
        "Row 11, column Status: says something else than row 10 of the same day. Keep one of them.",
        "Row 12: This day stands in row 10 already.",
    ]
    assert (dry.counts.new, dry.counts.unchanged, dry.counts.wrong) == (3, 1, 7)
