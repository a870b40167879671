"""The made-up people as the simulator shows them: numbers, PINs and habits, which no other page may know."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from scheduler.localtime import local
from service.database import Connection
from service.store.risk_facts import risks
from service.wiring import Services

BY_A_VISITOR: Final = "visitor"
"""The behaviour of somebody enrolled in the running demo: she does what the visitor does."""

WEEK: Final = 7
TERM_WEEKS: Final = 40
ROLES: Final = ("mother", "mentor", "supervisor", "nurse")


async def people(conn: Connection, services: Services) -> list[dict[str, Any]]:
    """Everybody, mothers first, each by id: what `GET /simulator/people` answers.

    ``code`` is a mother's case code with her mentor, None for staff; ``stage`` says how far a pregnancy
    is or how old her youngest baby (None for staff); ``msisdn`` is None for whoever has no phone with us.
    """
    rows = await conn.fetch(_PEOPLE)
    now = await services.clocks.care.now()
    mothers = [row["id"] for row in rows if row["kind"] == "mother"]
    graded = await risks(conn, mothers, now)
    numbers = {row["id"]: _number(services, row) for row in rows}
    listed = sorted(rows, key=lambda row: (ROLES.index(row["kind"]), row["id"]))
    return [_told(services, row, numbers, graded, local(now, row["time_zone"]).date()) for row in listed]


def _told(
    services: Services, row: Any, numbers: Mapping[int, str | None], graded: Mapping[int, str], today: date
) -> dict[str, Any]:
    is_mother = row["kind"] == "mother"
    sealed = row["pin"]
    pin = None
    if sealed is not None:
        pin = services.sealer.open(sealed, table="simulator_person", column="pin", row=row["id"])
    return {
        "role": row["kind"],
        "msisdn": numbers[row["id"]],
        "code": str(row["code"]) if row["code"] is not None else None,
        "language": row["language"],
        "stage": _stage(row, today) if is_mother else None,
        "pin": pin,
        "facility": row["facility"],
        "mentor": numbers.get(row["mentor_id"]),
        "risk": graded.get(row["id"]) if is_mother else None,
        "behaviour": row["behaviour"] or BY_A_VISITOR,
    }


def _stage(row: Any, today: date) -> str:
    """Pregnant with the completed weeks, or the age of the youngest baby who lives; a loss is named as that."""
    if row["edd"] is not None:
        week = TERM_WEEKS - (row["edd"] - today).days // WEEK
        return f"pregnant, week {max(1, min(week, TERM_WEEKS + 2))}"
    born: Sequence[date] = row["born"] or ()
    if not born:
        return "bereaved" if row["lost"] else "no pregnancy"
    days = (today - max(born)).days
    age = f"{days // WEEK} weeks" if days < 12 * WEEK else f"{days * 12 // 365} months"
    return f"{'twins' if born.count(max(born)) > 1 else 'baby'}, {age}"


def _number(services: Services, row: Any) -> str | None:
    if row["number"] is None:
        return None
    return services.sealer.open(row["number"], table="phone", column="number", row=row["phone_id"])


_PEOPLE = """
SELECT p.id, p.kind, p.language, p.phone_id, t.number, s.pin, s.behaviour, m.mentor_id, f.name AS facility,
    f.time_zone, c.code, g.edd, i.born, i.lost
FROM person p
LEFT JOIN mother m ON m.id = p.id
LEFT JOIN staff w ON w.id = p.id
JOIN facility f ON f.id = coalesce(m.facility_id, w.facility_id)
LEFT JOIN phone t ON t.id = p.phone_id
LEFT JOIN simulator_person s ON s.person_id = p.id
LEFT JOIN case_code c ON c.mother_id = p.id AND c.staff_id = m.mentor_id
LEFT JOIN pregnancy g ON g.mother_id = p.id AND g.status = 'ongoing'
LEFT JOIN LATERAL (
    SELECT array_agg(born_on ORDER BY id) FILTER (WHERE status = 'alive') AS born,
        coalesce(bool_or(status = 'died'), false) AS lost
    FROM infant WHERE mother_id = p.id
) i ON true
"""
