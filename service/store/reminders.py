"""The contacts whose time has come: claimed with everything the rules may know, settled into texts, work or a reason."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from flows.bundle import Bundle
from flows.registry import Value
from scheduler.decide_contact import LOOK_AGAIN
from scheduler.localtime import local
from scheduler.ports import Batch
from scheduler.roster import works_from
from scheduler.types import (
    Country,
    Decision,
    DueReminder,
    Hold,
    OpenFollowUp,
    Send,
    Skip,
    StaffMember,
    TellMentor,
)
from service.database import Connection, Pool
from service.security.sealing import Sealer
from service.store.case_codes import codes_for
from service.store.date_instead import mark_date_today
from service.store.fatigue import mark_enough
from service.store.follow_ups import NewFollowUp, open_follow_ups
from service.store.looked import mark_looked
from service.store.messages import NewMessage, queue
from service.store.open_days import days_off, mark_closed
from service.store.reminders_sql import DUE, MENTORS, PUSHED, SETTLE
from service.store.risk_facts import risks
from service.store.roster import days_of

MEETING: Final = "meeting"
"""The schedule of invitations."""

MENTOR_READS = timedelta(hours=2)
"""How long into her working day a reminder in a mother's place is still worth having (project choice)."""


class Reminders:
    """Implements ``scheduler.ports.Reminders``."""

    def __init__(
        self,
        pool: Pool,
        sealer: Sealer,
        bundle: Callable[[], Bundle],
        countries: Callable[[], Mapping[str, Country]],
    ) -> None:
        self._pool = pool
        self._sealer = sealer
        self._bundle = bundle
        self._countries = countries

    @asynccontextmanager
    async def due(self, now: datetime, limit: int) -> AsyncIterator[Batch[DueReminder, Decision]]:
        """See the port. Her person's row is locked with the contact, so that a stop comes before or after it."""
        async with self._pool.acquire() as conn, conn.transaction():
            rows = await conn.fetch(DUE, now, limit, foreseeing(self._countries()))
            pushed = await pushed_lately(conn, rows, now)
            items = [item_of(row, pushed[row["mother_id"]]) for row in rows]
            items = await mark_closed(conn, rows, items, now.date())
            items = await mark_enough(conn, items, self._countries(), now)
            items = await mark_looked(conn, items, self._countries(), now)
            items = await mark_date_today(conn, items, now)
            yield _Batch(conn, rows, items, self._sealer, self._bundle(), self._countries(), now)


@dataclass(frozen=True, slots=True)
class _Batch:
    conn: Connection
    rows: Sequence[Any]
    items: Sequence[DueReminder]
    sealer: Sealer
    bundle: Bundle
    countries: Mapping[str, Country]
    now: datetime

    async def settle(self, results: Sequence[Decision]) -> None:
        """Write each decision, queue the texts and open the follow-ups."""
        mentors = await self._mentors(
            [row for row, one in zip(self.rows, results, strict=True) if isinstance(one, TellMentor)]
        )
        decided = [
            (row, self._held_back(row, one, mentors)) for row, one in zip(self.rows, results, strict=True)
        ]
        texts = [self._text(row, one) for row, one in decided if isinstance(one, Send)]
        told = [(row, one) for row, one in decided if isinstance(one, TellMentor)]
        work = [(row, one) for row, one in decided if isinstance(one, OpenFollowUp)]
        await self.conn.execute(
            SETTLE,
            [row["id"] for row, _ in decided],
            [_state(one) for _, one in decided],
            [one.reason if isinstance(one, (Skip, Hold)) else None for _, one in decided],
            [one.until if isinstance(one, Hold) else None for _, one in decided],
            self.now,
        )
        texts += await self._to_mentors(told, mentors)
        await queue(self.conn, self.sealer, texts, self.now)
        await self._open(work)

    def _text(self, row: Any, send: Send) -> NewMessage:
        template = self.bundle.template(send.template)
        open_wording = row["wording"] == "open" and (not template.baby_words or row["baby_wording"])
        return NewMessage(
            person_id=row["mother_id"],
            phone_id=row["phone_id"],
            template=send.template,
            message_class=send.message_class,
            language=row["language"],
            not_before=send.not_before,
            valid_until=send.valid_until,
            wording="open" if open_wording else "covert",
            signature=row["signature"],
            tip=tip_of(row["occurrence"]),
            params=_params(row),
            mother_id=row["mother_id"],
            infant_id=row["infant_id"],
            visit_id=row["visit_id"],
            reminder_id=row["id"],
        )

    async def _mentors(self, rows: Sequence[Any]) -> Mapping[int, Any]:
        """By reminder, who can be reminded in a mother's place."""
        if not rows:
            return {}
        found = await self.conn.fetch(
            MENTORS,
            [row["id"] for row in rows],
            [row["mentor_id"] for row in rows],
            [row["facility_id"] for row in rows],
            self.now.date(),
        )
        return {row["reminder_id"]: row for row in found}

    def _held_back(self, row: Any, decision: Decision, mentors: Mapping[int, Any]) -> Decision:
        """What nobody can be told yet waits for somebody, while it is still worth telling."""
        if not isinstance(decision, TellMentor) or row["id"] in mentors:
            return decision
        return Hold(min(self.now + LOOK_AGAIN, row["valid_until"]), "nobody_to_remind")

    async def _to_mentors(
        self, told: Sequence[tuple[Any, TellMentor]], mentors: Mapping[int, Any]
    ) -> list[NewMessage]:
        """The mentor alone is reminded: by the mother's case code, in the mentor's working hours."""
        if not told:
            return []
        reached = [(row, one, mentors[row["id"]]) for row, one in told]
        codes = await codes_for(
            self.conn, [(m["staff_id"], row["mother_id"]) for row, _, m in reached], self.now
        )
        return [
            NewMessage(
                person_id=mentor["staff_id"],
                phone_id=mentor["phone_id"],
                template=one.template,
                message_class=self.bundle.template(one.template).message_class,
                language=mentor["language"],
                not_before=_at_work(mentor, self.now),
                valid_until=max(one.valid_until, _at_work(mentor, self.now) + MENTOR_READS),
                params={
                    "code": str(codes[mentor["staff_id"], row["mother_id"]]),
                    "date": row["occurrence"],
                },
                mother_id=row["mother_id"],
                infant_id=row["infant_id"],
                visit_id=row["visit_id"],
                reminder_id=row["id"],
            )
            for row, one, mentor in reached
        ]

    async def _open(self, work: Sequence[tuple[Any, OpenFollowUp]]) -> None:
        if not work:
            return
        risk = await risks(self.conn, sorted({row["mother_id"] for row, _ in work}), self.now)
        new = []
        for row, one in work:
            policy = self.countries[row["country"]].policies[one.cause]
            new.append(
                NewFollowUp(
                    mother_id=row["mother_id"],
                    facility_id=row["facility_id"],
                    visit_id=row["visit_id"],
                    cause=one.cause,
                    country=row["country"],
                    rank=policy.rank,
                    urgent=policy.urgent,
                    risk=risk[row["mother_id"]],
                )
            )
        await open_follow_ups(self.conn, new, self.now)


def _params(row: Any) -> Mapping[str, Value] | None:
    """What a text names: the day of a visit; of a meeting its hour too, at which what is said of it ends."""
    if row["schedule"] == MEETING:
        return {"date": row["occurrence"], "time": f"{local(row['valid_until'], row['time_zone']):%H:%M}"}
    return {"date": row["occurrence"]} if row["visit_id"] is not None else None


def tip_of(day: date) -> int:
    """A number that grows by one each ISO week, so that tips follow each other."""
    return (day.toordinal() - 1) // 7


def _state(decision: Decision) -> str:
    match decision:
        case Hold():
            return "planned"
        case Skip():
            return "skipped"
        case OpenFollowUp() | TellMentor():
            return "done"
        case _:
            return "queued"


def _at_work(mentor: Any, now: datetime) -> datetime:
    """Now within her working hours, else when they next begin."""
    hours = StaffMember(
        id=mentor["staff_id"],
        role="mentor",
        reachable=True,
        time_zone=mentor["time_zone"],
        starts_at=mentor["starts_at"],
        ends_at=mentor["ends_at"],
        works_on=days_of(mentor["works_on"]),
        off_on=days_off(mentor, local(now, mentor["time_zone"]).date()),
    )
    return works_from(hours, now)


async def pushed_lately(conn: Connection, rows: Sequence[Any], now: datetime) -> dict[int, tuple[int, int]]:
    """For each mother, texts pushed to her on her local day and in the seven days up to it."""
    if not rows:
        return {}
    zones = {row["mother_id"]: row["time_zone"] for row in rows}
    counted: dict[int, tuple[int, int]] = dict.fromkeys(zones, (0, 0))
    for row in await conn.fetch(PUSHED, list(zones), list(zones.values()), now):
        counted[row["mother_id"]] = (row["today"], row["week"])
    return counted


def foreseeing(countries: Mapping[str, Country]) -> list[str]:
    """The names of the rules that foresee days on which she, or a baby of hers, is expected."""
    return sorted({name for country in countries.values() for name in country.series})


def item_of(row: Any, pushed: tuple[int, int]) -> DueReminder:
    """A row of ``DUE`` or ``TO_COME`` as the rules read it; ``pushed`` are her texts today and this week."""
    return DueReminder(
        id=row["id"],
        mother_id=row["mother_id"],
        country=row["country"],
        schedule=row["schedule"],
        step=row["step"],
        occurrence=row["occurrence"],
        due_at=row["due_at"],
        valid_until=row["valid_until"],
        time_zone=row["time_zone"],
        hold=row["hold"],
        phone=row["phone"],
        set_up=row["set_up_at"] is not None,
        consented=row["consented"],
        signature=row["signature"],
        baby_wording=row["baby_wording"],
        site=row["site"],
        site_has_entries=row["site_has_entries"],
        attendance=row["attendance"],
        infant_alive=row["infant_alive"],
        her_hour=row["checkin_hour"],
        pushed_today=pushed[0],
        pushed_this_week=pushed[1],
        answered_since_due=row["answered_since_due"],
        daily_rhythm=row["rhythm"] == "daily",
        in_hand=row["in_hand"],
        rests=row["rests"],
        date_known=row["date_known"],
    )
