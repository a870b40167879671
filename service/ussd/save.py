"""The one write of a hop: close the session a redial replaces, advance this one, keep the reply.

A hop is saved only if it is the next one (compare-and-set on the hop number), so of any copies of it
exactly one has an effect; the others find that one's reply.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.events import CheckInAnswered, Event
from service.database import Connection
from service.ussd.call import Call


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A hop answered but not yet saved. ``state`` and ``kept_reply`` are sealed; ``reply`` is what is sent."""

    call: Call
    hop: int
    phone_id: int | None
    who: int | None
    bundle: str
    state: bytes | None
    ended_as: str | None
    reply: bytes
    kept_reply: bytes
    events: tuple[Event, ...]

    @property
    def is_fine(self) -> bool:
        """Whether all that happened is a check-in answered well, which many phones say at once."""
        return len(self.events) == 1 and isinstance(self.events[0], CheckInAnswered)


_SAVE = """
WITH input AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::int[],
                         $7::text[], $8::bytea[], $9::text[], $10::bytea[], $11::bytea[])
        AS i (gateway, session_id, number_index, phone_id, who, hop, bundle, state, ended_as, text_mac, reply)
), closed AS (
    UPDATE ussd_session s SET ended_at = $12, ended_as = 'superseded'
    FROM input i
    WHERE i.hop = 1 AND s.number_index = i.number_index AND s.ended_at IS NULL
      AND (s.gateway, s.session_id) <> (i.gateway, i.session_id)
    RETURNING 1
), saved AS (
    -- The count makes the old session's closing come before the new one's row: one live session a phone.
    INSERT INTO ussd_session (gateway, session_id, number_index, phone_id, who, hop, bundle, state,
                              started_at, last_at, ended_at, ended_as)
    SELECT i.gateway, i.session_id, i.number_index, i.phone_id, i.who, i.hop, i.bundle, i.state,
           $12, $12, CASE WHEN i.ended_as IS NOT NULL THEN $12::timestamptz END, i.ended_as
    FROM input i CROSS JOIN (SELECT count(*) FROM closed) AS c
    ON CONFLICT (gateway, session_id) DO UPDATE
    SET hop = excluded.hop, who = excluded.who, phone_id = excluded.phone_id, state = excluded.state,
        last_at = excluded.last_at, ended_at = excluded.ended_at, ended_as = excluded.ended_as
    WHERE ussd_session.hop = excluded.hop - 1 AND ussd_session.ended_at IS NULL
    RETURNING gateway, session_id
)
INSERT INTO ussd_reply (gateway, session_id, text_mac, hop, reply, replied_at)
SELECT i.gateway, i.session_id, i.text_mac, i.hop, i.reply, $12
FROM input i JOIN saved USING (gateway, session_id)
RETURNING gateway, session_id
"""


async def save(connection: Connection, answers: Sequence[Answer], now: datetime) -> set[tuple[str, str]]:
    """Save each answer that is its session's next hop; return (gateway, session id) of those saved.

    Raises UniqueViolationError when two first hops of one phone meet: a lost race, to be served alone.
    """
    rows = await connection.fetch(
        _SAVE,
        [a.call.gateway for a in answers],
        [a.call.session_id for a in answers],
        [a.call.number_index for a in answers],
        [a.phone_id for a in answers],
        [a.who for a in answers],
        [a.hop for a in answers],
        [a.bundle for a in answers],
        [a.state for a in answers],
        [a.ended_as for a in answers],
        [a.call.text_mac for a in answers],
        [a.kept_reply for a in answers],
        now,
    )
    return {(row["gateway"], row["session_id"]) for row in rows}
