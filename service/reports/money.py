"""What texts cost, by the price an operator names, and for how many mothers somebody was reached."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from service.database import Connection
from service.reports.loop import CASES_OF, said_words
from service.reports.scope import Scope

PENNIES: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Price:
    """What one part of a text costs, such as 0.80 KES."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Cost:
    """Texts that left in the period, to mothers and to staff about them, and mothers somebody spoke with or who came.

    ``price`` None: nobody said what a text costs, so no cost is given.
    """

    texts: int
    reached: int
    price: Price | None

    @property
    def total(self) -> Decimal | None:
        """All these texts at one part each; None without a price."""
        return None if self.price is None else (self.texts * self.price.amount).quantize(PENNIES)

    @property
    def each(self) -> Decimal | None:
        """For one mother reached; None without a price, or where nobody was reached."""
        if self.price is None or self.reached == 0:
            return None
        return (self.texts * self.price.amount / self.reached).quantize(PENNIES)


async def cost(conn: Connection, scope: Scope, price: Price | None) -> Cost:
    """Count texts by the local day they left, at the clinic their mother is in care at now; mothers as in ``cases``."""
    texts = await conn.fetchval(_TEXTS, *scope.asked)
    reached = await conn.fetchval(f"{CASES_OF} {_REACHED}", *scope.asked, None, *said_words())
    return Cost(texts, reached, price)


# No text is good for a month: what was made earlier left earlier, and the index is read for these days alone.
_TEXTS = """
SELECT count(*)::int FROM mother m JOIN facility f ON f.id = m.facility_id JOIN message x ON x.mother_id = m.id
WHERE m.facility_id = ANY($1::bigint[]) AND ($4::bigint IS NULL OR m.mentor_id = $4) AND x.sent_at IS NOT NULL
  AND x.created_at >= ($2::date - 32)::timestamp AT TIME ZONE 'UTC'
  AND x.created_at < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'
  AND (x.sent_at AT TIME ZONE f.time_zone)::date >= $2 AND (x.sent_at AT TIME ZONE f.time_zone)::date < $3
"""

_REACHED = "SELECT count(DISTINCT c.mother_id)::int FROM cases c WHERE c.reached_at IS NOT NULL"
