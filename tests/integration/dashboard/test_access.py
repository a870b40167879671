"""Who may do what, generated from the routes themselves: every page, every role, a site of theirs and another one.

The pages are left out, so that what answers is the door alone: what each page shows and does is tested beside it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import Response

from service.app import create_app
from service.dashboard.door.access import MAY, OBJECTS
from service.dashboard.door.accounts import add_user
from service.dashboard.door.form_tokens import form_token
from service.dashboard.door.guard import COOKIE
from service.dashboard.door.sign_in import begin_session
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Page, Room, Rule
from service.database import Connection
from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.store.mothers import Enrolled
from service.wiring import Services

NOW: Final = datetime(2026, 11, 23, 6, tzinfo=UTC)
LET_IN: Final = 299
GONE: Final = 10**12

NOT_PAGES: Final = {
    r"/healthz|/readyz": "asked by machines every few seconds; says nothing of anybody",
    r"/metrics": "counts alone, for this machine or with PAMOJA_METRICS_TOKEN (tests/integration/web)",
    r"/static/\{name\}": "our own style and scripts",
    r"/hooks/.*": "from the gateway: the secret in the address is asked for before anything (tests/integration/web)",
    r"/simulator.*": "made-up people, and only there while the gateway is the simulator (below)",
    r"/api": "for programs: a gate asks each request for a key of one facility (tests/integration/api)",
}
"""Addresses that are no pages of the dashboard, and why they need no rule."""


@dataclass(frozen=True)
class Site:
    """One clinic with one object of each kind."""

    ids: dict[str, int]


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page answers the same, so that no answer is a page's own."""
    original = Room._add

    def add(self: Room, method: str, path: str, entry: str, *, upload: int) -> object:
        def of(page: Page) -> Page:
            async def let_in(asked: Asked) -> Response:
                return Response(status_code=LET_IN)

            let_in.__name__ = page.__name__
            original(self, method, path, entry, upload=upload)(let_in)  # type: ignore[arg-type]
            return page

        return of

    monkeypatch.setattr(Room, "_add", add)


async def site(services: Services, conn: Connection, place: int) -> Site:
    deps = services.deps()
    number = f"+25470000070{place}"
    facility = await add_facility(conn, deps, NewFacility(f"Site {place}", "KE", "Africa/Nairobi"), NOW)
    staff = await add_staff(
        conn, deps, NewStaff("supervisor", "Test", f"+25470000071{place}", facility, "en", "x"), NOW
    )
    enrolled = Enrolled(
        facility, staff, "en", str(place), "hers", NOW.date() + timedelta(days=100), [date(2026, 5, 1)]
    )
    visits = [("clinic", NOW.date() + timedelta(days=9))]
    mother = await add_mother(conn, deps, NewMother(enrolled, number, "Test", "x", NOW, visits=visits), NOW)
    phone = await conn.fetchval("SELECT phone_id FROM person WHERE id = $1", mother)
    ids = {"facility_id": facility, "staff_id": staff, "mother_id": mother}
    ids["user_id"] = await add_user(
        conn, services.sealer, services.index, f"s{place}@example.org", "supervisor", staff
    )
    given = {
        "facility": facility,
        "staff": staff,
        "mother": mother,
        "phone": phone,
        "user": ids["user_id"],
        "now": NOW,
    }
    for kind, statement in MAKE.items():
        names = re.findall(r"(?<!:):(\w+)", statement)
        for n, name in enumerate(names, 1):
            statement = statement.replace(f":{name}", f"${n}", 1)
        ids[kind] = await conn.fetchval(statement, *(given[name] for name in names))
    return Site(ids)


MAKE: Final = {
    "infant_id": "SELECT id FROM infant WHERE mother_id = :mother",
    "visit_id": "SELECT id FROM visit WHERE mother_id = :mother",
    "follow_up_id": """
        INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at)
        VALUES (:mother, :facility, 'call_request', 'KE', 1, 'red', :now, :now) RETURNING id""",
    "meeting_id": """
        INSERT INTO meeting (facility_id, mentor_id, on_day, hour, topic, called_at)
        VALUES (:facility, :staff, '2026-12-01', 9, 'other', :now) RETURNING id""",
    "handover_id": """
        INSERT INTO handover (facility_id, mother_id, from_id, reason, proposed_at)
        VALUES (:facility, :mother, :staff, 'proposed', :now) RETURNING id""",
    "inbound_id": """
        INSERT INTO inbound_sms (gateway, gateway_id, number_index, phone_id, received_at, intent, state)
        SELECT 'simulator', 'x' || p.id, p.number_index, p.id, p.first_seen_at, 'unknown', 'inbox'
        FROM phone p WHERE p.id = :phone RETURNING id""",
    "import_id": """
        INSERT INTO import_run (user_id, staff_id, format, begun_at, beat_at)
        VALUES (:user, :staff, 'csv', :now, :now) RETURNING id""",
    "key_id": """
        INSERT INTO api_key (facility_id, prefix, key_hash, made_by, made_at)
        SELECT f.id, 'x' || f.id, sha256(('x' || f.id)::bytea), 'x', now() FROM facility f WHERE f.id = :facility
        RETURNING id""",
    "message_id": """
        INSERT INTO message (person_id, mother_id, phone_id, message_class, priority, template, language, wording,
            signature, not_before, valid_until, created_at)
        SELECT p.id, p.id, p.phone_id, 'B', 5, 'x', 'en', 'covert', 'none', p.created_at, p.created_at, p.created_at
        FROM person p WHERE p.id = :mother RETURNING id""",
}
"""One object of each kind at a clinic: a kind that is new in access.OBJECTS needs its line here."""


class Browsers:
    """A browser for each role, all in one application."""

    def __init__(self, app: FastAPI, tokens: dict[str, str]) -> None:
        self.app = app
        self.tokens = tokens
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pamoja.test")

    async def ask(self, role: str, rule: Rule, path: str, **headers: str) -> str:
        """What the door says: "let in", the address it sends to, or a status."""
        token = self.tokens.get(role, "")
        cookie = {"cookie": f"{COOKIE}={token}"} if token else {}
        fields = {"form_token": form_token(token)} if token and "bare" not in headers else {}
        body = {"data": fields} if rule.method == "POST" else {}
        answer = await self.client.request(rule.method, path, headers=cookie | headers, **body)  # type: ignore[arg-type]
        if answer.status_code == LET_IN:
            return "let in"
        return answer.headers["location"] if answer.status_code == 303 else str(answer.status_code)


async def tokens_of(services: Services, conn: Connection, staff_id: int) -> dict[str, str]:
    tokens = {}
    for role in MAY:
        name = None if role in ("me", "editor", "auditor") else staff_id
        user = await add_user(conn, services.sealer, services.index, f"{role}@example.org", role, name)
        tokens[role] = await begin_session(conn, user, await services.clocks.wall.now())
    nameless = await add_user(conn, services.sealer, services.index, "no@example.org", "administrator")
    tokens["nameless"] = await begin_session(conn, nameless, await services.clocks.wall.now())
    return tokens


def kinds_in(path: str) -> list[str]:
    return re.findall(r"\{(\w+_id)\}", path)


def at(path: str, ids: dict[str, int]) -> str:
    return re.sub(r"\{\w+\}", "x", re.sub(r"\{(\w+_id)\}", lambda found: str(ids[found[1]]), path))


def expected(role: str, rule: Rule, whose: str) -> str:
    """What access.py says: in its words, not in Room's."""
    if rule.entry != "anybody":
        if role == "signed out":
            return "/login"
        held = MAY["administrator" if role == "nameless" else role]  # type: ignore[index]
        if rule.entry not in ("setting_up", "signed_in") and rule.entry not in held:
            return "403"
        if rule.entry == "do_work" and role == "nameless":
            return "403"
    if kinds_in(rule.path):
        if whose == "gone" or role == "signed out":
            return "404"
        # What belongs to no site, such as an account, is for those who see them all.
        bound = role == "supervisor"
        if bound and (whose == "another's" or "user_id" in kinds_in(rule.path)):
            return "404"
    return "let in"


@pytest.mark.usefixtures("doors")
async def test_every_page_opens_for_whom_access_says_and_for_nobody_else(services: Services) -> None:
    async with services.pool.acquire() as conn, conn.transaction():
        own, other = await site(services, conn, 1), await site(services, conn, 2)
        tokens = await tokens_of(services, conn, own.ids["staff_id"])
    assert set(own.ids) == set(OBJECTS), "a kind of object is not tested"
    browsers = Browsers(create_app(services), tokens)
    rules: tuple[Rule, ...] = browsers.app.state.rules
    gone = dict.fromkeys(OBJECTS, GONE)
    wrong, asked = [], 0
    for rule in rules:
        sides = {"own": own.ids} | ({"another's": other.ids, "gone": gone} if kinds_in(rule.path) else {})
        for role in ("signed out", *MAY, "nameless"):
            for whose, ids in sides.items():
                if whose != "own" and expected(role, rule, "own") != "let in":
                    continue  # they get no further than that, whosever it is
                said = await browsers.ask(role, rule, at(rule.path, ids))
                asked += 1
                if said != expected(role, rule, whose):
                    wrong.append(f"{rule.method} {rule.path} as {role}, {whose}: {said}")
        if rule.method == "POST" and rule.entry != "anybody":
            role = "administrator"
            bare = await browsers.ask(role, rule, at(rule.path, own.ids), bare="yes")
            foreign = await browsers.ask(
                role, rule, at(rule.path, own.ids), origin="https://elsewhere.example"
            )
            if (bare, foreign) != ("403", "403"):
                wrong.append(f"POST {rule.path} without our token: {bare}; from another site: {foreign}")
    assert wrong == []
    assert asked >= 7 * len(rules)


@pytest.mark.usefixtures("doors")
async def test_a_sign_in_that_is_not_complete_opens_only_what_completes_it(services: Services) -> None:
    async with services.pool.acquire() as conn, conn.transaction():
        own = await site(services, conn, 1)
        tokens = await tokens_of(services, conn, own.ids["staff_id"])
    services.settings = services.settings.model_copy(update={"gateway": "africastalking"})
    browsers = Browsers(create_app(services), tokens)
    for rule in browsers.app.state.rules:
        said = await browsers.ask("administrator", rule, at(rule.path, own.ids))
        assert said == ("let in" if rule.entry in ("anybody", "setting_up") else "/set-up"), rule
    assert [path for _, path in routes_of(browsers.app) if path.startswith("/simulator")] == []


async def test_no_page_fails_for_whoever_may_open_it(services: Services) -> None:
    """The pages themselves, with one object of each kind behind them; what they show is tested beside each."""
    async with services.pool.acquire() as conn, conn.transaction():
        own = await site(services, conn, 1)
        tokens = await tokens_of(services, conn, own.ids["staff_id"])
    browsers = Browsers(create_app(services), tokens)
    wrong = []
    for rule in browsers.app.state.rules:
        words = set(re.findall(r"\{(\w+)\}", rule.path)) - set(OBJECTS)
        if rule.method != "GET" or words:
            continue
        for role in [role for role in MAY if expected(role, rule, "own") == "let in"][:2]:
            said = await browsers.ask(role, rule, at(rule.path, own.ids))
            # A page may know of a reason of its own why there is nothing to see, and a file asks of what.
            if said not in ("200", "404", "422") and not said.startswith("/"):
                wrong.append(f"{rule.path} as {role}: {said}")
    assert wrong == []


def routes_of(router: Any) -> Iterator[tuple[str, str]]:
    """Method and path of every route, of routers within routers too, and of applications that stand under a path."""
    for route in router.routes:
        if within := getattr(route, "original_router", None):
            yield from routes_of(within)
            continue
        for method in getattr(route, "methods", None) or {"ANY"}:
            yield method, route.path.replace(":int}", "}")


async def test_every_address_has_a_rule_or_a_reason_why_it_needs_none(services: Services) -> None:
    app = create_app(services)
    ruled = {(rule.method, rule.path) for rule in app.state.rules}
    seen = set()
    for method, path in routes_of(app):
        if (method, path) in ruled:
            seen.add((method, path))
        else:
            assert any(re.fullmatch(known, path) for known in NOT_PAGES), f"{method} {path} has no rule"
    assert seen == ruled
    assert [rule for rule in app.state.rules if rule.entry == "anybody"] == [
        ("GET", "/login", "anybody"),
        ("POST", "/login", "anybody"),
    ]
