"""What the pages of mentors say: how long things took, why mothers are handed over, and what was done."""

from datetime import timedelta
from typing import Final

HANDOVERS: Final = {
    "proposed": "Her mentor proposes it",
    "asked": "She asked for another mentor",
    "leaving": "Her mentor leaves: all of hers",
}

ASKS: Final = {
    "mentor_asks_talk": "Would like you to call: nobody else reads this",
    "case_help": "Needs help with a case: call them",
}

WATCHED: Final = {
    "enrolment": "Watched one enrolment",
    "called": "Called three mothers again",
    "debrief": "Talked it over",
}
"""What belongs to a supervision visit."""

SUPERVISE_EVERY: Final = timedelta(days=28)
"""How often a mentor is visited by her supervisor (project choice)."""

FEW: Final = 5
"""Fewer answers than this are not shown: somebody could guess whose they are."""

SAVED: Final = {
    "lost": "The phone is locked: it opens nothing any more, and what they had taken goes to others now.",
    "terms": "Saved.",
    "terms-same": "Nothing changed: it was so already.",
    "leave": "Saved. Who covers is told of new work as the leave begins.",
    "back": "Saved. New work comes to them again.",
    "shared": "Their mothers are shared out, and their phone opens nothing more.",
    "approved": "Approved. The new mentor is told, and introduces herself by voice.",
    "declined": "Declined. All stays as it was.",
    "confirmed": "Confirmed, in your name.",
    "visited": "The supervision visit is noted.",
    "added": "Added. Sit beside them now and give them a set-up code.",
}

REFUSED: Final = {
    "not-saved": "It was not saved: only a supervisor of this clinic may say so, and perhaps somebody else just did.",
    "nobody-else": "It was not saved: nobody else at this clinic can be reached to take their mothers.",
}
NO_CODE: Final = "No set-up code could be given: only a supervisor of this clinic may, and not to themselves."
NO_LEAVE: Final = (
    "It was not saved: whoever covers must work at this clinic, be reached by phone, and not be away then."
)
GAP: Final = (
    "It was not saved: with them away nobody could take some of the work; choose other days, or add somebody."
)


def took(gone: timedelta | None) -> str:
    """How long, as a person says it: `40 min`, `5 h`, `2 days`; a dash for never."""
    if gone is None:
        return "–"
    minutes = int(gone.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
