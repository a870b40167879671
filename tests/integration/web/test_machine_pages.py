"""Health, readiness, metrics, and what every page's headers and errors keep to themselves."""

import httpx
import pytest
from pydantic import SecretStr

from service.security.tokens import new_token
from service.wiring import Services
from tests.integration.web.conftest import NOW, client_of

CALLER = "+254700000001"


async def test_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).text == "ok\n"
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "migrations": True, "bundle": True})


async def test_not_ready_behind_a_migration_or_without_content(services: Services) -> None:
    await services.pool.execute("DELETE FROM alembic_version")
    async with client_of(services) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, False)


async def test_metrics_count_and_name_nobody(
    services: Services, client: httpx.AsyncClient, hooks: str
) -> None:
    await client.post(f"{hooks}/ussd", data={"sessionId": "S1", "phoneNumber": CALLER, "text": ""})
    await client.post(f"{hooks}/sms", data={"id": "1", "from": CALLER, "text": "call me"})
    await services.pool.execute("INSERT INTO alarm (kind, subject, raised_at) VALUES ('loop', 'x', $1)", NOW)
    text = (await client.get("/metrics")).text
    assert "pamoja_ussd_hop_seconds_count 1.0" in text
    assert "pamoja_hook_seconds_count 1.0" in text
    assert 'pamoja_alarms{kind="loop"} 1.0' in text
    assert "pamoja_follow_ups" in text
    assert CALLER[1:] not in text
    assert services.settings.tokens[0] not in text


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("10.0.0.9", {}),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}),
        ("127.0.0.1", {"Authorization": "Bearer wrong"}),
    ],
    ids=["another machine", "through a proxy here", "through another proxy", "a wrong token"],
)
async def test_metrics_are_for_this_machine_or_the_token(
    services: Services, peer: str, headers: dict[str, str]
) -> None:
    token = new_token()
    services.settings = services.settings.model_copy(update={"metrics_token": SecretStr(token)})
    async with client_of(services, peer=peer) as client:
        assert (await client.get("/metrics", headers=headers)).status_code == 404
        let_in = await client.get("/metrics", headers=headers | {"Authorization": f"Bearer {token}"})
        assert let_in.status_code == 200


async def test_a_trusted_proxy_tells_who_asks_and_nobody_else_can(services: Services) -> None:
    services.settings = services.settings.model_copy(update={"trusted_proxies": "10.1.0.0/16"})
    async with client_of(services, peer="10.1.2.3") as client:
        assert (await client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})).status_code == 404


async def test_pages_are_kept_out_of_caches_frames_and_other_sites(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/nothing-here")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_an_error_page_repeats_nothing_of_what_was_asked(client: httpx.AsyncClient) -> None:
    answer = await client.get("/secret-path?who=%2B254700000001", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "secret" not in answer.text
    assert "254700" not in answer.text
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_fault_in_a_page_shows_and_logs_no_detail(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """Here: a table the Today page needs is gone."""
    await services.pool.execute("DROP TABLE dashboard_session")
    async with client_of(services) as client:
        answer = await client.get("/", headers={"Cookie": "pamoja_session=abc", "Accept": "text/html"})
    assert answer.status_code == 500
    assert "dashboard_session" not in answer.text
    assert "Traceback" not in answer.text


async def test_the_webhooks_stand_in_no_documentation(client: httpx.AsyncClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await client.get(path)).status_code == 404
