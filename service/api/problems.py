"""Errors of the API as problem documents (RFC 9457): one sentence that names the remedy, and what is wrong in which field."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.importing.cells import quoted

MEDIA: Final = "application/problem+json"

SAYS: Final[Mapping[int, str]] = {
    400: "The request could not be read: send JSON as the documentation says.",
    401: "Show a key that is in force: Authorization: Bearer pmj_…",
    403: "This key may not do that: ask an administrator for one that may.",
    404: "There is nothing at this address for this key.",
    405: "This address knows other methods: see the documentation.",
    413: "That is too large: send one object at a time.",
    422: "Some fields are wrong: correct them and send it again.",
    429: "That is too often: wait until the minute is over.",
    500: "Something went wrong on our side, and nothing was saved: try again in a minute.",
    503: "Somebody else is entering mothers at this clinic just now, or the database is away: try again in a minute.",
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="The field, or nothing for the request itself.")
    message: str = Field(description="What is wrong, and how to write it.")


class Problem(BaseModel):
    """An error. Nothing was saved."""

    title: str
    status: int
    detail: str = Field(description="One sentence that names the remedy.")
    errors: list[FieldProblem] = Field(default_factory=list, description="Field by field.")


class WrongFieldsError(Exception):
    """Some fields are wrong."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("some fields are wrong")
        self.errors = [FieldProblem(field=name, message=says) for name, says in errors]


def problem(
    status: int, errors: Sequence[FieldProblem] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer for one status."""
    known = status in HTTPStatus._value2member_map_
    said = Problem(
        title=HTTPStatus(status).phrase if known else "Error",
        status=status,
        detail=SAYS.get(status, SAYS[500] if status >= 500 else SAYS[400]),
        errors=list(errors),
    )
    return JSONResponse(said.model_dump(), status, dict(headers or {}), MEDIA)


def add_problems(app: FastAPI) -> None:
    """Let every error of this application be said so."""

    async def known(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return problem(status, headers=error.headers if isinstance(error, HTTPException) else None)

    async def invalid(_: Request, error: Exception) -> Response:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        return problem(422, [FieldProblem(field=_field(one["loc"]), message=_message(one)) for one in found])

    async def wrong(_: Request, error: Exception) -> Response:
        return problem(422, error.errors if isinstance(error, WrongFieldsError) else [])

    app.add_exception_handler(HTTPException, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(WrongFieldsError, wrong)


def _field(loc: Sequence[object]) -> str:
    """Where in the request, without what it was sent in. A name that is not ours is repeated shortened."""
    return quoted(".".join(str(part) for part in loc if part not in ("body", "query", "path")))


def _message(error: Mapping[str, object]) -> str:
    """In words; what was sent is never repeated."""
    kind = str(error.get("type", ""))
    words = {
        "missing": "Is missing: fill it in.",
        "extra_forbidden": "Is not read, and not kept: leave it out.",
        "json_invalid": "Is not JSON.",
        "date_wrong": "Is not a date: write it as 2026-02-28.",
    }
    return words.get(kind) or f"{str(error.get('msg', 'Is wrong')).removeprefix('Value error, ')}."
