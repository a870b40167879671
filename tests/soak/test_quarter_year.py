"""R14: a quarter year with trouble of every kind, and then what must hold of every text that reached the network."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.demo.calendar import END
from service.settings import demo_settings
from service.wiring import Services, ensure_ready, open_services
from tests.soak.kit import SCALE, processes, scaled
from tests.soak.quarter import Done, live

pytestmark = pytest.mark.soak

NAIROBI = ZoneInfo("Africa/Nairobi")
MOTHERS = scaled(150, 50)
WEEKS = 13 if SCALE >= 0.5 else 3
LEASE_SECONDS = 3


async def test_a_quarter_year_with_trouble_of_every_kind(database_url: str, tmp_path: Path) -> None:
    async with open_services(demo_settings(tmp_path, 8000, database_url=database_url)) as services:
        await ensure_ready(services, publish=True)
        each = (
            "worker",
            "--database",
            database_url,
            "--folder",
            str(tmp_path),
            "--lease",
            str(LEASE_SECONDS),
        )
        with processes(each, each) as workers:
            done = await live(services, workers, MOTHERS, WEEKS)
        assert min(done.kills, done.troubles, done.cut_off, done.twice) > 0, done
        assert done.stopped
        assert done.lost
        texts = await services.pool.fetch(_TEXTS)
        assert len(texts) > 10 * WEEKS
        await nobody_is_texted_at_night(services, texts)
        nothing_is_late(texts)
        await nothing_follows_a_stop(services, texts, done)
        await nothing_is_said_about_a_dead_baby(services, done)
        await no_cue_goes_twice(services, texts)
        await nobody_is_texted_before_set_up(services)
        await no_follow_up_is_forgotten(services)


async def nobody_is_texted_at_night(services: Services, texts: Sequence[Any]) -> None:
    """Between 20 and 7 no pushed text goes to a mother, unless it is her own hour."""
    hers: dict[bytes, set[int]] = {}
    for row in await services.pool.fetch(_HOURS):
        hers.setdefault(row["number_index"], set()).add(row["checkin_hour"])
    pushed = [text for text in texts if text["class"] in ("B", "C") and text["number_index"] in hers]
    assert len(pushed) > 100
    for text in pushed:
        hour = text["at"].astimezone(NAIROBI).hour
        assert 7 <= hour < 20 or hour in hers[text["number_index"]]


def nothing_is_late(texts: Sequence[Any]) -> None:
    """No text reaches the network when it holds no longer."""
    known = [text for text in texts if text["id"] is not None]
    assert len(known) > len(texts) / 2
    assert not [text["template"] for text in known if text["at"] >= text["valid_until"]]


async def nothing_follows_a_stop(services: Services, texts: Sequence[Any], done: Done) -> None:
    """After STOP only its confirmation goes, and answers to what she does herself."""
    for msisdn, stopped_at in done.stopped:
        index = services.index.of(msisdn)
        after = Counter(t["class"] for t in texts if t["number_index"] == index and t["at"] > stopped_at)
        assert set(after) <= {"D", "E"}, after
    held = await services.pool.fetchval(_AFTER_A_HOLD)
    assert held == 0


async def nothing_is_said_about_a_dead_baby(services: Services, done: Done) -> None:
    """From the instant of the loss on, nothing is queued or sent about that baby."""
    for mother_id, lost_at in done.lost:
        assert await services.pool.fetchval(_ABOUT_THE_DEAD, mother_id, lost_at) == 0
    assert await services.pool.fetchval(_PLANNED_FOR_THE_DEAD) == 0


async def no_cue_goes_twice(services: Services, texts: Sequence[Any]) -> None:
    """A number gets a cue for each that was sent, and one more only for each that is in doubt."""
    taken = Counter(text["number_index"] for text in texts if text["class"] == "B")
    rows = await services.pool.fetch(_CUES)
    assert set(taken) <= {row["number_index"] for row in rows}
    for row in rows:
        assert row["sent"] <= taken[row["number_index"]] <= row["sent"] + row["unknown"]
    assert await services.pool.fetchval(_CUES_TWICE) == 0


async def nobody_is_texted_before_set_up(services: Services) -> None:
    """Without the code typed on her handset nothing is pushed to it."""
    assert await services.pool.fetchval(_BEFORE_SET_UP) == 0


async def no_follow_up_is_forgotten(services: Services) -> None:
    """Each open one has a next action to come, or an alarm that was raised."""
    rows = await services.pool.fetch("SELECT next_at, alarm_at FROM follow_up WHERE state <> 'resolved'")
    assert rows
    for row in rows:
        assert row["alarm_at"] is not None or (row["next_at"] is not None and row["next_at"] > END)


# What the network took, with the message it was where the answer was recorded.
_TEXTS = """
SELECT s.seq, s.at, s.number_index, coalesce(m.message_class, s.message_class) AS class, m.id, m.template, m.valid_until
FROM simulator_sms s LEFT JOIN message m ON m.gateway_id = 'sim-' || s.seq ORDER BY s.seq
"""
_HOURS = """
SELECT t.number_index, m.checkin_hour FROM mother m JOIN person p ON p.id = m.id JOIN phone t ON t.id = p.phone_id
"""
_AFTER_A_HOLD = """
SELECT count(*) FROM message m JOIN person p ON p.id = m.person_id
WHERE p.hold IS NOT NULL AND m.message_class IN ('B', 'C') AND (m.sent_at > p.hold_since OR m.created_at > p.hold_since)
  AND m.begun > 0
"""
_ABOUT_THE_DEAD = """
SELECT count(*) FROM message m JOIN infant i ON i.id = m.infant_id
WHERE i.mother_id = $1 AND i.status = 'died' AND m.message_class IN ('B', 'C')
  AND (m.sent_at > $2 OR m.created_at > $2 OR m.state IN ('queued', 'claimed', 'sending'))
"""
_PLANNED_FOR_THE_DEAD = """
SELECT count(*) FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id JOIN infant i ON i.id = e.infant_id
WHERE i.status = 'died' AND r.state = 'planned'
"""
_CUES = """
SELECT t.number_index, count(*) FILTER (WHERE m.state IN ('sent', 'delivered')) AS sent,
    count(*) FILTER (WHERE m.state = 'unknown') AS unknown
FROM message m JOIN phone t ON t.id = m.phone_id WHERE m.message_class = 'B' GROUP BY 1
"""
_CUES_TWICE = """
SELECT count(*) - count(DISTINCT reminder_id) FROM message WHERE message_class = 'B' AND reminder_id IS NOT NULL
"""
_BEFORE_SET_UP = """
SELECT count(*) FROM message x JOIN mother m ON m.id = x.person_id WHERE m.set_up_at IS NULL OR x.created_at < m.set_up_at
"""
