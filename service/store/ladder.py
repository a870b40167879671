"""The follow-ups whose next action has come: claimed with everybody who could be told, settled as the ladder answers."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from flows.bundle import Bundle
from scheduler.escalate import NOBODY as NOBODY_REACHABLE
from scheduler.localtime import day_starts, local
from scheduler.ports import Batch
from scheduler.types import DueFollowUp, Move
from service.database import Connection, Pool
from service.security.sealing import Sealer
from service.store.alarms import raise_alarms
from service.store.alerts import UNMARKED, Told, texts
from service.store.case_codes import codes_where_free
from service.store.handovers import HANDED_OVER
from service.store.messages import queue
from service.store.roster import NOBODY, Rosters, load_rosters

ALARM: Final = "follow_up"
TOLD: Final = "told"
GIVEN: Final = "given"
"""What is logged of whoever a supervisor gave a piece of work to."""
LADDER_LOCK: Final = 0x1ADDE4
APART_AFTER: Final = timedelta(minutes=5)
"""What is not urgent waits at most so long for the rest of its moment to be opened, so that it is told in one text."""
MOST: Final = 10
"""How many times over the limit a batch may go so that all that waits for one person is in it."""


class Ladder:
    """Implements ``scheduler.ports.FollowUps``."""

    def __init__(self, pool: Pool, sealer: Sealer, bundle: Callable[[], Bundle]) -> None:
        self._pool = pool
        self._sealer = sealer
        self._bundle = bundle

    @asynccontextmanager
    async def due(self, now: datetime, limit: int) -> AsyncIterator[Batch[DueFollowUp, Move]]:
        """See the port."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(_ALARMS_OVER, now, ALARM)
            together = await conn.fetchval(_TOGETHER, now, LADDER_LOCK)
            most = limit if limit == 1 else limit * MOST
            rows = await conn.fetch(_DUE, now, limit, together, now - APART_AFTER, most)
            yield await _load(conn, rows, self._sealer, self._bundle(), now)


@dataclass(frozen=True, slots=True)
class _Batch:
    conn: Connection
    items: Sequence[DueFollowUp]
    rows: Sequence[Any]
    rosters: Rosters
    sealer: Sealer
    bundle: Bundle
    now: datetime

    async def settle(self, results: Sequence[Move]) -> None:
        """Write where each follow-up stands now, tell who is to be told, and raise the alarms."""
        codes = await self._codes(
            [(item, row, who) for item, row, move in self._zipped(results) for who in move.notify]
        )
        moves = [(item, row, _or_alarm(item, move, codes)) for item, row, move in self._zipped(results)]
        await self.conn.execute(
            _MOVE,
            [item.id for item, _, _ in moves],
            [move.state for _, _, move in moves],
            [move.step for _, _, move in moves],
            [move.next_at for _, _, move in moves],
            [bool(move.notify) for _, _, move in moves],
            [move.alarm for _, _, move in moves],
            self.now,
        )
        told = [(item, row, move, who) for item, row, move in moves for who in move.notify]
        await self.conn.execute(
            _LOG,
            [item.id for item, _, _, _ in told],
            [who if who > 0 else None for _, _, _, who in told],
            [move.step for _, _, move, _ in told],
            self.now,
            TOLD,
        )
        await self._alert(told, codes)
        alarms = [(ALARM, str(item.id)) for item, _, move in moves if move.alarm is not None]
        await raise_alarms(self.conn, alarms, self.now)

    def _zipped(self, results: Sequence[Move]) -> list[tuple[DueFollowUp, Any, Move]]:
        return list(zip(self.items, self.rows, results, strict=True))

    async def _alert(
        self,
        told: Sequence[tuple[DueFollowUp, Any, Move, int]],
        codes: Mapping[tuple[int, int], int],
    ) -> None:
        tellings = [
            (who, Told(item, row, self.rosters.contacts[who], codes[item.id, who], _asked(item, move)))
            for item, row, move, who in told
            if (item.id, who) in codes
        ]
        said = await self._said_today(tellings)
        tellings = [(who, one) for who, one in tellings if (one.item.id, who) not in said]
        unmarked = sorted({who for who, one in tellings if one.cause == UNMARKED})
        marked_today = await self._marked_today(unmarked) if unmarked else frozenset()
        await queue(self.conn, self.sealer, texts(tellings, self.bundle, self.now, marked_today), self.now)

    async def _said_today(self, tellings: Sequence[tuple[int, Told]]) -> Set[tuple[int, int]]:
        """What a supervisor was texted of the same case earlier on her local day, with nothing new about it since.

        What is hers first comes again as its own rungs say.
        """
        gathered = [
            (one.item.id, who)
            for who, one in tellings
            if one.contact.role == "supervisor" and not one.row["urgent"] and one.item.told - {who}
        ]
        if not gathered:
            return frozenset()
        zones = [self.rosters.staff[who].time_zone for _, who in gathered]
        starts = [day_starts(zone, local(self.now, zone).date()) for zone in zones]
        ids, staff = [one for one, _ in gathered], [who for _, who in gathered]
        rows = await self.conn.fetch(_SAID_TODAY, ids, staff, starts, self.now, TOLD)
        return {(row["id"], row["staff_id"]) for row in rows}

    async def _marked_today(self, staff_ids: Sequence[int]) -> frozenset[int]:
        """Who was texted earlier on her own local day that somebody's attendance is unknown."""
        starts = [
            day_starts(one.time_zone, local(self.now, one.time_zone).date())
            for one in (self.rosters.staff[who] for who in staff_ids)
        ]
        rows = await self.conn.fetch(_MARKED_TODAY, list(staff_ids), starts, UNMARKED, self.now)
        return frozenset(row["staff_id"] for row in rows)

    async def _codes(self, told: Sequence[tuple[DueFollowUp, Any, int]]) -> Mapping[tuple[int, int], int]:
        """The code each is told, where one is free. A facility's line has none of its own: it is told one of somebody there."""
        mothers: dict[tuple[int, int], tuple[int, int]] = {}
        phones: dict[tuple[int, int], tuple[int, int]] = {}
        for item, row, who in told:
            speaker = who if who > 0 else _speaker(item)
            if speaker is not None and item.mother_id is not None:
                mothers[item.id, who] = (speaker, item.mother_id)
            elif speaker is not None:
                phones[item.id, who] = (speaker, row["phone_id"])
        by_mother = await codes_where_free(self.conn, list(mothers.values()), self.now)
        by_phone = await codes_where_free(self.conn, list(phones.values()), self.now, about="phone")
        return {
            **{key: by_mother[pair] for key, pair in mothers.items() if pair in by_mother},
            **{key: by_phone[pair] for key, pair in phones.items() if pair in by_phone},
        }


def _asked(item: DueFollowUp, move: Move) -> str | None:
    """What the rung asks; nothing new where she took what this same rung asked of her before."""
    return None if item.state == "acknowledged" and move.step == item.step else move.ask


def _or_alarm(item: DueFollowUp, move: Move, codes: Mapping[tuple[int, int], int]) -> Move:
    """Nobody can be told without a code of theirs, or a line without one at its facility: then the others are.

    Where there are no others, the alarm is raised at once.
    """
    told = tuple(who for who in move.notify if (item.id, who) in codes)
    if told == tuple(move.notify):
        return move
    return replace(move, notify=told, alarm=move.alarm if told else NOBODY_REACHABLE)


def _speaker(item: DueFollowUp) -> int | None:
    """Whose code the facility's line is told: somebody on duty, else a supervisor, her mentor, or any other."""
    roster = item.roster
    assigned = (roster.assigned,) if roster.assigned is not None else ()
    everybody = (*roster.duty, *roster.supervisors, *assigned, *roster.colleagues)
    return next((one.id for one in everybody), None)


async def _load(
    conn: Connection, rows: Sequence[Any], sealer: Sealer, bundle: Bundle, now: datetime
) -> _Batch:
    if not rows:
        return _Batch(conn, (), (), NOBODY, sealer, bundle, now)
    logs: dict[int, list[Any]] = {row["id"]: [] for row in rows}
    for entry in await conn.fetch(_LOGGED, list(logs), TOLD, GIVEN, HANDED_OVER):
        logs[entry["follow_up_id"]].append(entry)
    said = {id_: _said(entries) for id_, entries in logs.items()}
    hers = {row["id"]: said[row["id"]].given or row["mentor_id"] for row in rows}
    mentors = sorted({one for one in hers.values() if one is not None})
    rosters = await load_rosters(conn, [row["facility_id"] for row in rows], mentors, now)
    items = [
        DueFollowUp(
            id=row["id"],
            mother_id=row["mother_id"],
            cause=row["cause"],
            country=row["country"],
            risk=row["risk"],
            state=row["state"],
            step=row["step"],
            owner_id=row["owner_id"],
            passed_by=said[row["id"]].passed_by,
            roster=rosters.of(row["facility_id"], hers[row["id"]], row["herself"]),
            told=said[row["id"]].told,
            not_reached=row["not_reached"],
            hold_by_code=row["hold_by_code"],
            expect_by=row["expect_by"],
            attendance=row["attendance"],
            wanted_at=row["wanted_at"],
            opened_at=row["opened_at"],
            due_at=row["next_at"],
            given_to=said[row["id"]].given if said[row["id"]].to_be_told else None,
        )
        for row in rows
    ]
    return _Batch(conn, items, rows, rosters, sealer, bundle, now)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a log tells: who was told, who passed it on, and whom a supervisor gave it to, perhaps yet to be told."""

    told: frozenset[int]
    passed_by: frozenset[int]
    given: int | None
    to_be_told: bool


def _said(entries: Sequence[Any]) -> _Said:
    """Read a log in its order. Whoever is given it had better take it, though she passed it on before."""
    told: set[int] = set()
    passed_by: set[int] = set()
    given: int | None = None
    to_be_told = False
    for entry in entries:
        who, what = entry["staff_id"], entry["what"]
        if what == TOLD:
            told.add(who)
            to_be_told = False
        elif what == GIVEN:
            given, to_be_told = who, True
            passed_by.discard(who)
        elif what == HANDED_OVER and who == given:
            given, to_be_told = None, False
        elif what == "pass_on":
            passed_by.add(who)
    return _Said(frozenset(told), frozenset(passed_by), given, to_be_told)


# One worker at a time tells what is not urgent, and once no other is still opening more of it. A worker that hangs
# with the lock delays the others by minutes, and what is urgent never.
_TOGETHER = """
SELECT pg_try_advisory_xact_lock($2)
    AND NOT EXISTS (SELECT FROM reminder WHERE state = 'planned' AND coalesce(look_at, due_at) <= $1)
    AND NOT EXISTS (SELECT FROM mother WHERE silence_check_at <= $1)
    AND NOT EXISTS (SELECT FROM enrolment WHERE state = 'active'
        AND next_on <= ($1::timestamptz + interval '14 hours')::date
        AND next_on <= ($1::timestamptz AT TIME ZONE time_zone)::date)
"""

# What is not urgent comes by whole sites, those of one supervisor together: nobody is told by halves.
_DUE = """
WITH waiting AS MATERIALIZED (
    SELECT w.facility_id, count(*) AS due,
        (SELECT min(s.staff_id) FROM supervision s WHERE s.facility_id = w.facility_id) AS head
    FROM follow_up w
    WHERE w.state <> 'resolved' AND w.next_at <= $1 AND NOT w.urgent AND ($3 OR w.next_at <= $4)
    GROUP BY w.facility_id
), turn AS MATERIALIZED (
    SELECT facility_id, sum(due) OVER (ORDER BY head, CASE WHEN head IS NULL THEN facility_id END
        GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM waiting
)
SELECT f.id, f.mother_id, f.phone_id, f.facility_id, f.cause, f.country, f.risk, f.urgent, f.state, f.step, f.owner_id,
    f.not_reached, f.hold_by_code, f.expect_by, f.wanted_at, f.opened_at, f.next_at,
    (SELECT c.time_zone FROM facility c WHERE c.id = f.facility_id) AS time_zone,
    (SELECT m.mentor_id FROM mother m WHERE m.id = f.mother_id) AS mentor_id,
    (SELECT m.staff_id FROM mother m WHERE m.id = f.mother_id) AS herself,
    EXISTS (SELECT FROM mother m WHERE m.id = f.mother_id AND m.quiet_since IS NOT NULL) AS quiet,
    (SELECT v.status FROM visit v WHERE v.mother_id = f.mother_id AND v.due_on <= f.expect_by
        AND v.due_on >= f.opened_at::date AND v.status IN ('expected', 'missed', 'unknown')
     ORDER BY v.due_on DESC LIMIT 1) AS attendance
FROM follow_up f
WHERE f.state <> 'resolved' AND f.next_at <= $1 AND (f.urgent OR (($3 OR f.next_at <= $4)
    AND f.facility_id IN (SELECT t.facility_id FROM turn t WHERE coalesce(t.before, 0) < $2)))
ORDER BY f.urgent DESC, f.rank, array_position(ARRAY['red', 'amber', 'green'], f.risk), f.next_at, f.mother_id, f.id
LIMIT $5
FOR UPDATE OF f SKIP LOCKED
"""

_LOGGED = """
SELECT follow_up_id, what, staff_id FROM follow_up_log
WHERE follow_up_id = ANY($1::bigint[]) AND what IN ($2, $3, $4, 'pass_on') AND staff_id IS NOT NULL ORDER BY id
"""

# New is what was opened since, what is graver than what she was told of, and whatever anybody did about the case.
_SAID_TODAY = """
SELECT w.id, w.staff_id FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) AS w(id, staff_id, day_start)
JOIN follow_up f ON f.id = w.id
WHERE EXISTS (SELECT FROM follow_up_log l JOIN follow_up t ON t.id = l.follow_up_id
    WHERE l.staff_id = w.staff_id AND l.what = $5 AND l.at >= w.day_start AND l.at < $4
      AND (t.id = f.id OR t.mother_id = f.mother_id) AND NOT t.urgent AND t.rank <= f.rank AND f.opened_at <= l.at
      AND NOT EXISTS (SELECT FROM follow_up c JOIN follow_up_log n ON n.follow_up_id = c.id
          WHERE (c.id = f.id OR c.mother_id = f.mother_id) AND n.id > l.id AND n.what <> $5))
"""

_MARKED_TODAY = """
SELECT DISTINCT l.staff_id FROM unnest($1::bigint[], $2::timestamptz[]) AS w(staff_id, day_start)
JOIN follow_up_log l ON l.staff_id = w.staff_id AND l.at >= w.day_start AND l.at < $4 AND l.what = 'told'
JOIN follow_up f ON f.id = l.follow_up_id AND f.cause = $3
"""

_MOVE = """
UPDATE follow_up f SET state = c.state, step = c.step, next_at = c.next_at,
    notified_at = CASE WHEN c.notified THEN $7 ELSE f.notified_at END,
    owner_id = CASE WHEN c.state = 'acknowledged' THEN f.owner_id END,
    awaiting_when = f.awaiting_when AND c.state = 'acknowledged',
    alarm_at = CASE WHEN c.alarm IS NOT NULL THEN $7 ELSE f.alarm_at END,
    alarm_reason = coalesce(c.alarm, f.alarm_reason),
    reopened = f.reopened + CASE WHEN f.state = 'acknowledged' AND c.state = 'notified' THEN 1 ELSE 0 END
FROM unnest($1::bigint[], $2::text[], $3::int[], $4::timestamptz[], $5::bool[], $6::text[])
    AS c(id, state, step, next_at, notified, alarm)
WHERE f.id = c.id
"""

_LOG = """
INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step)
SELECT follow_up_id, staff_id, $4, $5, step FROM unnest($1::bigint[], $2::bigint[], $3::int[])
    AS l(follow_up_id, staff_id, step)
"""

_ALARMS_OVER = """
UPDATE alarm a SET cleared_at = $1
WHERE a.cleared_at IS NULL AND a.kind = $2
  AND EXISTS (SELECT FROM follow_up f WHERE f.id = CASE WHEN a.kind = $2 THEN a.subject::bigint END
      AND f.state IN ('resolved', 'acknowledged'))
"""
