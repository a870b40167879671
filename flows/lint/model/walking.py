"""Every state a call can come to, found by answering everything that can be answered, with the real engine.

A state is a page of a screen as one caller sees it in one language; a move is one answer under one
combination of the facts it asks about. The engine is the one that runs in production: only the facts
are replaced by chances (``chances``), so that what is found here is what a phone would show.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from flows.bundle import SOURCE, Bundle
from flows.engine import MAX_ERRORS, advance, begin
from flows.facts import Facts
from flows.lint.finding import Problem
from flows.lint.model.chances import Chances, Drawn, registry_of, worded
from flows.lint.model.look import Seen, Sizes, look
from flows.lint.model.people import PIN, ROLES, facts_of, refused, taken, takes_zero
from flows.render import MORE
from flows.types import HopResult, Screen, SessionState
from flows.walk import OWN

Kind = Literal["answer", "item", "typed", "pin", "more", "back", "home", "error", "changed"]

MOST_STATES = 400_000
"""More than this is no menu for a phone; the search stops there and says so."""


class Key(NamedTuple):
    """What tells two states apart. What was typed before does not: no guard of the model reads it."""

    screen: str
    language: str
    who: int | None
    page: int
    wanted: str | None
    before: tuple[str, ...]
    shown: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One answer and what followed: the state it leads to, or the screen the call ended on.

    ``who`` is whose PIN has been given by then, ``done`` are the actions that ran.
    """

    kind: Kind
    typed: str
    who: int | None
    to: Key | None
    end: str | None
    done: tuple[str, ...]


@dataclass(slots=True)
class Model:
    """All that was found. ``moves`` leads on from each state; ``starts`` are the states a call begins in."""

    bundle: Bundle
    moves: dict[Key, list[Move]] = field(default_factory=dict)
    starts: list[Key] = field(default_factory=list)
    problems: dict[Problem, None] = field(default_factory=dict)
    sizes: Sizes = field(default_factory=Sizes)
    reached: set[str] = field(default_factory=set)
    hops: int = 0

    @property
    def states(self) -> int:
        """How many different states were visited."""
        return len(self.moves)


def explore(bundle: Bundle) -> Model:
    """Walk a compiled bundle everywhere, and return the states, the moves and what is wrong with them."""
    return _Explorer(bundle).run()


def key_of(state: SessionState) -> Key:
    """Return what of a session tells it from others here."""
    return Key(
        state.screen,
        state.language,
        state.who,
        state.page,
        state.wanted,
        state.trail[-1:],
        tuple(sorted(state.shown.items())),
    )


class _Explorer:
    def __init__(self, bundle: Bundle) -> None:
        self.chances = Chances()
        registry = registry_of(bundle, self.chances)
        self.bundle = replace(bundle, registry=registry, wordings=worded(bundle))
        self.model = Model(bundle)
        self.ahead: deque[tuple[SessionState, SessionState | None]] = deque()
        self.redialled: set[tuple[str, str, int | None]] = set()
        self.stuck: set[tuple[str, str, int | None]] = set()
        self.spoken = SOURCE  # on the screen a call just ended on, of which no state is kept

    def run(self) -> Model:
        for language in (None, *self.bundle.languages):
            self._begin(facts_of(None, language), ())
        for option in self.bundle.screens["home"].options:
            for language in self.bundle.languages:
                self._begin(facts_of(None, language), (option.key,))
        while self.ahead:
            state, dropped = self.ahead.popleft()
            self._answer(state, dropped)
            if len(self.model.moves) > MOST_STATES:
                self.model.problems[_too_many()] = None
                break
        return self.model

    # --- where calls begin -------------------------------------------------------------------------

    def _begin(self, facts: Facts, segments: tuple[str, ...]) -> None:
        self.chances.chosen = self.chances.chosen_from = None
        for _ in self.chances.all():
            result = begin(self.bundle, segments, facts)
            self.model.hops += 1
            self._see(result, None, result.state.screen if result.state else "home")
            if result.state is not None:
                begun = self._visit(result.state, facts.resume)
                if facts.resume is None and begun not in self.model.starts:
                    self.model.starts.append(begun)

    def _redial(self, state: SessionState) -> None:
        """Drop the call here once a screen, language and caller, and dial again within the time."""
        self.redialled.add((state.screen, state.language, state.who))
        if state.who is None:
            self._begin(replace(facts_of(None, state.language), resume=state), ())
        else:
            asked = SessionState("pin", state.language, wanted=state.screen)
            self._pin(asked, replace(facts_of(None, state.language), resume=state), state.who, [])

    # --- everything that can be answered -------------------------------------------------------------

    def _answer(self, state: SessionState, dropped: SessionState | None) -> None:
        screen = self.bundle.screens[state.screen]
        facts = facts_of(state.who, state.language)
        if dropped is not None:
            facts = replace(facts, resume=dropped)
        if screen.input == "new_pin_again":  # compared with what was typed the screen before
            state = replace(state, data={**state.data, "new_pin": PIN})
        moves = self.model.moves[key_of(state)]
        for kind, typed in self._typed(screen, state, facts):
            self._hop(state, typed, facts, kind, moves)
        if screen.id == "pin":
            for person in ROLES:
                self._pin(state, facts, person, moves)
        if (screen.id, state.language, state.who) not in self.stuck:
            self.stuck.add((screen.id, state.language, state.who))
            stuck = replace(state, errors=MAX_ERRORS - 1)
            self._hop(stuck, refused(self.bundle, state, facts), facts, "error", moves)
        resumable = screen.id not in OWN and (state.screen, state.language, state.who) not in self.redialled
        if resumable and dropped is None:
            self._redial(state)

    def _typed(self, screen: Screen, state: SessionState, facts: Facts) -> Iterator[tuple[Kind, str]]:
        options = {option.id for option in screen.options}
        items = [digit for digit, id_ in state.shown.items() if id_ not in options and id_[:1] != ">"]
        for digit, id_ in state.shown.items():
            if digit == MORE and id_.startswith(">"):
                yield "more", digit
            elif id_ in options:
                yield "answer", digit
            elif digit in (items[0], items[-1]):  # the lines between differ in nothing but their digit
                yield "item", digit
        if screen.input is not None:
            typed = taken(self.bundle, state, facts)
            if typed is not None:
                yield "typed", typed
        yield "error", refused(self.bundle, state, facts)
        for zero in ("0", "00"):
            if zero not in state.shown and not takes_zero(self.bundle, state, facts, zero):
                yield "back" if zero == "0" else "home", zero

    def _pin(self, state: SessionState, facts: Facts, person: int, moves: list[Move]) -> None:
        known = facts_of(None, state.language, person)
        if facts.resume is not None:
            known = replace(known, resume=facts.resume)
        self._hop(state, PIN, known, "pin", moves)

    def _hop(self, state: SessionState, typed: str, facts: Facts, kind: Kind, moves: list[Move]) -> None:
        screen = self.bundle.screens[state.screen]
        chosen = next((o for o in screen.options if o.id == state.shown.get(typed)), None)
        self.chances.chosen = chosen.when if chosen is not None else None
        self.chances.chosen_from = screen.id if kind == "item" else None
        drawn: set[Drawn] = set()
        for _ in self.chances.all():
            result = advance(self.bundle, state, typed, facts)
            self.model.hops += 1
            if result.state is not None:
                drawn.add((result.state.screen, result.state.language, result.state.who, result.state.page))
            end = self._ended_on(state, typed, kind) if result.state is None else None
            who = facts.pin_person if facts.pin_person is not None else state.who
            self._see(result, who, end or "")
            to, sort = None, kind
            if result.state is not None:
                to = self._visit(result.state, facts.resume)
                if result.reply.text.startswith(self.bundle.word("nav.changed", to.language)):
                    sort = "changed"  # what was chosen held no longer, and home was shown instead
            move = Move(sort, typed, to.who if to is not None else who, to, end, tuple(self.chances.done))
            if move not in moves:
                moves.append(move)
        self.chances.drawn |= drawn

    def _visit(self, state: SessionState, dropped: SessionState | None) -> Key:
        """Look at this state later, unless it is known; one that is read in English is walked once, in English."""
        spoken = self.bundle.spoken(state.screen, state.language)
        if spoken != state.language:
            state = replace(state, language=spoken)
        key = key_of(state)
        if key not in self.model.moves:
            self.model.moves[key] = []
            self.ahead.append((replace(state, errors=0), dropped))
        return key

    # --- what was shown ------------------------------------------------------------------------------

    def _see(self, result: HopResult, who: int | None, end: str) -> None:
        state = result.state
        screen = self.bundle.screens[state.screen if state is not None else end]
        self.model.reached.add(screen.id)
        shown = Seen(
            screen=screen,
            language=self.bundle.spoken(screen.id, state.language if state is not None else self.spoken),
            who=state.who if state is not None else who,
            reply=result.reply,
            state=state,
            facts=frozenset(self.chances.facts),
        )
        for problem in look(self.bundle, shown, self.model.sizes):
            self.model.problems[problem] = None

    def _ended_on(self, state: SessionState, typed: str, kind: Kind) -> str:
        """The end screen this hop came to: the engine keeps no state for a call that is over."""
        self.spoken = state.language
        screen = self.bundle.screens[state.screen]
        if kind == "more":
            return screen.id
        if kind == "error":
            return "stuck"
        if kind == "pin":
            wanted = self._shows(state.wanted or "home")
            return wanted if self.bundle.screens[wanted].kind == "end" else "tip"
        if screen.id == "pin":
            return "tip"
        chosen = next((o for o in screen.options if o.id == state.shown.get(typed)), None)
        return self._shows(chosen.goto if chosen is not None else screen.goto or "home")

    def _shows(self, id_: str) -> str:
        """Follow routes as they were followed in the hop just run."""
        screen = self.bundle.screens[id_]
        while screen.kind == "route":
            routes = screen.routes
            goto = next(r.goto for r in routes if r.when is None or self.chances.holds(r.when))
            screen = self.bundle.screens[goto]
        return screen.id


def _too_many() -> Problem:
    return Problem(
        "menus/",
        f"There are more than {MOST_STATES} states, and not all could be checked.",
        "Make the menus smaller.",
    )
