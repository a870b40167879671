"""What every page weighs and asks of the database, from the route table: light on the wire, and no dearer with more rows."""

import gzip
import re
from collections.abc import Mapping
from typing import Any, Final

import httpx

from service.app import create_app
from service.clocks import set_stepped
from service.dashboard.door.guard import COOKIE
from service.dashboard.frame.room import Rule
from service.database import Connection
from service.wiring import Services
from tests.integration.dashboard.kit import counted_statements
from tests.integration.dashboard.test_access import NOW, Site, at, site, tokens_of

HEAVIEST: Final = 100_000
"""Bytes on the wire of a page that is opened for the first time, with everything it loads."""

WORDS: Final = {
    "/imports/templates/{name}": "/imports/templates/mothers.csv",
    "/messages/changes/{change}": "/messages/changes/1",
    "/messages/screens/{name}": "/messages/screens/home",
    "/messages/texts/{name}": "/messages/texts/nudge",
    "/messages/texts/{name}/{language}/{wording}": "/messages/texts/nudge/sw/covert",
}
"""Pages whose address holds words beside ids: each needs its line here."""

REFUSED: Final = {
    "/imports/{import_id}/rows": (404, "the file itself: it is gone by then (test_imports.py)"),
    "/login": (303, "for whoever is not signed in (below)"),
    "/reports/dhis2": (422, "asks for a mapping first (test_reports.py)"),
    "/reports/export/dhis2": (422, "asks for a mapping first (test_reports.py)"),
    "/reports/export/register": (422, "asks which facility first (test_reports.py)"),
}
"""Pages that have nothing to show here, and what they answer instead."""

FIRST: Final = """
INSERT INTO visit (mother_id, facility_id, kind, due_on) VALUES (:mother_id, :facility_id, 'clinic', '2026-11-23');
INSERT INTO visit (mother_id, facility_id, kind, due_on) VALUES (:mother_id, :facility_id, 'clinic', '2026-11-20');
INSERT INTO site_day (facility_id, day) VALUES (:facility_id, '2026-11-20');
INSERT INTO visit (mother_id, facility_id, kind, due_on, status, marked_by, marked_at)
    VALUES (:mother_id, :facility_id, 'clinic', '2026-11-02', 'missed', :staff_id, :now);
INSERT INTO test (mother_id, taken_on, taken_by) VALUES (:mother_id, '2026-10-01', :staff_id);
INSERT INTO referral (mother_id, service, code_mac, made_by, made_at) VALUES (:mother_id, 'tb', 'x', :staff_id, :now);
INSERT INTO home_visit (mother_id, planned_by, planned_at, on_day, hour, place, said_to_be)
    VALUES (:mother_id, :staff_id, :now, '2026-12-03', 9, 'home', 'friend');
INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step)
    VALUES (:follow_up_id, :staff_id, :now, 'acknowledged', 0);
INSERT INTO meeting_guest (meeting_id, mother_id) VALUES (:meeting_id, :mother_id);
INSERT INTO facility_day (facility_id, day, open, reason, entered_by, entered_at)
    VALUES (:facility_id, '2026-12-24', FALSE, 'other', :staff_id, :now);
INSERT INTO alarm (kind, subject, raised_at) VALUES ('silence', 'x', :now);
INSERT INTO heartbeat (worker, care_at, wall_at) VALUES ('x', :now, :now);
INSERT INTO duty_roster (facility_id, staff_id, weekday, starts_at, ends_at, rank)
    VALUES (:facility_id, :staff_id, 1, '08:00', '16:00', 1);
INSERT INTO text_change (kind, language, context, old_text, english, new_text, author_id, made_at, state)
    VALUES ('text', 'sw', 'message.nudge.covert', 'x', 'x', 'y', :user_id, :now, 'proposed')
"""
"""A first row of what the clinic of test_access has not, so that no list is empty."""

COPIES: Final[tuple[tuple[str, Mapping[str, str]], ...]] = (
    # Nine colleagues and nine mothers more in the clinic itself, on the same day, each with work open.
    ("person", {"id": "id + 1000 * n"}),
    ("staff", {"id": "id + 1000 * n"}),
    ("mother", {"id": "id + 1000 * n", "client_number": "client_number || '-' || n"}),
    ("visit", {"mother_id": "mother_id + 1000 * n"}),
    ("follow_up", {"mother_id": "mother_id + 1000 * n"}),
    ("meeting_guest", {"mother_id": "mother_id + 1000 * n"}),
    # And nine more of everything that is hers.
    ("visit", {"due_on": "due_on + 50 * n"}),
    ("infant", {"born_on": "born_on - n"}),
    ("message", {"created_at": "created_at + make_interval(mins => n)"}),
    ("inbound_sms", {"gateway_id": "gateway_id || '-' || n"}),
    ("meeting", {"on_day": "on_day + n"}),
    ("import_run", {}),
    ("api_key", {"prefix": "prefix || n", "key_hash": "sha256(key_hash || n::text::bytea)"}),
    ("test", {"taken_on": "taken_on + n"}),
    ("referral", {"code_mac": "code_mac || n::text::bytea"}),
    ("home_visit", {"on_day": "on_day + n"}),
    ("follow_up_log", {"at": "at + make_interval(mins => n)"}),
    ("facility_day", {"day": "day + n"}),
    ("alarm", {"subject": "subject || n"}),
    ("heartbeat", {"worker": "worker || n"}),
    ("duty_roster", {"rank": "rank + n"}),
    ("site_day", {"day": "day - n"}),
    ("text_change", {"context": "'message.copy.' || n"}),
    (
        "follow_up",
        {
            "cause": "(ARRAY['no_answer', 'unwell', 'low_mood', 'visit_missed', 'missed_call', 'news', 'loss', 'birth_check', 'stock_out'])[n]"
        },
    ),
)
"""What is different in a copy; everything else of a row is the same."""
COPIED: Final = 9
COPY: Final = "INSERT INTO {0} ({1}) SELECT {2} FROM {0}, generate_series(1, {3}) AS n"


async def copy_rows(conn: Connection) -> None:
    """Nine more of every row, each table in one statement."""
    for table, changed in COPIES:
        names = [
            row[0]
            for row in await conn.fetch(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 "
                "AND (column_name <> 'id' OR $2)",
                table,
                "id" in changed,
            )
        ]
        values = ", ".join(changed.get(name, name) for name in names)
        await conn.execute(COPY.format(table, ", ".join(names), values, COPIED))


async def filled(services: Services, conn: Connection) -> Site:
    """The clinic of test_access, with a first row in every list."""
    made = await site(services, conn, 1)
    given: dict[str, Any] = made.ids | {"now": NOW}
    for statement in FIRST.split(";"):
        names = re.findall(r"(?<!:):([a-z]\w*)", statement)
        for n, name in enumerate(names, 1):
            statement = statement.replace(f":{name}", f"${n}", 1)
        await conn.execute(statement, *(given[name] for name in names))
    return made


class Reader:
    """An administrator's browser that has never been here."""

    def __init__(self, client: httpx.AsyncClient, cookie: str) -> None:
        self.client = client
        self.headers = {"cookie": cookie}
        self.loaded: dict[str, int] = {}

    async def weight(self, page: httpx.Response) -> int:
        """What this page and all it loads weigh on the wire."""
        weighs = len(gzip.compress(page.content, 9))
        for file in set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)):
            if file not in self.loaded:
                self.loaded[file] = len(gzip.compress((await self.client.get(file)).content, 9))
            weighs += self.loaded[file]
        return weighs

    async def open(self, path: str) -> tuple[httpx.Response, int]:
        """The page, and how many statements it took."""
        with counted_statements() as said:
            page = await self.client.get(path, headers=self.headers)
        return page, len(said)


def address(rule: Rule, ids: Mapping[str, int]) -> str:
    path = at(WORDS.get(rule.path, rule.path), dict(ids))
    assert "/x" not in path, f"{rule.path} needs a line in WORDS"
    return path


async def test_every_page_is_light_and_asks_no_more_for_ten_times_the_rows(services: Services) -> None:
    await set_stepped(services.pool, NOW)
    async with services.pool.acquire() as conn, conn.transaction():
        own = await filled(services, conn)
        tokens = await tokens_of(services, conn, own.ids["staff_id"])
    app = create_app(services)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pamoja.test") as client:
        reader = Reader(client, f"{COOKIE}={tokens['administrator']}")
        pages = {rule.path: address(rule, own.ids) for rule in app.state.rules if rule.method == "GET"}
        wrong, few = [], {}
        for path, where in pages.items():
            page, few[path] = await reader.open(where)
            if page.status_code != REFUSED.get(path, (200, ""))[0]:
                wrong.append(f"{path}: {page.status_code}")
        async with services.pool.acquire() as conn, conn.transaction():
            await copy_rows(conn)
            for place in (0, *range(2, 10)):
                await site(services, conn, place)
        for path, where in pages.items():
            page, many = await reader.open(where)
            if many > few[path]:
                wrong.append(f"{path}: {many} statements, {few[path]} with fewer rows")
            if "attachment" not in page.headers.get("content-disposition", ""):
                heavy = await reader.weight(page)
                if heavy >= HEAVIEST:
                    wrong.append(f"{path} weighs {heavy} bytes")
        assert wrong == []
        assert await reader.weight(await client.get("/login")) < HEAVIEST
