"""The list of texts: one row a wording in the language chosen, with its state, filtered and searched. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.bundle import SOURCE, Bundle
from flows.keywords import normalise
from service.content.changes import Met
from service.dashboard.messages import words
from service.dashboard.messages.looks import Look, contexts_of, is_draft, look_of, names_of_all, staleness
from service.store.shown.messages import Shown


@dataclass(frozen=True, slots=True)
class Row:
    """One wording of a text in one language."""

    name: str
    wording: str
    context: str
    area: str
    message_class: str
    language: str
    look: Look
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is filtered by; "" is all."""

    language: str
    message_class: str = ""
    state: str = ""
    search: str = ""

    @property
    def kept(self) -> Mapping[str, str]:
        """The filters as they stand in an address; what was searched for never does."""
        found = {"language": self.language, "class": self.message_class, "state": self.state}
        return {name: value for name, value in found.items() if value}


def rows(bundle: Bundle, wanted: Wanted, live: Sequence[Shown], met: Mapping[int, Met]) -> list[Row]:
    """The texts that are wanted, by area and name. ``live`` are the changes that are open or in force."""
    marks = marks_of(live, met)
    found = []
    for name in names_of_all(bundle):
        template = bundle.templates.get(name)
        message_class = template.message_class if template is not None else ""
        if wanted.message_class and message_class != wanted.message_class:
            continue
        for wording, context in contexts_of(bundle, name):
            states = states_of(bundle, context, wanted.language, marks)
            if wanted.state and wanted.state not in states:
                continue
            if wanted.search and not _holds(bundle, name, context, wanted):
                continue
            look = look_of(bundle, context, wanted.language)
            area = words.area_of(bundle, name)
            found.append(Row(name, wording, context, area, message_class, wanted.language, look, states))
    order = {key: place for place, (key, _) in enumerate(words.AREAS)}
    return sorted(found, key=lambda row: order[row.area])


def marks_of(live: Iterable[Shown], met: Mapping[int, Met]) -> Mapping[tuple[str, str], str]:
    """What a change says of its text, by language and msgctxt; the last word stands."""
    marks: dict[tuple[str, str], str] = {}
    for one in live:
        key = (one.change.language, one.change.context)
        if one.state == "published":
            became = met.get(one.change.id, "laid")
            marks[key] = "overtaken" if became == "overtaken" else "changed" if became == "laid" else ""
        else:
            marks[key] = "waiting" if one.state == "proposed" else "approved"
    return marks


def states_of(
    bundle: Bundle, context: str, language: str, marks: Mapping[tuple[str, str], str]
) -> tuple[str, ...]:
    """Everything to be known of a text in one language, the gravest first; ``ok`` where there is nothing."""
    found = {staleness(bundle, context, language), marks.get((language, context), "")}
    if language != SOURCE and is_draft(bundle, language):
        found.add("draft")
    return tuple(state for state in words.STATES if state in found) or ("ok",)


def _holds(bundle: Bundle, name: str, context: str, wanted: Wanted) -> bool:
    said = f"{name} {bundle.text(context, wanted.language)} {bundle.text(context, SOURCE)}"
    return normalise(wanted.search) in normalise(said)
