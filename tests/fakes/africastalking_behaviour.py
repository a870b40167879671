"""The ways the stand-in for Africa's Talking can answer."""

from dataclasses import dataclass, field, fields, replace
from typing import Any

STATUS_NAMES = {
    100: "Processed",
    101: "Success",
    102: "Queued",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
TAKEN = (100, 101, 102)
MODES = {
    "ok", "partial", "empty", "bad-key", "conflict", "throttle", "fail-before", "fail-after", "bad-json", "charset",
    "hang", "hang-before", "reset", "cut", "drip", "slow", "raw", "refuse",
}  # fmt: skip


@dataclass(frozen=True)
class Behaviour:
    """How to answer. `rate` is the share of calls the mode applies to (every n-th, not by chance); `numbers` gives
    single numbers a status code; `status`, `body` and `content_type` are what mode "raw" answers."""

    mode: str = "ok"
    rate: float = 1.0
    delay_ms: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    message: str = "InvalidSenderId"
    balance: str = "KES 1785.5000"
    status: int = 201
    body: str = ""
    content_type: str = "application/json"
    api_key: str | None = None

    def changed(self, wanted: dict[str, Any]) -> "Behaviour":
        """A copy with the named fields replaced; naming a mode without a rate makes it apply to every call."""
        unknown = set(wanted) - {known.name for known in fields(self)}
        if unknown or wanted.get("mode", "ok") not in MODES:
            raise ValueError(f"unknown field or mode; modes are {', '.join(sorted(MODES))}")
        return replace(self, **({"rate": 1.0, **wanted} if "mode" in wanted else wanted))
