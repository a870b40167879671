"""The words of the inbox: what a text may have meant, the answers that are safe, and what became of each."""

from collections.abc import Mapping
from typing import Final

from flows.intents import Intent, Interpretation

REPLIES: Final[Mapping[str, str]] = {
    "thanks": "Thank you",
    "received": "A person reads this; if it is urgent, go to the hospital",
    "who_we_are": "Who we are, and how to stop",
}
"""Texts of the content that tell nobody anything, by template: safe for whoever reads her phone."""

MEANINGS: Final[Mapping[str, tuple[str, Interpretation]]] = {
    "call": ("Call me: she is promised a call", Interpretation(Intent.CALL)),
    "fine": ("I am fine", Interpretation(Intent.FINE)),
    "help": ("Help", Interpretation(Intent.HELP)),
    "danger": (
        "Danger: she is told to go now, and people are alerted",
        Interpretation(Intent.DANGER, danger=True),
    ),
    "harm": ("Somebody harms her, or she herself", Interpretation(Intent.HARM, harm=True)),
    "stop": ("STOP: no more texts to this number", Interpretation(Intent.STOP)),
    "start": ("Begin again: she is asked first", Interpretation(Intent.START)),
    "wrong_person": ("You have the wrong person", Interpretation(Intent.WRONG_PERSON)),
}
"""What a text without a question may have meant; a digit is read against the question that was open."""

OUTCOMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "answered": ("green", "✔", "Answered"),
    "called": ("green", "☎", "A call was opened"),
    "understood": ("green", "✔", "Understood"),
    "nothing": ("calm", "–", "Nothing to do"),
    "expired": ("amber", "⌛", "Not read within 30 days"),
}

DONE: Final[Mapping[str, str]] = {
    "answered": "Sent, in her language and as she chose to be written to.",
    "called": "A call is open: whoever looks after her is told.",
    "understood": "Done, as if it had been understood at once.",
    "nothing": "Put aside.",
    "taught": "Proposed. Somebody else approves it, and it counts once it is published.",
}

WRITTEN_NOTHING: Final = "Nothing was sent: "
HELD: Final[Mapping[str, str]] = {
    "quiet": "somebody worries about her safety, and no text may reach her phone. Speak with her in person.",
    "stopped": "she has stopped our texts.",
    "wrong_number": "this number is not hers.",
    "moved": "she is looked after elsewhere.",
    "transferred": "she is looked after elsewhere.",
    "dead": "she has died.",
    "erased": "she asked to be forgotten.",
}
"""Why nobody on a number is written to, by the hold."""
OPTED_OUT: Final = "this number has stopped our texts after all."
DISTRUSTED: Final = "the number may have changed hands. Speak with her in person first."
SETTLED: Final = "It is settled already: see below what became of it."
CANNOT: Final = "Nothing follows from that here: choose another meaning, or open a call."
