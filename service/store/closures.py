"""Sites that are not open, or have no stock: their supervisors are asked, supplies that end are seen to, and in a pause the nurse takes over."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from flows.bundle import Bundle
from scheduler.durations import exact
from scheduler.localtime import local
from scheduler.ports import Batch
from scheduler.types import Country, DueSite, SiteLook
from service.database import Connection, Pool
from service.security.sealing import Sealer
from service.store.case_codes import codes_for
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.messages import NewMessage, queue
from service.store.risk_facts import risks
from service.store.site_questions import Asked, SiteQuestion, ask_supervisors, supervisors_of
from service.store.site_status import STOCK_OUT

RUN_OUT: Final = "run_out"
HANDED_OVER: Final = "site_paused"
SOON: Final = timedelta(days=7)
"""How long before her supply ends another place is offered."""

LONG_AGO: Final = timedelta(days=28)
"""A supply that ended longer ago than this is told in other ways: she has come since, or is followed up already."""

CODES_A_TEXT: Final = 12
_STILL: Final[Mapping[SiteQuestion, bool]] = {"site_still": False, "stock_still": True}
NOT_HERE: Final = ("moved", "transferred", "dead", "erased")


class Closures:
    """Implements ``scheduler.ports.Closures``."""

    def __init__(
        self,
        pool: Pool,
        sealer: Sealer,
        bundle: Callable[[], Bundle],
        countries: Callable[[], Mapping[str, Country]],
    ) -> None:
        self._pool = pool
        self._sealer = sealer
        self._bundle = bundle
        self._countries = countries

    @asynccontextmanager
    async def due(self, now: datetime, limit: int) -> AsyncIterator[Batch[DueSite, SiteLook]]:
        """See the port."""
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(_DUE, now, limit)
            items = [
                DueSite(row["id"], row["status"], row["since"], row["country"], row["time_zone"])
                for row in rows
            ]
            yield _Batch(conn, items, self._sealer, self._bundle(), self._countries(), now)


@dataclass(frozen=True, slots=True)
class _Batch:
    conn: Connection
    items: Sequence[DueSite]
    sealer: Sealer
    bundle: Bundle
    countries: Mapping[str, Country]
    now: datetime

    async def settle(self, results: Sequence[SiteLook]) -> None:
        """Ask what is to be asked, see to whose supply ends by the next look, and note when that is."""
        looked = list(zip(self.items, results, strict=True))
        await self.conn.execute(
            _LOOKED, [site.id for site, _ in looked], [result.next_at for _, result in looked]
        )
        for question, without_stock in _STILL.items():
            asked = [
                Asked(site.id, local(site.since, site.time_zone).date())
                for site, result in looked
                if result.ask and (site.status == STOCK_OUT) is without_stock
            ]
            await ask_supervisors(self.conn, self.sealer, self.bundle, asked, question, self.now)
        for site, _ in looked:
            if site.status != "no_network":
                country = self.countries[site.country]
                await look_after(self.conn, self.sealer, self.bundle, country, site.id, self.now)


async def look_after(
    conn: Connection, sealer: Sealer, bundle: Bundle, country: Country, facility_id: int, now: datetime
) -> None:
    """See to those for whom a closed site cannot wait: told once, however often this is asked.

    Whose supply ends within a week is offered another place by her mentor, and her supervisors get the
    list. While the programme is paused those most at risk are handed to the nurse.
    """
    rows = await conn.fetch(_HERE, facility_id, list(NOT_HERE))
    if not rows:
        return
    today = local(now, rows[0]["time_zone"]).date()
    risk = await risks(conn, [row["id"] for row in rows], now)
    ending = [row["id"] for row in rows if _ends_soon(row["run_out_on"], today)]
    paused = rows[0]["status"] == "paused"
    handed = [row["id"] for row in rows if paused and risk[row["id"]] == "red"]

    def work(mother_id: int, cause: str) -> NewFollowUp:
        policy = country.policies[cause]
        return NewFollowUp(
            mother_id=mother_id,
            facility_id=facility_id,
            cause=cause,
            country=country.code,
            rank=policy.rank,
            urgent=policy.urgent,
            risk=risk[mother_id],
            first_at=now + policy.steps[0].after,
        )

    new = [*(work(one, RUN_OUT) for one in ending), *(work(one, HANDED_OVER) for one in handed)]
    opened = await open_follow_ups(conn, new, now) if new else []
    told = [row["mother_id"] for row in await conn.fetch(_ABOUT, opened, RUN_OUT)]
    if told:
        await _list(conn, sealer, bundle, facility_id, told, now)


def _ends_soon(run_out_on: date | None, today: date) -> bool:
    return run_out_on is not None and today - LONG_AGO <= run_out_on <= today + SOON


async def _list(
    conn: Connection,
    sealer: Sealer,
    bundle: Bundle,
    facility_id: int,
    mothers: Sequence[int],
    now: datetime,
) -> None:
    """Each supervisor gets the codes by which she knows them, twelve a text."""
    template = bundle.template("run_outs")
    for one in (await supervisors_of(conn, [facility_id]))[facility_id]:
        codes = await codes_for(conn, [(one.id, mother) for mother in mothers], now)
        known = [str(codes[one.id, mother]) for mother in mothers]
        texts = [
            NewMessage(
                person_id=one.id,
                phone_id=one.phone_id,
                template="run_outs",
                message_class=template.message_class,
                language=one.language,
                not_before=now,
                valid_until=now + exact(template.valid_for),
                params={"codes": ", ".join(known[at : at + CODES_A_TEXT])},
            )
            for at in range(0, len(known), CODES_A_TEXT)
        ]
        await queue(conn, sealer, texts, now)


_DUE = """
SELECT id, status, coalesce(status_since, look_at) AS since, country, time_zone FROM facility
WHERE look_at <= $1 AND status <> 'open' ORDER BY look_at, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""

_LOOKED = """
UPDATE facility f SET look_at = c.next_at FROM unnest($1::bigint[], $2::timestamptz[]) AS c(id, next_at)
WHERE f.id = c.id
"""

_HERE = """
SELECT m.id, m.run_out_on, f.status, f.time_zone FROM mother m
JOIN person p ON p.id = m.id JOIN facility f ON f.id = m.facility_id
WHERE m.facility_id = $1 AND (p.hold IS NULL OR p.hold <> ALL($2::text[])) ORDER BY m.id
"""

_ABOUT = "SELECT mother_id FROM follow_up WHERE id = ANY($1::bigint[]) AND cause = $2 ORDER BY mother_id"
