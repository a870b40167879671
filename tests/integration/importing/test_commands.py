"""`pamoja import` and `pamoja api-key`: the same as on the pages, with an exit code that tells."""

import asyncio
import io
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import httpx

from service.app import create_asgi
from service.cli import code_of
from service.dashboard.door.accounts import add_user
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.wiring import Services
from tests.integration.test_processes import environment

EMAIL = "grace@example.org"


def said(env: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The exit code and everything that a command printed, run as an operator would."""
    out = io.StringIO()
    with patch.dict(os.environ, env, clear=True), redirect_stdout(out), redirect_stderr(out):
        return code_of(arguments), out.getvalue()


async def run(services: Services, *arguments: object) -> tuple[int, str]:
    return await asyncio.to_thread(said, environment(services.settings), *map(str, arguments))


async def clinic(services: Services) -> int:
    now = await services.clocks.care.now()
    async with services.pool.acquire() as conn, conn.transaction():
        deps = services.deps()
        made = await add_facility(conn, deps, NewFacility("Kilele", "KE", "Africa/Nairobi"), now)
        sara = await add_staff(conn, deps, NewStaff("supervisor", "X", "+254700000003", made, "en"), now)
        await add_user(conn, services.sealer, services.index, EMAIL, "supervisor", sara)
        await add_user(conn, services.sealer, services.index, "me@example.org", "me", None)
    return made


async def test_a_file_is_tried_saved_and_answered_for(services: Services, tmp_path: Path) -> None:
    await clinic(services)
    today = (await services.clocks.care.now()).date()
    file, left = tmp_path / "register.csv", tmp_path / "left.csv"
    file.write_text(f"Client number,Last visit,Regimen\n1,{today},TLD\n2,,\n,,\n")
    status, text = await run(services, "import", file, "--dry-run")
    assert status == 1
    assert "Not read: Regimen." in text
    assert "Row 2, column Last visit: says that a visit was kept, and nobody answers for it." in text
    assert text.endswith(
        "Nothing was saved; there would be mothers: 1 new, 0 changed, 0 unchanged, 1 left out.\n"
    )
    status, text = await run(services, "import", file, "--as", EMAIL, "--result", left)
    assert (status, text.splitlines()[-1]) == (0, "Saved mothers: 2 new, 0 changed, 0 unchanged, 0 left out.")
    assert left.read_text(encoding="utf-8-sig").splitlines() == [
        "Client number,Last visit,Regimen,What to correct"
    ]
    assert (await run(services, "import", file, "--as", EMAIL))[1].splitlines()[-1] == (
        "Saved mothers: 0 new, 0 changed, 2 unchanged, 0 left out."
    )
    rows = await services.pool.fetch("SELECT who, why FROM audit WHERE what = 'imported' ORDER BY id")
    assert [row["who"].partition(" ")[0] for row in rows] == ["user", "user"]
    for wrong in ("me@example.org", "nobody@example.org"):
        assert (await run(services, "import", file, "--as", wrong))[0] == 2
    assert (await run(services, "import", tmp_path / "none.csv"))[0] == 2
    template = tmp_path / "appointments.xlsx"
    assert (await run(services, "import", template, "--template"))[0] == 0
    status, text = await run(services, "import", template)
    assert (status, text) == (0, "Saved appointments: 0 new, 0 changed, 0 unchanged, 0 left out.\n")
    assert (await run(services, "import", template, "--template"))[0] == 2


async def test_a_key_is_printed_once_and_taken_back(services: Services) -> None:
    made = await clinic(services)
    status, text = await run(
        services, "api-key", "make", made, "--may", "read", "--may", "write", "--note", "EMR"
    )
    key = text.splitlines()[-1]
    assert (status, key.startswith("pmj_")) == (0, True)
    transport = httpx.ASGITransport(create_asgi(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as other:

        async def asks() -> int:
            return (
                await other.get("/api/v1/follow-ups", headers={"Authorization": f"Bearer {key}"})
            ).status_code

        assert await asks() == 200
        listed = (await run(services, "api-key", "list"))[1]
        assert listed.startswith(f"{key[:12]}  facility {made}  read,write  last used ")
        assert key not in listed
        assert (await run(services, "api-key", "revoke", "pmj_00000000"))[0] == 2
        assert (await run(services, "api-key", "revoke", key[:12]))[0] == 0
        assert await asks() == 401
    assert (await run(services, "api-key", "make", made, "--may", "act"))[0] == 2
