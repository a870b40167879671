"""docker-compose.yml says what it should, asks for every secret by name, and opens nothing but the proxy."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
REQUIRED = {
    "POSTGRES_PASSWORD": "throwaway0password",
    "PAMOJA_AT_USERNAME": "sandbox",
    "PAMOJA_AT_API_KEY": "throwaway-api-key",
    "PAMOJA_USSD_CODE": "*384*77#",
    "PAMOJA_HOOK_TOKENS": "throwaway-token-of-more-than-128-bits",
    "PAMOJA_KEYS": "k1:dGhyb3dhd2F5LWtleS1vZi0zMi1ieXRlcy4uLi4uLi4=",
    "PAMOJA_INDEX_KEYS": "k1:dGhyb3dhd2F5LWtleS1vZi0zMi1ieXRlcy4uLi4uLi4=",
    "PAMOJA_PIN_PEPPER": "dGhyb3dhd2F5LWtleS1vZi0zMi1ieXRlcy4uLi4uLi4=",
    "PAMOJA_ALARM_URL": "https://alarm.example.org/throwaway",
    "PAMOJA_DOMAIN": "pamoja.example.org",
}


def compose_config(tmp_path: Path, values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`docker-compose config` with these settings alone: no .env and none of our own environment."""
    empty = tmp_path / "empty.env"
    empty.touch()
    return subprocess.run(
        ["docker-compose", "--env-file", str(empty), "--file", str(ROOT / "docker-compose.yml"), "config"],
        check=False,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **values},
        text=True,
    )


@pytest.fixture
def services(tmp_path: Path) -> dict[str, Any]:
    shown = compose_config(tmp_path, REQUIRED)
    assert shown.returncode == 0, shown.stderr
    parsed: dict[str, Any] = yaml.safe_load(shown.stdout)["services"]
    return parsed


def test_it_is_valid_and_has_every_process(services: dict[str, Any]) -> None:
    expected = {"postgres", "migrate", "web-1", "web-2", "worker-1", "worker-2", "watchdog", "proxy"}
    assert set(services) == expected


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_secret_is_asked_for_by_name(tmp_path: Path, name: str, value: str | None) -> None:
    values = {key: kept for key, kept in REQUIRED.items() if key != name}
    if value is not None:
        values[name] = value
    refused = compose_config(tmp_path, values)
    assert refused.returncode != 0
    assert f"set {name} in .env" in refused.stderr


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    defaulted = re.findall(r"\$\{(\w+):?-", text)
    assert not [name for name in defaulted if re.search(r"PASSWORD|KEY|TOKEN|PEPPER|SECRET", name)]
    assert set(re.findall(r"\$\{(\w+):\?", text)) == set(REQUIRED)
    assert not re.findall(r"\$\{\w+\}|\$\w", text)


def test_only_the_proxy_is_reachable_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if service.get("ports")] == ["proxy"]
    assert set(services["postgres"]["networks"]) == {"database"}
    assert set(services["proxy"]["networks"]) == {"front"}


def test_images_are_pinned(services: dict[str, Any]) -> None:
    for name, service in services.items():
        _, _, tag = service["image"].partition(":")
        assert re.match(r"\d", tag), f"{name} runs {service['image']}"


def test_each_process_restarts_and_is_looked_after(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] == "CMD", name


def test_nothing_starts_before_the_schema_is_there(services: dict[str, Any]) -> None:
    for name in ("web-1", "web-2", "worker-1", "worker-2", "watchdog"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_our_processes_have_no_privileges(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if service["image"].startswith("pamoja:"):
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
    assert re.search(r"^USER pamoja$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_example_names_every_required_setting() -> None:
    named = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(REQUIRED) <= set(named)


def test_the_proxy_keeps_webhook_tokens_out_of_its_logs() -> None:
    lines = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8").splitlines()
    directives = [line.strip() for line in lines if not line.strip().startswith("#")]
    assert "exclude http.log.error http.handlers.reverse_proxy" in directives
    assert [line for line in directives if line.startswith("log")] == ["log default {"]
