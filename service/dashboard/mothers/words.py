"""Words of the mothers' pages: where one stands, how her number is, what was found of each kind of line."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from scheduler.localtime import add_months, local
from scheduler.risk import AFTER_BIRTH, BEFORE_BIRTH, NEW_ON_TREATMENT_MONTHS, RiskFacts
from service.dashboard.frame.times import day_word

STATES: Final[Mapping[str, tuple[str, str, str]]] = {
    "in_care": ("green", "●", "In care"),
    "mentor_only": ("calm", "○", "Not set up"),
    "held": ("amber", "‖", "Texts held"),
    "paused": ("amber", "‖", "Paused by her"),
    "stopped": ("amber", "‖", "Stopped texts"),
    "number": ("amber", "‖", "Wrong number"),
    "leaving": ("amber", "‖", "Asked to be forgotten"),
    "moved": ("calm", "→", "Moved"),
    "transferred": ("calm", "→", "Transferred"),
    "died": ("calm", "–", "Died"),
    "forgotten": ("calm", "–", "Forgotten"),
}
"""Kind, shape and word of each state."""

FILTERS: Final = (
    ("", "Everybody looked after"),
    ("in_care", "In care"),
    ("mentor_only", "Not set up"),
    ("held", "Paused, stopped, held"),
    ("moved", "Moved or transferred"),
    ("died", "Died"),
    ("forgotten", "Forgotten"),
)
APART: Final = ("apart", "Kept out of lists")
RISKS: Final = (("", "Any risk"), ("red", "Red"), ("amber", "Amber"), ("green", "Green"))

BABY_FOR: Final = timedelta(days=365)

KINDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "": ("Everything", ()),
    "texts": ("Texts", ("message",)),
    "contacts": ("What was planned", ("contact", "enrolment")),
    "said": ("What she said, and what was noted", ("answer", "silence", "consent")),
    "visits": ("Visits", ("visit",)),
    "work": ("Follow-ups", ("follow_up",)),
    "life": ("Changes and corrections", ("life_event",)),
    "holds": ("Holds", ("hold",)),
    "looked": ("Who looked", ("record",)),
}
"""What the timeline can be narrowed to: the word shown, and the kinds of line it holds."""

AHEAD: Final = "ahead"

LOOKS: Final[Mapping[str, tuple[str, str]]] = {
    "message": ("✉", "Text"),
    "contact": ("◷", "Planned"),
    "enrolment": ("◷", "Planned"),
    "answer": ("“", "Said or noted"),
    "silence": ("…", "Silence"),
    "consent": ("✓", "Agreement"),
    "visit": ("⌂", "Visit"),
    "follow_up": ("⚑", "Follow-up"),
    "life_event": ("✱", "Change"),
    "hold": ("‖", "Hold"),
    "record": ("◉", "Looked at"),
}
"""A shape and a word for each kind of line."""

PHONES: Final = {"hers": "hers alone", "shared": "shared with others", "none": "she has no phone"}
SIGNATURES: Final = {"tips": "Mothers' tips", "group": "the women's group", "none": "no texts"}
RHYTHMS: Final = {
    "daily": "every day",
    "weekly": "every week",
    "fortnightly": "every two weeks",
    "monthly": "every month",
    "off": "not asked",
}
PREGNANCIES: Final = {"ongoing": "Ongoing", "born": "Born", "lost": "Ended"}

NOT_SAVED: Final = "It was not saved: it does not fit what is known by now, or it is not yours to write. Look at her page again."
NUMBER_TAKEN: Final = (
    "Another mother of this clinic has this client number: find her under Mothers and compare their papers."
)
SENT_BEFORE: Final = "This form was saved before. Nothing was saved twice."


DONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pregnant": "Saved. Her dates are counted from that day.",
        "birth": "Saved. The baby's dates are counted from that day.",
        "loss": "Saved. Every text about a baby has stopped. We are sorry.",
        "baby_died": "Saved. Every text about this baby has stopped. We are sorry.",
        "weaned": "Saved. The last date is counted from that day.",
        "moved": "Saved. Somebody arranges it with her; until then nothing changes.",
        "taken_over": "Saved. Nothing more is sent to her.",
        "stays": "Saved. Everything stays as it is.",
        "died": "Saved. Nothing more is sent. We are sorry.",
        "not_died": "Taken back. It goes on as before; nothing missed is sent.",
        "undo": "Taken back. It goes on as before; nothing missed is sent.",
        "visit": "Saved. What has not been sent follows the right day.",
        "due_date": "Saved. What has not been sent follows the right day.",
        "birth_date": "Saved. What has not been sent follows the right day.",
        "supply": "Saved. What has not been sent follows the right day.",
        "start": "Saved. What has not been sent follows the right day.",
        "next_date": "Saved. She is expected on that day.",
        "complete": "Saved. Her enrolment is complete.",
        "care": "Saved. From today on her dates are those.",
        "came": "Saved. She was seen.",
        "call": "Saved.",
        "test": "Saved. Its result is waited for.",
        "result": "Saved. It is waited for no more.",
        "nurse": "Saved. The nurse is told.",
        "outcome": "Saved. The book is closed.",
        "arrived": "Saved. Nobody needs to find out any more.",
        "home_visit": "Saved. The visit is planned.",
        "safety": "Saved. People are told within the hour, and nothing goes to her phone.",
        "mentor": "Saved. Her new mentor introduces herself by voice.",
        "area": "Saved.",
        "client_number": "Saved. Lists and registers know her by it.",
        "consent": "Saved. It holds at once.",
        "signature": "Saved. What waits is signed so, too.",
        "wording": "Saved. Covert holds at once, open from the next text on.",
        "baby_words": "Saved.",
        "use": "Saved. On a shared phone every text is covert.",
        "other_texts": "Saved.",
        "rhythm": "Saved. What was planned otherwise is planned anew.",
        "resume": "Saved. Texts come again.",
        "pause": "Saved. People still come to her, and texts begin again by themselves.",
        "language": "Saved. The next text is in that language.",
        "number_left": "Saved. Nothing more goes to it; set the new one up with her.",
    }
)
"""What her page says after each, by the word in the address."""


def stage(edd: date | None, youngest: date | None, today: date) -> str:
    """Where she stands, in a word that says nothing of her care."""
    if edd is not None:
        return "Expecting"
    if youngest is None:
        return "Mother"
    return "With a baby" if today - youngest < BABY_FOR else "With a child"


def day_of(at: datetime, time_zone: str) -> str:
    """The local day of an instant of which only the day counts."""
    return day_word(local(at, time_zone).date(), year=True)


def read_day(iso: str) -> str:
    """A day as the database wrote it into JSON, as people read it."""
    return day_word(date.fromisoformat(iso), year=True)


def age(born_on: date, today: date) -> str:
    """How old a child is: weeks, then months, then years."""
    days = (today - born_on).days
    if days < 84:
        return f"{days // 7} weeks"
    months = (today.year - born_on.year) * 12 + today.month - born_on.month - (today.day < born_on.day)
    return f"{months} months" if months < 24 else f"{months // 12} years"


def why_risk(facts: RiskFacts, today: date) -> list[str]:
    """Why she is red or amber, in words that say what to look at; the rule itself is ``scheduler.risk``."""
    why = []
    if facts.unsuppressed:
        why.append("staff look again soon")
    if facts.result_waiting:
        why.append("a result is waited for")
    if facts.under_20:
        why.append("under 20")
    if facts.art_started_on is not None and today < add_months(facts.art_started_on, NEW_ON_TREATMENT_MONTHS):
        why.append("new in care")
    if facts.run_out_on is not None and facts.run_out_on <= today:
        why.append("what she has at home has ended")
    edd, birth = facts.edd, facts.last_birth_on
    if edd is not None and edd - BEFORE_BIRTH <= today < edd + AFTER_BIRTH:
        why.append("around the birth")
    elif birth is not None and birth <= today < birth + AFTER_BIRTH:
        why.append("shortly after the birth")
    if not why and edd is not None:
        why.append("expecting")
    elif not why and facts.infant_born_on is not None:
        why.append("with a young baby")
    return why
