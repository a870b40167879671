"""One rule of the page a clinician signs, as a heading and a table in plain words."""

import re
from collections.abc import Iterator
from datetime import timedelta

from flows.bundle import Bundle
from scheduler.decide_hour import CAP_DAY, CAP_WEEK
from scheduler.fatigue import CHANNEL, GENTLE, OFFER, SILENT
from scheduler.risk import (
    AFTER_BIRTH,
    BEFORE_BIRTH,
    INFANT_MONTHS,
    NEW_ON_TREATMENT_MONTHS,
    UNDER_AGE_YEARS,
)
from scheduler.silence import NUDGE_AFTER, SILENT_AFTER
from scheduler.types import EVERYBODY, Age, Fatigue, Schedule, Series, Step, Target
from service.content import care_words as words


def of_series(bundle: Bundle, series: Series, owner: str) -> Iterator[str]:
    """A rule that foresees days on which she, or her baby, is expected; ``owner`` is the folder it stands in."""
    yield from _heading(series, owner, f"Counted from {words.COUNTED_FROM[series.anchor]}.")
    if series.later_than is not None:
        yield f"Only where it falls later than {_span(series.later_than)} of age; before, the tests by age cover it.\n"
    looks = any(target.beside for target in series.targets)
    yield _row("due", "asked for until", "in the book", *(["look at"] if looks else []), "source")
    yield _row(*["---"] * (5 if looks else 4))
    for target in series.targets:
        due = words.age(target.at) + _only_high(target)
        word = bundle.word(f"visit.{series.visit_kind}", "en")
        look = ["; ".join(target.beside)] if looks else []
        yield _row(due, words.age(target.until), word, *look, target.source)
    yield ""


def of_schedule(bundle: Bundle, schedule: Schedule, owner: str) -> Iterator[str]:
    """A rule of texts and of work for a person; ``owner`` is the folder it stands in."""
    around = words.COUNTED_FROM[schedule.anchor] if schedule.anchor else _around(schedule)
    yield from _heading(schedule, owner, f"Counted from {around}.")
    conditions = [_only_where(schedule, step) for step in schedule.steps]
    some = any(conditions)
    yield _row("when", "no more after", "what", *(["only where"] if some else []), "source")
    yield _row(*["---"] * (5 if some else 4))
    for step, condition in zip(schedule.steps, conditions, strict=True):
        yield _row(
            _when(step),
            words.until(step.until),
            _what(bundle, step),
            *([condition] if some else []),
            step.source,
        )
    yield ""
    if schedule.fatigue is not None:
        yield _silence(bundle)
        yield _enough(bundle, schedule.fatigue)


def _heading(one: Series | Schedule, owner: str, says: str) -> Iterator[str]:
    state = "draft" if one.draft else f"reviewed by {one.reviewed_by} on {one.reviewed_on}"
    yield f"#### {words.title(one.name)} (`{one.name}`, {owner}, {state.replace('(', '').replace(')', '')})\n"
    yield f"{says}{_whom(one)} Source: {one.source}\n"


def _whom(one: Series | Schedule) -> str:
    """Whom it is for, where that is not every mother."""
    whom = (
        ""
        if one.care == EVERYBODY
        else f" For {' and '.join(words.CARES[care] for care in sorted(one.care))}."
    )
    if isinstance(one, Schedule) and one.treated_for is not None:
        whom += f" Only after {_span(one.treated_for)} of treatment."
    return whom


def _only_high(one: Target | Step) -> str:
    return ", for a baby at high risk" if one.unless_low else ""


def _around(schedule: Schedule) -> str:
    return {
        "checkin": "each check-in of the rhythm she chose",
        "meeting": "the moment a meeting is called",
    }.get(schedule.stream, "the day she is expected")


def _only_where(schedule: Schedule, step: Step) -> str:
    if step.unless_expected:
        return "no day is known on which she is expected"
    if step.lately is not None:
        apart = "" if step.apart is None else f", and nobody was asked the same within {_span(step.apart)}"
        return f"no test of her own was taken within {_span(step.lately)} before, or since{apart}"
    if schedule.anchor or schedule.stream not in ("visit", "infant_test"):
        return ""
    return ", or ".join(
        words.ATTENDANCE[one] for one in ("expected", "missed", "unknown") if one in step.only_if
    )


def _when(step: Step) -> str:
    day = words.age(Age(days=step.offset) if step.after is None else step.after)
    again = "" if step.every is None else f", then every {_span(step.every)}"
    hour = "her hour" if step.at is None else f"{step.at:%H:%M}"
    return f"{day}{again}{_only_high(step)}, {hour}"


def _what(bundle: Bundle, step: Step) -> str:
    if step.template is not None:
        return f"text to her: “{_covert(bundle, step.template)}”"
    look = f" (look at: {'; '.join(step.beside)})" if step.beside else ""
    return f"work: “{bundle.word(f'cause.{step.cause}', 'en')}” ({str(step.cause).replace('_', ' ')}){look}"


def _covert(bundle: Bundle, template: str) -> str:
    return re.sub(r"\{(\w+)\}", r"[\1]", bundle.text(f"message.{template}.covert", "en"))


def _silence(bundle: Bundle) -> str:
    """What an unanswered check-in brings, as a paragraph."""
    red, amber = (SILENT_AFTER[one] or timedelta() for one in ("red", "amber"))
    return (
        f"Silence. A mother is *red* in the first {words.many(NEW_ON_TREATMENT_MONTHS, 'month')} of treatment, with a viral load too "
        f"high, from {words.long(BEFORE_BIRTH)} before the expected day to {words.long(AFTER_BIRTH)} after the birth, under "
        f"{UNDER_AGE_YEARS}, while a result waits, or once her supply has run out; else *amber* while she is pregnant or her baby "
        f"is under {words.many(INFANT_MONTHS, 'month')}; else *green*. A check-in without a word is followed by one text {words.long(NUDGE_AFTER)} "
        f"later (“{_covert(bundle, 'nudge')}”). Then a person is told: of a red mother {words.long(red)} after the check-in, of "
        f"an amber one after {words.long(amber)}, of a green one only where her check-ins rest. A text that did not arrive is no "
        f"silence. At most {CAP_DAY} texts a day and {CAP_WEEK} a week are pushed to anybody, one more a day where she chose a daily "
        "check-in. All of it: project choices, after WelTel (48 hours).\n"
    )


def _enough(bundle: Bundle, rules: Fatigue) -> str:
    """How often is enough, as a paragraph."""
    return (
        f"How often is enough. Who was asked weekly for {words.many(rules.offer_after.days // 7, 'week')}, got at least "
        f"{rules.offer_asks} check-ins and answered {rules.offer_answered} % is offered a slower rhythm in the place of one "
        f"(“{_covert(bundle, OFFER)}”), never while she is red. A red mother is asked every week whatever slower rhythm she "
        f"chose. After {rules.gentle_after} check-ins in a row without a word the text is “{_covert(bundle, GENTLE)}” and no second "
        f"text follows; after {rules.rest_after} they rest, and whom nobody looks after gets a person: "
        f"“{bundle.word(f'cause.{CHANNEL}', 'en')}” where she is green, else “{bundle.word(f'cause.{SILENT}', 'en')}”. Source: "
        f"{rules.source}\n"
    )


def _span(age: Age) -> str:
    return words.age(age).removesuffix(" after")


def _row(*cells: str) -> str:
    return (
        f"| {' | '.join(cells)} |".replace("| --- ", "|---")
        .replace("|--- |", "|---|")
        .replace("--- |", "---|")
    )
