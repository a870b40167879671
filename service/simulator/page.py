"""The page with two phones: who is in each, what its screen shows, and how it works without a script."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from starlette.responses import HTMLResponse

from service.dashboard.frame.pages import page
from service.dashboard.frame.times import clock_time, in_utc
from service.demo.people import BY_A_VISITOR, people
from service.simulator import story as stories
from service.simulator.handset import dial, missed_call, text
from service.simulator.texts import inbox, last_seq, next_check_ins
from service.wiring import Services

SIDES: Final = (("a", "The mother's phone"), ("b", "The mentor's phone"))


@dataclass
class Side:
    """One of the two phones. ``session`` is empty while nothing is dialled; ``text`` is what was typed so far."""

    name: str
    title: str
    place: int
    session: str = ""
    text: str = ""
    screen: str = ""
    said: str = ""
    inbox: list[dict[str, Any]] = field(default_factory=list)


async def everybody(services: Services) -> list[dict[str, Any]]:
    """The made-up people, always in the same order: whoever a visitor enrols comes after all others."""
    async with services.pool.acquire() as conn:
        found = await people(conn, services)
    return sorted(found, key=lambda one: one["behaviour"] == BY_A_VISITOR)


async def show(
    services: Services,
    chosen: Mapping[str, str],
    *,
    said: str = "",
    dialled: Side | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page. ``chosen`` may name a person's place for `a` and `b`; else the guided story's two are there."""
    members = await everybody(services)
    now = await services.clocks.care.now()
    zone = services.country.time_zone
    async with services.pool.acquire() as conn:
        check_ins = await next_check_ins(conn, services.index, stories.candidates(members), now)
        story = stories.choose(members, check_ins, now)
        sides = [
            dialled
            if dialled is not None and dialled.name == name
            else Side(name, title, place_in(chosen.get(name), members, default))
            for (name, title), default in zip(SIDES, (story.mother, story.mentor), strict=True)
        ]
        for side in sides:
            if members and (number := members[side.place]["msisdn"]):
                found = await inbox(conn, services.sealer, services.index, number)
                side.inbox = [sms | {"shown": _shown(sms["at"], zone)} for sms in found]
        seq = await last_seq(conn)
    return page(
        "simulator.html",
        status,
        people=members,
        groups=stories.groups(members),
        label=stories.label,
        facts=stories.facts,
        sides=sides,
        story=story,
        hour_before=clock_time(story.hour_before, zone) if story.hour_before else "",
        hour_before_utc=in_utc(story.hour_before) if story.hour_before else "",
        code=services.settings.ussd_code,
        seq=seq,
        now_utc=in_utc(now),
        zone=zone,
        local_now=clock_time(now, zone, year=True),
        local_time=clock_time(now, zone, date=False),
        said=said,
    )


async def press(services: Services, fields: Mapping[str, str]) -> HTMLResponse:
    """What a phone's form does without a script: dial or answer, text, call, or hang up."""
    members = await everybody(services)
    name = "b" if fields.get("side") == "b" else "a"
    side = Side(name, dict(SIDES)[name], place_in(fields.get(name), members, 0))
    number = (members[side.place]["msisdn"] or "") if members else ""
    typed = fields.get("typed", "").strip()
    match fields.get("do"):
        case "sms" if typed:
            await text(services, number, typed)
            side.said = "Your text was sent."
        case "call":
            await missed_call(services, number)
            side.said = "Missed call given: a person is asked to call back."
        case "hang-up":
            side.said = "You hung up."
        case _:
            await _hop(services, side, number, typed, fields)
    return await show(services, fields, dialled=side)


async def _hop(services: Services, side: Side, number: str, typed: str, fields: Mapping[str, str]) -> None:
    code = services.settings.ussd_code
    session, before = fields.get("session", ""), fields.get("text", "")
    if session and not typed:
        side.said = "Type something first: dialling began again."
    # *384*77*7*417# dials the code and presses 7, then 417.
    further = typed[len(code) : -1] if typed.startswith(f"{code[:-1]}*") and typed.endswith("#") else ""
    if not session and typed not in ("", code) and not further:
        side.said = f"On this network only {code} answers."
        return
    so_far = "*".join(part for part in (before, typed) if part) if session and typed else further
    session = session if session and typed else f"page-{secrets.token_hex(12)}"
    form = {"sessionId": session, "phoneNumber": number, "serviceCode": code, "text": so_far}
    kind, _, screen = (await dial(services, form)).decode().partition(" ")
    side.screen = screen
    if kind == "CON":
        side.session, side.text = session, so_far


def place_in(given: str | None, members: Sequence[Mapping[str, Any]], default: int) -> int:
    """The place of a person with a phone, or the default for anything else."""
    if given is not None and given.isascii() and given.isdigit() and len(given) < 6:
        place = int(given)
        if place < len(members) and members[place]["msisdn"]:
            return place
    return default


def _shown(at: str, zone: str) -> str:
    return clock_time(datetime.fromisoformat(at), zone)
