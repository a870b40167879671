"""What a mother's own screens may know: how she wants to be asked, her visits, her children."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flows.facts.life import VisitFact
from flows.facts.mother import MeetingFact, MotherFacts
from service.database import Connection
from service.store import meetings
from service.store.children import children_of
from service.store.life_events import undoable_of
from service.store.mood import mood_is_answered
from service.ussd.own_record import own_records
from service.ussd.wanted import Wanted

MOST_VISITS = 24
"""So many of her visits to come are shown: her own, and those of several children."""


async def mothers(
    connection: Connection, wanted: Sequence[Wanted], now: datetime
) -> list[tuple[int, MotherFacts]]:
    """Return the facts of each of these mothers who is still there."""
    rows = await connection.fetch(
        """
        SELECT m.id, m.signature, m.rhythm, m.checkin_hour,
               EXISTS (SELECT FROM consent k WHERE k.mother_id = m.id AND k.stream = 'call'
                       AND k.withdrawn_at IS NULL) AS may_be_called,
               (SELECT jsonb_agg(jsonb_build_array(v.id, v.kind, v.due_on, v.infant_id) ORDER BY v.due_on, v.id)
                FROM visit v LEFT JOIN infant n ON n.id = v.infant_id
                WHERE v.mother_id = m.id AND v.status = 'expected' AND v.due_on >= w.today
                  AND (n.id IS NULL OR n.status = 'alive')) AS visits
        FROM unnest($1::bigint[], $2::date[]) AS w (id, today)
        JOIN mother m ON m.id = w.id
        """,
        [w.person_id for w in wanted],
        [now.astimezone(w.zone).date() for w in wanted],
    )
    children = await children_of(connection, [row["id"] for row in rows])
    undoable = await undoable_of(connection, [row["id"] for row in rows], now)
    own = await own_records(connection, wanted, now)
    answered = await mood_is_answered(connection, [row["id"] for row in rows], now)
    here = [now.astimezone(w.zone) for w in wanted]
    meeting = await meetings.next_of(
        connection, [w.person_id for w in wanted], [one.date() for one in here], [one.hour for one in here]
    )
    return [
        (
            row["id"],
            MotherFacts(
                id=row["id"],
                signature=row["signature"],
                rhythm=row["rhythm"],
                checkin_hour=row["checkin_hour"],
                visits=tuple(
                    VisitFact(id_, kind, date.fromisoformat(day), infant_id)
                    for id_, kind, day, infant_id in (row["visits"] or ())[:MOST_VISITS]
                ),
                infants=children[row["id"]].infants,
                edd=children[row["id"]].edd,
                undoable=undoable[row["id"]],
                may_be_called=row["may_be_called"],
                meeting=_meeting(meeting.get(row["id"])),
                mood_answered=row["id"] in answered,
                texts=own[row["id"]].texts,
                record=own[row["id"]].record,
            ),
        )
        for row in rows
    ]


def _meeting(row: Any) -> MeetingFact | None:
    return None if row is None else MeetingFact(row["id"], row["on_day"], row["hour"], row["coming"])
