"""Whatever stands in a field or behind a question mark, in whatever role: no page fails, shows it raw, or leads elsewhere."""

import random
import re
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from service.app import create_app
from service.dashboard.door.access import MAY
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.forms import Form
from service.dashboard.frame.room import Rule
from tests.integration.dashboard.kit import browser, form_token
from tests.integration.dashboard.test_access import MAKE
from tests.integration.simulator.town import NOW, Town, open_town

ROUNDS: Final = 4
SCRIPT: Final = "<script>alert(1)</script>"
STRANGE: Final = (
    "", "0", "-1", "99999999999", "9" * 18, "9" * 30, "9" * 5000, "²", "٣", "1e9", "0000-00-00", "0001-01-01",
    "9999-12-31", "2026-13", "9999-12", "9999-Q4", "0000-Q1", "a\x00b", b"\xed\xa0\x80", SCRIPT, "' OR 1=1 --", "%00",
    "\r\nX: y", "//evil.example/", "https://evil.example", "x" * 3000, "24:00", "08:00:00.5+14:00", "nan", "came:²",
    "digit-9", "yes", "none",
)  # fmt: skip
SIGNS_OUT: Final = re.compile(r"/(logout|set-up/(out|password|second)|people/\{user_id\}/)")


class _Names:
    """The names of the fields each page asks for, learnt while it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.of: dict[Rule, set[str]] = defaultdict(set)
        self.rule: Rule | None = None
        for name in ("get", "all"):
            monkeypatch.setattr(Form, name, self._noting(getattr(Form, name)))
        query: Any = Asked.__dict__["query"].func
        noting = type("Query", (dict,), {"get": self._noting(dict.get)})
        monkeypatch.setattr(Asked, "query", property(lambda asked: noting(query(asked))))

    def _noting(self, original: Any) -> Any:
        def get(of: Any, name: str, *default: Any) -> Any:
            if self.rule is not None:
                self.of[self.rule].add(name)
            return original(of, name, *default)

        return get


async def one_of_each(town: Town) -> dict[str, int]:
    """The ids of one object of each kind at the town's clinic."""
    pool = town.services.pool
    await pool.execute(
        "INSERT INTO infant (mother_id, born_on) VALUES ($1, $2)", town.mother, NOW.date().replace(month=6)
    )
    user = await pool.fetchval("SELECT max(id) FROM dashboard_user WHERE role = 'supervisor'")
    phone = await pool.fetchval("SELECT phone_id FROM person WHERE id = $1", town.mother)
    given = {"facility": town.facility, "staff": town.mentor, "mother": town.mother, "now": NOW}
    given |= {"user": user, "phone": phone}
    ids = {"facility_id": town.facility, "staff_id": town.mentor, "mother_id": town.mother, "user_id": user}
    for kind, statement in MAKE.items():
        names = re.findall(r"(?<!:):(\w+)", statement)
        for n, name in enumerate(names, 1):
            statement = statement.replace(f":{name}", f"${n}", 1)
        ids[kind] = await pool.fetchval(statement, *(given[name] for name in names))
    return ids


def wrong_with(answer: httpx.Response) -> str:
    """What no answer may be; "" where all is well."""
    if answer.status_code >= 500:
        return str(answer.status_code)
    if not re.match(r"/(?!/)", answer.headers.get("location", "/")):
        return "leads elsewhere"
    if SCRIPT in answer.text and "html" in answer.headers.get("content-type", ""):
        return "shows a script"
    return "" if answer.headers["cache-control"] == "no-store" else "may be kept"


async def test_no_page_fails_whatever_it_is_asked(
    tmp_path: Path, published_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, names, wrong, asked = random.Random(5), _Names(monkeypatch), {}, 0
    async with open_town(tmp_path, published_url, worker=False) as town, AsyncExitStack() as stack:
        acting = ("administrator", "supervisor")
        users: dict[str, httpx.AsyncClient] = {
            role: await stack.enter_async_context(browser(town, role, staff=role in acting)) for role in MAY
        }
        tokens: dict[str, str] = {
            role: form_token((await page.get("/set-up")).text) for role, page in users.items()
        }
        ids = await one_of_each(town)
        rules: tuple[Rule, ...] = create_app(town.services).state.rules
        sensible = {
            "facility": str(town.facility),
            "mentor": str(town.mentor),
            "sure": "yes",
            "looked": "yes",
        }
        for turn in range(ROUNDS):
            for rule in rules:
                if rule.method == "POST" and SIGNS_OUT.match(rule.path):
                    continue
                role: str = chance.choice((*acting, *acting, *MAY))
                path = re.sub(r"\{(\w+_id)\}", lambda found: str(ids[found[1]]), rule.path)
                path = re.sub(r"\{\w+\}", chance.choice(("x", "%00", "thanks", "home")), path)
                fields: dict[str, Any] = {
                    name: sensible[name]
                    if name in sensible and chance.random() < 0.6
                    else chance.choice(STRANGE)
                    for name in sorted(names.of[rule])
                    if turn and chance.random() < 0.8
                }
                names.rule, asked = rule, asked + 1
                if rule.method == "GET":
                    answer = await users[role].get(path, params=fields)
                else:
                    answer = await users[role].post(path, data=fields | {"form_token": tokens[role]})
                names.rule = None
                if found := wrong_with(answer):
                    wrong[f"{rule.method} {rule.path}: {found}"] = (role, str(fields)[:500])
    assert wrong == {}
    assert asked > 100 * ROUNDS
