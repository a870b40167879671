"""Several follow-ups given to another mentor at once: chosen by what she carries, and what cannot be given is said of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from starlette.responses import Response

from flows.events import CaseGiven, MentorGiven
from service.apply import NotTheirs
from service.apply.giving import NotGivenError, Why
from service.dashboard import words
from service.dashboard.follow_ups.acting import BACK
from service.dashboard.follow_ups.shown import card
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.database import Connection
from service.store.shown import follow_ups as reads
from service.store.shown.follow_up import Taker, takers

MOST: Final = 50

WHY_NOT: Final[Mapping[Why, str]] = MappingProxyType(
    {
        "caller": "it is about a caller nobody knows, whom a supervisor calls",
        "closed": "it is closed already",
        "urgent": "it is urgent and goes by the duty roster",
        "held": "a report about her waits to be confirmed first",
        "kept": "work of this kind stays with supervisors",
        "unable": "this mentor cannot be reached, or works elsewhere",
        "herself": "only her own mentor may be asked about her",
        "hers": "this mentor has it already",
    }
)
NOT_THEIRS: Final = "it is not yours to give"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of those ticked: ``why`` empty where it was given."""

    follow_up_id: int
    code: str
    why: str = ""


def giving_pages(room: Room) -> None:
    """`POST /follow-ups/give`: without `to` it asks to whom; with it, it gives."""

    @room.post("/follow-ups/give", "do_work")
    async def give(asked: Asked) -> Response:
        ticked = list(dict.fromkeys(asked.form.ids("follow_up")))[:MOST]
        async with asked.reading() as conn:
            found = await reads.these(conn, asked.viewer, ticked, asked.now)
            able = await takers(conn, sorted({one.facility_id for one in found}), asked.now)
        if not ticked or not found:
            trouble = "Tick the follow-ups to give first." if not ticked else "They are not yours to give."
            return _choose(asked, [], [], trouble, 422 if not ticked else 404)
        to = next((one for one in able if asked.form.ids("to") == [one.id]), None)
        cards = [card(asked, one) for one in found]
        if to is None:
            trouble = "Choose one of these mentors." if asked.form.get("to") else ""
            return _choose(asked, cards, able, trouble, 422 if trouble else 200)
        pairs = [(one.id, one.mother_id, str(one.code or "new")) for one in found]
        outcomes = await _given(asked, pairs, to, for_good=asked.form.get("for_good") == "yes")
        return asked.page(
            "follow_ups/given.html",
            outcomes=outcomes,
            to=words.mentor_label(to.id),
            given=sum(not one.why for one in outcomes),
            back=_back(asked),
        )


def _choose(
    asked: Asked, cards: Sequence[object], able: Sequence[Taker], trouble: str, status: int
) -> Response:
    return asked.page(
        "follow_ups/give.html",
        status,
        people=cards,
        takers=[(one, words.mentor_label(one.id)) for one in able],
        trouble=trouble,
        back=_back(asked),
    )


def _back(asked: Asked) -> str:
    path = asked.form.get("back")
    return path if BACK.fullmatch(path) else "/follow-ups"


async def _given(
    asked: Asked, pairs: Sequence[tuple[int, int | None, str]], to: Taker, *, for_good: bool
) -> list[Outcome]:
    """Give them in one transaction; each that cannot be is left as it was, and the others are given."""
    staff_id = asked.staff_id

    async def doing(conn: Connection) -> list[Outcome]:
        outcomes = []
        for follow_up_id, mother_id, code in pairs:
            events: list[CaseGiven | MentorGiven] = [CaseGiven(staff_id, follow_up_id, to.id)]
            if for_good and mother_id is not None:
                # Whose she is first: work that goes with her need not be given again.
                events.insert(0, MentorGiven(staff_id, mother_id, to.id))
            why = ""
            try:
                async with conn.transaction():
                    await asked.apply_in(conn, events)
            except NotGivenError as error:
                why = WHY_NOT[error.why]
            except NotTheirs:
                why = NOT_THEIRS
            outcomes.append(Outcome(follow_up_id, code, why))
        given = sum(not one.why for one in outcomes)
        await asked.audit(conn, "cases_given", f"{given} to staff {to.id}", about=("staff", to.id))
        return outcomes

    return await asked.written(doing)
