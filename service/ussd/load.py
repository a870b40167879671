"""What a hop must know before it can be answered, for a whole group of hops in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flows.types import PersonKind
from service.database import Connection
from service.ussd.call import Call

RESUME_WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody on the calling number, with the hash their PIN is checked against."""

    id: int
    kind: PersonKind
    pin_hash: str | None
    facility_id: int
    mentor_id: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Everything stored that one hop depends on.

    ``replied`` is the sealed reply this very text already had; ``hop`` is 0 for a new session;
    ``last_reply`` belongs to the session's last hop (its text's hash beside it, for the seal).
    ``earlier_*`` is the phone's session before this one, kept only if it dropped within 15 minutes.
    """

    replied: bytes | None
    hop: int
    bundle: str | None
    state: bytes | None
    who: int | None
    ended: bool
    same_phone: bool
    last_reply: bytes | None
    last_mac: bytes | None
    phone_id: int | None
    language: str | None
    people: tuple[KnownPerson, ...]
    code_mother: int | None
    code_staff: int | None
    question: str | None
    earlier_row: str | None
    earlier_state: bytes | None
    earlier_bundle: str | None


_LOAD = """
SELECT r.reply, s.hop, s.bundle, s.state, s.who, s.ended_at IS NOT NULL AS ended,
       s.number_index IS NOT DISTINCT FROM i.number_index AS same_phone,
       l.reply AS last_reply, l.text_mac AS last_mac,
       p.id AS phone_id, p.language, people.people, code.mother_id AS code_mother, code.staff_id AS code_staff, q.question,
       e.gateway || ':' || e.session_id AS earlier_row, e.state AS earlier_state, e.bundle AS earlier_bundle
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[])
     WITH ORDINALITY AS i (gateway, session_id, number_index, text_mac, code_mac, ord)
LEFT JOIN ussd_reply r
       ON r.gateway = i.gateway AND r.session_id = i.session_id AND r.text_mac = i.text_mac
LEFT JOIN ussd_session s ON s.gateway = i.gateway AND s.session_id = i.session_id
LEFT JOIN LATERAL (
    SELECT reply, text_mac FROM ussd_reply
    WHERE s.hop IS NOT NULL AND r.reply IS NULL
      AND gateway = i.gateway AND session_id = i.session_id AND hop = s.hop
    LIMIT 1
) l ON true
LEFT JOIN phone p ON p.number_index = i.number_index
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_array(n.id, n.kind, n.pin_hash, coalesce(m.facility_id, t.facility_id), m.mentor_id)
                     ORDER BY n.id) AS people
    FROM person n
    LEFT JOIN mother m ON m.id = n.id
    LEFT JOIN staff t ON t.id = n.id
    WHERE n.phone_id = p.id AND (n.hold IS NULL OR n.hold NOT IN ('dead', 'revoked', 'wrong_number'))
) people ON p.id IS NOT NULL
LEFT JOIN set_up_code code
       ON code.code_mac = i.code_mac AND code.used_at IS NULL AND code.expires_at > $6
LEFT JOIN open_question q ON q.phone_id = p.id AND q.expires_at > $6
LEFT JOIN LATERAL (
    SELECT gateway, session_id, state, bundle, ended_as, last_at FROM ussd_session
    WHERE number_index = i.number_index AND (gateway, session_id) <> (i.gateway, i.session_id)
      AND (s.seq IS NULL OR seq < s.seq)
    ORDER BY seq DESC LIMIT 1
) e ON e.last_at >= $7 AND e.state IS NOT NULL AND (e.ended_as IS NULL OR e.ended_as IN ('dropped', 'superseded'))
ORDER BY i.ord
"""


async def load(connection: Connection, calls: Sequence[Call], now: datetime) -> list[Row]:
    """Return one row for each call, in order."""
    rows = await connection.fetch(
        _LOAD,
        [call.gateway for call in calls],
        [call.session_id for call in calls],
        [call.number_index for call in calls],
        [call.text_mac for call in calls],
        [call.code_mac for call in calls],
        now,
        now - RESUME_WITHIN,
    )
    return [_row(row) for row in rows]


def _row(row: Any) -> Row:
    return Row(
        replied=row["reply"],
        hop=row["hop"] or 0,
        bundle=row["bundle"],
        state=row["state"],
        who=row["who"],
        ended=bool(row["ended"]),
        same_phone=bool(row["same_phone"]),
        last_reply=row["last_reply"],
        last_mac=row["last_mac"],
        phone_id=row["phone_id"],
        language=row["language"],
        people=tuple(KnownPerson(*person) for person in row["people"] or ()),
        code_mother=row["code_mother"],
        code_staff=row["code_staff"],
        question=row["question"],
        earlier_row=row["earlier_row"],
        earlier_state=row["earlier_state"],
        earlier_bundle=row["earlier_bundle"],
    )
