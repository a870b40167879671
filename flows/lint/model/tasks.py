"""How many screens each task takes: the shortest and the longest way to it, measured on the walked menus."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flows.bundle import Bundle
from flows.lint.finding import Problem
from flows.lint.model.people import ROLES
from flows.lint.model.walking import Key, Model, Move
from flows.lint.model.ways import ONWARD
from flows.walk import OWN

MOST_SCREENS = 3
"""Nobody should need more: a session lasts two or three minutes, and each screen loses somebody."""

DEEPEST = 15
"""No way longer than this is followed; a task as deep as that is reported all the same."""

WHO = ("anyone", *ROLES.values())
_SETTINGS = {"name", "who", "do", "screen", "screens", "why", "again"}

Place = tuple[str, int]
Step = tuple[Place | None, str | None, tuple[str, ...]]
"""One answer: the page it leads to or the screen the call ends on, and the actions that ran."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing people come for. ``screens`` is the declared exception, None where three are enough."""

    id: str
    name: str
    who: str
    do: tuple[str, ...]
    screen: str | None
    screens: int | None
    why: str
    again: str | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far away a task is: screens to answer on the shortest and on the longest way, and that way."""

    task: Task
    shortest: int
    longest: int
    way: tuple[str, ...]


def tasks_of(bundle: Bundle) -> tuple[Task, ...]:
    """Return the tasks content declares, as far as they can be read: ``check`` says what is wrong with others."""
    table: Mapping[str, Any] = bundle.tables.get("tasks", {})
    return tuple(_task(id_, entry) for id_, entry in table.items() if _fault(bundle, entry) is None)


def reaches(model: Model) -> tuple[Reach, ...]:
    """Return each task somebody can do, with its shortest and longest way over all languages."""
    maps = _Maps(model)
    return tuple(found for task in tasks_of(model.bundle) if (found := _reach(maps, task)) is not None)


def declared(bundle: Bundle) -> Iterator[Problem]:
    """Name what is wrong with an entry of tasks.toml before any walking: its settings, and the names it names."""
    for id_, entry in bundle.tables.get("tasks", {}).items():
        fault = _fault(bundle, entry)
        if fault is not None:
            yield _problem(id_, *fault)


def check(model: Model) -> Iterator[Problem]:
    """Name tasks that are too far away, that nobody can do, or whose declared exception is not what is true."""
    maps = _Maps(model)
    for id_, entry in model.bundle.tables.get("tasks", {}).items():
        if _fault(model.bundle, entry) is not None:
            continue
        task = _task(id_, entry)
        for one in task.do or (None,):
            if _measure(maps, task, one) is None:
                what = f"{one} never happens" if one else f"{task.screen} is never read"
                yield _problem(
                    id_,
                    f"For {task.who}, {what}.",
                    "Let the menus lead there, or correct it here.",
                    "do" if one else "screen",
                )
        found = _reach(maps, task)
        if found is not None:
            yield from _depth(found)
        if task.again is not None and not _leads_to_itself(model, task.again):
            yield _problem(id_, f"{task.again} never comes again.", "Take again out.", "again")


def _depth(found: Reach) -> Iterator[Problem]:
    task, way = found.task, " > ".join(found.way)
    if task.screens is None and found.longest > MOST_SCREENS:
        yield _problem(
            task.id,
            f"It takes {found.longest} screens ({way}), and {MOST_SCREENS} must do.",
            f"Bring it nearer, or declare screens = {found.longest} and say why.",
        )
    elif task.screens is not None and found.longest <= MOST_SCREENS:
        yield _problem(
            task.id,
            f"It takes only {found.longest} screens, and needs no exception.",
            "Take screens out.",
            "screens",
        )
    elif task.screens is not None and task.screens != found.longest:
        yield _problem(
            task.id,
            f"It takes {found.longest} screens ({way}), and screens says {task.screens}.",
            f"Bring it nearer, or set screens = {found.longest}.",
            "screens",
        )


def _fault(bundle: Bundle, entry: Any) -> tuple[str, ...] | None:
    """Say what is wrong with one entry of tasks.toml on its own, and what to do."""
    if not isinstance(entry, dict) or not set(entry) <= _SETTINGS:
        return (
            "It has a setting that no task has.",
            f"Use {', '.join(sorted(_SETTINGS))}.",
            next(iter(set(entry) - _SETTINGS), "") if isinstance(entry, dict) else "",
        )
    if not entry.get("name") or entry.get("who") not in WHO:
        return (
            "It lacks a name, or says of nobody who does it.",
            f"Set name, and who to one of {', '.join(WHO)}.",
            "who" if entry.get("name") else "name",
        )
    if ("do" in entry) == ("screen" in entry):
        return "It does not say what does it.", "Set do to an action, or screen to what is read."
    for action in _list(entry.get("do")):
        if action not in bundle.registry.actions:
            return f"There is no action {action}.", "Correct its name.", "do"
    for screen in (*_list(entry.get("screen")), *_list(entry.get("again"))):
        if screen not in bundle.screens:
            return (
                f"There is no screen {screen}.",
                "Correct its name.",
                "again" if screen == entry.get("again") else "screen",
            )
    if ("screens" in entry or "again" in entry) and not entry.get("why"):
        return (
            "It takes more than it should, and does not say why.",
            "Add why, in a sentence.",
            "screens" if "screens" in entry else "again",
        )
    if "screens" in entry and type(entry["screens"]) is not int:
        return "Its screens is no number.", "Write how many it takes, like screens = 4.", "screens"
    return None


def _list(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,) if value else ()


def _task(id_: str, entry: Mapping[str, Any]) -> Task:
    return Task(
        id=id_,
        name=entry["name"],
        who=entry["who"],
        do=_list(entry.get("do")),
        screen=entry.get("screen"),
        screens=entry.get("screens"),
        why=entry.get("why", ""),
        again=entry.get("again"),
    )


# --- ways through the menus -----------------------------------------------------------------------------


def _reach(maps: "_Maps", task: Task) -> Reach | None:
    measured = [found for one in task.do or (None,) if (found := _measure(maps, task, one)) is not None]
    if not measured:
        return None
    longest = max((found[1] for found in measured), key=len)
    return Reach(task, min(found[0] for found in measured), len(longest), longest)


def _measure(maps: "_Maps", task: Task, action: str | None) -> tuple[int, tuple[str, ...]] | None:
    """Return the length of the shortest way and the longest way itself; None where no language has one."""
    ways = [way for language in maps.languages for way in _ways(maps, task, action, language)]
    return (min(map(len, ways)), max(ways, key=len)) if ways else None


def _ways(maps: "_Maps", task: Task, action: str | None, language: str) -> Iterator[tuple[str, ...]]:
    """Yield every way to the task that comes to no page twice, as the screens to be answered or read."""
    steps, begins = maps.of(task.who, language)

    def follow(place: Place, way: tuple[str, ...], been: frozenset[Place]) -> Iterator[tuple[str, ...]]:
        way = (*way, place[0])
        if place[0] == task.screen:
            yield way
            return
        if len(way) == DEEPEST:
            return
        for to, end, done in steps.get(place, ()):
            if action is not None and action in done:
                yield way
            elif end is not None and end == task.screen:
                yield (*way, end)
            elif to is not None and to not in been and to[0] != "home":
                yield from follow(to, way, been | {to})

    for to, end, done in begins:
        if action is not None and action in done:
            yield ()
        elif end is not None and end == task.screen:
            yield (end,)
        elif to is not None and to[0] != "home":
            yield from follow(to, (), frozenset({to}))


class _Maps:
    """The maps of one model, each drawn once."""

    def __init__(self, model: Model) -> None:
        self.languages = tuple(model.bundle.languages)
        self._model = model
        self._meant = without_slips(model)
        self._drawn: dict[tuple[str, str], tuple[Mapping[Place, list[Step]], list[Step]]] = {}

    def of(self, who: str, language: str) -> tuple[Mapping[Place, list[Step]], list[Step]]:
        """Return where each page leads for this caller in this language, and the first steps."""
        if (who, language) not in self._drawn:
            self._drawn[who, language] = _map(self._model, self._meant, who, language)
        return self._drawn[who, language]


def without_slips(model: Model) -> frozenset[Key]:
    """Return the states somebody comes to who never mistypes: a page that says what to press holds fewer lines."""
    found, ahead = set(model.starts), list(model.starts)
    while ahead:
        for move in model.moves.get(ahead.pop(), ()):
            if move.kind != "error" and move.to is not None and move.to not in found:
                found.add(move.to)
                ahead.append(move.to)
    return frozenset(found)


def _map(
    model: Model, meant: frozenset[Key], who: str, language: str
) -> tuple[Mapping[Place, list[Step]], list[Step]]:
    """Return where each page leads for one caller, and the first steps: from home, or by giving the PIN.

    The next page of a list is no step: the worst cases stand on its first page, and what is on later
    ones takes as many more screens as there are pages before it.
    """
    steps: dict[Place, dict[Step, None]] = defaultdict(dict)
    begins: dict[Step, None] = {}
    for key, moves in model.moves.items():
        if key.language != language or key not in meant:
            continue
        for move in moves:
            step: Step = ((move.to.screen, move.to.page) if move.to else None, move.end, move.done)
            is_step = _is_step(model.bundle, key, move)
            from_home = who == "anyone" and is_step and key.screen == "home" and key.who is None
            if from_home or _begins(move, who):
                begins.setdefault(step)
            if is_step and _caller(key.who) == who:
                steps[key.screen, key.page].setdefault(step)
    return {place: list(found) for place, found in steps.items()}, list(begins)


def _caller(who: int | None) -> str:
    return "anyone" if who is None else ROLES[who]


def _begins(move: Move, who: str) -> bool:
    """Say whether this was this caller's PIN, and let her in."""
    shown = move.to.screen if move.to is not None else move.end
    return move.kind == "pin" and _caller(move.who) == who and shown not in OWN


def _is_step(bundle: Bundle, key: Key, move: Move) -> bool:
    if move.kind == "more":
        return bundle.screens[key.screen].kind != "list"
    return move.kind in ONWARD and move.kind != "pin"


def _leads_to_itself(model: Model, screen: str) -> bool:
    return any(
        move.kind in ONWARD and move.to is not None and move.to.screen == screen
        for key, moves in model.moves.items()
        if key.screen == screen
        for move in moves
    )


def _problem(id_: str, message: str, remedy: str, *setting: str) -> Problem:
    return Problem(f"tasks.toml#{id_}]", message, remedy, at=(id_, *setting))
