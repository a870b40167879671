"""What must hold between states: an end ahead of each, `0` and `00` back from each, and nothing out of reach."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from flows.lint.finding import Problem
from flows.lint.model.walking import Key, Model, Move

ONWARD = frozenset({"answer", "item", "typed", "pin", "more"})
"""Moves somebody makes who wants to get on: neither back, nor home, nor by mistake."""
BEGINNINGS = frozenset({"home", "language", "resume"})
"""Where `0` has nothing to go back to."""


def check(model: Model) -> Iterator[Problem]:
    """Name screens nobody can come to, options without a digit, dead ends, and `0` or `00` that fail."""
    yield from _unreached(model)
    yield from _without_digit(model)
    yield from _dead_ends(model)
    yield from _navigation(model)


def leading_to(model: Model, aims: Iterable[Key], by: Callable[[Move], bool]) -> set[Key]:
    """Return every state from which moves of this sort lead to one of the aims, the aims among them."""
    into: dict[Key, list[Key]] = defaultdict(list)
    for key, moves in model.moves.items():
        for move in moves:
            if move.to is not None and by(move):
                into[move.to].append(key)
    found = set(aims)
    ahead = list(found)
    while ahead:
        for key in into[ahead.pop()]:
            if key not in found:
                found.add(key)
                ahead.append(key)
    return found


def _unreached(model: Model) -> Iterator[Problem]:
    for id_, screen in model.bundle.screens.items():
        if screen.kind != "route" and id_ not in model.reached:
            yield Problem(
                f"screen.{id_}",
                "Links lead here, and yet no answer does, whoever calls and whatever holds.",
                "Look at the conditions and PINs on the way here.",
            )


def _without_digit(model: Model) -> Iterator[Problem]:
    offered: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key in model.moves:
        offered[key.screen, key.language] |= {id_ for _, id_ in key.shown}
    for (id_, language), ids in offered.items():
        for option in model.bundle.screens[id_].options:
            if option.id not in ids:
                yield Problem(
                    f"screen.{id_}.{option.id}",
                    f"On no page does a digit choose this in {language}.",
                    "Give it another key, or shorten what stands before it.",
                    language,
                )


def _dead_ends(model: Model) -> Iterator[Problem]:
    ends = [
        key
        for key, moves in model.moves.items()
        if any(move.kind in ONWARD and (move.to is None or move.to.screen == "home") for move in moves)
        or (model.bundle.screens[key.screen].kind == "list" and not key.shown)
    ]  # a list that is empty says so, and shows the digit that leads back
    out = leading_to(model, ends, lambda move: move.kind in ONWARD)
    for screen in dict.fromkeys(key.screen for key in model.moves if key not in out):
        yield Problem(
            f"screen.{screen}",
            "Somebody can come here and find no answer that leads to an end.",
            "Let an answer lead to an end or home, for everybody who can come here.",
        )


def _navigation(model: Model) -> Iterator[Problem]:
    wrong: dict[tuple[str, str], None] = {}
    for key, moves in model.moves.items():
        for move in moves:
            if move.kind == "home" and (move.to is None or move.to.screen != "home" or move.done):
                wrong[key.screen, "00 does not lead home from here."] = None
            if move.kind == "back" and (move.to is None or move.done):
                wrong[key.screen, "0 does not lead back from here."] = None
    asked = [key for key in model.moves if all(move.kind != "back" for move in model.moves[key])]
    begun = [key for key in model.moves if key.screen in BEGINNINGS]
    back = leading_to(model, [*begun, *asked], lambda move: move.kind == "back")
    for key in model.moves:
        if key not in back:
            wrong.setdefault((key.screen, "0, pressed again and again, never leads home from here."))
    for screen, message in wrong:
        yield Problem(
            f"screen.{screen}", message, "This is a fault of the engine, not of the content: report it."
        )
