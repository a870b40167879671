"""Sites that are not open, as the loop looks at them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class DueSite:
    """A site that is closed, without network or paused, and whose look is due."""

    id: int
    status: Literal["closed", "no_network", "paused", "stock_out"]
    since: datetime
    country: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class SiteLook:
    """What a look answered: ``ask`` its supervisors whether it is open again, or not; and when to look again."""

    ask: bool
    next_at: datetime
