"""The words of the pages about texts: areas, classes, states, and what became of a change."""

from collections.abc import Mapping
from typing import Final

from flows.bundle import Bundle
from service.store.shown.messages import By

AREAS: Final = (
    ("mother-B", "Check-ins"),
    ("mother-C", "Dates and groups"),
    ("mother-D", "Answers to mothers"),
    ("anyone", "Answers to anybody"),
    ("staff-A", "Alerts to staff"),
    ("staff", "Answers and notices to staff"),
    ("tips", "Tips"),
)
CLASSES: Final[Mapping[str, str]] = {
    "A": "A, alert: tried again until it arrives",
    "B": "B, cue: sent once, never late",
    "C": "C, date: waits for its delivery report",
    "D": "D, answer: to what somebody just sent",
    "E": "E, confirmation of a stop",
}
WHO: Final[Mapping[str, str]] = {
    "mother": "A mother",
    "staff": "Mentors and supervisors",
    "anyone": "Whoever wrote, known or not",
}
STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "missing": ("red", "✗", "Missing: English is read"),
    "stale": ("amber", "⟳", "The English changed"),
    "waiting": ("amber", "✎", "A change waits"),
    "approved": ("calm", "✔", "A change is approved"),
    "overtaken": ("red", "⚠", "Overtaken: look again"),
    "changed": ("calm", "✎", "Changed in the browser"),
    "draft": ("amber", "◌", "Draft: nobody signed"),
    "ok": ("green", "●", "In order"),
}
"""Colour, shape and word of each state of a text in one language, the gravest first."""

CHANGE_STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "proposed": ("amber", "✎", "Waits for a second person"),
    "approved": ("calm", "✔", "Approved, not published yet"),
    "rejected": ("red", "✗", "Rejected"),
    "published": ("green", "●", "Published"),
    "withdrawn": ("amber", "↩", "Taken back"),
    "overtaken": ("red", "⚠", "Overtaken: look again"),
}
MET: Final[Mapping[str, str]] = {
    "settled": "The files say the same by now.",
    "overtaken": "The files say something else than this was made from, so it is not used. Look at the text as it is now: "
    "propose the change again, or let it go.",
    "followed": "A later change of the same text stands for it.",
}
DONE: Final[Mapping[str, str]] = {
    "proposed": "Saved. Somebody else has to approve it before it can be published.",
    "approved": "Approved. It goes out with the next publication.",
    "rejected": "Rejected. What is sent stays as it is.",
    "withdrawn": "Taken back.",
    "let-go": "Let go. What the files say is sent.",
    "published": "Published. Texts made from now on read like this; sessions under way end in the version they began in.",
    "rolled-back": "Back at the version before. What had come with the one taken back can be proposed again.",
}
INTENTS: Final[Mapping[str, str]] = {
    "stop": "Stop all texts",
    "start": "Begin again",
    "yes": "Yes",
    "no": "No",
    "call": "Call me",
    "help": "Help",
    "fine": "I am fine",
    "wrong_person": "You have the wrong person",
    "danger": "Danger: go now, and alert",
    "harm": "Somebody harms me, or I myself",
}


def area_of(bundle: Bundle, name: str) -> str:
    """The key in AREAS of a text by its name."""
    if name not in bundle.templates:
        return "tips"
    template = bundle.templates[name]
    keys = {key for key, _ in AREAS}
    own = f"{template.to}-{template.message_class}"
    return own if own in keys else template.to if template.to in keys else "mother-D"


def who_of(by: By | None, own_id: int) -> str:
    """A colleague as a page names them: by role and number, since addresses stay with the administrator."""
    if by is None:
        return "the command line"
    if by.id == own_id:
        return "you"
    role = {"me": "M&E officer", "editor": "content editor"}.get(by.role, by.role)
    return f"{role} no. {by.id}"


def title_of(context: str) -> str:
    """A change's text or word in a few words."""
    kind, _, rest = context.partition(".")
    if kind == "keyword":
        return f"A word that means: {INTENTS.get(rest, rest)}"
    if kind == "tip":
        return f"Tip {rest}"
    name, _, wording = rest.partition(".")
    return f"{name}, {'discreet' if wording == 'covert' else 'open'}"
