"""One phone, two mothers and a mentor who is herself a mother, the content that ships, and anything at all typed.

Whoever has the phone in hand types thirty answers, hangs up and redials where she likes: before a PIN no screen
depends on who is known on the number or on anything of theirs, and no word on it tells what we are.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.engine import advance, begin
from flows.events import Event, LanguageChosen, SessionResumed
from flows.facts import Facts, PersonOnNumber
from flows.facts.life import VisitFact
from flows.facts.mother import MotherFacts
from flows.facts.staff import StaffFacts
from flows.facts.work import ExpectedVisit, FollowUpItem, IncompleteEnrolment
from flows.inputs.kinds import parse
from flows.inputs.typed import InputError
from flows.lint.deny import listed
from flows.render import fits
from flows.types import HopResult, SessionState
from service.content.files import load_bundle

BUNDLE = load_bundle()
LANGUAGES = list(BUNDLE.languages)
NOW = datetime(2026, 3, 3, 10, 0, tzinfo=timezone(timedelta(hours=3)))
SISTER, WIFE, MENTOR, HERSELF = 1, 2, 3, 4
"""Two mothers, and one person twice: the mentor, who is herself a mother."""
PINS = {"4827": SISTER, "7305": WIFE, "9182": MENTOR, "6153": HERSELF}
PEOPLE = (
    PersonOnNumber(SISTER, "mother", has_pin=True),
    PersonOnNumber(WIFE, "mother", has_pin=True),
    PersonOnNumber(MENTOR, "mentor", has_pin=True),
    PersonOnNumber(HERSELF, "mother", has_pin=True),
)
NOBODY = Facts(now=NOW)

ANYTHING = st.one_of(
    st.sampled_from(["0", "00", "9", "", "*", "#", "*#", "1*2", "*384#", "98", "x" * 10_000, "9" * 300]),
    st.sampled_from(
        [*PINS, "1111", "417", "4821", "2503", "030326", "12", "\uff11", "\u0661", "{visit_date}"]
    ),
    st.text(alphabet="0123456789*#", max_size=182),
    st.text(max_size=40),
)
ANSWER = st.one_of(st.integers(0, 8), st.integers(0, 8), st.integers(0, 8), ANYTHING)
"""Mostly the nth digit of the page that is shown."""
HOP = st.tuples(
    ANSWER, st.sampled_from([*PINS, "1111"]), st.sampled_from(["", "", "", "", "hang up", "dial"])
)
FEW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def mother(person: int, *days: int) -> MotherFacts:
    visits = (VisitFact(person * 10 + n, "clinic", NOW.date() + timedelta(day)) for n, day in enumerate(days))
    return MotherFacts(person, "tips", "weekly", 10, tuple(visits))


OWN: dict[int, dict[str, MotherFacts | StaffFacts]] = {
    SISTER: {"mother": mother(SISTER, 3, 40)},
    WIFE: {"mother": mother(WIFE)},
    HERSELF: {"mother": mother(HERSELF, 9)},
    MENTOR: {
        "staff": StaffFacts(
            MENTOR,
            "mentor",
            1,
            tuple(
                FollowUpItem(n, str(417 + n), "silent", "red", False, 2, "open", SISTER) for n in range(20)
            ),
            date(2026, 3, 3),
            False,
            tuple(ExpectedVisit(n, str(300 + n)) for n in range(3)),
            tuple(IncompleteEnrolment(n, str(600 + n)) for n in range(2)),
        )
    },
}
"""What a hop learns of each of them, once it is their turn."""


@dataclass
class Phone:
    """The number's line: the session under way, what a redial may resume, and the events so far."""

    language: str
    on_duty: bool
    state: SessionState | None = None
    dropped: SessionState | None = None
    events: list[Event] = field(default_factory=list)

    def facts(self, pin: str = "") -> Facts:
        person = PINS.get(pin) if self.state is not None and self.state.screen == "pin" else None
        who = person if person is not None else self.state.who if self.state is not None else None
        return replace(
            NOBODY,
            language=self.language,
            people=PEOPLE,
            on_duty=self.on_duty,
            pin_person=person,
            spare_code="4821",
            resume=self.dropped,
            **OWN.get(who or 0, {}),
        )

    def dial(self) -> HopResult:
        self.dropped, self.state = self.state or self.dropped, None
        return self._keep(begin(BUNDLE, (), self.facts()))

    def answer(self, typed: str) -> HopResult:
        known = self.facts(typed)
        before = self.state
        result = advance(BUNDLE, stored(before), typed, known)
        check_blind(before, typed, known, result)
        check_navigation(before, typed, known, result)
        check_effects(result)
        return self._keep(result)

    def _keep(self, result: HopResult) -> HopResult:
        self.state = result.state
        self.events.extend(result.events)
        if result.state is not None:
            self.language = result.state.language
        check_page(result)
        return result


def stored(state: SessionState | None) -> SessionState | None:
    """The state as it comes back from the database."""
    if state is None:
        return None
    return SessionState.from_json(json.loads(json.dumps(state.to_json(), ensure_ascii=False).encode()))


def check_page(result: HopResult) -> None:
    """A page can be read and answered, and without a PIN it tells nothing."""
    text = result.reply.text
    assert fits(text, BUNDLE.limit), text
    assert text.strip()
    assert "{" not in text
    assert result.reply.end == (result.state is None)
    if result.state is None or result.state.who is not None:
        return
    assert BUNDLE.screens[result.state.screen].access == "anyone"
    word = listed(BUNDLE, text, "words", "starts")
    assert word is None, (word, text)


def check_blind(before: SessionState | None, typed: str, known: Facts, result: HopResult) -> None:
    """Until a PIN is given nothing read depends on who has this number, nor on anything of theirs."""
    if before is None or before.who is not None or known.pin_person is not None:
        return
    resume = known.resume if known.resume is not None and known.resume.who is None else None
    for stranger in (
        replace(known, people=(), mother=None, staff=None, resume=resume),
        replace(known, mother=mother(WIFE, 1, 2, 3), staff=OWN[MENTOR]["staff"], open_question="visit"),
    ):
        assert advance(BUNDLE, before, typed, stranger).reply == result.reply


def check_navigation(before: SessionState | None, typed: str, known: Facts, result: HopResult) -> None:
    """0 and 00 go back and home and do nothing, wherever they are no answer."""
    if before is None or typed not in ("0", "00") or typed in before.shown or takes(before, typed, known):
        return
    assert not result.events
    assert result.state is not None
    if typed == "00":
        assert result.state.screen == "home"


def takes(state: SessionState, typed: str, known: Facts) -> bool:
    kind = BUNDLE.screens[state.screen].input
    try:
        return kind is not None and bool(parse(kind, typed, known, state))
    except InputError:
        return False


def check_effects(result: HopResult) -> None:
    """One answer says each thing once; that she is unwell may come with a wish to be called, and no more."""
    told = [one for one in result.events if not isinstance(one, LanguageChosen | SessionResumed)]
    kinds = [type(one).__name__ for one in told]
    assert len(kinds) == len(set(kinds)) <= 2, kinds


def typed_on(phone: Phone, answer: int | str, pin: str) -> str:
    if isinstance(answer, str):
        return answer
    if phone.state is not None and phone.state.screen == "pin":
        return pin
    digits = sorted(phone.state.shown) if phone.state is not None else []
    return digits[answer % len(digits)] if digits else ("4827", "417", "2503")[answer % 3]


@FEW
@given(st.lists(HOP, min_size=15, max_size=30), st.sampled_from(LANGUAGES), st.booleans())
def test_thirty_answers_with_hanging_up_anywhere(
    hops: list[tuple[int | str, str, str]], language: str, on_duty: bool
) -> None:
    phone = Phone(language, on_duty)
    phone.dial()
    for answer, pin, hanging_up in hops:
        if phone.state is None or hanging_up:
            redialled = phone.dial()
            assert redialled.state is not None
            assert redialled.state.who is None  # hanging up forgets who gave a PIN
            continue
        phone.answer(typed_on(phone, answer, pin))


@FEW
@given(st.lists(st.tuples(HOP, st.booleans()), min_size=10, max_size=30), st.sampled_from(LANGUAGES))
def test_two_calls_at_once_on_one_number(
    hops: list[tuple[tuple[int | str, str, str], bool]], language: str
) -> None:
    """Neither call learns whose PIN was given in the other."""
    phones = Phone(language, True), Phone(language, False)
    for phone in phones:
        phone.dial()
    for (answer, pin, hanging_up), second in hops:
        phone, other = phones[second], phones[not second]
        if hanging_up == "dial":
            phone.dropped = other.state
        if phone.state is None or hanging_up:
            phone.dial()
        else:
            phone.answer(typed_on(phone, answer, pin))


@FEW
@given(
    st.sampled_from(LANGUAGES),
    st.lists(st.sampled_from([SISTER, WIFE, MENTOR, HERSELF]), unique=True),
    st.booleans(),
    st.dates(date(2026, 1, 1), date(2032, 1, 1)),
)
def test_home_is_the_same_bytes_for_every_caller(
    language: str, here: list[int], on_duty: bool, today: date
) -> None:
    known = replace(
        NOBODY,
        now=datetime.combine(today, NOW.timetz()),
        language=language,
        people=tuple(person for person in PEOPLE if person.id in here),
        on_duty=on_duty,
        **{name: facts for person in here for name, facts in OWN[person].items()},
    )
    assert begin(BUNDLE, (), known).reply == begin(BUNDLE, (), replace(NOBODY, language=language)).reply
