"""People and the audit from the terminal: the first administrator, somebody locked out, and a line that was changed."""

import asyncio
import io
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from service.cli import code_of
from service.dashboard.door.passwords import enter_by_code
from service.dashboard.door.sign_in import user_of
from service.wiring import Services
from tests.integration.test_processes import environment

LINK = r"http://127\.0\.0\.1:8000/login#([\w-]{43})\n"
EMAIL = "Grace@Example.org"


def said(env: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The exit code and everything that a command printed, run as an operator would."""
    out = io.StringIO()
    with patch.dict(os.environ, env, clear=True), redirect_stdout(out), redirect_stderr(out):
        return code_of(arguments), out.getvalue()


async def run(services: Services, *arguments: str) -> tuple[int, str]:
    return await asyncio.to_thread(said, environment(services.settings), *arguments)


def code_in(text: str) -> str:
    found = re.search(LINK, text)
    assert found is not None, text
    return found[1]


async def enter(services: Services, code: str) -> str:
    now = await services.clocks.wall.now()
    return (await enter_by_code(services, code, "127.0.0.1", now, lenient=True)).token


async def test_somebody_is_added_reset_and_removed_with_a_line_each(services: Services) -> None:
    now = await services.clocks.wall.now()
    first = code_in((await run(services, "user", "add", EMAIL, "--role", "administrator"))[1])
    token = await enter(services, first)
    assert token
    status, text = await run(services, "user", "remove", EMAIL)
    assert (status, "make another one first" in text) == (1, True)
    again = code_in((await run(services, "user", "reset", EMAIL.lower()))[1])
    assert await user_of(services.pool, token, now) is None
    assert await enter(services, first) == ""
    assert await enter(services, again)
    await run(services, "user", "add", "two@example.org", "--role", "administrator")
    assert (await run(services, "user", "remove", "two@example.org"))[0] == 0
    for unknown in ("two@example.org", "three@example.org"):
        status, text = await run(services, "user", "reset", unknown)
        assert (status, "pamoja user add" in text) == (2, True)
    assert (await run(services, "user", "add", "x@example.org", "--role", "me", "--staff", "99"))[0] == 2
    lines = await services.pool.fetch("SELECT what FROM audit WHERE who = 'operator' ORDER BY id")
    assert [line["what"] for line in lines] == [
        "sign_in_given", "secrets_taken", "sign_in_given", "sign_in_given", "removed",
    ]  # fmt: skip


async def test_the_audit_is_verified_against_a_head_that_was_noted(services: Services) -> None:
    assert (await run(services, "audit", "--verify")) == (0, "✓ Nothing was written yet.\n")
    for email in ("one@example.org", "two@example.org"):
        await run(services, "user", "add", email, "--role", "me")
    status, text = await run(services, "audit", "--verify")
    noted = re.search(r"2:[0-9a-f]{32}", text)
    assert noted is not None
    assert (status, "✓ 2 lines" in text) == (0, True)
    assert (await run(services, "audit", "--head", noted[0]))[0] == 0
    assert (await run(services, "audit"))[1].count("sign_in_given user") == 2
    row = await services.pool.fetchval("UPDATE audit SET why = 'auditor' WHERE seq = 1 RETURNING id")
    status, text = await run(services, "audit", "--verify")
    assert (status, f"row {row}" in text, "line 1 was changed" in text) == (1, True, True)
