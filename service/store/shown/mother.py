"""One mother as her page shows her: who looks after her, what she agreed to, her children, visits, work and slips.

One statement for each kind of thing, whatever their number; no name is read, and her number only sealed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from flows.facts.caseload import DatesFact
from flows.facts.life import InfantFact, LifeEventFact
from scheduler.localtime import local
from scheduler.risk import RiskFacts
from service.database import Connection
from service.store.caseload import NO_HOME_VISIT
from service.store.her_dates import dates_of
from service.store.life_events import DEATH_UNDO_WITHIN, undoable_of
from service.store.shown.mothers import STATE

Row = Mapping[str, Any]

VISITS_BEFORE: Final = timedelta(days=120)
SHOWN: Final = 20
"""Lines of one kind beside the timeline, which holds all of them."""

INFANTS_IN: Final = ("alive", "died")


@dataclass(frozen=True, slots=True, repr=False)
class Her:
    """Everything her page shows beside the timeline. ``row`` holds the columns of ``_HEAD``."""

    row: Row
    today: date
    consents: Sequence[Row]
    infants: Sequence[Row]
    pregnancies: Sequence[Row]
    visits: Sequence[Row]
    follow_ups: Sequence[Row]
    referrals: Sequence[Row]
    home_visits: Sequence[Row]
    meetings: Sequence[Row]
    undoable: tuple[LifeEventFact, ...]
    dates: DatesFact

    @property
    def id(self) -> int:
        """The id of her row."""
        return int(self.row["id"])

    @property
    def alive(self) -> list[InfantFact]:
        """Her living children, as words for them are chosen."""
        return [
            InfantFact(
                one["id"],
                one["born_on"],
                one["birth_order"],
                one["weaned_on"] is not None,
                one["outcome_on"] is not None,
            )
            for one in self.infants
            if one["status"] == "alive"
        ]

    @property
    def edd(self) -> date | None:
        """When her ongoing pregnancy is due."""
        return next((one["edd"] for one in self.pregnancies if one["status"] == "ongoing"), None)

    @property
    def waiting(self) -> list[int | None]:
        """Whose result is waited for: infants by id, None for her own."""
        living = {one.id for one in self.alive}
        return [one for one in self.row["waiting"] or () if one is None or one in living]

    @property
    def no_home_visit(self) -> bool:
        """Nobody should go to her home before whoever supervises was asked."""
        worried = any(one["cause"] == "safety" for one in self.follow_ups)
        return self.row["hold"] in NO_HOME_VISIT or worried

    def open_about(self, cause: str) -> Row | None:
        """The open follow-up of this cause."""
        return next((one for one in self.follow_ups if one["cause"] == cause), None)

    @property
    def to_confirm(self) -> Row | None:
        """What waits for a death to be confirmed, or taken back."""
        return next((one for one in self.follow_ups if one["hold_by_code"] == "dead"), None)

    @property
    def risk_facts(self) -> RiskFacts:
        """What her risk is judged by."""
        row = self.row
        return RiskFacts(
            art_started_on=row["art_started_on"],
            unsuppressed=row["unsuppressed"],
            edd=self.edd,
            last_birth_on=row["last_birth_on"],
            infant_born_on=max((one.born_on for one in self.alive), default=None),
            under_20=row["under_20"],
            result_waiting=row["result_waiting"],
            run_out_on=row["run_out_on"],
        )


async def her(conn: Connection, mother_id: int, now: datetime) -> Her | None:
    """What her page shows; None when there is no such mother."""
    row = await conn.fetchrow(_HEAD, mother_id, now)
    if row is None:
        return None
    today = local(now, row["time_zone"]).date()
    deaths = await conn.fetch(_DEATH, mother_id, now - DEATH_UNDO_WITHIN, row["time_zone"])
    return Her(
        row=row,
        today=today,
        consents=await conn.fetch(_CONSENTS, mother_id),
        infants=await conn.fetch(_INFANTS, mother_id, list(INFANTS_IN)),
        pregnancies=await conn.fetch(_PREGNANCIES, mother_id),
        visits=await conn.fetch(_VISITS, mother_id, today - VISITS_BEFORE, SHOWN),
        follow_ups=await conn.fetch(_FOLLOW_UPS, mother_id),
        referrals=await conn.fetch(_REFERRALS, mother_id, SHOWN),
        home_visits=await conn.fetch(_HOME_VISITS, mother_id, today, SHOWN),
        meetings=await conn.fetch(_MEETINGS, mother_id, today - VISITS_BEFORE, SHOWN),
        undoable=(
            *[LifeEventFact(**one) for one in deaths],
            *(await undoable_of(conn, [mother_id], now))[mother_id],
        ),
        dates=(await dates_of(conn, [mother_id], today))[mother_id],
    )


_HEAD = """
SELECT m.id, m.client_number, m.pair_number, m.form_number, m.facility_id, f.name AS facility, f.country, f.time_zone,
    f.status AS site, m.mentor_id, k.code, m.phone_use, m.set_up_at, m.completed_at, m.signature, m.wording, m.baby_wording,
    m.rhythm, m.checkin_hour, m.under_20, m.care, m.art_started_on, m.unsuppressed, m.result_waiting, m.run_out_on,
    m.date_texts, m.invitations, m.staff_id, m.area, m.last_heard_at, p.language, p.hold, p.hold_since, p.paused_until,
    p.erase_at, {STATE} AS state, t.id AS phone_id, t.number, n.number AS told_number,
    n.phone_use AS told_use, t.trust, t.trust_reason, t.opted_out_at,
    (SELECT count(*)::int FROM person o WHERE o.phone_id = t.id AND o.id <> m.id) AS others_on_phone,
    (SELECT max(x.settled_at) FROM message x WHERE x.person_id = m.id AND x.state = 'delivered') AS delivered_at,
    (SELECT array_agg(DISTINCT x.infant_id) FROM test x WHERE x.mother_id = m.id AND x.given_on IS NULL) AS waiting,
    greatest((SELECT max(g.ended_on) FROM pregnancy g WHERE g.mother_id = m.id AND g.status = 'born'),
        (SELECT max(i.born_on) FROM infant i WHERE i.mother_id = m.id)) AS last_birth_on
FROM mother m JOIN person p ON p.id = m.id JOIN facility f ON f.id = m.facility_id
LEFT JOIN phone t ON t.id = p.phone_id LEFT JOIN told_number n ON n.mother_id = m.id
LEFT JOIN case_code k ON k.staff_id = m.mentor_id AND k.mother_id = m.id
WHERE m.id = $1
""".replace("{STATE}", STATE)

_CONSENTS = """
SELECT DISTINCT ON (stream) stream, given_at, form_number, read_by, withdrawn_at FROM consent WHERE mother_id = $1
ORDER BY stream, given_at DESC, id DESC
"""

_INFANTS = """
SELECT n.id, n.born_on, n.birth_order, n.status, n.status_on, n.weaned_on, n.outcome, n.outcome_on,
    (SELECT jsonb_agg(jsonb_build_array(t.taken_on, t.given_on) ORDER BY t.taken_on) FROM test t WHERE t.infant_id = n.id)
        AS tests
FROM infant n WHERE n.mother_id = $1 AND n.status = ANY($2::text[]) ORDER BY n.born_on, n.birth_order, n.id
"""

_PREGNANCIES = """
SELECT id, edd, status, ended_on FROM pregnancy WHERE mother_id = $1 AND status <> 'withdrawn' ORDER BY edd DESC, id DESC
"""

_VISITS = """
SELECT id, infant_id, kind, due_on, status, came_on, confirmed_at, wanted_on, agreed_at FROM visit
WHERE mother_id = $1 AND due_on >= $2 AND status <> 'cancelled' ORDER BY due_on DESC, id DESC LIMIT $3
"""

_FOLLOW_UPS = """
SELECT id, cause, risk, urgent, state, opened_at, next_at, hold_by_code, owner_id FROM follow_up
WHERE mother_id = $1 AND state <> 'resolved' ORDER BY urgent DESC, rank, opened_at, id
"""

_REFERRALS = """
SELECT r.id, r.service, r.made_at, r.arrived_at, f.name AS facility FROM referral r
LEFT JOIN facility f ON f.id = r.facility_id WHERE r.mother_id = $1 ORDER BY r.made_at DESC, r.id DESC LIMIT $2
"""

_HOME_VISITS = """
SELECT id, on_day, hour, place, said_to_be, planned_by FROM home_visit
WHERE mother_id = $1 AND on_day >= $2 ORDER BY on_day, hour LIMIT $3
"""

_MEETINGS = """
SELECT g.id, g.on_day, g.hour, g.cancelled_at, q.coming_at, q.declined_at, q.came
FROM meeting_guest q JOIN meeting g ON g.id = q.meeting_id
WHERE q.mother_id = $1 AND g.on_day >= $2 ORDER BY g.on_day DESC, g.id DESC LIMIT $3
"""

# What a nurse or supervisor may take back longer than anything else.
_DEATH = """
SELECT id, what, (reported_at AT TIME ZONE $3)::date AS reported_on FROM life_event
WHERE mother_id = $1 AND what = 'death' AND undone_at IS NULL AND reported_at > $2
"""
