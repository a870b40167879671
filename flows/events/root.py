"""The common root of everything that can happen in a conversation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: plain data in the past tense."""
