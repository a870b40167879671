"""Texts that nobody's tables understood, as the inbox shows them: who, where and when; the words only one at a time.

Set-based: a page of them takes as many statements as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from scheduler.types import Risk
from service.database import Connection
from service.store.risk_facts import risks
from service.store.shown.follow_ups import VISIBLE, seen_by
from service.store.shown.whose import KEPT_APART, NOT_A_COLLEAGUES, Viewer

ROWS: Final = 50
Outcome = Literal["answered", "called", "understood", "nothing", "expired"]


@dataclass(frozen=True, slots=True)
class Writer:
    """A mother who may have written: somebody on the number, whom the viewer may see."""

    mother_id: int
    client_number: str | None
    form_number: str | None
    facility: str
    time_zone: str
    language: str
    signature: str
    hold: str | None
    risk: Risk


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff on the number."""

    staff_id: int
    role: str
    facility: str


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """One text, without its words. ``number`` is sealed."""

    id: int
    phone_id: int
    number: bytes | None
    received_at: datetime
    state: str
    outcome: Outcome | None
    settled_at: datetime | None
    settled_by: int | None
    question: str | None
    asked_in: int | None
    language: str | None
    opted_out: bool
    trusted: bool
    has_words: bool
    writers: tuple[Writer, ...]
    colleagues: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What went out or was asked around a text: the template, its language, wording and signature, and when."""

    template: str
    language: str
    wording: str
    signature: str
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A follow-up that is open about somebody who may have written."""

    id: int
    mother_id: int | None
    cause: str
    state: str
    opened_at: datetime


async def texts(
    conn: Connection, viewer: Viewer, now: datetime, *, settled: bool = False, page: int = 1
) -> list[Text]:
    """A page of the inbox, newest first, and one more where there is another."""
    state = "closed" if settled else "inbox"
    rows = await conn.fetch(
        _LIST, viewer.staff_id, viewer.facilities, viewer.acts, state, ROWS + 1, (page - 1) * ROWS
    )
    return await _with_people(conn, viewer, rows, now)


async def one_text(conn: Connection, viewer: Viewer, now: datetime, inbound_id: int) -> Text | None:
    """One text; None where nobody who may be seen has written it."""
    rows = await conn.fetch(_ONE, viewer.staff_id, viewer.facilities, viewer.acts, inbound_id)
    found = await _with_people(conn, viewer, rows, now)
    return found[0] if found else None


async def words_of(conn: Connection, inbound_id: int) -> bytes | None:
    """The words of one text, sealed; None where they were erased."""
    sealed: bytes | None = await conn.fetchval("SELECT text FROM inbound_sms WHERE id = $1", inbound_id)
    return sealed


async def beside(conn: Connection, text: Text) -> tuple[list[Beside], Beside | None]:
    """What was answered to it at once, and the text whose question was open as it came."""
    rows = await conn.fetch(_BESIDE, text.phone_id, text.received_at, text.asked_in)
    answered = [_beside(row) for row in rows if row["id"] != text.asked_in]
    asked = next((_beside(row) for row in rows if row["id"] == text.asked_in), None)
    return answered, asked


async def open_work(conn: Connection, viewer: Viewer, mother_ids: Sequence[int]) -> list[OpenWork]:
    """What is open about these mothers, oldest first, as far as the list of follow-ups would show it."""
    return [OpenWork(**row) for row in await conn.fetch(_WORK, *seen_by(viewer), list(mother_ids))]


async def settle(conn: Connection, inbound_id: int, outcome: Outcome, user_id: int, now: datetime) -> bool:
    """Take one text out of the inbox; False when somebody has done so meanwhile."""
    return await conn.fetchval(_SETTLE, inbound_id, outcome, user_id, now) is not None


def _beside(row: Any) -> Beside:
    names = ("template", "language", "wording", "signature", "created_at", "state")
    return Beside(*(row[name] for name in names))


async def _with_people(conn: Connection, viewer: Viewer, rows: Sequence[Any], now: datetime) -> list[Text]:
    phones = sorted({row["phone_id"] for row in rows})
    mothers = (
        await conn.fetch(_WRITERS, viewer.staff_id, viewer.facilities, viewer.acts, phones) if phones else []
    )
    staff = await conn.fetch(_COLLEAGUES, viewer.facilities, phones) if phones else []
    risk_of: Mapping[int, Risk] = await risks(conn, [row["mother_id"] for row in mothers], now)
    writers: dict[int, list[Writer]] = {}
    for row in mothers:
        values = {name: value for name, value in row.items() if name != "phone_id"}
        writers.setdefault(row["phone_id"], []).append(Writer(**values, risk=risk_of[row["mother_id"]]))
    colleagues: dict[int, list[Colleague]] = {}
    for row in staff:
        one = Colleague(row["staff_id"], row["role"], row["facility"])
        colleagues.setdefault(row["phone_id"], []).append(one)
    return [
        Text(
            **row,
            writers=tuple(writers.get(row["phone_id"], ())),
            colleagues=tuple(colleagues.get(row["phone_id"], ())),
        )
        for row in rows
    ]


# $1 who looks on the staff, $2 their clinics (NULL: all), $3 whether they act for mothers.
_HERS: Final = f"""
p.hold IS DISTINCT FROM 'wrong_number' AND ($2::bigint[] IS NULL OR m.facility_id = ANY($2::bigint[]))
AND {NOT_A_COLLEAGUES} AND ($3::boolean OR NOT {KEPT_APART})
"""

_MOTHER_THERE: Final = "SELECT FROM person p JOIN mother m ON m.id = p.id WHERE p.phone_id = i.phone_id"

_STAFF_THERE: Final = """
SELECT FROM person p JOIN staff s ON s.id = p.id
WHERE p.phone_id = i.phone_id AND ($2::bigint[] IS NULL OR s.facility_id = ANY($2::bigint[]))
"""

_SEEN: Final = f"""
(EXISTS ({_MOTHER_THERE} AND {_HERS}) OR (EXISTS ({_STAFF_THERE}) AND NOT EXISTS ({_MOTHER_THERE})))
"""

_TEXT: Final = """
SELECT i.id, i.phone_id, t.number, i.received_at, i.state, i.outcome, i.settled_at, i.settled_by, i.question, i.asked_in,
    t.language, t.opted_out_at IS NOT NULL AS opted_out, t.trust = 'ok' AS trusted, i.text IS NOT NULL AS has_words
FROM inbound_sms i JOIN phone t ON t.id = i.phone_id
"""

_LIST: Final = f"""
{_TEXT} WHERE i.state = $4 AND {_SEEN}
ORDER BY i.received_at DESC, i.id DESC LIMIT $5 OFFSET $6
"""

_ONE: Final = f"{_TEXT} WHERE i.id = $4 AND i.state IN ('inbox', 'closed') AND {_SEEN}"

_MOTHERS_ON: Final = """
SELECT p.phone_id, m.id AS mother_id, m.client_number, m.form_number, f.name AS facility, f.time_zone, p.language,
    m.signature, p.hold
FROM person p JOIN mother m ON m.id = p.id JOIN facility f ON f.id = m.facility_id
"""

_WRITERS: Final = f"{_MOTHERS_ON} WHERE p.phone_id = ANY($4::bigint[]) AND {_HERS} ORDER BY m.id"

_COLLEAGUES: Final = """
SELECT p.phone_id, s.id AS staff_id, s.role, f.name AS facility
FROM person p JOIN staff s ON s.id = p.id JOIN facility f ON f.id = s.facility_id
WHERE p.phone_id = ANY($2::bigint[]) AND ($1::bigint[] IS NULL OR s.facility_id = ANY($1::bigint[])) ORDER BY s.id
"""

_BESIDE: Final = """
SELECT id, template, language, wording, signature, created_at, state FROM message
WHERE (phone_id = $1 AND created_at = $2) OR id = $3 ORDER BY id
"""

_WORK: Final = """
SELECT f.id, f.mother_id, f.cause, f.state, f.opened_at FROM follow_up f
WHERE f.mother_id = ANY($4::bigint[]) AND f.state <> 'resolved' AND {visible} ORDER BY f.opened_at, f.id
""".replace("{visible}", VISIBLE)

_SETTLE: Final = """
UPDATE inbound_sms SET state = 'closed', outcome = $2, settled_by = $3, settled_at = $4
WHERE id = $1 AND state = 'inbox' RETURNING id
"""
