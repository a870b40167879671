"""Each screen as a phone shows it, in every language, with its length; and where its answers lead."""

from collections.abc import Iterator
from dataclasses import replace
from html import escape

from flows.bundle import Bundle
from flows.lint.model.chances import Chances, registry_of
from flows.lint.model.look import size_of
from flows.lint.model.people import MENTOR, MOTHER, SUPERVISOR, facts_of
from flows.picture.graph import levels
from flows.picture.marks import language_mark
from flows.types import Access, Screen, SessionState
from flows.walk import Walk

_SEEN_BY: dict[Access, int | None] = {
    "anyone": None,
    "mother": MOTHER,
    "staff": MENTOR,
    "supervisor": SUPERVISOR,
}
_SAID: dict[Access, str] = {
    "anyone": "Anybody may read this.",
    "mother": "Behind a mother's PIN.",
    "staff": "Behind a mentor's or supervisor's PIN.",
    "supervisor": "Behind a supervisor's PIN.",
}
MOST_PAGES = 9


def pages(bundle: Bundle, screen: Screen, language: str) -> tuple[str, ...]:
    """Return the pages of a screen with the longest data and every option shown; of a list the first."""
    known = replace(bundle, registry=registry_of(bundle, Chances()))
    who = _SEEN_BY[screen.access]
    state = SessionState(screen.id, language, who=who)
    found: list[str] = []
    while len(found) < MOST_PAGES:
        result = Walk(known, facts_of(who, language), state).show()
        found.append(result.reply.text)
        shown = result.state.shown.values() if result.state is not None else ()
        following = next((int(id_[1:]) for id_ in shown if id_.startswith(">")), None)
        if following is None or screen.kind == "list":
            break
        state = replace(state, page=following)
    return tuple(found)


def screens(bundle: Bundle) -> str:
    """Return a section for each screen, in the order a reader comes to them from home."""
    return "\n".join(_section(bundle, bundle.screens[id_]) for id_ in levels(bundle))


def _section(bundle: Bundle, screen: Screen) -> str:
    said = "Chooses the way by itself; nobody reads it." if screen.kind == "route" else _SAID[screen.access]
    phones = "" if screen.kind == "route" else "".join(_phones(bundle, screen))
    ways = "".join(f"<li>{way}</li>" for way in _ways(bundle, screen))
    return (
        f'<section class="screen" id="screen-{screen.id}"><h3>{escape(screen.id)}</h3><p>{said}</p>'
        f'<div class="phones">{phones}</div>{f"<ul>{ways}</ul>" if ways else ""}</section>'
    )


def _phones(bundle: Bundle, screen: Screen) -> Iterator[str]:
    for language, name in bundle.languages.items():
        drawn = pages(bundle, screen, language)
        for number, text in enumerate(drawn, start=1):
            size = size_of(screen.id, text, bundle.limit)
            of = f", page {number} of {len(drawn)}" if len(drawn) > 1 else ""
            of = ", the first page of a long list" if screen.kind == "list" else of
            yield (
                f'<figure><pre class="phone" lang="{escape(language)}">{escape(text)}</pre>'
                f"<figcaption>{escape(name)}{language_mark(bundle, language)}{of}: "
                f"{size.length} of {size.limit}</figcaption></figure>"
            )


def _ways(bundle: Bundle, screen: Screen) -> Iterator[str]:
    for option in screen.options:
        text = "not shown" if option.hidden else escape(bundle.text(f"screen.{screen.id}.{option.id}", "en"))
        yield f"<b>{option.key}</b> {text}{_when(option.when)}: {_link(option.goto)}"
    for route in screen.routes:
        yield f"{_when(route.when).strip() or 'else'}: {_link(route.goto)}"
    if screen.input is not None and screen.goto is not None:
        yield f"typed ({escape(screen.input)}): {_link(screen.goto)}"
    elif screen.goto is not None:
        yield f"a line of the list: {_link(screen.goto)}"
    if screen.kind not in ("route", "end"):
        yield "<b>0</b> back, <b>00</b> home"


def _when(guard: str | None) -> str:
    return f" <i>(when {escape(guard.replace('_', ' '))})</i>" if guard else ""


def _link(id_: str) -> str:
    return f'<a href="#screen-{id_}">{escape(id_)}</a>'
