"""Settings: what is missing or unsafe stops the start in one sentence, and no secret is ever shown."""

import os
import re
import stat
from pathlib import Path

import pytest

from service.security.key_material import new_secrets
from service.settings import (
    Settings,
    SettingsError,
    as_env_lines,
    demo_settings,
    env_name,
    is_loopback,
    load_settings,
)
from service.settings_listed import describe  # fmt: skip

AT = {"at_username": "sandbox", "at_api_key": "atsk_canary"}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("PAMOJA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def secrets() -> dict[str, str]:
    return new_secrets()


def refused(**values: object) -> str:
    """The sentence a start is refused with; checks that it is one sentence and no traceback's parent shows values."""
    with pytest.raises(SettingsError) as caught:
        load_settings(**values)
    sentence = str(caught.value)
    assert sentence.startswith("PAMOJA_")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return sentence


def test_an_example_stands_where_a_pattern_does_not_fit() -> None:
    for name, wrong, example in (("ussd_code", "384", "*384*77#"), ("country", "Kenya", "KE")):
        with pytest.raises(SettingsError, match="write it like") as refused:
            load_settings(**new_secrets(), gateway="simulator", **{name: wrong})
        assert example in str(refused.value)
        assert "[" not in str(refused.value)


def test_a_start_without_secrets_names_all_of_them_and_the_command() -> None:
    sentence = refused()
    for name in ("PAMOJA_HOOK_TOKENS", "PAMOJA_KEYS", "PAMOJA_INDEX_KEYS", "PAMOJA_PIN_PEPPER"):
        assert name in sentence
    assert "pamoja keys new" in sentence


def test_one_missing_secret_is_named_alone(secrets: dict[str, str]) -> None:
    del secrets["pin_pepper"]
    assert refused(**secrets, **AT).startswith("PAMOJA_PIN_PEPPER is not set: run `pamoja keys new`")


def test_environment_wins_over_file_and_overrides_over_both(
    secrets: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text(
        as_env_lines(secrets | AT | {"country": "UG", "at_threads": "3", "daily_sms_budget": "7"})
    )
    monkeypatch.setenv("PAMOJA_COUNTRY", "ZA")
    monkeypatch.setenv("PAMOJA_AT_THREADS", "4")
    settings = load_settings(at_threads=5)
    assert (settings.daily_sms_budget, settings.country, settings.at_threads) == (7, "ZA", 5)


def test_secrets_are_read_into_what_the_security_modules_take(secrets: dict[str, str]) -> None:
    secrets["keys"] = new_secrets()["keys"].replace("k1", "k2") + ", " + secrets["keys"]
    secrets["hook_tokens"] += "," + new_secrets()["hook_tokens"]
    settings = load_settings(
        **secrets, **AT, trusted_proxies="10.0.0.0/8, 127.0.0.1", accept_draft="Amina: pilot"
    )
    assert [key_id for key_id, _ in settings.field_keys] == ["k2", "k1"]
    assert all(len(key) == 32 for _, key in settings.field_keys + settings.blind_index_keys)
    assert len(settings.pepper) == 32
    assert settings.tokens == tuple(secrets["hook_tokens"].split(","))
    assert [str(network) for network in settings.proxies] == ["10.0.0.0/8", "127.0.0.1/32"]
    assert settings.accept_draft == ("Amina", "pilot")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gateway", "carrier-pigeon"), ("hook_tokens", "short"), ("hook_tokens", "a" * 40), ("hook_tokens", ","),
        ("hook_tokens", "0123456789abcdef0123456789"), ("hook_tokens", "with/slash-abcdefghijklmnop"),
        ("keys", "k1:AAAA"), ("keys", "AAAA"), ("keys", "k1:" + "A" * 43 + "="), ("index_keys", "k1:???"),
        ("pin_pepper", "canary"), ("database_url", "mysql://canary@host/db"), ("at_base_url", "http://canary.example"),
        ("public_url", "ftp://canary.example"), ("alarm_url", "canary"), ("trusted_proxies", "canary"),
        ("country", "Kenya"), ("ussd_code", "384"), ("daily_sms_budget", "0"), ("daily_sms_budget", "many"),
        ("clock", "stepped"), ("send_lease_seconds", "10"), ("alarm_msisdn", "12345"), ("sms_two_way", "true"),
        ("accept_draft", "Amina"), ("at_timeout_seconds", "inf"), ("at_username", ""), ("at_api_key", ""),
    ],
)  # fmt: skip
def test_an_unsafe_value_is_refused_by_name_without_being_shown(
    field: str, value: str, secrets: dict[str, str]
) -> None:
    sentence = refused(**(secrets | AT | {field: value}))
    named = "PAMOJA_SMS_CODE" if field == "sms_two_way" else env_name(field)
    assert sentence.split()[0] == named
    assert "canary" not in sentence
    assert value not in sentence.split(": ", 1)[0] or value == ""


def test_the_same_token_twice_is_not_a_rotation(secrets: dict[str, str]) -> None:
    secrets["hook_tokens"] = f"{secrets['hook_tokens']},{secrets['hook_tokens']}"
    assert refused(**secrets, **AT).startswith("PAMOJA_HOOK_TOKENS")


def test_index_keys_may_not_be_field_keys(secrets: dict[str, str]) -> None:
    assert refused(**(secrets | AT | {"index_keys": secrets["keys"]})).startswith(
        "PAMOJA_INDEX_KEYS must not share"
    )


@pytest.mark.parametrize(
    ("values", "is_real"),
    [({"gateway": "simulator"}, False), (AT | {"at_base_url": "http://127.0.0.1:9/"}, False), (AT, True)],
)
def test_the_clock_is_stepped_only_where_nobody_real_is_texted(
    values: dict[str, str], is_real: bool, secrets: dict[str, str]
) -> None:
    assert load_settings(**secrets, **values).is_real_gateway is is_real
    if is_real:
        assert refused(**secrets, **values, clock="stepped").startswith("PAMOJA_CLOCK")
    else:
        assert load_settings(**secrets, **values, clock="stepped").clock == "stepped"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", True), ("http://[::1]:1/x", True), ("https://localhost", True),
        ("http://127.0.0.1.evil.example", False), ("http://127.0.0.1@evil.example", False), ("http://[", False),
        ("http://10.0.0.1", False), ("127.0.0.1", False), ("file://localhost/etc", False), ("http://0.0.0.0", False),
    ],
)  # fmt: skip
def test_loopback_is_this_machine_alone(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


def test_no_secret_is_shown_by_repr_str_or_dump(secrets: dict[str, str]) -> None:
    settings = load_settings(
        **secrets, **AT, database_url="postgresql://u:canary@h/d", alarm_url="https://canary.example/hook",
        alarm_msisdn="+254700000678",
    )  # fmt: skip
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(describe(settings))):
        assert "canary" not in shown
        assert "700000678" not in shown
        assert not any(secret.split(":")[-1] in shown for secret in secrets.values())


def test_an_unreadable_file_is_one_sentence(secrets: dict[str, str]) -> None:
    Path(".env").write_bytes(b"PAMOJA_COUNTRY=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^The file \.env cannot be read"):
        load_settings(**secrets, **AT)


def test_every_setting_is_described_and_whether_it_is_set(secrets: dict[str, str]) -> None:
    lines = {line.env: line for line in describe(load_settings(**secrets, **AT))}
    assert set(lines) == {env_name(name) for name in Settings.model_fields}
    assert all(len(line.meaning) > 15 for line in lines.values())
    assert lines["PAMOJA_KEYS"].is_set
    assert lines["PAMOJA_KEYS"].is_required
    assert not lines["PAMOJA_ALARM_URL"].is_set


def test_describe_works_before_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PAMOJA_COUNTRY=UG\nPAMOJA_ALARM_URL=\n")
    monkeypatch.setenv("PAMOJA_GATEWAY", "simulator")
    assert [line.env for line in describe() if line.is_set] == ["PAMOJA_GATEWAY", "PAMOJA_COUNTRY"]


def test_the_demo_makes_its_secrets_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    first = demo_settings(folder, 8123)
    assert stat.S_IMODE((folder / "secrets.env").stat().st_mode) == 0o600
    assert [entry.name for entry in folder.iterdir()] == ["secrets.env"]
    again = demo_settings(folder, 8124)
    assert (first.field_keys, first.tokens, first.pepper) == (again.field_keys, again.tokens, again.pepper)
    assert (again.gateway, again.clock, again.public_url) == ("simulator", "stepped", "http://127.0.0.1:8124")
    assert demo_settings(tmp_path / "other", 8123).field_keys != first.field_keys


def test_the_demo_never_sees_a_programmes_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PAMOJA_DATABASE_URL=postgresql://real/db\n")
    monkeypatch.setenv("PAMOJA_GATEWAY", "africastalking")
    settings = demo_settings(tmp_path, 8000, country="UG")
    assert (settings.database_url, settings.gateway, settings.country) == (None, "simulator", "UG")


def test_a_damaged_secrets_file_names_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("PAMOJA_KEYS=\n")
    with pytest.raises(SettingsError, match="delete that folder"):
        demo_settings(tmp_path, 8000)


def test_new_secrets_are_never_the_same_and_can_be_used_as_printed() -> None:
    lines = as_env_lines(new_secrets())
    assert lines != as_env_lines(new_secrets())
    assert all(re.fullmatch(r"PAMOJA_[A-Z_]+=\S+", line) for line in lines.splitlines())
    Path(".env").write_text(lines)
    assert load_settings(**AT).tokens
