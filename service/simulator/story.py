"""The guided story: which mother goes silent, who her mentor is, and when her next check-in is due."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

BEFORE: Final = timedelta(hours=1)
ROLES: Final = ("mother", "mentor", "supervisor", "nurse")
RISKS: Final = {"red": 0, "amber": 1, "green": 2}
ICONS: Final = {"red": "▲", "amber": "◆", "green": "●"}
LANGUAGES: Final = {"en": "English", "sw": "Kiswahili", "fr": "Français", "pt": "Português"}


@dataclass(frozen=True, slots=True)
class Story:
    """Places in the list of people, and the hour before her check-in (None when it is now, or none is planned)."""

    mother: int
    mentor: int
    hour_before: datetime | None


def candidates(people: Sequence[Mapping[str, Any]]) -> list[str]:
    """The numbers of red mothers with a phone and a mentor with one, those who will say nothing first."""
    found = [
        one
        for one in people
        if one["role"] == "mother" and one["risk"] == "red" and one["msisdn"] and one["mentor"]
    ]
    shared = _shared(people)
    found = [one for one in found if one["msisdn"] not in shared] or found
    silent = [one for one in found if one["behaviour"] == "silent"]
    return [one["msisdn"] for one in silent or found]


def choose(people: Sequence[Mapping[str, Any]], check_ins: Mapping[str, datetime], now: datetime) -> Story:
    """Whoever of the candidates is asked next, at least an hour from now; without any, the first of each role."""
    coming = sorted((at, number) for number, at in check_ins.items() if at - BEFORE >= now)
    number = coming[0][1] if coming else next(iter(candidates(people)), None)
    mother = _place(people, "mother", number)
    mentor = _place(people, "mentor", people[mother]["mentor"] if people else None)
    hour_before = coming[0][0] - BEFORE if coming else None
    return Story(mother, mentor, hour_before if hour_before != now else None)


def groups(people: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[tuple[int, Mapping[str, Any]]]]]:
    """People with a phone as a list offers them: red silent mothers first, then the others, then staff."""
    having = [(place, one) for place, one in enumerate(people) if one["msisdn"]]
    mothers = sorted(
        (pair for pair in having if pair[1]["role"] == "mother"),
        key=lambda pair: (
            RISKS.get(pair[1]["risk"] or "green", 3),
            pair[1]["behaviour"] != "silent",
            pair[0],
        ),
    )
    silent = [pair for pair in mothers if pair[1]["behaviour"] == "silent" and pair[1]["risk"] == "red"]
    others = [pair for pair in mothers if pair not in silent]
    made = [("Red mothers who say nothing", silent), ("Other mothers", others)]
    for role, label in (("mentor", "Mentor mothers"), ("supervisor", "Supervisors"), ("nurse", "Nurses")):
        made.append((label, [pair for pair in having if pair[1]["role"] == role]))
    return [(label, pairs) for label, pairs in made if pairs]


def label(one: Mapping[str, Any]) -> str:
    """One line of the list: the number, and what tells this person from the next."""
    parts = [str(one["msisdn"])]
    if one["role"] == "mother":
        parts += [
            f"{ICONS.get(one['risk'], '')} {one['risk']}".strip() if one["risk"] else "",
            one["behaviour"] or "",
        ]
    else:
        parts += [one["facility"] or ""]
    return " · ".join(part.replace("_", " ") for part in parts if part)


def facts(one: Mapping[str, Any]) -> list[str]:
    """What a visitor must know to play this person: the PIN above all."""
    said = [
        f"{one['role'].capitalize()}"
        + (f" · case {one['code']}" if one["role"] == "mother" and one["code"] else "")
    ]
    said.append(f"PIN {one['pin']}" if one["pin"] else "no PIN yet")
    said.append(LANGUAGES.get(one["language"], one["language"] or ""))
    said.append((one["stage"] or "").replace("_", " "))
    return [part for part in said if part]


def _place(people: Sequence[Mapping[str, Any]], role: str, number: str | None) -> int:
    for wanted in (number, None):
        for place, one in enumerate(people):
            if one["role"] == role and one["msisdn"] and (wanted is None or one["msisdn"] == wanted):
                return place
    return next((place for place, one in enumerate(people) if one["msisdn"]), 0)


def _shared(people: Sequence[Mapping[str, Any]]) -> set[str]:
    """Numbers that more than one person uses: their story would not be one person's."""
    counts = Counter(one["msisdn"] for one in people)
    return {number for number, count in counts.items() if number and count > 1}
