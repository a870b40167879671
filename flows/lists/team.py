"""What the pages about groups and leave list and name: meetings, their hours, who can cover; and a quiz's score."""

from collections.abc import Mapping
from datetime import date

from flows.facts import Facts
from flows.facts.staff import CoverFact, GroupFact
from flows.registry import ListItem, ListOf, Phrase, Placeholder, Value, Word
from flows.types import SessionState

GROUP_HOURS = (8, 9, 10, 11, 13, 14, 15, 16)
"""The local hours a group may meet at: by day, so that nobody walks home in the dark (project choice)."""

QUIZ = "quiz_"
"""How the screens of the refresher begin, and the keys under which a session remembers its answers."""


def chosen_group(facts: Facts, state: SessionState) -> GroupFact | None:
    """The meeting chosen from the list; None when it is not there any more."""
    chosen = state.data.get("group")
    return next((one for one in _groups(facts) if str(one.id) == chosen), None)


def came(state: SessionState) -> tuple[int, ...]:
    """The mothers whose codes were typed so far, in that order."""
    return tuple(int(part) for part in state.data.get("group_came", "").split(",") if part)


def leave_days(state: SessionState) -> tuple[date, date] | None:
    """The first and the last day of the leave being entered."""
    first, last = state.data.get("leave_from"), state.data.get("leave_until")
    return (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None


def chosen_cover(facts: Facts, state: SessionState) -> CoverFact | None:
    """The colleague chosen to cover; None when they cannot any more."""
    chosen = state.data.get("leave_cover")
    return next((one for one in _free(facts, state) if str(one.id) == chosen), None)


def score(state: SessionState) -> int:
    """How many of the refresher's questions were answered rightly: known to this session alone."""
    return sum(value == "1" for name, value in state.data.items() if name.startswith(QUIZ))


def group_hours(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """The hours a group may meet at."""
    if facts.staff is None:
        return ()
    return tuple(ListItem(str(hour), {"time": _clock(hour)}) for hour in GROUP_HOURS)


def groups_to_record(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Her meetings whose day has come and of which nothing was said yet."""
    return tuple(_item(one) for one in _groups(facts) if one.on <= facts.now.date())


def groups_to_cancel(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Her meetings from today on."""
    return tuple(_item(one) for one in _groups(facts) if one.on >= facts.now.date())


def covers(facts: Facts, state: SessionState) -> tuple[ListItem, ...]:
    """Colleagues who can cover on every day of the leave."""
    return tuple(ListItem(str(one.id), {"colleague_name": one.name}) for one in _free(facts, state))


def _groups(facts: Facts) -> tuple[GroupFact, ...]:
    return facts.staff.groups if facts.staff else ()


def _item(one: GroupFact) -> ListItem:
    return ListItem(str(one.id), {"date": one.on, "time": _clock(one.hour)})


def _free(facts: Facts, state: SessionState) -> tuple[CoverFact, ...]:
    days = leave_days(state)
    if facts.staff is None or days is None:
        return ()
    return tuple(
        one
        for one in facts.staff.covers
        if all(last < days[0] or first > days[1] for first, last in one.away)
    )


def _clock(hour: int) -> str:
    return f"{hour:02d}:00"


def _group_day(facts: Facts, state: SessionState) -> Value:
    """The day of the meeting: her own next one, the one chosen, else the one being called."""
    if facts.mother is not None and facts.mother.meeting is not None:
        return facts.mother.meeting.on
    group = chosen_group(facts, state)
    typed = state.data.get("group_day")
    return group.on if group else date.fromisoformat(typed) if typed else ""


def _group_time(facts: Facts, state: SessionState) -> Value:
    """The hour of that meeting."""
    if facts.mother is not None and facts.mother.meeting is not None:
        return _clock(facts.mother.meeting.hour)
    group = chosen_group(facts, state)
    return _clock(group.hour) if group else ""


def _group_coming(facts: Facts, state: SessionState) -> Value:
    """How many said that they will come to the meeting chosen."""
    group = chosen_group(facts, state)
    return group.coming if group else 0


def _group_marked(facts: Facts, state: SessionState) -> Value:
    """How many codes of mothers who came were typed so far."""
    return len(came(state))


def _leave_from(facts: Facts, state: SessionState) -> Value:
    """The first day of the leave being entered, else of the one that stands."""
    typed = state.data.get("leave_from")
    if typed:
        return date.fromisoformat(typed)
    return facts.staff.leave.starts_on if facts.staff and facts.staff.leave else ""


def _leave_days(facts: Facts, state: SessionState) -> Value:
    """From its first day to its last; a single day once."""
    leave = facts.staff.leave if facts.staff else None
    days = leave_days(state) or ((leave.starts_on, leave.ends_on) if leave else None)
    if days is None:
        return ""
    return from_to(*days)


def from_to(first: date, last: date) -> Value:
    """How days that follow each other read: a single one once."""
    return first if first == last else Phrase((first, " ", Word("leave.until"), " ", last))


def _leave_cover(facts: Facts, state: SessionState) -> Value:
    """Who covers, by first name: the colleague chosen, else whoever covers the leave that stands."""
    chosen = chosen_cover(facts, state)
    if chosen is not None:
        return chosen.name
    return facts.staff.leave.cover if facts.staff and facts.staff.leave else ""


def _quiz_score(facts: Facts, state: SessionState) -> Value:
    """How many answers were right."""
    return score(state)


LISTS: Mapping[str, ListOf] = {
    "group_hours": group_hours,
    "groups_to_record": groups_to_record,
    "groups_to_cancel": groups_to_cancel,
    "covers": covers,
}

PLACEHOLDERS: Mapping[str, Placeholder] = {
    "group_day": _group_day,
    "group_time": _group_time,
    "group_coming": _group_coming,
    "group_marked": _group_marked,
    "leave_from": _leave_from,
    "leave_days": _leave_days,
    "leave_cover": _leave_cover,
    "quiz_score": _quiz_score,
}

LONGEST: Mapping[str, Value] = {
    "group_day": date(2026, 12, 23),
    "group_time": "10:00",
    "group_coming": 120,
    "group_marked": 120,
    "leave_from": date(2026, 12, 23),
    "leave_days": Phrase((date(2026, 12, 23), " ", Word("leave.until"), " ", date(2026, 12, 23))),
    "until": date(2026, 12, 23),
    "leave_cover": "Wanjiku-Marie",
    "colleague_name": "Wanjiku-Marie",
    "quiz_score": 5,
}
