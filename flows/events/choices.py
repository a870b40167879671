"""What a mother chooses or asks for: when to be called, how her texts read, a pause, erasure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from flows.events.root import Event

Mood = Literal["good", "so_so", "low"]


@dataclass(frozen=True, slots=True)
class CallTimeChosen(Event):
    """When she would like the call she asked for: at once, or today at a local hour (0-23)."""

    mother_id: int | None
    hour: int | None


@dataclass(frozen=True, slots=True)
class AnotherMentorAsked(Event):
    """She would like somebody else to call; no reason is asked. Her own mentor is not told by it."""

    mother_id: int | None


@dataclass(frozen=True, slots=True)
class MoodReported(Event):
    """How she feels, in her own word: offered only on a day somebody trained answers."""

    mother_id: int
    mood: Mood


@dataclass(frozen=True, slots=True)
class MeetingConfirmed(Event):
    """She will come to the group's meeting; ``meeting_id`` None is the one her number was last asked about."""

    mother_id: int | None
    meeting_id: int | None


@dataclass(frozen=True, slots=True)
class MeetingDeclined(Event):
    """She cannot come to the group's meeting."""

    mother_id: int
    meeting_id: int


@dataclass(frozen=True, slots=True)
class SignatureChosen(Event):
    """How her texts are signed from now on; ``none`` means no texts."""

    mother_id: int
    signature: Literal["tips", "group", "none"]


@dataclass(frozen=True, slots=True)
class WordingChosen(Event):
    """Covert or open texts. Open holds only where the phone is hers alone."""

    mother_id: int
    wording: Literal["covert", "open"]


@dataclass(frozen=True, slots=True)
class PhoneUseChosen(Event):
    """Who uses this phone; a shared one is texted covertly whatever was chosen before."""

    mother_id: int
    phone_use: Literal["hers", "shared"]


@dataclass(frozen=True, slots=True)
class BabyWordsChosen(Event):
    """Whether her texts may speak of a baby."""

    mother_id: int
    allowed: bool


@dataclass(frozen=True, slots=True)
class OtherTextsChosen(Event):
    """Which texts she wants besides the question how she is: about days she is expected, and invitations."""

    mother_id: int
    dates: bool
    invitations: bool


@dataclass(frozen=True, slots=True)
class PinChanged(Event):
    """A new PIN of her own, given after the old one; hashed outside and never stored as typed."""

    person_id: int
    pin: str

    def __repr__(self) -> str:
        return f"PinChanged(person_id={self.person_id})"


@dataclass(frozen=True, slots=True)
class TextsPaused(Event):
    """No texts until this local date; a person who is owed something still comes to her."""

    mother_id: int
    until: date


@dataclass(frozen=True, slots=True)
class TextsResumed(Event):
    """The pause she chose is over because she says so."""

    mother_id: int


@dataclass(frozen=True, slots=True)
class ErasureAsked(Event):
    """Erase what is held about her, after seven days in which she may change her mind."""

    mother_id: int


@dataclass(frozen=True, slots=True)
class ErasureWithdrawn(Event):
    """She changed her mind within the seven days."""

    mother_id: int
