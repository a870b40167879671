"""The menus as one drawing: each screen in the column of how many answers it is from home, lines between them."""

from collections.abc import Iterator, Mapping
from html import escape

from flows.bundle import Bundle
from flows.lint.reachable import STARTS
from flows.types import Screen

WIDE, HIGH, GAP_X, GAP_Y, EDGE = 168, 26, 84, 12, 16


def targets(screen: Screen) -> tuple[str, ...]:
    """The screens one answer away, in the order of the answers, each once."""
    ways = [*(o.goto for o in screen.options), *(r.goto for r in screen.routes), screen.goto]
    return tuple(dict.fromkeys(way for way in ways if way is not None))


def levels(bundle: Bundle) -> dict[str, int]:
    """Return each screen's fewest answers from home, in the order a reader comes to them; the engine's own are 0."""
    found, ahead = {"home": 0}, ["home"]
    for id_ in ahead:  # grows as it is read: nearest first
        for to in targets(bundle.screens[id_]):
            if to not in found:
                found[to] = found[id_] + 1
                ahead.append(to)
    for id_ in (*STARTS, *sorted(bundle.screens)):
        if id_ in bundle.screens:
            found.setdefault(id_, 0)
    return found


def svg(bundle: Bundle) -> str:
    """Return the drawing; every box links to its screen further down the page."""
    places = _places(bundle)
    width = max(x for x, _ in places.values()) + WIDE + EDGE
    height = max(y for _, y in places.values()) + HIGH + EDGE
    lines = "".join(_lines(bundle, places))
    boxes = "".join(_box(bundle.screens[id_], x, y) for id_, (x, y) in places.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" aria-labelledby="graph-title graph-text">'
        f'<title id="graph-title">All screens and where their answers lead</title>'
        f'<desc id="graph-text">Home is on the left. Each column is one answer further. '
        f"The same links stand as text under each screen below.</desc>"
        f"{lines}{boxes}</svg>"
    )


def _places(bundle: Bundle) -> dict[str, tuple[int, int]]:
    columns: dict[int, list[str]] = {}
    for id_, level in levels(bundle).items():
        columns.setdefault(level, []).append(id_)
    return {
        id_: (EDGE + level * (WIDE + GAP_X), EDGE + row * (HIGH + GAP_Y))
        for level, ids in columns.items()
        for row, id_ in enumerate(ids)
    }


def _lines(bundle: Bundle, places: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    for id_, (x, y) in places.items():
        for to in targets(bundle.screens[id_]):
            to_x, to_y = places[to]
            onward = to_x > x
            start, end = (x + WIDE, to_x) if onward else (x, to_x + WIDE)
            bend = GAP_X // 2 if onward else -GAP_X // 2
            middle, aim = y + HIGH // 2, to_y + HIGH // 2
            kind = "" if onward else ' class="back"'
            yield (
                f'<path{kind} d="M{start} {middle} C{start + bend} {middle} {end - bend} {aim} {end} {aim}"/>'
            )


def _box(screen: Screen, x: int, y: int) -> str:
    behind = "" if screen.access == "anyone" else " (PIN)"
    name = escape(f"{screen.id}{behind}")
    return (
        f'<a href="#screen-{screen.id}"><rect class="{screen.kind} {screen.access}" x="{x}" y="{y}" '
        f'width="{WIDE}" height="{HIGH}" rx="5"/>'
        f'<text x="{x + 8}" y="{y + 17}">{name}</text></a>'
    )
