"""The words of the appointment pages: none says what a visit is for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from service.apply.appointments import Why

BANDS: Final = (("1-7", "1 to 7 days"), ("8-28", "8 to 28 days"), ("29", "More than 28 days"))

TRIES: Final[Mapping[str, str]] = MappingProxyType(
    {"reached_coming": "reached, coming", "reached_problem": "reached, problem", "not_reached": "not reached"}
)

SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "came": "Saved: she came.",
        "missed": "Saved: she did not come. Her mentor follows up as planned.",
        "moved": "Saved: the new day stands.",
        "marked": "Saved.",
        "closed": "Saved: the day is closed.",
        "agreed": "Saved: she is expected on that day.",
    }
)

WHY_NOT: Final[Mapping[Why, str]] = MappingProxyType(
    {
        "to_come": "That day is still to come: nobody has missed it yet.",
        "clinic_closed": "The clinic was closed on that day, so nobody has missed it.",
        "over": "That visit was taken back: there is nothing to mark.",
        "not_ahead": "Choose a day after today and within a year.",
        "closed_day": "Her clinic is closed on that day: choose another one.",
        "expected": "She is expected on that day already.",
    }
)

NOT_THEIRS: Final = "It was not saved: only somebody of her clinic may write about her."
PAST: Final = "Choose the day she came: today or before, within three months."
WHICH: Final = "Tick at least one visit first."
WHAT: Final = "Choose what happened with one of the buttons."
NOT_YET: Final = "That day is still to come: it can be closed on the day itself."
LONG_AGO: Final = (
    "Days more than a week ago can no longer be closed: mark each visit by itself, as the register has it."
)
NO_SUCH_NUMBER: Final = "This clinic knows nobody by that client number: look at the form again."
