"""Made-up people and rows for the scheduler's tests: every field has a plain default."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from scheduler.rules import load_country
from scheduler.types import (
    ActedFollowUp,
    Country,
    DueFollowUp,
    DueReminder,
    EnrolmentToPlan,
    Roster,
    Spell,
    StaffMember,
)

NAIROBI = "Africa/Nairobi"
CONTENT = Path(__file__).parents[3] / "flows" / "content" / "countries"


def tables_of(code: str) -> dict[str, Any]:
    """The plain tables of one shipped country folder."""
    folder = CONTENT / code
    schedules = {
        path.stem: tomllib.loads(path.read_text()) for path in sorted((folder / "schedules").glob("*.toml"))
    }
    return {
        "country": tomllib.loads((folder / "country.toml").read_text()),
        "escalation": tomllib.loads((folder / "escalation.toml").read_text()),
        "schedules": schedules,
    }


@cache
def kenya() -> Country:
    return load_country(tables_of("KE"))


def at(text: str) -> datetime:
    """A UTC instant from Nairobi wall-clock time, three hours ahead: ``2026-11-23 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=3)


def enrolment(**fields: Any) -> EnrolmentToPlan:
    plain: dict[str, Any] = {
        "id": 1,
        "mother_id": 1,
        "country": "KE",
        "schedule": "checkin",
        "anchor_on": date(2026, 11, 23),
        "entered_on": date(2026, 11, 20),
        "time_zone": NAIROBI,
        "planned_through": None,
        "revision": None,
    }
    return EnrolmentToPlan(**plain | fields)


def reminder(**fields: Any) -> DueReminder:
    plain: dict[str, Any] = {
        "id": 1,
        "mother_id": 1,
        "country": "KE",
        "schedule": "checkin",
        "step": "ask",
        "occurrence": date(2026, 11, 23),
        "due_at": at("2026-11-23 10:00"),
        "valid_until": at("2026-11-23 11:30"),
        "time_zone": NAIROBI,
        "hold": None,
        "phone": "ok",
        "set_up": True,
        "consented": True,
        "signature": "group",
        "baby_wording": False,
        "site": "open",
        "site_has_entries": True,
        "attendance": None,
        "infant_alive": None,
        "her_hour": 10,
        "pushed_today": 0,
        "pushed_this_week": 0,
        "answered_since_due": False,
    }
    return DueReminder(**plain | fields)


def visit_reminder(step: str = "day_before", **fields: Any) -> DueReminder:
    plain: dict[str, Any] = {
        "schedule": "visit",
        "step": step,
        "attendance": "expected",
        "valid_until": at("2026-11-24 00:00"),
    }
    return reminder(**plain | fields)


def spell(**fields: Any) -> Spell:
    plain: dict[str, Any] = {
        "mother_id": 1,
        "country": "KE",
        "risk": "red",
        "asked_at": at("2026-11-23 10:00"),
        "nudged_at": None,
        "undelivered": 0,
        "time_zone": NAIROBI,
        "her_hour": 10,
        "may_text": True,
    }
    return Spell(**plain | fields)


def staff(id: int, role: Any = "mentor", **fields: Any) -> StaffMember:
    plain: dict[str, Any] = {
        "reachable": True,
        "time_zone": NAIROBI,
        "starts_at": time(8),
        "ends_at": time(17),
    }
    return StaffMember(id=id, role=role, **plain | fields)


MENTOR = staff(10)
COVER = staff(11)
COLLEAGUE = staff(12, open_cases=3)
FREE_COLLEAGUE = staff(13, open_cases=1)
NURSE = staff(20, "nurse")
SECOND_NURSE = staff(21, "nurse")
SUPERVISOR = staff(30, "supervisor")


def roster(**fields: Any) -> Roster:
    plain: dict[str, Any] = {
        "assigned": MENTOR,
        "cover": COVER,
        "colleagues": (COLLEAGUE, FREE_COLLEAGUE),
        "duty": (NURSE, SECOND_NURSE),
        "supervisors": (SUPERVISOR,),
    }
    return Roster(**plain | fields)


def follow_up(**fields: Any) -> DueFollowUp:
    plain: dict[str, Any] = {
        "id": 1,
        "mother_id": 1,
        "cause": "silent",
        "country": "KE",
        "risk": "red",
        "state": "open",
        "step": -1,
        "owner_id": None,
        "passed_by": frozenset(),
        "roster": roster(),
    }
    return DueFollowUp(**plain | fields)


def acted(**fields: Any) -> ActedFollowUp:
    plain: dict[str, Any] = {
        "id": 1,
        "mother_id": 1,
        "cause": "silent",
        "state": "notified",
        "step": 0,
        "owner_id": None,
        "not_reached": 0,
        "awaiting_when": False,
        "hold_by_code": None,
        "next_visit_on": None,
        "time_zone": NAIROBI,
        "next_at": at("2026-11-26 10:00"),
    }
    return ActedFollowUp(**plain | fields)
