"""What holds for anything typed: no hop raises, every page fits, nothing personal shows before a PIN."""

import json
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.engine import advance, begin
from flows.facts import Facts
from flows.facts.life import VisitFact
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.gsm7 import is_gsm7, septets, units
from flows.types import HopResult, SessionState
from tests.content_kit import MENTOR, MOTHER, NOW, SECRETS, SUPERVISOR, bundle, cases, facts

BUNDLE = bundle()
HOMES = {code: begin(BUNDLE, (), facts(language=code)).reply.text for code in BUNDLE.languages}

TYPED = st.one_of(
    st.sampled_from(["0", "00", "1", "2", "3", "4", "5", "7", "9", "", "*", "#", "1*1", "1#", "98"]),
    st.sampled_from(["4827", "7305", "417", "418", "0303", "030326", "12", "\uff11", "\u0661", " 2 "]),
    st.text(alphabet="0123456789*#", max_size=12),
    st.text(max_size=20),
    st.sampled_from(["1" * 10_000, "\x00", "\U0001f476", "\ud800", "{date}", "{0.__class__}"]),
)
MOTHERS = st.builds(
    lambda days: MotherFacts(
        MOTHER,
        "tips",
        "weekly",
        10,
        tuple(VisitFact(n, "clinic", date(2026, 3, 31) + timedelta(days=day)) for n, day in enumerate(days)),
    ),
    st.lists(st.integers(0, 300), max_size=2),
)
FOLLOW_UPS = st.integers(0, 30).map(cases)
STAFF = st.one_of(
    st.builds(
        StaffFacts,
        id=st.just(MENTOR),
        role=st.just("mentor"),
        facility_id=st.just(1),
        follow_ups=FOLLOW_UPS,
    ),
    st.builds(
        StaffFacts,
        id=st.just(SUPERVISOR),
        role=st.just("supervisor"),
        facility_id=st.just(1),
        follow_ups=FOLLOW_UPS,
    ),
)
LIKELY = st.one_of(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8), TYPED)
"""Mostly the nth digit of the page shown, the right PIN where one is asked, and else anything at all."""
HOPS = st.lists(
    st.tuples(LIKELY, st.sampled_from([None, MOTHER, MENTOR, SUPERVISOR, 99]), MOTHERS, STAFF, st.booleans()),
    min_size=15,
    max_size=30,
)
FEW = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fits(text: str) -> bool:
    return septets(text) + 4 <= 160 if is_gsm7(text) else units(text) + 4 <= 70


def typed_on(state: SessionState, likely: int | str, pin_person: int | None) -> tuple[str, int | None]:
    """Return what is typed on this screen, and whose PIN it is."""
    if isinstance(likely, str):
        return likely, pin_person
    if state.screen == "pin":
        access = BUNDLE.screen(state.wanted or "home").access
        return "4827", {"mother": MOTHER, "staff": MENTOR, "supervisor": SUPERVISOR}.get(access)
    digits = sorted(state.shown)
    if digits:
        return digits[likely % len(digits)], None
    return ("4827", "12", "030326")[likely % 3], None


def stored(state: SessionState) -> SessionState:
    """The state as it comes back from the database."""
    again = SessionState.from_json(json.loads(json.dumps(state.to_json(), ensure_ascii=False).encode()))
    assert again == state
    return again


def check(result: HopResult, known: Facts) -> None:
    assert fits(result.reply.text)
    assert result.reply.text.strip()
    assert result.reply.end == (result.state is None)
    if result.state is None:
        return
    assert len(json.dumps(result.state.to_json())) < 4000
    language = result.state.language if result.state.language in HOMES else "en"
    if result.state.screen == "home" and not result.state.errors:
        changed = f"{BUNDLE.word('nav.changed', language)}\n"
        assert result.reply.text == HOMES[language] or result.reply.text.startswith((changed, "2 ", "3 "))
    if result.state.who is None:
        assert not [secret for secret in SECRETS if secret in result.reply.text]
        assert BUNDLE.screen(result.state.screen).access == "anyone"


@FEW
@given(
    HOPS,
    st.sampled_from(["en", "en", "sw", "am", "xx", None]),
    st.lists(TYPED, max_size=6),
    st.one_of(
        st.none(),
        st.builds(
            SessionState,
            screen=st.sampled_from([*BUNDLE.screens, "gone"]),
            language=st.sampled_from(["en", "am", "xx"]),
            who=st.sampled_from([None, MOTHER, MENTOR]),
            page=st.integers(0, 99),
            data=st.just({"case": "417", "new_pin": "4827"}),
        ),
    ),
)
def test_any_thirty_hops(
    hops: list[tuple[int | str, int | None, MotherFacts, StaffFacts, bool]],
    language: str | None,
    segments: list[str],
    resume: SessionState | None,
) -> None:
    opening = facts(language=language, resume=None if resume is None or resume.who is None else resume)
    result = begin(BUNDLE, segments, opening)
    check(result, opening)
    assert not result.events
    assert not result.reply.end
    for likely, someone, mother, staff, live in hops:
        if result.state is None:
            result = begin(BUNDLE, (), opening)
        assert result.state is not None
        typed, pin_person = typed_on(result.state, likely, someone)
        known = replace(
            opening,
            pin_person=pin_person,
            mother=mother,
            staff=staff,
            resume=resume if live else None,
            code_mother=MOTHER if live else None,
        )
        before = result.state
        result = advance(BUNDLE, stored(before), typed, known)
        check(result, known)
        assert result == advance(BUNDLE, before, typed, known)  # the same hop again is the same hop


@FEW
@given(
    st.builds(SessionState, screen=st.sampled_from([*BUNDLE.screens]), language=st.just("en")), TYPED, MOTHERS
)
def test_without_a_pin_no_state_opens_what_is_behind_one(
    state: SessionState, typed: str, mother: MotherFacts
) -> None:
    known = facts(mother=mother, staff=StaffFacts(MENTOR, "mentor", 1, cases(5)))
    result = advance(BUNDLE, state, typed, known)
    assert not [secret for secret in SECRETS if secret in result.reply.text]
    assert result.state is None or result.state.who is None


@FEW
@given(
    st.lists(TYPED, max_size=10), MOTHERS, STAFF, st.booleans(), st.dates(date(2000, 1, 1), date(2090, 1, 1))
)
def test_home_is_the_same_for_every_caller(
    segments: list[str], mother: MotherFacts, staff: StaffFacts, on_duty: bool, today: date
) -> None:
    known = facts(
        mother=mother,
        staff=staff,
        on_duty=on_duty,
        now=NOW.combine(today, NOW.timetz()),
        people=(),
        transport="999",
    )
    assert begin(BUNDLE, (), known).reply.text == HOMES["en"]
    for text in (begin(BUNDLE, segments, known), begin(BUNDLE, segments, facts())):
        assert text == begin(BUNDLE, segments, facts())
