"""Acts: a date of hers that was wrong and the right one, a new date, and which dates are hers at all."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final, cast

from flows.corrections import WrongDate, known, refused
from flows.events import (
    BirthDateCorrected,
    CareLineChanged,
    DueDateCorrected,
    EnrolmentCompleted,
    Event,
    SupplyCorrected,
    TreatmentStartCorrected,
    VisitMoved,
)
from service.dashboard.frame import typed
from service.dashboard.frame.forms import Form
from service.dashboard.frame.times import day_word
from service.dashboard.frame.typed import MistakeError
from service.dashboard.mothers.act import Act, Field, Scene
from service.dashboard.mothers.changed import OVER

CARE: Final = (
    ("treatment", "Pick-ups"),
    ("retest", "Checks from time to time"),
    ("retest_quarterly", "A check every three months"),
)
"""Which dates may be hers; why is neither asked nor kept."""


def dates(scene: Scene) -> Iterator[Act]:
    """Every date that can be put right, her next visits first, and those that can be added."""
    her, by, mother = scene.her, scene.staff_id, scene.her.id
    if her.row["hold"] in OVER:
        return
    for one in her.dates.visits:
        kind = scene.word(f"visit.{one.kind}")
        about = "" if one.infant_id is None else f", {scene.child(one.infant_id).lower()}"
        yield _wrong(
            f"visit-{one.id}",
            f"{kind} of {day_word(one.due_on, year=True)}{about}: another day",
            one.due_on,
            _right(scene, "visit", one.due_on, _moved(by, mother, one.id)),
        )
    yield Act(
        "next_date",
        "dates",
        "A new date was agreed with her",
        lambda form, _: [
            EnrolmentCompleted(
                by, mother, scene.day(form, "visit_day", "a day to come"), None, None, her.row["under_20"]
            )
        ],
        (Field("day", "She comes on", "date"),),
        tried=True,
    )
    if her.edd is not None:
        yield _wrong(
            "due_date",
            "The day the baby is due",
            her.edd,
            _right(scene, "due_date", her.edd, lambda day: DueDateCorrected(by, mother, day)),
        )
    for birth in her.dates.births:
        if birth.infant_id is not None:
            yield _wrong(
                f"birth_date-{birth.infant_id}",
                f"The birth of {day_word(birth.born_on, year=True)}",
                birth.born_on,
                _right(scene, "birth", birth.born_on, _born(by, mother, birth.infant_id), birth.infant_id),
            )
    if her.dates.run_out_on is not None:
        was = her.dates.run_out_on
        yield _wrong(
            "supply",
            "The end of what she has at home",
            was,
            _right(scene, "supply", was, lambda day: SupplyCorrected(by, mother, day)),
        )
    if her.dates.treated_from is not None:
        began = her.dates.treated_from
        yield _wrong(
            "start",
            "The day her pick-ups began",
            began,
            _right(scene, "treatment", began, lambda day: TreatmentStartCorrected(by, mother, day)),
        )
    if her.row["completed_at"] is None:
        yield _completing(scene)
    yield Act(
        "care",
        "dates",
        "Which dates are hers",
        lambda form, _: [_care(scene, form)],
        (
            Field("care", "Her dates", "choice", CARE, value=her.row["care"]),
            Field(
                "day",
                "What she has at home ends on",
                "date",
                required=False,
                hint="Only for pick-ups; may be empty.",
            ),
        ),
        tried=True,
    )


def _wrong(key: str, label: str, was: date, make: Callable[[Form, str], Sequence[Event]]) -> Act:
    field = Field("day", "The right day", "date", hint=f"Noted is {day_word(was, year=True)}.")
    return Act(key, "dates", label, make, (field,), tried=True)


def _right(
    scene: Scene, what: WrongDate, was: date, event: Callable[[date], Event], infant_id: int | None = None
) -> Callable[[Form, str], Sequence[Event]]:
    def make(form: Form, _: str) -> Sequence[Event]:
        day = typed.day(form, "day", "the right day")
        her = scene.her
        why = refused(what, was, day, known(her.dates, her.edd, scene.today, infant_id))
        if why is not None:
            raise MistakeError(scene.word(why))
        return [event(scene.open_on(day) if what == "visit" else day)]

    return make


def _moved(by: int, mother: int, visit_id: int) -> Callable[[date], Event]:
    return lambda day: VisitMoved(by, mother, visit_id, day)


def _born(by: int, mother: int, infant_id: int) -> Callable[[date], Event]:
    return lambda day: BirthDateCorrected(by, mother, infant_id, day)


def _care(scene: Scene, form: Form) -> CareLineChanged:
    care = typed.one_of(form, "care", [value for value, _ in CARE], "which dates are hers")
    ends = (
        scene.day(form, "run_out_date", "the day it ends")
        if form.get("day") and care == "treatment"
        else None
    )
    return CareLineChanged(scene.staff_id, scene.her.id, cast(Any, care), ends)


def _completing(scene: Scene) -> Act:
    def make(form: Form, _: str) -> Sequence[Event]:
        def maybe(name: str, kind: str, called: str) -> date | None:
            return scene.day(form, kind, called, name) if form.get(name) else None

        return [
            EnrolmentCompleted(
                scene.staff_id,
                scene.her.id,
                maybe("next", "visit_day", "a day to come"),
                maybe("began", "date_past", "the day her pick-ups began"),
                maybe("ends", "run_out_date", "the day it ends"),
                form.get("under_20") == "yes",
            )
        ]

    fields = (
        Field("next", "She comes next on", "date", required=False),
        Field("began", "Her pick-ups began on", "date", required=False),
        Field("ends", "What she has at home ends on", "date", required=False),
        Field("under_20", "She is under 20", "tick", required=False),
    )
    return Act(
        "complete",
        "dates",
        "Finish her enrolment",
        make,
        fields,
        tried=True,
    )
