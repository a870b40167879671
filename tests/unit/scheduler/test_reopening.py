"""A site that is not open is asked about the next morning and then weekly; nobody closes its days meanwhile."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from scheduler.ports import SiteDay
from scheduler.reopening import first_look, look
from scheduler.sites import ASK_SITE, CLOSE, DONE, SUPERVISOR, TELL, site_move
from scheduler.types import DueSite, SiteLook
from tests.unit.scheduler.made import NAIROBI, at

NOW = at("2026-11-23 16:40")
DAY = date(2026, 11, 23)


def day(site: Any, stage: int = 0, entries: bool = False) -> SiteDay:
    return SiteDay(1, DAY, 9, False, stage, NAIROBI, time(15), site, entries)


def test_the_first_question_comes_the_next_morning_at_ten() -> None:
    assert first_look(NOW, NAIROBI) == at("2026-11-24 10:00")
    assert first_look(at("2026-11-23 00:05"), NAIROBI) == at("2026-11-24 10:00")


def test_then_once_a_week_for_as_long_as_it_takes() -> None:
    morning = at("2026-11-24 10:00")
    site = DueSite(1, "closed", NOW, "KE", NAIROBI)
    for _ in range(60):
        assert look(site, morning) == SiteLook(True, morning + timedelta(days=7))
        morning += timedelta(days=7)


@pytest.mark.parametrize(("entries", "tell"), [(True, SUPERVISOR), (False, ASK_SITE)])
def test_a_day_without_any_entry_asks_whether_the_site_is_open(entries: bool, tell: str) -> None:
    assert site_move(day("open", TELL, entries), at("2026-11-24 10:00")).tell == tell


@pytest.mark.parametrize("site", ["closed", "no_network", "paused"])
def test_nobody_is_asked_to_close_a_day_of_a_site_that_is_not_open(site: str) -> None:
    before = site_move(day(site), at("2026-11-23 09:00"))
    assert (before.tell, before.stage, before.next_at) == (None, 0, at("2026-11-23 15:00"))
    asked = site_move(day(site), at("2026-11-23 15:00"))
    assert (asked.tell, asked.mark_unknown, asked.stage) == (None, False, CLOSE)
    assert asked.next_at == at("2026-11-24 00:00")
    ended = site_move(day(site, CLOSE), at("2026-11-24 00:00"))
    assert (ended.tell, ended.mark_unknown, ended.stage, ended.next_at) == (None, True, DONE, None)
