"""What staff are texted of a batch of follow-ups: one alert about one mother, one list about several, danger always alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flows.bundle import Bundle
from flows.gsm7 import segments
from flows.messages import render_sms
from flows.registry import Phrase, Value, Word
from scheduler.answered_reports import NUMBER_PROBLEM, TO_CONFIRM
from scheduler.durations import exact
from scheduler.localtime import local
from scheduler.types import DueFollowUp
from service.store.follow_ups import CALLS
from service.store.messages import NewMessage
from service.store.roster import Contact

UNMARKED: Final = "attendance_unknown"
"""Who came on a day that was not closed: asked about once a day, wherever it stands on the worklist."""

LISTS: Final = frozenset({"alerts", "alerts_untaken", "alerts_unmarked"})
"""Texts about several mothers: no follow-up owns one, so that closing one keeps none of the others from being told."""

IN_PERSON: Final = frozenset({"nurse_today", "baby_nurse_today"})
"""Urgent work of which nothing is said by phone."""


@dataclass(frozen=True, slots=True)
class Told:
    """One person told of one follow-up. ``row`` is its row as claimed; ``ask`` what this rung asks, None: to look after her."""

    item: DueFollowUp
    row: Any
    contact: Contact
    code: int
    ask: str | None = None

    @property
    def cause(self) -> str:
        """Why she is told: while a report waits to be confirmed, that it does, whatever it began as.

        Where the number is the problem, the wrong number is known, and her right one is still wanted. A
        danger reported again is told as the danger it is.
        """
        item = self.item
        to_confirm = item.hold_by_code is not None and item.cause != NUMBER_PROBLEM
        told_as_danger = self.row["urgent"] and item.state != "acknowledged"
        return TO_CONFIRM if to_confirm and not told_as_danger else item.cause

    @property
    def taken(self) -> bool:
        """Whether she has it already, and is only asked how it went. A visit not kept and a new day's work are news."""
        item = self.item
        mine = item.state == "acknowledged" and item.owner_id == self.contact.person_id
        return mine and item.expect_by is None and item.hold_by_code is None and self.ask is None

    @property
    def untaken(self) -> bool:
        """Whether a supervisor hears of it because nobody else took it."""
        return self.contact.role == "supervisor" and bool(self.item.told)


def texts(
    told: Sequence[tuple[int, Told]], bundle: Bundle, now: datetime, marked_today: frozenset[int]
) -> list[NewMessage]:
    """The texts for what is told, (staff id, telling) with the gravest first.

    ``marked_today`` are the staff ids already texted today that somebody's attendance is unknown: more of
    those stand on their worklist only.
    """
    made: list[NewMessage] = []
    gentle: dict[int, dict[tuple[int | None, int | None], list[Told]]] = {}
    for who, one in told:
        if one.row["urgent"] or one.contact.person_id is None:
            made.append(_alone([one], bundle, now))
        else:
            subject = one.item.mother_id, None if one.item.mother_id is not None else one.row["phone_id"]
            gentle.setdefault(who, {}).setdefault(subject, []).append(one)
    for who, subjects in gentle.items():
        cases = list(subjects.values())
        if who in marked_today:
            cases = [case for case in cases if any(one.cause != UNMARKED for one in case)]
        if len(cases) == 1:
            made.append(_alone(cases[0], bundle, now))
        elif cases:
            made.append(_listed(cases, bundle, now))
    return made


def _alone(case: Sequence[Told], bundle: Bundle, now: datetime) -> NewMessage:
    """The text about one mother: the gravest cause, and how many more there are."""
    one = case[0]
    template = _template(one)
    more = _more(case)
    word = Word(f"cause.{one.cause}")
    cause: Value = Phrase((word, more)) if more else word
    if one.taken and template == "alert":
        template = "alert_how"
    params: dict[str, Value] = {"code": str(one.code), "cause": cause}
    if one.ask is not None and template == "alert":
        template = "alert_ask"
        params["ask"] = Word(f"ask.{one.ask}")
    hour = _hour(one, now)
    if template == "alert" and hour:
        template = "alert_call"
        params = {"code": str(one.code), "time": hour + more}
    return _message(template, params, one, bundle, now, about=one.item)


def _listed(cases: Sequence[Sequence[Told]], bundle: Bundle, now: datetime) -> NewMessage:
    """The text about several mothers: as many as fit, the gravest first, and how many more there are."""
    first = cases[0][0]
    template = "alerts_untaken" if all(case[0].untaken for case in cases) else "alerts"
    if all(case[0].taken for case in cases):
        template = "alerts_how"
    if all(one.cause == UNMARKED for case in cases for one in case):
        return _message("alerts_unmarked", {"count": len(cases)}, first, bundle, now)
    language, most = first.contact.language, bundle.template(template).segments
    for shown in range(len(cases), 0, -1):
        params: dict[str, Value] = {
            "count": len(cases),
            "code": str(first.code),
            "cases": _cases(cases[:shown], len(cases) - shown, now, mixed=template != "alerts_how"),
        }
        if shown == 1 or segments(_read(bundle, template, language, params)) <= most:
            return _message(template, params, first, bundle, now)
    raise ValueError("a list of cases names at least one")


def _cases(shown: Sequence[Sequence[Told]], left: int, now: datetime, *, mixed: bool) -> Phrase:
    """Of one that is hers already, ``mixed`` with others, it is asked how it went.

    Parted by semicolons: a cause may hold a comma ("do not call"), which must not be read with the next code."""
    parts: list[str | Word] = []
    for case in shown:
        one = case[0]
        parts.append(f"{'; ' if parts else ''}{one.code} ")
        if mixed and one.taken:
            parts.append(Word("ask.how"))
            continue
        parts.append(Word(f"ask.{one.ask}" if one.ask is not None else f"cause.{one.cause}"))
        hour = _hour(one, now)
        tail = (f" {hour}" if hour else "") + _more(case)
        if tail:
            parts.append(tail)
    if left:
        parts.append(f"; +{left}")
    return Phrase(tuple(parts))


def _more(case: Sequence[Told]) -> str:
    """How many more causes there are; one that is told of twice over counts once."""
    others = len({one.cause for one in case}) - 1
    return f" +{others}" if others else ""


def _hour(one: Told, now: datetime) -> str:
    """The hour at which she would like to be called, where it is still to come."""
    wanted = one.item.wanted_at
    if one.cause not in CALLS or wanted is None or wanted <= now:
        return ""
    return f"{local(wanted, one.row['time_zone']):%H:%M}"


def _template(one: Told) -> str:
    if one.contact.person_id is None:
        return "alert_facility_line"
    if one.row["urgent"] and one.item.cause in IN_PERSON:
        return "alert_in_person"
    if one.row["urgent"] and one.taken and not one.row["quiet"]:
        return "alert_reached"
    if one.row["urgent"]:
        return "alert_quiet" if one.row["quiet"] and one.item.cause == "safety" else "alert_urgent"
    return "alert_supervisor" if one.untaken and one.ask is None else "alert"


def _read(bundle: Bundle, template: str, language: str, params: Mapping[str, Value]) -> str:
    return render_sms(
        bundle, template, language, wording="covert", signature="none", params=params, tip_index=0
    )


def _message(
    template: str,
    params: Mapping[str, Value],
    one: Told,
    bundle: Bundle,
    now: datetime,
    about: DueFollowUp | None = None,
) -> NewMessage:
    content = bundle.template(template)
    return NewMessage(
        person_id=one.contact.person_id,
        phone_id=one.contact.phone_id,
        template=template,
        message_class=content.message_class,
        language=one.contact.language,
        not_before=now,
        valid_until=now + exact(content.valid_for),
        params=params,
        mother_id=None if about is None else about.mother_id,
        follow_up_id=None if about is None else about.id,
    )
