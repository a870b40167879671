"""Acts: who looks after her, where she is found, and the number a register knows her by."""

import re
from collections.abc import Iterator
from typing import Final

from flows.events import AreaNoted, ClientNumberWritten, MentorGiven
from service.dashboard import words
from service.dashboard.frame import typed
from service.dashboard.frame.forms import Form
from service.dashboard.frame.typed import MistakeError
from service.dashboard.mothers.act import Act, Field, Scene
from service.dashboard.mothers.changed import OVER
from service.importing.cells import LONGEST_TEXT

_AREA: Final = re.compile(r"[^\W\d_][^\W\d_'’-]{0,29}")


def team(scene: Scene) -> Iterator[Act]:
    """Who looks after her, and by what she is found."""
    her, by, mother = scene.her, scene.staff_id, scene.her.id
    if her.row["hold"] in OVER:
        return
    others = tuple(
        (
            str(one.id),
            f"{words.mentor_label(one.id)}: {one.mothers} of {one.cap} mothers{', away today' if one.away else ''}",
        )
        for one in scene.mentors
        if one.id not in (her.row["mentor_id"], her.row["staff_id"])
    )
    if others and scene.supervises:
        yield Act(
            "mentor",
            "team",
            "Another mentor" if her.row["mentor_id"] else "A mentor for her",
            lambda form, _: [
                MentorGiven(
                    by, mother, int(typed.one_of(form, "mentor", [value for value, _ in others], "a mentor"))
                )
            ],
            (Field("mentor", "Who looks after her", "choice", others),),
            note="What is open about her goes over too. Nothing is texted to her about it.",
        )
    yield Act(
        "area",
        "team",
        "Where she is found",
        lambda form, _: [AreaNoted(by, mother, _area(form))],
        (
            Field(
                "area",
                "Area, in one word",
                "text",
                value=her.row["area"],
                required=False,
                hint="Empty: not known.",
            ),
        ),
    )
    yield Act(
        "client_number",
        "team",
        "Her client number" if her.row["client_number"] else "A client number for her",
        lambda form, _: [ClientNumberWritten(by, mother, _client_number(form))],
        (
            Field(
                "client_number",
                "As it stands in the register",
                "text",
                value=her.row["client_number"] or "",
                required=False,
                hint="Never a name. Empty: not known.",
            ),
        ),
        note="Lists and imported registers know her by it.",
    )


def _client_number(form: Form) -> str:
    said = " ".join(form.get("client_number").split())
    if said and not (said.isprintable() and any(letter.isdigit() for letter in said)):
        raise MistakeError(
            "Type the client number as it stands in the register, with a digit in it, never a name."
        )
    if len(said) > LONGEST_TEXT:
        raise MistakeError(f"Type the client number in at most {LONGEST_TEXT} letters and digits.")
    return said


def _area(form: Form) -> str:
    said = form.get("area")
    if said and not _AREA.fullmatch(said):
        raise MistakeError("Type the area in one word of at most 30 letters, without a number.")
    return said
