"""What lies beyond what is planned so far: the planner itself is asked how it would go on for one mother."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from scheduler.decide_contact import STAFF_WORK_GOES_ON
from scheduler.fatigue import between
from scheduler.localtime import day_starts, local
from scheduler.plan import plan
from scheduler.types import Asked, Country, EnrolmentToPlan, Step
from service.store.timeline.closed import moved_from
from service.store.timeline.contact_words import contact_word
from service.store.timeline.line import Line, Telling, refs
from service.store.timeline.rulebook import Rulebook
from service.store.timeline.words import ONLY_IF, VISITS, reason_of, spaced

AROUND_DATES_DAYS: Final = 180
CHECKINS_DAYS: Final = 15
"""How far ahead contacts are told that are not planned yet; of check-ins, which only repeat, the next ones."""

NOT_PLANNED: Final = "It is planned about a week ahead, if nothing has changed by then."


def ahead(
    rows: Sequence[Any],
    to_plan: Mapping[int, EnrolmentToPlan],
    visits: Sequence[Any],
    hold: str | None,
    telling: Telling,
    book: Rulebook,
    countries: Mapping[str, Country],
) -> list[Line]:
    """Contacts and visits that the rules foresee and no row holds yet, of enrolments that go on.

    ``to_plan`` are the enrolments of ``rows`` as the planner reads them; ``hold`` is what silences her now: nothing is
    known of how long.
    """
    became = {visit["id"]: visit["status"] for visit in visits}
    lines: list[Line] = []
    for row in rows:
        rules = countries.get(row["country"])
        if row["state"] == "active" and rules is not None and row["planned_through"] is not None:
            lines += _beyond(row, to_plan[row["id"]], became.get(row["visit_id"]), hold, rules, telling, book)
    return lines


def _beyond(
    row: Any,
    item: EnrolmentToPlan,
    became: str | None,
    hold: str | None,
    rules: Country,
    telling: Telling,
    book: Rulebook,
) -> Iterator[Line]:
    schedule = rules.schedules.get(row["schedule"])
    if schedule is None and row["schedule"] not in rules.series:
        return
    today = local(telling.now, row["time_zone"]).date()
    is_checkin = schedule is not None and schedule.stream == "checkin"
    days = CHECKINS_DAYS if is_checkin else AROUND_DATES_DAYS
    planned = plan(rules, item, today, days)
    ids = refs(enrolment=row["id"], visit=row["visit_id"], infant=row["infant_id"])
    for one in planned.reminders:
        step = None if schedule is None else next((s for s in schedule.steps if s.id == one.step), None)
        condition = _condition(step, became)
        goes_on = step is not None and step.cause is not None and hold in STAFF_WORK_GOES_ON
        held = None if goes_on else hold
        if is_checkin and between(Asked(rhythm=row["rhythm"], anchor_on=row["anchor_on"]), one.occurrence):
            continue
        if one.due_at >= _known_until(row) and condition is not None:
            yield Line(
                at=one.due_at,
                kind="contact",
                state="foreseen",
                what=f"{contact_word(row['schedule'], one.step)} is foreseen{condition}",
                why=NOT_PLANNED if held is None else reason_of(held),
                reason=held,
                rule=book.contact(row["country"], row["schedule"], one.step, planned.revision),
                due_at=one.due_at,
                refs=ids,
            )
    for visit in planned.visits:
        if day_starts(row["time_zone"], visit.due_on) >= _known_until(row):
            yield Line(
                at=day_starts(row["time_zone"], visit.due_on),
                all_day=True,
                kind="visit",
                state="foreseen",
                what=f"{VISITS.get(visit.kind, spaced(visit.kind)).capitalize()} is foreseen",
                why=moved_from(visit.foreseen_on, visit.due_on, item.open_days, row["country"]),
                rule=book.contact(row["country"], row["schedule"], visit.target, planned.revision),
                refs=ids,
            )


def _condition(step: Step | None, became: str | None) -> str | None:
    """On what of its visit a step hangs; None for a step that the visit has left behind, "" for none."""
    if step is None or became is None or became in step.only_if:
        return ""
    if became != "expected":
        return None
    return f", {ONLY_IF[min(step.only_if)]}"


def _known_until(row: Any) -> datetime:
    """The end of the last day whose contacts have rows."""
    through: date = row["planned_through"]
    return day_starts(row["time_zone"], through + timedelta(days=1))
