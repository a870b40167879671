"""`pamoja why` as an operator runs it: in a process of its own, on a real database, naming a mother by her papers."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.store.mothers import Enrolled
from service.store.named import Named, mothers_named
from service.wiring import Services
from tests.integration.test_processes import environment

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
NAME = "Zawadi Kanari"


@pytest_asyncio.fixture(loop_scope="session")
async def mothers(services: Services) -> dict[str, int]:
    """Two clinics; two mothers share a form number, and one's form number is another's client number."""
    deps = services.deps()
    ids: dict[str, int] = {}
    async with services.pool.acquire() as conn, conn.transaction():
        riverside = await add_facility(conn, deps, NewFacility("Riverside", "KE", "Africa/Nairobi"), NOW)
        hillside = await add_facility(conn, deps, NewFacility("Hillside", "KE", "Africa/Nairobi"), NOW)
        mentor = await add_staff(conn, deps, NewStaff("mentor", NAME, "+254700000901", riverside, "en"), NOW)
        for place, (key, clinic, form, client) in enumerate(
            [
                ("one", riverside, "1042", None),
                ("client", riverside, "77", "1234500001"),
                ("twice", riverside, "88", None),
                ("again", riverside, "88", None),
                ("her_client_is_77", hillside, "5", "77"),
                ("her_form_is_77", hillside, "77", None),
            ]
        ):
            enrolled = Enrolled(clinic, mentor, "en", form, "hers", NOW.date(), client_number=client)
            number = f"+2547000009{place + 10}"
            ids[key] = await add_mother(conn, deps, NewMother(enrolled, number, NAME, "x", NOW), NOW)
    return {**ids, "riverside": riverside, "hillside": hillside}


async def found(services: Services, facility: str, number: str) -> list[int]:
    async with services.pool.acquire() as conn:
        return list(await mothers_named(conn, Named(facility=facility, number=number)))


async def test_papers_and_clinics_name_a_mother(services: Services, mothers: dict[str, int]) -> None:
    assert await found(services, "Riverside", "1042") == [mothers["one"]]
    assert await found(services, "riv", "1042") == [mothers["one"]]
    assert await found(services, str(mothers["riverside"]), "1042") == [mothers["one"]]
    assert await found(services, "Riverside", "1234500001") == [mothers["client"]]
    assert await found(services, "Riverside", "88") == [mothers["twice"], mothers["again"]]
    assert await found(services, "Hillside", "77") == [mothers["her_client_is_77"]]
    assert await found(services, str(mothers["hillside"]), "1042") == []
    assert await found(services, "side", "1042") == []


async def why(services: Services, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", "from service.cli import main; main()", "why", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment(services.settings),
    )


async def test_plain_lines_and_json(services: Services, mothers: dict[str, int]) -> None:
    plain = await why(services, "Riverside/1042")
    assert (plain.returncode, plain.stderr) == (0, "")
    first, *rest = plain.stdout.splitlines()
    assert first == f"Mother {mothers['one']}, clinic {mothers['riverside']}; times are Africa/Nairobi."
    assert any("Agreed to: sms" in line for line in rest)
    assert sum("-- now --" in line for line in rest) == 1
    assert "\x1b" not in plain.stdout
    given = json.loads((await why(services, str(mothers["one"]), "--json")).stdout)
    assert (given["schema"], given["mother"]["id"]) == (1, mothers["one"])
    assert [line["who"] for line in given["lines"] if line["kind"] == "record"] == ["the office"]
    assert NAME.split()[0] not in plain.stdout + json.dumps(given)
    assert await services.pool.fetchval("SELECT count(*) FROM audit WHERE what = 'record_opened'") == 2


@pytest.mark.parametrize(
    ("named", "code", "says"),
    [
        ("99999", 1, "No mother is named so"),
        ("Riverside/9", 1, "No mother is named so"),
        ("Riverside/88", 1, "Several mothers are named so"),
        ("+254700000910", 2, "shell's history"),
    ],
)
async def test_who_is_not_found_is_one_sentence(
    services: Services, mothers: dict[str, int], named: str, code: int, says: str
) -> None:
    done = await why(services, named)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert "700000910" not in done.stderr
    assert await services.pool.fetchval("SELECT count(*) FROM audit WHERE what = 'record_opened'") == 0
