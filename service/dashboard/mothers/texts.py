"""Acts: how she is texted, as she said herself, beside whoever writes it down or on a call; her number; her agreements."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, cast

from flows.events import (
    BabyWordsChosen,
    ConsentWithdrawn,
    LanguageChosen,
    NumberLeft,
    OtherTextsChosen,
    PhoneUseChosen,
    RhythmChosen,
    SetUpCodeGiven,
    SignatureChosen,
    TextsPaused,
    TextsResumed,
    WordingChosen,
)
from service.dashboard.frame import typed
from service.dashboard.frame.forms import Form
from service.dashboard.frame.typed import MistakeError
from service.dashboard.mothers.act import Act, Field, Option, Scene
from service.dashboard.mothers.changed import OVER

SHE_SAID_SO: Final = "Only as she said herself, beside you or on a call."

SIGNATURES: Final[tuple[Option, ...]] = (
    ("tips", "Mothers' tips"),
    ("group", "The women's group"),
    ("none", "No texts"),
)
WORDINGS: Final[tuple[Option, ...]] = (("covert", "Covert"), ("open", "Open"))
USES: Final[tuple[Option, ...]] = (("hers", "Hers alone"), ("shared", "Shared with others"))
RHYTHMS: Final[tuple[Option, ...]] = (
    ("daily", "Every day"),
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("monthly", "Every month"),
    ("off", "Not at all"),
)
STREAMS: Final = {
    "sms": "Texts",
    "call": "Calls",
    "visit": "Visits at home",
    "data": "Keeping what is known of her",
}
"""What she may agree to."""

LONGEST_PAUSE: Final = timedelta(days=183)


def texts(scene: Scene) -> Iterator[Act]:
    """What she may choose, and what she may take back."""
    row = scene.her.row
    if row["hold"] in OVER:
        return
    if row["set_up_at"] is not None and row["phone_use"] != "none":
        yield from _reading(scene)
        yield from _when(scene)
    yield _language(scene)
    yield from _number(scene)
    given = tuple(
        (one["stream"], STREAMS[one["stream"]])
        for one in scene.her.consents
        if one["withdrawn_at"] is None and one["stream"] != "data"
    )
    if given:
        yield Act(
            "consent",
            "texts",
            "She no longer agrees",
            lambda form, _: [
                ConsentWithdrawn(
                    scene.staff_id,
                    scene.her.id,
                    cast(
                        Any,
                        typed.one_of(form, "stream", [value for value, _ in given], "what she takes back"),
                    ),
                )
            ],
            (Field("stream", "To what", "choice", given),),
            note="Her care stays the same. Nothing that waits is sent; she is asked again in person alone.",
            grave=True,
            tried=True,
        )


def _reading(scene: Scene) -> Iterator[Act]:
    mother, row = scene.her.id, scene.her.row
    yield Act(
        "signature",
        "texts",
        "How her texts are signed",
        lambda form, _: [SignatureChosen(mother, cast(Any, _one(form, "signature", SIGNATURES)))],
        (Field("signature", "Signed as", "choice", SIGNATURES, value=row["signature"]),),
        note=SHE_SAID_SO,
    )
    wordings = WORDINGS if row["phone_use"] == "hers" else WORDINGS[:1]
    if row["phone_use"] == "hers" or row["wording"] == "open":
        yield Act(
            "wording",
            "texts",
            "How open her texts are",
            lambda form, _: [WordingChosen(mother, cast(Any, _one(form, "wording", wordings)))],
            (Field("wording", "They are", "choice", wordings, value=row["wording"]),),
            note=SHE_SAID_SO,
        )
    yield Act(
        "baby_words",
        "texts",
        "Whether they may speak of a baby",
        lambda form, _: [BabyWordsChosen(mother, _yes(form, "allowed"))],
        (
            Field(
                "allowed",
                "Open texts may speak of a baby",
                "tick",
                value="yes" if row["baby_wording"] else "",
                required=False,
            ),
        ),
        note=SHE_SAID_SO,
    )
    yield Act(
        "use",
        "texts",
        "Whose the phone is",
        lambda form, _: [PhoneUseChosen(mother, cast(Any, _one(form, "use", USES)))],
        (Field("use", "The phone is", "choice", USES, value=row["phone_use"]),),
        note=SHE_SAID_SO,
    )
    yield Act(
        "other_texts",
        "texts",
        "Which texts come besides check-ins",
        lambda form, _: [OtherTextsChosen(mother, _yes(form, "dates"), _yes(form, "invitations"))],
        (
            Field(
                "dates", "About her dates", "tick", value="yes" if row["date_texts"] else "", required=False
            ),
            Field(
                "invitations",
                "Invitations",
                "tick",
                value="yes" if row["invitations"] else "",
                required=False,
            ),
        ),
        note=SHE_SAID_SO,
    )


def _when(scene: Scene) -> Iterator[Act]:
    mother, row = scene.her.id, scene.her.row
    yield Act(
        "rhythm",
        "texts",
        "How often she is asked",
        lambda form, _: [
            RhythmChosen(
                mother,
                cast(Any, _one(form, "rhythm", RHYTHMS)),
                typed.number(form, "hour", "the hour", 0, 23),
            )
        ],
        (
            Field("rhythm", "She is asked", "choice", RHYTHMS, value=row["rhythm"]),
            Field("hour", "At which hour", "hour", value=str(row["checkin_hour"])),
        ),
        note=SHE_SAID_SO,
    )
    if row["paused_until"] is not None and row["paused_until"] > scene.now:
        yield Act(
            "resume",
            "texts",
            "The pause she chose ends now",
            lambda form, _: [TextsResumed(mother)],
            note=SHE_SAID_SO,
        )
        return
    yield Act(
        "pause",
        "texts",
        "She wants a pause",
        lambda form, _: [_paused(scene, form)],
        (Field("day", "No texts until", "date"),),
        note=SHE_SAID_SO,
        tried=True,
    )


def _paused(scene: Scene, form: Form) -> TextsPaused:
    day = typed.day(form, "day", "the day they begin again")
    if not scene.today < day <= scene.today + LONGEST_PAUSE:
        raise MistakeError("Choose a day to come, at most half a year ahead.")
    return TextsPaused(scene.her.id, day)


def _language(scene: Scene) -> Act:
    offered = tuple(scene.bundle.languages.items())
    return Act(
        "language",
        "texts",
        "Her language",
        lambda form, _: [LanguageChosen(_one(form, "language", offered), scene.her.id)],
        (Field("language", "She speaks", "choice", offered, value=scene.her.row["language"]),),
        note=SHE_SAID_SO,
    )


def _number(scene: Scene) -> Iterator[Act]:
    her, by = scene.her, scene.staff_id
    none = her.row["phone_use"] == "none"
    yield Act(
        "code",
        "texts",
        "A code for her phone",
        lambda form, code: [
            SetUpCodeGiven(by, her.id, code, cast(Any, _one(form, "use", USES)) if none else None)
        ],
        (Field("use", "The phone is", "choice", USES),) if none else (),
        note="Face to face: she dials from her phone within ten minutes, types the code and chooses a PIN."
        + (" Read her the consent to texts and calls first." if none else ""),
        gives="code",
    )
    if her.row["phone_id"] is not None:
        yield Act(
            "number_left",
            "texts",
            "She gives up her number",
            lambda form, _: [NumberLeft(her.id, by)],
            note="Nothing about her goes to the number any more. The new one is set up face to face.",
            grave=True,
            tried=True,
        )


def _one(form: Form, name: str, options: tuple[Option, ...]) -> str:
    return typed.one_of(form, name, [value for value, _ in options], "one of the answers")


def _yes(form: Form, name: str) -> bool:
    return form.get(name) == "yes"
