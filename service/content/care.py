"""The page a clinician reads and signs: per country what is sent to or asked of whom, when and why, from the rules themselves.

Written by ``python -m service.content.care > docs/care.md``; a test compares.
"""

import re
import sys
from collections.abc import Iterator
from hashlib import sha256

from flows.bundle import Bundle
from scheduler.durations import exact
from scheduler.rules import in_force, load_countries
from scheduler.types import Age, Country, EscalationPolicy, Schedule, Series, Step, Target
from service.content import care_words as words
from service.content.care_rules import of_schedule, of_series
from service.content.files import Table, load_bundle, read_tables

HEAD = """# What is sent, asked and when

For the clinician who signs for a country, and for whoever runs it there. You need no other page and no computer: read
your country's part, then who is told and who next, and sign at the end of each. Written by
`python -m service.content.care > docs/care.md` from the rules that run; a test compares, so what you read is what happens.

## How to read it

* **A day she is expected** is a date in the appointment book. **A text** goes to her phone. **Work** is a task for a person;
  it never reaches her phone.
* No text says what she has, what she takes, or what was found. Texts are shown in the covert English wording, which every mother
  gets who did not choose a plainer one (all wordings: [content-reference.md](content-reference.md)). [signature] is
  the group name she chose, [tip] a true tip for anybody's health, [date] the day. Who is not on treatment reads the same.
* **Work** is shown in the words staff read after a case number, which tell nobody why. "Look at" is what a nurse does on
  that day. **It stands on this page only: Pamoja shows it on no phone and no screen**, so hang it where the nurse sees it.
* A rule is for every mother unless "for" names who it is for. Which dates are hers is asked as her enrolment is finished, and
  why is not kept. **"At high risk"** is a baby whose mother had been on treatment for under four weeks at the birth, or whose last
  viral load was too high (WHO 2025). Low is only one whose mother's load was not too high within six months before the birth
  (project choice). Every other counts as at high risk. What load is "too high", and other signs of risk, the nurse decides.
* "Asked for until": a baby's test or a pick-up that is late is asked for until then, at her next contact, and never skipped. A
  visit of her own that had passed before she was enrolled is not made up for: she was seen that day. Where the source names no
  such day, it is the next date of its kind, or a project choice.
* A day that falls on a closed day of her clinic (weekends unless it says otherwise, public holidays, single days) is moved to
  the next open day while it is still asked for, else to the open day before; a pick-up to the open day before, and only where
  there is none, to the next one before she runs out. What a person agreed with her is never moved: her mentor is asked to agree
  another day. Work is not moved by the clinic's days; what is not urgent waits for the hours staff work.
* "Project choice": no source says it, those who made Pamoja chose it. "General knowledge, not sourced": nobody should use it
  before it is confirmed. The rule's name in brackets is the file it stands in, and in which folder.

## What a signature covers

Your name says that on that day, for that country and that version, **the days, how long a late one is asked for, what staff
look at, and who is told in which order are right and safe**, and that what rests on no source was confirmed or struck out.
It does not cover the wording in a language (signed by a speaker in each catalogue), any medicine's name or dose, how a result
is given, the law on personal data, another country, or the program itself.

The version is counted from the text of the part you read. Where yours shows another one, something changed: ask again. Sign
with exceptions if need be; what you except stays a draft. Whoever runs Pamoja then writes your name and the day into each
rule's file (`reviewed_by`, `reviewed_on`, `draft = false`) and keeps this sheet. A rule marked WHO stands in a folder that several
countries share: it is copied into your country's folder, or named in your country.toml (`accepts`, beside
`reviewed_by`): their signature never stands for yours, nor yours for theirs. Until then all of it is a
draft, which a real gateway refuses unless somebody answers for it by name and with a reason, which is kept.

Not here: how a result reads; drugs and doses; what is repeated after an inconclusive result; a baby that is unwell, which is
tested at any age (NBK569314). Zambia and Lesotho have no part: nothing of theirs was sourced.
"""

SIGN = """**Signed for {whose}, version {version}**

* I agree as it stands ☐  I agree, except for: ____________________________________________
* Name: ______________________ Profession and registration number: ______________________
* Facility or ministry: ______________________ Date: ____________ Signature: ______________________
"""

UNSOURCED = "general knowledge, not sourced"


def page() -> str:
    """The whole page, in Markdown."""
    tables, bundle = read_tables(), load_bundle()
    folders = tables["countries"]
    countries = load_countries(folders)
    parts = [HEAD]
    for code, country in countries.items():
        name = folders[code]["country"]["name"]
        parts += signed(name, [f"## {name}\n", *_country(bundle, folders, code, country)])
    for code, country in countries.items():
        if folders[code].get("escalation"):
            users = [
                one["country"]["name"]
                for other, one in folders.items()
                if other == code or (one["country"].get("rules") == code and not one.get("escalation"))
            ]
            whose = f"Who is told, and who next: {', '.join(users)}"
            parts += signed(whose, [f"## {whose}\n", *_ladders(bundle, country)])
    return "\n".join(parts)


def signed(whose: str, lines: list[str]) -> list[str]:
    """A part, and its place to sign. The version is of what is read there, and leaves out who has signed already."""
    read = re.sub(r"\(`[^)]*\)", "", "\n".join(lines))
    return [*lines, SIGN.format(whose=whose, version=sha256(read.encode()).hexdigest()[:8])]


def _country(bundle: Bundle, folders: Table, code: str, country: Country) -> Iterator[str]:
    about = folders[code]["country"]
    lender = about.get("rules")
    owners = in_force(code, folders)["schedules"][1]
    rules: dict[str, Series | Schedule] = {**country.series, **country.schedules}
    if lender:
        what = f"What is marked {lender}" if code in owners.values() else f"**All of it ({lender})**"
        yield f"{what} is taken from that folder: no source of {about['name']}'s own was read for it.\n"
    yield (
        f"Nothing is sent to her between {country.quiet_from:%H:%M} and {country.quiet_until:%H:%M} unless she chose such an "
        f"hour herself, or wrote or dialled just then. Source: {about['source']}\n"
    )
    interruption = about.get("interruption")
    if interruption:
        yield (
            f"Where she is still missed {words.long(exact(interruption['after']))} after the day of her visit, somebody records "
            f"what became of her. Source: {interruption['source']}\n"
        )
    high_risk = about.get("high_risk")
    if high_risk:
        started = country.high_risk.started_after
        since = (
            ""
            if started is None
            else f", or began {words.age(Age(days=started.days))} the expected day or later"
        )
        yield (
            f"Here a baby is at high risk also where the mother's treatment lasted under {words.long(country.high_risk.treated_under)} "
            f"at the birth{since}. Source: {high_risk['source']}\n"
        )
    doubtful = [words.title(name) for name in _ordered(rules) if UNSOURCED in _says(rules[name]).lower()]
    if doubtful:
        yield f"**To be confirmed first**, since at least a part of it rests on no source: {'; '.join(doubtful)}.\n"
    for heading, names in (*words.GROUPS, ("Further rules", ())):
        named = {name for _, group in words.GROUPS for name in group}
        here = [name for name in (names or sorted(set(rules) - named)) if name in rules]
        if here:
            yield f"### {heading}\n"
        for name in here:
            one = rules[name]
            yield from (
                of_series(bundle, one, owners[name])
                if isinstance(one, Series)
                else of_schedule(bundle, one, owners[name])
            )


def _ordered(rules: "dict[str, Series | Schedule]") -> list[str]:
    order = [name for _, group in words.GROUPS for name in group]
    return sorted(rules, key=lambda name: (order.index(name) if name in order else len(order), name))


def _says(one: Series | Schedule) -> str:
    """All that a rule says of where it comes from."""
    lines: tuple[Target | Step, ...] = one.targets if isinstance(one, Series) else one.steps
    return " ".join([one.source, *(f"{line.source} {' '.join(line.beside)}" for line in lines)])


def _ladders(bundle: Bundle, country: Country) -> Iterator[str]:
    roles = [words.ROLES[one] for one in words.HER_MENTOR]
    yield f"\\* Her mentor; where she has none or the mentor is away: {', else '.join(roles[1:])}.\n"
    hours = sorted({at for policy in country.policies.values() for at in policy.gathered_at})
    if hours:
        at_once = [
            f"“{bundle.word(f'cause.{one.cause}', 'en')}”"
            for one in _by_rank(country)
            if not one.urgent and not one.gathered_at
        ]
        yield (
            "What is urgent is told at any hour, the rest while staff work. What is not urgent and falls due for one person at one "
            "moment is one text, the gravest first. What others did not take, supervisors hear in one text at "
            f"{' and '.join(f'{at:%H:%M}' for at in hours)}, but at once of {', '.join(at_once)}. At most five new ones a mentor a day; "
            "the rest wait on every list. The table begins with the gravest.\n"
        )
    yield "| about | as staff read it | who is told, and when | source |\n|---|---|---|---|"
    for policy in _by_rank(country):
        urgent = ", **urgent**" if policy.urgent else ""
        rungs = "; then ".join(
            words.told(rung)
            + (f" (“{bundle.word(f'ask.{rung.ask}', 'en')}”)" if rung.ask is not None else "")
            for rung in policy.steps
        )
        said = bundle.word(f"cause.{policy.cause}", "en")
        state = " (`draft`)" if policy.draft else ""
        yield f"| {policy.cause.replace('_', ' ')}{urgent} | {said} | {rungs} | {policy.source}{state} |"
    yield ""


def _by_rank(country: Country) -> list[EscalationPolicy]:
    return sorted(country.policies.values(), key=lambda one: (one.rank, one.cause))


if __name__ == "__main__":
    sys.stdout.write(page())
