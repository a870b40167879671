"""What an answer of Africa's Talking means for each recipient asked: pure, total, and careful about doubt.

Codes, names and traps are from Africa's Talking's published SMS documentation and its users' reports.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.gateway.base import Balance, Outcome, Receipt


@dataclass(frozen=True, slots=True)
class Meaning:
    """One status of Africa's Talking in our words."""

    outcome: Outcome
    reason: str | None = None
    account_wide: bool = False


_ACCEPTED = Meaning(Outcome.ACCEPTED)
_NO_SENDER = Meaning(Outcome.TRY_LATER, "invalid_sender_id", account_wide=True)
_NO_BALANCE = Meaning(Outcome.TRY_LATER, "insufficient_balance", account_wide=True)
# No route may mean a network that is down for an hour or one that is never served. Nothing was sent, so trying again
# is safe and ends with the message's validity; calling it final would silence a mother over an outage.
_NO_ROUTE = Meaning(Outcome.TRY_LATER, "could_not_route")

_BY_CODE = {
    100: _ACCEPTED,
    101: _ACCEPTED,
    102: _ACCEPTED,
    401: Meaning(Outcome.REJECTED, "risk_hold"),
    402: _NO_SENDER,
    403: Meaning(Outcome.REJECTED, "invalid_number"),
    404: Meaning(Outcome.REJECTED, "unsupported_number"),
    405: _NO_BALANCE,
    406: Meaning(Outcome.REJECTED, "opted_out"),
    407: _NO_ROUTE,
    409: Meaning(Outcome.REJECTED, "do_not_disturb"),
    500: Meaning(Outcome.TRY_LATER, "gateway_internal_error"),
    501: Meaning(Outcome.TRY_LATER, "gateway_error"),
    502: Meaning(Outcome.TRY_LATER, "rejected_by_gateway"),
}

_BY_NAME = {
    "processed": _ACCEPTED,
    "sent": _ACCEPTED,
    "queued": _ACCEPTED,
    "success": _ACCEPTED,
    "riskhold": _BY_CODE[401],
    "invalidsenderid": _NO_SENDER,
    "invalidphonenumber": _BY_CODE[403],
    "unsupportednumbertype": _BY_CODE[404],
    "insufficientbalance": _NO_BALANCE,
    "userinblacklist": _BY_CODE[406],
    "couldnotroute": _NO_ROUTE,
    "donotdisturbrejection": _BY_CODE[409],
    "internalservererror": _BY_CODE[500],
    "gatewayerror": _BY_CODE[501],
    "rejectedbygateway": _BY_CODE[502],
}

# The only messages that, beside an empty list, prove that nothing was sent.
_NOTHING_SENT = {"invalidsenderid": _NO_SENDER, "insufficientbalance": _NO_BALANCE}

_HTTP_REASON = {401: "bad_key", 429: "rate_limited"}
# These say that we, or our account, are not welcome; other 4xx blame the one request.
_HTTP_ACCOUNT = {401, 402, 403, 404, 407, 429}
# A 4xx refuses the request before sending, but these two can also cut short one that was under way.
_HTTP_IN_DOUBT = {408, 409}

_ID = re.compile(r"[!-~]{1,100}")
_BALANCE = re.compile(r"\s*([A-Za-z]{3})\s+(-?[0-9]{1,15}(?:\.[0-9]{1,6})?)\s*", re.ASCII)


def read_receipts(status: int, body: bytes, asked: Sequence[str]) -> list[Receipt]:
    """One receipt per number asked, in order, from the HTTP status and whole body. Never raises.

    Each listed recipient is judged by its own status, whatever the HTTP status (a do-not-disturb refusal comes as 409
    with the list); one missing from the list is in doubt."""
    data = _message_data(body)
    listed = data.get("Recipients")
    if isinstance(listed, list) and listed:
        return _drop_shared_ids(_match(listed, asked))
    whole = _NOTHING_SENT.get(_squeeze(data.get("Message"))) or _by_http(status)
    return for_all(asked, whole)


def for_all(asked: Sequence[str], meaning: Meaning) -> list[Receipt]:
    """The same receipt for everyone asked."""
    return [_receipt(meaning)] * len(asked)


def read_balance(status: int, body: bytes) -> Balance | None:
    """The balance in the answer to GET /version1/user (`{"UserData": {"balance": "KES 1785.50"}}`), or None."""
    user = _parse(body).get("UserData")
    found = _BALANCE.fullmatch(str(user.get("balance"))) if isinstance(user, dict) else None
    if not 200 <= status < 300 or found is None:
        return None
    return Balance(amount=Decimal(found[2]), currency=found[1].upper())


def _by_http(status: int) -> Meaning:
    """What the HTTP status alone tells: a refusal sent nothing; anything else unreadable leaves a doubt."""
    if 200 <= status < 300:
        return Meaning(Outcome.UNKNOWN, "unreadable_answer", account_wide=True)
    reason = _HTTP_REASON.get(status, f"http_{status}")
    if 300 <= status < 400:
        return Meaning(Outcome.TRY_LATER, reason, account_wide=True)
    if 400 <= status < 500 and status not in _HTTP_IN_DOUBT:
        return Meaning(Outcome.TRY_LATER, reason, account_wide=status in _HTTP_ACCOUNT)
    return Meaning(Outcome.UNKNOWN, reason, account_wide=status >= 500)


def _match(listed: list[object], asked: Sequence[str]) -> list[Receipt]:
    found: dict[str, list[Receipt]] = {}
    for entry in listed:
        if isinstance(entry, dict):
            found.setdefault(_digits(entry.get("number")), []).append(_judge(entry))
    return [_settle(found.get(_digits(number), [])) for number in asked]


def _settle(said: list[Receipt]) -> Receipt:
    """One receipt from all the answer says about one number: once accepted is accepted, a contradiction is a doubt."""
    if not said:
        return Receipt(Outcome.UNKNOWN, reason="not_in_answer")
    for receipt in said:
        if receipt.outcome is Outcome.ACCEPTED:
            return receipt
    if len({receipt.outcome for receipt in said}) > 1:
        return Receipt(Outcome.UNKNOWN, reason="contradiction")
    return said[0]


def _judge(entry: dict[str, object]) -> Receipt:
    by_code = _BY_CODE.get(_code(entry.get("statusCode")))
    by_name = _BY_NAME.get(_squeeze(entry.get("status")))
    gateway_id = _message_id(entry.get("messageId"))
    meaning = by_code or by_name
    if meaning is None:
        return Receipt(Outcome.UNKNOWN, gateway_id, "unknown_status")
    accepted = {known.outcome is Outcome.ACCEPTED for known in (by_code, by_name) if known}
    if len(accepted) > 1:
        return Receipt(Outcome.UNKNOWN, gateway_id, "contradiction")
    if meaning.outcome is Outcome.TRY_LATER and gateway_id:
        # Failures carry no id. One that does may have been taken after all: not safe to send again blindly.
        return Receipt(Outcome.UNKNOWN, gateway_id, meaning.reason, meaning.account_wide)
    return _receipt(meaning, gateway_id if meaning.outcome is Outcome.ACCEPTED else None)


def _drop_shared_ids(receipts: list[Receipt]) -> list[Receipt]:
    """An id given to two recipients identifies neither: a delivery report could settle the wrong one."""
    uses = Counter(receipt.gateway_id for receipt in receipts)
    return [
        replace(receipt, gateway_id=None, reason=receipt.reason or "shared_id") if shared else receipt
        for receipt in receipts
        for shared in [receipt.gateway_id is not None and uses[receipt.gateway_id] > 1]
    ]


def _receipt(meaning: Meaning, gateway_id: str | None = None) -> Receipt:
    return Receipt(meaning.outcome, gateway_id, meaning.reason, meaning.account_wide)


def _parse(body: bytes) -> dict[str, object]:
    """The JSON object in the body whatever its content type claims, or an empty one."""
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _message_data(body: bytes) -> dict[str, object]:
    data = _parse(body).get("SMSMessageData")
    return data if isinstance(data, dict) else {}


def _code(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{3}", value):
        return int(value)
    return value if isinstance(value, int) else 0


def _squeeze(value: object) -> str:
    """A status or message name with case, spaces and punctuation forgiven."""
    return re.sub(r"[^a-z]", "", value.lower()) if isinstance(value, str) else ""


def _digits(number: object) -> str:
    """A number for comparing: the plus, a leading 00 and separators forgiven; "" when it is none."""
    text = str(number) if isinstance(number, str | int) else ""
    return re.sub(r"[^0-9]", "", text).removeprefix("00")


def _message_id(value: object) -> str | None:
    """The id as given, unless it is the word "None" (what a failure carries) or nothing a column can hold."""
    if not isinstance(value, str) or _ID.fullmatch(value) is None or value.lower() in ("none", "null"):
        return None
    return value
