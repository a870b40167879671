"""A red mother falls silent: her timeline tells it in order, from the unanswered question to who reached her."""

import re

from service.processes.worker import Worker
from service.store.timeline import Line, Timeline, timeline
from service.wiring import Services
from tests.journeys.stage import Stage, open_stage


async def told(stage: Stage, name: str) -> Timeline:
    services = stage.services
    async with services.pool.acquire() as conn:
        causes = services.bundles.current().words_of("cause")
        found = await timeline(
            conn, stage.player(name).person_id, await stage.now(), services.countries, causes
        )
    assert found is not None
    return found


def places(lines: tuple[Line, ...], *wanted: str) -> list[int]:
    """Where each is first found after the one before."""
    found, start = [], 0
    for text in wanted:
        place = next((n for n, one in enumerate(lines) if n >= start and text in one.what), None)
        assert place is not None, f"{text!r} is not after line {start} of:\n" + "\n".join(
            f"{one.at:%a %H:%M} {one.kind} {one.what}" for one in lines
        )
        found.append(place)
        start = place + 1
    return found


async def amina(services: Services, worker: Worker) -> Stage:
    stage = await open_stage(services, worker)
    await stage.do_facility("Kilele", "")
    await stage.do_staff("Supervisor", "Sara", "Kilele", "")
    await stage.do_staff("Mentor", "Rehema", "Kilele", "")
    await stage.do_mother("Amina", "Rehema", ", signed group, red, asked Monday 10:00")
    return stage


async def test_silence_alert_and_reached_are_told_in_order(services: Services, worker: Worker) -> None:
    stage = await amina(services, worker)
    for when in ("Monday 10:00", "Tuesday 10:00", "Wednesday 10:00", "Wednesday 10:05"):
        await stage.do_clock(when)
    await stage.do_texts("Rehema", "{Amina} 1")
    await stage.do_clock("Wednesday 15:00")
    await stage.do_texts("Rehema", "{Amina} 4")
    await stage.do_clock("Thursday 12:00")
    await stage.do_texts("Amina", "1")

    story = await told(stage, "Amina")
    mentor = stage.player("Rehema").person_id
    found = places(
        story.lines,
        "Begun: check-ins, counted from",
        "Agreed to: sms",
        "Nothing was heard from her from here on",
        "The check-in was due, and its text was made",
        "Text (the check-in) to her",
        "Text (the check-in once more) to her",
        'Follow-up "no answer" opened (red)',
        'Follow-up "no answer": told',
        f"Text (she needs somebody) to mentor {mentor}",
        'Follow-up "no answer": going to her',
        'Follow-up "no answer": reached, problem',
        "Answered the check-in: well",
        "Heard from her again after 3 days",
        'Follow-up "no answer": she answered',
        'Follow-up "no answer" closed',
        f"Text (that she answered) to mentor {mentor}",
    )
    assert found == sorted(found)
    opened = story.lines[found[6]]
    assert opened.rule is not None
    assert opened.rule.name == "KE/escalation.silent"
    assert opened.rule.source
    asked = story.lines[found[3]]
    assert asked.rule is not None
    assert (asked.rule.name, asked.rule.current) == ("KE/checkin.ask", True)
    assert "Lester" in (asked.rule.source or "")
    assert story.lines[found[9]].who == story.lines[found[7]].who == f"mentor {mentor}"
    assert [one.at for one in story.lines] == sorted(one.at for one in story.lines)
    shown = "\n".join(f"{one.what} {one.why}" for one in story.lines)
    assert re.findall(r"class [ABC]|[a-z]+_[a-z]+|[a-z]+\.[a-z]+_", shown) == [], (
        "names for programs stand in brackets"
    )


async def test_a_check_in_answered_on_a_call_is_said_to_be_answered(
    services: Services, worker: Worker
) -> None:
    stage = await amina(services, worker)
    await stage.do_clock("Monday 10:00")
    await stage.do_dials("Amina")
    await stage.do_presses("Amina", "1")
    await stage.do_presses("Amina", "1")
    await stage.do_clock("Thursday 12:00")
    story = await told(stage, "Amina")
    asked = [one for one in story.lines if one.what.startswith("Text (the check-in")]
    assert ["answered (" in one.what for one in asked] == [True]
    assert not any(one.kind == "silence" for one in story.lines)
