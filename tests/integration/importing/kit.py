"""Registers for the tests: made-up mothers by the thousand, some of them with a mistake planted in their row."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from service.database import Connection

HEADS = (
    "Facility", "Client number", "Dates", "Due date", "Birth date", "Babies", "Treatment start", "Supply ends",
    "Her date of birth", "Language", "Phone number", "Whose phone", "Mentor", "Last visit", "Next appointment",
)  # fmt: skip

Cells = dict[str, str]


@dataclass(frozen=True)
class Mistake:
    """What is planted in a row, and what is said of it."""

    column: str
    plant: Callable[[Cells], Any]
    says: str


def _put(column: str, value: str) -> Callable[[Cells], Any]:
    return lambda row: row.update({column: value})


MISTAKES: Sequence[Mistake] = (
    Mistake("Facility", _put("Facility", "Elsewhere"), "is not a clinic you answer for"),
    Mistake("Client number", _put("Client number", ""), "is empty"),
    Mistake("Client number", _put("Client number", "Amina Otieno"), "holds no digit"),
    Mistake("Client number", _put("Client number", "1" * 60), "is longer than"),
    Mistake(
        "Due date", _put("Due date", "31/02/2026"), "31/02/2026 is not a date. Write dates like 2026-02-28."
    ),
    Mistake("Due date", _put("Due date", "2029-01-01"), "is more than 42 weeks ahead"),
    Mistake("Birth date", _put("Birth date", "2031-01-01"), "is to come"),
    Mistake("Babies", lambda row: row.update({"Birth date": "", "Babies": "2"}), "says how many were born"),
    Mistake("Treatment start", _put("Treatment start", "soon"), "soon is not a date"),
    Mistake("Supply ends", _put("Supply ends", "2019-01-01"), "is more than 6 months ago"),
    Mistake("Her date of birth", _put("Her date of birth", "2026-01-05"), "is not a mother's"),
    Mistake("Language", _put("Language", "Klingon"), "is not understood"),
    Mistake("Phone number", _put("Phone number", "0700 000 00"), "is no mobile number"),
    Mistake("Whose phone", _put("Whose phone", "her brother"), "is not understood"),
    Mistake("Mentor", _put("Mentor", "999999"), "is no mentor of this clinic"),
    Mistake("Last visit", _put("Last visit", "2031-01-01"), "is to come"),
    Mistake("Next appointment", _put("Next appointment", "2031-01-01"), "is more than a year ahead"),
    Mistake(
        "Treatment start",
        lambda row: row.update({"Dates": "checks", "Treatment start": "2026-01-05", "Supply ends": ""}),
        "is for mothers on treatment dates",
    ),
)


def register(rows: int, today: date, *, wrong_every: int, seed: int = 5) -> tuple[bytes, dict[int, Mistake]]:
    """A register of so many mothers of Test clinic as CSV, and which mistake stands in which row of the file.

    One of each kind of mistake after the other, and a mother who stands there twice.
    """
    drawn = random.Random(seed)
    made, planted = [], {}
    for place in range(rows):
        row = _mother(place, today, drawn)
        if place % wrong_every == wrong_every - 1:
            mistake = MISTAKES[len(planted) % len(MISTAKES)]
            mistake.plant(row)
            planted[place + 2] = mistake
        made.append([row[head] for head in HEADS])
    made.append(made[0])
    planted[rows + 2] = Mistake("Client number", _put("", ""), "stands in row 2 already")
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";").writerows([HEADS, *made])
    return written.getvalue().encode("utf-8-sig"), planted


def _mother(place: int, today: date, drawn: random.Random) -> Cells:
    def ago(least: int, most: int) -> str:
        return (today - timedelta(days=drawn.randint(least, most))).isoformat()

    def ahead(least: int, most: int) -> str:
        return (today + timedelta(days=drawn.randint(least, most))).strftime("%d/%m/%Y")

    expecting = place % 2 == 0
    return {
        "Facility": "test CLINIC",
        "Client number": f"K-{place:06d}",
        "Dates": "checks" if place % 9 == 4 else "",
        "Due date": ahead(1, 250) if expecting else "",
        "Birth date": "" if expecting else ago(1, 500),
        "Babies": "2" if place % 40 == 1 else "",
        "Treatment start": ago(1, 900) if place % 9 not in (3, 4) else "",
        "Supply ends": ahead(1, 60) if place % 9 == 5 else "",
        "Her date of birth": ago(365 * 15, 365 * 40),
        "Language": ("sw", "English", "")[place % 3],
        "Phone number": f"+254700000{place % 900:03d}" if place % 4 else "",
        "Whose phone": ("hers", "shared")[place % 2] if place % 4 else "",
        "Mentor": "",
        "Last visit": ago(1, 60) if place % 3 else "",
        "Next appointment": ahead(0, 90) if place % 5 else ago(1, 40),
    }


TABLES = (
    "person", "mother", "consent", "pregnancy", "infant", "visit", "enrolment", "reminder", "site_day", "case_code",
    "told_number", "event", "message", "follow_up", "phone", "life_event", "correction",
)  # fmt: skip


DIGEST = (
    "SELECT coalesce(md5(string_agg(md5(({row})::text), '' ORDER BY md5(({row})::text))), '') FROM {table} t"
)


async def digests(conn: Connection) -> dict[str, str]:
    """What stands in every table about mothers, as one word each; seals differ at each writing and are left out."""
    found = {}
    for table in TABLES:
        row = "to_jsonb(t) - 'number'" if table == "told_number" else "to_jsonb(t)"
        found[table] = await conn.fetchval(DIGEST.format(row=row, table=table))
    return found
