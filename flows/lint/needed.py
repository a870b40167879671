"""What the code names in content: the texts it sends and what it fills in, the words it says, a tip for every week."""

import re
from collections.abc import Iterator, Mapping

from flows.bundle import Bundle
from flows.gsm7 import units
from flows.lint.finding import TEXT, Problem
from flows.lint.longest import SMS_OWN, names
from flows.lists import LONGEST

SENT: Mapping[str, frozenset[str]] = {
    "ack_going": frozenset({"code"}),
    "ack_going_several": frozenset({"codes"}),
    "ack_passed": frozenset(),
    "ack_saved": frozenset(),
    "ack_unknown_code": frozenset({"code"}),
    "alert": frozenset({"code", "cause"}),
    "alert_ask": frozenset({"code", "cause", "ask"}),
    "alert_call": frozenset({"code", "time"}),
    "alert_how": frozenset({"code", "cause"}),
    "alert_in_person": frozenset({"code", "cause"}),
    "alert_facility_line": frozenset({"code", "cause"}),
    "alert_reached": frozenset({"code", "cause"}),
    "alert_supervisor": frozenset({"code", "cause"}),
    "alert_urgent": frozenset({"code", "cause"}),
    "alerts": frozenset({"count", "cases", "code"}),
    "alerts_how": frozenset({"count", "cases", "code"}),
    "alerts_unmarked": frozenset({"count"}),
    "alerts_untaken": frozenset({"count", "cases", "code"}),
    "answered": frozenset({"code"}),
    "call_hour": frozenset({"code", "time"}),
    "call_no_promise": frozenset(),
    "call_promise": frozenset({"time"}),
    "call_promise_day": frozenset({"time", "date"}),
    "case_help": frozenset({"code"}),
    "checkin_gentle": frozenset(),
    "coming_closed": frozenset({"code"}),
    "coming_when": frozenset({"code"}),
    "coming_when_or_not": frozenset({"code"}),
    "day_not_closed": frozenset({"date", "count"}),
    "go_now": frozenset(),
    "go_now_transport": frozenset({"transport"}),
    "handover_done": frozenset({"code"}),
    "handover_refused": frozenset({"code"}),
    "handover_refused_all": frozenset(),
    "handover_waits": frozenset(),
    "handover_yours": frozenset({"count"}),
    "held": frozenset({"code"}),
    "help_comes": frozenset(),
    "help_later": frozenset(),
    "help_offer": frozenset(),
    "leave_covered": frozenset({"leave_days"}),
    "mentor_reminder": frozenset({"code", "date"}),
    "neutral_unknown": frozenset(),
    "nudge": frozenset(),
    "phone_also_opened": frozenset({"codes"}),
    "phone_locked": frozenset({"count"}),
    "phone_locked_opened": frozenset({"count", "codes"}),
    "received": frozenset(),
    "run_outs": frozenset({"codes"}),
    "site_ask": frozenset({"date"}),
    "site_ask_dial": frozenset({"date"}),
    "staff_received": frozenset(),
    "stock_still": frozenset({"date"}),
    "stock_still_dial": frozenset({"date"}),
    "gone_over": frozenset({"code"}),
    "site_saved": frozenset({"site_state"}),
    "site_still": frozenset({"date"}),
    "site_still_dial": frozenset({"date"}),
    "slower_offer": frozenset(),
    "start_question": frozenset(),
    "started": frozenset(),
    "stop_confirm": frozenset(),
    "thanks": frozenset(),
    "undone": frozenset({"code"}),
    "week": frozenset({"told", "taken", "untaken", "oldest_days", "overloaded", "unclosed", "reach_days"}),
    "week_unreached": frozenset({"told", "taken", "untaken", "oldest_days", "overloaded", "unclosed"}),
    "who_we_are": frozenset(),
}
"""The texts that code sends by name, and the placeholders it fills in each."""

PLANNED = frozenset({"date"})
"""What the plan fills in the texts of schedules, where they are about a visit."""

INVITED = frozenset({"date", "time"})
"""The same, where they are about a meeting."""

WORDS: tuple[str, ...] = (
    *(f"{kind}.{one}" for kind in ("signature", "signature_short") for one in ("tips", "group", "none")),
    *(f"visit.{kind}" for kind in ("clinic", "refill", "infant_test")),
    "error.fault",
)
"""Words that code says by name, beyond those without which nothing compiles."""

LONGEST_TIP = 45
"""Letters of a tip: the longest text around one still fits a message."""

_DURATION = re.compile(r"P(?=[\dT])(?:\d{1,4}W)?(?:\d{1,4}D)?(?:T(?=\d)(?:\d{1,4}H)?(?:\d{1,5}M)?)?")


def check(bundle: Bundle) -> Iterator[Problem]:
    """Name texts and words that code would look for in vain, texts nobody can fill, and times that are none."""
    for id_ in SENT:
        if id_ not in bundle.templates:
            yield Problem("messages/", f"There is no text {id_}, which is sent by name.", f"Write [{id_}].")
    for key in WORDS:
        if not bundle.word(key, "en"):
            group = key.partition(".")[0]
            yield Problem(
                f"words.toml#{key}",
                f"There is no word {key}, which is said by name.",
                f"Add it under [{group}].",
                at=(group,),
            )
    yield from _causes(bundle)
    yield from _asks(bundle)
    yield from _tips(bundle)
    for id_, template in bundle.templates.items():
        if not _DURATION.fullmatch(template.valid_for):
            yield Problem(
                f"message.{id_}",
                f"Its valid_for, {template.valid_for}, is no time.",
                "Write hours or days, like PT90M or P3D.",
                at=("valid_for",),
            )
        if id_ in SENT:
            yield from _filled(bundle, id_, SENT[id_])
    yield from _planned(bundle)


def _causes(bundle: Bundle) -> Iterator[Problem]:
    """A cause that several countries know lacks its words here; one that a single country knows is named there."""
    countries = bundle.tables.get("countries", {}).values()
    causes = [cause for one in countries for cause in one.get("escalation", {}).get("policy", {})]
    for cause in dict.fromkeys(causes):
        if causes.count(cause) > 1 and f"word.cause.{cause}" not in bundle.texts["en"]:
            yield Problem(
                f"words.toml#{cause}",
                f"No words say {cause} to staff.",
                f"Add {cause} under [cause].",
                at=("cause",),
            )


def _asks(bundle: Bundle) -> Iterator[Problem]:
    """What a rung asks is said by a word."""
    asked = {
        step["ask"]: path
        for code, one in bundle.tables.get("countries", {}).items()
        for path in (f"countries/{code}/escalation.toml",)
        for policy in one.get("escalation", {}).get("policy", {}).values()
        for step in policy.get("step", ())
        if "ask" in step
    }
    for ask, path in asked.items():
        if f"word.ask.{ask}" not in bundle.texts["en"]:
            yield Problem(
                path, f"No words say what the step asks: {ask}.", f"Add {ask} under [ask] in words.toml."
            )


def _tips(bundle: Bundle) -> Iterator[Problem]:
    if not bundle.tips:
        yield Problem("tips.toml", "There is no tip.", "Write at least one: texts and wrong PINs show them.")
    for language, texts in bundle.texts.items():
        for tip in bundle.tips:
            if units(texts[tip]) > LONGEST_TIP:
                yield Problem(
                    tip,
                    f"It has {units(texts[tip])} letters in {language}, and a tip may have {LONGEST_TIP}.",
                    "Shorten it, so that the texts it stands in fit.",
                    language,
                    TEXT,
                )
    ids = [tip["id"] for tip in bundle.tables.get("tips", ())]
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            yield Problem(
                f"tip.{id_}", f"Two tips are called {id_}.", "Give each its own id.", at=("again", number)
            )


def _filled(bundle: Bundle, id_: str, given: frozenset[str]) -> Iterator[Problem]:
    """Name placeholders that mean something elsewhere, and that whoever sends this text does not fill."""
    for wording in ("covert", "open"):
        for name in names(getattr(bundle.templates[id_], wording) or ""):
            if name in LONGEST and name not in given:
                can = ", ".join(f"{{{one}}}" for one in sorted(given | SMS_OWN))
                yield Problem(
                    f"message.{id_}.{wording}",
                    f"Whoever sends this text cannot fill {{{name}}}.",
                    f"Use only {can} here.",
                    at=TEXT,
                )


def _planned(bundle: Bundle) -> Iterator[Problem]:
    """Texts of schedules go to mothers, about a date or about none."""
    told: set[str] = set()
    for code, country in bundle.tables.get("countries", {}).items():
        for name, schedule in country.get("schedules", {}).items():
            path = f"countries/{code}/schedules/{name}.toml"
            for number, step in enumerate(schedule.get("step", ())):
                template = bundle.templates.get(step.get("template") or "")
                if template is None:
                    continue
                if template.to != "mother":
                    yield Problem(
                        f"{path}#{step.get('id')}",
                        f"It sends {template.id}, which is not written to a mother.",
                        'Name a text that says to = "mother".',
                        at=("step", number, "template"),
                    )
                elif template.id not in told:
                    told.add(template.id)
                    stream = schedule.get("stream")
                    given = (
                        frozenset() if stream == "checkin" else INVITED if stream == "meeting" else PLANNED
                    )
                    yield from _filled(bundle, template.id, given)
