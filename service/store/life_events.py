"""Life events as rows: kept once, listed while they can be undone, and marked as undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from flows.facts.life import LifeEventFact
from service.database import Connection

UNDO_WITHIN: Final = timedelta(days=7)
"""How long a report can be taken back (project choice): long enough to meet, too short to rewrite a register."""

DEATH_UNDO_WITHIN: Final = timedelta(days=30)
"""How long a nurse or supervisor can take back a confirmed death of a mother (project choice)."""

What = Literal[
    "pregnancy",
    "transferred",
    "tests_over",
    "birth",
    "loss",
    "infant_death",
    "weaned",
    "moved",
    "new_number",
    "death",
]

ONLY_IN_PERSON: Final = ["new_number", "death"]
"""Not taken back by a digit on her pages: a number is bound by a code face to face, a death by who confirmed it."""


@dataclass(frozen=True, slots=True)
class NewLifeEvent:
    """One change to keep. ``on_day`` is the local day it happened; ``before`` what undoing restores."""

    mother_id: int
    what: What
    on_day: date
    via: str
    infant_id: int | None = None
    pregnancy_id: int | None = None
    reported_by: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LifeEventRow:
    """A change that still stands."""

    id: int
    mother_id: int
    what: What
    infant_id: int | None
    pregnancy_id: int | None
    on_day: date
    reported_at: datetime
    before: Mapping[str, Any]

    def can_be_undone(self, now: datetime) -> bool:
        """Whether the days for taking it back are not over."""
        within = DEATH_UNDO_WITHIN if self.what == "death" else UNDO_WITHIN
        return now < self.reported_at + within


async def keep(conn: Connection, new: NewLifeEvent, now: datetime) -> int | None:
    """Keep a change; None when the same one stands already. Returns its id."""
    kept: int | None = await conn.fetchval(
        _KEEP,
        new.mother_id,
        new.what,
        new.infant_id,
        new.pregnancy_id,
        new.on_day,
        now,
        new.reported_by,
        new.via,
        dict(new.before),
    )
    return kept


async def standing(conn: Connection, mother_id: int, life_event_id: int) -> LifeEventRow | None:
    """One change of this mother that has not been undone, locked; None when there is none."""
    row = await conn.fetchrow(_STANDING, mother_id, life_event_id)
    return None if row is None else LifeEventRow(**row)


async def last_birth(conn: Connection, mother_id: int) -> LifeEventRow | None:
    """The last birth of this mother that stands, locked."""
    row = await conn.fetchrow(_LAST_BIRTH, mother_id)
    return None if row is None else LifeEventRow(**row)


async def mark_undone(conn: Connection, life_event_id: int, staff_id: int | None, now: datetime) -> None:
    """It was a mistake. ``staff_id`` is who said so, None for herself."""
    await conn.execute(
        "UPDATE life_event SET undone_at = $2, undone_by = $3 WHERE id = $1", life_event_id, now, staff_id
    )


async def undoable_of(
    conn: Connection, mother_ids: Sequence[int], now: datetime
) -> Mapping[int, tuple[LifeEventFact, ...]]:
    """What each of these mothers, or her mentor, may still undo, the newest first.

    A pregnancy is not offered once it has ended: what ended it is taken back first. A birth is not offered once somebody has marked a visit of that baby, or something else about it was
    reported: more than a slip then hangs on it.
    """
    rows = await conn.fetch(_UNDOABLE, list(mother_ids), now - UNDO_WITHIN, ONLY_IN_PERSON)
    found: dict[int, list[LifeEventFact]] = {one: [] for one in mother_ids}
    for row in rows:
        fact = LifeEventFact(row["id"], row["what"], row["reported_on"], row["infant_id"], row["overtaken"])
        found[row["mother_id"]].append(fact)
    return {mother_id: tuple(facts) for mother_id, facts in found.items()}


async def hangs_on(conn: Connection, infant_ids: Sequence[int]) -> bool:
    """Whether somebody has marked a visit of one of these babies, or reported something else about it."""
    return bool(await conn.fetchval(_HANGS_ON, list(infant_ids)))


_KEEP = """
INSERT INTO life_event (mother_id, what, infant_id, pregnancy_id, on_day, reported_at, reported_by, via, before)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id
"""

_ROW = """
SELECT id, mother_id, what, infant_id, pregnancy_id, on_day, reported_at, before FROM life_event
"""
_STANDING = f"{_ROW} WHERE mother_id = $1 AND id = $2 AND undone_at IS NULL FOR UPDATE"

_LAST_BIRTH = """
SELECT id, mother_id, what, infant_id, pregnancy_id, on_day, reported_at, before FROM life_event
WHERE id = (SELECT max(id) FROM life_event WHERE mother_id = $1 AND what = 'birth' AND undone_at IS NULL) FOR UPDATE
"""

_UNDOABLE = """
SELECT l.id, l.mother_id, l.what, l.infant_id, (l.reported_at AT TIME ZONE f.time_zone)::date AS reported_on,
    l.what IN ('birth', 'loss') AND EXISTS (SELECT FROM pregnancy g
        WHERE g.mother_id = l.mother_id AND g.status = 'ongoing') AS overtaken
FROM life_event l JOIN mother m ON m.id = l.mother_id JOIN facility f ON f.id = m.facility_id
WHERE l.mother_id = ANY($1::bigint[]) AND l.undone_at IS NULL AND l.reported_at > $2 AND l.what <> ALL($3::text[])
  AND NOT (l.what = 'pregnancy' AND NOT EXISTS (
      SELECT FROM pregnancy g WHERE g.id = l.pregnancy_id AND g.status = 'ongoing'))
  AND NOT (l.what = 'birth' AND EXISTS (
      SELECT FROM infant i WHERE i.pregnancy_id = l.pregnancy_id AND (
          EXISTS (SELECT FROM visit v WHERE v.infant_id = i.id AND v.status IN ('kept', 'missed'))
          OR EXISTS (SELECT FROM life_event o WHERE o.infant_id = i.id AND o.undone_at IS NULL))))
ORDER BY l.mother_id, l.reported_at DESC, l.id DESC
"""

_HANGS_ON = """
SELECT EXISTS (SELECT FROM visit WHERE infant_id = ANY($1::bigint[]) AND status IN ('kept', 'missed'))
    OR EXISTS (SELECT FROM life_event WHERE infant_id = ANY($1::bigint[]) AND undone_at IS NULL)
"""
