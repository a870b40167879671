"""Acts: what was seen and done; how a child's years of tests ended is written here and nowhere else."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, cast

from flows.events import (
    CallLogged,
    Event,
    HomeVisitPlanned,
    NextLookSet,
    NurseNeeded,
    OutcomeRecorded,
    ReferralArrived,
    ReferralMade,
    ResultGiven,
    SafetyConcern,
    TestTaken,
    VisitRecorded,
)
from service.dashboard.frame import typed
from service.dashboard.frame.forms import Form
from service.dashboard.frame.typed import MistakeError
from service.dashboard.mothers.act import HERSELF, Act, Field, Option, Scene, infant_of
from service.dashboard.mothers.changed import OVER

OUTCOMES: Final[tuple[Option, ...]] = (
    ("negative", "Negative"),
    ("positive", "Positive"),
    ("died", "Died"),
    ("transferred", "Transferred out"),
    ("unknown", "Not known"),
)
"""The register's last column, as it is copied."""

NEXT: Final[tuple[Option, ...]] = (("nothing", "Nothing today"), ("nurse", "The nurse sees them today"))
LOOKS: Final[tuple[Option, ...]] = (
    ("soon", "Look again in three months"),
    ("usual", "Look again at the usual date"),
)

SERVICES: Final[tuple[Option, ...]] = (
    ("family_planning", "Family planning"),
    ("tb", "TB"),
    ("nutrition", "Nutrition"),
    ("cervical", "Cervical screening"),
    ("early_childhood", "Early childhood"),
    ("violence", "Violence services"),
    ("prep", "Prevention"),
    ("mental_health", "Mental health"),
)

PLACES: Final[tuple[Option, ...]] = (
    ("home", "At home"),
    ("relative", "At a relative's"),
    ("market", "At the market"),
    ("worship", "Where she prays"),
    ("other", "Somewhere else"),
)
SAID_TO_BE: Final[tuple[Option, ...]] = (
    ("friend", "A friend"),
    ("group", "The women's group"),
    ("tips", "Mothers' tips"),
)


def records(scene: Scene) -> Iterator[Act]:
    """What may be written down about her today."""
    her, by, mother = scene.her, scene.staff_id, scene.her.id
    whom = scene.children(herself=True)
    if her.row["hold"] not in OVER:
        yield Act(
            "came",
            "records",
            "She came",
            lambda form, _: [VisitRecorded(by, mother, scene.day(form, "record_day", "the day she came"))],
            (Field("day", "She came on", "date", value=scene.today.isoformat()),),
        )
        yield Act(
            "call",
            "records",
            "A call with her",
            lambda form, _: [CallLogged(by, mother, _how(form) == "reached")],
            (Field("how", "How it went", "choice", (("reached", "Spoke with her"), ("not", "Not reached"))),),
        )
    yield Act(
        "test",
        "records",
        "A test was taken",
        lambda form, _: [
            TestTaken(
                by, mother, infant_of(form, whom, "whose test"), scene.day(form, "record_day", "the day")
            )
        ],
        (
            Field("whose", "Whose", "choice", whom),
            Field("day", "Taken on", "date", value=scene.today.isoformat()),
        ),
    )
    yield from _results(scene)
    yield Act(
        "nurse",
        "records",
        "The nurse is needed today",
        lambda form, _: [NurseNeeded(by, mother, infant_of(form, whom, "who needs the nurse"))],
        (Field("whose", "Who", "choice", whom),),
        note="In person, the same day; nothing about it goes to her phone.",
        tried=True,
        grave=True,
    )
    if scene.role in ("supervisor", "nurse"):
        yield from _outcomes(scene)
    yield from _slips(scene)
    if not her.no_home_visit and her.row["hold"] not in OVER:
        yield _home_visit(scene)
    if her.row["hold"] not in OVER:
        yield Act(
            "safety",
            "records",
            "Worried about her safety",
            lambda form, _: [SafetyConcern(by, mother)],
            note="Nothing goes to her phone until she is set up again in person, and she stands in no ordinary list.",
            grave=True,
        )


def _how(form: Form) -> str:
    return typed.one_of(form, "how", ("reached", "not"), "how the call went")


def _results(scene: Scene) -> Iterator[Act]:
    whom = scene.children(herself=True)
    waiting = {HERSELF if one is None else str(one) for one in scene.her.waiting}
    if not waiting and scene.her.row["result_waiting"]:
        waiting = {HERSELF}
    waited = tuple(one for one in whom if one[0] in waiting)
    if not waited:
        return
    own = HERSELF in waiting and scene.her.row["care"] == "treatment"
    next_ = (*NEXT, *LOOKS) if own else NEXT

    def make(form: Form, _: str) -> Sequence[Event]:
        infant_id = infant_of(form, waited, "whose result")
        then = typed.one_of(form, "then", [value for value, _ in next_], "what follows")
        if infant_id is not None and then in dict(LOOKS):
            raise MistakeError("When staff look again is asked of her own result alone: choose another.")
        by, mother = scene.staff_id, scene.her.id
        events: list[Event] = [ResultGiven(by, mother, infant_id)]
        if then == "nurse":
            events.append(NurseNeeded(by, mother, infant_id))
        elif then != "nothing":
            events.append(NextLookSet(by, mother, then == "soon"))
        return events

    yield Act(
        "result",
        "records",
        "A result was given to her",
        make,
        (Field("whose", "Whose", "choice", waited), Field("then", "What follows", "choice", next_)),
        note="Given in person. What it says is not asked.",
    )


def _outcomes(scene: Scene) -> Iterator[Act]:
    children = tuple(
        (str(one["id"]), scene.child(one["id"]) + f", born {one['born_on']:%b %Y}")
        for one in scene.her.infants
    )
    if not children:
        return
    yield Act(
        "outcome",
        "records",
        "The register's last line about a child",
        lambda form, _: [
            OutcomeRecorded(
                scene.staff_id,
                scene.her.id,
                infant_of(form, children, "which child") or 0,
                cast(
                    Any,
                    typed.one_of(form, "outcome", [value for value, _ in OUTCOMES], "what the register says"),
                ),
            )
        ],
        (
            Field("whose", "Which child", "choice", children),
            Field("outcome", "The register says", "choice", OUTCOMES),
        ),
        note="Copied from the register by a nurse or supervisor. It stands in no list; that it was written is in the audit.",
        grave=True,
    )


def _slips(scene: Scene) -> Iterator[Act]:
    by, mother = scene.staff_id, scene.her.id
    if scene.her.row["hold"] not in OVER:
        yield Act(
            "refer",
            "records",
            "A slip for another service",
            lambda form, slip: [
                ReferralMade(
                    by,
                    mother,
                    cast(Any, typed.one_of(form, "service", [value for value, _ in SERVICES], "the service")),
                    slip,
                )
            ],
            (Field("service", "Which service", "choice", SERVICES),),
            gives="slip",
        )
    out = tuple(
        (str(one["id"]), f"{dict(SERVICES)[one['service']]}, {one['made_at']:%d %b}")
        for one in scene.her.referrals
        if one["arrived_at"] is None and one["service"] in dict(SERVICES)
    )
    if out:
        yield Act(
            "arrived",
            "records",
            "She arrived where she was sent",
            lambda form, _: [
                ReferralArrived(
                    by, "", int(typed.one_of(form, "slip", [value for value, _ in out], "which slip"))
                )
            ],
            (Field("slip", "Which slip", "choice", out),),
        )


def _home_visit(scene: Scene) -> Act:
    def make(form: Form, _: str) -> Sequence[Event]:
        return [
            HomeVisitPlanned(
                staff_id=scene.staff_id,
                mother_id=scene.her.id,
                on=scene.day(form, "date_future", "a day to come"),
                hour=typed.number(form, "hour", "the hour", 5, 21),
                place=cast(Any, typed.one_of(form, "place", [value for value, _ in PLACES], "the place")),
                said_to_be=cast(
                    Any,
                    typed.one_of(
                        form, "said_to_be", [value for value, _ in SAID_TO_BE], "what the visitor is"
                    ),
                ),
            )
        ]

    fields = (
        Field("day", "On which day", "date"),
        Field("hour", "At which hour", "hour", hint="From 5 to 21."),
        Field("place", "Where", "choice", PLACES),
        Field("said_to_be", "If anybody asks, it is", "choice", SAID_TO_BE),
    )
    return Act(
        "home_visit",
        "records",
        "A home visit, as agreed with her",
        make,
        fields,
    )
