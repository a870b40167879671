"""One line of a mother's timeline: what happened or will, when, by whom, under which rule and why. No name, no text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal

Kind = Literal[
    "consent",
    "life_event",
    "enrolment",
    "visit",
    "answer",
    "silence",
    "hold",
    "contact",
    "follow_up",
    "message",
    "record",
]

ORDER: Final[tuple[Kind, ...]] = (
    "consent",
    "life_event",
    "enrolment",
    "visit",
    "answer",
    "silence",
    "hold",
    "contact",
    "follow_up",
    "message",
    "record",
)
"""How lines of one instant follow each other: causes before what they cause."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The line of the country's tables a contact or a telling follows. ``source`` None: those tables are gone.

    ``revision`` is the timing it was last planned under; ``current`` says whether that timing is in force now.
    """

    country: str
    table: str
    step: str | None
    source: str | None
    revision: str | None = None
    current: bool = True
    draft: bool = True
    reviewed_by: str | None = None
    reviewed_on: date | None = None

    @property
    def name(self) -> str:
        """Where to find it: ``KE/checkin.ask``."""
        return f"{self.country}/{self.table}" + (f".{self.step}" if self.step else "")


@dataclass(frozen=True, slots=True)
class Line:
    """``what`` happened, or will, at ``at`` (UTC); ``state`` and ``reason`` are words for programs, ``why`` a sentence.

    ``who`` is ``mother``, a role with a staff number such as ``mentor 12``, or None for the service itself.
    ``all_day``: only the local day of ``at`` counts. ``refs`` are row ids, such as ``{"follow_up": 3}``.
    """

    at: datetime
    kind: Kind
    state: str
    what: str
    why: str = ""
    reason: str | None = None
    who: str | None = None
    rule: Rule | None = None
    due_at: datetime | None = None
    all_day: bool = False
    refs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Telling:
    """What every source of lines is given: the instant of the question, her time zone, and who the staff are."""

    now: datetime
    time_zone: str
    roles: Mapping[int, str]
    causes: Mapping[str, str] = field(default_factory=dict)

    def cause(self, cause: str) -> str:
        """Why work was opened, as the content says it to staff; a cause without a word by its name."""
        return self.causes.get(cause, cause.replace("_", " "))

    def who(self, staff_id: int | None) -> str | None:
        """A member of staff without a name: ``mentor 12``."""
        return None if staff_id is None else f"{self.roles.get(staff_id, 'staff')} {staff_id}"


def in_order(lines: Sequence[Line]) -> list[Line]:
    """The oldest first; at one instant causes before what they cause, and rows as they were written."""
    return sorted(lines, key=lambda one: (one.at, ORDER.index(one.kind)))


def refs(**ids: int | None) -> dict[str, int]:
    """The ids that there are."""
    return {name: one for name, one in ids.items() if one is not None}


def plain(line: Line) -> dict[str, Any]:
    """A line as JSON gives it; every key is always there."""
    rule = line.rule
    return {
        "at": line.at.isoformat(),
        "all_day": line.all_day,
        "kind": line.kind,
        "state": line.state,
        "what": line.what,
        "why": line.why,
        "reason": line.reason,
        "who": line.who,
        "due_at": None if line.due_at is None else line.due_at.isoformat(),
        "rule": None
        if rule is None
        else {
            "name": rule.name,
            "country": rule.country,
            "table": rule.table,
            "step": rule.step,
            "source": rule.source,
            "revision": rule.revision,
            "current": rule.current,
            "draft": rule.draft,
            "reviewed_by": rule.reviewed_by,
            "reviewed_on": None if rule.reviewed_on is None else rule.reviewed_on.isoformat(),
        },
        "refs": dict(line.refs),
    }
