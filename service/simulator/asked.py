"""What was asked of the simulator: fields from a form or a JSON object, and refusals of one sentence."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from starlette.requests import Request

from scheduler.durations import exact
from service.dashboard.frame.pages import same_site
from service.webhooks.forms import BodyTooLargeError, ClientGoneError, parse_form, read_body

LONGEST_STEP: Final = timedelta(weeks=26)
_DURATION: Final = (
    "Write advance as an ISO 8601 duration of weeks, days, hours or minutes, such as P1D, P1W or PT1H."
)
_INSTANT: Final = "Write to as an instant with its time zone, such as 2026-12-01T08:00:00Z."


class RefusedError(Exception):
    """What was asked cannot be done; the message is one sentence that names the remedy."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def wants_json(request: Request) -> bool:
    """Whether the body is JSON rather than a form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


async def fields_of(request: Request) -> Mapping[str, Any]:
    """The fields of a form or a JSON object. Raises RefusedError."""
    if not same_site(request):
        raise RefusedError("Use the simulator from its own page: another site sent this.", 403)
    try:
        body = await read_body(request.scope, request.receive)
    except BodyTooLargeError:
        raise RefusedError("That is too large: send less than 16 KiB.", 413) from None
    except ClientGoneError:
        raise RefusedError("The request broke off: send it again.") from None
    # curl -d '{"advance": "P1D"}' says it is a form; nobody's form field begins with a brace.
    if not wants_json(request) and not body.lstrip().startswith(b"{"):
        return parse_form(body)
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedError('The body is not JSON: send an object such as {"advance": "P1D"}.') from None
    if not isinstance(found, dict):
        raise RefusedError("The body must be a JSON object.")
    return found


def text_in(fields: Mapping[str, Any], name: str) -> str:
    """A field that must be text. Raises RefusedError."""
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise RefusedError(f"Give {name}.")
    return value


def target(fields: Mapping[str, Any], now: datetime) -> datetime:
    """The instant to step to from ``advance`` or ``to``. Raises RefusedError."""
    given = [name for name in ("advance", "to") if fields.get(name) not in (None, "")]
    if len(given) != 1:
        raise RefusedError("Give either advance, such as P1D, or to, such as 2026-12-01T08:00:00Z.")
    to = now + _duration(fields["advance"]) if given == ["advance"] else _instant(fields["to"])
    if to < now:
        raise RefusedError("The clock never goes backwards: give a later instant.")
    if to - now > LONGEST_STEP:
        raise RefusedError("That is more than 26 weeks at once: take smaller steps.")
    return to


def _duration(value: Any) -> timedelta:
    if not isinstance(value, str):
        raise RefusedError(_DURATION)
    try:
        step = exact(value.strip())
    except (ValueError, OverflowError):
        raise RefusedError(_DURATION) from None
    if step > LONGEST_STEP:
        raise RefusedError("That is more than 26 weeks at once: take smaller steps.")
    return step


def _instant(value: Any) -> datetime:
    try:
        read = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if read is None or read.tzinfo is None:
            raise RefusedError(_INSTANT)
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedError(_INSTANT) from None
