"""One process that looks at pages, again and again, through the whole application but the socket.

Run as a process: ``python -m bench.looker --database URL --folder DIR --times N``; prints one JSON line.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx
import uvloop
from asyncpg.pool import PoolConnectionProxy

from bench.machine import cpu_seconds
from bench.programme import SUPERVISOR
from service.app import create_asgi
from service.dashboard.door.accounts import add_user
from service.dashboard.door.sign_in import new_sign_in
from service.logs import configure_logging
from service.settings import demo_settings
from service.wiring import Services, ensure_ready, open_services

PAGES: Final = ("/", "/follow-ups", "/appointments", "/appointments/missed")


async def _look(services: Services, role: str, staff_id: int | None, times: int) -> list[dict[str, Any]]:
    transport = httpx.ASGITransport(create_asgi(services), client=("127.0.0.1", 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60) as page:
        wall = await services.clocks.wall.now()
        async with services.pool.acquire() as conn, conn.transaction():
            user = await add_user(
                conn, services.sealer, services.index, f"{role}@example.org", role, staff_id
            )
            code = await new_sign_in(conn, user, wall)
        if (await page.post("/login", data={"code": code})).status_code != 303:
            raise RuntimeError("nobody could sign in: the measurement is void")
        return [await _page(services, page, path, times) for path in PAGES]


async def _page(services: Services, page: httpx.AsyncClient, path: str, times: int) -> dict[str, Any]:
    took = []
    busy = (0.0, 0.0)
    for number in range(times + 10):
        if number == 10:
            busy = await _busy(services)
        before = time.perf_counter()
        answer = await page.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}: the measurement is void")
        if number >= 10:
            took.append((time.perf_counter() - before) * 1000)
    server, backends = await _busy(services)
    cuts = quantiles(took, n=20)
    return {
        "server": (server - busy[0]) * 1000 / times,
        "postgres": (backends - busy[1]) * 1000 / times,
        "path": path,
        "p50": cuts[9],
        "p95": cuts[18],
        "statements": await _statements(page, path),
        "kb": len(answer.content) / 1024,
    }


async def _busy(services: Services) -> tuple[float, float]:
    """Seconds of processor this process and its connections' backends have used: other work on the machine adds none."""
    rows = await services.pool.fetch("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    used = [cpu_seconds(row["pid"]) for row in rows]
    return time.process_time(), sum(used)


async def _statements(page: httpx.AsyncClient, path: str) -> int:
    """What one look sends to PostgreSQL, beside the beginning and end of its transactions."""
    kept = {name: getattr(PoolConnectionProxy, name) for name in ("fetch", "fetchrow", "fetchval", "execute")}
    said = 0

    def counting(original: Any) -> Any:
        def call(self: Any, query: str, *args: Any, **options: Any) -> Any:
            nonlocal said
            said += 1
            return original(self, query, *args, **options)

        return call

    for name, original in kept.items():
        setattr(PoolConnectionProxy, name, counting(original))
    try:
        await page.get(path)
    finally:
        for name, original in kept.items():
            setattr(PoolConnectionProxy, name, original)
    return said


async def _measure(database: str, folder: Path, times: int) -> dict[str, Any]:
    settings = demo_settings(folder, 8000, database_url=database)
    async with open_services(settings) as services:
        await ensure_ready(services)
        open_work = "SELECT count(*) FROM follow_up f WHERE state <> 'resolved' AND ($1 OR facility_id <= 2)"
        found = {
            "a supervisor of two clinics": await _look(services, "supervisor", SUPERVISOR, times),
            "whoever sees all of them": await _look(services, "administrator", None, times),
        }
        for who, pages in found.items():
            count = await services.pool.fetchval(open_work, who.startswith("whoever"))
            for one in pages:
                one["open"] = count
        return found


def main() -> None:
    """Look once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--times", type=int, default=300)
    asked = parser.parse_args()
    configure_logging("ERROR")
    print(json.dumps(uvloop.run(_measure(asked.database, asked.folder, asked.times))))


if __name__ == "__main__":
    main()
