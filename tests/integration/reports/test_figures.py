"""Every figure agrees, to the last digit, with what is counted by hand from all rows, whoever asks for whichever days."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest_asyncio

from service.reports.indicators import SOURCES
from service.reports.money import Price
from service.reports.report import Report, report, shares
from service.reports.scope import Scope, days, month, over, quarter
from tests.integration.reports.by_hand import ByHand, everything
from tests.integration.reports.made_up import NOW, History
from tests.integration.store.conftest import a_clinic

PRICE = Price(Decimal("0.80"), "KES")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lived(store_database: str) -> Any:
    """A history, its clinics and all its rows."""
    async with a_clinic(store_database) as clinic:
        facilities = await History(clinic, 7).live(70)
        yield clinic, facilities, await everything(clinic.pool)


def agree(found: Report, by_hand: ByHand) -> None:
    """Every count, time and sum of the report is the same by hand."""
    assert set(found.counts) == set(SOURCES)
    for source, counts in found.counts.items():
        rows = {key: sums for key, sums in counts.by(*counts.known).items() if any(sums.values())}
        assert rows == by_hand.sources[source], source
    everywhere, *clinics = found.times
    assert _parts(everywhere) == by_hand.times(None)
    assert [_parts(one) for one in clinics] == [by_hand.times(one.facility_id) for one in clinics]
    assert {one.facility_id for one in clinics} == {one[0] for one in by_hand.to_reach}
    assert {one["mentor_id"]: one["open"] for one in found.load} == by_hand.load()
    texts, reached = by_hand.texts_sent(), len(by_hand.reached_mothers)
    assert (found.cost.texts, found.cost.reached) == (texts, reached)
    assert found.cost.total == Decimal(texts * 8) / 10
    assert found.cost.each == (round(Decimal(texts * 8) / 10 / reached, 2) if reached else None)


def _parts(times: Any) -> tuple[Any, ...]:
    return (
        times.facility_id,
        times.cases,
        times.acknowledged,
        times.acknowledge_median,
        times.acknowledge_90,
        times.reached,
        times.reach_median,
        times.reach_90,
        times.within,
    )


async def test_every_figure_is_the_same_by_hand(lived: Any) -> None:
    clinic, facilities, rows = lived
    mentors = sorted({one["mentor_id"] for one in rows["mother"] if one["mentor_id"]})
    asked = [
        over(facilities, month("2026-10")),
        over(facilities, month("2026-11")),
        over(facilities, quarter("2026-Q3")),
        over(facilities, days("2026-09-30", "2026-10-01")),
        over(facilities, days("2024-11-01", "2026-11-23")),
        over(facilities, days("2024-06-30", "2025-07-01")),
        *(over([one], quarter("2026-Q4")) for one in facilities),
        *(over(facilities, quarter("2026-Q4"), mentor) for mentor in mentors[:4]),
        over([], month("2026-10")),
    ]
    sums: dict[str, int] = {}
    for scope in asked:
        async with clinic.pool.acquire() as conn:
            found = await report(conn, scope, NOW, PRICE)
        agree(found, ByHand(rows, scope, NOW))
        for source, counts in found.counts.items():
            for name, count in (counts.total() or {}).items():
                sums[f"{source}.{name}"] = sums.get(f"{source}.{name}", 0) + count
    # The history holds every case there is to count: a figure that is nothing everywhere would agree for nothing.
    assert " ".join(name for name, count in sums.items() if count == 0) == ""


async def test_figures_add_up_whichever_way_they_are_told_apart(lived: Any) -> None:
    clinic, facilities, _ = lived
    async with clinic.pool.acquire() as conn:
        found = await report(conn, over(facilities, quarter("2026-Q4")), NOW)
    for indicator in shares():
        whole = found.figure(indicator)
        assert whole is not None
        assert whole.n <= whole.d, indicator.id
        assert (whole.percent is None) == (whole.d == 0)
        parts = [found.figure(indicator, {"facility_id": one}) for one in facilities]
        assert sum(one.n for one in parts if one) == whole.n
        assert sum(one.d for one in parts if one) == whole.d
        assert indicator.by[0] == "facility_id"
        if "mentor_id" not in indicator.by:
            assert found.figure(indicator, {"mentor_id": clinic.mentor}) is None
    for name, parts in (
        ("contacts.planned", ("texts", "by_person", "left_out")),
        ("contacts.sent", ("replied", "silent")),
        ("tested_2_months.babies", ("tested", "died", "moved", "untested")),
        ("outcomes.babies", ("known", "not_known")),
        ("outcomes.babies", ("closed", "open")),
        ("retention.followed", ("retained", "died", "forgotten", "not_seen")),
        ("visits.expected", ("kept", "missed", "unknown", "not_marked")),
    ):
        source = name.partition(".")[0]
        assert found.count(name, {}) == sum(found.count(f"{source}.{part}", {}) or 0 for part in parts)


async def test_a_report_asks_the_database_as_often_for_three_clinics_as_for_one(lived: Any) -> None:
    clinic, facilities, _ = lived
    asked: list[int] = []
    for scope in (over(facilities[:1], month("2020-10")), over(facilities, quarter("2026-Q4"))):
        async with clinic.pool.acquire() as conn:
            seen: list[str] = []
            conn.add_query_logger(lambda record, seen=seen: seen.append(record.query))
            await report(conn, scope, NOW)
            asked.append(len(seen))
    assert asked[0] == asked[1]
    assert asked[1] < 25


async def test_a_clinics_days_are_found_by_an_index_however_long_its_history(lived: Any) -> None:
    clinic, facilities, _ = lived
    scope = Scope((facilities[0],), date(2026, 3, 2), date(2026, 3, 9))
    mother = await clinic.pool.fetchval("SELECT min(id) FROM mother")
    async with clinic.pool.acquire() as conn:
        change = conn.transaction()
        await change.start()
        await conn.execute(
            """
            INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, state, opened_at, resolved_at)
            SELECT $1, $2, 'silent', 'KE', 40, 'red', 'resolved', t, t
            FROM generate_series('2021-01-01'::timestamptz, '2025-12-31', interval '6 hours') AS t
            """,
            mother,
            facilities[0],
        )
        # Monday begins in Nairobi at 21:00 UTC of Sunday, and ends there as early.
        for at in ("2026-03-01T20:59Z", "2026-03-01T21:00Z", "2026-03-08T20:59Z", "2026-03-08T21:00Z"):
            await conn.execute(
                "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, state, opened_at, resolved_at) "
                "VALUES ($1, $2, 'silent', 'KE', 40, 'red', 'resolved', $3::text::timestamptz, $3::text::timestamptz)",
                mother,
                facilities[0],
                at,
            )
        await conn.execute("ANALYZE follow_up")
        from service.reports import loop

        assert (await loop.cases(conn, scope)).total() is not None
        week = (await loop.cases(conn, scope)).by("week")
        plan = await conn.fetch(
            f"EXPLAIN {loop.CASES_OF} {loop._TIMED}", *scope.asked, None, *loop.said_words(), list(loop.BINS)
        )
        await change.rollback()
    assert {key: sums["cases"] for key, sums in week.items()} == {(date(2026, 3, 2),): 2}
    read = "\n".join(row[0] for row in plan)
    assert "ix_follow_up_facility_opened" in read
    assert "Seq Scan on follow_up f" not in read
