"""Where journeys are played: the real stack on a stepped clock, with people who do only what the script says."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from service.apply.deps import Deps
from service.clocks import set_stepped, step
from service.commands.days import weekdays
from service.directory import (
    EVERY_WEEKDAY,
    Duty,
    NewFacility,
    NewMother,
    NewStaff,
    add_duty,
    add_facility,
    add_mother,
    add_staff,
)
from service.inbound.delivery import delivered
from service.inbound.sms import InboundText, receive
from service.inbound.voice import called
from service.processes.worker import Worker
from service.simulator.trouble import set_gateway
from service.store.case_codes import code_for
from service.store.mothers import Enrolled
from service.store.visits import NewVisit, add_visits
from service.wiring import Services
from tests.journeys.script import Step, matches

ZONE = ZoneInfo("Africa/Nairobi")
FIRST_DAY = date(2026, 5, 31)
HALF_A_YEAR = timedelta(weeks=26)
BEGINS = datetime.combine(FIRST_DAY, time(9, 0), ZONE)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CODE = re.compile(r"\b(\d{4}|\d{6})\b(?=, 10 min|, dakika 10| on the slip| kwenye karatasi)")
"""A code that one person reads out to another: for a handset, or on a slip of paper."""
LANGUAGES = {"English": "en", "Kiswahili": "sw"}
ROLES: dict[str, Literal["mentor", "supervisor", "nurse"]] = {
    "Mentor": "mentor",
    "Supervisor": "supervisor",
    "Nurse": "nurse",
}
SIGNATURES: dict[str, Literal["tips", "group", "none"]] = {"tips": "tips", "group": "group", "none": "none"}
RISKS = {"red": BEGINS.date() - timedelta(days=30), "amber": date(2024, 1, 10), "green": date(2024, 1, 10)}
"""When she started treatment: less than three months ago is red. Amber is pregnant, green is not."""


@dataclass(slots=True)
class Player:
    """Somebody with a phone: whom they are in the database, and how far their texts have been read."""

    name: str
    number: str
    person_id: int = 0
    mentor_id: int = 0
    session: int = 0
    text: str = ""
    screen: str = ""
    read: int = 0
    lost: bool = False


@dataclass(slots=True)
class Stage:
    """One journey's world."""

    services: Services
    worker: Worker
    players: dict[str, Player] = field(default_factory=dict)
    facilities: dict[str, int] = field(default_factory=dict)
    seen_code: str = ""
    texts: int = 0

    # --- who there is -------------------------------------------------------------------------

    @property
    def deps(self) -> Deps:
        return self.services.deps()

    async def now(self) -> datetime:
        return await self.services.clocks.care.now()

    def player(self, name: str) -> Player:
        assert name in self.players, f"nobody here is called {name}"
        return self.players[name]

    def new_player(self, name: str) -> Player:
        self.players[name] = Player(name, f"+2547000007{len(self.players) + 1:02d}")
        return self.players[name]

    async def do_facility(self, name: str, details: str) -> None:
        transport = re.search(r"transport ([0-9 ]+)", details)
        line = self.new_player(name).number if re.search(r"\bline\b", details) else None
        opens = re.search(r"open ([a-z,-]+)", details)
        async with self.services.pool.acquire() as conn:
            new = NewFacility(
                name,
                "KE",
                str(ZONE),
                transport=transport[1].strip() if transport else "",
                line=line,
                open_on=weekdays(opens[1]) if opens else EVERY_WEEKDAY,
                keeps_holidays=opens is not None,
            )
            self.facilities[name] = await add_facility(conn, self.deps, new, await self.now())

    async def do_staff(self, role: str, name: str, facility: str, details: str) -> None:
        player = self.new_player(name)
        pin = _word(details, r"PIN (\d{4})")
        async with self.services.pool.acquire() as conn, conn.transaction():
            new = NewStaff(
                role=ROLES[role],
                name=name,
                number=player.number,
                facility_id=self.facilities[facility],
                language=LANGUAGES[_word(details, r"speaks (\w+)") or "English"],
                pin_hash=await self.services.pins.hash_pin(pin) if pin else None,
                answers_mood="trained" in details,
                works_on=weekdays(works[1]) if (works := re.search(r"works ([a-z,-]+)", details)) else None,
            )
            player.person_id = await add_staff(conn, self.deps, new, await self.now())
            if "told of her week" not in details:
                far = await self.now() + timedelta(days=9999)
                await conn.execute("UPDATE staff SET digest_at = $2 WHERE id = $1", player.person_id, far)
            if duty := re.search(r"on duty( second)? (\d\d:\d\d)-(\d\d:\d\d)", details):
                starts, ends = time.fromisoformat(duty[2]), time.fromisoformat(duty[3])
                rank = 2 if duty[1] else 1
                week = [Duty(day, starts, ends, rank) for day in range(7)]
                await add_duty(conn, new.facility_id, player.person_id, week)

    async def do_mother(self, name: str, mentor: str, details: str) -> None:
        player, of = self.new_player(name), self.player(mentor)
        if shared := _word(details, r"phone shared with (\w+)"):
            player.number = self.player(shared).number
        asked = re.search(r"asked (?:on )?(\w+) (?:at )?(\d\d):00", details)
        risk = _word(details, r"\b(red|amber|green)\b") or "green"
        pin = _word(details, r"PIN (\d{4})")
        now = await self.now()
        async with self.services.pool.acquire() as conn, conn.transaction():
            facility_id = await conn.fetchval("SELECT facility_id FROM staff WHERE id = $1", of.person_id)
            no_phone = "no phone" in details
            enrolled = Enrolled(
                facility_id=facility_id,
                mentor_id=of.person_id,
                language=LANGUAGES[_word(details, r"speaks (\w+)") or "English"],
                form_number=str(1000 + len(self.players)),
                phone_use="none" if no_phone else "shared" if shared else "hers",
                edd=_expected(details) if risk == "amber" or "pregnant" in details else None,
                born_on=_births(details),
            )
            new = NewMother(
                enrolled=enrolled,
                number=None if no_phone else player.number,
                name=name,
                pin_hash=await self.services.pins.hash_pin(pin) if pin else None,
                set_up_at=None if no_phone else now,
                signature=SIGNATURES[_word(details, r"signed (tips|group|none)") or "tips"],
                weekday=DAYS.index(asked[1]) if asked else 6,
                hour=int(asked[2]) if asked else 10,
                art_started_on=RISKS[risk],
                completed_at=now,
            )
            player.person_id = await add_mother(conn, self.deps, new, now)
            player.mentor_id = of.person_id
            if run_out := re.search(r"supply ends (\d+ \w+)", details):
                await conn.execute(
                    "UPDATE mother SET run_out_on = $2 WHERE id = $1",
                    player.person_id,
                    await self._day(run_out[1]),
                )

            if "steady for half a year" in details:
                await conn.execute(_STEADY, player.person_id, now - HALF_A_YEAR)

    async def do_new_phone(self, name: str, details: str) -> None:
        self.new_player(name)

    async def do_visit(self, name: str, day: str) -> None:
        async with self.services.pool.acquire() as conn, conn.transaction():
            mother = self.player(name).person_id
            await add_visits(conn, [NewVisit(mother, "clinic", await self._day(day))], await self.now())

    async def do_cover(self, name: str, mentor: str, day: str) -> None:
        await self.services.pool.execute(
            "INSERT INTO cover (staff_id, covered_by, starts_on, ends_on) VALUES ($1, $2, $3, $4)",
            self.player(mentor).person_id,
            self.player(name).person_id,
            (await self.now()).astimezone(ZONE).date(),
            await self._day(day),
        )

    async def do_lost(self, name: str) -> None:
        """From now on the network gives up what is sent to this phone, and says so."""
        self.player(name).lost = True
        async with self.services.pool.acquire() as conn:
            await set_gateway(conn, {"mode": "no-delivery"})

    # --- what people do -----------------------------------------------------------------------

    async def do_clock(self, when: str) -> None:
        day, at = when.rsplit(" ", 1)
        to = datetime.combine(await self._day(day), time.fromisoformat(at), ZONE)
        if to <= await self.now():
            to += timedelta(days=7)
        await step(self.services.pool, to, self._settle_at)

    async def do_dials(self, name: str, dialled: str = "") -> None:
        player = self.player(name)
        player.session += 1
        player.text = (await self._filled(dialled, player)).strip("*")
        await self._hop(player)

    async def do_presses(self, name: str, pressed: str) -> None:
        player = self.player(name)
        pressed = await self._filled(pressed, player)
        player.text = f"{player.text}*{pressed}" if player.text else pressed
        await self._hop(player)

    async def do_hangs_up(self, name: str) -> None:
        self.player(name).text = ""

    async def do_texts(self, name: str, text: str) -> None:
        player = self.player(name)
        self.texts += 1
        inbound = InboundText(
            gateway="simulator",
            gateway_id=f"in-{self.texts}",
            sender=player.number,
            text=await self._filled(text, player),
        )
        await receive(self.services.pool, self.deps, inbound, await self.now())
        await self.settle()

    async def do_gateway(self, how: str) -> None:
        mode = "ok" if how == "is well again" else "500"
        await self.services.pool.execute(
            "INSERT INTO simulator_gateway (id, mode) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET mode = $1",
            mode,
        )

    async def do_calls(self, name: str) -> None:
        self.texts += 1
        number, now = self.player(name).number, await self.now()
        await called(
            self.services.pool,
            self.deps,
            gateway="simulator",
            session_id=f"call-{self.texts}",
            caller=number,
            is_active=True,
            now=now,
        )
        await self.settle()

    async def _hop(self, player: Player) -> None:
        form = {
            "sessionId": f"{player.name}-{player.session}",
            "phoneNumber": player.number,
            "text": player.text,
        }
        player.screen = (await self.services.line.answer(form, "simulator")).decode()
        if code := CODE.search(player.screen):
            self.seen_code = code[1]
        await self.settle()

    async def settle(self) -> None:
        await self._settle_at(await self.now())

    async def _settle_at(self, at: datetime) -> None:
        await self.worker.settle_now()
        for player in self.players.values():
            if player.lost and await self._given_up(player, at):
                await self.worker.settle_now()

    async def _given_up(self, player: Player, at: datetime) -> bool:
        """Report every text on its way to this phone as failed; say whether there was one."""
        rows = await self.services.pool.fetch(
            "SELECT m.gateway_id FROM message m JOIN phone p ON p.id = m.phone_id "
            "WHERE p.number_index = $1 AND m.state = 'sent' ORDER BY m.id",
            self.services.index.of(player.number),
        )
        for row in rows:
            await delivered(
                self.services.pool,
                self.deps,
                gateway="simulator",
                gateway_id=row["gateway_id"],
                status="Failed",
                sender=player.number,
                reason="DeliveryFailure",
                now=at,
            )
        return bool(rows)

    # --- what is found ------------------------------------------------------------------------

    async def see_screen(self, step_: Step) -> None:
        player = self.player(step_.words["name"])
        expected = await self._filled("\n".join(step_.screen), player)
        assert matches(expected, player.screen), f"{step_.text}\nexpected:\n{expected}\ngot:\n{player.screen}"

    async def do_gets(self, name: str, text: str) -> None:
        player = self.player(name)
        unread = await self.unread(player)
        expected = await self._filled(text, player)
        assert unread, f"{name} got nothing; expected: {expected}"
        assert matches(expected, unread[0]), f"expected: {expected}\ngot:      {unread[0]}"
        player.read += 1
        for other in self.players.values():  # two people on one phone read the same inbox
            if other is not player and other.number == player.number:
                other.read += 1

    async def unread(self, player: Player) -> list[str]:
        if player.lost:
            return []
        rows = await self.services.pool.fetch(
            "SELECT seq, sealed_text FROM simulator_sms WHERE number_index = $1 ORDER BY seq OFFSET $2",
            self.services.index.of(player.number),
            player.read,
        )
        return [
            self.services.sealer.open(
                row["sealed_text"], table="simulator_sms", column="sealed_text", row=row["seq"]
            )
            for row in rows
        ]

    async def nobody_got_more(self, where: str) -> None:
        for player in self.players.values():
            unread = await self.unread(player)
            assert not unread, f"{where}: {player.name} got a text the journey does not name: {unread[0]}"

    async def do_follow_up(self, name: str, cause: str, state: str) -> None:
        found = {row["cause"]: row["state"] for row in await self._open_follow_ups(name)}
        assert found.get(cause) == state, f"open about {name}: {found}"

    async def do_no_follow_up(self, name: str) -> None:
        found = [dict(row) for row in await self._open_follow_ups(name)]
        assert not found, f"open about {name}: {found}"

    async def do_alarm(self, name: str) -> None:
        assert any(row["alarm_at"] for row in await self._open_follow_ups(name)), f"no alarm about {name}"

    async def do_attendance(self, name: str, day: str, status: str) -> None:
        found = await self.services.pool.fetchval(
            "SELECT status FROM visit WHERE mother_id = $1 AND due_on = $2",
            self.player(name).person_id,
            await self._day(day, back=True),
        )
        assert found == status

    async def do_meeting(self, name: str, day: str, count: str, came: str) -> None:
        """How many came to a meeting, and who of those known here, such as "Amina and Dalila"."""
        row = await self.services.pool.fetchrow(
            "SELECT headcount, ARRAY(SELECT mother_id FROM meeting_guest WHERE meeting_id = m.id AND came) AS came "
            "FROM meeting m WHERE mentor_id = $1 AND on_day = $2 AND held_at IS NOT NULL",
            self.player(name).person_id,
            await self._day(day, back=True),
        )
        assert row is not None, "no such meeting was held"
        expected = {self.player(one).person_id for one in came.split(" and ")}
        assert (row["headcount"], set(row["came"])) == (int(count), expected)

    async def do_children(self, name: str, states: str) -> None:
        """How many are alive, died or withdrawn, such as "1 alive, 1 died"."""
        rows = await self.services.pool.fetch(
            "SELECT count(*) || ' ' || status AS state FROM infant WHERE mother_id = $1 GROUP BY status ORDER BY status",
            self.player(name).person_id,
        )
        assert ", ".join(row["state"] for row in rows) == states

    async def do_pregnancy(self, name: str, status: str) -> None:
        found = await self.services.pool.fetchval(
            "SELECT status FROM pregnancy WHERE mother_id = $1", self.player(name).person_id
        )
        assert found == status

    async def do_site(self, facility: str, status: str) -> None:
        found = await self.services.pool.fetchval(
            "SELECT status FROM facility WHERE id = $1", self.facilities[facility]
        )
        assert found == status

    async def _open_follow_ups(self, name: str) -> list[Any]:
        rows: list[Any] = await self.services.pool.fetch(
            "SELECT cause, state, alarm_at FROM follow_up WHERE mother_id = $1 AND state <> 'resolved'",
            self.player(name).person_id,
        )
        return rows

    # --- words --------------------------------------------------------------------------------

    async def _day(self, name: str, *, back: bool = False) -> date:
        """The named day: this one, or the next; with ``back`` the last one that was."""
        today = (await self.now()).astimezone(ZONE).date()
        if name not in DAYS:
            return datetime.strptime(f"{name} 2026", "%d %B %Y").replace(tzinfo=ZONE).date()
        ahead = (DAYS.index(name) - today.weekday()) % 7
        return today + timedelta(days=ahead - 7 if back and ahead else ahead)

    async def _filled(self, text: str, reader: Player) -> str:
        """Put in the digits by which the reader knows each mother, and the code last read out."""
        text = text.replace("{code}", self.seen_code)
        for name in re.findall(r"\{(\w+)\}", text):
            async with self.services.pool.acquire() as conn:
                mother = self.player(name).person_id
                code = await code_for(conn, reader.person_id, await self.now(), mother_id=mother)
            text = text.replace(f"{{{name}}}", str(code))
        return text


async def open_stage(services: Services, worker: Worker) -> Stage:
    """An empty stage on Sunday 31 May 2026, nine in the morning."""
    await set_stepped(services.pool, BEGINS)
    return Stage(services, worker)


def _expected(details: str) -> date:
    """The expected day: "due 24 May 2026", else so late that no contact of a pregnancy falls into a journey."""
    day = _word(details, r"due (\d+ \w+ \d{4})")
    if day is None:
        return FIRST_DAY + timedelta(weeks=26)
    return datetime.strptime(day, "%d %B %Y").replace(tzinfo=ZONE).date()


def _births(details: str) -> tuple[date, ...]:
    """The birth date of each of her children: "child born 25 June 2025, twins born 20 April 2026"."""
    born = re.findall(r"(child|twins) born (\d+ \w+ \d{4})", details)
    return tuple(
        datetime.strptime(day, "%d %B %Y").replace(tzinfo=ZONE).date()
        for which, day in born
        for _ in range(2 if which == "twins" else 1)
    )


def _word(details: str, pattern: str) -> str | None:
    found = re.search(pattern, details)
    return found[1] if found else None


# Set up half a year ago, asked every week since, and each time she answered within the hour.
_STEADY = """
WITH since AS (UPDATE mother SET set_up_at = $2 WHERE id = $1)
INSERT INTO message (person_id, phone_id, mother_id, message_class, priority, template, language, created_at, not_before,
    valid_until, state, sent_at, settled_at, replied_at)
SELECT p.id, p.phone_id, p.id, 'B', 50, 'checkin', p.language, at, at, at + interval '90 min', 'delivered', at, at,
    at + interval '1 hour'
FROM person p, generate_series($2::timestamptz, $2::timestamptz + interval '25 weeks', interval '1 week') AS at
WHERE p.id = $1
"""
