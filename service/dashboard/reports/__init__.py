"""Reports: the programme in figures that say what they count, and the same as files for others."""

import json
from typing import Any

from starlette.responses import Response

from service.dashboard.frame.asked import Asked
from service.dashboard.frame.exports import as_file, asked_export, file_name
from service.dashboard.frame.room import Room
from service.dashboard.reports import view
from service.dashboard.reports.asking import KINDS, Asking, asking
from service.exporting import counts, dhis2, register
from service.reports.indicators import shipped
from service.reports.money import Price
from service.reports.report import Report, report
from service.reports.scope import Scope
from service.store.shown.reports import Reach, reach

__all__ = ["report_pages"]


def report_pages(room: Room) -> None:
    """`/reports`, `/reports/dhis2`, and the files under `/reports/export`."""

    @room.get("/reports", "see_counts")
    async def reports(asked: Asked) -> Response:
        return await _page(asked)

    @room.get("/reports/export/counts", "see_counts")
    async def report_counts(asked: Asked) -> Response:
        wanted, _, found, known = await _counted(asked)
        clinics = {one: known.clinics[one] for one in found.scope.facilities}
        first, last = wanted.period.first.isoformat(), wanted.period.last.isoformat()
        rows = list(counts.rows_of(found, clinics, first, last))
        return await asked_export(asked, f"counts {wanted.period.name}", counts.COLUMNS, rows, counts=True)

    @room.get("/reports/export/register", "export_lists")
    async def report_register(asked: Asked) -> Response:
        return await _register(asked)

    @room.get("/reports/dhis2", "see_counts")
    async def report_dhis2(asked: Asked) -> Response:
        return await _dhis2(asked)

    @room.get("/reports/export/dhis2", "see_counts")
    async def report_dhis2_file(asked: Asked) -> Response:
        return await _dhis2(asked, as_json=True)


async def _counted(asked: Asked, *, narrow: bool = True) -> tuple[Asking, Scope, Report, Reach]:
    """What is asked for, counted. Without ``narrow`` a mentor that was chosen makes no difference."""
    async with asked.reading() as conn:
        known = await reach(conn, asked.facilities)
        wanted, scope = asking(asked, known)
        if not narrow:
            scope = Scope(scope.facilities, scope.first, scope.until)
        price = asked.services.settings.sms_price
        found = await report(conn, scope, asked.now, Price(*price) if price else None)
    return wanted, scope, found, known


async def _page(asked: Asked) -> Response:
    wanted, _, found, known = await _counted(asked)
    hide = not asked.may("see_work")
    return asked.page(
        "reports/reports.html",
        422 if wanted.trouble else 200,
        wanted=wanted,
        kinds=KINDS,
        clinics=view.choices(
            list(known.clinics.items()), "All clinics" if asked.facilities is None else "All of mine"
        ),
        mentors=view.choices([(one, f"Mentor {one}") for one in known.mentors], "All mentors"),
        bys=view.by_choices(),
        by_name=dict(view.by_choices())[wanted.by],
        steps=view.funnel(found),
        loop_by=view.loop_by(found, wanted.by, known.clinics, hide=hide),
        groups=view.groups(found, wanted.by, known.clinics, hide=hide),
        hides=view.is_small if hide else view.of_anybody,
        told_of=view.told_of,
        hide=hide,
        times=found.times[0],
        times_by=[
            (known.clinics[one.facility_id], one) for one in found.times[1:] if one.facility_id is not None
        ],
        bins=view.bins(found.times[0]),
        time_meant=view.special("time"),
        load=found,
        load_meant=view.special("load"),
        cost=found.cost,
        cost_meant=view.special("money"),
        not_measured=shipped().not_measured,
        has_mapping=asked.services.settings.dhis2_mapping is not None,
        long=view.long,
    )


async def _register(asked: Asked) -> Response:
    async with asked.reading() as conn:
        known = await reach(conn, asked.facilities)
        wanted, _ = asking(asked, known)
        if wanted.facility is None or wanted.kind != "month" or wanted.trouble:
            return await _asked_again(
                asked, "Choose one clinic and a month: the register's sheet is of both."
            )
        columns = register.columns_of(known.countries[wanted.facility])
        rows = await register.rows_of(
            conn, asked.services.sealer, wanted.facility, wanted.period, columns, staff_id=asked.user.staff_id
        )
    name = register.title_of(f"clinic {wanted.facility}", wanted.period)
    return await asked_export(asked, f"register {name}", [one.title for one in columns], rows)


async def _dhis2(asked: Asked, *, as_json: bool = False) -> Response:
    file = asked.services.settings.dhis2_mapping
    if file is None:
        return await _asked_again(asked, "No mapping is named: set PAMOJA_DHIS2_MAPPING to its file.")
    wanted, scope, found, known = await _counted(asked, narrow=False)
    if wanted.kind != "month" or wanted.trouble:
        return await _asked_again(asked, "Choose a month: DHIS2 takes the counts of one.")
    try:
        mapping = dhis2.read_mapping(file)
    except dhis2.MappingError as wrong:
        return await _asked_again(asked, str(wrong))
    clinics = {one: known.clinics[one] for one in scope.facilities}
    made = dhis2.value_set(found, wanted.period, mapping, clinics)
    if not as_json:
        return asked.page(
            "reports/dhis2.html",
            wanted=wanted,
            values=len(made.body["dataValues"]),
            left_out=made.left_out,
        )
    async with asked.writing() as conn:
        await asked.audit(
            conn, "exported", f"DHIS2 values of {wanted.period.first:%Y-%m} ({len(made.body['dataValues'])})"
        )
    body: Any = json.dumps(made.body, indent=2).encode()
    return as_file(body, file_name(asked, f"dhis2 {wanted.period.first:%Y-%m}", "json"), "application/json")


async def _asked_again(asked: Asked, sentence: str) -> Response:
    """A page that says what is missing; nothing that was chosen is lost, since it stands in the address."""
    return asked.page("reports/again.html", 422, sentence=sentence, kept=dict(asked.query))
