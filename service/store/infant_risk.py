"""A baby's risk as its mother's facts have it, kept on the baby; dates that hang on it are planned anew when it changes."""

from datetime import datetime

from scheduler.infant_risk import BirthFacts, infant_risk
from scheduler.localtime import local
from scheduler.types import HighRisk
from service.database import Connection


async def assess(conn: Connection, high: HighRisk, mother_id: int, now: datetime) -> None:
    """Note the risk of each living baby of a mother on treatment. Idempotent."""
    for row in await conn.fetch(_FACTS, mother_id):
        facts = BirthFacts(
            row["born_on"],
            row["art_started_on"],
            row["unsuppressed"],
            row["viral_load_on"],
            row["risk"],
            row["edd"],
        )
        risk = infant_risk(facts, high)
        if risk != row["risk"]:
            await conn.execute("UPDATE infant SET risk = $2 WHERE id = $1", row["id"], risk)
            await conn.execute(_PLAN_ANEW, row["id"], local(now, row["time_zone"]).date())


_FACTS = """
SELECT n.id, n.born_on, n.risk, m.art_started_on, m.unsuppressed, m.viral_load_on, f.time_zone,
    p.edd
FROM infant n JOIN mother m ON m.id = n.mother_id LEFT JOIN pregnancy p ON p.id = n.pregnancy_id JOIN facility f ON f.id = m.facility_id
WHERE n.mother_id = $1 AND n.status = 'alive' AND m.care = 'treatment' ORDER BY n.id
"""

_PLAN_ANEW = """
UPDATE enrolment SET revision = NULL, planned_through = NULL, next_on = $2
WHERE infant_id = $1 AND visit_id IS NULL AND state = 'active'
"""
