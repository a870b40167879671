"""What a browser posts: fields that may come several times, and files, bounded in bytes and kept off the disk."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from service.webhooks.forms import BodyTooLargeError, ClientGoneError, read_body

FORM_LIMIT: Final = 128 * 1024
STRANGERS_LIMIT: Final = 16 * 1024
MOST_FIELDS: Final = 600


def row_id(text: str) -> int | None:
    """The id of a row as a form or an address has it; None for what can be none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


@dataclass(frozen=True, slots=True, repr=False)
class Upload:
    """One file as it was sent. Its name is the sender's own word and is only ever shown back."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """The fields of one form, each with every value it came with, and its files."""

    values: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field, trimmed."""
        return self.values.get(name, [default])[0].strip()

    def all(self, name: str) -> list[str]:
        """Every value of a field, as of ticked boxes."""
        return self.values.get(name, [])

    def ids(self, name: str) -> list[int]:
        """Every value of a field that is the id of a row; what is none is left out."""
        return [found for one in self.all(name) if (found := row_id(one)) is not None]


async def read_form(request: Request, *, upload: int = 0, limit: int = FORM_LIMIT) -> Form:
    """Read a posted form of at most ``limit`` bytes; with ``upload``, also files, together of so many bytes more.

    Raises HTTPException 413 for too much, 400 for what is no form or was not sent whole, 415 for a file not asked for.
    """
    try:
        body = await read_body(request.scope, request.receive, upload + limit)
    except BodyTooLargeError:
        raise HTTPException(413) from None
    except ClientGoneError:
        raise HTTPException(400) from None
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        if not upload:
            raise HTTPException(415)
        return await _of_parts(request.headers, body, upload)
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    form = Form()
    for name, value in pairs:
        form.values.setdefault(name, []).append(_stored(value))
    return form


async def _of_parts(headers: Headers, body: bytes, upload: int) -> Form:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(headers, whole(), max_files=4, max_fields=MOST_FIELDS, max_part_size=FORM_LIMIT)
    # Lists of mothers are never written to the disk in plain.
    parser.spool_max_size = upload + FORM_LIMIT
    form = Form()
    try:
        parsed = await parser.parse()
    except (MultiPartException, KeyError):
        raise HTTPException(400) from None
    for name, value in parsed.multi_items():
        if isinstance(value, UploadFile):
            form.files[name] = Upload(value.filename or "", await value.read())
            await value.close()
        else:
            form.values.setdefault(name, []).append(_stored(value))
    return form


def _stored(value: str) -> str:
    """As PostgreSQL can keep it: no NUL, and line ends as one character."""
    return value.replace("\x00", "").replace("\r\n", "\n")
