"""What each answer of Africa's Talking means, and that no answer at all can lose or add a receipt."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.gateway.answers import read_balance, read_receipts
from service.gateway.base import Balance, Outcome, Receipt, check_call, is_e164

ONE, TWO, THREE = "+254700000001", "+254700000002", "+254700000003"
ACCEPTED, REJECTED = Outcome.ACCEPTED, Outcome.REJECTED
TRY_LATER, UNKNOWN = Outcome.TRY_LATER, Outcome.UNKNOWN


def answer(*recipients: object, message: str = "Sent to 1/1 Total Cost: KES 0.8000") -> bytes:
    return json.dumps({"SMSMessageData": {"Message": message, "Recipients": list(recipients)}}).encode()


def entry(
    number: object, code: object, status: object = None, message_id: object = "None"
) -> dict[str, object]:
    return {"statusCode": code, "number": number, "status": status, "cost": "0", "messageId": message_id}


@pytest.mark.parametrize(
    ("code", "name", "outcome", "reason", "account_wide"),
    [
        (100, "Processed", ACCEPTED, None, False),
        (101, "Sent", ACCEPTED, None, False),
        (102, "Queued", ACCEPTED, None, False),
        (401, "RiskHold", REJECTED, "risk_hold", False),
        (402, "InvalidSenderId", TRY_LATER, "invalid_sender_id", True),
        (403, "InvalidPhoneNumber", REJECTED, "invalid_number", False),
        (404, "UnsupportedNumberType", REJECTED, "unsupported_number", False),
        (405, "InsufficientBalance", TRY_LATER, "insufficient_balance", True),
        (406, "UserInBlacklist", REJECTED, "opted_out", False),
        (407, "CouldNotRoute", TRY_LATER, "could_not_route", False),
        (409, "DoNotDisturbRejection", REJECTED, "do_not_disturb", False),
        (500, "InternalServerError", TRY_LATER, "gateway_internal_error", False),
        (501, "GatewayError", TRY_LATER, "gateway_error", False),
        (502, "RejectedByGateway", TRY_LATER, "rejected_by_gateway", False),
    ],
)
def test_each_status_is_read_by_code_by_name_and_by_both(
    code: int, name: str, outcome: Outcome, reason: str | None, account_wide: bool
) -> None:
    message_id = "ATXid_1" if outcome is ACCEPTED else "None"
    wanted = [Receipt(outcome, "ATXid_1" if outcome is ACCEPTED else None, reason, account_wide)]
    for said in (entry(ONE, code, name, message_id), entry(ONE, code, None, message_id),
                 entry(ONE, str(code), name.upper(), message_id), entry(ONE, None, name.lower(), message_id)):  # fmt: skip
        assert read_receipts(201, answer(said), [ONE]) == wanted


def test_the_success_status_of_the_examples_is_accepted() -> None:
    assert read_receipts(201, answer(entry(ONE, 101, "Success", "ATXid_1")), [ONE]) == [
        Receipt(ACCEPTED, "ATXid_1")
    ]


def test_receipts_follow_the_order_asked_and_the_absent_are_in_doubt() -> None:
    body = answer(entry(THREE, 101, "Success", "ATXid_3"), entry(ONE, 406, "UserInBlacklist"))
    assert read_receipts(201, body, [ONE, TWO, THREE]) == [
        Receipt(REJECTED, None, "opted_out"),
        Receipt(UNKNOWN, None, "not_in_answer"),
        Receipt(ACCEPTED, "ATXid_3"),
    ]


@pytest.mark.parametrize("written", ["254700000001", " +254 700 000 001", "00254700000001", 254700000001])
def test_a_number_is_recognised_however_it_is_written(written: object) -> None:
    assert read_receipts(201, answer(entry(written, 101, "Success", "A1")), [ONE]) == [
        Receipt(ACCEPTED, "A1")
    ]


@pytest.mark.parametrize(
    "given_id", ["None", "none", "null", "", None, 7, "bad\x00id", "x" * 101, ["ATXid_1"]]
)
def test_what_is_not_an_id_becomes_none(given_id: object) -> None:
    assert read_receipts(201, answer(entry(ONE, 101, "Success", given_id)), [ONE])[0].gateway_id is None


def test_an_id_shared_by_two_recipients_identifies_neither() -> None:
    body = answer(
        entry(ONE, 101, "Success", "A1"), entry(TWO, 101, "Success", "A1"), entry(THREE, 101, "Sent", "A3")
    )
    assert read_receipts(201, body, [ONE, TWO, THREE]) == [
        Receipt(ACCEPTED, None, "shared_id"),
        Receipt(ACCEPTED, None, "shared_id"),
        Receipt(ACCEPTED, "A3"),
    ]


def test_contradictions_are_doubts_and_once_accepted_is_accepted() -> None:
    code_against_name = answer(entry(ONE, 101, "UserInBlacklist", "A1"))
    assert read_receipts(201, code_against_name, [ONE]) == [Receipt(UNKNOWN, "A1", "contradiction")]
    refused_with_an_id = answer(entry(ONE, 501, "GatewayError", "A1"))
    assert read_receipts(201, refused_with_an_id, [ONE]) == [Receipt(UNKNOWN, "A1", "gateway_error")]
    twice = answer(entry(ONE, 406, "UserInBlacklist"), entry(ONE, 101, "Success", "A1"))
    assert read_receipts(201, twice, [ONE]) == [Receipt(ACCEPTED, "A1")]
    refused_twice = answer(entry(ONE, 406, "UserInBlacklist"), entry(ONE, 407, "CouldNotRoute"))
    assert read_receipts(201, refused_twice, [ONE]) == [Receipt(UNKNOWN, None, "contradiction")]


@pytest.mark.parametrize("code", [0, 103, 999, None, True, "1e2", 10**30, "٤٠٦"])
def test_a_status_nobody_knows_is_a_doubt(code: object) -> None:
    assert read_receipts(201, answer(entry(ONE, code, "SomethingNew")), [ONE]) == [
        Receipt(UNKNOWN, None, "unknown_status")
    ]


def test_an_empty_list_is_safe_to_retry_only_when_the_message_says_nothing_was_sent() -> None:
    sender = read_receipts(201, answer(message="InvalidSenderId"), [ONE, TWO])
    assert sender == [Receipt(TRY_LATER, None, "invalid_sender_id", account_wide=True)] * 2
    balance = read_receipts(201, answer(message="Insufficient Balance"), [ONE])
    assert balance == [Receipt(TRY_LATER, None, "insufficient_balance", account_wide=True)]
    other = read_receipts(201, answer(message="Sent to 1/1"), [ONE])
    assert other == [Receipt(UNKNOWN, None, "unreadable_answer", account_wide=True)]


@pytest.mark.parametrize(
    ("status", "outcome", "reason", "account_wide"),
    [
        (200, UNKNOWN, "unreadable_answer", True),
        (204, UNKNOWN, "unreadable_answer", True),
        (302, TRY_LATER, "http_302", True),
        (400, TRY_LATER, "http_400", False),
        (401, TRY_LATER, "bad_key", True),
        (403, TRY_LATER, "http_403", True),
        (404, TRY_LATER, "http_404", True),
        (408, UNKNOWN, "http_408", False),
        (409, UNKNOWN, "http_409", False),
        (413, TRY_LATER, "http_413", False),
        (429, TRY_LATER, "rate_limited", True),
        (500, UNKNOWN, "http_500", True),
        (503, UNKNOWN, "http_503", True),
    ],
)
def test_without_a_list_the_http_status_decides(
    status: int, outcome: Outcome, reason: str, account_wide: bool
) -> None:
    for body in (
        b"",
        b"The supplied authentication is invalid",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        b'{"a": 1}',
    ):
        assert read_receipts(status, body, [ONE]) == [Receipt(outcome, None, reason, account_wide)]


def test_a_refusal_with_a_list_is_read_for_each_recipient() -> None:
    body = answer(entry(ONE, 409, "DoNotDisturbRejection"), entry(TWO, 101, "Success", "A2"))
    assert read_receipts(409, body, [ONE, TWO]) == [
        Receipt(REJECTED, None, "do_not_disturb"),
        Receipt(ACCEPTED, "A2"),
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([ONE, TWO, 101, "Success"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["number", "statusCode", "status", "messageId"]) | st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip
shaped = st.builds(
    lambda message, listed: json.dumps(
        {"SMSMessageData": {"Message": message, "Recipients": listed}}
    ).encode(),
    anything,
    anything,
)


@given(status=st.integers(100, 999), body=st.binary(max_size=300) | shaped)
def test_whatever_is_answered_there_is_one_receipt_for_each_asked(status: int, body: bytes) -> None:
    receipts = read_receipts(status, body, [ONE, TWO, THREE])
    assert len(receipts) == 3
    for receipt in receipts:
        assert receipt.gateway_id is None or receipt.gateway_id.isascii()
        assert receipt.reason is None or "2547" not in receipt.reason
        assert receipt.outcome is not ACCEPTED or b"SMSMessageData" in body


@given(status=st.integers(100, 999), body=st.binary(max_size=100) | anything.map(lambda v: json.dumps({"UserData": v}).encode()))  # fmt: skip
def test_any_balance_answer_is_a_balance_or_none(status: int, body: bytes) -> None:
    assert read_balance(status, body) is None or 200 <= status < 300


@pytest.mark.parametrize(
    ("written", "balance"),
    [
        ("KES 1785.50", Balance(Decimal("1785.50"), "KES")),
        ("UGX -3", Balance(Decimal("-3"), "UGX")),
        ("1785.50", None),
        ("KES many", None),
        ("KES ٣", None),
        (None, None),
    ],
)
def test_the_balance_is_read_or_absent(written: object, balance: Balance | None) -> None:
    body = json.dumps({"UserData": {"balance": written}}).encode()
    assert read_balance(200, body) == balance
    assert read_balance(401, body) is None


@pytest.mark.parametrize("number", ["+254700000001", "+2547000", "+258840000001"])
def test_e164_numbers(number: str) -> None:
    assert is_e164(number)


@pytest.mark.parametrize(
    "number",
    ["", "+", "254700000001", "+1234", "+0254700000", "+254700000001\n", "+25470000000٣", "+254 700000001", "+2547000000011234"],
)  # fmt: skip
def test_what_only_looks_like_e164(number: str) -> None:
    assert not is_e164(number)


def test_the_callers_mistakes_are_named_without_the_number() -> None:
    with pytest.raises(AssertionError, match="twice") as twice:
        check_call([ONE, ONE], 100)
    with pytest.raises(AssertionError, match="limit is 1") as many:
        check_call([ONE, TWO], 1)
    assert "2547" not in str(twice.value) + str(many.value)
