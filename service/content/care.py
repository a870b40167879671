"""The page a clinician reads and signs: per country what is sent to or asked of whom, when and why, from the rules themselves.

Written by ``python -m service.content.care > docs/care.md``; a test compares.
"""

import sys
from collections.abc import Iterator
from datetime import time, timedelta

from flows.bundle import Bundle
from scheduler.durations import exact
from scheduler.fatigue import CHANNEL, GENTLE, OFFER, SILENT
from scheduler.rules import in_force, load_countries
from scheduler.types import (
    EVERYBODY,
    Age,
    Country,
    EscalationPolicy,
    EscalationStep,
    Fatigue,
    Schedule,
    Series,
    Step,
    Target,
)
from service.content.files import Table, load_bundle, read_tables

HEAD = """# What is sent, asked and when

Written by `python -m service.content.care > docs/care.md`; a test compares. Every line is a rule in
`flows/content/countries`, with its source. Nothing here was reviewed by a clinician unless a name and a day stand beside
it; until then it is a draft, which no real gateway accepts. Texts are shown in their covert English wording. "Work" is a
follow-up for a person; it never reaches her phone. What staff look at beside a date stands in no text either.

A rule is for every mother unless "for" names who it is for: "treatment", or "retest", who has checks from time to time
(as her country has them, or every three months); which of them she is is asked as her enrolment is finished, and why is
not kept. "High risk" is what was known of a baby at birth; a baby whose risk nobody knows counts as at high risk.

A date that is counted from a day of her life falls on a day on which her clinic is open: its weekdays (Monday to Friday,
unless it says otherwise), without the country's public holidays, and as it says of single days. A date that falls on a
closed day is moved to the next open day while its window lasts ("until"), else to the open day before. A pick-up is moved
to the open day before, and only where there is none to come, to the next one before she runs out. What a person agreed
with her is never moved: her mentor is asked to agree another day. Work for a person is not moved by the clinic's days.

What rests on general knowledge and on no source says so; nobody should use it before it is confirmed. Zambia and Lesotho
have no folder: nothing of theirs was sourced. What is not here: how a result reads; drugs and doses; what is repeated
after an inconclusive result.
"""

COUNTED_FROM = {
    "birth": "the birth",
    "breastfeeding": "the birth, as long as she breastfeeds",
    "weaning": "the day breastfeeding ended",
    "infant": "the birth of each living baby, until its outcome is written down",
    "edd": "the expected day (40 weeks)",
    "art_start": "the start of treatment",
    "established": "her last test, else the day her enrolment was finished, where her start is not known",
    "recognised": "the day a pregnancy, or breastfeeding, became known, until a test of her own is entered",
    "unsuppressed": "the day of a viral load that was too high",
    "last_check": "the last test of her own, or the day checks were chosen for her",
    "last_visit": "the last visit she kept, or the day she was enrolled",
    "run_out": "the first day without supply",
    "test_taken": "the day a test was taken",
}


def page() -> str:
    """The whole page, in Markdown."""
    tables, bundle = read_tables(), load_bundle()
    folders = tables["countries"]
    parts = [HEAD]
    for code, country in load_countries(folders).items():
        parts += _country(bundle, folders, code, country)
    for code, country in load_countries(folders).items():
        if folders[code].get("escalation"):
            parts += _ladders(bundle, code, country)
    return "\n".join(parts)


def _country(bundle: Bundle, folders: Table, code: str, country: Country) -> Iterator[str]:
    yield f"## {folders[code]['country']['name']}\n"
    lender = folders[code]["country"].get("rules")
    if lender:
        yield f"What is marked {lender} is taken from that folder.\n"
    interruption = folders[code]["country"].get("interruption")
    if interruption:
        days = _long(exact(interruption["after"]))
        yield (
            f"Where she is still missed {days} after the day of her visit, somebody records what became of her. "
            f"Source: {interruption['source']}\n"
        )
    owners = in_force(code, folders)["schedules"][1]
    for name, series in sorted(country.series.items()):
        yield from _heading(name, series, owners[name], f"Dates counted from {COUNTED_FROM[series.anchor]}.")
        yield "| due | until | date | beside it, for staff | source |\n|---|---|---|---|---|"
        for target in series.targets:
            word = bundle.word(f"visit.{series.visit_kind}", "en")
            beside = "; ".join(target.beside)
            due = f"{_age(target.at)}{_only_high(target)}"
            yield f"| {due} | {_age(target.until)} | {word} | {beside} | {target.source} |"
        yield ""
    for name, schedule in sorted(country.schedules.items()):
        around = COUNTED_FROM[schedule.anchor] if schedule.anchor else _around(schedule)
        yield from _heading(name, schedule, owners[name], f"Counted from {around}.")
        yield "| when | worth until | to | what | only if | source |\n|---|---|---|---|---|---|"
        for step in schedule.steps:
            yield _step(bundle, schedule, step)
        yield ""
        if schedule.fatigue is not None:
            yield _enough(bundle, schedule.fatigue)
    yield "Reviewed by: ______________________ on: ____________ Signature: ______________________\n"


def _enough(bundle: Bundle, rules: Fatigue) -> str:
    """How often is enough, as a paragraph."""
    texts = {name: bundle.text(f"message.{name}.covert", "en") for name in (OFFER, GENTLE)}
    return (
        f"How often is enough: a mother asked weekly who for {rules.offer_after.days // 7} weeks was not offered "
        f"another rhythm, got at least {rules.offer_asks} check-ins in them and answered {rules.offer_answered} % is offered "
        f"one in the place of a check-in ({OFFER}: {texts[OFFER]}), never while she is red. A red mother is asked every "
        f"week whatever slower rhythm she chose. After {rules.gentle_after} check-ins in a row without a word the text is "
        f"{GENTLE} ({texts[GENTLE]}) and no nudge follows; after {rules.rest_after} check-ins rest, and whom nobody looks after "
        f"gets work: {CHANNEL} where she is green, {SILENT} otherwise. Source: {rules.source}\n"
    )


def _heading(name: str, one: Series | Schedule, owner: str, says: str) -> Iterator[str]:
    state = "draft" if one.draft else f"reviewed by {one.reviewed_by} on {one.reviewed_on}"
    yield f"### {name} ({owner}, {state})\n"
    yield f"{says}{_whom(one)} Source: {one.source}\n"


def _whom(one: Series | Schedule) -> str:
    """Whom it is for, where that is not every mother."""
    words = {
        "treatment": "mothers on treatment",
        "retest": "mothers who have checks as usual",
        "retest_quarterly": "mothers who have checks every three months",
    }
    whom = "" if one.care == EVERYBODY else f" For {' and '.join(words[care] for care in sorted(one.care))}."
    if isinstance(one, Schedule) and one.treated_for is not None:
        whom += f" Only after {_age(one.treated_for).removesuffix(' after')} of treatment."
    return whom


def _only_high(one: Target | Step) -> str:
    return ", at high risk" if one.unless_low else ""


def _around(schedule: Schedule) -> str:
    return {
        "checkin": "each check-in of the rhythm she chose",
        "meeting": "the moment a meeting is called",
    }.get(schedule.stream, "the day she is expected")


def _step(bundle: Bundle, schedule: Schedule, step: Step) -> str:
    if step.template is not None:
        to, what = "her", f"{step.template}: {bundle.text(f'message.{step.template}.covert', 'en')}"
    else:
        to, what = "work", f"{step.cause}: {bundle.word(f'cause.{step.cause}', 'en')}"
    day = _days(step.offset) if step.after is None else _age(step.after)
    again = "" if step.every is None else f", then every {_age(step.every).removesuffix(' after')}"
    hour = "her hour" if step.at is None else f"{step.at:%H:%M}"
    only = "" if schedule.anchor else ", ".join(sorted(step.only_if))
    only = "no day is known on which she is expected" if step.unless_expected else only
    what += f" (to look at: {'; '.join(step.beside)})" if step.beside else ""
    return f"| {day}{again}{_only_high(step)}, {hour} | {_until(step.until)} | {to} | {what} | {only} | {step.source} |"


def _ladders(bundle: Bundle, code: str, country: Country) -> Iterator[str]:
    yield f"## Who is told, and who next ({code})\n"
    hours = sorted({at for policy in country.policies.values() for at in policy.gathered_at})
    if hours:
        at_once = sorted(
            one.cause for one in country.policies.values() if not one.urgent and not one.gathered_at
        )
        yield (
            "What is not urgent and falls due for one person at one moment is one text, the gravest first. What others "
            f"did not take, supervisors hear in one text at {' and '.join(f'{at:%H:%M}' for at in hours)}, "
            f"but at once of {', '.join(at_once)}. At most five new ones a mentor a day; the rest wait on every list.\n"
        )
    yield "| work | as staff read it | rungs | source |\n|---|---|---|---|"
    for policy in sorted(country.policies.values(), key=lambda one: (one.rank, one.cause)):
        urgent = ", urgent" if policy.urgent else ""
        word = bundle.word(f"cause.{policy.cause}", "en")
        draft = "draft: " if policy.draft else ""
        yield f"| {policy.cause}{urgent} | {word} | {_rungs(bundle, policy)} | {draft}{policy.source} |"
    yield "\nReviewed by: ______________________ on: ____________ Signature: ______________________\n"


def _rungs(bundle: Bundle, policy: EscalationPolicy) -> str:
    return "; then ".join(_rung(bundle, rung) for rung in policy.steps)


def _rung(bundle: Bundle, rung: EscalationStep) -> str:
    when = "at once" if not rung.after else f"after {_long(rung.after)}"
    also = f", and {' '.join(rung.also)}" if rung.also else ""
    asks = f' ("{bundle.word(f"ask.{rung.ask}", "en")}")' if rung.ask is not None else ""
    return f"{when} {' or '.join(rung.who)}{also}".replace("_", " ") + asks


def _age(age: Age) -> str:
    months, days = abs(age.months), abs(age.days)
    if not months and not days:
        return "the day itself"
    parts = [_many(months, "month")] if months else []
    if days:
        parts.append(_many(days // 7, "week") if days % 7 == 0 else _many(days, "day"))
    return f"{' '.join(parts)} {'before' if age.months < 0 or age.days < 0 else 'after'}"


def _days(offset: int) -> str:
    return _age(Age(days=offset))


def _until(until: "timedelta | time | str") -> str:
    if isinstance(until, timedelta):
        return f"{_long(until)} later"
    return until if isinstance(until, str) else f"{until:%H:%M} that day"


def _long(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes % 1440 == 0:
        return _many(minutes // 1440, "day")
    return _many(minutes // 60, "hour") if minutes % 60 == 0 else _many(minutes, "minute")


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


if __name__ == "__main__":
    sys.stdout.write(page())
