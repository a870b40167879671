"""`pamoja why`: one mother's contacts, past and to come, with rule, source and reason; that somebody looked is recorded."""

import json
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service.commands.context import operator_settings, run
from service.commands.problems import WRONG_USE, UserError

if TYPE_CHECKING:
    from datetime import datetime

    from service.database import Connection
    from service.store.named import Named
    from service.store.timeline import Timeline
    from service.wiring import Services

HOW: Final = (
    "her id, such as 17, or her clinic and her client or form number, such as Riverside/1042 or 1/1042"
)
TRIES: Final = 5
LARGEST_ID: Final = 8
"""Digits of an id alone; more of them are a phone number."""

_PHONE: Final = re.compile(r"\+[\d\s().-]+|0[\d\s().-]{8,}|[\d\s().-]{9,}")
_PHONE_OF_A_CLINIC: Final = re.compile(r"\+[\d\s().-]+|0[\d\s().-]{8,}")
"""After a clinic nine digits may well be a client number."""


def why(
    mother: Annotated[str, typer.Argument(metavar="MOTHER", help=f"{HOW[0].upper()}{HOW[1:]}.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Every past and future contact with one mother: its rule, the source, and why it was sent, held or skipped."""
    from service.commands.why_shown import document, show

    told = run(_why(named_by(mother)))
    if as_json:
        print(json.dumps(document(told), ensure_ascii=False, indent=1))
    else:
        show(told)


def named_by(text: str) -> "Named":
    """What is typed, as it is looked up. Raises UserError for a phone number, and does not repeat it."""
    from service.store.named import Named

    typed = text.strip()
    facility, slash, number = (part.strip() for part in typed.partition("/"))
    if (_PHONE_OF_A_CLINIC if slash else _PHONE).fullmatch(number if slash else typed):
        raise UserError(f"A phone number would stay in this shell's history: give {HOW}.", WRONG_USE)
    if slash and facility and number:
        return Named(facility=facility, number=number)
    if not slash and typed.isascii() and typed.isdecimal() and len(typed) <= LARGEST_ID:
        return Named(mother_id=int(typed))
    raise UserError(f"Give {HOW}.", WRONG_USE)


async def _why(named: "Named") -> "Timeline":
    from asyncpg import SerializationError

    from service.wiring import open_services

    async with open_services(operator_settings()) as services:
        now = await services.clocks.care.now()
        wall = await services.clocks.wall.now()
        for _ in range(TRIES):
            # The audit has one order: somebody who wrote in it since our moment began makes it a moment that is over.
            with suppress(SerializationError):
                async with services.pool.acquire() as conn, conn.transaction(isolation="repeatable_read"):
                    return await look(services, conn, named, now, wall)
        raise UserError("Much is being written at the moment: run it again.")


async def look(
    services: "Services", conn: "Connection", named: "Named", now: "datetime", wall: "datetime"
) -> "Timeline":
    """Her timeline; with it the audit says who looked, and her own record that the office did.

    Raises UserError when nobody, or more than one mother, is named so.
    """
    from service import audit
    from service.apply.record import opened_by_office
    from service.store.named import mothers_named
    from service.store.timeline import timeline

    ids = await mothers_named(conn, named)
    if len(ids) > 1:
        listed = ", ".join(str(one) for one in ids[:5])
        raise UserError(f"Several mothers are named so: give the id of one of them, such as {listed}.")
    causes = services.bundles.current().words_of("cause")
    told = await timeline(conn, ids[0], now, services.countries, causes) if ids else None
    if told is None:
        raise UserError(f"No mother is named so: give {HOW}.")
    await opened_by_office(conn, told.mother_id, now)
    about = ("mother", told.mother_id)
    await audit.record(conn, services.sealer, wall, f"operator {_user()}", "record_opened", about=about)
    return told


def _user() -> str:
    """The account that runs the command."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"
