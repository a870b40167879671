"""A hop as a function: the bundle, where the session stands, what was typed and the facts give the reply.

Nothing here raises for anything typed, any state it made itself (in this bundle or an older one) or any
facts; what no longer fits leads home.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from flows.bundle import SOURCE, Bundle
from flows.events import LanguageChosen, SessionResumed
from flows.facts import Facts
from flows.inputs.kinds import DATES, HOW, LOOK_UP, parse
from flows.inputs.typed import InputError, normalise
from flows.render import MORE
from flows.types import HopResult, PersonKind, Screen, SessionState
from flows.walk import OWN, Walk, option_of

MAX_ERRORS = 3
"""So many answers in a row that were not understood, and a person is told (screen ``stuck``)."""

MAX_DATES = 6
"""So many days in a row, since a day that was understood but cannot be is nobody's slip of the finger; from the third
on the page says how one is typed."""

MAX_SEGMENTS = 10
"""So many dialled-through segments are followed; no menu is deeper."""

KINDS: dict[str, frozenset[PersonKind]] = {
    "mother": frozenset({"mother"}),
    "staff": frozenset({"mentor", "supervisor", "nurse"}),
    "supervisor": frozenset({"supervisor"}),
}


def begin(bundle: Bundle, segments: Sequence[str], facts: Facts) -> HopResult:
    """Return the first hop of a session.

    ``segments`` are what was dialled through (``*384*7*417#``: "7", "417"), usually none. They
    navigate: none that would act, end or be typed into an input is followed (a case code only looks
    up), and those after a PIN wait for it.
    """
    known = facts.language is not None and facts.language in bundle.languages
    language = facts.language if known and facts.language is not None else SOURCE
    walk = Walk(bundle, facts, SessionState(screen="home" if known else "language", language=language))
    if not known:
        return walk.show()
    resumable = _resumable(bundle, facts)
    if not segments and resumable is not None and resumable.who is None:
        walk.state = replace(walk.state, screen="resume")
        return walk.show()
    return _follow(walk.home(), bundle, facts, list(takewhile(_is_digits, map(normalise, segments))))


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def advance(bundle: Bundle, state: SessionState | None, typed: str, facts: Facts) -> HopResult:
    """Return the outcome of one hop.

    ``state`` is the last hop's, or None for a first one; ``typed`` this hop's input alone, as it came.
    On the screen ``pin`` the facts already say whose PIN it was.
    """
    text = normalise(typed)
    if state is None:
        return begin(bundle, text.split("*") if text else (), facts)
    walk = Walk(bundle, facts, state)
    screen = bundle.screens.get(state.screen)
    if screen is None or screen.kind == "route":
        return walk.home()
    if not walk.may(screen.access):  # whoever gave the PIN may not be here any more
        walk.state = replace(state, who=None)
        return walk.changed()
    if not walk.holds(screen.when):  # what this screen is about is no more since it was shown
        return walk.changed()
    chosen = state.shown.get(text)
    if chosen is not None and text == MORE and chosen.startswith(">"):
        walk.state = replace(state, page=int(chosen[1:]), errors=0)
        return walk.show()
    if chosen is not None:
        return _choose(walk, screen, chosen)
    return _typed(walk, screen, text)


def _typed(walk: Walk, screen: Screen, text: str) -> HopResult:
    """Read what is no digit of the page shown: an input, back, home, or not understood."""
    error = "error.choose"
    if screen.input is not None:
        try:
            value = parse(screen.input, text, walk.facts, walk.state)
        except InputError as refused:
            if screen.kind == "input" or len(text) > 2:
                error = refused.key
        else:
            return _pin(walk) if screen.id == "pin" else _accept(walk, screen, value)
    if text == "0":
        return walk.back()
    if text == "00":
        return walk.home()
    if screen.id == "resume" and walk.state.wanted is None and (at_home := _at_home(walk, text)) is not None:
        return at_home
    errors = walk.state.errors + 1
    if errors >= (MAX_DATES if screen.input in DATES else MAX_ERRORS):
        return walk.enter("stuck")
    if errors >= MAX_ERRORS:
        error = HOW
    walk.state = replace(walk.state, errors=errors)
    language = walk.bundle.spoken(screen.id, walk.state.language)
    own = walk.bundle.text(f"screen.{screen.id}.error", language) if screen.error else ""
    return walk.show(own or walk.bundle.word(error, language))


def _at_home(walk: Walk, text: str) -> HopResult | None:
    """A digit of home pressed by heart where "continue?" is asked: 4 is "I feel unwell" at any hour."""
    afresh = Walk(walk.bundle, walk.facts, walk.state)
    home = afresh.home().state
    if home is None or text not in home.shown:
        return None
    return _choose(afresh, walk.bundle.screens["home"], home.shown[text])


def _accept(walk: Walk, screen: Screen, value: str) -> HopResult:
    kept = {screen.store: value} if screen.store else {}
    if screen.kind != "input" and screen.input is not None:
        kept[screen.input] = value
    walk.remember(kept)
    walk.run(screen.do, value)
    return walk.enter(screen.goto or "home")


def _choose(walk: Walk, screen: Screen, id_: str) -> HopResult:
    """Do what was chosen on the page shown, if today's facts still offer it."""
    option = option_of(screen, id_)
    if option is not None:
        if not walk.holds(option.when):
            return walk.changed()
        if screen.id == "resume":
            return _resume(walk, go_on=id_ == "continue")
        if screen.id == "language":
            walk.events.append(LanguageChosen(id_))
            walk.state = replace(walk.state, language=id_)
        elif screen.store is not None:
            # With an input beside the options, `store` is for what is typed.
            walk.remember({screen.store: "" if screen.input else id_})
        walk.run(option.do, id_)
        return walk.enter(option.goto)
    if all(item.id != id_ for item in walk.items(screen)):
        return walk.changed()
    kept = {screen.input: ""} if screen.input else {}
    walk.remember({**kept, screen.store: id_} if screen.store else kept)
    walk.run(screen.do, id_)
    return walk.enter(screen.goto or "home")


def _pin(walk: Walk) -> HopResult:
    """Go on as the person whose PIN it was; for anybody else, and for the wrong person, a harmless tip."""
    state, facts = walk.state, walk.facts
    wanted = walk.bundle.screens.get(state.wanted or "home", walk.bundle.screens["home"])
    kinds = KINDS.get(wanted.access, frozenset())
    person = next((p for p in facts.people if p.id == facts.pin_person and p.kind in kinds), None)
    if person is not None:
        kept = state.data if state.who in (None, person.id) else {}
        trail = state.trail if state.who in (None, person.id) else ()
        walk.state = replace(state, who=person.id, data=kept, trail=trail)
    if person is None or not walk.may(wanted.access):
        walk.state = SessionState(screen="pin", language=state.language)
        return walk.enter("tip")
    resumable = _resumable(walk.bundle, facts)
    if resumable is not None and resumable.who == person.id:
        walk.state = replace(walk.state, screen="resume", page=0, errors=0)
        return walk.show()
    return _go_on(walk, wanted.id)


def _go_on(walk: Walk, wanted: str) -> HopResult:
    pending = walk.state.pending
    walk.state = replace(walk.state, wanted=None, pending=())
    return _follow(walk.enter(wanted), walk.bundle, walk.facts, pending)


def _resumable(bundle: Bundle, facts: Facts) -> SessionState | None:
    """Return the dropped session if there is anything in it to go on with, in this bundle."""
    state = facts.resume
    if state is None or state.screen in OWN or state.screen not in bundle.screens:
        return None
    screen = bundle.screens[state.screen]
    if screen.kind == "route" or not screen.resume or state.language not in bundle.languages:
        return None
    return state


def _resume(walk: Walk, go_on: bool) -> HopResult:
    if not go_on:
        wanted = walk.state.wanted
        return _go_on(walk, wanted if wanted is not None and wanted in walk.bundle.screens else "home")
    resumable = _resumable(walk.bundle, walk.facts)
    if resumable is None or resumable.who not in (None, walk.state.who):
        return walk.changed()
    who = walk.state.who
    walk.state = replace(resumable, errors=0, wanted=None, pending=())
    screen = walk.bundle.screens[resumable.screen]
    if not walk.may(screen.access):
        walk.state = replace(walk.state, who=who)
        return walk.changed()
    if not walk.holds(screen.when):
        return walk.changed()
    walk.events.append(SessionResumed())
    return walk.show()


def _follow(result: HopResult, bundle: Bundle, facts: Facts, segments: Sequence[str]) -> HopResult:
    """Follow dialled-through segments as far as they only navigate."""
    for index, segment in enumerate(segments[:MAX_SEGMENTS]):
        state = result.state
        if state is None or bundle.screens[state.screen].kind == "end":
            break
        if state.screen == "pin":
            waiting = replace(state, pending=tuple(segments[index:MAX_SEGMENTS]))
            return replace(result, state=waiting)
        tried = _dialled(Walk(bundle, facts, state), bundle.screens[state.screen], segment)
        if tried is None or tried.events or tried.state is None:
            break
        if bundle.screens[tried.state.screen].kind == "end":
            break
        if tried.state.screen == "pin" and tried.state.wanted not in bundle.passive:
            break  # the PIN would otherwise confirm what was only dialled
        result = replace(tried, events=result.events)
    return result


def _dialled(walk: Walk, screen: Screen, segment: str) -> HopResult | None:
    """Try one segment as an option shown, or as a code the screen looks up; None when it is neither."""
    chosen = walk.state.shown.get(segment)
    if chosen is not None:
        return None if chosen.startswith(">") else _choose(walk, screen, chosen)
    if screen.input not in LOOK_UP:
        return None
    try:
        value = parse(screen.input, segment, walk.facts, walk.state)
    except InputError:
        return None
    return _accept(walk, screen, value)
