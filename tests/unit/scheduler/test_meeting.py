"""An invitation to a meeting: as any text, but it waits for room, and what takes it back waits for nothing."""

from typing import Any

import pytest

from scheduler.decide import decide
from scheduler.decide_hour import CAP_DAY, CAP_WEEK
from scheduler.types import Hold, Send, Skip
from tests.unit.scheduler.made import at, kenya, reminder

NOW = at("2026-11-23 10:00")
BEGINS = at("2026-11-27 10:00")


def invitation(step: str = "invite", **fields: Any) -> Any:
    plain = {"schedule": "meeting", "step": step, "due_at": NOW, "valid_until": BEGINS, "attendance": None}
    return decide(reminder(**plain | fields), kenya(), NOW)


def test_it_goes_at_once_and_not_into_the_night() -> None:
    assert invitation() == Send("group_invite", "C", NOW, at("2026-11-23 20:00"))
    assert invitation("called_off") == Send("group_called_off", "C", NOW, at("2026-11-23 20:00"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"phone": "none"}, "no_phone"),
        ({"set_up": False}, "mentor_only"),
        ({"phone": "untrusted"}, "number_untrusted"),
        ({"consented": False}, "no_consent"),
        ({"signature": "none"}, "no_texts"),
        ({"rests": "paused_by_her"}, "paused_by_her"),
        ({"hold": "quiet"}, "quiet"),
        ({"valid_until": NOW}, "stale"),
    ],
)
def test_who_may_not_be_texted_is_not_and_no_mentor_is_reminded_in_her_place(
    fields: dict[str, Any], reason: str
) -> None:
    assert invitation(**fields) == Skip(reason)
    assert invitation("called_off", **fields) == Skip(reason)


@pytest.mark.parametrize("full", [{"pushed_today": CAP_DAY}, {"pushed_this_week": CAP_WEEK}])
def test_on_a_full_day_it_waits_and_what_takes_it_back_does_not(full: dict[str, int]) -> None:
    assert isinstance(invitation(**full), Hold)
    assert isinstance(invitation("called_off", **full), Send)


@pytest.mark.parametrize("shut", [{"site": "closed"}, {"site": "paused"}, {"site_has_entries": False}])
def test_a_closed_site_holds_it_and_not_what_takes_it_back(shut: dict[str, Any]) -> None:
    assert isinstance(invitation(**shut), Hold)
    assert isinstance(invitation("called_off", **shut), Send)
