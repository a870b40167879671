"""What can be recorded about a mother on a page: each act asks a few things and becomes the events a phone would make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from flows.bundle import Bundle
from flows.children import child_word
from flows.events import Event
from flows.facts import Facts
from flows.inputs.kinds import parse
from flows.inputs.typed import InputError
from flows.open_days import OpenDays
from flows.types import SessionState
from scheduler.assignment import Candidate
from service.dashboard.frame import typed
from service.dashboard.frame.forms import Form
from service.dashboard.frame.typed import MistakeError
from service.store.shown.mother import Her

Group = Literal["changed", "dates", "records", "team", "texts", "undo"]

GROUPS: Final[Mapping[Group, str]] = {
    "records": "Record what happened",
    "changed": "Something changed in her life",
    "dates": "A date of hers",
    "texts": "Her texts, phone and agreements",
    "team": "Who looks after her",
    "undo": "It was a mistake",
}
"""The groups in the order a page shows them."""

HERSELF: Final = "mother"
"""Stands for the mother where an infant's id would stand."""

Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked. A ``choice`` offers ``options``; ``hint`` stands below it."""

    name: str
    label: str
    kind: Literal["date", "choice", "text", "hour", "tick"]
    options: tuple[Option, ...] = ()
    hint: str = ""
    value: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Act:
    """One form. ``make`` reads it into events, given a code that was drawn; it raises MistakeError.

    ``grave`` asks "I am sure"; ``tried`` shows what it would change before it is done; ``gives`` is what is drawn for
    it and shown once: a four-digit ``code`` or the longer one of a ``slip``.
    """

    key: str
    group: Group
    label: str
    make: Callable[[Form, str], Sequence[Event]]
    fields: tuple[Field, ...] = ()
    note: str = ""
    grave: bool = False
    tried: bool = False
    gives: Literal["", "code", "slip"] = ""

    @property
    def word(self) -> str:
        """The key without the row it is about: the address of a page may say it."""
        return self.key.partition("-")[0]


@dataclass(frozen=True, slots=True, repr=False)
class Scene:
    """What acts are made from: the mother, who acts, and what there is to choose from.

    ``role`` is the actor's on the staff; ``now`` is local to her clinic.
    """

    her: Her
    staff_id: int
    role: str
    supervises: bool
    now: datetime
    bundle: Bundle
    open_days: OpenDays
    places: Sequence[tuple[int, str]]
    mentors: Sequence[Candidate]

    @property
    def today(self) -> date:
        """Her local day."""
        return self.now.date()

    def word(self, key: str) -> str:
        """A text of the content as staff read it in English."""
        return self.bundle.word(key, "en")

    def child(self, infant_id: int | None) -> str:
        """What one of her children is called, or herself."""
        return child_called(self.her, infant_id, self.today, self.bundle)

    def children(self, *, herself: bool = False) -> tuple[Option, ...]:
        """Her living children to choose from, and perhaps herself."""
        found = tuple((str(one.id), self.child(one.id)) for one in self.her.alive)
        return (*found, (HERSELF, "Herself")) if herself else found

    def day(self, form: Form, kind: str, called: str, name: str = "day") -> date:
        """A day in a form, refused with the words a phone would use. Raises MistakeError."""
        day = typed.day(form, name, called)
        if day.year < 1900:
            raise MistakeError(self.word("error.date_past"))
        facts = Facts(now=self.now, open_days=self.open_days)
        try:
            return date.fromisoformat(parse(kind, f"{day:%d%m%Y}", facts, NOWHERE))
        except InputError as wrong:
            raise MistakeError(self.word(wrong.key)) from None

    def open_on(self, day: date) -> date:
        """The day, if her clinic is open on it. Raises MistakeError."""
        why = self.open_days.why_closed(day)
        if why is not None:
            raise MistakeError(self.word("error.closed_weekday" if why == "weekday" else "error.closed_day"))
        return day


NOWHERE: Final = SessionState(screen="", language="en")


def child_called(her: Her, infant_id: int | None, today: date, bundle: Bundle) -> str:
    """What one of her children is called where names are never said; None: herself."""
    if infant_id is None:
        return "Herself"
    living = her.alive
    one = next((child for child in living if child.id == infant_id), None)
    if one is None:
        return "A child"
    return bundle.word(child_word(one, living, today, expecting=her.edd is not None).key, "en")


def infant_of(form: Form, options: Sequence[Option], called: str, name: str = "whose") -> int | None:
    """Whom a form is about: an infant's id, None for herself. Raises MistakeError."""
    chosen = typed.one_of(form, name, [value for value, _ in options], called)
    return None if chosen == HERSELF else int(chosen)
