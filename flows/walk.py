"""One hop's way through the screens: gates passed, routes followed, actions run, and a page drawn at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flows.bundle import Bundle, Wording
from flows.events import Event, LanguageChosen
from flows.facts import Facts
from flows.registry import ListItem, Value
from flows.render import NUMBERS, Page, Parts, Token, fill, line_of, page, words_of
from flows.types import Access, HopResult, Option, Reply, Screen, SessionState

MAX_ROUTES = 10
LONGEST_TRAIL = 10
OWN = frozenset({"language", "home", "pin", "tip", "stuck", "resume"})
"""The engine's own screens: never gone back to, never resumed."""


@dataclass(slots=True)
class Walk:
    """The running hop: the state as it changes, and the events so far. Lives for one hop only."""

    bundle: Bundle
    facts: Facts
    state: SessionState
    events: list[Event] = field(default_factory=list)

    # --- what may be seen, and what is remembered ---------------------------------------------------

    def may(self, access: Access) -> bool:
        """Say whether the person the PIN told us may see this, and today's facts are hers."""
        if access == "anyone":
            return True
        who, mother, staff = self.state.who, self.facts.mother, self.facts.staff
        if who is None:
            return False
        if access == "mother":
            return mother is not None and mother.id == who
        return staff is not None and staff.id == who and (access == "staff" or staff.role == "supervisor")

    def holds(self, guard: str | None) -> bool:
        """Say whether a guard holds; no guard always does."""
        return guard is None or self.bundle.registry.guards[guard](self.facts, self.state)

    def items(self, screen: Screen) -> tuple[ListItem, ...]:
        """Return what a list screen shows under today's facts."""
        if screen.each is None:
            return ()
        return self.bundle.registry.lists[screen.each](self.facts, self.state)

    def remember(self, data: Mapping[str, str]) -> None:
        """Keep what was given; an empty value forgets."""
        merged = {**self.state.data, **data}
        self.state = replace(self.state, data={name: value for name, value in merged.items() if value})

    def run(self, action: str | None, given: str) -> None:
        """Run an action: its events happened, its data is remembered, a language chosen is spoken."""
        if action is None:
            return
        result = self.bundle.registry.actions[action](self.facts, self.state, given)
        self.events.extend(result.events)
        for event in result.events:
            if isinstance(event, LanguageChosen) and event.language in self.bundle.languages:
                self.state = replace(self.state, language=event.language)
        if result.data:
            self.remember(result.data)

    # --- moving ------------------------------------------------------------------------------------

    def enter(self, id_: str) -> HopResult:
        """Go to a screen: through its routes, to the PIN where it needs one, and show what is reached."""
        for _ in range(MAX_ROUTES):
            if id_ == "home":
                return self.home()
            screen = self.bundle.screens[id_]
            if not self.may(screen.access):
                trail = self._trail("pin")
                self.state = replace(self.state, screen="pin", wanted=id_, page=0, errors=0, trail=trail)
                return self.show()
            if not self.holds(screen.when):
                return self.changed()
            if screen.kind == "route":
                self.run(screen.do, "")
                id_ = next(route.goto for route in screen.routes if self.holds(route.when))
                continue
            trail = () if screen.kind == "end" else self._trail(id_)
            self.state = replace(self.state, screen=id_, page=0, errors=0, trail=trail)
            if screen.kind == "end":
                self.run(screen.do, "")
            return self.show()
        return self.changed()

    def home(self, lead: str = "") -> HopResult:
        """Go home, where nothing typed before is kept. Who she is stays known, and changes nothing there."""
        self.state = SessionState(screen="home", language=self.state.language, who=self.state.who)
        return self.show(lead)

    def changed(self) -> HopResult:
        """Say that what was chosen is no longer so, above home."""
        return self.home(self.bundle.word("nav.changed", self.bundle.spoken("home", self.state.language)))

    def back(self) -> HopResult:
        """Go to the page before, else to the screen before, else home. Nothing is done again."""
        if self.state.page > 0:
            before, drawn = 0, self._draw("", 0)
            while drawn.next is not None and drawn.next < self.state.page:
                before = drawn.next
                drawn = self._draw("", before)
            self.state = replace(self.state, page=before, errors=0)
            return self.show()
        trail = list(self.state.trail)
        while trail:
            screen = self.bundle.screens.get(trail.pop())
            if screen is not None and self.may(screen.access) and self.holds(screen.when):
                self.state = replace(
                    self.state,
                    screen=screen.id,
                    page=0,
                    errors=0,
                    trail=tuple(trail),
                    wanted=None,
                    pending=(),
                )
                return self.show()
        return self.home()

    def _trail(self, to: str) -> tuple[str, ...]:
        here, trail = self.state.screen, self.state.trail
        if here not in OWN and here != to:
            trail = (*trail, here)
        if to in trail:
            trail = trail[: trail.index(to)]
        return trail[-LONGEST_TRAIL:]

    # --- showing -----------------------------------------------------------------------------------

    def show(self, lead: str = "") -> HopResult:
        """Draw where we stand and end the hop. An end screen of several pages ends on its last."""
        state = self.state
        screen = self.bundle.screens[state.screen]
        drawn = self._draw(lead, state.page)
        events = tuple(self.events)
        if screen.kind == "end" and drawn.next is None:
            return HopResult(None, Reply(drawn.text, end=True), events)
        data = state.data
        if "new_pin" in data and screen.input != "new_pin_again":
            data = {name: value for name, value in data.items() if not name.startswith("new_pin")}
        self.state = replace(state, shown=drawn.shown, data=data)
        return HopResult(self.state, Reply(drawn.text, end=False), events)

    def _draw(self, lead: str, start: int) -> Page:
        wording = self.bundle.wording(self.state.screen, self.state.language)
        if not lead and (ready := wording.pages.get(start)) is not None:
            return ready
        screen = self.bundle.screens[self.state.screen]
        hidden = wording.hidden
        if any(option.hidden and option.when for option in screen.options):
            hidden = {o.key: o.id for o in screen.options if o.hidden and self.holds(o.when)}
        return page(
            self._tokens(screen, wording),
            start,
            lead=lead,
            hidden=hidden,
            more=wording.more,
            back=wording.back,
            limit=self.bundle.limit,
        )

    def _tokens(self, screen: Screen, wording: Wording) -> list[Token]:
        tokens = words_of(self._fill(wording.text, wording.language))
        if screen.kind == "list":
            items = self.items(screen)
            if not items:
                tokens += words_of(self._fill(wording.empty, wording.language))
            for item in items:
                key = item.key if item.key and item.key in NUMBERS else None
                tokens += line_of(self._fill(wording.item, wording.language, item.values), item.id, key)
        for option, line in wording.lines:
            if self.holds(option.when):
                tokens += line_of(self._fill(line, wording.language), option.id, option.key)
        return tokens

    def _fill(self, parts: Parts, language: str, values: Mapping[str, Value] | None = None) -> str:
        if len(parts) == 1:
            return parts[0]

        def value_of(name: str) -> Value | None:
            if values is not None and name in values:
                return values[name]
            if name == "tip":
                tips = self.bundle.tips
                return (
                    self.bundle.text(tips[self.facts.now.toordinal() % len(tips)], language) if tips else None
                )
            placeholder = self.bundle.registry.placeholders.get(name)
            return placeholder(self.facts, self.state) if placeholder else None

        return fill(parts, value_of, lambda key: self.bundle.word(key, language))


def option_of(screen: Screen, id_: str) -> Option | None:
    """Return a screen's option by its id, or None."""
    return next((option for option in screen.options if option.id == id_), None)
