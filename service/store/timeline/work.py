"""Work of people for her: each follow-up from its opening to its end, who was told and what they answered, and what is next."""

from collections.abc import Iterator, Sequence
from typing import Any

from scheduler.escalate import NOBODY
from service.store.timeline.line import Line, Telling, refs
from service.store.timeline.rulebook import Rulebook
from service.store.timeline.words import STEPS, day, spaced


def follow_ups(rows: Sequence[Any], log: Sequence[Any], telling: Telling, book: Rulebook) -> list[Line]:
    """Opened, told, answered, alarmed, closed; of an open one the next action."""
    lines: list[Line] = []
    for row in rows:
        lines.append(_opened(row, telling, book))
        lines += _steps([entry for entry in log if entry["follow_up_id"] == row["id"]], row, telling)
        lines += _ending(row, telling)
    return lines


def _opened(row: Any, telling: Telling, book: Rulebook) -> Line:
    urgent = ", urgent" if row["urgent"] else ""
    return Line(
        at=row["opened_at"],
        kind="follow_up",
        state="open",
        what=f"{_name(row, telling)} opened ({row['risk']}{urgent})",
        rule=book.policy(row["country"], row["cause"]),
        refs=refs(follow_up=row["id"], visit=row["visit_id"]),
    )


def _name(row: Any, telling: Telling) -> str:
    return f'Follow-up "{telling.cause(row["cause"])}"'


def _steps(entries: Sequence[Any], row: Any, telling: Telling) -> Iterator[Line]:
    """What was done in turn. Whoever said that she comes and then when said one thing, in two answers."""
    before = None
    for entry in entries:
        said = entry["what"], entry["staff_id"]
        named_the_day = said == before and entry["what"] == "reached_coming"
        what = "Said when she comes" if named_the_day else STEPS.get(entry["what"], spaced(entry["what"]))
        yield _step(entry, what, _name(row, telling), telling)
        before = said


def _step(entry: Any, what: str, name: str, telling: Telling) -> Line:
    who = telling.who(entry["staff_id"])
    told = f" {who or 'somebody'}" if entry["what"] == "told" else ""
    return Line(
        at=entry["at"],
        kind="follow_up",
        state=entry["what"],
        what=f"{name}: {what[0].lower()}{what[1:]}{told}",
        who=who,
        refs=refs(follow_up=entry["follow_up_id"], log=entry["id"]),
    )


def _ending(row: Any, telling: Telling) -> list[Line]:
    ids, name = refs(follow_up=row["id"]), _name(row, telling)
    lines = []
    if row["alarm_at"] is not None:
        lines.append(
            Line(
                row["alarm_at"],
                "follow_up",
                "alarm",
                f"{name}: an alarm was raised",
                _alarm(row),
                row["alarm_reason"],
                refs=ids,
            )
        )
    if row["resolved_at"] is not None:
        outcome = row["outcome"]
        how = STEPS.get(outcome, spaced(outcome)) if outcome else "Done"
        lines.append(
            Line(
                row["resolved_at"],
                "follow_up",
                "resolved",
                f"{name} closed",
                f"{how}.{_came_back(row)}",
                outcome,
                refs=ids,
            )
        )
    elif row["next_at"] is not None:
        at = max(row["next_at"], telling.now)
        who = telling.who(row["owner_id"])
        held = f" ({who} has it)" if who else ""
        lines.append(
            Line(at, "follow_up", "next", f"{name}: {_next(row)}{held}", _waits(row), who=who, refs=ids)
        )
    return lines


def _alarm(row: Any) -> str:
    return "Nobody could be reached." if row["alarm_reason"] == NOBODY else "Nobody answered."


def _next(row: Any) -> str:
    if row["state"] == "open":
        return "somebody will be told"
    if row["state"] == "acknowledged":
        return "comes back unless it is closed by then"
    if row["alarm_at"] is not None:
        return "the alarm stands until somebody answers"
    return "the next person will be told unless somebody answers"


def _waits(row: Any) -> str:
    parts = []
    if row["expect_by"] is not None:
        parts.append(f"She is expected by {day(row['expect_by'])}.")
    if row["hold_by_code"] is not None:
        parts.append("Her texts are held until a report is confirmed.")
    if row["wanted_at"] is not None:
        parts.append("She named an hour for the call she asked for.")
    return " ".join(parts) + (_came_back(row) if parts else _came_back(row).strip())


def _came_back(row: Any) -> str:
    """How often it rested and came back, where that is known: at its end, or now."""
    times = row["reopened"]
    return f" It came back {'once' if times == 1 else f'{times} times'}." if times else ""
