"""A lived-through world counted by another route: every figure of its reports agrees, to the last digit."""

from decimal import Decimal
from typing import Any

from service.demo.calendar import END
from service.reports.money import Price
from service.reports.report import report
from service.reports.scope import days, month, month_before, month_of, over
from tests.integration.reports.by_hand import ByHand, everything
from tests.integration.reports.test_figures import agree

PRICE = Price(Decimal("0.80"), "KES")


async def test_the_demos_figures_are_the_same_by_hand(world: Any) -> None:
    pool = world.services.pool
    rows = await everything(pool)
    facilities = [one["id"] for one in rows["facility"]]
    mentors = sorted({one["mentor_id"] for one in rows["mother"] if one["mentor_id"]})
    today = END.date()
    this = month_of(today)
    asked = [
        over(facilities, month(this)),
        over(facilities, month(month_before(this))),
        over(facilities, days(f"{today.year - 1}-11-23", today.isoformat())),
        over(facilities, days(f"{today.year - 1}-11-23", today.isoformat()), mentors[0]),
        *(over([one], month(this)) for one in facilities),
    ]
    for scope in asked:
        async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            found = await report(conn, scope, END, PRICE)
        agree(found, ByHand(rows, scope, END))
    async with pool.acquire() as conn:
        lived = await report(conn, asked[2], END, PRICE)
    for count in (
        "contacts.sent",
        "contacts.replied",
        "contacts.alerted",
        "cases.cases",
        "visits.kept",
        "site_days.closed",
    ):
        assert (lived.count(count, {}) or 0) > 0, count
