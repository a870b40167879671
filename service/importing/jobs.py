"""Files checked and saved beside the pages, in the process that was asked: any other shows how far it is, and can stop it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, TypeVar

import asyncpg

from service import audit
from service.dashboard.door.access import facilities_of
from service.database import CROSSED, Pool, create_pool
from service.importing import runs
from service.importing.columns import NoSuchFileError
from service.importing.places import Importer
from service.importing.problems import Counts, stopped
from service.importing.reading import Sheet, UnreadableFileError, read_sheet
from service.importing.result import result
from service.importing.running import Checked, check_sheet, save_sheet
from service.logs import get_logger
from service.wiring import Services

T = TypeVar("T")

PULSE_SECONDS: Final = 1.0
TRIES: Final = 3
FAULT: Final = "Something went wrong on our side, and nothing was saved. Try again in a minute."
GONE: Final = "The file is no longer kept: upload it again."

log = get_logger(__name__)


class Jobs:
    """The runs this process works on. One at a time: a second file waits for the first."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def check(self, run_id: int) -> None:
        """Begin to look through a file that waits."""
        self._begin(run_id, "waiting", "checking", self._check)

    def save(self, run_id: int) -> None:
        """Begin to save the good rows of a file that waits for that."""
        self._begin(run_id, "to_save", "saving", self._save)

    async def settled(self) -> None:
        """Wait until everything begun here has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(
        self, run_id: int, before: str, state: str, work: Callable[["_Pulse"], Coroutine[Any, Any, None]]
    ) -> None:
        task = asyncio.create_task(self._run(run_id, before, state, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(
        self, run_id: int, before: str, state: str, work: Callable[["_Pulse"], Coroutine[Any, Any, None]]
    ) -> None:
        services = self._services
        waiting = asyncio.create_task(_wait_with(services, run_id, before))
        try:
            async with self._one_at_a_time:
                waiting.cancel()
                attempt = await runs.take(
                    services.pool, run_id, before, state, await services.clocks.wall.now()
                )
                async with _Pulse(services, run_id, attempt) as pulse:
                    await self._guarded(pulse, work)
        except runs.GoneError:
            log.info("import_left", run=run_id)
        finally:
            waiting.cancel()

    async def _guarded(self, pulse: "_Pulse", work: Callable[["_Pulse"], Coroutine[Any, Any, None]]) -> None:
        services = self._services
        state, trouble = "failed", FAULT
        try:
            return await work(pulse)
        except runs.GoneError:
            raise
        except runs.CancelledError:
            state, trouble = "cancelled", "It was stopped, and nothing was saved."
        except (NoSuchFileError, UnreadableFileError) as error:
            trouble = str(error)
        except Exception as error:
            # The database repeats values in its messages, which may be a number of hers.
            log.error("import_failed", run=pulse.run_id, error=type(error).__name__)
        await pulse.stop()
        wall = await services.clocks.wall.now()
        await runs.end(services.pool, services.sealer, pulse.run, state, wall, trouble=trouble)

    async def _check(self, pulse: "_Pulse") -> None:
        services = self._services
        sheet, by, now = (
            await self._sheet(pulse),
            await self._importer(pulse.run_id),
            await services.clocks.care.now(),
        )
        deps = services.deps()

        async def look(pool: Pool) -> Checked:
            async with pool.acquire() as conn:
                return await check_sheet(conn, deps, sheet, by, now, pulse.beat)

        checked = await self._apart(pulse, look)
        await pulse.stop()
        await runs.end(
            services.pool, services.sealer, pulse.run, "checked", await services.clocks.wall.now(),
            kind=checked.kind, counts=checked.counts, problems=checked.problems, keep_file=True,
            trouble=_ignored(checked),
        )  # fmt: skip

    async def _save(self, pulse: "_Pulse") -> None:
        sheet, by = await self._sheet(pulse), await self._importer(pulse.run_id)
        for tried in range(1, TRIES + 1):
            try:
                return await self._save_once(pulse, sheet, by)
            except CROSSED:
                # Somebody's report about one of these mothers, or her client number, crossed it; nothing was changed.
                if tried == TRIES:
                    raise
                pulse.worked = 0

    async def _save_once(self, pulse: "_Pulse", sheet: Sheet, by: Importer) -> None:
        services = self._services
        now, deps = await services.clocks.care.now(), services.deps()
        user_id = await services.pool.fetchval("SELECT user_id FROM import_run WHERE id = $1", pulse.run_id)
        who = "operator" if user_id is None else f"user {user_id}"

        async def save(pool: Pool) -> None:
            async with pool.acquire() as conn, conn.transaction():
                checked = await save_sheet(conn, deps, sheet, by, now, pulse.beat)
                wrong = stopped(checked.problems)
                left = result(sheet, checked.kind, checked.problems, only=wrong) if wrong else None
                wall = await services.clocks.wall.now()
                await runs.end(
                    conn, services.sealer, pulse.run, "done", wall,
                    kind=checked.kind, counts=checked.counts, problems=checked.problems, file=left,
                    trouble=_ignored(checked),
                )  # fmt: skip
                await audit.record(
                    conn, services.sealer, wall, who, "imported", summary(checked.kind, checked.counts),
                    about=("import", pulse.run_id),
                )  # fmt: skip

        await self._apart(pulse, save)

    async def _apart(self, pulse: "_Pulse", work: Callable[[Pool], Coroutine[Any, Any, T]]) -> T:
        """Do it in a thread with a connection of its own: thousands of rows in this loop would keep phones waiting."""

        async def with_pool() -> T:
            pulse.begun_apart()
            async with await create_pool(self._services.database_url, max_size=1) as pool:
                return await work(pool)

        try:
            return await asyncio.to_thread(asyncio.run, with_pool())
        except asyncio.CancelledError:
            # This process ends: what the thread does comes to nothing, also where it waits for the database.
            pulse.give_up()
            raise

    async def _sheet(self, pulse: "_Pulse") -> Sheet:
        content = await runs.file_of(self._services.pool, self._services.sealer, pulse.run_id)
        if content is None:
            raise UnreadableFileError(GONE)
        sheet = await asyncio.to_thread(read_sheet, content)
        pulse.total = len(sheet.rows)
        return sheet

    async def _importer(self, run_id: int) -> Importer:
        """Who uploaded it, with what they may do now and not then. The operator may do it everywhere."""
        async with self._services.pool.acquire() as conn:
            row = await conn.fetchrow(_WHO, run_id)
            if row["role"] is None:
                return Importer(row["staff_id"])
            return Importer(row["staff_id"], await facilities_of(conn, row["role"], row["staff_id"]))


class _Pulse:
    """Shows every second how far one run is, and sees whether somebody wants it stopped."""

    def __init__(self, services: Services, run_id: int, attempt: int) -> None:
        self.run_id, self.run = run_id, (run_id, attempt)
        self.total = self.worked = 0
        self._services, self._attempt = services, attempt
        self._stop: Exception | None = None
        self._task: asyncio.Task[None] | None = None
        self._apart: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any] | None] | None = None

    def begun_apart(self) -> None:
        """Said by the thread that works on it. Raises what ended it meanwhile."""
        self._apart = asyncio.get_running_loop(), asyncio.current_task()
        if self._stop is not None:
            raise self._stop

    async def beat(self, rows: int) -> None:
        """So many more rows are done. Raises what ended it: CancelledError or GoneError."""
        self.worked += rows
        await asyncio.sleep(0)
        if self._stop is not None:
            raise self._stop

    def give_up(self) -> None:
        """Let the thread that works on it end now: its transaction is rolled back."""
        self._stop = self._stop or runs.GoneError()
        if self._apart is not None:
            loop, task = self._apart
            with suppress(RuntimeError):  # it has ended by itself
                if task is not None:
                    loop.call_soon_threadsafe(task.cancel)

    async def __aenter__(self) -> "_Pulse":
        self._task = asyncio.create_task(self._beating())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Say no more: what comes of it is written now."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _beating(self) -> None:
        services = self._services
        while self._stop is None:
            try:
                wall = await services.clocks.wall.now()
                await runs.beat(services.pool, self.run_id, self._attempt, self.worked, self.total, wall)
            except (runs.CancelledError, runs.GoneError) as error:
                self._stop = error
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                log.warning("import_progress_not_written", run=self.run_id)
            await asyncio.sleep(PULSE_SECONDS)


async def _wait_with(services: Services, run_id: int, state: str) -> None:
    """While another file is worked on, this one is waiting and not forgotten."""
    while True:
        await asyncio.sleep(PULSE_SECONDS * 10)
        await services.pool.execute(_WAITS, run_id, state, await services.clocks.wall.now())


def summary(kind: str, counts: Counts) -> str:
    """What was saved, in one line: ``mothers: 12 new, 3 changed, 40 unchanged, 2 left out``."""
    return f"{kind}: {counts.new} new, {counts.changed} changed, {counts.unchanged} unchanged, {counts.wrong} left out"


def _ignored(checked: Checked) -> str | None:
    """Which columns were not read, where there are any."""
    if not checked.ignored:
        return None
    shown = ", ".join(one[:40] for one in checked.ignored[:8])
    more = f" and {len(checked.ignored) - 8} more" if len(checked.ignored) > 8 else ""
    return f"Columns that are not read, and not kept: {shown}{more}."


_WHO = """
SELECT r.staff_id, u.role FROM import_run r LEFT JOIN dashboard_user u ON u.id = r.user_id WHERE r.id = $1
"""

_WAITS = "UPDATE import_run SET beat_at = $3 WHERE id = $1 AND state = $2"
