"""What somebody typed into a form, read or refused in one sentence that says what to type instead."""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from datetime import date, time
from typing import Final

from service.dashboard.frame.forms import Form

WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class MistakeError(ValueError):
    """What was typed cannot be; the message is one sentence that says what to type, and names nobody."""


def word(form: Form, name: str, called: str, *, longest: int = 80) -> str:
    """A field that must hold something. Raises MistakeError."""
    said = " ".join(form.get(name).split())
    if not said:
        raise MistakeError(f"Type {called}.")
    if len(said) > longest:
        raise MistakeError(f"Type {called} in at most {longest} letters.")
    return said


def one_of(form: Form, name: str, known: Container[str], called: str) -> str:
    """A field whose values are known. Raises MistakeError."""
    said = form.get(name)
    if said not in known:
        raise MistakeError(f"Choose {called}.")
    return said


def day(form: Form, name: str, called: str) -> date:
    """A day, as browsers send it. Raises MistakeError."""
    try:
        return date.fromisoformat(form.get(name))
    except ValueError:
        raise MistakeError(f"Choose {called}, such as 2026-12-24.") from None


def clock(form: Form, name: str, called: str) -> time:
    """A time of day. Raises MistakeError."""
    try:
        return time.fromisoformat(form.get(name)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise MistakeError(f"Type {called} like 08:00.") from None


def number(form: Form, name: str, called: str, least: int, most: int) -> int:
    """A whole number within bounds. Raises MistakeError."""
    said = form.get(name)
    if not (said.isascii() and said.isdigit() and len(said) < 7 and least <= int(said) <= most):
        raise MistakeError(f"Type {called} as a number from {least} to {most}.")
    return int(said)


def some_of(form: Form, name: str, known: Container[str]) -> tuple[str, ...]:
    """Those ticked that are known, in the order they came."""
    return tuple(one for one in form.all(name) if one in known)


def one_word(form: Form, name: str, called: str, *, longest: int = 30) -> str:
    """One word, or nothing. Raises MistakeError."""
    said = form.get(name)
    if len(said.split()) > 1 or len(said) > longest:
        raise MistakeError(f"Type {called} as one word of at most {longest} letters, or leave it empty.")
    return said


def weekdays(form: Form, name: str) -> str:
    """The ticked weekdays as digits, Monday 0, in order; "" for none. Raises MistakeError for what is no weekday."""
    ticked = sorted(set(form.all(name)))
    if not set(ticked) <= set("0123456"):
        raise MistakeError("Tick weekdays from Monday to Sunday.")
    return "".join(ticked)


def chosen(form: Form, name: str, ids: Container[int], called: str) -> int:
    """The id of one row among those that may be chosen. Raises MistakeError."""
    found = form.ids(name)
    if len(found) != 1 or found[0] not in ids:
        raise MistakeError(f"Choose {called}.")
    return found[0]


def names_of(days: str) -> str:
    """Weekdays as people read them: `Monday to Friday`, `Monday, Wednesday`."""
    numbers = [int(one) for one in days]
    if len(numbers) == 7:
        return "every day"
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{WEEK[numbers[0]]} to {WEEK[numbers[-1]]}"
    return ", ".join(WEEK[one] for one in numbers)


def joined(parts: Sequence[str]) -> str:
    """A list as it is said: `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def kept(form: Form | None = None) -> Mapping[str, str]:
    """What was typed, to stand in the fields again beside the sentence that says what is wrong; else "" for all."""
    values = {} if form is None else form.values
    return defaultdict(str, {name: said[0] for name, said in values.items() if name != "form_token"})
