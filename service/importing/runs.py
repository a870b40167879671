"""Files on their way in, as rows anybody may look at: what was uploaded, how far it is, what came of it.

Whoever works on one holds no lock on its row while it works: progress is written beside the one transaction that saves,
and that transaction ends by writing ``done``, only while the run is still its own. So a process that dies has saved
nothing, which the row says as soon as somebody looks.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from service.database import Connection, Pool
from service.importing.columns import Kind
from service.importing.problems import Counts, Problem, packed, unpacked
from service.importing.reading import Format, format_of
from service.security.sealing import Sealer

FILE_KEPT: Final = timedelta(hours=24)
"""How long a file with what is to be said of its rows is kept at most."""

NO_BEAT_FOR: Final = timedelta(seconds=45)
"""Whoever works on a run writes every few seconds; after so long without a word it was interrupted."""

AT_WORK: Final = ("waiting", "checking", "to_save", "saving")

INTERRUPTED: Final = "It was interrupted, and nothing was saved: begin again."


class GoneError(LookupError):
    """The run is over, or somebody else's by now: look at it again."""


class CancelledError(RuntimeError):
    """Somebody asked to stop it; nothing was saved."""


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """One file on its way in. ``attempt`` tells one worker's try from the next."""

    id: int
    user_id: int | None
    staff_id: int | None
    kind: Kind | None
    format: Format
    state: str
    attempt: int
    total: int
    worked: int
    counts: Counts
    trouble: str | None
    begun_at: datetime
    ended_at: datetime | None
    has_file: bool

    @property
    def is_at_work(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in AT_WORK


async def begin(
    conn: Connection,
    sealer: Sealer,
    content: bytes,
    user_id: int | None,
    staff_id: int | None,
    wall: datetime,
) -> int:
    """Keep an uploaded file, sealed, to be checked; return the run's id."""
    run_id: int = await conn.fetchval(_RESERVE)
    sealed = sealer.seal(content, table="import_run", column="file", row=run_id)
    await conn.execute(_BEGIN, run_id, user_id, staff_id, format_of(content), sealed, wall)
    return run_id


async def run_of(where: Connection | Pool, run_id: int, wall: datetime) -> Run | None:
    """One run as it stands; one nobody works on any more is noted as interrupted first."""
    await where.execute(_INTERRUPTED, INTERRUPTED, wall, wall - NO_BEAT_FOR)
    row = await where.fetchrow(f"{_RUN} WHERE id = $1", run_id)
    return None if row is None else _run(row)


async def latest(conn: Connection | Pool, user_id: int | None, many: int) -> list[Run]:
    """The newest runs, those of one user or (None) of all."""
    rows = await conn.fetch(
        f"{_RUN} WHERE $1::bigint IS NULL OR user_id = $1 ORDER BY id DESC LIMIT $2", user_id, many
    )
    return [_run(row) for row in rows]


async def file_of(conn: Connection | Pool, sealer: Sealer, run_id: int) -> bytes | None:
    """What was uploaded, or after saving the rows that were left out; None once it is gone."""
    sealed = await conn.fetchval("SELECT file FROM import_run WHERE id = $1", run_id)
    return (
        None if sealed is None else sealer.open_bytes(sealed, table="import_run", column="file", row=run_id)
    )


async def problems_of(conn: Connection | Pool, sealer: Sealer, run_id: int) -> list[Problem]:
    """What is to be said of its rows; nothing once it is gone."""
    sealed = await conn.fetchval("SELECT problems FROM import_run WHERE id = $1", run_id)
    if sealed is None:
        return []
    return unpacked(json.loads(sealer.open(sealed, table="import_run", column="problems", row=run_id)))


async def take(conn: Connection | Pool, run_id: int, before: str, state: str, wall: datetime) -> int:
    """Begin a piece of work on it, if it waits for that; return the attempt. Raises GoneError."""
    attempt: int | None = await conn.fetchval(_TAKE, run_id, before, state, wall)
    if attempt is None:
        raise GoneError
    return attempt


async def wish_to_save(conn: Connection | Pool, run_id: int, wall: datetime) -> bool:
    """Somebody wants the good rows saved; False when it is past that."""
    return await conn.fetchval(_TO_SAVE, run_id, wall) is not None


async def wish_to_stop(conn: Connection | Pool, run_id: int, wall: datetime) -> None:
    """Somebody wants it stopped: at once where nobody works on it, else as soon as whoever does looks up."""
    await conn.execute(_STOP, run_id, wall)


async def beat(
    conn: Connection | Pool, run_id: int, attempt: int, worked: int, total: int, wall: datetime
) -> None:
    """Show how far it is. Raises GoneError when it is somebody else's by now, CancelledError when it is to stop."""
    cancel: bool | None = await conn.fetchval(_BEAT, run_id, attempt, worked, total, wall)
    if cancel is None:
        raise GoneError
    if cancel:
        raise CancelledError


async def end(
    conn: Connection | Pool,
    sealer: Sealer,
    run: tuple[int, int],
    state: str,
    wall: datetime,
    *,
    kind: Kind | None = None,
    counts: Counts | None = None,
    problems: Sequence[Problem] = (),
    file: bytes | None = None,
    keep_file: bool = False,
    trouble: str | None = None,
) -> None:
    """Write what came of it. ``run`` is its id and the attempt. Raises GoneError when it is somebody else's by now."""
    run_id, attempt = run
    shown = counts or Counts()
    said = json.dumps(packed(problems), ensure_ascii=False)
    found = await conn.fetchval(
        _END, run_id, attempt, state, wall, kind, shown.total, shown.new, shown.changed, shown.unchanged, shown.wrong,
        shown.remarks, trouble,
        sealer.seal(said, table="import_run", column="problems", row=run_id) if problems else None,
        None if file is None else sealer.seal(file, table="import_run", column="file", row=run_id),
        keep_file, counts is not None,
    )  # fmt: skip
    if found is None:
        raise GoneError


async def forget_files(conn: Connection, wall: datetime) -> None:
    """Let go of files a day old, and of what was said of their rows."""
    await conn.execute(_FORGET, wall - FILE_KEPT)


def _run(row: Any) -> Run:
    return Run(
        id=row["id"],
        user_id=row["user_id"],
        staff_id=row["staff_id"],
        kind=row["kind"],
        format=row["format"],
        state=row["state"],
        attempt=row["attempt"],
        total=row["total"],
        worked=row["worked"],
        counts=Counts(row["fresh"], row["changed"], row["unchanged"], row["wrong"], row["remarks"]),
        trouble=row["trouble"],
        begun_at=row["begun_at"],
        ended_at=row["ended_at"],
        has_file=row["has_file"],
    )


_RESERVE = "SELECT nextval(pg_get_serial_sequence('import_run', 'id'))"

_BEGIN = """
INSERT INTO import_run (id, user_id, staff_id, format, file, begun_at, beat_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
"""

_RUN = """
SELECT id, user_id, staff_id, kind, format, state, attempt, total, worked, fresh, changed, unchanged, wrong, remarks,
    trouble, begun_at, ended_at, file IS NOT NULL AS has_file
FROM import_run
"""

_INTERRUPTED = """
UPDATE import_run SET state = 'interrupted', trouble = $1, ended_at = $2, attempt = attempt + 1
WHERE state IN ('waiting', 'checking', 'to_save', 'saving') AND beat_at < $3
"""

_TAKE = """
UPDATE import_run SET state = $3, attempt = attempt + 1, worked = 0, beat_at = $4 WHERE id = $1 AND state = $2
RETURNING attempt
"""

_TO_SAVE = """
UPDATE import_run SET state = 'to_save', beat_at = $2, worked = 0
WHERE id = $1 AND state = 'checked' AND file IS NOT NULL RETURNING id
"""

_STOP = """
UPDATE import_run SET cancel = state IN ('checking', 'saving'),
    state = CASE WHEN state IN ('waiting', 'checked', 'to_save') THEN 'cancelled' ELSE state END,
    ended_at = CASE WHEN state IN ('waiting', 'checked', 'to_save') THEN $2 ELSE ended_at END,
    file = CASE WHEN state IN ('waiting', 'checked', 'to_save') THEN NULL ELSE file END,
    problems = CASE WHEN state IN ('waiting', 'checked', 'to_save') THEN NULL ELSE problems END
WHERE id = $1 AND state IN ('waiting', 'checking', 'checked', 'to_save', 'saving')
"""

_BEAT = """
UPDATE import_run SET worked = $3, total = $4, beat_at = $5
WHERE id = $1 AND attempt = $2 AND state IN ('checking', 'saving') RETURNING cancel
"""

_END = """
UPDATE import_run SET state = $3, ended_at = $4, beat_at = $4, kind = coalesce($5, kind), trouble = $12, problems = $13,
    file = CASE WHEN $15 THEN file ELSE $14 END, cancel = FALSE,
    total = CASE WHEN $16 THEN $6 ELSE total END, fresh = CASE WHEN $16 THEN $7 ELSE fresh END,
    changed = CASE WHEN $16 THEN $8 ELSE changed END, unchanged = CASE WHEN $16 THEN $9 ELSE unchanged END,
    wrong = CASE WHEN $16 THEN $10 ELSE wrong END, remarks = CASE WHEN $16 THEN $11 ELSE remarks END
WHERE id = $1 AND attempt = $2 AND state IN ('checking', 'saving') RETURNING id
"""

_FORGET = """
UPDATE import_run SET file = NULL, problems = NULL WHERE begun_at < $1 AND (file IS NOT NULL OR problems IS NOT NULL)
"""
