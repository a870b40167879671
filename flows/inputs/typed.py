"""What was typed, as plain digits, and how it is refused: what every kind of input begins with."""

import re
import unicodedata

LONGEST_TYPED = 80
"""No handset sends more in one answer (Safaricom 80, Airtel 90 characters); more is never valid."""

DIGITS = re.compile(r"[0-9]+")


class InputError(Exception):
    """What was typed cannot be used; ``key`` names the word that says what to press instead."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def normalise(raw: str) -> str:
    """Return what was typed without space around it, with any script's digits as ASCII digits."""
    text = raw.strip()[:LONGEST_TYPED]
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def digits_of(text: str, shortest: int, longest: int, key: str) -> str:
    if not DIGITS.fullmatch(text) or not shortest <= len(text) <= longest:
        raise InputError(key)
    return text
