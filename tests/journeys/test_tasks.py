"""Every task that people come for is done in a journey, in every language journeys speak; a journey's word is checked."""

import pytest

from flows.lint.model.tasks import tasks_of
from service.processes.worker import Worker
from service.wiring import Services
from tests.conftest import CONTENT
from tests.journeys.script import read
from tests.journeys.stage import LANGUAGES, open_stage
from tests.journeys.tasks import Watch
from tests.journeys.test_journeys import JOURNEYS

DECLARED = {task for path in JOURNEYS for task in read(path).tasks}
"""What the journeys say is done in them; that it really is, each is asked when it has been played."""


def test_each_task_is_done_in_a_journey_in_each_language() -> None:
    wanted = {(task, language) for task in CONTENT["tasks"] for language in LANGUAGES}
    assert sorted(wanted - DECLARED) == []


def test_journeys_declare_only_tasks_and_languages_that_exist() -> None:
    assert {task for task, _ in DECLARED} <= set(CONTENT["tasks"])
    assert {language for _, language in DECLARED} <= set(LANGUAGES)


async def test_what_was_dialled_and_not_done_does_not_count(
    services: Services, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await open_stage(services, worker)
    watch = Watch()
    watch.begin(monkeypatch)
    [stop] = [task for task in tasks_of(services.bundles.current()) if task.id == "stop"]
    await stage.do_facility("Kilele", "")
    await stage.do_staff("Mentor", "Rehema", "Kilele", "")
    await stage.do_mother("Amina", "Rehema", "speaks English, signed tips")

    await stage.do_dials("Amina", "5*2*1")
    assert not watch.saw(stop, "en")

    await stage.do_presses("Amina", "1")
    assert watch.saw(stop, "en")
    assert not watch.saw(stop, "sw")
