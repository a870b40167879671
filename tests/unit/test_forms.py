"""Reading what a stranger posts: one decoding, bounds, and no exception for any content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.webhooks.forms import (
    BODY_LIMIT,
    BodyTooLargeError,
    ClientGoneError,
    parse_form,
    read_body,
    word_in,
)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {}),
        (b"text=1*2&text=9", {"text": "1*2"}),
        (b"text=a+b%20c%26d", {"text": "a b c&d"}),
        (b"text=caf%C3%A9", {"text": "café"}),
        (b"text=caf%E9", {"text": "café"}),
        (b"text=%2500", {"text": "%00"}),
        (b"text=%zz&=x&alone", {"text": "%zz", "alone": ""}),
        ("text=\U0001f642".encode(), {"text": "\U0001f642"}),
    ],
)
def test_fields_are_decoded_once_and_the_first_of_a_name_counts(body: bytes, fields: dict[str, str]) -> None:
    assert parse_form(body) == fields


@given(st.binary(max_size=2000))
def test_no_body_raises_and_all_text_can_be_stored_as_utf_8(body: bytes) -> None:
    for name, value in parse_form(body).items():
        (name + value).encode("utf-8")


def test_fields_past_the_limit_are_left_out() -> None:
    assert len(parse_form(b"&".join(b"f%d=1" % number for number in range(500)))) == 64


@pytest.mark.parametrize("value", ["", " ", "a\x00b", "a\nb", "x" * 201])
def test_what_is_no_word_is_none(value: str) -> None:
    assert word_in({"id": value}, "id") is None
    assert word_in({}, "id") is None


def test_a_word_loses_the_space_around_it() -> None:
    assert word_in({"id": " ATXid_1 "}, "id") == "ATXid_1"


def scope(*headers: tuple[bytes, bytes]) -> dict[str, object]:
    return {"type": "http", "headers": list(headers)}


async def test_a_declared_length_is_refused_before_a_byte_is_read() -> None:
    async def never() -> dict[str, object]:
        raise AssertionError("read")

    with pytest.raises(BodyTooLargeError):
        await read_body(scope((b"content-length", b"%d" % (BODY_LIMIT + 1))), never)


async def test_an_undeclared_body_is_refused_as_soon_as_it_is_too_large() -> None:
    parts = iter([b"x" * BODY_LIMIT, b"y"])

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": next(parts), "more_body": True}

    with pytest.raises(BodyTooLargeError):
        await read_body(scope(), receive)


async def test_a_sender_who_hangs_up_is_told_apart_from_an_empty_body() -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientGoneError):
        await read_body(scope((b"content-length", b"junk")), receive)
