"""Import: a register or an appointment book is uploaded, looked through row by row, and its good rows are saved."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import as_file
from service.dashboard.frame.room import Room
from service.exporting.sheets import MEDIA
from service.importing import runs
from service.importing.columns import COLUMNS, Kind, heading_of
from service.importing.jobs import Jobs
from service.importing.problems import Problem, stopped
from service.importing.reading import MOST_BYTES, read_sheet
from service.importing.result import result
from service.importing.runs import Run
from service.importing.template import template_csv, template_xlsx

SHOWN: Final = 20
PER_PAGE: Final = 50

STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "waiting": ("calm", "…", "Waiting"),
    "checking": ("calm", "…", "Being looked through"),
    "checked": ("amber", "◆", "Looked through, not saved"),
    "to_save": ("calm", "…", "Waiting to be saved"),
    "saving": ("calm", "…", "Being saved"),
    "done": ("green", "✓", "Saved"),
    "failed": ("red", "⚠", "Not saved"),
    "cancelled": ("amber", "■", "Stopped, not saved"),
    "interrupted": ("red", "⚠", "Interrupted, not saved"),
}
"""A colour, a shape and words for each state of a file."""

KINDS: Final[Mapping[str | None, str]] = {
    "mothers": "Mothers",
    "appointments": "Appointments",
    None: "A file",
}

WORDS: Final = {
    "stopping": "It is being stopped. Nothing of it is saved.",
    "no-file": "Choose a file first.",
    "too-late": "That was not possible any more: see below how far it is.",
}

TEMPLATES: Final[Mapping[str, tuple[Kind, str]]] = {
    "mothers.xlsx": ("mothers", "xlsx"),
    "mothers.csv": ("mothers", "csv"),
    "appointments.xlsx": ("appointments", "xlsx"),
    "appointments.csv": ("appointments", "csv"),
}


def import_pages(room: Room) -> None:
    """`/imports`: everything but the templates is shown to whoever uploaded it, and to administrators."""
    jobs = Jobs(room.services)

    @room.get("/imports", "import")
    async def imports(asked: Asked) -> Response:
        mine = None if asked.user.role == "administrator" else asked.user.id
        async with asked.reading() as conn:
            found = await runs.latest(conn, mine, SHOWN)
        return asked.page(
            "imports/list.html",
            runs=found,
            STATES=STATES,
            KINDS=KINDS,
            columns=COLUMNS,
            trouble=asked.said(WORDS),
        )

    @room.get("/imports/templates/{name}", "import")
    async def template(asked: Asked) -> Response:
        name = str(asked.names["name"])
        if name not in TEMPLATES:
            raise HTTPException(404)
        kind, form = TEMPLATES[name]
        made = template_xlsx(kind) if form == "xlsx" else template_csv(kind)
        return as_file(made, f"pamoja-{name}", MEDIA["xlsx" if form == "xlsx" else "csv"])

    @room.post("/imports", "import", upload=MOST_BYTES)
    async def upload(asked: Asked) -> Response:
        sent = asked.file("file")
        if sent is None:
            return asked.back("/imports", done="no-file")
        async with asked.writing() as conn:
            await runs.forget_files(conn, asked.wall)
            run_id = await runs.begin(
                conn, asked.services.sealer, sent.content, asked.user.id, asked.user.staff_id, asked.wall
            )
        jobs.check(run_id)
        return asked.back(f"/imports/{run_id}")

    @room.get("/imports/{import_id}", "import")
    async def one(asked: Asked) -> Response:
        run = await _run(asked)
        said = await runs.problems_of(asked.services.pool, asked.services.sealer, run.id)
        start = (asked.page_number - 1) * PER_PAGE
        return asked.page(
            "imports/run.html",
            run=run,
            STATES=STATES,
            KINDS=KINDS,
            problems=[
                (one.stops, one.sentence(run.kind or "mothers")) for one in said[start : start + PER_PAGE]
            ],
            kinds_of_wrong=_kinds(run.kind or "mothers", said),
            wrong_rows=len(stopped(said)),
            page=asked.page_number,
            more=len(said) > start + PER_PAGE,
            said=asked.said(WORDS),
        )

    @room.get("/imports/{import_id}/progress", "import")
    async def progress(asked: Asked) -> Response:
        run = await _run(asked)
        answer = asked.part("imports/_progress.html", run=run, STATES=STATES)
        if not run.is_at_work:
            answer.headers["HX-Refresh"] = "true"
        return answer

    @room.get("/imports/{import_id}/rows", "import")
    async def rows(asked: Asked) -> Response:
        run = await _run(asked)
        content = await runs.file_of(asked.services.pool, asked.services.sealer, run.id)
        if content is None or run.kind is None or run.state not in ("checked", "done"):
            raise HTTPException(404)
        if run.state == "checked":
            said = await runs.problems_of(asked.services.pool, asked.services.sealer, run.id)
            content = await asyncio.to_thread(_result, content, run.kind, said)
        return as_file(content, f"pamoja-{run.kind}-{run.id}.{run.format}", MEDIA[run.format])

    @room.post("/imports/{import_id}/save", "import")
    async def save(asked: Asked) -> Response:
        run = await _run(asked)
        if not await runs.wish_to_save(asked.services.pool, run.id, asked.wall):
            # The second of two clicks finds it being saved, or saved: the page says so.
            saved = (await _run(asked)).state in ("to_save", "saving", "done")
            return asked.back(f"/imports/{run.id}", done="" if saved else "too-late")
        jobs.save(run.id)
        return asked.back(f"/imports/{run.id}")

    @room.post("/imports/{import_id}/stop", "import")
    async def stop(asked: Asked) -> Response:
        run = await _run(asked)
        await runs.wish_to_stop(asked.services.pool, run.id, asked.wall)
        return asked.back(f"/imports/{run.id}", done="stopping")


async def _run(asked: Asked) -> Run:
    """The run in the address. A file may name mothers of more clinics than one, so it is its uploader's alone."""
    run = await runs.run_of(asked.services.pool, asked.ids["import_id"], asked.wall)
    if run is None or (run.user_id != asked.user.id and asked.user.role != "administrator"):
        raise HTTPException(404)
    return run


def _kinds(kind: Kind, said: list[Problem]) -> list[tuple[tuple[str, str], int]]:
    """How often each remedy is named in each column, however what was written there differs."""
    found = Counter(
        (heading_of(kind, one.column) if one.column else "Row", one.says.partition(". ")[2] or one.says)
        for one in said
        if one.stops
    )
    return found.most_common(12)


def _result(content: bytes, kind: Kind, said: list[Problem]) -> bytes:
    return result(read_sheet(content), kind, said)
