"""One sending process of a measurement: claims, sends and settles until nothing is due, or answers "the SDK alone".

Run as a process: ``python -m bench.sender ours|sdk --base-url URL …``; prints one JSON line at its end.
"""

import argparse
import asyncio
import json
import sys
import time
from datetime import timedelta
from pathlib import Path

import uvloop
from africastalking.SMS import SMSService

from bench.population import number
from service.logs import configure_logging
from service.settings import demo_settings
from service.store.outbox import Outbox
from service.store.outbox_begin import Budget
from service.wiring import Services, ensure_ready, open_services

TEXT = "How was your week? Answer 1 well, 2 not so well, 3 call me."
EMPTY_LOOKS = 3


def _outbox(services: Services, name: str) -> Outbox:
    return Outbox(
        services.pool,
        services.gateway,
        services.sealer,
        services.bundles.current,
        services.clocks,
        worker=name,
        lease=timedelta(seconds=60),
        budget=Budget(10**9),
    )


async def ours(database: str, folder: Path, base_url: str, name: str, stay: bool) -> dict[str, float]:
    """Everything that is due, from claim to settled; begins when a line comes on standard input."""
    settings = demo_settings(
        folder,
        8000,
        database_url=database,
        clock="real",
        gateway="africastalking",
        at_username="sandbox",
        at_api_key="bench",
        at_base_url=base_url,
    )
    async with open_services(settings) as services:
        await ensure_ready(services)
        outbox = _outbox(services, name)
        print(json.dumps({"ready": True}), flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        begun, sent, ended = time.perf_counter(), 0, 0.0
        looks = 0
        while stay or looks < EMPTY_LOOKS:
            count = await outbox.send(await services.clocks.care.now())
            sent += count
            looks = 0 if count else looks + 1
            if count:
                ended = time.perf_counter()
            elif stay:
                await asyncio.sleep(0.01)  # a worker would be woken by the notice
        return {"begun": begun, "ended": ended, "sent": sent}


def sdk(base_url: str, seconds: float) -> dict[str, float]:
    """The official SDK as its README shows it, one text after the other; nothing is stored."""
    service = SMSService("sandbox", "bench")
    service._baseUrl = f"{base_url}/version1"
    begun, sent = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        service.send(TEXT, [number(sent % 1000)])
        sent += 1
    return {"begun": begun, "ended": time.perf_counter(), "sent": sent}


def main() -> None:
    """Send once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("who", choices=["ours", "sdk"])
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--database", default="")
    parser.add_argument("--folder", type=Path, default=Path("."))
    parser.add_argument("--name", default="one")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--stay", action="store_true", help="go on until killed")
    asked = parser.parse_args()
    configure_logging("ERROR")
    if asked.who == "sdk":
        said = sdk(asked.base_url, asked.seconds)
    else:
        said = uvloop.run(ours(asked.database, asked.folder, asked.base_url, asked.name, asked.stay))
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
