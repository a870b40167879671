"""The doctor: all green when all is well, and each thing that is wrong by its name and with its remedy."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.settings import Settings, SettingsError, demo_settings, load_settings
from service.store.alarms import raise_alarm
from service.watch.doctor import Finding, blame, examine, look_at_settings
from service.wiring import DraftRefusedError, Services, ensure_ready, open_services
from tests.fakes.africastalking import FakeAfricasTalking
from tests.integration.web.conftest import NOW


@pytest_asyncio.fixture(loop_scope="session")
async def services(tmp_path: Path, database_url: str) -> AsyncIterator[Services]:
    """A demo that is well."""
    async with open_services(demo_settings(tmp_path, 8000, database_url=database_url)) as opened:
        await opened.pool.execute("INSERT INTO stepped_clock (id, now) VALUES (1, $1)", NOW)
        await opened.pool.execute(
            "INSERT INTO heartbeat (worker, care_at, wall_at) VALUES ('w', $1, $2)",
            NOW,
            await opened.clocks.wall.now(),
        )
        await ensure_ready(opened)
        yield opened


def red(findings: list[Finding]) -> dict[str, str]:
    return {finding.name: finding.said for finding in findings if not finding.well}


async def test_everything_is_green_in_the_demo(services: Services) -> None:
    findings = look_at_settings(services.settings) + await examine(services)
    assert red(findings) == {}
    assert [finding.name for finding in findings][-11:] == [
        "disk", "database", "migrations", "clock", "content", "gateway", "callback address", "loop", "rungs", "alarms",
        "audit",
    ]  # fmt: skip
    assert all(str(finding).startswith("✓ ") and "\n" not in str(finding) for finding in findings)
    shown = "\n".join(map(str, findings))
    for secret in (services.settings.tokens[0], services.settings.keys.get_secret_value()):
        assert secret not in shown


@pytest.mark.parametrize(
    ("break_it", "name", "remedy"),
    [
        ("DELETE FROM alembic_version", "migrations", "pamoja migrate"),
        ("UPDATE bundle SET current = false", "content", "pamoja publish"),
        ("DELETE FROM heartbeat", "loop", "pamoja worker"),
        ("INSERT INTO audit_head VALUES (1, 3, 'x', 'k1', 'x')", "audit", "pamoja audit --verify"),
        ("UPDATE heartbeat SET wall_at = wall_at - interval '6 minutes'", "loop", "pamoja worker"),
    ],
)
async def test_what_is_broken_is_named_with_its_remedy(
    services: Services, break_it: str, name: str, remedy: str
) -> None:
    await services.pool.execute(break_it)
    if name == "content":
        services.bundles = type(services.bundles)(services.pool, "KE")
    found = red(await examine(services))
    assert list(found) == [name]
    assert remedy in found[name]


async def test_an_alarm_about_the_service_is_red_and_one_about_work_is_not(services: Services) -> None:
    await raise_alarm(services.pool, "follow_up", "17", NOW)
    assert red(await examine(services)) == {}
    await raise_alarm(services.pool, "backlog", "alerts", NOW)
    assert "backlog alerts" in red(await examine(services))["alarms"]


async def test_a_clinic_with_nobody_for_a_rung_is_named(services: Services) -> None:
    now = await services.clocks.care.now()
    async with services.pool.acquire() as conn, conn.transaction():
        place = await add_facility(conn, services.deps(), NewFacility("Kilele", "KE", "Africa/Nairobi"), now)
        mentor = NewStaff("mentor", "Rehema", "+254700000001", place, "en")
        await add_staff(conn, services.deps(), mentor, now)
    said = red(await examine(services))["rungs"]
    assert said.startswith(f"facility {place} (Kilele): nobody for ")
    assert said.endswith("Add a supervisor there, or bind their phone again")
    async with services.pool.acquire() as conn, conn.transaction():
        supervisor = NewStaff("supervisor", "Sara", "+254700000002", place, "en")
        await add_staff(conn, services.deps(), supervisor, now)
    assert "rungs" not in red(await examine(services))


async def test_a_database_that_is_away_ends_the_looking(tmp_path: Path) -> None:
    away = demo_settings(tmp_path, 8000, database_url="postgresql://x@127.0.0.1:1/x")
    async with open_services(away, patient=True) as opened:
        assert "PAMOJA_DATABASE_URL" in red(await examine(opened))["database"]


def real(**changes: Any) -> dict[str, Any]:
    """Settings of a programme on a real gateway."""
    from service.security.key_material import new_secrets

    whole = new_secrets() | {
        "database_url": "postgresql://x@127.0.0.1:1/x", "at_username": "pamoja", "at_api_key": "atsk_test",
        "public_url": "https://pamoja.example.org", "ussd_code": "*384*5#", "alarm_url": "https://alarm.example.org",
    }  # fmt: skip
    return {name: value for name, value in (whole | changes).items() if value is not None}


@pytest.fixture
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting from this machine and no .env."""
    import os

    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PAMOJA_")]:
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("nothing_set")
def test_a_whole_programme_has_no_red_setting() -> None:
    assert red(look_at_settings(load_settings(**real()))) == {}


@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize("name", ["public_url", "ussd_code", "alarm_url"])
def test_a_setting_a_real_programme_needs_is_named_when_removed(name: str) -> None:
    found = red(look_at_settings(load_settings(**real(**{name: None}))))
    assert list(found) == [f"PAMOJA_{name.upper()}"]


@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize(
    "name", ["hook_tokens", "keys", "index_keys", "pin_pepper", "at_username", "at_api_key"]
)
def test_a_setting_nothing_starts_without_is_named_when_removed(name: str) -> None:
    with pytest.raises(SettingsError, match=f"PAMOJA_{name.upper()}"):
        load_settings(**real(**{name: None}))


@pytest.mark.usefixtures("nothing_set")
def test_without_any_settings_each_missing_one_has_its_line() -> None:
    found = red(look_at_settings(None))
    assert set(found) == {"PAMOJA_HOOK_TOKENS", "PAMOJA_KEYS", "PAMOJA_INDEX_KEYS", "PAMOJA_PIN_PEPPER"}
    assert all("pamoja keys new" in said for said in found.values())


@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize(
    ("name", "spoiled"),
    [("database_url", "mysql://x"), ("keys", "k1:short"), ("ussd_code", "384"), ("at_api_key", None)],
)
def test_a_spoiled_setting_is_red_in_its_own_line(name: str, spoiled: str | None) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(**real(**{name: spoiled}))
    well = [Finding(True, f"PAMOJA_{one.upper()}", "set") for one in real()]
    found = blame(well, str(refused.value))
    assert list(red(found)) == [f"PAMOJA_{name.upper()}"]
    assert len(found) == len(well)


def test_what_no_line_is_about_gets_a_line_of_its_own() -> None:
    assert red(blame([Finding(True, "PAMOJA_KEYS", "set")], "The file .env cannot be read: mend it.")) == {
        "settings": "The file .env cannot be read: mend it."
    }


Changed = Callable[..., Settings]


@pytest.fixture
def on_africastalking(database_url: str) -> Changed:
    def settings(**more: Any) -> Settings:
        return load_settings(**real(database_url=database_url, **more))

    return settings


@pytest.mark.usefixtures("nothing_set")
async def test_drafts_never_leave_through_a_real_gateway_unless_somebody_answers_for_it(
    on_africastalking: Changed,
) -> None:
    async with open_services(on_africastalking()) as opened:
        with pytest.raises(DraftRefusedError, match="PAMOJA_ACCEPT_DRAFT"):
            await ensure_ready(opened)
        assert await opened.pool.fetchval("SELECT count(*) FROM bundle") == 0
    async with open_services(on_africastalking(accept_draft="Dr A: pilot")) as opened:
        await ensure_ready(opened)
        rows = await opened.pool.fetch("SELECT who, what, why FROM audit")
        assert {tuple(row) for row in rows} == {("Dr A", "accept_draft", "pilot")}
        opened.settings = opened.settings.model_copy(update={"accept_draft": None})
        with pytest.raises(DraftRefusedError):
            await ensure_ready(opened)


@pytest.mark.usefixtures("nothing_set")
async def test_the_gateway_is_asked_whether_it_lets_us_in(on_africastalking: Changed) -> None:
    with FakeAfricasTalking() as network:
        url = network.url
        assert "KES left" in (await gateway_line(on_africastalking(at_base_url=url))).said
    closed = await gateway_line(on_africastalking(at_base_url=url))
    assert not closed.well
    assert "PAMOJA_AT_API_KEY" in closed.said
    assert "atsk" not in closed.said


async def gateway_line(settings: Settings) -> Finding:
    async with open_services(settings) as opened:
        await ensure_ready(opened)
        return {finding.name: finding for finding in await examine(opened)}["gateway"]
