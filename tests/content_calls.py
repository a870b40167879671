"""Calls to the kit's content for tests of the engine: dial, type, go on."""

from flows.engine import advance, begin
from flows.facts import Facts
from flows.types import HopResult, SessionState
from tests.content_kit import bundle, facts

BUNDLE = bundle()
HOME = "Welcome.\n1 I am fine\n2 Call me\n3 My dates\n5 More"
TIP = "Tip: wash hands."


def dial(*typed: str, known: Facts | None = None, then: Facts | None = None) -> HopResult:
    """Dial and type; ``then`` are the facts from the first typed answer on."""
    known = known or facts()
    result = begin(BUNDLE, (), known)
    for text in typed:
        result = go_on(result, text, then or known)
    return result


def go_on(result: HopResult, typed: str, known: Facts) -> HopResult:
    assert result.state is not None
    return advance(BUNDLE, result.state, typed, known)


def state_of(result: HopResult) -> SessionState:
    assert result.state is not None
    return result.state
