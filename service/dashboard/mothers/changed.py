"""Acts: what changed in her life, the same events as her mentor's "Something changed", and taking one back."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from flows.corrections import due_date_refused, known
from flows.events import (
    BirthReported,
    Event,
    FollowUpAnswered,
    InfantDeathReported,
    LifeEventUndone,
    LossReported,
    MoveReported,
    PregnancyReported,
    TransferConfirmed,
    TransferMade,
    TransferWithdrawn,
    WeanedReported,
)
from service.dashboard.frame import typed
from service.dashboard.frame.forms import Form
from service.dashboard.frame.times import day_word
from service.dashboard.frame.typed import MistakeError
from service.dashboard.mothers.act import Act, Field, Option, Scene, infant_of

ELSEWHERE: Final = "elsewhere"
OVER: Final = frozenset({"dead", "transferred", "erased"})
"""Holds under which nothing new begins."""

BABIES: Final[tuple[Option, ...]] = (("1", "One baby"), ("2", "Twins"), ("3", "Three"))

UNDO: Final = {
    "pregnancy": "She is not pregnant",
    "birth": "There was no birth that day",
    "loss": "The pregnancy goes on",
    "infant_death": "The baby lives",
    "weaned": "The baby is still breastfed",
    "moved": "She does not move",
    "transferred": "She was not taken over by another clinic",
    "tests_over": "The baby needs its dates after all",
    "death": "She lives",
}
"""What taking a report back says, by what was reported."""

DAY = Field("day", "On which day", "date")


def changed(scene: Scene) -> Iterator[Act]:
    """What may have changed, as things stand."""
    if scene.her.row["hold"] not in OVER:
        yield from _pregnancies(scene)
    if scene.her.alive:
        yield from _children(scene)
    if scene.her.row["hold"] not in OVER:
        yield from _leaving(scene)
    yield from _deaths(scene)


def _pregnancies(scene: Scene) -> Iterator[Act]:
    her, by = scene.her, scene.staff_id
    if her.edd is None:
        yield Act(
            "pregnant",
            "changed",
            "She is pregnant",
            lambda form, _: [PregnancyReported(her.id, by, _due(scene, form))],
            (Field("day", "Due on", "date"),),
            tried=True,
        )
        return
    yield Act(
        "birth",
        "changed",
        "Birth",
        lambda form, _: [
            BirthReported(
                her.id,
                by,
                scene.day(form, "birth_date", "the day of birth"),
                int(typed.one_of(form, "babies", [value for value, _ in BABIES], "how many babies")),
            )
        ],
        (Field("day", "Born on", "date"), Field("babies", "How many", "choice", BABIES)),
        tried=True,
    )
    yield Act(
        "loss",
        "changed",
        "The pregnancy has ended without a baby",
        lambda form, _: [LossReported(her.id, by)],
        note="Every text about a baby stops at once; her own care goes on, and a person is asked to see to her.",
        grave=True,
        tried=True,
    )


def _due(scene: Scene, form: Form) -> date:
    day = scene.day(form, "due_date", "the day the baby is due")
    why = due_date_refused(day, known(scene.her.dates, None, scene.today))
    if why is not None:
        raise MistakeError(scene.word(why))
    return day


def _children(scene: Scene) -> Iterator[Act]:
    her, by, children = scene.her, scene.staff_id, scene.children()
    yield Act(
        "baby_died",
        "changed",
        "A baby is not with us any more",
        lambda form, _: [InfantDeathReported(her.id, infant_of(form, children, "which child") or 0, by)],
        (Field("whose", "Which child", "choice", children),),
        note="Every text about this baby stops at once; a twin's dates and her own stay, and a person is asked to see to her.",
        grave=True,
        tried=True,
    )
    nursed = tuple(
        one for one in children if one[0] in {str(child.id) for child in her.alive if not child.weaned}
    )
    if nursed:
        yield Act(
            "weaned",
            "changed",
            "Breastfeeding ended",
            lambda form, _: [_weaned(scene, form, nursed)],
            (Field("whose", "Which child", "choice", nursed), Field("day", "Ended on", "date")),
            tried=True,
        )


def _weaned(scene: Scene, form: Form, nursed: tuple[Option, ...]) -> WeanedReported:
    infant_id = infant_of(form, nursed, "which child") or 0
    day = scene.day(form, "record_day", "the day it ended")
    born_on = next(one.born_on for one in scene.her.alive if one.id == infant_id)
    if day < born_on:
        raise MistakeError("That is before the birth: choose the day breastfeeding ended.")
    return WeanedReported(scene.her.id, infant_id, scene.staff_id, day)


def _leaving(scene: Scene) -> Iterator[Act]:
    her, by = scene.her, scene.staff_id
    if her.open_about("moving") is None and her.open_about("transfer_unanswered") is None:
        yield Act(
            "moved",
            "changed",
            "She is moving",
            lambda form, _: [MoveReported(her.id, by)],
        )
    places = (
        *((str(id_), name) for id_, name in scene.places),
        (ELSEWHERE, "A clinic that is not one of ours"),
    )
    yield Act(
        "transfer",
        "changed",
        "A slip for another clinic",
        lambda form, slip: [TransferMade(by, her.id, _place(form, places), slip)],
        (Field("place", "Where she moves to", "choice", places),),
        note="Whoever receives her types the code of the slip: until then nothing changes. An older slip ends.",
        gives="slip",
    )
    waits = her.open_about("transfer_unanswered")
    if waits is not None and scene.supervises:
        yield Act(
            "taken_over",
            "changed",
            "The other clinic confirmed that it took over",
            lambda form, _: [TransferConfirmed(by, waits["id"])],
            note="Nothing about her or her children is sent any more.",
            grave=True,
            tried=True,
        )
        yield Act(
            "stays",
            "changed",
            "She does not move after all",
            lambda form, _: [TransferWithdrawn(by, waits["id"])],
        )


def _place(form: Form, places: tuple[Option, ...]) -> int | None:
    chosen = typed.one_of(form, "place", [value for value, _ in places], "where she moves to")
    return None if chosen == ELSEWHERE else int(chosen)


def _deaths(scene: Scene) -> Iterator[Act]:
    her, by = scene.her, scene.staff_id
    waits = her.to_confirm
    confirms = scene.role in ("supervisor", "nurse")
    if waits is None and her.row["hold"] in OVER:
        return
    chosen = waits or next(iter(her.follow_ups), None)
    follow_up_id = None if chosen is None else int(chosen["id"])
    if waits is None or confirms:
        yield Act(
            "died",
            "changed",
            "Confirm that she has died" if waits else "She has died",
            lambda form, _: [FollowUpAnswered(by, "died", follow_up_id=follow_up_id, verified=True)],
            note="Nothing more is sent to her. Her children stay in care, and somebody is asked to plan it. "
            + ("It can be taken back for 30 days." if confirms else "A nurse or supervisor confirms it."),
            grave=True,
            tried=True,
        )
    if waits is not None:
        yield Act(
            "not_died",
            "undo",
            "She has not died: take the report back",
            lambda form, _: [FollowUpAnswered(by, "undo", follow_up_id=int(waits["id"]), verified=True)],
        )


def undone(scene: Scene) -> Iterator[Act]:
    """What was reported within the days it can be taken back."""
    for one in scene.her.undoable:
        if one.overtaken or one.what not in UNDO:
            continue
        if one.what == "death" and scene.role not in ("supervisor", "nurse"):
            continue
        about = "" if one.infant_id is None else f" ({scene.child(one.infant_id)})"
        yield Act(
            f"undo-{one.id}",
            "undo",
            f"{UNDO[one.what]}{about}",
            _taking_back(scene, one.id),
            note=f"Takes back what was reported on {day_word(one.reported_on)}.",
            grave=one.what in ("infant_death", "death", "transferred"),
            tried=True,
        )


def _taking_back(scene: Scene, life_event_id: int) -> Callable[[Form, str], Sequence[Event]]:
    return lambda form, _: [LifeEventUndone(scene.her.id, scene.staff_id, life_event_id)]
