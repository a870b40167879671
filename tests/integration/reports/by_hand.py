"""Every figure of a report by another route: each row looked at once, in plain Python, as the definitions say in words."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from service.reports.scope import Scope

TABLES = (
    "facility",
    "facility_day",
    "mother",
    "person",
    "staff",
    "consent",
    "reminder",
    "message",
    "follow_up",
    "follow_up_log",
    "visit",
    "site_day",
    "infant",
    "test",
    "life_event",
    "erasure",
)
TAKES = {"going", "reached_coming", "reached_problem", "not_reached", "wrong_number", "moved", "died"}
DAY = timedelta(days=1)
Rows = Mapping[str, Sequence[Any]]
Found = dict[tuple[Any, ...], dict[str, int]]


async def everything(pool: Any) -> dict[str, list[Any]]:
    """All rows, as they are."""
    return {
        table: await pool.fetch("SELECT * FROM TABLE ORDER BY 1, 2".replace("TABLE", table))
        for table in TABLES
    }


class ByHand:
    """One scope, counted."""

    def __init__(self, rows: Rows, scope: Scope, now: datetime) -> None:
        self.rows, self.scope, self.now = rows, scope, now
        self.zone = {one["id"]: ZoneInfo(one["time_zone"]) for one in rows["facility"]}
        self.mother = {one["id"]: one for one in rows["mother"]}
        self.person = {one["id"]: one for one in rows["person"]}
        self.log = _by(rows["follow_up_log"], "follow_up_id")
        self.visits = _by(rows["visit"], "mother_id")
        self.texts = _by([one for one in rows["message"] if one["reminder_id"]], "reminder_id")
        self.sources: dict[str, Found] = defaultdict(dict)
        self.to_reach: list[tuple[int, timedelta | None, timedelta | None]] = []
        self.reached_mothers: set[int] = set()
        self._contacts()
        self._cases()
        self._visits()
        self._mothers()
        self._babies()
        self._site_days()

    # What everything below asks.

    def local(self, facility: int, moment: datetime) -> date:
        return moment.astimezone(self.zone[facility]).date()

    def within(self, day: date) -> bool:
        return self.scope.first <= day < self.scope.until

    def wanted(self, facility: int, mother: Any) -> bool:
        return facility in self.scope.facilities and self.scope.mentor in (None, mother["mentor_id"])

    def count(self, source: str, facility: int, mother: Any, week: date | None = None, **what: bool) -> None:
        key = [facility, mother["mentor_id"], mother["under_20"], mother["phone_use"]]
        if week is not None:
            key.insert(2, week - week.weekday() * DAY)
        self.add(source, tuple(key), **what)

    def add(self, source: str, key: tuple[Any, ...], **what: bool) -> None:
        sums = self.sources[source].setdefault(key, dict.fromkeys(what, 0))
        for name, so in what.items():
            sums[name] += int(so)

    # The loop.

    def signs(self, case: Any) -> dict[str, Any]:
        log = sorted(self.log[case["id"]], key=lambda one: one["id"])
        said = [one for one in log if one["what"] in TAKES | {"pass_on", "undo"}]
        kept = [a for a, b in zip(said, [*said, None][1:], strict=True) if b is None or b["what"] != "undo"]
        taken = [one["at"] for one in kept if one["what"] in TAKES]
        spoken = [one["at"] for one in kept if one["what"].startswith("reached_")]
        reached = spoken + [one["at"] for one in log if one["what"] == "came"]
        opened = case["opened_at"]
        return {
            "told": any(one["what"] == "told" for one in log),
            "acknowledged": min(taken) if taken else None,
            "to_take": min(taken) - opened if taken else None,
            "to_reach": min(reached) - opened if reached else None,
            "answered": any(one["what"] == "answered" for one in log),
        }

    def seen(self, mother: int, first: date, days: int) -> bool:
        return any(
            one["status"] == "kept" and first <= (one["came_on"] or one["due_on"]) <= first + days * DAY
            for one in self.visits[mother]
        )

    def _contacts(self) -> None:
        cases = _by([one for one in self.rows["follow_up"] if one["mother_id"]], "mother_id")
        for mother_id, contacts in _by(self.rows["reminder"], "mother_id").items():
            mother = self.mother[mother_id]
            facility = mother["facility_id"]
            if not self.wanted(facility, mother):
                continue
            contacts = [
                one
                for one in contacts
                if one["state"] in ("queued", "done", "skipped") and one["reason"] != "slower_rhythm"
            ]
            contacts.sort(key=lambda one: (one["due_at"], one["id"]))
            sent = {
                one["id"]: [
                    text
                    for text in self.texts[one["id"]]
                    if text["person_id"] == mother_id and text["sent_at"] and one["state"] == "queued"
                ]
                for one in contacts
            }
            out = [one for one in contacts if sent[one["id"]] or one["state"] == "done"]
            for one in contacts:
                day = self.local(facility, one["due_at"])
                if not self.within(day):
                    continue
                hers: list[dict[str, Any]] = []
                if one in out:
                    later = out[out.index(one) + 1 :]
                    ends = min([one["due_at"] + 28 * DAY, *(other["due_at"] for other in later)])
                    for case in cases[mother_id]:
                        if one["due_at"] <= case["opened_at"] < ends:
                            opened = self.local(facility, case["opened_at"])
                            signs = self.signs(case)
                            if signs["told"]:
                                hers.append(signs | {"back": self.seen(mother_id, opened, 28)})
                texts = sent[one["id"]]
                replied = any(text["replied_at"] for text in texts)
                self.count(
                    "contacts",
                    facility,
                    mother,
                    day,
                    planned=True,
                    texts=one["state"] == "queued",
                    by_person=one["state"] == "done",
                    left_out=one["state"] == "skipped",
                    sent=bool(texts),
                    delivered=any(text["state"] == "delivered" for text in texts),
                    replied=replied,
                    silent=bool(texts) and not replied,
                    went_out=one in out,
                    alerted=bool(hers),
                    acknowledged=any(case["acknowledged"] for case in hers),
                    reached=any(case["to_reach"] is not None for case in hers),
                    came_back=any(case["back"] for case in hers),
                )

    def _cases(self) -> None:
        for case in self.rows["follow_up"]:
            facility = case["facility_id"]
            mother = self.mother.get(case["mother_id"])
            if mother is None or not self.wanted(facility, mother):
                continue
            day = self.local(facility, case["opened_at"])
            if not self.within(day):
                continue
            signs, hers = self.signs(case), case["mother_id"]
            self.to_reach.append((facility, signs["to_take"], signs["to_reach"]))
            if signs["to_reach"] is not None:
                self.reached_mothers.add(hers)
            self.count(
                "cases",
                facility,
                mother,
                day,
                cases=True,
                told=signs["told"],
                acknowledged=signs["acknowledged"] is not None,
                reached=signs["to_reach"] is not None,
                answered_herself=signs["answered"],
                came_back=self.seen(hers, day, 28),
            )
            if case["risk"] == "red":
                taken = signs["acknowledged"]
                self.count(
                    "red",
                    facility,
                    mother,
                    cases=True,
                    acknowledged=taken is not None
                    and self.local(facility, taken) <= self.working_day(facility, day),
                    reached=signs["to_reach"] is not None and signs["to_reach"] <= 3 * DAY,
                    returned=self.seen(hers, day, 14),
                )
            if case["cause"] == "danger":
                quick = signs["to_take"] is not None and signs["to_take"] <= timedelta(minutes=15)
                self.count("danger", facility, mother, cases=True, accepted=quick)

    def working_day(self, facility: int, day: date) -> date:
        """The first open day after, walked to day by day."""
        [clinic] = [one for one in self.rows["facility"] if one["id"] == facility]
        said = {
            one["day"]: one["open"] for one in self.rows["facility_day"] if one["facility_id"] == facility
        }
        country = clinic["country"]
        known = country in holidays.list_supported_countries(include_aliases=False)
        off = holidays.country_holidays(country, years=range(2025, 2029)) if known else {}
        while True:
            day += DAY
            usual = str(day.weekday()) in clinic["open_on"] and not (clinic["keeps_holidays"] and day in off)
            if said.get(day, usual):
                return day

    # Visits, mothers, babies, days.

    def _visits(self) -> None:
        for one in self.rows["visit"]:
            facility, mother = one["facility_id"], self.mother[one["mother_id"]]
            if not self.wanted(facility, mother) or not self.within(one["due_on"]):
                continue
            today = self.local(facility, self.now)
            if one["status"] != "cancelled" and one["due_on"] < today:
                self.count(
                    "visits",
                    facility,
                    mother,
                    expected=True,
                    kept=one["status"] == "kept",
                    missed=one["status"] == "missed",
                    unknown=one["status"] == "unknown",
                    not_marked=one["status"] == "expected",
                )
            if one["status"] == "missed" and one["due_on"] + 28 * DAY < today:
                gone = not self.seen(one["mother_id"], one["due_on"], 28)
                self.count("missed", facility, mother, missed=True, not_seen=gone)

    def moved_away(self, mother: int) -> date | None:
        days = [
            one["on_day"]
            for one in self.rows["life_event"]
            if one["mother_id"] == mother
            and one["what"] == "transferred"
            and one["undone_at"] is None
            and "from" not in one["before"]
        ]
        return min(days, default=None)

    def _mothers(self) -> None:
        forms = {one["mother_id"] for one in self.rows["consent"] if one["form_number"]}
        for mother in self.mother.values():
            facility, person = mother["facility_id"], self.person[mother["id"]]
            if not self.wanted(facility, mother):
                continue
            if self.within(self.local(facility, person["created_at"])):
                self.count(
                    "enrolled",
                    facility,
                    mother,
                    enrolled=True,
                    with_form=mother["id"] in forms,
                    set_up=mother["set_up_at"] is not None,
                )
            since = person["hold_since"]
            if person["hold"] is not None and self.within(self.local(facility, since)):
                late = any(
                    text["sent_at"] and text["sent_at"] > since + timedelta(minutes=2)
                    for text in self.rows["message"]
                    if text["person_id"] == mother["id"] and text["message_class"] in "BC"
                )
                self.count("held", facility, mother, held=True, texted=late)
            if mother["care"] == "treatment" and mother["art_started_on"]:
                day = months_on(mother["art_started_on"], 12)
                if self.within(day):
                    fate = self._year(mother["id"], facility, day)
                    self.count(
                        "retention",
                        facility,
                        mother,
                        began=True,
                        transferred=fate == "transferred",
                        followed=fate != "transferred",
                        retained=fate == "retained",
                        died=fate == "died",
                        forgotten=fate == "forgotten",
                        not_seen=fate == "not_seen",
                    )

    def _year(self, mother: int, facility: int, day: date) -> str:
        away = self.moved_away(mother)
        if away is not None and away <= day:
            return "transferred"
        for one in self.rows["life_event"]:
            died = one["mother_id"] == mother and one["what"] == "death" and one["undone_at"] is None
            if died and one["on_day"] <= day:
                return "died"
        for one in self.rows["erasure"]:
            if one["mother_id"] == mother and one["done_at"] and self.local(facility, one["done_at"]) <= day:
                return "forgotten"
        hers = self.visits[mother]
        expected = [
            one["due_on"] for one in hers if one["status"] != "cancelled" and (day - one["due_on"]).days > 28
        ]
        for one in hers:
            came = one["came_on"] or one["due_on"]
            in_time = not expected or max(one["due_on"], came) >= max(expected)
            if one["status"] == "kept" and came <= day and in_time:
                return "retained"
        return "not_seen"

    def _babies(self) -> None:
        samples = _by([one for one in self.rows["test"] if one["infant_id"]], "infant_id")
        for baby in self.rows["infant"]:
            mother = self.mother[baby["mother_id"]]
            facility, away = mother["facility_id"], self.moved_away(baby["mother_id"])
            if (
                not self.wanted(facility, mother)
                or mother["care"] != "treatment"
                or baby["status"] == "withdrawn"
            ):
                continue
            taken = [one["taken_on"] for one in samples[baby["id"]]]
            for source, day in (
                ("tested_8_weeks", baby["born_on"] + timedelta(weeks=8)),
                ("tested_2_months", months_on(baby["born_on"], 2)),
                ("tested_12_months", months_on(baby["born_on"], 12)),
            ):
                if not self.within(day):
                    continue
                tested = any(one <= day for one in taken)
                died = not tested and baby["status"] == "died" and baby["status_on"] <= day
                moved = not tested and not died and away is not None and away <= day
                rest = not (tested or died or moved)
                self.count(
                    source,
                    facility,
                    mother,
                    babies=True,
                    tested=tested,
                    died=died,
                    moved=moved,
                    untested=rest,
                )
            for one in samples[baby["id"]]:
                if self.within(one["taken_on"] + 28 * DAY):
                    given = one["given_on"] is not None and (one["given_on"] - one["taken_on"]).days <= 28
                    self.count("results", facility, mother, samples=True, given=given)
            if self.within(months_on(baby["born_on"], 24)):
                self._outcome(baby, facility, mother, away)

    def _outcome(self, baby: Any, facility: int, mother: Any, away: date | None) -> None:
        end = baby["outcome"]
        if end is None and baby["status"] == "died":
            end = "died"
        elif end is None and away is not None:
            end = "transferred"
        elif end is None:
            end = "not_entered" if baby["outcome_on"] else "open"
        self.count(
            "outcomes",
            facility,
            mother,
            babies=True,
            negative=end == "negative",
            positive=end == "positive",
            died=end == "died",
            moved=end == "transferred",
            unknown=end == "unknown",
            not_entered=end == "not_entered",
            open=end == "open",
            closed=end != "open",
            known=end in ("negative", "positive"),
            not_known=end not in ("negative", "positive"),
        )

    def _site_days(self) -> None:
        self.sources["site_days"] = {}
        waits = {
            (v["facility_id"], v["due_on"])
            for v in self.rows["visit"]
            if v["status"] in ("expected", "unknown")
        }
        for one in self.rows["site_day"]:
            facility, day = one["facility_id"], one["day"]
            if facility in self.scope.facilities and self.within(day) and one["was_open"]:
                gone_by = day < self.local(facility, self.now)
                if gone_by and (one["closed_at"] or (facility, day) in waits):
                    self.add("site_days", (facility,), days=True, closed=one["closed_at"] is not None)

    # What is no sum.

    def times(self, facility: int | None) -> tuple[Any, ...]:
        here = [one for one in self.to_reach if facility in (None, one[0])]
        taken = sorted(one[1] for one in here if one[1] is not None)
        reached = sorted(one[2] for one in here if one[2] is not None)
        edges = [
            timedelta(),
            *(timedelta(hours=hours) for hours in (4, 24, 72, 168, 336, 672)),
            timedelta.max,
        ]
        within = tuple(sum(low <= one < high for one in reached) for low, high in pairwise(edges))
        return (
            facility,
            len(here),
            len(taken),
            least(taken, 5),
            least(taken, 9),
            len(reached),
            least(reached, 5),
            least(reached, 9),
            within,
        )

    def load(self) -> dict[int, int]:
        found = {}
        for one in self.rows["staff"]:
            facility = one["facility_id"]
            if one["role"] != "mentor" or facility not in self.scope.facilities:
                continue
            if self.person[one["id"]]["hold"] is not None or self.scope.mentor not in (None, one["id"]):
                continue
            midnight = datetime.combine(self.scope.until, datetime.min.time(), self.zone[facility])
            end = min(midnight, self.now)
            found[one["id"]] = sum(
                case["opened_at"] < end and (case["resolved_at"] is None or case["resolved_at"] >= end)
                for case in self.rows["follow_up"]
                if case["mother_id"] and self.mother[case["mother_id"]]["mentor_id"] == one["id"]
            )
        return found

    def texts_sent(self) -> int:
        found = 0
        for text in self.rows["message"]:
            mother = self.mother.get(text["mother_id"])
            if mother is not None and text["sent_at"] and self.wanted(mother["facility_id"], mother):
                found += self.within(self.local(mother["facility_id"], text["sent_at"]))
        return found


def months_on(day: date, months: int) -> date:
    """The same day so many months later, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def least(ordered: Sequence[timedelta], of_ten: int) -> timedelta | None:
    """The least time that at least so many of ten are no longer than."""
    return next((one for place, one in enumerate(ordered, 1) if place * 10 >= of_ten * len(ordered)), None)


def _by(rows: Iterable[Any], column: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for one in rows:
        found[one[column]].append(one)
    return found
