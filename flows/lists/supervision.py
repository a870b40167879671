"""What a supervisor's screens list and name: work nobody took, the oldest, sites, colleagues, pauses to confirm."""

from collections.abc import Mapping
from datetime import date

from flows.facts import Facts
from flows.facts.supervisor import ColleagueFact, PauseFact, SiteFact, SupervisorFacts
from flows.lists.cases import lines
from flows.registry import ListItem, ListOf, Placeholder, Value, Word
from flows.types import SessionState

NAME_LENGTH = 16
"""Letters of a site's or a colleague's name that fit beside what is said of them."""

NOBODY = SupervisorFacts()


def supervised(facts: Facts) -> SupervisorFacts:
    """What this supervisor answers for; nothing for anybody else."""
    return (facts.staff and facts.staff.supervisor) or NOBODY


def chosen_site(facts: Facts, state: SessionState) -> SiteFact | None:
    """The site chosen, or the only one she has."""
    sites, chosen = supervised(facts).sites, state.data.get("site")
    if len(sites) == 1:
        return sites[0]
    return next((one for one in sites if str(one.id) == chosen), None)


def chosen_colleague(facts: Facts, state: SessionState) -> ColleagueFact | None:
    """The colleague chosen from the list."""
    chosen = state.data.get("colleague")
    return next((one for one in supervised(facts).colleagues if str(one.id) == chosen), None)


def chosen_pause(facts: Facts, state: SessionState) -> PauseFact | None:
    """The report chosen from the list of those to confirm."""
    chosen = state.data.get("pause")
    return next((one for one in supervised(facts).pauses if str(one.id) == chosen), None)


def unacknowledged(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Follow-ups that nobody has taken yet, a line for each mother, the gravest first."""
    return lines(supervised(facts).unacknowledged)


def oldest(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Open follow-ups, taken or not, a line for each mother, the oldest first."""
    return lines(supervised(facts).oldest)


def sites(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The sites this supervisor answers for."""
    return tuple(
        ListItem(str(one.id), {"site": one.name[:NAME_LENGTH], "site_state": Word(f"site.{one.status}")})
        for one in supervised(facts).sites
    )


def colleagues(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The colleagues whose phone may be lost, or who need a new one."""
    return tuple(
        ListItem(str(one.id), {"colleague": one.name[:NAME_LENGTH]}) for one in supervised(facts).colleagues
    )


def pauses(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Reports that hold a mother's texts and wait to be confirmed, the oldest first."""
    return tuple(
        ListItem(str(one.id), {"code": one.code, "said": Word(f"reported.{one.said}"), "days": one.days})
        for one in supervised(facts).pauses
    )


def _unacknowledged_count(facts: Facts, state: SessionState) -> Value:
    """About how many mothers and callers something is open that nobody has taken."""
    return supervised(facts).unacknowledged_count


def _pauses_count(facts: Facts, state: SessionState) -> Value:
    """How many reports wait to be confirmed."""
    return supervised(facts).pauses_count


def _site(facts: Facts, state: SessionState) -> Value:
    """The name of the site chosen."""
    site = chosen_site(facts, state)
    return site.name[:NAME_LENGTH] if site else ""


def _site_state(facts: Facts, state: SessionState) -> Value:
    """Whether the site chosen is open."""
    site = chosen_site(facts, state)
    return Word(f"site.{site.status}") if site else ""


def _site_day(facts: Facts, state: SessionState) -> Value:
    """The day typed, on which the site chosen is closed or open for once."""
    typed = state.data.get("site_day")
    return date.fromisoformat(typed) if typed else ""


def _colleague(facts: Facts, state: SessionState) -> Value:
    """The first name of the colleague chosen."""
    colleague = chosen_colleague(facts, state)
    return colleague.name[:NAME_LENGTH] if colleague else ""


def _pause_code(facts: Facts, state: SessionState) -> Value:
    """The case code of the report chosen."""
    pause = chosen_pause(facts, state)
    return pause.code if pause else ""


def _pause_said(facts: Facts, state: SessionState) -> Value:
    """What was reported about her."""
    pause = chosen_pause(facts, state)
    return Word(f"reported.{pause.said}") if pause else ""


def _staff_code(facts: Facts, state: SessionState) -> Value:
    """The code for a colleague's new handset, just given."""
    return state.data.get("staff_code", "")


LISTS: Mapping[str, ListOf] = {
    "unacknowledged": unacknowledged,
    "oldest": oldest,
    "sites": sites,
    "colleagues": colleagues,
    "pauses": pauses,
}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "unacknowledged_count": _unacknowledged_count,
    "pauses_count": _pauses_count,
    "site": _site,
    "site_state": _site_state,
    "site_day": _site_day,
    "colleague": _colleague,
    "pause_code": _pause_code,
    "pause_said": _pause_said,
    "staff_code": _staff_code,
}

LONGEST: Mapping[str, Value] = {
    "unacknowledged_count": 120,
    "pauses_count": 120,
    "site": "W" * NAME_LENGTH,
    "site_state": Word("site.no_network"),
    "site_day": date(2026, 12, 23),
    "colleague": "W" * NAME_LENGTH,
    "pause_code": "417",
    "pause_said": Word("reported.wrong_number"),
    "said": Word("reported.wrong_number"),
    "staff_code": "4821",
    "codes": "417, 502, 638, 417, 502, 638, 417, 502, 638, 417, 502, 638",
}
