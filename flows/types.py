"""The plain data a conversation is made of: screens and texts as content, state and facts as arguments.

Everything here is immutable and JSON-friendly, so that a session can be serialised between any two
hops and a hop stays a function: ``(bundle, state, typed, facts) -> (state, reply, events)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from flows.events import Event

Access = Literal["anyone", "mother", "staff", "supervisor"]
ScreenKind = Literal["menu", "input", "list", "route", "end"]
PersonKind = Literal["mother", "mentor", "supervisor", "nurse"]
Risk = Literal["red", "amber", "green"]


# --- content ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a menu.

    ``key`` is the digit that chooses it (options are never renumbered when another is hidden by its
    guard); ``hidden`` options are accepted but not shown (the staff entry on the neutral home).
    """

    id: str
    key: str
    text: str
    goto: str
    do: str | None = None
    when: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """One branch of a ``route`` screen: the first whose guard holds is followed."""

    goto: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """One USSD screen, as written in ``content/menus/*.toml``.

    ``access`` other than ``anyone`` asks the PIN first. ``each`` names the list of facts a ``list``
    screen shows, and ``item`` how one of them reads. ``input`` names a kind in ``flows.inputs``; a
    menu or list may have one too, for what is typed beyond its digits (a set-up code, a case code).
    ``do`` names an action run when the input is accepted (``input``), an item is chosen (``list``)
    or the screen is reached (``end``, ``route``). ``source`` is where a clinical fact comes from.
    ``resume`` False: all was done before it is shown, so whoever hangs up there and dials again begins at home.
    """

    id: str
    kind: ScreenKind
    text: str = ""
    access: Access = "anyone"
    options: tuple[Option, ...] = ()
    routes: tuple[Route, ...] = ()
    input: str | None = None
    store: str | None = None
    do: str | None = None
    goto: str | None = None
    each: str | None = None
    item: str | None = None
    empty: str | None = None
    error: str | None = None
    when: str | None = None
    source: str | None = None
    resume: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """One SMS, as written in ``content/messages/*.toml``.

    ``message_class`` is A-E of the message classes; ``valid_for`` an ISO 8601 duration from its due
    time; ``question`` names the question a bare digit will answer. ``covert`` is the wording used
    unless she chose ``open`` and the phone is hers. ``tips`` marks texts that carry a rotating tip.
    """

    id: str
    to: Literal["mother", "staff", "anyone"]
    message_class: Literal["A", "B", "C", "D", "E"]
    valid_for: str
    covert: str
    open: str | None = None
    question: str | None = None
    segments: int = 1
    baby_words: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What a bare digit sent by SMS answers: digit -> named answer (an action in ``flows.answers``)."""

    id: str
    answers: Mapping[str, str]


# --- a session ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SessionState:
    """Where a USSD session stands. Sealed at rest: ``data`` may hold what she typed.

    ``shown`` are the option or item ids of the page last shown, by the digit that chose them: an
    answer is read against these, never against a menu rendered anew from facts that have changed.
    ``who`` is the person the PIN told us, or None before it. ``wanted`` is the screen the PIN was
    asked for. ``pending`` are dialled-through segments still to be followed after the PIN.
    ``trail`` are the screens `0` goes back through.
    """

    screen: str
    language: str
    who: int | None = None
    page: int = 0
    shown: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    wanted: str | None = None
    pending: tuple[str, ...] = ()
    errors: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-serialisable mapping that ``from_json`` turns back into an equal state."""
        return {
            "screen": self.screen,
            "language": self.language,
            "who": self.who,
            "page": self.page,
            "shown": dict(self.shown),
            "data": dict(self.data),
            "trail": list(self.trail),
            "wanted": self.wanted,
            "pending": list(self.pending),
            "errors": self.errors,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "SessionState":
        """Rebuild a state from ``to_json``'s mapping. Raises KeyError or TypeError when it is not one."""
        return cls(
            screen=raw["screen"],
            language=raw["language"],
            who=raw["who"],
            page=raw["page"],
            shown=dict(raw["shown"]),
            data=dict(raw["data"]),
            trail=tuple(raw["trail"]),
            wanted=raw["wanted"],
            pending=tuple(raw["pending"]),
            errors=raw["errors"],
        )


# --- a hop's outcome ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the phone: the text without ``CON``/``END``, and whether the session ends."""

    text: str
    end: bool


@dataclass(frozen=True, slots=True)
class HopResult:
    """The outcome of one hop: the next state (None when the session ended), the reply, what happened."""

    state: SessionState | None
    reply: Reply
    events: tuple[Event, ...] = ()
