"""Asking supervisors about a site by text: a digit answers only where it can mean one site alone.

No site is named in a text. Who answers for one site answers with a digit; who answers for several is
asked to dial, where the sites stand by name behind the PIN.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from flows.bundle import Bundle
from scheduler.durations import exact
from service.database import Connection
from service.security.sealing import Sealer
from service.store.messages import NewMessage, queue
from service.store.open_questions import ANSWERABLE_FOR

SiteQuestion = Literal["site_ask", "site_still", "stock_still"]
BY_DIALLING: Final[Mapping[SiteQuestion, str]] = {
    "site_ask": "site_ask_dial",
    "site_still": "site_still_dial",
    "stock_still": "stock_still_dial",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A site to ask about, and the local day the question is about."""

    facility_id: int
    day: date


@dataclass(frozen=True, slots=True)
class Reached:
    """A supervisor with a phone, and for how many sites she answers."""

    id: int
    phone_id: int
    language: str
    sites: int


async def ask_supervisors(
    conn: Connection,
    sealer: Sealer,
    bundle: Bundle,
    asked: Sequence[Asked],
    question: SiteQuestion,
    now: datetime,
) -> None:
    """Ask everybody who answers for these sites. An earlier question to a number is displaced, and that is recorded."""
    supervisors = await supervisors_of(conn, [one.facility_id for one in asked])
    for one in asked:
        for who in supervisors[one.facility_id]:
            template = question if who.sites == 1 else BY_DIALLING[question]
            content = bundle.template(template)
            text = NewMessage(
                person_id=who.id,
                phone_id=who.phone_id,
                template=template,
                message_class=content.message_class,
                language=who.language,
                not_before=now,
                valid_until=now + exact(content.valid_for),
                params={"date": one.day},
            )
            queued = await queue(conn, sealer, [text], now)
            if queued and content.question is not None:
                await _open(conn, who, one, content.question, queued[0], now)


async def supervisors_of(conn: Connection, facility_ids: Sequence[int]) -> Mapping[int, list[Reached]]:
    """Who answers for each of these sites and has a phone, by id."""
    found: dict[int, list[Reached]] = defaultdict(list)
    for row in await conn.fetch(_SUPERVISORS, sorted(set(facility_ids))):
        reached = Reached(row["id"], row["phone_id"], row["language"], row["sites"])
        found[row["facility_id"]].append(reached)
    return found


async def _open(
    conn: Connection, who: Reached, asked: Asked, question: str, message_id: int, now: datetime
) -> None:
    expires_at = now + ANSWERABLE_FOR
    await conn.execute(_DISPLACED, who.phone_id, now)
    await conn.execute(_OPEN, who.phone_id, asked.facility_id, question, message_id, now, expires_at)


_SUPERVISORS = """
SELECT v.facility_id, p.id, p.phone_id, p.language,
    (SELECT count(*)::int FROM supervision o WHERE o.staff_id = v.staff_id) AS sites
FROM supervision v JOIN person p ON p.id = v.staff_id
WHERE v.facility_id = ANY($1::bigint[]) AND p.phone_id IS NOT NULL AND p.hold IS NULL
ORDER BY v.facility_id, p.id
"""

_DISPLACED = """
INSERT INTO event (at, kind, mother_id, phone_id, data)
SELECT $2, 'QuestionDisplaced', mother_id, phone_id, jsonb_build_object('question', question)
FROM open_question WHERE phone_id = $1 AND expires_at > $2 AND mother_id IS NOT NULL
"""

_OPEN = """
INSERT INTO open_question (phone_id, facility_id, question, message_id, asked_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (phone_id) DO UPDATE SET facility_id = excluded.facility_id, question = excluded.question,
    mother_id = NULL, visit_id = NULL, message_id = excluded.message_id, asked_at = excluded.asked_at,
    expires_at = excluded.expires_at
"""
