"""A red mother falls silent: her timeline tells it in order, from the unanswered question to who reached her."""

from service.processes.worker import Worker
from service.store.timeline import Line, Timeline, timeline
from service.wiring import Services
from tests.journeys.stage import Stage, open_stage


async def told(stage: Stage, name: str) -> Timeline:
    services = stage.services
    async with services.pool.acquire() as conn:
        found = await timeline(conn, stage.player(name).person_id, await stage.now(), services.countries)
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
        "On schedule checkin",
        "Agreed to: sms",
        "Nothing was heard from her from here on",
        "checkin.ask was due, and its text was made",
        "Text checkin (class B) to her",
        "Text nudge (class B) to her",
        "Follow-up silent opened (red)",
        "Follow-up silent: told",
        f"Text alert (class A) to mentor {mentor}",
        "Follow-up silent: going to her",
        "Follow-up silent: reached, problem",
        "Answered the check-in: well",
        "Heard from her again after 3 days",
        "Follow-up silent: she answered",
        "Follow-up silent closed",
        f"Text answered (class A) to mentor {mentor}",
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
