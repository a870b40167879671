"""One mother's year as text, to be checked by hand: ``python -m tests.year --mother 17``."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from service.demo.calendar import END
from service.embedded.server import create_database, embedded_postgres, with_database
from service.logs import configure_logging
from service.migrate import upgrade
from service.settings import demo_settings
from service.store.timeline import timeline
from service.wiring import ensure_ready, open_services
from tests.year.ledger import ZONE
from tests.year.lives import SEED
from tests.year.year import live


async def tell(place: int, mothers: int, seed: int) -> None:
    """Live the year, and write what happened to her and what `pamoja why` says of it."""
    with tempfile.TemporaryDirectory(prefix="pamoja-year-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with embedded_postgres(Path(folder), durable=False) as dsn:
            await create_database(dsn, "year")
            url = with_database(dsn, "year")
            await upgrade(url)
            async with open_services(
                demo_settings(Path(folder) / "keys", 8000, database_url=url)
            ) as services:
                await ensure_ready(services, publish=True)
                year = await live(services, mothers, seed)
                lines = ["What happened", *year.ledger.story(place), "", "What pamoja why says"]
                async with services.pool.acquire() as conn:
                    found = await timeline(conn, year.stage.mother_ids[place], END, services.countries)
                assert found is not None
                lines += [
                    f"{line.at.astimezone(ZONE):%a %d %b %Y %H:%M}  {line.kind}: {line.what} {line.why}".rstrip()
                    for line in found.lines
                ]
                sys.stdout.write("\n".join(lines) + "\n")


def main() -> None:
    """Read which mother."""
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
    parser.add_argument("--mother", type=int, required=True, help="her place, from 0")
    parser.add_argument("--mothers", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    configure_logging("WARNING")
    asyncio.run(tell(asked.mother, asked.mothers, asked.seed))


if __name__ == "__main__":
    main()
