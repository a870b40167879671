"""Where in a catalogue each entry stands, and which entries stand in it twice."""

import re
from collections.abc import Mapping

_PART = re.compile(r'(msgctxt|msgid|msgstr)\s+"(.*)"\s*')


class PoLines:
    """The lines of one catalogue by msgctxt: of its flag, of the English it translates and of the translation."""

    def __init__(self, text: str) -> None:
        self.entries: dict[str, Mapping[str, int]] = {}
        self.twice: dict[str, int] = {}
        parts: dict[str, int] = {}
        context = ""
        for number, line in enumerate([*text.splitlines(), ""], 1):
            if line.startswith("#,") and "fuzzy" in line:
                parts["fuzzy"] = number
            elif found := _PART.fullmatch(line):
                if found[1] == "msgctxt":
                    context = found[2]
                parts[found[1]] = number
            elif not line.strip():
                self._keep(context, parts)
                context, parts = "", {}

    def _keep(self, context: str, parts: Mapping[str, int]) -> None:
        if context in self.entries:
            self.twice.setdefault(context, parts["msgctxt"])
        elif context:
            self.entries[context] = parts

    def line(self, context: str, part: str) -> int:
        """Return the line of one part of an entry: without one, of its flag if it has one, else of its translation."""
        parts = self.entries[context]
        return parts.get(part) or parts.get("fuzzy") or parts.get("msgstr") or parts["msgctxt"]
