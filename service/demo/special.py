"""The people a visitor should meet in any demo, whatever its size: each shows one thing the service does."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from service.demo.calendar import DAY, TODAY, starts_on, workday
from service.demo.cast import MENTORS_A_SITE, NUMBERS, Plan, Worker

_ON_TEXTS: Mapping[str, Any] = {
    "phone": "hers",
    "set_up": True,
    "completed": True,
    "signature": "tips",
    "behaviour": "steady",
    "quiet_from": None,
    "twins": False,
    "under_20": False,
    "art_started_on": None,
}


def special_parts(plan: Plan, weeks: int, staff: Sequence[Worker]) -> dict[str, Any]:
    """What differs for the mother at this place from how she was drawn."""
    joins = max(starts_on(weeks), workday(TODAY - timedelta(weeks=min(weeks, 9)) + plan.place % 5 * DAY))
    own = {**_ON_TEXTS, "msisdn": NUMBERS.format(plan.place + 1), "joins_on": joins}
    match plan.place:
        case 0:
            # Her baby died ten days ago: not one word about that baby is sent, and she is well cared for.
            return {
                **own,
                **_born(70),
                **_visits(plan, joins),
                "lost_baby_on": TODAY - min(10, weeks * 3) * DAY,
            }
        case 1:
            return {
                **own,
                **_visits(plan, joins),
                "behaviour": "stopped",
                "writes": ((TODAY - 9 * DAY, "STOP"),),
            }
        case 2:
            return {
                **own,
                "language": "en",
                **_visits(plan, joins),
                "writes": ((TODAY - 4 * DAY, "Who is this?"),),
            }
        case 3:
            return {
                **own,
                **_quiet_soon(plan, joins, 1, 10),
                **_due_in(98),
                "art_started_on": TODAY - 50 * DAY,
            }
        case 9:
            return {**own, **_quiet_soon(plan, joins, 2, 12), **_due_in(19)}
        case 15:
            return {
                **own,
                **_quiet_soon(plan, joins, 3, 10),
                **_due_in(60),
                "run_out_on": TODAY - 3 * DAY,
                "refilled": False,
            }
        case 21:
            return {**own, **_quiet_soon(plan, joins, 1, 15), **_due_in(120), "under_20": True}
        case 4:
            return {
                **own,
                **_born(75),
                "twins": True,
                "phone": "shared",
                "language": "sw",
                **_visits(plan, joins),
            }
        case 5:
            return {
                **own,
                **_due_in(85),
                # With the same mentor: by another's, a number that somebody has is first checked with her.
                "mentor": 4,
                "phone": "shared",
                "language": "sw",
                "msisdn": NUMBERS.format(5),
                "shares_with": 4,
                **_visits(plan, joins),
            }
        case 6:
            # A mentor who is a client herself, in a colleague's care.
            mentor = staff[MENTORS_A_SITE + 3]
            return {
                **own,
                **_born(150),
                "msisdn": mentor.msisdn,
                "language": mentor.language,
                "is_mentor": mentor.place,
                **_visits(plan, joins),
            }
        case 7:
            return {**own, **_due_in(150), "under_20": True, **_visits(plan, joins)}
        case 8:
            return {
                **own,
                **_due_in(110),
                "art_started_on": TODAY - 20 * DAY,
                "joins_on": max(joins, workday(TODAY - 18 * DAY)),
                "visits": (workday(TODAY - 8 * DAY), workday(TODAY + 20 * DAY)),
            }
        case 10:
            return {
                **own,
                **_born(45),
                "run_out_on": TODAY - 6 * DAY,
                "refilled": False,
                **_visits(plan, joins),
            }
        case 11:
            return {**own, **_due_in(12), **_gone_quiet(plan, joins, 6)}
        case 13:
            return {**own, **_born(30), **_gone_quiet(plan, joins, min(14, weeks * 5)), "forgotten": True}
        case 14:
            return {**own, **_due_in(75), **_gone_quiet(plan, joins, min(24, weeks * 5))}
        case 16:
            return {**own, **_born(430), **_gone_quiet(plan, joins, min(26, weeks * 5))}
        case 24:
            # On the last evening she dials that her baby is in danger; the night nurse takes it.
            return {**own, **_born(100), **_visits(plan, joins)}
        case _:
            return {}


def _due_in(days: int) -> dict[str, Any]:
    return {"stage": "pregnant", "anchor_on": TODAY + days * DAY}


def _born(days_ago: int) -> dict[str, Any]:
    return {"stage": "baby_born", "anchor_on": TODAY - days_ago * DAY}


def _visits(plan: Plan, joins: Any) -> dict[str, Any]:
    """One appointment behind her, the next far enough ahead that nothing is said about it for two weeks."""
    return {"visits": (workday(joins + 9 * DAY), workday(TODAY + (23 + plan.place % 4) * DAY))}


def _quiet_soon(plan: Plan, joins: Any, weekday: int, hour: int) -> dict[str, Any]:
    """Has answered every text so far, with a check-in in the coming days that she will not answer."""
    return {**_visits(plan, joins), "behaviour": "silent", "weekday": weekday, "hour": hour}


def _gone_quiet(plan: Plan, joins: Any, days_ago: int) -> dict[str, Any]:
    return {**_visits(plan, joins), "behaviour": "gone_quiet", "quiet_from": TODAY - days_ago * DAY}
