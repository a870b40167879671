"""Many check-ins applied together mean exactly what each means alone."""

from typing import Any

from flows.events import CallRequested, CheckInAnswered
from service.apply import apply
from service.apply.together import all_fine
from service.database import Connection
from tests.integration.apply.clinic import Clinic

Said = list[tuple[CheckInAnswered, str]]

HERS, DOUBTED, PROVEN, SHARED_ASKED, SHARED, WRONG, NOBODYS = (f"+25470000081{n}" for n in range(7))


async def _everyone(clinic: Clinic) -> tuple[Said, list[int]]:
    """A number of each kind, every mother silent; what each says, and the mothers whose silence that ends."""
    hers = await clinic.mother(HERS)
    doubted = await clinic.mother(DOUBTED)
    proven = await clinic.mother(PROVEN)
    await clinic.run(
        "UPDATE phone SET trust = 'untrusted' WHERE id IN (SELECT phone_id FROM person WHERE id = ANY($1))",
        [doubted, proven],
    )
    asked = await clinic.mother(SHARED_ASKED, phone_use="shared")
    for number in (SHARED_ASKED, SHARED, SHARED):
        await clinic.mother(number, phone_use="shared")
    await clinic.ask(asked)
    wrong = await clinic.mother(WRONG)
    await clinic.run("UPDATE person SET hold = 'wrong_number' WHERE id = $1", wrong)
    await clinic.run(
        "UPDATE mother SET asked_at = $1, nudged_at = $1, silence_check_at = $1, undelivered = 1", clinic.now
    )
    numbers = (HERS, DOUBTED, PROVEN, SHARED_ASKED, SHARED, WRONG, NOBODYS)
    said = [(CheckInAnswered(proven if number == PROVEN else None), number) for number in numbers]
    return said, [hers, proven, asked]


async def _together(clinic: Clinic, conn: Connection, said: Said) -> None:
    origins = [(event, await clinic.origin(number)) for event, number in said]
    await all_fine(conn, origins, clinic.now, clinic.deps)


async def _one_by_one(clinic: Clinic, conn: Connection, said: Said) -> None:
    for event, number in said:
        await apply(conn, [event], await clinic.origin(number), clinic.now, clinic.deps)


async def _outcome(clinic: Clinic, way: Any, said: Said) -> list[Any]:
    """The rows it leaves; then it is rolled back."""
    async with clinic.pool.acquire() as conn:
        undone = conn.transaction()
        await undone.start()
        await way(clinic, conn, said)
        mothers = await conn.fetch("SELECT * FROM mother ORDER BY id")
        record = await conn.fetch(
            "SELECT at, kind, mother_id, staff_id, phone_id, data FROM event ORDER BY phone_id, mother_id"
        )
        questions = await conn.fetch("SELECT * FROM open_question ORDER BY phone_id")
        await undone.rollback()
        return [[dict(row) for row in rows] for rows in (mothers, record, questions)]


async def test_together_and_one_by_one_leave_the_same_rows(clinic: Clinic) -> None:
    said, heard = await _everyone(clinic)
    alone = await _outcome(clinic, _one_by_one, said)
    together = await _outcome(clinic, _together, said)
    assert together == alone
    mothers, record, questions = together
    assert questions == []
    assert [row["id"] for row in mothers if row["asked_at"] is None] == heard
    assert len(record) == len(said)


async def test_whoever_was_told_of_a_silence_is_told_that_she_answered(clinic: Clinic) -> None:
    for number in (HERS, SHARED):
        await clinic.happens(CallRequested(await clinic.mother(number)), number=number)
    await clinic.run("UPDATE follow_up SET cause = 'silent'")
    for row in await clinic.rows("SELECT id FROM follow_up"):
        await clinic.tell(row["id"], clinic.mentor)
    async with clinic.pool.acquire() as conn, conn.transaction():
        await _together(clinic, conn, [(CheckInAnswered(None), HERS), (CheckInAnswered(None), SHARED)])
    closed = await clinic.rows("SELECT DISTINCT state, outcome FROM follow_up")
    assert closed == [{"state": "resolved", "outcome": "answered"}]
    assert (await clinic.queued()).count("answered") == 2
