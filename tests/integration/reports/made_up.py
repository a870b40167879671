"""A made-up history of three clinics in three time zones: contacts, cases, visits, babies and mothers of every fate.

Instants crowd around local midnights and the ends of months, where a report that counts by another day goes wrong.
"""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.integration.store.kit import Programme

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TODAY = NOW.date()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = (("Hillside", "ZA", "Africa/Lagos"), ("Island", "WHO", "Pacific/Kiritimati"))
SAID: Sequence[tuple[str, ...]] = (
    (),
    ("told",),
    ("told", "pass_on", "told", "going", "reached_coming"),
    ("told", "going", "not_reached", "told", "reached_problem", "came"),
    ("told", "reached_coming", "undo", "told", "going"),
    ("told", "going", "undo", "answered"),
    ("told", "going", "going", "came", "opened", "told", "reached_problem"),
    ("told", "answered"),
    ("going", "came"),
    ("came",),
)


class History:
    """Writes it down, drawn from one seed."""

    def __init__(self, clinic: Programme, seed: int) -> None:
        self.clinic, self.chance = clinic, random.Random(seed)
        self.mentors: dict[int, list[int]] = {}

    async def live(self, mothers: int) -> list[int]:
        """Fill the database; return the ids of the clinics."""
        await self._clinics()
        every = await self.clinic.mothers(mothers)
        for mother in every:
            await self._mother(mother)
        await self._rare(every)
        await self._site_days()
        await self.clinic.pool.execute("ANALYZE")
        return sorted(self.mentors)

    async def _clinics(self) -> None:
        pool = self.clinic.pool
        await pool.execute("UPDATE facility SET open_on = '01234', keeps_holidays = TRUE")
        self.mentors[self.clinic.facility] = [self.clinic.mentor]
        for name, country, zone in ZONES:
            facility = await pool.fetchval(
                "INSERT INTO facility (name, country, time_zone, day_close_at, open_on) "
                "VALUES ($1, $2, $3, '15:00', $4) RETURNING id",
                name,
                country,
                zone,
                "0123456" if country == "WHO" else "012345",
            )
            self.mentors[facility] = []
        for facility, known in self.mentors.items():
            for _ in range(2):
                person = await pool.fetchval(
                    "INSERT INTO person (kind, language, created_at) VALUES ('mentor', 'en', $1) RETURNING id",
                    NOW,
                )
                await pool.execute(
                    "INSERT INTO staff (id, role, facility_id, starts_at, ends_at) VALUES ($1, 'mentor', $2, '08:00', '17:00')",
                    person,
                    facility,
                )
                known.append(person)
            for day in (date(2026, 10, 6), date(2026, 10, 7), date(2026, 10, 11)):
                await pool.execute(
                    "INSERT INTO facility_day (facility_id, day, open, reason, entered_at) VALUES ($1, $2, $3, $4, $5)",
                    facility,
                    day,
                    day.weekday() == 6,
                    None if day.weekday() == 6 else "strike",
                    NOW,
                )

    async def _mother(self, mother: int) -> None:
        pool, chance = self.clinic.pool, self.chance
        facility = chance.choice(sorted(self.mentors))
        mentor = chance.choice([*self.mentors[facility], None])
        born = chance.choice([self.day(1500), self.day(1500), self.day(120), date(2026, 8, 31)])
        await pool.execute(
            "UPDATE mother SET facility_id = $2, mentor_id = $3, under_20 = $4, phone_use = $5, care = $6, "
            "art_started_on = $7, set_up_at = $8 WHERE id = $1",
            mother,
            facility,
            mentor,
            chance.random() < 0.3,
            chance.choice(["hers", "shared", "none"]),
            care := chance.choice(["treatment", "treatment", "treatment", "retest"]),
            chance.choice([self.day(420), date(2025, 10, 31), date(2025, 2, 28)])
            if care == "treatment"
            else None,
            chance.choice([NOW, None]),
        )
        await pool.execute(
            "UPDATE person SET created_at = $2, hold = $3, hold_since = $4 WHERE id = $1",
            mother,
            self.moment(90),
            held := chance.choice([None, None, "stopped", "dead", "transferred"]),
            self.moment(90) if held else None,
        )
        if chance.random() < 0.2:
            await pool.execute("UPDATE consent SET form_number = '' WHERE mother_id = $1", mother)
        infants = await self._babies(mother, born)
        await self._life(mother, facility)
        await self._contacts(mother)
        await self._visits(mother, facility, infants)
        for _ in range(chance.randrange(6)):
            await self._case(mother, facility)

    async def _babies(self, mother: int, born: date) -> list[int]:
        pool, chance = self.clinic.pool, self.chance
        found = []
        for order in range(1, chance.choice([1, 2, 3, 4])):
            status = chance.choice(["alive", "alive", "died", "withdrawn"])
            outcome = chance.choice([None, None, "negative", "negative", "positive", "unknown"])
            infant = await pool.fetchval(
                "INSERT INTO infant (mother_id, born_on, birth_order, status, status_on, outcome, outcome_on) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
                mother,
                chance.choice([born, date(2024, 11, 30), date(2026, 8, 31), date(2025, 10, 31)])
                if order > 1
                else born,
                order,
                status,
                None if status == "alive" else born + chance.choice([5, 50, 59, 60, 300]) * DAY,
                outcome,
                TODAY if outcome or chance.random() < 0.2 else None,
            )
            found.append(infant)
            for taken in {
                born + days * DAY
                for days in chance.sample([40, 55, 56, 57, 59, 61, 62, 63, 365, 366, 400], 2)
            }:
                if taken <= TODAY and chance.random() < 0.4:
                    given = (
                        taken + chance.choice([1, 27, 28, 29, 60]) * DAY if chance.random() < 0.8 else None
                    )
                    await pool.execute(
                        "INSERT INTO test (mother_id, infant_id, taken_on, taken_by, given_on, given_by) "
                        "VALUES ($1, $2, $3, $4, $5, $6)",
                        mother,
                        infant,
                        taken,
                        self.clinic.mentor,
                        given,
                        self.clinic.mentor if given else None,
                    )
        return found

    async def _rare(self, mothers: Sequence[int]) -> None:
        """Ends that chance brings about too seldom, of babies born in June 2024, none of whom was ever tested."""
        born = date(2024, 6, 30)
        for mother, (status, outcome, closed, moved) in zip(
            mothers,
            [
                ("alive", None, None, born + 20 * DAY),
                ("alive", None, TODAY, None),
                ("died", None, None, None),
                ("alive", "died", TODAY, None),
                ("alive", "transferred", TODAY, None),
                ("alive", "unknown", TODAY, None),
                ("alive", "positive", TODAY, None),
            ]
            * 2,
            strict=False,
        ):
            await self.clinic.pool.execute("UPDATE mother SET care = 'treatment' WHERE id = $1", mother)
            await self.clinic.pool.execute(
                "INSERT INTO infant (mother_id, born_on, birth_order, status, status_on, outcome, outcome_on) "
                "VALUES ($1, $2, 9, $3, $2, $4, $5)",
                mother,
                born,
                status,
                outcome,
                closed,
            )
            if moved:
                await self.clinic.pool.execute("DELETE FROM life_event WHERE mother_id = $1", mother)
                await self.clinic.pool.execute(
                    "INSERT INTO life_event (mother_id, what, on_day, reported_at, via, before) "
                    "VALUES ($1, 'transferred', $2, $3, 'ussd', $4)",
                    mother,
                    moved,
                    NOW,
                    {"visits": []},
                )

    async def _life(self, mother: int, facility: int) -> None:
        pool, chance = self.clinic.pool, self.chance
        for what in ("transferred", "death"):
            if chance.random() < 0.25:
                before: dict[str, Any] = {"visits": []}
                if what == "transferred" and chance.random() < 0.4:
                    before["from"] = facility
                await pool.execute(
                    "INSERT INTO life_event (mother_id, what, on_day, reported_at, via, before, undone_at) "
                    "VALUES ($1, $2, $3, $4, 'ussd', $5, $6)",
                    mother,
                    what,
                    chance.choice([self.day(420), self.day(1400), date(2025, 10, 30)]),
                    NOW,
                    before,
                    chance.choice([None, None, NOW]),
                )
        if chance.random() < 0.2:
            at = chance.choice([self.moment(90), NOW - 300 * DAY])
            await pool.execute(
                "INSERT INTO erasure (mother_id, asked_at, due_at, done_at) VALUES ($1, $2, $2, $2)",
                mother,
                at,
            )

    async def _contacts(self, mother: int) -> None:
        pool, chance = self.clinic.pool, self.chance
        enrolment = await pool.fetchval(
            "INSERT INTO enrolment (mother_id, country, time_zone, schedule, anchor_on, entered_on) "
            "VALUES ($1, 'KE', 'Africa/Nairobi', 'checkin', $2, $2) RETURNING id",
            mother,
            TODAY,
        )
        for place in range(11):
            due = self.moment(90)
            state, reason = chance.choice(
                [
                    *[("queued", None)] * 6,
                    ("done", None),
                    ("skipped", "answered"),
                    ("skipped", "slower_rhythm"),
                    ("cancelled", "replanned"),
                    ("planned", None),
                ]
            )
            reminder = await pool.fetchval(
                "INSERT INTO reminder (enrolment_id, mother_id, step, occurrence, due_at, valid_until, state, reason) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
                enrolment,
                mother,
                f"ask{place}",
                due.date(),
                due,
                due + HOUR,
                state,
                reason,
            )
            if state in ("queued", "done"):
                await self._text(mother, reminder, due, to_staff=state == "done")

    async def _text(self, mother: int, reminder: int, due: datetime, *, to_staff: bool) -> None:
        went = self.chance.choice(["sent", "delivered", "delivered", "failed", "unknown", "expired"])
        sent = went in ("sent", "delivered", "failed")
        await self.clinic.pool.execute(
            "INSERT INTO message (person_id, phone_id, mother_id, reminder_id, message_class, priority, template, language, "
            "created_at, not_before, valid_until, state, sent_at, replied_at) SELECT CASE WHEN $3 THEN $6 ELSE id END, "
            "phone_id, $1, $2, $9, 50, 'checkin', 'en', $4, $4, $4, $5, $7, $8 FROM person WHERE id = $1",
            mother,
            reminder,
            to_staff,
            due,
            went,
            self.clinic.mentor,
            due + timedelta(minutes=self.chance.randrange(4)) if sent else None,
            due + HOUR if went == "delivered" and self.chance.random() < 0.5 else None,
            self.chance.choice(["A", "B", "C", "D"]),
        )

    async def _visits(self, mother: int, facility: int, infants: Sequence[int]) -> None:
        chance = self.chance
        days = {self.day(120) for _ in range(5)} | {self.day(450) for _ in range(4)} | {TODAY}
        for place, day in enumerate(sorted(days)):
            status = chance.choice(["kept", "kept", "missed", "unknown", "expected", "cancelled"])
            infant = infants[0] if infants and place % 3 == 0 else None
            await self.clinic.pool.execute(
                "INSERT INTO visit (mother_id, infant_id, facility_id, kind, due_on, came_on, status, marked_by, marked_at) "
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                mother,
                infant,
                facility if chance.random() < 0.9 else chance.choice(sorted(self.mentors)),
                "infant_test" if infant else chance.choice(["clinic", "refill"]),
                day,
                day + chance.choice([-2, 2, 30]) * DAY
                if status == "kept" and chance.random() < 0.4
                else None,
                status,
                self.clinic.mentor if status in ("kept", "missed") else None,
                NOW,
            )

    async def _case(self, mother: int, facility: int) -> None:
        pool, chance = self.clinic.pool, self.chance
        opened = self.moment(90)
        closed = opened + chance.randrange(1, 900) * HOUR if chance.random() < 0.85 else None
        case = await pool.fetchval(
            "INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at, state, "
            "resolved_at, outcome, reopened) SELECT id, $5, $7, 'KE', 20, $3, $2, $8, $6, $4, 'made_up', $9 "
            "FROM mother WHERE id = $1 ON CONFLICT DO NOTHING RETURNING id",
            mother,
            opened,
            chance.choice(["red", "red", "amber"]),
            closed,
            facility if chance.random() < 0.9 else chance.choice(sorted(self.mentors)),
            "resolved" if closed else "notified",
            chance.choice(["silent", "danger", "missed_call"]),
            None if closed else NOW,
            chance.randrange(2),
        )
        if case is None:
            return
        at = opened
        for what in chance.choice(SAID):
            at += chance.choice(
                [timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=4), 3 * DAY, 9 * DAY, HOUR]
            )
            await pool.execute(
                "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, $4, 0)",
                case,
                self.clinic.mentor,
                at,
                what,
            )

    async def _site_days(self) -> None:
        for facility in self.mentors:
            for back in range(100):
                closed = self.chance.random() < 0.7
                await self.clinic.pool.execute(
                    "INSERT INTO site_day (facility_id, day, was_open, closed_as, closed_at) VALUES ($1, $2, $3, $4, $5)",
                    facility,
                    TODAY - back * DAY,
                    self.chance.random() < 0.8,
                    "closed" if closed else None,
                    NOW if closed else None,
                )

    def day(self, within: int) -> date:
        """A day of the last so many."""
        return TODAY - self.chance.randrange(within) * DAY

    def moment(self, within: int) -> datetime:
        """An instant of the last so many days, often just before or after a midnight somewhere."""
        hour = self.chance.choice(
            [time(9, 59), time(10), time(20, 59), time(21), time(22, 59), time(23), time(7)]
        )
        return datetime.combine(self.day(within), hour, UTC)
