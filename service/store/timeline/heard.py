"""What she answered and did, as kinds without words; and the spells in which nothing was heard of her."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from scheduler.answers import REACHED
from service.store.open_questions import CHECK_IN
from service.store.silences import NUDGE
from service.store.timeline.line import Line, Telling, refs
from service.store.timeline.words import ANSWERS, DETAILS, TOLD_ELSEWHERE, spaced

COMPLETED: Final = "EnrolmentCompleted"
NEXT_DATE: Final = "A new date of hers was noted"
"""Her details are completed once; each later time it is a date that was entered."""

OFFICE: Final = "office"
"""Who opened a record on the command line."""

NO_SIGN_OF_LIFE: Final = frozenset(
    {"MotherImported", "QuestionDisplaced", "Erased", "WrongPersonReported", "SessionResumed"}
)
LEFT: Final = frozenset({"sent", "delivered", "unknown"})
NOT_YET_SILENCE: Final = timedelta(hours=24)
"""An answer within this time of the question is none worth a line (the nudge goes after it)."""


def answers(rows: Sequence[Any], telling: Telling) -> list[Line]:
    """A line for each event that no other row tells better; who opened her record among them."""
    lines, completed = [], False
    for row in rows:
        if row["kind"] not in TOLD_ELSEWHERE:
            lines.append(_answer(row, telling, again=completed))
        completed = completed or row["kind"] == COMPLETED
    return lines


def _answer(row: Any, telling: Telling, *, again: bool) -> Line:
    kind, data = row["kind"], row["data"] if isinstance(row["data"], dict) else {}
    staff = telling.who(row["staff_id"])
    if kind == "RecordOpened":
        who = staff or f"the {OFFICE}"
        return Line(
            row["at"], "record", "opened", "Her record was opened", who=who, refs=refs(event=row["id"])
        )
    given = [
        f"{name.replace('_', ' ')} {_said(data[name])}" for name in DETAILS if data.get(name) is not None
    ]
    return Line(
        at=row["at"],
        kind="answer",
        state=kind,
        what=(NEXT_DATE if again and kind == COMPLETED else ANSWERS.get(kind, spaced(kind)))
        + (f" ({', '.join(given)})" if given else ""),
        who=staff or (None if kind in ("Erased", "MotherImported", "QuestionDisplaced") else "mother"),
        refs=refs(event=row["id"]),
    )


def reveals(rows: Sequence[Any], telling: Telling) -> list[Line]:
    """Who was shown her number whole; why is in the audit."""
    return [
        Line(
            min(row["at"], telling.now),
            "record",
            "number_shown",
            "Her number was shown",
            who=telling.who(row["staff_id"]) or f"the {OFFICE}",
            refs=refs(audit=row["id"]),
        )
        for row in rows
    ]


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def silences(
    texts: Sequence[Any],
    events: Sequence[Any],
    work: Sequence[Any],
    visits: Sequence[Any],
    mother: Any,
    telling: Telling,
) -> list[Line]:
    """Each spell from her first unanswered check-in to the next sign of life, and the one that is open now.

    Of the past ones only those that outlasted a day; when they ended is read from what is kept of her answers,
    of work closed by reaching her and of the visits she kept.
    """
    asks = _times(texts, mother["id"], CHECK_IN)
    nudges = _times(texts, mother["id"], NUDGE)
    heard = sorted(
        [row["at"] for row in events if row["staff_id"] is None and row["kind"] not in NO_SIGN_OF_LIFE]
        + [row["resolved_at"] for row in work if row["outcome"] == REACHED and row["resolved_at"] is not None]
        + [row["marked_at"] for row in visits if row["status"] == "kept" and row["marked_at"] is not None]
    )
    lines = [] if mother["asked_at"] is None else [_open(mother, asks, telling)]
    until = None
    for ask in asks:
        if until is not None and ask < until:
            continue
        until = next((at for at in heard if at >= ask), None)
        if until is None or (mother["asked_at"] is not None and ask >= mother["asked_at"]):
            break
        if until - ask >= NOT_YET_SILENCE:
            lines += _past(ask, until, asks, nudges)
    return lines


def _times(texts: Sequence[Any], mother_id: int, template: str) -> list[datetime]:
    return sorted(
        row["sent_at"] or row["created_at"]
        for row in texts
        if row["person_id"] == mother_id and row["template"] == template and row["state"] in LEFT
    )


def _past(
    began: datetime, ended: datetime, asks: Sequence[datetime], nudges: Sequence[datetime]
) -> list[Line]:
    asked = sum(began <= at < ended for at in asks)
    nudged = any(began <= at < ended for at in nudges)
    how = f"Asked {asked} ×" + (", nudged once." if nudged else ".")
    return [
        Line(began, "silence", "began", "Nothing was heard from her from here on", how),
        Line(ended, "silence", "ended", f"Heard from her again after {_long(ended - began)}"),
    ]


def _open(mother: Any, asks: Sequence[datetime], telling: Telling) -> Line:
    began: datetime = mother["asked_at"]
    asked = sum(at >= began for at in asks)
    nudged = ", nudged once" if mother["nudged_at"] is not None else ""
    why = f"Asked {max(asked, 1)} ×{nudged}; {_long(telling.now - began)} so far."
    return Line(began, "silence", "open", "Nothing was heard from her from here on", why)


def _long(span: timedelta) -> str:
    hours = int(span.total_seconds() // 3600)
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"
