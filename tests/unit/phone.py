"""A phone against the real engine and the real content: dial, type, read, one hop at a time."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from flows.bundle import Bundle
from flows.engine import advance
from flows.events import Event
from flows.facts import Facts, PersonOnNumber
from flows.facts.life import VisitFact
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.facts.work import ExpectedVisit, FollowUpItem, IncompleteEnrolment
from flows.types import HopResult, SessionState
from service.content.files import load_bundle

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=3)))
MOTHER, MENTOR = 1, 2
PEOPLE = (PersonOnNumber(MOTHER, "mother", has_pin=True), PersonOnNumber(MENTOR, "mentor", has_pin=True))
HER_FACTS = MotherFacts(
    id=MOTHER,
    signature="tips",
    rhythm="weekly",
    checkin_hour=8,
    visits=(VisitFact(71, "clinic", date(2026, 12, 1)), VisitFact(72, "refill", date(2027, 1, 5))),
)
MENTORS_FACTS = StaffFacts(
    id=MENTOR,
    role="mentor",
    facility_id=7,
    follow_ups=(
        FollowUpItem(81, "417", "silent", "red", False, 2, "notified", 9),
        FollowUpItem(82, "512", "visit_missed", "amber", False, 1, "open", 10),
    ),
    day=date(2026, 11, 23),
    expected=(ExpectedVisit(31, "417"), ExpectedVisit(32, "512"), ExpectedVisit(33, "633")),
    incomplete=(IncompleteEnrolment(55, "611"),),
)


@cache
def content() -> Bundle:
    """The content that ships, compiled once."""
    return load_bundle()


@dataclass
class Phone:
    """One call. Between any two hops the state goes through JSON, as it does in the database."""

    facts: Facts
    typed_pin_of: int | None = None
    texts: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    ended: bool = False
    state: SessionState | None = None

    def dial(self, *typed: str) -> "Phone":
        """Dial, then type each answer in turn. A right PIN is 2727, and tells who is calling."""
        return self.type("", *typed)

    def type(self, *typed: str) -> "Phone":
        """Type each answer in turn, in the session that is running."""
        for text in typed:
            assert not self.ended, f"the session ended before {text}: {self.texts[-1]}"
            facts = self.facts
            if text == "2727" and self.state and self.state.screen == "pin":
                facts = replace(facts, pin_person=self.typed_pin_of)
            self._take(advance(content(), self.state, text, facts))
        return self

    def _take(self, result: HopResult) -> None:
        self.state = SessionState.from_json(result.state.to_json()) if result.state else None
        self.texts.append(result.reply.text)
        self.events.extend(result.events)
        self.ended = result.reply.end

    @property
    def reads(self) -> str:
        """The last screen, its lines joined with spaces, without the line that leads back."""
        lines = self.texts[-1].split("\n")
        return " ".join(line for line in lines if line not in ("0 Back", "0 Rudi"))


def phone(language: str | None = "en", pin_of: int | None = None, **facts: Any) -> Phone:
    """A phone two people share: a mother, and a mentor who is a mother herself."""
    known = {
        "mother": HER_FACTS if pin_of == MOTHER else None,
        "staff": MENTORS_FACTS if pin_of == MENTOR else None,
    }
    return Phone(Facts(**{"now": NOW, "language": language, "people": PEOPLE, **known, **facts}), pin_of)
