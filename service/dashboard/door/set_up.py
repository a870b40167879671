"""`/set-up`: one's own password, second step and sessions; the only pages of a sign-in that is not complete yet."""

from typing import Final, NamedTuple

from starlette.responses import Response

from service.dashboard.door import accounts, passwords, second_step, tries
from service.dashboard.door.login import minutes
from service.dashboard.door.sign_in import begin_session, end_sessions_of, needs_second_step
from service.dashboard.frame.asked import Asked
from service.dashboard.frame.room import Room
from service.database import Connection
from service.security.pins import PinsBusyError

SAID: Final = {
    "password": "Saved. Wherever else you were signed in, you no longer are.",
    "second-step": "From now on you sign in with a code from your app, too.",
}
_SIGNED_IN: Final = "signed in"
"""Whoever is signed in is asked for the password beside those who are not: these cannot keep them from changing it."""

BUSY: Final = "Many people are signing in at this moment. Try again in a minute."


class _Own(NamedTuple):
    email: str
    password_hash: str | None
    has_second_step: bool
    codes_left: int


def set_up_pages(room: Room) -> None:
    """What everybody sets up for themselves, in this order: a password, the second step."""
    guard, services = room.guard, room.services

    @room.get("/set-up", "setting_up")
    async def set_up(asked: Asked) -> Response:
        return await _page(asked)

    @room.post("/set-up/password", "setting_up")
    async def password(asked: Asked) -> Response:
        new, own = _raw(asked, "new"), await _own(asked)
        wrong = passwords.problem_with(new, own.email)
        if not wrong and new != _raw(asked, "again"):
            wrong = "The two do not match: type the new password twice."
        if wrong:
            return await _page(asked, 422, wrong_new=wrong)
        if refused := await _not_them(asked, own):
            return refused
        try:
            hashed = await services.passwords.hash_pin(passwords.normal(new))
        except PinsBusyError:
            return await _page(asked, 503, trouble=BUSY)
        async with asked.writing() as conn:
            what = await passwords.set_password(services, conn, asked.user.id, hashed, asked.wall)
            to_sign_in = asked.user.left == "password" and own.has_second_step
            token = "" if to_sign_in else await _again(conn, asked, own.has_second_step)
            await asked.audit(conn, f"password_{what}", about=("user", asked.user.id))
        response = asked.back("/login" if to_sign_in else "/set-up", done="password")
        if to_sign_in:
            guard.take(response)  # the one-time sign-in stood for the password, never for the second step
        else:
            guard.give(response, token)
        guard.remember(response, own.email)
        return response

    @room.post("/set-up/second-step", "setting_up")
    async def begin_second_step(asked: Asked) -> Response:
        own = await _own(asked)
        if asked.user.left == "password":
            return asked.back("/set-up")
        if own.has_second_step and (refused := await _not_them(asked, own)):
            return refused
        async with asked.writing() as conn:
            await second_step.begin(conn, services.sealer, asked.user.id)
        return asked.back("/set-up")

    @room.post("/set-up/second-step/code", "setting_up")
    async def confirm_second_step(asked: Asked) -> Response:
        if asked.user.left == "password":
            return asked.back("/set-up")
        async with asked.writing() as conn:
            codes = await second_step.confirm(
                conn, services.sealer, asked.user.id, asked.form.get("code"), asked.wall
            )
            if codes is not None:
                await end_sessions_of(conn, asked.user.id)
                token = await _again(conn, asked, True)
                await asked.audit(conn, "second_step_set", about=("user", asked.user.id))
        if codes is None:
            wrong = (
                "That code does not fit. Wait for the next one and type it; the phone's clock must be right."
            )
            return await _page(asked, 422, wrong_code=wrong)
        response = asked.page("set_up_codes.html", codes=codes, first=True)
        guard.give(response, token)
        return response

    @room.post("/set-up/recovery-codes", "signed_in")
    async def recovery_codes(asked: Asked) -> Response:
        own = await _own(asked)
        if not own.has_second_step:
            return asked.back("/set-up")
        if refused := await _not_them(asked, own):
            return refused
        async with asked.writing() as conn:
            codes = await second_step.new_recovery_codes(conn, asked.user.id)
            await asked.audit(conn, "recovery_codes_made", about=("user", asked.user.id))
        return asked.page("set_up_codes.html", codes=codes, first=False)

    @room.post("/set-up/out-everywhere", "setting_up")
    async def out_everywhere(asked: Asked) -> Response:
        async with asked.writing() as conn:
            await end_sessions_of(conn, asked.user.id)
            await asked.audit(conn, "signed_out_everywhere", about=("user", asked.user.id))
        response = asked.back("/login", done="out-everywhere")
        guard.take(response)
        return response


async def _again(conn: Connection, asked: Asked, has_second_step: bool) -> str:
    """A session under a new token, after the others ended; with all that is needed, somebody is active from now on."""
    if has_second_step or not needs_second_step(asked.user.role):
        await passwords.signed_in_fully(conn, asked.user.id, asked.wall)
    return await begin_session(conn, asked.user.id, asked.wall)


async def _own(asked: Asked) -> _Own:
    row = await asked.services.pool.fetchrow(_OWN, asked.user.id)
    if row is None:
        raise LookupError("a user who is signed in has no row")
    email = accounts.email_of(asked.services.sealer, row["email"], asked.user.id)
    return _Own(email, row["password_hash"], row["has_second_step"], row["codes_left"])


async def _not_them(asked: Asked, own: _Own) -> Response | None:
    """The page again where the present password is asked for and was not given; None where all is well.

    A one-time sign-in stands for a password that was forgotten.
    """
    if asked.user.left == "password" or own.password_hash is None:
        return None
    pool, index, email = asked.services.pool, asked.services.index, own.email
    host = asked.request.client.host if asked.request.client else ""
    counted = await tries.count(pool, index, email, host, asked.wall, known=_SIGNED_IN)
    if counted.wait is not None:
        said = f"There were too many wrong tries. Try again in {minutes(counted.wait)}."
        return await _page(asked, 429, trouble=said)
    try:
        right = await passwords.is_right(asked.services, own.password_hash, _raw(asked, "password"))
    except PinsBusyError:
        return await _page(asked, 503, trouble=BUSY)
    if not right:
        return await _page(asked, 422, trouble="That is not your present password. Nothing was changed.")
    await tries.forgive(pool, counted, asked.wall)
    return None


async def _page(
    asked: Asked, status: int = 200, *, trouble: str = "", wrong_new: str = "", wrong_code: str = ""
) -> Response:
    own = await _own(asked)
    async with asked.services.pool.acquire() as conn:
        secret = await second_step.pending(conn, asked.services.sealer, asked.user.id)
    email = own.email
    return asked.page(
        "set_up.html",
        status,
        said=asked.said(SAID),
        trouble=trouble,
        wrong_new=wrong_new,
        wrong_code=wrong_code,
        email=email,
        left=asked.user.left,
        has_password=own.password_hash is not None,
        has_second_step=own.has_second_step,
        codes_left=own.codes_left,
        must_second_step=needs_second_step(asked.user.role),
        picture="" if secret is None else second_step.picture_of(secret, email),
        typed="" if secret is None else second_step.spaced(secret),
        shortest=passwords.SHORTEST,
    )


def _raw(asked: Asked, name: str) -> str:
    """A field as it was typed: a space at either end of a password counts."""
    return next(iter(asked.form.all(name)), "")[:1000]


_OWN = """
SELECT u.email, u.password_hash, u.totp_secret IS NOT NULL AS has_second_step,
    (SELECT count(*) FROM recovery_code c WHERE c.user_id = u.id AND c.used_at IS NULL) AS codes_left
FROM dashboard_user u WHERE u.id = $1
"""
