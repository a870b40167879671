"""The list of follow-ups, one of them, and the buttons on both."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.dashboard import words
from service.dashboard.follow_ups import words as said
from service.dashboard.follow_ups.acting import RefusedError, act, back_of
from service.dashboard.follow_ups.shown import ahead, card, step_word
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.forms import row_id
from service.dashboard.frame.room import Room
from service.dashboard.frame.typed import MistakeError
from service.database import Connection
from service.store.shown import follow_up as story
from service.store.shown import follow_ups as reads
from service.store.shown.follow_ups import Filters, Waiting

SAVED: Final = {**words.SAVED, **said.SAID}


def list_pages(room: Room) -> None:
    """`GET /follow-ups`, `GET /follow-ups/ID` and `POST /follow-ups/ID`."""

    @room.get("/follow-ups", "see_work")
    async def follow_ups(asked: Asked) -> Response:
        kept = chosen_filters(asked)
        async with asked.reading() as conn:
            found, more = await reads.listed(
                conn, asked.viewer, filters_of(kept), asked.now, page=asked.page_number
            )
            facilities, staff = await reads.choices(conn, asked.facilities)
        return asked.page(
            "follow_ups/list.html",
            people=[card(asked, one) for one in found],
            more=more,
            page=asked.page_number,
            kept=kept,
            back=_address(kept, asked.page_number),
            facilities=[("", "All facilities"), *((row["id"], row["name"]) for row in facilities)],
            staff=[
                ("", "Anybody"),
                *(
                    (row["id"], f"{words.staff_label(row['role'], row['id'])}, {row['facility']}")
                    for row in staff
                ),
            ],
            states=said.STATES,
            ages=said.AGES,
            groups=[("", "Any reason"), *((name, label) for name, (label, _) in said.GROUPS.items())],
            risks=[("", "Any risk"), *((risk, word) for risk, (_, word) in words.RISKS.items())],
            words=words,
            said=asked.said(SAVED),
        )

    @room.get("/follow-ups/{follow_up_id}", "see_work")
    async def follow_up(asked: Asked) -> Response:
        return await _one(asked)

    @room.post("/follow-ups/{follow_up_id}", "do_work")
    async def answered(asked: Asked) -> Response:
        async with asked.reading() as conn:
            one = await _found(asked, conn)
        try:
            done = await act(asked, one)
        except (MistakeError, RefusedError) as error:
            status = 422 if isinstance(error, MistakeError) else 409
            trouble = error.why if isinstance(error, RefusedError) else str(error)
            return await _row(asked, trouble=trouble) if asked.is_htmx else await _one(asked, trouble, status)
        if asked.is_htmx:
            return await _row(asked, done=SAVED[done])
        return asked.back(back_of(asked.form, one.id), done=done)


async def _found(asked: Asked, conn: Connection) -> Waiting:
    one = await reads.one(conn, asked.viewer, asked.ids["follow_up_id"], asked.now)
    if one is None:
        raise HTTPException(404)
    return one


async def _row(asked: Asked, *, done: str = "", trouble: str = "") -> Response:
    """What takes the place of the row in the list: the follow-up as it is now."""
    async with asked.reading() as conn:
        one = await _found(asked, conn)
    back = back_of(asked.form, one.id).partition("#")[0]
    values: dict[str, Any] = {"done": done, "trouble": trouble, "back": back, "words": words}
    return asked.part("follow_ups/_row.html", one=card(asked, one), **values)


async def _one(asked: Asked, trouble: str = "", status: int = 200) -> Response:
    async with asked.reading() as conn:
        one = await _found(asked, conn)
        log = await story.log(conn, one.id)
    country = asked.services.countries.get(one.country)
    policy = country.policies.get(one.cause) if country is not None else None
    return asked.page(
        "follow_ups/one.html",
        status,
        one=card(asked, one),
        log=[
            (
                entry.at,
                step_word(entry.what),
                words.staff_label(entry.role, entry.staff_id) if entry.role and entry.staff_id else "",
            )
            for entry in log
        ],
        ahead=ahead(one, policy, asked.services.bundles.current(), asked.now),
        back=f"/follow-ups/{one.id}",
        words=words,
        said=asked.said(SAVED),
        trouble=trouble,
    )


def chosen_filters(asked: Asked) -> dict[str, str]:
    """The filters in the address that mean something; what is left out means all."""
    query = asked.query
    known: Mapping[str, Any] = {
        "state": {value for value, _ in said.STATES},
        "risk": words.RISKS,
        "group": said.GROUPS,
        "age": {value for value, _ in said.AGES if value},
    }
    kept = {name: query[name] for name, values in known.items() if query.get(name) in values}
    for name in ("facility", "with"):
        typed = query.get(name, "")
        if row_id(typed) is not None:
            kept[name] = typed
    return kept


def filters_of(kept: Mapping[str, str]) -> Filters:
    """The same as the list is asked for."""
    return Filters(
        state=kept.get("state", "open"),
        risk=kept.get("risk", ""),
        causes=said.GROUPS[kept["group"]][1] if "group" in kept else None,
        facility_id=int(kept["facility"]) if "facility" in kept else None,
        with_id=int(kept["with"]) if "with" in kept else None,
        age=kept.get("age", ""),
    )


def _address(kept: Mapping[str, str], page: int) -> str:
    """This list's own address, for coming back to it."""
    parts = [f"{name}={value}" for name, value in kept.items()] + ([f"page={page}"] if page > 1 else [])
    return "/follow-ups" + (f"?{'&'.join(parts)}" if parts else "")
