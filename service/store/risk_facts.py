"""What is known of each mother's risk, read in one query and judged by ``scheduler.risk``."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from scheduler.localtime import local
from scheduler.risk import RiskFacts, risk
from scheduler.types import Risk
from service.database import Connection


async def risks(conn: Connection, mother_ids: Sequence[int], now: datetime) -> Mapping[int, Risk]:
    """The risk today, on her local date, of each of these mothers."""
    if not mother_ids:
        return {}
    rows = await conn.fetch(_FACTS, list(mother_ids))
    return {row["id"]: risk_of(row, local(now, row["time_zone"]).date()) for row in rows}


def risk_of(row: Any, today: date) -> Risk:
    """Her risk from a row that has the columns of ``RiskFacts``."""
    return risk(
        RiskFacts(
            art_started_on=row["art_started_on"],
            unsuppressed=row["unsuppressed"],
            edd=row["edd"],
            last_birth_on=row["last_birth_on"],
            infant_born_on=row["infant_born_on"],
            under_20=row["under_20"],
            result_waiting=row["result_waiting"],
            run_out_on=row["run_out_on"],
        ),
        today,
    )


_FACTS = """
SELECT m.id, f.time_zone, m.art_started_on, m.unsuppressed, m.under_20, m.result_waiting, m.run_out_on,
    (SELECT p.edd FROM pregnancy p WHERE p.mother_id = m.id AND p.status = 'ongoing') AS edd,
    (SELECT greatest(
        (SELECT max(p.ended_on) FROM pregnancy p WHERE p.mother_id = m.id AND p.status = 'born'),
        (SELECT max(i.born_on) FROM infant i WHERE i.mother_id = m.id))) AS last_birth_on,
    (SELECT max(i.born_on) FROM infant i WHERE i.mother_id = m.id AND i.status = 'alive') AS infant_born_on
FROM mother m JOIN facility f ON f.id = m.facility_id
WHERE m.id = ANY($1::bigint[])
"""
