"""One mother's whole story through the real loop: every kind of line is there, in sentences, and nothing of who she is."""

import json
from datetime import timedelta

from scheduler.reasons import REASONS
from service.clocks import step
from service.commands.why import look
from service.commands.why_shown import document, lines
from service.processes.worker import Worker
from service.store.named import Named
from service.store.timeline import Line, Timeline, timeline
from service.store.timeline.line import ORDER
from service.wiring import Services
from tests.journeys.stage import Stage, open_stage

CANARIES = ("Amina", "Rehema", "Sara", "Kilele", "4821", "kanari", "natoka damu", "1003", "KIKUNDI", "GROUP:")
"""Names of people and of her clinic, her PIN, what she wrote, her form number, what texts begin with."""


async def story(services: Services, worker: Worker) -> Stage:
    """Three weeks: answers, a missed visit, danger, a life event and its undoing, a pause, silence."""
    stage = await open_stage(services, worker)
    await stage.do_facility("Kilele", "")
    await stage.do_staff("Supervisor", "Sara", "Kilele", ", on duty 00:00-23:59")
    await stage.do_staff("Mentor", "Rehema", "Kilele", ", PIN 4821")
    await stage.do_mother(
        "Amina", "Rehema", ", signed group, red, asked Monday 10:00, PIN 4821, child born 20 May 2026"
    )
    await stage.do_visit("Amina", "Thursday")
    await stage.do_clock("Monday 10:00")
    await stage.do_texts("Amina", "1")
    await stage.do_clock("Wednesday 12:00")
    await stage.do_texts("Amina", "natoka damu, kanari")
    await stage.do_texts("Rehema", "{Amina} 1")
    await stage.do_texts("Rehema", "{Amina} 4")
    await stage.do_clock("Thursday 18:00")
    await stage.do_clock("Saturday 12:00")
    await stage.do_clock("Monday 10:00")
    await stage.do_clock("Thursday 10:00")
    await stage.do_visit("Amina", "Saturday")
    await stage.settle()
    return stage


async def of(stage: Stage, name: str) -> Timeline:
    async with stage.services.pool.acquire() as conn:
        found = await timeline(
            conn, stage.player(name).person_id, await stage.now(), stage.services.countries
        )
    assert found is not None
    return found


def day_before(told: Timeline) -> Line:
    """The one contact to come before the visit on Saturday."""
    [found] = [
        one
        for one in told.lines
        if one.state == "planned" and one.rule is not None and one.rule.name == "KE/visit.day_before"
    ]
    return found


async def test_every_kind_of_line_is_told_in_sentences(services: Services, worker: Worker) -> None:
    stage = await story(services, worker)
    mother, mentor = stage.player("Amina").person_id, stage.player("Rehema").person_id
    now = await stage.now()
    await services.pool.execute(
        "INSERT INTO home_visit (mother_id, planned_by, planned_at, on_day, hour, place, said_to_be) "
        "VALUES ($1, $2, $3, $4, 10, 'market', 'friend')",
        mother, mentor, now, now.date() + timedelta(days=3),
    )  # fmt: skip
    await services.pool.execute(
        "INSERT INTO life_event (mother_id, what, on_day, reported_at, via, before, undone_at, undone_by) "
        "VALUES ($1, 'moved', $2, $3, 'ussd', '{}', $3, $4)",
        mother, now.date(), now, mentor,
    )  # fmt: skip
    await services.pool.execute(
        "UPDATE person SET hold = 'paused', hold_since = $2 WHERE id = $1", mother, now
    )
    await services.pool.execute(
        "INSERT INTO event (at, kind, mother_id, staff_id) VALUES ($1, 'RecordOpened', $2, $3)",
        now, mother, mentor,
    )  # fmt: skip
    told = await of(stage, "Amina")
    kinds = {one.kind for one in told.lines}
    assert kinds == set(ORDER), set(ORDER) - kinds
    keys = [(one.at, ORDER.index(one.kind)) for one in told.lines]
    assert keys == sorted(keys)
    for one in told.lines:
        assert one.what
        assert "{" not in one.what + one.why
        assert one.why == "" or one.why.endswith(".")
        if one.kind == "contact":
            assert one.rule is not None
            assert one.rule.source, one.rule.name
            if one.state in ("skipped", "cancelled", "held"):
                assert one.reason in REASONS
                assert one.why == REASONS[one.reason]
    states = {one.state for one in told.lines if one.kind == "contact"}
    assert {"queued", "planned", "foreseen"} <= states, states
    assert any(one.state == "planned" and one.reason == "paused" for one in told.lines)
    foreseen = {one.rule.name: one.reason for one in told.lines if one.state == "foreseen" and one.rule}
    assert foreseen["KE/checkin.ask"] == "paused"
    assert foreseen["KE/infant_visit.mentor_overdue"] is None, "work of people for her goes on"
    assert any(one.kind == "follow_up" and one.state == "next" and one.at >= now for one in told.lines)


async def test_a_skipped_contact_says_why_in_a_sentence(services: Services, worker: Worker) -> None:
    stage = await story(services, worker)
    await services.pool.execute(
        "UPDATE person SET paused_until = $2 WHERE id = $1",
        stage.player("Amina").person_id,
        await stage.now() + timedelta(days=30),
    )
    await stage.do_clock("Monday 12:00")
    told = await of(stage, "Amina")
    skipped = [one for one in told.lines if one.state == "skipped" and one.reason == "paused_by_her"]
    assert skipped
    assert skipped[0].why == REASONS["paused_by_her"]
    assert skipped[0].rule is not None
    assert skipped[0].rule.name == "KE/checkin.ask"


async def test_what_is_to_come_says_what_would_hold_it(services: Services, worker: Worker) -> None:
    stage = await story(services, worker)
    mother = stage.player("Amina").person_id
    await services.pool.execute(
        "UPDATE site_day SET closed_at = day, closed_as = 'closed' WHERE closed_at IS NULL"
    )
    before = day_before(await of(stage, "Amina"))
    assert (before.state, before.reason) == ("planned", None)
    assert before.what == "Reminder the day before the visit for 13 Jun will go"
    assert before.why.startswith("Will go unless")
    await services.pool.execute("UPDATE facility SET status = 'closed'")
    told = await of(stage, "Amina")
    before = day_before(told)
    assert (before.reason, before.why) == ("site_closed", REASONS["site_closed"])
    assert any(one.kind == "hold" and one.reason == "site_closed" for one in told.lines)
    await services.pool.execute("UPDATE facility SET status = 'open'")
    await services.pool.execute("UPDATE visit SET status = 'cancelled' WHERE mother_id = $1", mother)
    assert day_before(await of(stage, "Amina")).reason == "kept"


async def test_nothing_of_who_she_is_comes_out(services: Services, worker: Worker) -> None:
    stage = await story(services, worker)
    told = await of(stage, "Amina")
    numbers = [player.number[-9:] for player in stage.players.values()]
    shown = "\n".join([*lines(told), json.dumps(document(told)), repr(told)])
    assert len(told.lines) > 30
    found = [one for one in (*CANARIES, *numbers) if one.lower() in shown.lower()]
    assert found == []


async def test_the_document_keeps_its_form(services: Services, worker: Worker) -> None:
    stage = await story(services, worker)
    given = json.loads(json.dumps(document(await of(stage, "Amina"))))
    assert set(given) == {"schema", "mother", "now", "lines"}
    assert given["schema"] == 1
    assert set(given["mother"]) == {"id", "facility", "time_zone"}
    for line in given["lines"]:
        assert set(line) == {
            "tense", "local", "at", "all_day", "kind", "state", "what", "why", "reason", "who", "due_at", "rule", "refs",
        }  # fmt: skip
        assert line["tense"] == ("future" if line["at"] > given["now"] else "past")
        assert line["rule"] is None or set(line["rule"]) == {
            "name", "country", "table", "step", "source", "revision", "current", "draft", "reviewed_by", "reviewed_on",
        }  # fmt: skip


async def test_asking_writes_who_asked_and_nothing_else(services: Services, worker: Worker) -> None:
    stage = await story(services, worker)
    mother, now = stage.player("Amina").person_id, await stage.now()
    before = await services.pool.fetchval("SELECT count(*) FROM event")
    async with services.pool.acquire() as conn, conn.transaction(isolation="repeatable_read"):
        await look(services, conn, Named(mother_id=mother), now, now)
    [audit] = await services.pool.fetch("SELECT who, what, why FROM audit WHERE what = 'record_opened'")
    assert audit["who"].startswith("operator ")
    assert audit["why"] == ""
    [opened] = await services.pool.fetch("SELECT * FROM event WHERE kind = 'RecordOpened'")
    assert (opened["mother_id"], opened["staff_id"], opened["data"]) == (mother, None, {"via": "office"})
    assert await services.pool.fetchval("SELECT count(*) FROM event") == before + 1
    told = await of(stage, "Amina")
    assert [one.who for one in told.lines if one.kind == "record"] == ["the office"]


async def test_rules_it_was_planned_under_are_still_named(services: Services, worker: Worker) -> None:
    stage = await story(services, worker)
    tables = json.loads(json.dumps(await services.pool.fetchval("SELECT tables FROM bundle WHERE current")))
    schedule = tables["countries"]["KE"]["schedules"]["checkin"]
    schedule["step"][0]["id"] = "question"
    schedule["step"][0]["source"] = "A newer source."
    await services.bundles.publish(tables, await stage.now())
    asked = [one for one in (await of(stage, "Amina")).lines if "The check-in was due" in one.what]
    assert asked
    assert all(one.rule is not None and not one.rule.current for one in asked)
    assert all("Lester" in (one.rule.source or "") for one in asked if one.rule is not None)


async def test_a_quiet_step_of_the_clock_changes_no_past_line(services: Services, worker: Worker) -> None:
    """What was told once is told again later: only the future moves on, also where an alarm is raised anew."""
    stage = await story(services, worker)
    earlier = await of(stage, "Amina")
    kinds = ("contact", "answer", "follow_up")
    past = [one for one in earlier.lines if one.at < earlier.now and one.kind in kinds]

    async def settle(_: object) -> None:
        await worker.settle_now()

    await step(services.pool, earlier.now + timedelta(hours=1), settle)
    later = await of(stage, "Amina")
    assert [one for one in past if one not in later.lines] == []
