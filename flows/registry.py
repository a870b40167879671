"""The names content may use - actions, guards, lists, placeholders - and the functions behind them.

Content names them in TOML; compiling a bundle checks that every name exists, so that a running hop
never looks for one that does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from flows.events import Event
from flows.facts import Facts
from flows.types import SessionState


@dataclass(frozen=True, slots=True)
class Word:
    """A text of ``content/words.toml`` by its dotted key, put into the reader's language when shown."""

    key: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Plain text, words and days that read one after another, put into the reader's language when shown."""

    parts: tuple[str | Word | date, ...]


Value = str | int | date | Word | Phrase


@dataclass(frozen=True, slots=True)
class ListItem:
    """One line of a list: ``values`` fill its placeholders, ``key`` fixes its digit (1-8) on a short list."""

    id: str
    values: Mapping[str, Value] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action did: the events that happened, and what the session is to remember ("" forgets)."""

    events: tuple[Event, ...] = ()
    data: Mapping[str, str] = field(default_factory=dict)


Action = Callable[[Facts, SessionState, str], ActionResult]
"""Called with the state already holding the stored input, and with what was given: the option's id on a
menu, the item's id on a list, the parsed input (ISO date, ASCII digits) on an input screen, `""` when an
end or route screen is reached."""

Guard = Callable[[Facts, SessionState], bool]
ListOf = Callable[[Facts, SessionState], tuple[ListItem, ...]]
Placeholder = Callable[[Facts, SessionState], Value]


@dataclass(frozen=True, slots=True)
class Registry:
    """Every function content can name. Functions are pure: facts and state in, plain data out."""

    actions: Mapping[str, Action] = field(default_factory=dict)
    guards: Mapping[str, Guard] = field(default_factory=dict)
    lists: Mapping[str, ListOf] = field(default_factory=dict)
    placeholders: Mapping[str, Placeholder] = field(default_factory=dict)
    remembering: frozenset[str] = frozenset()
    """The actions that only keep in mind what a screen is about: dialled through, they still only navigate."""
