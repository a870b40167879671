"""Reading a form a stranger sent: bounded in bytes and fields, in whatever encoding, and never raising for content."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.types import Receive, Scope

BODY_LIMIT: Final = 16 * 1024
MOST_FIELDS: Final = 64
LONGEST_WORD: Final = 200


class BodyTooLargeError(Exception):
    """The body is larger than any gateway sends."""


class ClientGoneError(Exception):
    """The sender hung up before the body was whole."""


async def read_body(scope: Scope, receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The request's body. Raises BodyTooLargeError, before reading when its length is declared, or ClientGoneError."""
    if _declared_length(scope) > limit:
        raise BodyTooLargeError
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise BodyTooLargeError
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def parse_form(body: bytes) -> dict[str, str]:
    """Fields of a form-encoded body, decoded once; the first of two with one name counts."""
    fields: dict[str, str] = {}
    for pair in body.split(b"&", MOST_FIELDS)[:MOST_FIELDS]:
        name, _, value = pair.partition(b"=")
        if name:
            fields.setdefault(_decoded(name), _decoded(value))
    return fields


def word_in(form: Mapping[str, str], name: str) -> str | None:
    """A field that is an id or a status: short, printable, without control characters. None if it is not one."""
    value = form.get(name, "").strip()
    return value if 0 < len(value) <= LONGEST_WORD and value.isprintable() else None


def _decoded(raw: bytes) -> str:
    """UTF-8, and where it is not, Latin-1, which any byte is."""
    plain = unquote_to_bytes(raw.replace(b"+", b" "))
    try:
        return plain.decode("utf-8")
    except UnicodeDecodeError:
        return plain.decode("latin-1")


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
