"""Who could be told about a batch of follow-ups: mentors, covers, colleagues, the duty roster, supervisors, the line."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Literal, cast

from scheduler.localtime import day_starts, local
from scheduler.roster import works_soon
from scheduler.types import Roster, StaffMember
from scheduler.types.follow_ups import EVERY_DAY
from service.database import Connection
from service.store.open_days import days_off

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Contact:
    """How a member of staff, or a facility's line (id below 0), is reached."""

    person_id: int | None
    phone_id: int
    language: str
    role: Literal["mentor", "supervisor", "nurse"]


@dataclass(frozen=True, slots=True)
class Rosters:
    """Everybody of some facilities, loaded once for a batch. Ids below 0 are facility lines: minus their phone's id."""

    staff: Mapping[int, StaffMember]
    contacts: Mapping[int, Contact]
    mentors: Mapping[int, Sequence[int]]
    covers: Mapping[int, int]
    duty: Mapping[int, Sequence[int]]
    supervisors: Mapping[int, Sequence[int]]
    lines: Mapping[int, StaffMember]
    trained: Mapping[int, Sequence[int]]
    nurses: Mapping[int, Sequence[int]]

    def of(self, facility_id: int, mentor_id: int | None, herself: int | None = None) -> Roster:
        """The roster of a follow-up at this facility about a mother with this mentor (None: no mother, or none).

        ``herself`` is the mother's own place on the staff: then none of her colleagues is asked but the mentor
        she has, only nurses and supervisors, and never she.
        """
        whole = self._whole(facility_id, mentor_id)
        return whole if herself is None else _without_colleagues(whole, herself)

    def _whole(self, facility_id: int, mentor_id: int | None) -> Roster:
        assigned = self.staff.get(mentor_id) if mentor_id is not None else None
        cover = self.staff.get(self.covers.get(mentor_id, 0)) if mentor_id is not None else None
        colleagues = sorted(
            (self.staff[one] for one in self.mentors.get(facility_id, ()) if one != mentor_id),
            key=lambda member: (member.open_cases, member.id),
        )
        supervisors = list(self.supervisors.get(facility_id, ()))
        supervisors += [
            self.covers[one]
            for one in supervisors
            if one in self.covers and self.covers[one] not in supervisors
        ]
        return Roster(
            assigned=assigned,
            cover=cover,
            colleagues=tuple(colleagues),
            duty=tuple(self.staff[one] for one in self.duty.get(facility_id, ()) if one in self.staff),
            supervisors=tuple(self.staff[one] for one in supervisors if one in self.staff),
            facility_line=self.lines.get(facility_id),
            trained=tuple(self.staff[one] for one in self.trained.get(facility_id, ())),
            nurses=tuple(self.staff[one] for one in self.nurses.get(facility_id, ())),
        )


def _without_colleagues(roster: Roster, herself: int) -> Roster:
    """What a mentor's own care is to her colleagues: nothing."""
    assigned = roster.assigned if roster.assigned is not None and roster.assigned.id != herself else None

    def may(one: StaffMember) -> bool:
        chosen = assigned is not None and one.id == assigned.id
        return one.id != herself and (chosen or one.role != "mentor")

    return Roster(
        assigned=assigned,
        cover=None,
        colleagues=(),
        duty=tuple(one for one in roster.duty if may(one)),
        supervisors=tuple(one for one in roster.supervisors if may(one)),
        facility_line=roster.facility_line,
        trained=tuple(one for one in roster.trained if may(one)),
        nurses=tuple(one for one in roster.nurses if may(one)),
    )


NOBODY = Rosters({}, {}, {}, {}, {}, {}, {}, {}, {})
"""The rosters of no facility."""


async def load_rosters(
    conn: Connection, facility_ids: Sequence[int], mentor_ids: Sequence[int], now: datetime
) -> Rosters:
    """Load everybody in six queries, whatever the number of follow-ups."""
    places = sorted(set(facility_ids))
    facilities = {row["id"]: row for row in await conn.fetch(_FACILITIES, places)}
    duty = _on_duty(await conn.fetch(_DUTY, places), facilities, now)
    supervisors: dict[int, list[int]] = defaultdict(list)
    for row in await conn.fetch(_SUPERVISORS, places):
        supervisors[row["facility_id"]].append(row["staff_id"])
    known = {
        *mentor_ids,
        *(i for ids in duty.values() for i in ids),
        *(i for s in supervisors.values() for i in s),
    }
    covers = await _covers(conn, places, sorted(known), now)
    rows = await conn.fetch(_STAFF, places, sorted({*known, *covers.values()}))
    loads = {row["staff_id"]: row["cases"] for row in await conn.fetch(_LOADS, places)}
    new_today = await _new_today(conn, [(row["id"], row["time_zone"]) for row in rows], now)
    staff = {
        row["id"]: replace(
            _member(row, row["id"] in covers, now),
            new_today=new_today.get(row["id"], 0),
            open_cases=loads.get(row["id"], 0),
        )
        for row in rows
    }
    mentors: dict[int, list[int]] = defaultdict(list)
    trained: dict[int, list[int]] = defaultdict(list)
    nurses: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row["role"] == "nurse":
            nurses[row["facility_id"]].append(row["id"])
        if row["role"] == "mentor":
            mentors[row["facility_id"]].append(row["id"])
        if row["answers_mood"]:
            trained[row["facility_id"]].append(row["id"])
    lines, line_contacts = _lines(facilities)
    contacts = {
        row["id"]: Contact(row["id"], row["phone_id"] or 0, row["language"], row["role"]) for row in rows
    }
    return Rosters(
        staff, {**contacts, **line_contacts}, mentors, covers, duty, supervisors, lines, trained, nurses
    )


def days_of(works_on: str | None) -> frozenset[int]:
    """Weekdays as stored, Monday 0: digits in order; None is every day."""
    return EVERY_DAY if works_on is None else frozenset(map(int, works_on))


def _member(row: Any, on_leave: bool, now: datetime) -> StaffMember:
    member = StaffMember(
        id=row["id"],
        role=cast(Literal["mentor", "supervisor", "nurse"], row["role"]),
        reachable=row["has_phone"] and row["hold"] is None and not on_leave,
        time_zone=row["time_zone"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        works_on=days_of(row["works_on"]),
        off_on=days_off(row, local(now, row["time_zone"]).date()),
        works_in=row["works_in"],
    )
    return replace(member, works_soon=works_soon(member, now))


def _lines(facilities: Mapping[int, Any]) -> tuple[dict[int, StaffMember], dict[int, Contact]]:
    lines: dict[int, StaffMember] = {}
    contacts: dict[int, Contact] = {}
    for row in facilities.values():
        if row["line_phone_id"] is None or not row["line_works"]:
            continue
        number = -row["line_phone_id"]
        lines[row["id"]] = StaffMember(number, "nurse", True, row["time_zone"], MIDNIGHT, MIDNIGHT)
        contacts[number] = Contact(None, row["line_phone_id"], row["language"] or "en", "nurse")
    return lines, contacts


def _on_duty(shifts: Sequence[Any], facilities: Mapping[int, Any], now: datetime) -> dict[int, list[int]]:
    """Who is on duty at each facility now, by its own wall clock. A shift that ends before it starts runs past midnight."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in shifts:
        here = local(now, facilities[row["facility_id"]]["time_zone"])
        clock, today = here.time(), here.weekday()
        starts, ends = row["starts_at"], row["ends_at"]
        if starts < ends:
            on = row["weekday"] == today and starts <= clock < ends
        else:
            yesterday = (today - 1) % 7
            on = (row["weekday"] == today and clock >= starts) or (
                row["weekday"] == yesterday and clock < ends
            )
        if on and row["staff_id"] not in found[row["facility_id"]]:
            found[row["facility_id"]].append(row["staff_id"])
    return found


async def _covers(
    conn: Connection, places: Sequence[int], known: Sequence[int], now: datetime
) -> dict[int, int]:
    """Who is on leave on her own local day, and who covers her."""
    rows = await conn.fetch(_COVERS, list(places), list(known), now)
    return {row["staff_id"]: row["covered_by"] for row in rows}


async def _new_today(conn: Connection, staff: Sequence[tuple[int, str]], now: datetime) -> dict[int, int]:
    starts = [day_starts(zone, local(now, zone).date()) for _, zone in staff]
    rows = await conn.fetch(_NEW_TODAY, [one for one, _ in staff], starts)
    return {row["staff_id"]: row["given"] for row in rows}


_FACILITIES = """
SELECT f.id, f.time_zone, f.line_phone_id, p.language,
    p.number IS NOT NULL AND p.trust = 'ok' AND p.opted_out_at IS NULL AS line_works
FROM facility f LEFT JOIN phone p ON p.id = f.line_phone_id WHERE f.id = ANY($1::bigint[])
"""
_DUTY = """
SELECT facility_id, staff_id, weekday, starts_at, ends_at FROM duty_roster
WHERE facility_id = ANY($1::bigint[]) ORDER BY facility_id, rank, id
"""
_SUPERVISORS = """
SELECT facility_id, staff_id FROM supervision WHERE facility_id = ANY($1::bigint[]) ORDER BY facility_id, staff_id
"""
_COVERS = """
SELECT DISTINCT ON (c.staff_id) c.staff_id, c.covered_by
FROM cover c JOIN staff s ON s.id = c.staff_id JOIN facility f ON f.id = s.facility_id
WHERE (s.facility_id = ANY($1::bigint[]) OR s.id = ANY($2::bigint[]))
  AND ($3::timestamptz AT TIME ZONE f.time_zone)::date BETWEEN c.starts_on AND c.ends_on
ORDER BY c.staff_id, c.id DESC
"""
_STAFF = """
SELECT s.id, s.role, s.facility_id, s.starts_at, s.ends_at, f.time_zone, p.language, p.hold, p.phone_id, s.answers_mood,
    coalesce(s.works_on, f.open_on) AS works_on, s.works_in,
    f.country, s.works_on IS NULL AND f.keeps_holidays AS off_on_holidays,
    CASE WHEN s.works_on IS NULL AND f.keeps_holidays THEN
        (SELECT array_agg(d.day) FROM facility_day d WHERE d.facility_id = f.id AND d.open) END AS opened,
    n.number IS NOT NULL AND n.trust = 'ok' AND n.opted_out_at IS NULL AS has_phone
FROM staff s JOIN person p ON p.id = s.id JOIN facility f ON f.id = s.facility_id LEFT JOIN phone n ON n.id = p.phone_id
WHERE s.facility_id = ANY($1::bigint[]) OR s.id = ANY($2::bigint[]) ORDER BY s.id
"""
_LOADS = """
SELECT l.staff_id, count(DISTINCT f.id) AS cases
FROM follow_up f JOIN follow_up_log l ON l.follow_up_id = f.id AND l.what = 'told' AND l.staff_id IS NOT NULL
WHERE f.facility_id = ANY($1::bigint[]) AND f.state <> 'resolved' GROUP BY l.staff_id
"""
# Not urgent, told today, and never told to this person before today.
_NEW_TODAY = """
SELECT w.staff_id, count(DISTINCT l.follow_up_id) AS given
FROM unnest($1::bigint[], $2::timestamptz[]) AS w(staff_id, day_start)
JOIN follow_up_log l ON l.staff_id = w.staff_id AND l.at >= w.day_start AND l.what = 'told'
JOIN follow_up f ON f.id = l.follow_up_id AND NOT f.urgent
WHERE NOT EXISTS (SELECT FROM follow_up_log o WHERE o.follow_up_id = l.follow_up_id AND o.staff_id = w.staff_id
    AND o.what = 'told' AND o.at < w.day_start)
GROUP BY w.staff_id
"""
