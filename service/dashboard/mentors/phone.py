"""A colleague's phone: lost, or a new one bound beside them; and what a supervisor notes of their work."""

from starlette.responses import Response

from flows.events import PhoneLost, StaffCodeGiven
from service.dashboard.frame import typed
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.doing import with_a_code
from service.dashboard.frame.room import Room
from service.dashboard.frame.typed import MistakeError
from service.dashboard.mentors import words
from service.dashboard.mentors.shown import months_of, one_mentor
from service.database import Connection
from service.store import coverage, set_up_codes
from service.store.shown import mentor as reads
from service.store.staff_terms import Terms, set_terms


def phone_pages(room: Room) -> None:
    """`POST /mentors/ID/lost`, `/code`, `/first-code`, `/terms`, `/confirm` and `/visit`."""

    @room.post("/mentors/{staff_id}/lost", "do_work")
    async def lost(asked: Asked) -> Response:
        if asked.form.get("sure") != "yes":
            sentence = "Tick that you are sure: the phone is locked at once."
            return await one_mentor(asked, trouble=sentence, at="phone")
        saved = await asked.apply([PhoneLost(asked.staff_id, asked.ids["staff_id"])])
        return _back(asked, "lost" if saved else "not-saved")

    @room.post("/mentors/{staff_id}/code", "do_work")
    async def code(asked: Asked) -> Response:
        async def give(drawn: str) -> bool:
            by = asked.staff_id
            return await asked.apply([StaffCodeGiven(by, asked.ids["staff_id"], drawn)])

        return await _code_page(asked, await with_a_code(give))

    @room.post("/mentors/{staff_id}/first-code", "administer")
    async def first_code(asked: Asked) -> Response:
        """The office binds the first phones of a clinic, which has no supervisor yet who could."""

        async def give(drawn: str) -> bool:
            return await asked.written(lambda conn: _give(asked, conn, drawn))

        return await _code_page(asked, await with_a_code(give))

    @room.post("/mentors/{staff_id}/terms", "do_work")
    async def terms(asked: Asked) -> Response:
        try:
            new = _terms(asked)
        except MistakeError as wrong:
            return await one_mentor(asked, trouble=str(wrong), at="terms")
        changed = await asked.written(lambda conn: _set(asked, conn, new))
        return _back(asked, "terms" if changed else "terms-same")

    @room.post("/mentors/{staff_id}/confirm", "do_work")
    async def confirm(asked: Asked) -> Response:
        try:
            _of_a_colleague(asked)
            month = typed.day(asked.form, "month", "the month")
            if month not in months_of(asked.now.date())[1:]:
                raise MistakeError("Confirm one of the last two months, once it is over.")
        except MistakeError as wrong:
            return await one_mentor(asked, trouble=str(wrong), at="activity")
        await asked.written(lambda conn: _note(asked, conn, reads.CONFIRMED, f"{month:%Y-%m}"))
        return _back(asked, "confirmed")

    @room.post("/mentors/{staff_id}/visit", "do_work")
    async def visited(asked: Asked) -> Response:
        parts = [one for one in words.WATCHED if one in asked.form.all("part")]
        try:
            _of_a_colleague(asked)
            if not parts:
                raise MistakeError("Tick what you did at the visit.")
        except MistakeError as wrong:
            return await one_mentor(asked, trouble=str(wrong), at="visit")
        await asked.written(lambda conn: _note(asked, conn, reads.SUPERVISED, ", ".join(parts)))
        return _back(asked, "visited")


def _back(asked: Asked, done: str) -> Response:
    return asked.back(f"/mentors/{asked.ids['staff_id']}", done=done)


def _of_a_colleague(asked: Asked) -> None:
    """Nobody vouches for their own work. Raises MistakeError."""
    if asked.user.staff_id == asked.ids["staff_id"]:
        raise MistakeError("Your own work is vouched for by somebody else.")


async def _code_page(asked: Asked, code: str | None) -> Response:
    """The code stands on the page that answers the form, and in no address."""
    if code is None:
        return await one_mentor(asked, trouble=words.NO_CODE, at="phone")
    dial = asked.services.settings.ussd_code
    return asked.page("mentors/code.html", code=code, dial=dial, staff_id=asked.ids["staff_id"])


async def _give(asked: Asked, conn: Connection, code: str) -> bool:
    staff_id, index = asked.ids["staff_id"], asked.services.index
    given = await set_up_codes.give(conn, index, code, None, asked.now, staff_id=staff_id)
    if given:
        await asked.audit(conn, "staff_code", about=("staff", staff_id))
    return given


def _terms(asked: Asked) -> Terms:
    form = asked.form
    in_community = form.get("works_in") == "community"
    return Terms(
        cap=typed.number(form, "cap", "how many mothers she should have", 1, 500),
        works_on=typed.weekdays(form, "works_on") or None,
        starts_at=typed.clock(form, "starts", "when their work begins"),
        ends_at=typed.clock(form, "ends", "when their work ends"),
        answers_mood=form.get("answers_mood") == "yes",
        works_in="community" if in_community else "facility",
        area=typed.one_word(form, "area", "the area") if in_community else "",
        languages=typed.some_of(form, "speaks", asked.services.bundles.current().languages),
    )


async def _set(asked: Asked, conn: Connection, new: Terms) -> bool:
    staff_id = asked.ids["staff_id"]
    changed = await set_terms(conn, staff_id, new)
    if changed:
        places = await coverage.answers_for(conn, staff_id)
        await coverage.watch(conn, asked.services.countries, places, asked.now)
        await asked.audit(conn, "staff_terms", about=("staff", staff_id))
    return changed


async def _note(asked: Asked, conn: Connection, what: str, why: str) -> None:
    """Noted in this supervisor's name, where nobody can change it afterwards; a month is confirmed once."""
    staff_id = asked.ids["staff_id"]
    if what == reads.CONFIRMED and why in {one.why for one in (await reads.noted(conn, staff_id))[what]}:
        return
    await asked.audit(conn, what, why, about=("staff", staff_id))
