"""What the verified person's own screens may know, loaded once their PIN was given."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from scheduler.types import Country
from service.database import Connection
from service.security.sealing import Sealer
from service.ussd import mother_facts, staff_facts
from service.ussd.wanted import Wanted

Own = MotherFacts | StaffFacts


async def load_own(
    connection: Connection,
    sealer: Sealer,
    wanted: Sequence[Wanted],
    now: datetime,
    countries: Mapping[str, Country],
) -> Mapping[int, Own]:
    """Return each person's own facts by person id; a person who is gone is left out."""
    mothers = [w for w in wanted if w.kind == "mother"]
    own: dict[int, Own] = dict(await mother_facts.mothers(connection, mothers, now)) if mothers else {}
    for person in wanted:
        if (
            person.kind != "mother"
            and (facts := await staff_facts.staff(connection, sealer, person, now, countries)) is not None
        ):
            own[person.person_id] = facts
    return own
