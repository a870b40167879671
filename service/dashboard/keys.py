"""Keys of other systems: made for one clinic and shown once, listed with their last use, taken back at once."""

from typing import Final

from starlette.responses import Response

from service.api.keys import ALLOWED, KeyRefusedError, all_keys, make_key, revoke_key
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room

MAY: Final = {
    "read": "Read appointments and follow-ups",
    "write": "Enter mothers and appointments",
    "act": "Answer follow-ups",
}

WORDS: Final = {
    "revoked": "The key was taken back. Whoever shows it next is a stranger.",
    "revoked-before": "That key had been taken back before.",
}


def key_pages(room: Room) -> None:
    """`/keys`."""

    @room.get("/keys", "administer")
    async def keys(asked: Asked) -> Response:
        return await _page(asked, said=asked.said(WORDS))

    @room.post("/keys", "administer")
    async def make(asked: Asked) -> Response:
        facility_id = next(iter(asked.form.ids("facility")), 0)
        # What is no number at all is nobody's.
        staff_id = next(iter(asked.form.ids("staff")), 0) if asked.form.get("staff") else None
        try:
            async with asked.writing() as conn:
                key_id, key = await make_key(
                    conn,
                    facility_id,
                    asked.form.all("may"),
                    asked.wall,
                    staff_id=staff_id,
                    made_by=f"user {asked.user.id}",
                    note=asked.form.get("note"),
                )
                await asked.audit(conn, "api_key_made", f"facility {facility_id}", about=("api_key", key_id))
        except KeyRefusedError as error:
            return await _page(asked, 422, trouble=str(error))
        return await _page(asked, made=key)

    @room.post("/keys/{key_id}/revoke", "administer")
    async def revoke(asked: Asked) -> Response:
        async with asked.writing() as conn:
            revoked = await revoke_key(conn, asked.ids["key_id"], asked.wall)
            if revoked:
                await asked.audit(conn, "api_key_revoked", about=("api_key", asked.ids["key_id"]))
        return asked.back("/keys", done="revoked" if revoked else "revoked-before")


async def _page(
    asked: Asked, status: int = 200, *, said: str = "", trouble: str = "", made: str = ""
) -> Response:
    async with asked.reading() as conn:
        found = await all_keys(conn)
        facilities = [(row["id"], row["name"]) for row in await conn.fetch(_FACILITIES)]
    chosen = {name: asked.form.get(name) for name in ("facility", "staff", "note")} if trouble else {}
    return asked.page(
        "keys/list.html",
        status,
        keys=found,
        facilities=facilities,
        allowed=[(one, MAY[one]) for one in ALLOWED],
        ticked=asked.form.all("may") if trouble else ["read"],
        chosen=chosen,
        said=said,
        trouble=trouble,
        made=made,
    )


_FACILITIES = "SELECT id, name FROM facility ORDER BY name, id"
