"""Proves that migrating gives the schema the models describe: two databases, two dumps, no difference.

Alembic's own comparison misses dropped checks and changed partial indexes; ``pg_dump`` misses nothing.
"""

import asyncio
import difflib
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy.ext.asyncio import create_async_engine

from service.database import sqlalchemy_url
from service.embedded.home import binary
from service.embedded.server import create_database, embedded_postgres, with_database
from service.migrate import upgrade
from service.models import metadata


def main() -> int:
    """Print what differs; return 0 when nothing does, 1 otherwise."""
    with tempfile.TemporaryDirectory(prefix="pamoja-check-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # as root, the server's unprivileged user must reach its folder in here
        with embedded_postgres(Path(folder), durable=False) as server:
            differences = asyncio.run(compare(server))
    for line in differences:
        print(line, file=sys.stderr)
    if differences:
        print("The models and the migrations differ: write the missing migration.", file=sys.stderr)
        return 1
    print("Schema: the migrations give exactly what the models describe.")
    return 0


async def compare(server: str) -> list[str]:
    """Return the lines by which a migrated database differs from one made from the models."""
    await create_database(server, "migrated")
    await create_database(server, "modelled")
    await upgrade(with_database(server, "migrated"))
    engine = create_async_engine(sqlalchemy_url(with_database(server, "modelled")))
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    migrated, modelled = (_schema(with_database(server, name)) for name in ("migrated", "modelled"))
    return list(difflib.unified_diff(migrated, modelled, "migrated", "models", lineterm="", n=2))


def _schema(database_url: str) -> list[str]:
    """One line for each statement, columns in order of name: a later migration can only append columns."""
    dump = subprocess.run(
        [binary("pg_dump"), "--schema-only", "--no-owner", "--exclude-table=alembic_version", database_url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    statements: list[str] = []
    body: list[str] | None = None
    for line in dump.splitlines():
        if not line.strip() or line.startswith(("--", "SET ", "SELECT pg_catalog", "\\")):
            continue
        if line.startswith("CREATE TABLE"):
            statements.append(line)
            body = []
        elif line.startswith(");") and body is not None:
            statements.extend(sorted(body))
            body = None
        elif body is not None:
            body.append(line.rstrip(","))
        else:
            statements.append(line)
    return statements


if __name__ == "__main__":
    raise SystemExit(main())
