"""The embedded PostgreSQL of the demo and the tests: started, found again after a crash, and stopped, by us."""

import fcntl
import os
import shlex
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO
from urllib.parse import quote, urlsplit

import asyncpg

from service.embedded.home import EmbeddedDatabaseError, Home, find_home
from service.embedded.pid import disown_stale_pid, running_pid

__all__ = [
    "EmbeddedDatabaseError",
    "EmbeddedPostgres",
    "create_database",
    "drop_database",
    "embedded_postgres",
    "running_dsn",
    "with_database",
]

ROLE = DATABASE = "pamoja"
LOG_LIMIT_BYTES = 10_000_000
START_ATTEMPTS = 3


@contextmanager
def embedded_postgres(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL on `data_dir` for as long as the block lasts, and yield its DSN.

    The DSN, `postgresql://pamoja@/pamoja?host=FOLDER`, names a socket in a private folder; no TCP port is
    opened. The data stays in the folder. With `durable=False` nothing is flushed to disk (tests only).
    A server of ours that a killed process left behind is stopped first. SIGTERM and SIGHUP end the block
    as an exception would, so that the server is stopped.

    Raises EmbeddedDatabaseError if another process uses the folder, or PostgreSQL cannot run.
    """
    with _signals_as_exceptions(), EmbeddedPostgres(data_dir, durable=durable) as server:
        yield server.dsn


class EmbeddedPostgres:
    """One PostgreSQL on one folder, held by a file lock from `start` to `stop`."""

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.durable = durable
        self._lock: IO[str] | None = None
        self._home: Home | None = None

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def dsn(self) -> str:
        if self._home is None:
            raise EmbeddedDatabaseError("The embedded database is not running; start it first.")
        return _dsn(self._home)

    def start(self) -> None:
        """Make the cluster if there is none, and start it; safe after any kind of crash."""
        self._lock = _lock(self.data_dir)
        try:
            home = self._home = find_home(self.data_dir)
            _make_cluster(home)
            _stop_running(home)
            _start(home, self.durable)
            _make_database(home)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server (open transactions are rolled back) and give up the folder."""
        try:
            if self._home is not None:
                _stop_running(self._home)
        finally:
            self._home = None
            if self._lock is not None:
                self._lock.close()
                self._lock = None


def running_dsn(data_dir: Path) -> str | None:
    """The DSN of the server that some process is running on `data_dir`, or None if none is."""
    if not (data_dir / "postgres.lock").exists():
        return None
    home = find_home(data_dir.resolve())
    return _dsn(home) if running_pid(home) is not None else None


def with_database(dsn: str, name: str) -> str:
    """The same server's DSN for its database `name`."""
    return urlsplit(dsn)._replace(path=f"/{name}").geturl()


async def create_database(where: str | asyncpg.Connection, name: str, template: str | None = None) -> None:
    """Create the database `name`, empty or as a copy of `template` (which nobody may be connected to).

    `where` is the DSN of another database of the server, or a connection to one.
    """
    copied = f' TEMPLATE "{_plain(template)}" STRATEGY FILE_COPY' if template else ""
    await _execute(where, f'CREATE DATABASE "{_plain(name)}"{copied}')


async def drop_database(where: str | asyncpg.Connection, name: str) -> None:
    """Drop the database `name` if it exists, whoever is connected to it; `where` as above."""
    await _execute(where, f'DROP DATABASE IF EXISTS "{_plain(name)}" WITH (FORCE)')


async def _execute(where: str | asyncpg.Connection, statement: str) -> None:
    if isinstance(where, asyncpg.Connection):
        await where.execute(statement)
        return
    connection = await asyncpg.connect(where)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _plain(name: str) -> str:
    if not name.replace("_", "").isalnum():
        raise ValueError("A database's name holds letters, digits and underscores only.")
    return name


def _dsn(home: Home) -> str:
    return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(home.socket))}"


def _lock(data_dir: Path) -> IO[str]:
    """Take the folder for this process; the kernel gives it back however we end."""
    if not data_dir.exists():
        data_dir.mkdir(parents=True)
        if os.geteuid() == 0:
            data_dir.chmod(0o711)  # the server's user must pass through it
    lock = (data_dir / "postgres.lock").open("a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise EmbeddedDatabaseError(
            f"Another Pamoja is using {data_dir}; stop it or choose another folder with PAMOJA_DATA_DIR."
        ) from None
    return lock


def _make_cluster(home: Home) -> None:
    """initdb beside the final place, then one rename: a half-made cluster is never mistaken for a whole one."""
    if (home.cluster / "PG_VERSION").exists():
        return
    fresh = home.cluster.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    home.account.own(fresh)
    made = home.account.run(
        [
            *(home.command("initdb"), "--pgdata", str(fresh), "--username", ROLE, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"),
            *("--builtin-locale", "C.UTF-8", "--no-instructions", "--no-sync"),
        ]
    )
    if made.returncode:
        raise EmbeddedDatabaseError(
            f"PostgreSQL could not make its folder in {home.cluster.parent} ({_last_line(made.stderr)}); "
            "put that right, or choose another folder with PAMOJA_DATA_DIR."
        )
    fresh.rename(home.cluster)


def _start(home: Home, durable: bool) -> None:
    _trim_log(home.log)
    disown_stale_pid(home)
    options = shlex.join(f"-c{name}={value}" for name, value in _options(home, durable).items())
    command = [
        home.command("pg_ctl"),
        "start",
        "--pgdata",
        str(home.cluster),
        "--wait",
        "--timeout",
        "60",
        "--silent",
    ]
    # Backends of a killed postmaster hold the shared memory for a moment longer, and pg_ctl then fails:
    # it has itself waited, so a few attempts are enough.
    for _ in range(START_ATTEMPTS):
        started = home.account.run([*command, "--log", str(home.log), "--options", options])
        if started.returncode == 0:
            return
    raise EmbeddedDatabaseError(
        f"PostgreSQL did not start on {home.cluster}; its log, {home.log}, says why: {_last_line(_tail(home.log))}"
    )


def _options(home: Home, durable: bool) -> dict[str, str]:
    flush = "on" if durable else "off"
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(home.socket),
        "unix_socket_permissions": "0700",
        "shared_buffers": "128MB",
        "fsync": flush,
        "full_page_writes": flush,
        "synchronous_commit": flush,
        # Statements keep the plan made when the tables were still empty until the next analysis: look often.
        "autovacuum_naptime": "5s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # No failed statement reaches the log, in whole or in part: it may hold what a mother typed.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
    }


def _make_database(home: Home) -> None:
    psql = [
        home.command("psql"),
        "--host",
        str(home.socket),
        "--username",
        ROLE,
        "--no-psqlrc",
        "--tuples-only",
    ]
    query = "SELECT count(*) FROM pg_database WHERE datname = 'pamoja'"
    found = home.account.run([*psql, "--dbname", "postgres", "--no-align", "--command", query])
    if found.stdout.strip() == "1":
        return
    created = home.account.run(
        [home.command("createdb"), "--host", str(home.socket), "--username", ROLE, DATABASE]
    )
    if created.returncode:
        raise EmbeddedDatabaseError(f"PostgreSQL could not make the database: {_last_line(created.stderr)}")


def _stop_running(home: Home) -> None:
    """Stop our postgres on our folder if there is one, and nothing else."""
    if running_pid(home) is None:
        return
    stop = [home.command("pg_ctl"), "stop", "--pgdata", str(home.cluster), "--wait", "--silent"]
    for mode, seconds in (("fast", "30"), ("immediate", "30")):
        if home.account.run([*stop, "--mode", mode, "--timeout", seconds]).returncode == 0:
            return
    if (pid := running_pid(home)) is not None:
        raise EmbeddedDatabaseError(
            f"PostgreSQL (process {pid}) does not stop; end it, then start Pamoja again."
        )


def _trim_log(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        os.truncate(log, 0)


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else ""


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason given")


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP, where nobody handles them, into SystemExit, so that `finally` runs."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    changed = []
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, leave)
                changed.append(number)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)
