"""What is counted from a day of her life: when, how often, what a late registrant still gets, and what decides if it goes."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.decide import decide
from scheduler.durations import age
from scheduler.infant_risk import BirthFacts, infant_risk
from scheduler.plan import plan
from scheduler.rules import RulesError, load_countries, load_country
from scheduler.types import Age, EnrolmentToPlan, Hold, OpenFollowUp, Plan, Send, Skip
from service.content.bundles import drafts
from service.content.files import read_tables
from tests.unit.scheduler.made import at, enrolment, kenya, reminder, tables_of

DAY = timedelta(days=1)
EDD = date(2026, 11, 23)
FOLDERS = read_tables()["countries"]
COUNTRIES = load_countries(FOLDERS)


def counted(schedule: str, anchor_on: date, entered_on: date, **more: Any) -> EnrolmentToPlan:
    return enrolment(schedule=schedule, anchor_on=anchor_on, entered_on=entered_on, hour=10, **more)


def steps(result: Plan) -> list[tuple[str, date]]:
    return [(one.step, one.occurrence) for one in result.reminders]


def test_the_birth_check_asks_after_a_week_and_brings_a_person_the_next_morning() -> None:
    result = plan(kenya(), counted("birth_check", EDD, EDD - 200 * DAY), EDD, 20)
    assert steps(result) == [("ask", EDD + 7 * DAY), ("mentor", EDD + 8 * DAY)]
    assert result.next_on is None


@pytest.mark.parametrize(
    ("late_by", "expected"),
    [
        (0, ["day_3", "day_10"]),
        (7, ["day_3", "day_10"]),  # until ten in the morning a person may still call about the third day
        (8, ["day_10"]),
        (17, ["day_10"]),
        (18, []),
        (400, []),
    ],
)
def test_registered_late_she_gets_what_is_still_worth_doing_and_no_echo(
    late_by: int, expected: list[str]
) -> None:
    today = EDD + late_by * DAY
    assert [
        name for name, _ in steps(plan(kenya(), counted("new_on_treatment", EDD, today), today, 30))
    ] == expected


def test_a_step_that_comes_again_keeps_its_day_of_the_month() -> None:
    begun = date(2025, 8, 31)
    result = plan(kenya(), counted("viral_load", begun, begun), begun, 600)
    assert [day for _, day in steps(result)] == [
        date(2025, 11, 30),
        date(2026, 5, 31),
        date(2026, 11, 30),
    ]
    assert result.next_on == date(2027, 5, 30)


@given(entered=st.integers(0, 700), stride=st.integers(1, 90))
def test_planned_day_by_day_or_at_once_is_the_same_and_nothing_twice(entered: int, stride: int) -> None:
    begun, last = date(2025, 1, 31), date(2027, 6, 30)
    today = begun + entered * DAY
    item = counted("viral_load", begun, today)
    once = steps(plan(kenya(), item, today, (last - today).days))
    seen: list[tuple[str, date]] = []
    while today <= last:
        made = plan(kenya(), item, today, stride)
        seen += [one for one in steps(made) if one not in seen]
        item = replace(item, planned_through=made.planned_through, revision=made.revision)
        today += stride * DAY
    assert [one for one in seen if one[1] <= last] == once


def test_contacts_in_pregnancy_are_counted_back_and_one_that_has_passed_is_not_made_up_for() -> None:
    edd = date(2026, 7, 20)
    entered = date(2026, 3, 10)  # 21 weeks: that of 20 weeks has passed
    visits = plan(kenya(), counted("anc", edd, entered), entered).visits
    assert [(one.target, one.due_on) for one in visits] == [("anc_26", date(2026, 4, 13))]


def test_a_pick_up_that_is_late_is_asked_for_soon() -> None:
    today = date(2026, 3, 10)
    [visit] = plan(kenya(), counted("refill", today - 5 * DAY, today), today).visits
    assert visit.due_on == today + 7 * DAY
    [visit] = plan(kenya(), counted("refill", today + 30 * DAY, today), today).visits
    assert visit.due_on == today + 27 * DAY


ASK = {"schedule": "birth_check", "step": "ask", "valid_until": at("2026-11-25 10:00")}
WORK = {"schedule": "result_chase", "step": "chase", "valid_until": at("2026-12-20 10:00")}
NOW = at("2026-11-23 10:00")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Send),
        ({"answered_since_due": True}, Send),  # a word about something else is no answer to this
        ({"site": "closed"}, Send),  # it asks her to come nowhere
        ({"site_has_entries": False}, Send),
        ({"site": "paused"}, Hold),
        ({"pushed_today": 2}, Hold),
        ({"phone": "none"}, Skip),
        ({"signature": "none"}, Skip),
        ({"hold": "stopped"}, Skip),
        ({"rests": "paused_by_her"}, Skip),
    ],
)
def test_whether_she_is_asked_now(fields: dict[str, Any], expected: type) -> None:
    assert isinstance(decide(reminder(**ASK | fields), kenya(), NOW), expected)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, OpenFollowUp("result_not_given")),
        ({"site": "closed"}, OpenFollowUp("result_not_given")),
        ({"phone": "none"}, OpenFollowUp("result_not_given")),
        ({"hold": "stopped"}, OpenFollowUp("result_not_given")),
        ({"hold": "dead", "infant_alive": True}, OpenFollowUp("result_not_given")),
        ({"hold": "dead"}, Skip("dead")),
        ({"infant_alive": False}, Skip("infant_not_alive")),
        ({"hold": "moved"}, Skip("moved")),
    ],
)
def test_work_for_a_person_opens_whatever_her_phone_or_her_site(
    fields: dict[str, Any], expected: OpenFollowUp | Skip
) -> None:
    assert decide(reminder(**WORK | fields), kenya(), NOW) == expected


def test_an_age_may_lie_before_the_day_it_is_counted_from() -> None:
    assert age("-P4W") == Age(days=-28)
    assert age("-P1M1D") == Age(months=-1, days=-1)
    with pytest.raises(ValueError, match="not an age"):
        age("-P")


MISTAKES = [
    ("birth_check", lambda t: t.pop("anchor"), "anchor"),
    ("birth_check", lambda t: t.update(anchor="wedding"), "write one of birth, breastfeeding"),
    ("birth_check", lambda t: t["step"][0].pop("after"), "after"),
    ("birth_check", lambda t: t["step"][0].update(offset=7), "offset means nothing"),
    ("birth_check", lambda t: t["step"][1].update(cause="nothing"), "without a policy"),
    ("viral_load", lambda t: t["step"][0].update(every="P1D"), "within a week"),
    ("visit", lambda t: t["step"][0].update(every="P6M"), "every means nothing"),
    ("anc", lambda t: t.update(anchor="test_taken"), "expects a visit counted from test_taken"),
    ("anc", lambda t: t.update(visit_kind="infant_test"), "before it is born"),
    ("anc", lambda t: t["target"][0].update(id="refill"), "refill stands twice"),
    ("anc", lambda t: t["target"][0].update(until="-P30W"), "ends before it begins"),
]


@pytest.mark.parametrize(("name", "spoil", "says"), MISTAKES, ids=[f"{m[0]}: {m[2]}" for m in MISTAKES])
def test_a_mistake_names_its_place_and_a_remedy(name: str, spoil: Any, says: str) -> None:
    tables = deepcopy(tables_of("KE"))
    spoil(tables["schedules"][name])
    with pytest.raises(RulesError, match=says):
        load_country(tables)


def test_a_moved_day_changes_the_revision() -> None:
    tables = deepcopy(tables_of("KE"))
    before = load_country(tables).schedules["viral_load"].revision
    for key, value in (("after", "P4M"), ("every", "P3M")):
        moved = deepcopy(tables)
        moved["schedules"]["viral_load"]["step"][0][key] = value
        assert load_country(moved).schedules["viral_load"].revision != before


def test_a_country_takes_what_it_lacks_file_by_file_and_leaves_out_what_it_names() -> None:
    countries = load_countries(FOLDERS)
    assert set(countries) == {"KE", "WHO", "ZA", "UG", "MW", "TZ", "MZ", "ZW"}
    malawi, default = countries["MW"], countries["WHO"]
    assert malawi.policies.keys() == default.policies.keys()
    assert malawi.schedules["birth_check"].revision == default.schedules["birth_check"].revision
    assert malawi.series["infant_test"].revision != default.series["infant_test"].revision
    assert "infant_test_weaned" not in malawi.series
    assert countries["MZ"].series["infant_test"].revision == default.series["infant_test"].revision


@pytest.mark.parametrize(
    ("code", "ages"),
    [
        ("ZA", [Age(), Age(days=70), Age(months=6), Age(months=18)]),
        ("UG", [Age(days=42), Age(months=9), Age(months=18)]),
        ("MW", [Age(days=42), Age(months=12), Age(months=24)]),
        ("ZW", [Age(), Age(days=42), Age(months=9), Age(months=18)]),
        ("TZ", [Age(), Age(days=42), Age(months=9), Age(months=15), Age(months=18)]),
    ],
)
def test_each_countrys_infant_tests(code: str, ages: list[Age]) -> None:
    assert [target.at for target in load_countries(FOLDERS)[code].series["infant_test"].targets] == ages


def test_nothing_claims_to_be_reviewed_and_what_is_unsourced_says_so() -> None:
    for country in load_countries(FOLDERS).values():
        for rule in (*country.series.values(), *country.schedules.values()):
            assert rule.draft
            assert rule.source
            assert rule.reviewed_by is None
    quarterly = load_countries(FOLDERS)["UG"].schedules["viral_load"]
    assert quarterly.source.startswith("General knowledge, not sourced")


def test_a_mistake_in_a_countrys_own_file_and_in_a_borrowed_one_are_named_where_they_stand() -> None:
    folders = deepcopy(FOLDERS)
    folders["ZA"]["schedules"]["infant_test"]["anchor"] = "walking"
    with pytest.raises(RulesError, match=r"^countries/ZA/schedules/infant_test\.toml"):
        load_countries(folders)
    folders = {code: deepcopy(FOLDERS[code]) for code in ("ZA", "WHO")}
    folders["WHO"]["schedules"]["birth_check"]["stream"] = "nothing"
    with pytest.raises(RulesError, match=r"^countries/WHO/schedules/birth_check\.toml"):
        load_countries(folders)
    folders = deepcopy(FOLDERS)
    folders["MW"]["country"]["without"] = ["nothing"]
    with pytest.raises(RulesError, match=r"^countries/MW/country\.toml: without names nothing"):
        load_countries(folders)


@pytest.mark.parametrize(
    ("accepts", "name", "match"),
    [
        (["nothing"], "A. Doctor", "accepts names nothing"),
        (["infant_test"], "A. Doctor", "accepts names infant_test"),
        (["anc"], "", "in nobody's name"),
        (["anc", "escalation"], "A. Doctor", None),
    ],
)
def test_a_country_accepts_only_what_it_is_lent_and_by_name(
    accepts: list[str], name: str, match: str | None
) -> None:
    folders = deepcopy(FOLDERS)
    folders["MW"]["country"] |= {"accepts": accepts, "reviewed_by": name}
    if match is None:
        assert load_countries(folders)["MW"].series["anc"].targets
        return
    with pytest.raises(RulesError, match=match):
        load_countries(folders)


def test_a_signature_for_one_country_stands_for_no_other() -> None:
    tables = deepcopy(read_tables())
    who, malawi = tables["countries"]["WHO"], tables["countries"]["MW"]["country"]
    for table in (who["escalation"], *who["schedules"].values()):
        table |= {"draft": False, "reviewed_by": "A. Doctor"}
    assert "WHO/schedules/anc.toml" not in drafts(tables, "WHO")
    assert {"WHO/schedules/anc.toml", "WHO/escalation.toml"} <= set(drafts(tables, "MW"))
    malawi |= {"accepts": ["anc", "escalation"], "reviewed_by": "B. Doctor"}
    left = set(drafts(tables, "MW"))
    assert not {"WHO/schedules/anc.toml", "WHO/escalation.toml"} & left
    assert "WHO/schedules/visit.toml" in left
    who["schedules"]["anc"]["draft"] = True
    assert "WHO/schedules/anc.toml" in drafts(tables, "MW")


TREATED = date(2025, 3, 1)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "unknown"),
        ({"art_started_on": TREATED}, "unknown"),  # a load nobody knows makes nobody low
        ({"art_started_on": EDD - 27 * DAY}, "high"),
        ({"art_started_on": EDD - 28 * DAY}, "unknown"),
        ({"art_started_on": EDD + 9 * DAY}, "high"),
        ({"art_started_on": TREATED, "unsuppressed": True}, "high"),
        ({"art_started_on": TREATED, "viral_load_on": EDD - 60 * DAY}, "low"),
        ({"viral_load_on": EDD - 60 * DAY, "unsuppressed": True}, "high"),
        ({"art_started_on": TREATED, "viral_load_on": EDD - 200 * DAY}, "unknown"),
        ({"art_started_on": EDD - 9 * DAY, "viral_load_on": EDD - 5 * DAY}, "high"),
        ({"viral_load_on": EDD + 60 * DAY, "unsuppressed": True, "before": "low"}, "low"),
        ({"viral_load_on": EDD + 60 * DAY, "before": "high"}, "high"),
    ],
)
def test_what_is_known_at_birth_of_a_babys_risk(facts: dict[str, Any], expected: str) -> None:
    assert infant_risk(BirthFacts(EDD, **facts)) == expected


LOW = {"viral_load_on": EDD - 60 * DAY}


@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        ("UG", {"art_started_on": EDD - 28 * DAY}, "high"),  # four weeks are not enough yet
        ("UG", {"art_started_on": EDD - 84 * DAY}, "high"),
        ("UG", {"art_started_on": EDD - 85 * DAY}, "low"),
        ("UG", {"art_started_on": EDD - 80 * DAY, "edd": EDD - 10 * DAY}, "high"),
        ("UG", {"art_started_on": EDD - 80 * DAY, "edd": EDD + 10 * DAY}, "low"),
        ("UG", {"art_started_on": EDD - 90 * DAY, "edd": EDD - 10 * DAY}, "high"),
        (
            "UG",
            {"art_started_on": EDD - 29 * DAY, "edd": EDD + 70 * DAY},
            "low",
        ),  # born early, begun before
        ("KE", {"art_started_on": EDD - 28 * DAY}, "low"),
        ("KE", {"art_started_on": EDD - 27 * DAY}, "high"),
    ],
)
def test_a_country_may_say_more_of_high_risk(code: str, facts: dict[str, Any], expected: str) -> None:
    assert infant_risk(BirthFacts(EDD, **LOW, **facts), COUNTRIES[code].high_risk) == expected


@pytest.mark.parametrize(("risk", "first"), [("high", "birth"), ("unknown", "birth"), ("low", "first")])
def test_a_test_at_birth_is_for_who_is_not_known_to_be_at_low_risk(risk: Any, first: str) -> None:
    country = load_countries(FOLDERS)["TZ"]
    item = counted("infant_test", EDD, EDD, country="TZ", infant_risk=risk)
    visits = plan(country, item, EDD).visits
    assert visits[0].target == first
    milestone = counted("milestone", EDD, EDD, country="UG", infant_risk=risk)
    asked = steps(plan(load_countries(FOLDERS)["UG"], milestone, EDD, 100))
    assert asked == ([] if risk == "low" else [("week_12", EDD + 84 * DAY)])


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"date_known": True}, Skip("date_known")),
        ({"all_done": True}, Skip("all_done")),
        ({"date_known": True, "all_done": True}, Skip("date_known")),
        ({}, None),
    ],
)
def test_nobody_is_looked_for_who_is_expected_or_done(facts: dict[str, Any], expected: Skip | None) -> None:
    fields = {"schedule": "no_next_date", "step": "week_6", "valid_until": at("2026-12-20 10:00")}
    answer = decide(reminder(**fields, **facts), kenya(), NOW)
    assert answer == (expected or OpenFollowUp("no_next_date"))


DUE_ON = date(2026, 11, 23)
HALF_YEARLY = {
    "schedule": "viral_load_established",
    "step": "known",
    "occurrence": DUE_ON,
    "valid_until": at("2026-12-20 10:00"),
}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, OpenFollowUp("viral_load_due")),
        ({"tested_on": date(2026, 9, 23)}, Skip("tested_lately")),
        ({"tested_on": date(2026, 9, 22)}, OpenFollowUp("viral_load_due")),
        ({"tested_on": DUE_ON + DAY}, Skip("tested_lately")),
        ({"looked_on": DUE_ON - 14 * DAY}, Skip("looked_lately")),
        ({"looked_on": DUE_ON - 15 * DAY}, OpenFollowUp("viral_load_due")),
        ({"looked_on": DUE_ON - DAY, "tested_on": DUE_ON}, Skip("tested_lately")),
    ],
)
def test_nobody_looks_for_a_test_that_was_taken_lately_nor_twice_within_days(
    facts: dict[str, Any], expected: Skip | OpenFollowUp
) -> None:
    assert decide(reminder(**HALF_YEARLY, **facts), kenya(), NOW) == expected


@pytest.mark.parametrize(("taken", "looked_for"), [(-13, False), (-14, False), (-15, True), (40, False)])
def test_a_check_from_26_weeks_on_is_the_one_of_the_third_trimester(taken: int, looked_for: bool) -> None:
    fields = {"schedule": "retest_pregnancy", "step": "third_trimester", "occurrence": DUE_ON - 60 * DAY}
    valid = {"valid_until": at("2026-12-20 10:00"), "tested_on": DUE_ON + (taken - 60) * DAY}
    answer = decide(reminder(**fields, **valid), kenya(), NOW)
    assert (answer == OpenFollowUp("check_due")) is looked_for


def test_in_every_country_work_for_her_own_tests_asks_whether_one_was_taken_lately() -> None:
    for country in COUNTRIES.values():
        for schedule in country.schedules.values():
            for step in schedule.steps:
                if step.cause == "viral_load_due":
                    assert step.lately is not None, (country.code, schedule.name, step.id)


def test_a_period_without_its_question_is_refused_and_a_text_is_never_kept_apart() -> None:
    tables = tables_of("KE")
    del tables["schedules"]["retest_pregnancy"]["step"][0]["unless"]
    with pytest.raises(RulesError, match="lately"):
        load_country(tables)
    tables = tables_of("KE")
    tables["schedules"]["birth_check"]["step"][0]["apart"] = "P14D"
    with pytest.raises(RulesError, match="remove apart"):
        load_country(tables)


@given(code=st.sampled_from(sorted(FOLDERS)), age_days=st.integers(0, 1500))
def test_no_baby_of_treatment_is_ever_without_a_day_on_which_somebody_looks(code: str, age_days: int) -> None:
    country = COUNTRIES[code]
    born = date(2024, 1, 31)
    today = born + age_days * DAY
    tests = plan(country, counted("infant_test", born, today, country=code), today)
    book = plan(country, counted("outcome", born, today, country=code), today)
    assert tests.visits or tests.next_on or book.reminders or book.next_on
    last = country.series["infant_test"].targets[-1]
    assert tests.visits or tests.next_on or age_days >= (last.at.months * 30)


def test_what_is_for_treatment_and_what_for_checks_stands_in_every_country() -> None:
    for country in load_countries(FOLDERS).values():
        rules = {**country.series, **country.schedules}
        treatment = {name for name, rule in rules.items() if rule.care == frozenset({"treatment"})}
        assert {"infant_test", "refill", "viral_load", "new_on_treatment", "outcome"} <= treatment
        assert rules["retest_after_birth"].care == frozenset({"retest"})
        assert rules["retest_quarterly"].care == frozenset({"retest_quarterly"})
        assert any("syphilis" in said for target in country.series["anc"].targets for said in target.beside)
    assert "retest_pregnancy" not in load_countries(FOLDERS)["ZA"].schedules


def test_south_africa_looks_for_a_viral_load_whether_or_not_she_breastfeeds_and_tests_every_child() -> None:
    south = load_countries(FOLDERS)["ZA"]
    born = EDD
    loads = plan(south, counted("viral_load", born, born, country="ZA"), born, 1000)
    assert south.schedules["viral_load"].anchor == "birth"
    assert steps(loads) == [("delivery", born), ("month_6", date(2027, 5, 23))]
    assert south.schedules["viral_load_nursing"].anchor == "breastfeeding"
    for_others = south.schedules["child_test"]
    assert for_others.care == frozenset({"retest", "retest_quarterly"})
    asked = plan(south, counted("child_test", born, born, country="ZA"), born, 1000)
    assert steps(asked) == [("all_month_18", date(2028, 5, 23))]


def test_whom_a_rule_is_for_is_one_of_the_words_there_are() -> None:
    tables = deepcopy(tables_of("KE"))
    tables["schedules"]["refill"]["care"] = ["somebody"]
    with pytest.raises(RulesError, match="write a list of treatment, retest, retest_quarterly"):
        load_country(tables)
    tables = deepcopy(tables_of("KE"))
    tables["schedules"]["infant_test"]["target"][0]["for"] = "low_risk"
    with pytest.raises(RulesError, match="high_risk"):
        load_country(tables)
