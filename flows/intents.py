"""What an inbound SMS can mean."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Intent(StrEnum):
    """What an inbound SMS means, before anybody acts on it."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    DANGER = "danger"
    HARM = "harm"
    ANSWER = "answer"
    CASE = "case"
    CALL = "call"
    FINE = "fine"
    WRONG_PERSON = "wrong_person"
    ROBOT = "robot"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Interpretation:
    """An inbound SMS understood: the intent, and for ANSWER the digit, for CASE the code and digit.

    ``others`` are further codes and digits of one text. ``harm`` and ``danger`` say that such words stand
    in it, also beside STOP: neither hides the other. ``word`` is set where an ANSWER was a word, not a digit.
    """

    intent: Intent
    digit: str | None = None
    code: str | None = None
    harm: bool = False
    danger: bool = False
    others: tuple[tuple[str, str], ...] = ()
    word: Literal["yes", "no"] | None = None
