"""Every answer the world may give to one hop, tried one after the other: each guard yes or no, each list its lengths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from flows.bundle import Bundle, Wording
from flows.facts import Facts
from flows.lint.longest import longest, longest_value
from flows.lint.model.look import PUBLIC
from flows.registry import Action, ActionResult, Guard, ListItem, ListOf, Placeholder, Registry
from flows.types import SessionState

LENGTHS = (17, 1, 0)
"""A list of more than two pages, with one line, and empty. At most eight lines have a digit on a page, so
there is a first page, one between and a last; all lines are as long as they get, so further pages are alike."""

LINES = {length: tuple(ListItem(str(n), {}) for n in range(1, length + 1)) for length in LENGTHS}
"""The lines of such lists. What they say is the same for each, and stands in the wording: see ``worded``."""

Drawn = tuple[str, str, int | None, int]
"""A page as one caller sees it in one language: screen, language, caller, page."""


@dataclass(slots=True)
class Chances:
    """The choices of the hop under way. Only what the hop asks about is chosen, so nothing is tried twice."""

    made: dict[str, int] = field(default_factory=dict)
    drawn: set[Drawn] = field(default_factory=set)
    """The pages already drawn under every combination of what hides their lines."""
    chosen: str | None = None
    """The condition of the line just chosen: it may hold no longer, however often its page was drawn."""
    chosen_from: str | None = None
    """The list a line was just chosen from: it may be shorter by now, or empty."""
    facts: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    _script: list[int] = field(default_factory=list)
    _asked: list[tuple[int, int]] = field(default_factory=list)

    def pick(self, name: str, of: int) -> int:
        """Return this hop's choice for ``name``, from 0 to ``of`` - 1: the same each time it is asked."""
        if name not in self.made:
            index = len(self._asked)
            choice = self._script[index] if index < len(self._script) else 0
            self._asked.append((choice, of))
            self.made[name] = choice
        return self.made[name]

    def may_hide(self, guard: str, state: SessionState) -> bool:
        """Say whether this condition is still to be tried both ways on the page being drawn.

        A page is drawn under every combination where it is first come to; each further way to it, an
        error or "back" draws it once, with every line that it can have.
        """
        return guard == self.chosen or not self._is_drawn(state)

    def may_be_shorter(self, state: SessionState) -> bool:
        """Say whether the list of this page is still to be tried at every length, likewise."""
        return state.screen == self.chosen_from or not self._is_drawn(state)

    def _is_drawn(self, state: SessionState) -> bool:
        return (state.screen, state.language, state.who, state.page) in self.drawn

    def holds(self, guard: str) -> bool:
        """Say whether a guard holds in this hop; without having been asked it does not."""
        return self.made.get(f"when {guard}", 1) == 0

    def all(self) -> Iterator[None]:
        """Yield once for each combination of what the hop, run in between, asked about."""
        self._script = []
        while True:
            self._asked, self.made, self.facts, self.done = [], {}, set(), []
            yield
            asked = self._asked
            while asked and asked[-1][0] == asked[-1][1] - 1:
                asked.pop()
            if not asked:
                return
            *before, (choice, _) = asked
            self._script = [*(earlier for earlier, _ in before), choice + 1]


def worded(bundle: Bundle) -> Mapping[str, Mapping[str, Wording]]:
    """Return the bundle's wordings, with the line of every list whose lines are chances as long as it gets."""

    def of(id_: str, wording: Wording) -> Wording:
        if bundle.screens[id_].each in {None, *PUBLIC}:
            return wording
        return replace(wording, item=(longest(bundle, f"screen.{id_}.item", wording.language),))

    return {
        code: {id_: of(id_, wording) for id_, wording in screens.items()}
        for code, screens in bundle.wordings.items()
    }


def registry_of(bundle: Bundle, chances: Chances) -> Registry:
    """Return the bundle's registry with every name kept, and behind each a chance instead of a fact.

    Placeholders give their longest value and are noted in ``chances.facts``; actions only note that
    they ran. A list that is the same for everybody stays as it is.
    """
    values: dict[tuple[str, str], str] = {}

    def long(name: str, language: str) -> str:
        if (name, language) not in values:
            values[name, language] = longest_value(bundle, name, language)
        return values[name, language]

    def guard(name: str) -> Guard:
        def holds(facts: Facts, state: SessionState) -> bool:
            if (name, state.screen) in hiding and not chances.may_hide(name, state):
                return True
            return chances.pick(f"when {name}", 2) == 0

        return holds

    def placeholder(name: str) -> Placeholder:
        def value(facts: Facts, state: SessionState) -> str:
            chances.facts.add(name)
            return long(name, state.language)

        return value

    def items(name: str) -> ListOf:
        def of(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
            tried = len(LENGTHS) if chances.may_be_shorter(state) else 1
            return LINES[LENGTHS[chances.pick(f"each {name}", tried)]]

        return of

    def action(name: str) -> Action:
        def act(facts: Facts, state: SessionState, given: str) -> ActionResult:
            chances.done.append(name)
            return ActionResult()

        return act

    own = bundle.registry
    hiding = {(o.when, screen.id) for screen in bundle.screens.values() for o in screen.options if o.when}
    return Registry(
        actions={name: action(name) for name in own.actions},
        guards={name: guard(name) for name in own.guards},
        lists={name: of if name in PUBLIC else items(name) for name, of in own.lists.items()},
        placeholders={name: placeholder(name) for name in own.placeholders},
    )
