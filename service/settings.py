"""Settings: every name an operator can set, what it means, and what to do when one is missing or unsafe."""

import ipaddress
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from service import msisdn
from service.security.key_material import NEW_KEYS, Keys, new_secrets, read_keys, read_pepper, read_tokens
from service.security.secrets_file import read_or_make

PREFIX = "PAMOJA_"
ENV_FILE = ".env"
SECRETS_FILE = "secrets.env"
_PRICE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) ([A-Z]{3})")
SECRET_NAMES = ("hook_tokens", "keys", "index_keys", "pin_pepper")


class SettingsError(Exception):
    """A setting is missing or unsafe. The message is one sentence with its full name and the remedy."""


def _name_and_reason(value: object) -> object:
    """Read `NAME: REASON`, as accepting drafts is audited under both."""
    if not isinstance(value, str) or not value:
        return value or None
    name, separator, reason = value.partition(":")
    if not (separator and name.strip() and reason.strip()):
        raise ValueError("write it as NAME: REASON")
    return name.strip(), reason.strip()


def _amount_and_currency(value: object) -> object:
    """Read `0.80 KES`: an amount of at most six decimals and the currency's three letters (ISO 4217)."""
    if not isinstance(value, str) or not value:
        return value or None
    found = _PRICE.fullmatch(value.strip())
    if found is None:
        raise ValueError("write it as an amount and a currency, such as 0.80 KES")
    return Decimal(found[1]), found[2]


class Settings(BaseSettings):
    """All settings, from the environment with prefix `PAMOJA_`, else from `.env`, else the default here."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True,
        hide_input_in_errors=True,
    )  # fmt: skip

    data_dir: Path = Field(
        Path(".pamoja"), description="Folder of the embedded database and the demo's secrets"
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL address, postgresql://user:password@host/name; only the demo does without and runs its own",
    )
    gateway: Literal["africastalking", "simulator"] = Field(
        "africastalking", description="Who carries texts and USSD: africastalking or simulator"
    )
    at_username: str | None = Field(
        None, description="Africa's Talking application name; `sandbox` for its sandbox"
    )
    at_api_key: SecretStr | None = Field(None, description="Africa's Talking API key")
    at_sender_id: str | None = Field(
        None, description="Sender shown on texts; neutral, and registered with the networks"
    )
    at_base_url: str | None = Field(
        None, description="Africa's Talking API address without /version1; unset: the official one"
    )
    at_timeout_seconds: float = Field(
        10, gt=0, le=60, description="Seconds after which a call to the gateway is given up"
    )
    at_threads: int = Field(16, ge=1, le=64, description="Calls to the gateway that may run at once")
    ussd_code: str = Field(
        "*384*77#",
        pattern=r"^\*[0-9]+(\*[0-9]+)*#$",
        description="The code mothers dial, as the network gave it",
    )
    sms_code: str | None = Field(
        None, description="Short code or number that mothers text; unset: nobody can text us"
    )
    sms_two_way: bool = Field(
        False, description="Whether SMS_CODE can receive; texts say `reply` only if it can"
    )
    sms_toll_free: bool = Field(
        False, description="Whether texting SMS_CODE is free; texts say `free` only if it is"
    )
    ussd_toll_free: bool = Field(
        False, description="Whether dialling USSD_CODE is free; texts say `free` only if it is"
    )
    hook_tokens: SecretStr = Field(
        description="One or two secrets of at least 128 bits in the webhook addresses, comma separated; two while changing"
    )
    keys: SecretStr = Field(
        description="Keys that seal names, numbers and texts, newest first: k2:BASE64,k1:BASE64"
    )
    index_keys: SecretStr = Field(
        description="Keys that find a number without storing it, newest first: k1:BASE64"
    )
    pin_pepper: SecretStr = Field(
        description="32 random bytes in base64, mixed into every PIN; losing it resets all PINs"
    )
    alarm_url: SecretStr | None = Field(
        None, description="Address that is POSTed to when something stops moving"
    )
    alarm_msisdn: SecretStr | None = Field(
        None, description="Phone that is texted when something stops moving"
    )
    metrics_token: SecretStr | None = Field(
        None, description="Secret with which another machine may read /metrics; unset: this machine only"
    )
    country: str = Field(
        "KE", pattern="^[A-Z]{2}$", description="ISO 3166 code of the country, for numbers and schedules"
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", description="Where browsers and the gateway reach this service"
    )
    trusted_proxies: str = Field(
        "", description="Addresses or networks, comma separated, whose X-Forwarded-For is believed"
    )
    daily_sms_budget: int = Field(
        20_000, ge=1, description="Most SMS parts sent in a day; a fifth of it is kept for alerts"
    )
    sms_price: Annotated[tuple[Decimal, str] | None, NoDecode, BeforeValidator(_amount_and_currency)] = Field(
        None, description="What one part of a text costs, such as 0.80 KES; unset: reports name no cost"
    )
    dhis2_mapping: Path | None = Field(
        None, description="TOML file that names a DHIS2 data element for each count; unset: nothing is mapped"
    )
    clock: Literal["real", "stepped"] = Field(
        "real", description="real, or stepped by hand in a demo or a test"
    )
    send_lease_seconds: int = Field(
        60, ge=5, le=3600, description="Seconds a worker may hold a message before another takes it over"
    )
    worker_poll_seconds: float = Field(
        1, gt=0, le=60, description="Seconds between two looks for work that is due"
    )
    accept_draft: Annotated[tuple[str, str] | None, NoDecode, BeforeValidator(_name_and_reason)] = Field(
        None,
        description="NAME: REASON of whoever lets unreviewed content go out through a real gateway; audited",
    )

    @property
    def tokens(self) -> tuple[str, ...]:
        """The webhook tokens, one or two."""
        return read_tokens(self.hook_tokens.get_secret_value())

    @property
    def field_keys(self) -> Keys:
        """Keys for `Sealer`, newest first."""
        return read_keys(self.keys.get_secret_value())

    @property
    def blind_index_keys(self) -> Keys:
        """Keys for `BlindIndex`, newest first."""
        return read_keys(self.index_keys.get_secret_value())

    @property
    def pepper(self) -> bytes:
        """The pepper for `Pins`."""
        return read_pepper(self.pin_pepper.get_secret_value())

    @property
    def proxies(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The trusted proxies as networks."""
        return tuple(
            ipaddress.ip_network(part.strip()) for part in self.trusted_proxies.split(",") if part.strip()
        )

    @property
    def is_real_gateway(self) -> bool:
        """Whether messages reach real phones: false for the simulator and a gateway at a loopback address."""
        return self.gateway != "simulator" and not (self.at_base_url and is_loopback(self.at_base_url))

    @property
    def has_simulator(self) -> bool:
        """Whether the made-up phones are served and a one-time sign-in is enough: on this machine alone.

        Nobody signs in to the phones, and they name whoever is on them.
        """
        return self.gateway == "simulator" and is_loopback(self.public_url)

    @field_validator("hook_tokens", "keys", "index_keys", "pin_pepper", "metrics_token")
    @classmethod
    def _readable_secret(cls, value: SecretStr | None, info: Any) -> SecretStr | None:
        if value is not None:
            _READERS[info.field_name](value.get_secret_value())
        return value

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not value.get_secret_value().startswith(("postgresql://", "postgres://")):
            raise ValueError("write it as postgresql://user:password@host:5432/name")
        return value

    @field_validator("at_base_url", "public_url", "alarm_url")
    @classmethod
    def _is_safe_address(cls, value: str | SecretStr | None) -> str | SecretStr | None:
        if value is None:
            return None
        address = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not (_scheme(address) == "https" or is_loopback(address)):
            raise ValueError("use an address that begins with https:// (http:// only for this machine)")
        return value if isinstance(value, SecretStr) else address.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        try:
            [ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip()]
        except ValueError:
            raise ValueError("list addresses or networks such as 10.0.0.0/8, comma separated") from None
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for name, is_wrong, remedy in _CONFLICTS:
            if is_wrong(self):
                raise _ConflictError(name, remedy)
        return self


class _Hermetic(Settings):
    """Settings that read neither environment nor file: a demo must never touch a programme's database."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class _ConflictError(ValueError):
    """Two settings that are each fine and together unsafe."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(remedy)
        self.name = name


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` win over environment and file. Raises SettingsError, never anything else."""
    return _built(Settings, overrides)


def demo_settings(data_dir: Path, port: int, **overrides: Any) -> Settings:
    """Settings of the demo: simulator, stepped clock, secrets made once in `data_dir` and kept.

    Reads no environment and no `.env`. Raises SettingsError when the secrets file is damaged.
    """
    values = {
        "data_dir": data_dir, "gateway": "simulator", "clock": "stepped", "sms_code": "22384", "sms_two_way": True,
        "public_url": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    return _built(_Hermetic, values | _kept_secrets(data_dir / SECRETS_FILE) | overrides)


def as_env_lines(values: dict[str, str]) -> str:
    """Write settings the way `.env` holds them, one a line."""
    return "".join(f"{env_name(name)}={value}\n" for name, value in values.items())


def env_name(field: str) -> str:
    """The environment name of a setting."""
    return PREFIX + field.upper()


def is_loopback(url: str) -> bool:
    """Whether an address stays on this machine."""
    try:
        host = urlsplit(url).hostname or ""
        return _scheme(url) in ("http", "https") and (
            host == "localhost" or ipaddress.ip_address(host).is_loopback
        )
    except ValueError:
        return False


def _built(kind: type[Settings], values: dict[str, Any]) -> Settings:
    try:
        return kind(**values)
    except ValidationError as error:
        message = _sentence(error)
    except (OSError, ValueError):
        message = (
            f"The file {ENV_FILE} cannot be read: make it readable UTF-8 text with one NAME=value a line."
        )
    raise SettingsError(message)


def _sentence(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False)
    missing = [env_name(str(problem["loc"][0])) for problem in problems if problem["type"] == "missing"]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        return f"{', '.join(missing)} {verb} not set: {NEW_KEYS}."
    problem = problems[0]
    cause = problem.get("ctx", {}).get("error")
    if isinstance(cause, _ConflictError):
        return f"{env_name(cause.name)} {cause}."
    name = env_name(str(problem["loc"][0]))
    advice = str(cause) if isinstance(cause, ValueError) else problem["msg"][:1].lower() + problem["msg"][1:]
    if problem["type"] == "string_pattern_mismatch":  # nobody reads a pattern
        advice = f"write it like {_EXAMPLES[str(problem['loc'][0])]}"
    return f"{name} cannot be used: {advice}."


def _kept_secrets(path: Path) -> dict[str, str]:
    kept = read_or_make(path, lambda: as_env_lines(new_secrets()))
    secrets = {name: kept.get(env_name(name)) for name in SECRET_NAMES}
    if not all(secrets.values()):
        raise SettingsError(
            f"{SECRETS_FILE} in the demo's folder is damaged: delete that folder and start again."
        )
    return {name: value for name, value in secrets.items() if value}


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def _shares_a_key(settings: Settings) -> bool:
    sealing = {secret for _, secret in settings.field_keys}
    return bool(sealing & {secret for _, secret in settings.blind_index_keys}) or settings.pepper in sealing


def _has_bad_alarm_number(settings: Settings) -> bool:
    number = settings.alarm_msisdn
    return number is not None and msisdn.parse(number.get_secret_value(), settings.country) is None


_READERS: dict[str, Callable[[str], object]] = {
    "hook_tokens": read_tokens, "keys": read_keys, "index_keys": read_keys, "pin_pepper": read_pepper,
    "metrics_token": read_tokens,
}  # fmt: skip

_EXAMPLES = {"ussd_code": "'*384*77#'", "country": "KE"}

_CONFLICTS: tuple[tuple[str, Callable[[Settings], bool], str], ...] = (
    ("at_username", lambda s: s.gateway == "africastalking" and not s.at_username,
     "is not set: copy the application name from your Africa's Talking dashboard, or set PAMOJA_GATEWAY=simulator"),
    ("at_api_key", lambda s: s.gateway == "africastalking" and not s.at_api_key,
     "is not set: make a key in your Africa's Talking dashboard, or set PAMOJA_GATEWAY=simulator"),
    ("clock", lambda s: s.clock == "stepped" and s.is_real_gateway,
     "must be real with a real gateway: unset it, or set PAMOJA_GATEWAY=simulator"),
    ("send_lease_seconds", lambda s: s.send_lease_seconds <= s.at_timeout_seconds,
     "must be longer than PAMOJA_AT_TIMEOUT_SECONDS, or a message could be taken over mid-call: raise it to 60"),
    ("sms_code", lambda s: s.sms_two_way and not s.sms_code,
     "is not set although PAMOJA_SMS_TWO_WAY is on: give the code mothers text, or turn that off"),
    ("index_keys", _shares_a_key,
     f"must not share a key with PAMOJA_KEYS, nor may PAMOJA_PIN_PEPPER: {NEW_KEYS}"),
    ("alarm_msisdn", _has_bad_alarm_number,
     "is not a mobile number: write it with its country code, such as +254 and nine digits"),
)  # fmt: skip
