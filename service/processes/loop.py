"""What runs beside the web server: the loop, and the watchdog."""

import asyncio
import contextlib
from datetime import timedelta

import asyncpg
import httpx

from service import msisdn
from service.logs import get_logger
from service.processes.web import Stop
from service.processes.worker import Worker, WorkerParts
from service.store.balance import ask_when_due
from service.watch.tellers import Tellers
from service.watch.watchdog import watch_for_ever
from service.wiring import Services

ALARM_TIMEOUT_SECONDS = 10.0
PULSE_SECONDS = 30.0
BALANCE_LOOK_SECONDS = 300.0

log = get_logger(__name__)


async def run_watchdog(services: Services, stop: Stop) -> None:
    """Look every half minute until `stop`."""
    settings = services.settings
    number = settings.alarm_msisdn
    async with httpx.AsyncClient(timeout=ALARM_TIMEOUT_SECONDS, follow_redirects=False) as client:
        teller = Tellers(
            client,
            settings.alarm_url.get_secret_value() if settings.alarm_url else None,
            gateway=services.gateway,
            alarm_number=msisdn.parse(number.get_secret_value(), settings.country) if number else None,
        )
        watching = asyncio.create_task(
            watch_for_ever(
                services.pool, teller, wall_now=services.clocks.wall.now, care_now=services.clocks.care.now
            )
        )
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def run_worker(services: Services, stop: Stop) -> None:
    """Run the loop in this process until `stop`; what is under way is finished first."""
    worker = Worker(worker_parts(services))
    beside = [asyncio.create_task(_pulse(worker)), asyncio.create_task(_ask_for_balance(services))]
    try:
        await worker.run(stop)
    finally:
        for task in beside:
            task.cancel()


async def _pulse(worker: Worker) -> None:
    """Let a loop that nothing wakes, as on a clock standing still, show now and then that it lives."""
    while True:
        await asyncio.sleep(PULSE_SECONDS)
        worker.wake()


async def _ask_for_balance(services: Services) -> None:
    """Ask what is left in the gateway's account; of all workers one does, once an hour. Nothing waits for the answer."""
    while True:
        try:
            await ask_when_due(services.pool, services.gateway, await services.clocks.wall.now())
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("balance_not_kept", kind=type(error).__name__)
        await asyncio.sleep(BALANCE_LOOK_SECONDS)


def worker_parts(services: Services) -> WorkerParts:
    """What a worker is made of here. With the stepped clock there is no timer: a step wakes it."""
    settings = services.settings
    return WorkerParts(
        pool=services.pool,
        database_url=services.database_url,
        gateway=services.gateway,
        sealer=services.sealer,
        bundle=services.bundles.current,
        countries=services.bundles.countries,
        clocks=services.clocks,
        lease=timedelta(seconds=settings.send_lease_seconds),
        daily_budget=settings.daily_sms_budget,
        poll_seconds=None if settings.clock == "stepped" else settings.worker_poll_seconds,
    )
