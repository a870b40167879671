"""New mothers of a register, written set-based in the caller's transaction: each as if her mentor had enrolled her.

Nobody is set up by a file: no phone is bound, no consent to texts is noted, and so nothing is ever sent to her before
she sits beside her mentor. Her schedules begin, and the planner fills them in its own time.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from scheduler.assignment import Wanted, share
from scheduler.infant_risk import BirthFacts, infant_risk
from service.apply.deps import Deps
from service.database import Connection
from service.importing.facts import MotherFacts
from service.importing.known import Key, Known, new_here
from service.importing.mothers import Filling
from service.importing.places import Place, Places
from service.store import care_dates, joining
from service.store.assignment import candidates
from service.store.case_codes import COUNT, codes_where_free
from service.store.messages import wake

COPY_SECONDS: Final = 300.0
CODES_AT_MOST: Final = COUNT * 3 // 4
"""So many of a mentor's case codes may be in use after an import; who has none gets one when there is work about her."""


async def add_mothers(
    conn: Connection,
    deps: Deps,
    places: Places,
    fresh: Sequence[MotherFacts],
    staff_id: int | None,
    now: datetime,
) -> dict[Key, Known]:
    """Add them; return them as they are known now. Lock the clinics first (``lock_facilities``)."""
    if not fresh:
        return {}
    ids = await _reserve(conn, "person", len(fresh))
    mentors = await _mentors(conn, places, fresh, now)
    both = list(zip(fresh, ids, strict=True))

    async def copy(table: str, columns: str, records: Iterator[tuple[Any, ...]]) -> None:
        await conn.copy_records_to_table(
            table, columns=columns.split(), records=records, timeout=COPY_SECONDS
        )

    await copy(
        "person",
        "id kind language created_at",
        ((new_id, "mother", _language(one, places, mentors[one.row]), now) for one, new_id in both),
    )
    await copy(
        "mother",
        _MOTHER_COLUMNS,
        (_mother(one, new_id, mentors[one.row], places, now) for one, new_id in both),
    )
    await copy(
        "consent",
        "mother_id stream given_at form_number read_by",
        ((new_id, "data", now, one.form_number, None) for one, new_id in both if one.form_number is not None),
    )
    await copy(
        "pregnancy",
        "mother_id edd known_on",
        (
            (new_id, one.due_on, places.by_id[one.facility_id].today)
            for one, new_id in both
            if one.due_on is not None
        ),
    )
    infants = await _add_infants(conn, both, places)
    await copy(
        "enrolment",
        _ENROLMENT_COLUMNS,
        (
            row
            for one, new_id in both
            for row in _enrolments(one, new_id, infants[new_id], places.by_id[one.facility_id])
        ),
    )
    await _keep_numbers(conn, deps, both, now)
    await _give_codes(conn, [(mentors[one.row], new_id) for one, new_id in both], now)
    await conn.execute(_RECORD, now, ids, staff_id)
    await wake(conn)
    return {one.key: new_here(new_id, *one.key) for one, new_id in both}


async def fill_in(
    conn: Connection,
    deps: Deps,
    places: Places,
    fillings: Sequence[Filling],
    staff_id: int | None,
    now: datetime,
) -> None:
    """Write what nobody had said yet of mothers who are known, and begin what is counted from it."""
    if not fillings:
        return
    ids = sorted(one.known.id for one in fillings)
    await conn.execute("SELECT FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE", ids)

    def given(name: str) -> list[Any]:
        return [getattr(one.facts, name) if name in one.fields else None for one in fillings]

    await conn.execute(
        _FILL,
        [one.known.id for one in fillings],
        given("pair_number"),
        given("under_20"),
        given("treated_since"),
        given("runs_out_on"),
    )
    await _keep_numbers(
        conn, deps, [(one.facts, one.known.id) for one in fillings if "number" in one.fields], now
    )
    for one in fillings:
        if one.fields & {"treated_since", "runs_out_on"}:
            country = places.by_id[one.facts.facility_id].country
            await care_dates.bring_in_line(conn, country, one.known.id, now)
    await conn.execute(_RECORD, now, ids, staff_id)


async def lock_facilities(conn: Connection, facility_ids: Sequence[int]) -> None:
    """Whoever enters mothers by their client numbers, by file or by key, goes one at a time at each clinic."""
    for one in sorted(set(facility_ids)):
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"register:{one}")


async def _reserve(conn: Connection, table: str, count: int) -> list[int]:
    return [row["id"] for row in await conn.fetch(_RESERVE, table, count)]


async def _mentors(
    conn: Connection, places: Places, fresh: Sequence[MotherFacts], now: datetime
) -> Mapping[int, int | None]:
    """The mentor of each row: the one it names, else whoever has room and speaks with her."""
    found: dict[int, int | None] = {one.row: one.mentor_id for one in fresh}
    by_facility: dict[int, list[MotherFacts]] = defaultdict(list)
    for one in fresh:
        if one.mentor_id is None:
            by_facility[one.facility_id].append(one)
    named = Counter(one.mentor_id for one in fresh)
    for facility_id, theirs in by_facility.items():
        there = [
            replace(one, mothers=one.mothers + named[one.id])
            for one in await candidates(conn, facility_id, now)
        ]
        wanted = {
            one.row: Wanted(one.language or places.by_id[facility_id].country.languages[0]) for one in theirs
        }
        found.update(share(there, wanted))
    return found


def _language(one: MotherFacts, places: Places, mentor_id: int | None) -> str:
    place = places.by_id[one.facility_id]
    hers = one.language or (place.mentors.get(mentor_id) if mentor_id is not None else None)
    return hers or place.country.languages[0]


def _mother(
    one: MotherFacts, new_id: int, mentor_id: int | None, places: Places, now: datetime
) -> tuple[Any, ...]:
    place = places.by_id[one.facility_id]
    care = one.care or "treatment"
    return (
        new_id,
        one.facility_id,
        mentor_id,
        one.client_number,
        one.pair_number,
        one.form_number,
        "none",  # whose phone is hers is asked, and consent to texts read aloud, as she is set up
        now if _is_complete(one) else None,
        bool(one.under_20),
        care,
        None if one.care is None else place.today,
        one.treated_since,
        one.runs_out_on,
        joining.digest(place.country),
    )


def _is_complete(one: MotherFacts) -> bool:
    """Whether nothing is left to ask that the first two minutes beside her mentor leave out."""
    return one.treated_since is not None or one.care not in (None, "treatment")


def _enrolments(
    one: MotherFacts, mother_id: int, infants: Sequence[int], place: Place
) -> Iterator[tuple[Any, ...]]:
    known = {
        "care": one.care or "treatment",
        "art_start": one.treated_since,
        "run_out": one.runs_out_on,
        "edd": one.due_on,
        "completed": place.today if _is_complete(one) else None,
    }
    born = [(infant_id, one.born_on) for infant_id in infants if one.born_on is not None]
    hour = 10
    for name, infant_id, anchor_on in care_dates.counted_for_new(place.country, known, born, place.today):
        series = place.country.series.get(name)
        its_hour = None if series is not None and series.visit_kind == "infant_test" else hour
        yield (
            mother_id,
            infant_id,
            place.country.code,
            place.time_zone,
            name,
            anchor_on,
            place.today,
            its_hour,
            place.today,
        )


async def _add_infants(
    conn: Connection, both: Sequence[tuple[MotherFacts, int]], places: Places
) -> Mapping[int, Sequence[int]]:
    born = [(one, mother_id) for one, mother_id in both if one.born_on is not None]
    ids = iter(await _reserve(conn, "infant", sum(one.babies for one, _ in born)))
    infants = {mother_id: [next(ids) for _ in range(one.babies)] for one, mother_id in born}
    await conn.copy_records_to_table(
        "infant",
        columns=["id", "mother_id", "born_on", "birth_order", "risk"],
        records=[
            (infant_id, mother_id, one.born_on, order, _risk(one, places.by_id[one.facility_id]))
            for one, mother_id in born
            for order, infant_id in enumerate(infants[mother_id], start=1)
        ],
        timeout=COPY_SECONDS,
    )
    return defaultdict(list, infants)


def _risk(one: MotherFacts, place: Place) -> str:
    if one.born_on is None or one.care not in (None, "treatment"):
        return "unknown"
    return infant_risk(BirthFacts(one.born_on, one.treated_since), place.country.high_risk)


async def _keep_numbers(
    conn: Connection, deps: Deps, both: Sequence[tuple[MotherFacts, int]], now: datetime
) -> None:
    told = [(one, one.number, mother_id) for one, mother_id in both if one.number is not None]
    await conn.execute(
        _TOLD,
        [mother_id for _, _, mother_id in told],
        [
            deps.sealer.seal(number, table="told_number", column="number", row=mother_id)
            for _, number, mother_id in told
        ],
        [deps.index.of(number) for _, number, _ in told],
        [one.phone_use for one, _, _ in told],
        now,
    )


async def _give_codes(conn: Connection, pairs: Sequence[tuple[int | None, int]], now: datetime) -> None:
    """A case code for each, as long as a mentor has some left for the mothers there is work about."""
    mentors = sorted({one for one, _ in pairs if one is not None})
    used = {row["staff_id"]: int(row["used"]) for row in await conn.fetch(_CODES_USED, mentors)}
    given: list[tuple[int, int]] = []
    for mentor_id, mother_id in pairs:
        if mentor_id is not None and used.get(mentor_id, 0) < CODES_AT_MOST:
            used[mentor_id] = used.get(mentor_id, 0) + 1
            given.append((mentor_id, mother_id))
    if given:
        await codes_where_free(conn, given, now)


_MOTHER_COLUMNS = (
    "id facility_id mentor_id client_number pair_number form_number phone_use completed_at under_20 care care_on "
    "art_started_on run_out_on care_digest"
)

_ENROLMENT_COLUMNS = "mother_id infant_id country time_zone schedule anchor_on entered_on hour next_on"

_RESERVE = "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2::int)"

_RECORD = """
INSERT INTO event (at, kind, mother_id, staff_id)
SELECT $1::timestamptz, 'MotherImported', about, $3::bigint FROM unnest($2::bigint[]) AS about
"""

_TOLD = """
INSERT INTO told_number (mother_id, number, number_index, phone_use, told_at)
SELECT *, $5::timestamptz FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::text[])
ON CONFLICT (mother_id) DO UPDATE SET number = excluded.number, number_index = excluded.number_index,
    phone_use = excluded.phone_use, told_at = excluded.told_at
"""

_CODES_USED = (
    "SELECT staff_id, count(*) AS used FROM case_code WHERE staff_id = ANY($1::bigint[]) GROUP BY staff_id"
)

_FILL = """
UPDATE mother m SET pair_number = coalesce(w.pair_number, m.pair_number), under_20 = coalesce(w.under_20, m.under_20),
    art_started_on = coalesce(w.started, m.art_started_on), run_out_on = coalesce(w.run_out, m.run_out_on)
FROM unnest($1::bigint[], $2::text[], $3::bool[], $4::date[], $5::date[]) AS w(id, pair_number, under_20, started, run_out)
WHERE m.id = w.id
"""
