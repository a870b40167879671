"""docs/reports.md: what every figure counts, written from the definitions.

Run ``python -m service.reports.page > docs/reports.md``; a test compares.
"""

import sys
from collections.abc import Iterator
from typing import Final

from service.exporting.register import columns_of
from service.reports.indicators import HEADINGS, Indicator, shipped

BY: Final = {
    "facility_id": "clinic",
    "mentor_id": "mentor",
    "week": "week",
    "under_20": "age",
    "phone_use": "phone",
}

HEAD: Final = """# What the figures of a report count

Written by `python -m service.reports.page > docs/reports.md` from `service/reports/indicators.toml`; a test compares.

The Reports page, `pamoja measures` and every file read the same functions, and a test counts each figure again in plain
Python from the raw rows. A figure is always n of d, with what it counts beside it; of fewer than 5 the page says that it
says little. A change of meaning is a new version of the indicator.

None of this is a PEPFAR MER indicator. What is entered by mentors and by phone is operational: it tells whether the service
works, and where a person is needed.

Everything is counted by the local day of its clinic. Contacts, texts, babies and mothers count at the clinic and with the
mentor the mother has now, visits and cases at the clinic they were at.

"""

CHAIN: Final = """**One chain** is a contact that went out (a text that was sent, or work given to a person instead) and all that
follows it until the next contact of hers that goes out, at most 28 days. A case opened about her in that time belongs to it,
whatever its cause, so that each case belongs to at most one chain. Acknowledged, reached and came back are of cases of
which somebody was told; none of these needs the one before it.

"""

FILES: Final = """## Files

Every list and every report can be saved as XLSX or as CSV (UTF-8, RFC 4180). Text that a spreadsheet could take for a formula
is made harmless. Each file saved is a line in the audit.

**Lists of people** need the permission `export_lists`. They hold client number, case code and masked number, and are headed
by nothing that tells a diagnosis: the service refuses to make such a list.

**Shared counts** (`/reports/export/counts`) hide a clinic's row of a source if it holds a count from 1 to 4, or a count from which one
follows, and hide as many more rows as it takes so that no total gives a hidden count away: for each there is another hidden
row that it could change places with without any total reading differently. Where the clinics do not suffice for that, the
total is hidden too. Nought is shown. What cannot be prevented: two files of overlapping days, compared with each other.

**The register's sheet** (`/reports/export/register`, one clinic and month) holds a line a mother and baby in the order of
`service/exporting/register.toml`, a project draft in which a country sets its own order under `[country.XX]`. It holds
no name, no result and no medicine; nobody who is kept out of lists for her safety, or asked to be forgotten, is in it. Columns as they ship: COLUMNS.

**DHIS2**: `/reports/dhis2`, or `pamoja export dhis2 --month 2026-10 --mapping FILE`, writes `dataValueSets` JSON by a mapping
(TOML, `PAMOJA_DHIS2_MAPPING`). Nothing is pushed. Counts are whole, since DHIS2 adds them up and decides who sees them; what is
not mapped is said. Babies, their tests, their ends and the first year are refused unless all that must stand beside the
figure is mapped too.

```toml
[org_units]
1 = "DiszpKrYNg8"                       # the clinic's number in Pamoja

[[value]]
indicator = "visits_kept"
version = 1
part = "numerator"                      # or denominator, or a count beside it, such as visits.missed
under_20 = true                         # only of these; may be left out, as may phone_use
data_element = "fbfJHSPpUQD"
category_option_combo = "HllvX50cXC0"   # may be left out
```

"""


def page() -> str:
    """The whole page, in Markdown."""
    return "".join(_page())


def _page() -> Iterator[str]:
    yield HEAD
    for group, heading in HEADINGS.items():
        yield f"## {heading}\n\n"
        if group == "loop":
            yield CHAIN
        yield "| figure | days and parts | counted | of what | beside it |\n|---|---|---|---|---|\n"
        ours = [one for one in shipped().indicators.values() if one.group == group]
        for one in ours:
            yield _line(one)
        yield "\n"
        for one in ours:
            yield from (f"* **{one.title}**: {never}\n" for never in one.never)
        yield "\n" if any(one.never for one in ours) else ""
    yield "## Not measured here\n\n"
    yield from (f"* **{one.title}.** {one.why}\n" for one in shipped().not_measured)
    yield "\n"
    yield FILES.replace("COLUMNS", ", ".join(one.title for one in columns_of("")))


def _line(one: Indicator) -> str:
    beside = "; ".join(it.title for it in one.beside)
    must = " (always)" if one.needs_beside else ""
    told_apart = ", ".join(BY[name] for name in one.by)
    bar = f"; {one.bar}" if one.bar else ""
    cells = (
        f"**{one.title}**{bar}<br>`{one.id}` version {one.version}",
        f"{one.period}; by {told_apart}",
        f"{one.numerator}<br>from {one.source}",
        one.denominator,
        f"{beside}{must}" if beside else "",
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
