"""How often she is asked, and in what tone: steady answers earn her rest, and silence never brings more texts.

After months of steady answers she is offered a slower rhythm, in the place of one check-in. After silence the tone
changes, then the channel: a shorter text that asks for less, then none, and a person who asks her how she would
like to be reached. A red mother on a slower rhythm is asked every week while she is red; what she chose stays and
counts again as soon as she no longer is. All numbers are project choices, kept as content.
"""

from datetime import date, datetime
from typing import Final

from scheduler.types import Asked, Decision, Fatigue, OpenFollowUp, Rhythm, Skip

OFFER: Final = "slower_offer"
GENTLE: Final = "checkin_gentle"
"""The texts that may stand in the place of a check-in."""

CHANNEL: Final = "channel"
SILENT: Final = "silent"
"""What a person is asked once the check-ins rest, by her risk."""

WEEKS_OF: Final[dict[Rhythm, int]] = {"fortnightly": 2, "monthly": 4}
"""Weeks from one check-in to the next in the slower rhythms; a month is four weeks, so that her weekday stays."""


def between(asked: Asked, day: date) -> bool:
    """Whether this day's check-in falls in a week that her slower rhythm leaves out."""
    weeks = WEEKS_OF.get(asked.rhythm) if asked.rhythm is not None else None
    if weeks is None or asked.anchor_on is None:
        return False
    return (day - asked.anchor_on).days // 7 % weeks != 0


def spared(asked: Asked, day: date) -> Skip | None:
    """The week between two check-ins of a slower rhythm is left out, unless she is red."""
    return Skip("slower_rhythm") if between(asked, day) and asked.risk != "red" else None


def resting(asked: Asked, fatigue: Fatigue | None) -> Decision | None:
    """After long silence nothing is asked by text. Whom nobody looks after yet gets a person, once a silence."""
    if fatigue is None or asked.unanswered < fatigue.rest_after:
        return None
    if asked.silence_told or (asked.risk == "green" and asked.channel_told):
        return Skip("silent_resting")
    return OpenFollowUp(CHANNEL if asked.risk == "green" else SILENT)


def worded(template: str, asked: Asked, fatigue: Fatigue | None, now: datetime) -> str:
    """Which text goes: the check-in, a gentler one after silence, or the offer of a slower rhythm in its place."""
    if fatigue is None:
        return template
    if asked.unanswered >= fatigue.gentle_after:
        return GENTLE
    return OFFER if offered(asked, fatigue, now) else template


def may_be_offered(asked: Asked, fatigue: Fatigue, now: datetime) -> bool:
    """Whether an offer is worth a look at her answers: asked weekly, the last one answered, and not asked lately."""
    return (
        asked.rhythm == "weekly"
        and asked.unanswered == 0
        and asked.settled_at is not None
        and now - asked.settled_at >= fatigue.offer_after
    )


def offered(asked: Asked, fatigue: Fatigue, now: datetime) -> bool:
    """Whether she is offered a slower rhythm now: months of steady answers, and nothing red about her."""
    return (
        may_be_offered(asked, fatigue, now)
        and asked.risk != "red"
        and asked.asks >= fatigue.offer_asks
        and asked.answers * 100 >= asked.asks * fatigue.offer_answered
    )


def nudged(unanswered: int, fatigue: Fatigue | None) -> bool:
    """Whether a silence may still be nudged: not once its texts have become gentle, or have ceased."""
    return fatigue is None or unanswered < fatigue.gentle_after
