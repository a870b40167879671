"""A small made-up content for tests of the engine: every kind of screen once, and facts worth hiding."""

from copy import deepcopy
from datetime import date, datetime, timedelta, timezone
from typing import Any

from flows.bundle import Bundle, compile_bundle
from flows.events import CallRequested, CheckInAnswered, FollowUpAnswered, MotherSetUp, VisitConfirmed
from flows.facts import Facts, PersonOnNumber
from flows.facts.life import VisitFact
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.facts.work import FollowUpItem
from flows.registry import ActionResult, ListItem, Registry, Value, Word
from flows.types import SessionState

NAIROBI = timezone(timedelta(hours=3))
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=NAIROBI)
MOTHER, MENTOR, SUPERVISOR = 11, 22, 33
SECRETS = ("417", "418", "31 Mar", "Tue 31", "Clinic", "no answer")
"""What must never be read before a PIN: case codes, her date, what kind of visit, a cause."""


def _menu(text: str, *options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "menu", "text": text, "option": list(options), **more}


def _option(id_: str, key: str, text: str, goto: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "key": key, "text": text, "goto": goto, **more}


def _end(text: str, **more: Any) -> dict[str, Any]:
    return {"kind": "end", "text": text, **more}


def _input(text: str, kind: str, goto: str, **more: Any) -> dict[str, Any]:
    return {"kind": "input", "text": text, "input": kind, "goto": goto, **more}


_LONG = " ".join(f"word{number}" for number in range(60))

_SCREENS: dict[str, Any] = {
    "language": {"kind": "menu", "text": "Language"},
    "home": _menu(
        "Welcome.",
        _option("fine", "1", "I am fine", "thanks", do="fine"),
        _option("call", "2", "Call me", "sure"),
        _option("dates", "3", "My dates", "dates"),
        _option("more", "5", "More", "more"),
        _option("staff", "7", "", "staff", hidden=True),
    ),
    "pin": {"kind": "input", "text": "Enter PIN", "input": "pin"},
    "tip": _end("Tip: {tip}"),
    "stuck": _end("Sorry.", do="stuck"),
    "resume": _menu(
        "Go on?", _option("continue", "1", "Continue", "home"), _option("again", "2", "Start again", "home")
    ),
    "thanks": _end("Thank you."),
    "sure": _menu(
        "Call you?", _option("yes", "1", "Yes", "long", do="call"), _option("no", "2", "No", "home")
    ),
    "long": _end(_LONG),
    "dates": {
        "kind": "route",
        "access": "mother",
        "route": [{"goto": "date", "when": "has_date"}, {"goto": "none"}],
    },
    "none": _end("No date.", access="mother"),
    "date": _menu(
        "{kind}: {date}",
        _option("come", "1", "I will come", "confirmed", do="confirm"),
        _option("help", "3", "Help on {date}", "none", when="has_date"),
        access="mother",
    ),
    "confirmed": _end("Until {date}.", access="mother", do="nothing"),
    "more": _menu(
        "Choose, or a code:",
        _option("language", "1", "Language", "language"),
        _option("hour", "2", "Hour", "hour"),
        _option("read", "4", "Read", "read"),
        input="set_up_code",
        store="code",
        do="set_up_begins",
        goto="new_pin",
        error="No such code.",
    ),
    "hour": _input("Hour?", "hour", "born", store="hour"),
    "born": _input("Born on?", "birth_date", "thanks", store="born"),
    "read": _menu(_LONG, _option("a", "1", "First", "thanks"), _option("b", "9", "Last", "none")),
    "new_pin": _input("New PIN", "new_pin", "new_pin_again", store="new_pin"),
    "new_pin_again": _input("Again", "new_pin_again", "thanks", do="set_up", store="again"),
    "staff": _menu(
        "Case code, or:",
        _option("cases", "1", "Cases ({count})", "cases"),
        _option("close", "2", "Close", "closed"),
        _option("only", "3", "Reports", "reports"),
        access="staff",
        input="case_code",
        store="case",
        goto="act",
    ),
    "cases": {
        "kind": "list",
        "access": "staff",
        "text": "Cases:",
        "each": "cases",
        "item": "{code} {cause}",
        "empty": "None now.",
        "store": "case",
        "goto": "act",
    },
    "act": _menu("Case {case}", _option("going", "1", "Going", "yours", do="going"), access="staff"),
    "yours": _end("It is yours.", access="staff"),
    "closed": _end("Closed.", access="staff", do="call"),
    "reports": _end("Reports.", access="supervisor"),
}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS = {
    "nav.more": "More",
    "nav.back": "Back",
    "nav.changed": "That has changed.",
    "error.choose": "Press a number.",
    "error.pin": "4 digits.",
    "error.weak_pin": "Too easy.",
    "error.pin_again": "Not the same.",
    "error.code": "Check the code.",
    "error.case_code": "3 digits.",
    "error.hour": "0 to 23.",
    "error.date": "Like 2503.",
    "error.birth_date": "Check the day.",
    "cause.silent": "no answer",
    "visit.clinic": "Clinic",
    **{f"weekday.{n}": name for n, name in enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))},
    **{f"month.{n}": name for n, name in enumerate(_MONTHS, start=1)},
}

_TABLES: dict[str, Any] = {
    "screens": _SCREENS,
    "messages": {
        "ask": {
            "to": "mother",
            "class": "B",
            "valid_for": "PT90M",
            "covert": "Reply 1.",
            "question": "checkin",
        }
    },
    "questions": {"checkin": {"answers": {"1": "fine", "2": "call"}}},
    "words": _WORDS,
    "tips": [{"id": "soap", "text": "wash hands."}, {"id": "water", "text": "boil water."}],
    "languages": {
        "en": {"name": "English", "draft": False, "place": 0},
        "sw": {"name": "Kiswahili", "draft": True, "place": 1},
        "am": {"name": "አማርኛ", "draft": True, "place": 2},
    },
    "locale": {
        "sw": {
            "screen.home": "Karibu.",
            "screen.home.fine": "Niko sawa",
            "screen.home.call": "Nipigie",
            "screen.home.dates": "Tarehe zangu",
            "screen.home.more": "Zaidi",
            "word.nav.back": "Rudi",
        },
        "am": {
            "screen.home": "እንኳን ደህና መጡ።",
            "screen.home.fine": "ደህና ነኝ",
            "screen.home.call": "ይደውሉልኝ",
            "screen.home.dates": "ቀኖቼ",
            "screen.home.more": "ተጨማሪ",
            "screen.read": "ሰላም " * 60,
            "word.nav.more": "ተጨማሪ",
            "word.error.choose": "እባክዎ ከእነዚህ ቁጥሮች አንዱን ይጫኑ።",
        },
    },
    "countries": {"KE": {"country": {"name": "Kenya"}, "escalation": {}, "schedules": {}}},
}


def tables() -> dict[str, Any]:
    """Return a fresh copy of the tables, to be changed freely."""
    return deepcopy(_TABLES)


def _events(*events: Any) -> ActionResult:
    return ActionResult(events=events)


def _has_date(facts: Facts, state: SessionState) -> bool:
    return facts.mother is not None and bool(facts.mother.visits)


def _date(facts: Facts, state: SessionState) -> Value:
    return facts.mother.visits[0].due_on if facts.mother and facts.mother.visits else ""


def _cases(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    return tuple(
        ListItem(item.code, {"code": item.code, "cause": Word(f"cause.{item.cause}")})
        for item in (facts.staff.follow_ups if facts.staff else ())
    )


REGISTRY = Registry(
    actions={
        "fine": lambda facts, state, given: _events(CheckInAnswered(None)),
        "call": lambda facts, state, given: _events(CallRequested(None)),
        "stuck": lambda facts, state, given: _events(CallRequested(None, "stuck")),
        "nothing": lambda facts, state, given: ActionResult(),
        "confirm": lambda facts, state, given: _events(VisitConfirmed(state.who, None)),
        "set_up_begins": lambda facts, state, given: ActionResult(data={"mother": str(facts.code_mother)}),
        "set_up": lambda facts, state, given: _events(
            MotherSetUp(int(state.data["mother"]), state.data["code"], "tips", given)
        ),
        "going": lambda facts, state, given: _events(
            FollowUpAnswered(state.who or 0, "going", code=state.data.get("case"), verified=True)
        ),
    },
    guards={"has_date": _has_date},
    lists={"cases": _cases},
    placeholders={
        "kind": lambda facts, state: Word("visit.clinic"),
        "date": _date,
        "case": lambda facts, state: state.data.get("case", ""),
        "count": lambda facts, state: len(facts.staff.follow_ups) if facts.staff else 0,
    },
)


def bundle(limit: int = 160) -> Bundle:
    """Return the kit's content, compiled."""
    return compile_bundle(tables(), REGISTRY, limit)


def cases(count: int) -> tuple[FollowUpItem, ...]:
    """Return so many follow-ups, with case codes from 417 up."""
    return tuple(
        FollowUpItem(number, str(417 + number), "silent", "red", False, 2, "open", MOTHER)
        for number in range(count)
    )


def facts(**changes: Any) -> Facts:
    """Return facts of a number shared by a mother, a mentor and a supervisor, in English, before any PIN."""
    given: dict[str, Any] = {
        "now": NOW,
        "language": "en",
        "people": (
            PersonOnNumber(MOTHER, "mother", True),
            PersonOnNumber(MENTOR, "mentor", True),
            PersonOnNumber(SUPERVISOR, "supervisor", True),
        ),
    }
    return Facts(**(given | changes))


def mother_facts(**changes: Any) -> Facts:
    """Return the facts of the hop on which the mother's PIN was right, and of those after it."""
    visits = (VisitFact(5, "clinic", date(2026, 3, 31)),)
    return facts(
        **({"pin_person": MOTHER, "mother": MotherFacts(MOTHER, "tips", "weekly", 10, visits)} | changes)
    )


def mentor_facts(follow_ups: int = 2, **changes: Any) -> Facts:
    """Return the facts of the hop on which the mentor's PIN was right, and of those after it."""
    return facts(
        **({"pin_person": MENTOR, "staff": StaffFacts(MENTOR, "mentor", 1, cases(follow_ups))} | changes)
    )
