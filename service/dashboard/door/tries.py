"""Wrong tries to sign in, counted in the database for all workers: by account, known or not, and by address.

Those from a browser in which its owner has signed in before are counted by that browser alone, so that no stranger's
wrong tries keep the owner out.

Counted before they are checked, so that many at once are not more than one after the other. Neither an
e-mail nor an address is kept, only their blind index.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.database import Pool
from service.security.blind_index import BlindIndex

WINDOW: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=1)
MOST: Final = {"account": 5, "address": 30}
"""Tries within WINDOW (project choices): OWASP names 5 to 10 for an account; a clinic shares one address."""


@dataclass(frozen=True, slots=True)
class Counted:
    """``ids`` of the tries that were counted; or, with ``wait``, that there were too many and how long that lasts.

    ``last``: with this one the account or the address has had its last for now, if it is wrong.
    """

    ids: tuple[int, ...] = ()
    account: bytes = b""
    wait: timedelta | None = None
    last: bool = False


async def count(
    pool: Pool, index: BlindIndex, email: str, host: str, now: datetime, *, known: str = ""
) -> Counted:
    """Count one try for the account (none where ``email`` is "") and for the address it comes from.

    ``known``: what tells its owner's own browser or session from everybody else; these are counted by themselves.
    """
    account = index.index("account", f"{email}\n{known}" if known else email) if email else b""
    whose = [] if known else [("address", index.index("address", network_of(host)))]
    if account:
        whose.insert(0, ("account", account))
    ids, last = [], False
    async with pool.acquire() as conn, conn.transaction():
        waits = []
        for kind, mac in whose:  # accounts before addresses, always, so that nobody waits in a ring
            await conn.execute(
                "SELECT pg_advisory_xact_lock($1)", int.from_bytes(mac[:8], "big", signed=True)
            )
            row = await conn.fetchrow(_COUNT, mac, now - WINDOW, MOST[kind])
            if row["n"] >= MOST[kind]:
                waits.append(row["free_from"] + WINDOW - now)
            last = last or row["n"] + 1 == MOST[kind]
        if waits:
            return Counted(wait=max(waits))
        ids = [await conn.fetchval(_ADD, kind, mac, now) for kind, mac in whose]
    return Counted(tuple(ids), account, last=last)


async def forgive(pool: Pool, counted: Counted, now: datetime) -> None:
    """It was right: neither this one counts, nor those for the same account before it."""
    await pool.execute(_FORGIVE, list(counted.ids), counted.account, now - KEPT)


def network_of(host: str) -> str:
    """What counts as one address: an IPv6 customer is given at least a /64 to choose from."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


# With $3 tries in the window, the next is free when the oldest of the newest $3 leaves it.
_COUNT = """
SELECT count(*) AS n, min(tried_at) AS free_from FROM (
    SELECT tried_at FROM sign_in_try WHERE whose = $1 AND tried_at > $2 ORDER BY tried_at DESC LIMIT $3) newest
"""

_ADD = "INSERT INTO sign_in_try (kind, whose, tried_at) VALUES ($1, $2, $3) RETURNING id"

_FORGIVE = "DELETE FROM sign_in_try WHERE id = ANY($1::bigint[]) OR whose = $2 OR tried_at < $3"
