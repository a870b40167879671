"""What must hold between screens, words and functions before content may run: each refusal is a sentence."""

from collections.abc import Mapping

from flows.inputs.kinds import ERROR_WORDS
from flows.registry import Registry
from flows.render import PLACEHOLDER, fits
from flows.screens import BundleError
from flows.types import Option, Route, Screen

LOWEST_LIMIT = 140
"""Below this no page could hold one line and its navigation in every script."""

BUILT_IN = frozenset({"tip"})
"""Placeholders the engine fills itself: ``{tip}`` is the health tip of the day."""

ROLES: Mapping[str, str] = {
    "language": "menu",
    "home": "menu",
    "pin": "input",
    "tip": "end",
    "stuck": "end",
    "resume": "menu",
}
WORDS = (
    "nav.more",
    "nav.back",
    "nav.changed",
    "error.choose",
    *(f"weekday.{day}" for day in range(7)),
    *(f"month.{month}" for month in range(1, 13)),
)


def check_roles(screens: Mapping[str, Screen]) -> None:
    for id_, kind in ROLES.items():
        screen = screens.get(id_)
        if screen is None or screen.kind not in (kind, "list" if id_ == "language" else kind):
            raise BundleError(f"Screen {id_}: every conversation needs it, with kind {kind}; add it.")
        if screen.access != "anyone" or screen.when is not None:
            raise BundleError(f"Screen {id_}: everybody must be able to reach it; remove access and when.")
    if screens["pin"].input != "pin":
        raise BundleError('Screen pin: set input = "pin".')
    if not {"continue", "again"} <= {option.id for option in screens["resume"].options}:
        raise BundleError("Screen resume: give it the options continue and again.")
    home = screens["home"]
    if PLACEHOLDER.search(home.text + "".join(o.text for o in home.options)) or any(
        o.when for o in home.options
    ):
        raise BundleError("Screen home: it reads the same for everybody; remove its placeholders and when.")


def check_links(screens: Mapping[str, Screen], registry: Registry) -> None:
    for id_, screen in screens.items():
        steps: tuple[Screen | Option | Route, ...] = (screen, *screen.options, *screen.routes)
        for step in steps:
            if step.goto is not None and step.goto not in screens:
                raise BundleError(f"Screen {id_}: goto = {step.goto}, and there is no such screen; add it.")
            if step.when is not None and step.when not in registry.guards:
                raise BundleError(f"Screen {id_}: when = {step.when}, and there is no such guard; add it.")
        for action in (screen.do, *(option.do for option in screen.options)):
            if action is not None and action not in registry.actions:
                raise BundleError(f"Screen {id_}: do = {action}, and there is no such action; add it.")
        if screen.each is not None and screen.each not in registry.lists:
            raise BundleError(f"Screen {id_}: each = {screen.each}, and there is no such list; add it.")
        _check_route_ends(id_, screens, ())


def _check_route_ends(id_: str, screens: Mapping[str, Screen], seen: tuple[str, ...]) -> None:
    if id_ in seen or len(seen) == 10:
        raise BundleError(f"Screen {id_}: its routes never reach a screen to show; let one lead elsewhere.")
    for route in screens[id_].routes:
        if route.goto in screens:
            _check_route_ends(route.goto, screens, (*seen, id_))


def check_words(screens: Mapping[str, Screen], english: Mapping[str, str]) -> None:
    needed = [(word, "every screen") for word in WORDS]
    needed += [(word, f"screen {s.id}") for s in screens.values() if s.input for word in ERROR_WORDS[s.input]]
    for word, needer in needed:
        if not english.get(f"word.{word}"):
            raise BundleError(f"words.toml: it lacks {word}, which {needer} may need; add it.")


def check_placeholders(language: str, texts: Mapping[str, str], registry: Registry) -> None:
    for context, text in texts.items():
        if context.startswith("screen.") and not context.endswith((".item", ".empty")):
            for name in PLACEHOLDER.findall(text):
                if name not in registry.placeholders and name not in BUILT_IN:
                    raise BundleError(f"{context} in {language}: nothing fills {{{name}}}; correct its name.")
    for word in ("nav.more", "nav.back", "nav.changed"):
        if not fits(texts[f"word.{word}"] + "x" * 30, LOWEST_LIMIT):
            raise BundleError(f"word.{word} in {language}: it leaves no room on a page; shorten it.")
