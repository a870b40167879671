"""Which process, if any, is our PostgreSQL on our folder: a pid in a file is a claim, not a proof."""

import os
import subprocess
from pathlib import Path

from service.embedded.home import Home

NO_PROCESS = 2**31 - 1  # above every system's highest process id


def running_pid(home: Home) -> int | None:
    """The pid in postmaster.pid, if and only if that process is our postgres on our folder."""
    pid = _recorded_pid(home)
    return pid if pid is not None and _is_ours(pid, home.cluster) else None


def _recorded_pid(home: Home) -> int | None:
    try:
        first = (
            (home.cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
        )
        return int(first)
    except (FileNotFoundError, ValueError):
        return None


def _is_ours(pid: int, cluster: Path) -> bool:
    if Path("/proc/self/cmdline").exists():
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        program, folder = os.path.basename(arguments[0]), os.fsencode(cluster)
        return program == b"postgres" and arguments[1:3] == [b"-D", folder]
    listed = subprocess.run(
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return f"/bin/postgres -D {cluster} " in listed.stdout


def disown_stale_pid(home: Home) -> None:
    """Take a dead or a stranger's pid out of the lock files, where it could keep PostgreSQL from starting.

    In postmaster.pid only the pid is replaced: the shared memory key further down still protects the
    data from backends that outlived their postmaster.
    """
    (home.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    if _recorded_pid(home) is None:
        return
    path = home.cluster / "postmaster.pid"
    _, *rest = path.read_text(encoding="utf-8", errors="replace").split("\n")
    path.write_text("\n".join([str(NO_PROCESS), *rest]), encoding="utf-8")
