"""Each journey in this folder, played from its first line to its last on the real stack."""

from pathlib import Path

import pytest

from flows.lint.model.tasks import tasks_of
from service.processes.worker import Worker
from service.wiring import Services
from tests.journeys.script import read
from tests.journeys.stage import LANGUAGES, open_stage
from tests.journeys.tasks import Watch

HERE = Path(__file__).parent
JOURNEYS = sorted(HERE.glob("*.txt"))


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
async def test_journey(
    path: Path, services: Services, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = read(path)
    watch = Watch()
    watch.begin(monkeypatch)
    stage = await open_stage(services, worker)
    for step in script.steps:
        where = f"{path.name}:{step.line}"
        if step.kind == "clock":
            await stage.nobody_got_more(where)
        await getattr(stage, f"do_{step.kind}")(**step.words)
        if step.screen:
            await stage.see_screen(step)
    await stage.nobody_got_more(f"{path.name}: the end")
    tasks = {task.id: task for task in tasks_of(services.bundles.current())}
    for id_, language in script.tasks:
        assert watch.saw(tasks[id_], LANGUAGES[language]), f"{path.name}: {id_} was not done in {language}"


def test_there_are_journeys() -> None:
    assert {path.stem for path in JOURNEYS} >= {
        "J1_enrol",
        "J2_red_silence",
        "J3_day_close",
        "J5_night_danger",
    }
