"""Each journey in this folder, played from its first line to its last on the real stack."""

from pathlib import Path

import pytest

from service.processes.worker import Worker
from service.wiring import Services
from tests.journeys.script import read
from tests.journeys.stage import open_stage

HERE = Path(__file__).parent
JOURNEYS = sorted(HERE.glob("*.txt"))


@pytest.mark.parametrize("path", JOURNEYS, ids=lambda path: path.stem)
async def test_journey(path: Path, services: Services, worker: Worker) -> None:
    script = read(path)
    stage = await open_stage(services, worker)
    for step in script.steps:
        where = f"{path.name}:{step.line}"
        if step.kind == "clock":
            await stage.nobody_got_more(where)
        await getattr(stage, f"do_{step.kind}")(**step.words)
        if step.screen:
            await stage.see_screen(step)
    await stage.nobody_got_more(f"{path.name}: the end")


def test_there_are_journeys() -> None:
    assert {path.stem for path in JOURNEYS} >= {
        "J1_enrol",
        "J2_red_silence",
        "J3_day_close",
        "J5_night_danger",
    }
