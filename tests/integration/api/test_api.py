"""The API: the same object changes nothing, another clinic's is not there, and a key does what it may and no more."""

import asyncio
from datetime import timedelta
from http import HTTPStatus

import httpx
import pytest
from asyncpg import Record

from service.api import entering
from service.api.keys import key_shown, revoke_key
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.importing.saving import lock_facilities
from tests.integration.api.conftest import key_of, system
from tests.integration.importing.kit import digests
from tests.integration.simulator.town import NOW, Town

TODAY = NOW.date()
MOTHER = {
    "client_number": "A-17",
    "due_date": str(TODAY + timedelta(days=90)),
    "phone_number": "+254700000321",
}
DAY = {"client_number": "A-17", "date": str(TODAY + timedelta(days=8)), "kind": "refill"}


async def entered(to: httpx.AsyncClient, what: str, **fields: object) -> httpx.Response:
    return await to.post(f"/api/v1/{what}", json=fields)


async def test_a_mother_and_her_days_are_entered_once_however_often_they_are_sent(
    town: Town, register: httpx.AsyncClient
) -> None:
    first = await entered(register, "enrolments", **MOTHER)
    assert (first.status_code, first.json()) == (
        200,
        {"client_number": "A-17", "outcome": "new", "notes": []},
    )
    assert (await entered(register, "appointments", **DAY)).json()["outcome"] == "new"
    async with town.services.pool.acquire() as conn:
        before = await digests(conn)
        for what, fields in (("enrolments", MOTHER), ("appointments", DAY)):
            assert (await entered(register, what, **fields)).json()["outcome"] == "unchanged"
        assert await digests(conn) == before
    listed = (await register.get("/api/v1/appointments", params={"day": DAY["date"]})).json()
    assert [{**one, "id": 0} for one in listed["appointments"]] == [
        {
            "id": 0,
            "client_number": "A-17",
            "kind": "refill",
            "baby": None,
            "date": DAY["date"],
            "status": "expected",
        }
    ]
    assert not listed["more"]
    differs = (await entered(register, "enrolments", **{**MOTHER, "due_date": str(TODAY)})).json()
    assert (differs["outcome"], [one["field"] for one in differs["notes"]]) == ("unchanged", ["due_date"])
    mother = await mother_of(town, "A-17")
    assert (mother["set_up_at"], mother["phone_use"]) == (None, "none")
    assert await town.services.pool.fetchval("SELECT count(*) FROM message") == 0


async def test_parallel_requests_for_the_same_number_make_one(
    town: Town, register: httpx.AsyncClient
) -> None:
    answers = await asyncio.gather(*(entered(register, "enrolments", **MOTHER) for _ in range(8)))
    assert sorted(one.json()["outcome"] for one in answers) == ["new", *["unchanged"] * 7]
    days = await asyncio.gather(*(entered(register, "appointments", **DAY) for _ in range(8)))
    assert sorted(one.json()["outcome"] for one in days) == ["new", *["unchanged"] * 7]
    assert await town.services.pool.fetchval("SELECT count(*) FROM mother WHERE client_number = 'A-17'") == 1


async def test_what_is_wrong_is_said_field_by_field_and_never_repeated(register: httpx.AsyncClient) -> None:
    answer = await entered(
        register, "enrolments", **{**MOTHER, "phone_number": "0700 12", "language": "Klingon"}
    )
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert (answer.status_code, said["status"], said["title"]) == (422, 422, HTTPStatus(422).phrase)
    assert {one["field"] for one in said["errors"]} == {"phone_number", "language"}
    assert "0700 12" not in answer.text
    shapes = await entered(
        register, "enrolments", client_number="Amina", viral_load="1000", due_date="31/12/2026"
    )
    assert {one["field"]: one["message"] for one in shapes.json()["errors"]} == {
        "client_number": shapes.json()["errors"][0]["message"],
        "due_date": "Is not a date: write it as 2026-02-28.",
        "viral_load": "Is not read, and not kept: leave it out.",
    }
    assert "Amina" not in shapes.text
    unknown = await entered(register, "appointments", client_number="Z-1", date=str(TODAY))
    assert unknown.json()["errors"][0]["message"].startswith("is not known at this clinic.")
    for content in (b"{", b"[]", b'"x"', b"\xff"):
        answer = await register.post("/api/v1/enrolments", content=content)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (await register.post("/api/v1/enrolments", content=b" " * 20_000)).status_code == 413
    missing = await register.get("/api/v1/nothing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")


async def test_another_clinics_mothers_and_work_are_not_there(
    town: Town, register: httpx.AsyncClient
) -> None:
    deps = town.services.deps()
    async with town.services.pool.acquire() as conn, conn.transaction():
        other = await add_facility(conn, deps, NewFacility("Hillside", "KE", "Africa/Nairobi"), NOW)
        nurse = await add_staff(conn, deps, NewStaff("nurse", "X", "+254700000044", other, "en"), NOW)
    work = await follow_up(town)
    await entered(register, "enrolments", **MOTHER)
    await entered(register, "appointments", **DAY)
    _, key = await key_of(town, "read", "write", "act", facility=other, staff_id=nurse)
    async with system(town, key) as theirs:
        assert (await theirs.get("/api/v1/follow-ups")).json()["follow_ups"] == []
        assert (await theirs.get(f"/api/v1/follow-ups/{work}")).status_code == 404
        answer = await theirs.post(f"/api/v1/follow-ups/{work}/answers", json={"action": "going"})
        assert answer.status_code == 404
        assert (await theirs.get("/api/v1/appointments", params={"day": DAY["date"]})).json()[
            "appointments"
        ] == []
        assert (await entered(theirs, "appointments", **DAY)).status_code == 422
        # The same number at their own clinic is somebody else.
        assert (await entered(theirs, "enrolments", **MOTHER)).json()["outcome"] == "new"
    assert await town.services.pool.fetchval("SELECT count(*) FROM mother WHERE client_number = 'A-17'") == 2
    assert await town.services.pool.fetchval("SELECT state FROM follow_up WHERE id = $1", work) == "open"


async def test_a_follow_up_is_read_and_answered_as_a_mentor_would(
    town: Town, register: httpx.AsyncClient
) -> None:
    work = await follow_up(town)
    listed = (await register.get("/api/v1/follow-ups")).json()["follow_ups"]
    assert [(one["id"], one["reason"], one["state"]) for one in listed] == [(work, "Asks for a call", "open")]
    # While somebody worries about her safety, no other system reads of her work, whatever it is about.
    hidden = await follow_up(town, cause="safety")
    assert (await register.get("/api/v1/follow-ups")).json()["follow_ups"] == []
    for one in (work, hidden):
        assert (await register.get(f"/api/v1/follow-ups/{one}")).status_code == 404
        assert (
            await register.post(f"/api/v1/follow-ups/{one}/answers", json={"action": "going"})
        ).status_code == 404
    await town.services.pool.execute("DELETE FROM follow_up WHERE id = $1", hidden)
    answer = await register.post(f"/api/v1/follow-ups/{work}/answers", json={"action": "going"})
    assert (answer.status_code, answer.json()["state"]) == (200, "acknowledged")
    row = await town.services.pool.fetchrow(
        "SELECT owner_id, acknowledged_at FROM follow_up WHERE id = $1", work
    )
    assert (row["owner_id"], row["acknowledged_at"]) == (town.supervisor, NOW)
    # A death is not final because another system says so: her texts are held, and a person confirms it.
    await register.post(f"/api/v1/follow-ups/{work}/answers", json={"action": "died"})
    assert await town.services.pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mother) == "dead"
    waits = "SELECT count(*) FROM follow_up WHERE mother_id = $1 AND hold_by_code = 'dead' AND state <> 'resolved'"
    assert await town.services.pool.fetchval(waits, town.mother) > 0
    await register.post(f"/api/v1/follow-ups/{work}/answers", json={"action": "undo"})
    assert await town.services.pool.fetchval("SELECT hold FROM person WHERE id = $1", town.mother) is None


async def test_a_key_does_what_it_may_until_it_is_taken_back(town: Town) -> None:
    wall = await town.services.clocks.wall.now()
    reading, read = await key_of(town, "read", staff_id=None)
    _, written = await key_of(town, "write", staff_id=None)
    work = await follow_up(town)
    async with system(town, read) as reader, system(town, written) as writer:
        assert (await reader.get("/api/v1/follow-ups")).status_code == 200
        assert (await entered(reader, "enrolments", **MOTHER)).status_code == 403
        assert (await writer.get("/api/v1/follow-ups")).status_code == 403
        assert (await entered(writer, "enrolments", **MOTHER)).status_code == 200
        for key in (reader, writer):
            answer = await key.post(f"/api/v1/follow-ups/{work}/answers", json={"action": "going"})
            assert answer.status_code == 403
        # Nobody answers for what this key would say to have been seen.
        unseen = await entered(writer, "appointments", **{**DAY, "date": str(TODAY), "status": "missed"})
        assert unseen.json()["errors"][0]["field"] == "status"
        async with town.services.pool.acquire() as conn:
            assert await revoke_key(conn, reading, wall)
            assert not await revoke_key(conn, reading, wall)
        gone = await reader.get("/api/v1/follow-ups")
        assert (gone.status_code, gone.headers["www-authenticate"]) == (401, "Bearer")
    async with town.client() as stranger:
        for header in ({}, {"Authorization": f"Basic {written}"}, {"Authorization": f"Bearer {written}x"}):
            assert (await stranger.get("/api/v1/follow-ups", headers=header)).status_code == 401
    kept = str(await town.services.pool.fetch("SELECT * FROM api_key"))
    assert written.rpartition("_")[2] not in kept


async def test_a_key_waits_when_it_asked_too_often_and_ends_with_whoever_answers_for_it(town: Town) -> None:
    _, key = await key_of(town, "read", per_minute=3)
    wall = (await town.services.clocks.wall.now()).replace(second=10)
    shown = [await key_shown(town.services.pool, key, wall + timedelta(seconds=n)) for n in range(4)]
    assert [one is not None and one.too_many for one in shown] == [False, False, False, True]
    later = await key_shown(town.services.pool, key, wall + timedelta(minutes=1))
    assert later is not None
    assert not later.too_many
    await town.services.pool.execute("UPDATE person SET hold = 'revoked' WHERE id = $1", town.supervisor)
    assert await key_shown(town.services.pool, key, wall + timedelta(minutes=2)) is None


async def test_it_describes_itself_without_a_key_and_the_webhooks_are_not_in_it(town: Town) -> None:
    async with town.client() as stranger:
        described = (await stranger.get("/api/v1/openapi.json")).json()
        page = await stranger.get("/api/docs")
    assert set(described["paths"]) == {
        "/v1/enrolments", "/v1/appointments", "/v1/follow-ups", "/v1/follow-ups/{follow_up_id}",
        "/v1/follow-ups/{follow_up_id}/answers",
    }  # fmt: skip
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "POST /api/v1/enrolments" in page.text
    assert "hooks" not in page.text


async def mother_of(town: Town, client: str) -> Record:
    return await town.services.pool.fetchrow("SELECT * FROM mother WHERE client_number = $1", client)


async def follow_up(town: Town, cause: str = "call_requested") -> int:
    found: int = await town.services.pool.fetchval(
        "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at) "
        "VALUES ($1, $2, $3, 'KE', 5, 'green', $4, $5) RETURNING id",
        town.mother, town.facility, cause, NOW, NOW + timedelta(hours=1),
    )  # fmt: skip
    return found


async def test_it_asks_to_come_again_while_a_file_of_the_clinic_is_saved(
    town: Town, register: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "WAIT", "50ms")
    async with town.services.pool.acquire() as conn, conn.transaction():
        await lock_facilities(conn, [town.facility])
        answer = await entered(register, "enrolments", **MOTHER)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await entered(register, "enrolments", **MOTHER)).json()["outcome"] == "new"


async def test_a_number_that_a_page_writes_for_somebody_at_this_moment_is_hers(
    town: Town, register: httpx.AsyncClient
) -> None:
    async with town.services.pool.acquire() as conn:
        written = conn.transaction()
        await written.start()
        await conn.execute(
            "UPDATE mother SET client_number = $2 WHERE id = $1", town.mother, MOTHER["client_number"]
        )
        entering_her = asyncio.create_task(entered(register, "enrolments", **MOTHER))
        while not await conn.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not entering_her.done()
        await written.commit()
    answer = await entering_her
    assert answer.status_code in (200, 201), answer.text
    assert answer.json()["outcome"] != "new"
