"""`/people`: who may sign in, as what, and in whose name. An administrator invites, changes and removes; all is audited."""

from typing import Any, Final

import asyncpg
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.dashboard.door import accounts
from service.dashboard.door.access import MAY, Role
from service.dashboard.door.sign_in import SIGN_IN_LASTS, end_sessions_of, needs_second_step, new_sign_in
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.store.shown import people as reads

ROLES: Final[dict[Role, tuple[str, str]]] = {
    "administrator": ("Administrator", "everything, at every site"),
    "supervisor": ("Supervisor", "the mothers of her own sites, and acting for them"),
    "me": ("Monitoring", "counts and reports, no mother"),
    "editor": ("Editor", "texts: writes, and approves what somebody else wrote"),
    "auditor": ("Auditor", "sees everything masked, and who did what; changes nothing"),
}
"""Each role as people say it, and what it is for."""

SAID: Final = {
    "role": "Saved. They are signed out, and sign in again with their new role.",
    "same": "Nothing was changed: it was so already.",
    "removed": "Removed. They are signed out and can sign in no more.",
    "second-step": "Taken away. They are signed out, and set up a new one when they sign in.",
    "out": "They are signed out everywhere.",
}


def people_pages(room: Room) -> None:
    """The list, one person's page, and what its buttons do."""
    services = room.services

    @room.get("/people", "administer")
    async def people(asked: Asked) -> Response:
        return await _list(asked)

    @room.post("/people", "administer")
    async def invite(asked: Asked) -> Response:
        email, role = accounts.spelled_of(asked.form.get("email")), asked.form.get("role")
        wrong = "" if accounts.is_email(email) else "Type an e-mail address, such as name@example.org."
        staff_id, wrong_role = _role_and_name(asked)
        if wrong or wrong_role:
            return await _list(asked, 422, wrong_email=wrong, wrong_role=wrong_role)
        try:
            async with asked.writing() as conn:
                known = await accounts.id_of(conn, services.index, email)
                there = None if known is None else await reads.person(conn, known)
                if there is not None and there.state != "removed":
                    return asked.back(f"/people/{there.id}")
                user_id = await accounts.add_user(
                    conn, services.sealer, services.index, email, role, staff_id
                )
                code = await new_sign_in(conn, user_id, asked.wall)
                await asked.audit(conn, "invited", role, about=("user", user_id))
        except asyncpg.ForeignKeyViolationError:
            return await _list(asked, 422, wrong_role="There is no colleague with that number.")
        return _link(asked, user_id, code, email)

    @room.get("/people/{user_id}", "administer")
    async def person(asked: Asked) -> Response:
        return await _person(asked)

    @room.post("/people/{user_id}/role", "administer")
    async def change(asked: Asked) -> Response:
        staff_id, wrong = _role_and_name(asked)
        if wrong:
            return await _person(asked, 422, wrong=wrong)
        user_id, role = asked.ids["user_id"], asked.form.get("role")
        try:
            async with asked.writing() as conn:
                changed = await accounts.change(conn, user_id, role, staff_id)
                if changed:
                    name = "nobody's name" if staff_id is None else f"staff {staff_id}"
                    await asked.audit(conn, "role_changed", f"{role}, {name}", about=("user", user_id))
        except accounts.LastAdministratorError as error:
            return await _person(asked, 422, wrong=str(error))
        except asyncpg.ForeignKeyViolationError:
            return await _person(asked, 422, wrong="There is no colleague with that number.")
        return asked.back(f"/people/{user_id}", done="role" if changed else "same")

    @room.post("/people/{user_id}/remove", "administer")
    async def remove(asked: Asked) -> Response:
        user_id = asked.ids["user_id"]
        if asked.form.get("sure") != "yes":
            return await _person(asked, 422, wrong="Tick that you are sure.")
        try:
            async with asked.writing() as conn:
                if removed := await accounts.remove(conn, user_id, asked.wall):
                    await asked.audit(conn, "removed", about=("user", user_id))
        except accounts.LastAdministratorError as error:
            return await _person(asked, 422, wrong=str(error))
        return asked.back(f"/people/{user_id}", done="removed" if removed else "same")

    @room.post("/people/{user_id}/sign-in", "administer")
    async def give_sign_in(asked: Asked) -> Response:
        there = await _of(asked)
        if there.state == "removed":
            return await _person(asked, 422, wrong="They were removed: invite them again on the list.")
        async with asked.writing() as conn:
            code = await new_sign_in(conn, there.id, asked.wall)
            await asked.audit(conn, "sign_in_given", there.role, about=("user", there.id))
        return _link(asked, there.id, code, accounts.email_of(services.sealer, there.email, there.id))

    @room.post("/people/{user_id}/second-step", "administer")
    async def take_second_step(asked: Asked) -> Response:
        user_id = asked.ids["user_id"]
        async with asked.writing() as conn:
            await accounts.forget_second_step(conn, user_id)
            await asked.audit(conn, "second_step_taken", about=("user", user_id))
        return asked.back(f"/people/{user_id}", done="second-step")

    @room.post("/people/{user_id}/sign-out", "administer")
    async def sign_out(asked: Asked) -> Response:
        user_id = asked.ids["user_id"]
        async with asked.writing() as conn:
            await end_sessions_of(conn, user_id)
            await asked.audit(conn, "signed_out", about=("user", user_id))
        return asked.back(f"/people/{user_id}", done="out")


def _role_and_name(asked: Asked) -> tuple[int | None, str]:
    """The member of staff named in the form, if any, and what is wrong with role and name, if anything."""
    if asked.form.get("role") not in MAY:
        return None, "Choose what they may do."
    typed = asked.form.get("staff")
    staff_id = asked.form.ids("staff")[0] if asked.form.ids("staff") else None
    if typed and staff_id is None:
        return None, "Choose a colleague from the list."
    if asked.form.get("role") == "supervisor" and staff_id is None:
        return (
            None,
            "Choose the colleague this is: a supervisor sees that colleague's sites, and acts in their name.",
        )
    return staff_id, ""


async def _of(asked: Asked) -> reads.Person:
    async with asked.reading() as conn:
        found = await reads.person(conn, asked.ids["user_id"])
    if found is None:
        raise HTTPException(404)
    return found


async def _list(asked: Asked, status: int = 200, *, wrong_email: str = "", wrong_role: str = "") -> Response:
    async with asked.reading() as conn:
        found, more = await reads.people(conn, asked.page_number)
        staff = await reads.colleagues(conn, None)
    return asked.page(
        "people/list.html",
        status,
        people=[_row(asked, one) for one in found],
        more=more,
        page=asked.page_number,
        roles=ROLES,
        staff=staff,
        email=asked.form.get("email"),
        chosen_role=asked.form.get("role"),
        chosen_staff=asked.form.get("staff"),
        wrong_email=wrong_email,
        wrong_role=wrong_role,
    )


async def _person(asked: Asked, status: int = 200, *, wrong: str = "") -> Response:
    there = await _of(asked)
    async with asked.reading() as conn:
        staff = await reads.colleagues(conn, there.staff_id)
    return asked.page(
        "people/person.html",
        status,
        one=_row(asked, there),
        is_me=there.id == asked.user.id,
        roles=ROLES,
        staff=staff,
        chosen_role=asked.form.get("role") or there.role,
        chosen_staff=asked.form.get("staff", str(there.staff_id or "")),
        said=asked.said(SAID),
        wrong=wrong,
    )


def _row(asked: Asked, one: reads.Person) -> dict[str, Any]:
    role = next(known for known in ROLES if known == one.role)
    return {
        "it": one,
        "email": accounts.email_of(asked.services.sealer, one.email, one.id),
        "role": ROLES[role][0],
        "must_second_step": needs_second_step(role),
    }


def _link(asked: Asked, user_id: int, code: str, email: str) -> Response:
    """The one-time sign-in, shown once: after the #, which browsers send nowhere."""
    return asked.page(
        "people/link.html",
        user_id=user_id,
        email=email,
        link=f"{asked.services.settings.public_url}/login#{code}",
        hours=int(SIGN_IN_LASTS.total_seconds() // 3600),
    )
