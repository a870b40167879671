"""What a clinic's pages say: states with an icon and a word, reasons, and what was done."""

from collections.abc import Mapping
from typing import Final

from flows.events import SiteStatus

STATUSES: Final[Mapping[str, tuple[str, str, str]]] = {
    "open": ("green", "✓", "Open"),
    "closed": ("red", "■", "Closed"),
    "no_network": ("amber", "≋", "Open, no network"),
    "paused": ("amber", "‖", "Programme paused"),
    "stock_out": ("amber", "◇", "Open, no stock"),
}
"""Class, icon and word of each state, in the order of the supervisor's keys."""

MEANS: Final[dict[SiteStatus, str]] = {
    "open": "Texts go out as planned.",
    "closed": "Nobody is asked to come, and nobody's silence counts. Danger is answered as ever.",
    "no_network": "Nobody is asked to come until the clinic has a network again. Danger is answered as ever.",
    "paused": "Nobody is asked to come, no calls are promised, and those most at risk are handed to the nurse.",
    "stock_out": "Open, but nobody is asked to come for a pick-up.",
}

HELD: Final = {
    "site_closed": "because the clinic is closed",
    "no_network": "because it has no network",
    "site_paused": "because the programme is paused",
    "stock_out": "for a pick-up, because there is no stock",
    "no_entries": "because nothing was entered on its last working day",
    "closed_day": "about a day on which it is closed",
}

REASONS: Final = {
    "holiday": "Holiday",
    "training": "Training",
    "strike": "Strike",
    "other": "Another reason",
}
"""Why a clinic is closed for once, as ``open_days.REASONS`` has them."""

ROLES: Final = {"mentor": "Mentor", "supervisor": "Supervisor", "nurse": "Nurse"}

SAVED: Final = {
    "status": "Saved. It counts from this moment.",
    "day-close": "The day is closed.",
    "day-close-clinic": "Saved. The clinic was closed: nobody's visit is missed.",
    "days-closed": "Saved. Dates nobody has promised move to an open day; who was promised one is to be called.",
    "days-open": "Saved. Dates that moved to another day stay there.",
    "days-same": "Nothing changed: it was said already.",
    "week": "Saved. Foreseen dates move to open days.",
    "duty": "Saved. The roster counts from now on.",
    "duty-gone": "Taken off the roster.",
    "added": "The clinic was added. Add its staff next, and the supervisor first.",
}

REFUSED: Final = {
    "not-saved": "It was not saved: only a supervisor of this clinic may say so, and perhaps somebody else just did.",
}
