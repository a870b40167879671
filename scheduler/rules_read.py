"""Reading one plain table key by key, so that every mistake in content is named with its place and its remedy."""

from collections.abc import ItemsView, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from scheduler.durations import age, exact
from scheduler.types import Age

Word = TypeVar("Word", bound=str)
_MISSING: Any = object()


class RulesError(ValueError):
    """A country's rules cannot be used: ``where`` names file and table, ``what`` the mistake, ``remedy`` the way out."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}; {remedy}")
        self.where = where
        self.what = what
        self.remedy = remedy


class Table:
    """One TOML table. It remembers which keys were read, so that ``done`` can name those that mean nothing."""

    def __init__(self, where: str, content: object) -> None:
        if not isinstance(content, Mapping):
            raise RulesError(where, "is not a table", "write it as a TOML table")
        self._where = where
        self._content = content
        self._read: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def items(self) -> ItemsView[str, Any]:
        """Every key with its value, all counted as read."""
        self._read.update(self._content)
        return self._content.items()

    def error(self, key: str, remedy: str) -> RulesError:
        """The error for this key: missing or unusable."""
        what = f"{key} cannot be used" if key in self._content else f"{key} is missing"
        return RulesError(self._where, what, remedy)

    def done(self, allow: Sequence[str] = ()) -> None:
        """Raise for a key that nothing reads: most likely it is misspelt."""
        for key in self._content:
            if key not in self._read and key not in allow:
                raise RulesError(
                    self._where, f"{key} means nothing here", "correct its spelling or remove it"
                )

    def table(self, key: str, where: str | None = None) -> "Table":
        return Table(where or f"{self._where} {key}", self._get(key, {}))

    def rows(self, key: str) -> list["Table"]:
        rows = self._get(key, ())
        if not isinstance(rows, list | tuple) or not rows:
            raise self.error(key, f"add at least one [[{key}]]")
        return [Table(f"{self._where} {key} {number}", row) for number, row in enumerate(rows, 1)]

    def text(self, key: str, default: str = _MISSING) -> str:
        value = self._get(key, default)
        if not isinstance(value, str) or (default is _MISSING and not value.strip()):
            raise self.error(key, f'write {key} = "…"')
        return value

    def texts(self, key: str) -> list[str]:
        value = self._get(key)
        if not isinstance(value, list | tuple) or not value or not all(isinstance(v, str) for v in value):
            raise self.error(key, f'write {key} = ["…"]')
        return list(value)

    def word(self, key: str, words: tuple[Word, ...], default: Word = _MISSING) -> Word:
        value = self._get(key, default)
        for word in words:
            if word == value:
                return word
        raise self.error(key, f"write one of {', '.join(words)}")

    def words(
        self, key: str, words: tuple[Word, ...], default: tuple[Word, ...] = _MISSING
    ) -> tuple[Word, ...]:
        value = self._get(key, default)
        value = (value,) if isinstance(value, str) else value
        known = {word: word for word in words}
        if not isinstance(value, list | tuple) or not all(v in known for v in value):
            raise self.error(key, f"write a list of {', '.join(words)}")
        return tuple(known[v] for v in value)

    def number(self, key: str, low: int, high: int) -> int:
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(key, f"write a whole number from {low} to {high}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"write {key} = true or {key} = false")
        return value

    def draft(self) -> bool:
        """Whether these rules are unreviewed: they are until somebody is named who reviewed them."""
        draft = self.flag("draft", True)
        if not draft and not self._get("reviewed_by", ""):
            raise self.error("reviewed_by", "name the clinician who reviewed this, or leave it draft = true")
        return draft

    def day(self, key: str) -> date | None:
        value = self._get(key, None)
        if isinstance(value, str) and value:
            try:
                value = date.fromisoformat(value)
            except ValueError:
                raise self.error(key, "write a date such as 2026-11-30") from None
        if value == "" or value is None:
            return None
        if not isinstance(value, date):
            raise self.error(key, "write a date such as 2026-11-30")
        return value

    def zone(self, key: str) -> str:
        name = self.text(key)
        try:
            ZoneInfo(name)
        except (KeyError, ValueError):
            raise self.error(key, 'write an IANA time zone such as "Africa/Nairobi"') from None
        return name

    def clock(self, key: str) -> time:
        value = self._get(key)
        found = value if isinstance(value, time) else _clock(value)
        if found is None:
            raise self.error(key, 'write a local time such as "10:00"')
        return found

    def clocks(self, key: str) -> tuple[time, ...]:
        """Local times in order."""
        values = self._get(key)
        found = [_clock(value) for value in values] if isinstance(values, list | tuple) else []
        times = [one for one in found if one is not None]
        if not times or len(times) != len(found):
            raise self.error(key, 'write local times such as ["10:00", "14:00"]')
        return tuple(sorted(times))

    def hour(self, key: str) -> time | None:
        """A local time, or None for ``her_hour``."""
        if self._get(key) == "her_hour":
            return None
        return self.clock(key)

    def until(self, key: str) -> timedelta | time | Literal["midnight"]:
        value = self._get(key)
        if value == "midnight":
            return "midnight"
        found = value if isinstance(value, time) else _clock(value)
        return found if found is not None else self.duration(key)

    def duration(self, key: str) -> timedelta:
        try:
            return exact(self.text(key))
        except ValueError:
            raise self.error(key, "write a duration such as PT90M, PT24H or P3D") from None

    def age(self, key: str) -> Age:
        try:
            return age(self.text(key))
        except ValueError:
            raise self.error(key, "write an age such as P6W or P9M") from None

    def _get(self, key: str, default: Any = _MISSING) -> Any:
        self._read.add(key)
        if key in self._content:
            return self._content[key]
        if default is _MISSING:
            raise self.error(key, "add it")
        return default


def _clock(value: object) -> time | None:
    if not isinstance(value, str) or len(value) != 5:
        return None
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None
