"""What every single page must be: it fits, something on it leads on, and without a PIN it tells no fact."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flows.bundle import Bundle
from flows.gsm7 import is_gsm7, septets, units
from flows.lint.finding import TEXT, Problem
from flows.render import PREFIX, fits
from flows.types import Reply, Screen, SessionState

PUBLIC = frozenset({"tip", "transport", "hours", "call_hours", "call_hour"})
"""What anybody may be shown: the tip of the day, the hours there are to choose from and the one just chosen, and the number to call
for transport, which in danger must not wait for a PIN and is a facility's, nobody's own."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One reply as a phone got it. ``who`` is whose PIN was given, ``facts`` the data that was shown."""

    screen: Screen
    language: str
    who: int | None
    reply: Reply
    state: SessionState | None
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Size:
    """How long a page is, as the network counts it with its prefix, and how long it may be."""

    screen: str
    length: int
    limit: int


@dataclass(slots=True)
class Sizes:
    """The longest page of each screen in each language, and which screens go on to another page there.

    A screen that goes on fills its first page as far as it can, so its length says nothing.
    """

    of: dict[tuple[str, str], Size] = field(default_factory=dict)
    paged: set[tuple[str, str]] = field(default_factory=set)

    def note(self, language: str, size: Size) -> None:
        """Keep the longer of this page and the longest so far, measured against its limit."""
        known = self.of.get((size.screen, language))
        if known is None or size.length * known.limit > known.length * size.limit:
            self.of[size.screen, language] = size

    def longest(self, language: str) -> Size:
        """The screen on one page that comes nearest to its limit in this language; of several the first by name."""
        return max(
            (self.of[key] for key in sorted(self.of) if key[1] == language and key not in self.paged),
            key=lambda size: size.length / size.limit,
        )


def size_of(screen: str, text: str, limit: int) -> Size:
    """Return how long a page is: septets, or UTF-16 units where a letter is outside GSM-7."""
    if is_gsm7(text):
        return Size(screen, septets(text) + PREFIX, limit)
    return Size(screen, units(text) + PREFIX, limit * 7 // 16)


def look(bundle: Bundle, seen: Seen, sizes: Sizes) -> Iterator[Problem]:
    """Name what is wrong with one reply, and note its length."""
    screen, language, text = seen.screen, seen.language, seen.reply.text
    sizes.note(language, size_of(screen.id, text, bundle.limit))
    if seen.state is not None and any(id_.startswith(">") for id_ in seen.state.shown.values()):
        sizes.paged.add((screen.id, language))
    if not fits(text, bundle.limit):
        yield _problem(seen, f"A page of it is too long in {language}.", "Shorten its texts.")
    if not text.strip():
        yield _problem(seen, f"A page of it is blank in {language}.", "Give it a text.")
    if seen.who is None:
        listed = {screen.each} if screen.each is not None else frozenset()
        for fact in sorted((seen.facts | listed) - PUBLIC):
            yield Problem(
                f"screen.{screen.id}",
                f"Without a PIN it shows {{{fact}}}, which is somebody's own.",
                "Take it out, or set access to who may see it.",
                at=("each",) if fact == screen.each else TEXT if f"{{{fact}}}" in screen.text else (),
            )
    if seen.state is not None and screen.kind != "end":
        yield from _leads_on(bundle, seen, seen.state)


def _leads_on(bundle: Bundle, seen: Seen, state: SessionState) -> Iterator[Problem]:
    screen, language = seen.screen, seen.language
    if screen.input is not None:
        if any(id_.startswith(">") for id_ in state.shown.values()) and screen.kind == "input":
            yield _problem(
                seen,
                f"In {language} the question goes on to a second page, at the latest below a line about an error.",
                "Shorten it, or that line.",
            )
        return
    if any(option_shown(screen, state, digit) for digit in state.shown):
        return
    if screen.kind == "menu" and not any(id_.startswith(">") for id_ in state.shown.values()):
        yield _problem(
            seen, "It can turn out with nothing to choose.", "Let one option always stand on its last page."
        )
    elif not state.shown and bundle.wordings[language][screen.id].back not in seen.reply.text.split("\n"):
        yield _problem(
            seen, f"In {language} it can turn out without any digit to press.", "Shorten its text."
        )


def option_shown(screen: Screen, state: SessionState, digit: str) -> bool:
    """Say whether this digit chooses something that can be read: neither hidden nor the next page."""
    id_ = state.shown[digit]
    return not id_.startswith(">") and not any(o.id == id_ and o.hidden for o in screen.options)


def _problem(seen: Seen, message: str, remedy: str) -> Problem:
    return Problem(f"screen.{seen.screen.id}", message, remedy, "en")
