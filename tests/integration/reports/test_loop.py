"""What `pamoja measures` prints of the same counts."""

from datetime import date
from typing import Any

import pytest

from service.commands.measures import CASE_COLUMNS, CONTACT_COLUMNS, EXPLAINED, counted, shown
from service.commands.problems import UserError
from service.reports.counts import Counts
from service.reports.loop import CASES, CONTACTS, NO_TIMES
from tests.conftest import PUBLISHED_AT

FIRST = date(2026, 3, 2)
NOTHING = Counts(("facility_id", "week"), CONTACTS)


def test_each_column_is_explained_below_the_table() -> None:
    explained = " ".join(EXPLAINED)
    assert [name for name, _ in (*CONTACT_COLUMNS, *CASE_COLUMNS) if name not in explained] == []


def test_nothing_yet_is_said_so() -> None:
    none = Counts(("facility_id", "week"), CASES)
    assert list(shown(NOTHING, none, [], FIRST)) == [
        "Nothing was planned and no case opened since 2026-03-02."
    ]


def test_a_line_a_clinic_and_week_and_how_long_it_took() -> None:
    week = {"facility_id": 3, "week": FIRST}
    planned = Counts(("facility_id", "week"), CONTACTS, (week | dict.fromkeys(CONTACTS, 7),))
    opened = Counts(("facility_id", "week"), CASES, (week | dict.fromkeys(CASES, 2),))
    took = [NO_TIMES, NO_TIMES.__class__(3, 2, 0, None, None, 0, None, None, NO_TIMES.within)]
    lines = list(shown(planned, opened, took, FIRST))
    assert lines[0].split()[:2] == ["clinic", "week"]
    assert lines[1].split() == ["3", "2026-03-02", *["7"] * 6, *["2"] * 6]
    assert lines[2:-1] == list(EXPLAINED)
    assert lines[-1].startswith("Clinic 3: taken after no time yet")


async def test_it_is_counted_from_the_database(services: Any) -> None:
    [line] = await counted(services, None, 8, PUBLISHED_AT)
    assert line.startswith("Nothing was planned and no case opened since 2026-04-13")
    with pytest.raises(UserError, match="No clinic has this number"):
        await counted(services, 7, 8, PUBLISHED_AT)
