"""Processes on cores of their own: the server under test on one, load and database on the other."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.embedded.server import embedded_postgres

ROOT = Path(__file__).resolve().parent.parent
CORES = sorted(os.sched_getaffinity(0))
SERVER, LOAD = CORES[0], CORES[-1]


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Whatever is started inside runs on one core for its whole life."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def database() -> Iterator[tuple[str, Path]]:
    """A fresh PostgreSQL that flushes every commit, on the load's core; yields its DSN and an empty folder beside it."""
    with TemporaryDirectory(prefix="pamoja-bench-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # as root, the server's unprivileged user must reach its folder in here
        with on_core(LOAD):
            dsn = stack.enter_context(embedded_postgres(folder / "database", durable=True))
        yield dsn, folder


@contextmanager
def process(command: Sequence[str], core: int, cwd: Path = ROOT) -> Iterator[tuple[dict[str, Any], int]]:
    """Run a command on one core; yields the JSON line it prints when it is ready, and its process id."""
    with on_core(core):
        child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        if not line:
            raise RuntimeError(f"{command[1:4]} ended before it was ready: see what it printed above.")
        yield json.loads(line), child.pid
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def python(module: str, *arguments: object) -> list[str]:
    """The command that runs one of our modules with this interpreter."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def run(module: str, *arguments: object, core: int = LOAD) -> dict[str, Any]:
    """Run one of our modules to its end on one core; the JSON it printed."""
    with on_core(core):
        done = subprocess.run(python(module, *arguments), cwd=ROOT, stdout=subprocess.PIPE, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
