"""The worklists: one line a mother however many causes are open about her, the gravest that nobody has taken first."""

from dataclasses import replace

from flows.facts import Facts, PersonOnNumber
from flows.facts.staff import StaffFacts
from flows.facts.supervisor import SupervisorFacts
from flows.facts.work import FollowUpItem
from tests.unit.phone import NOW, Phone

MENTOR = 2
OPEN = (
    FollowUpItem(1, "301", "silent", "red", False, 4, "notified", 9),
    FollowUpItem(2, "301", "visit_missed", "amber", False, 2, "notified", 9),
    FollowUpItem(3, "432", "missed_call", "amber", False, 1, "notified", 10),
    FollowUpItem(4, "301", "missed_dose", "green", False, 1, "notified", 9),
)


def mentor(*work: FollowUpItem, language: str = "en") -> Phone:
    staff = StaffFacts(MENTOR, "mentor", 7, follow_ups=work)
    people = (PersonOnNumber(MENTOR, "mentor", has_pin=True),)
    return Phone(Facts(now=NOW, language=language, people=people, staff=staff), typed_pin_of=MENTOR)


def worklist(*work: FollowUpItem, language: str = "en") -> list[str]:
    return mentor(*work, language=language).dial("7", "2727", "9", "2").texts[-1].splitlines()


def page(*work: FollowUpItem) -> str:
    return mentor(*work).type("7*301", "2727").texts[-1].splitlines()[0]


def taken(item: FollowUpItem) -> FollowUpItem:
    return replace(item, state="acknowledged")


def test_a_mother_is_one_line_the_gravest_cause_first() -> None:
    assert worklist(*OPEN)[:4] == ["Follow-ups:", "1 301 no answer +2 4d", "2 432 missed call 1d", "0 Back"]
    home = mentor(*OPEN).dial("7", "2727", "9").texts[-1]
    assert "Follow-ups (2)" in home


def test_what_nobody_has_taken_stands_for_her() -> None:
    assert page(*OPEN).startswith("301 no answer")
    assert page(taken(OPEN[0]), *OPEN[1:]).startswith("301 did not come")
    urgent = replace(OPEN[3], cause="danger", risk="amber", urgent=True)
    assert page(*OPEN[:3], urgent).startswith("301 unwell, urgent")
    assert page(*OPEN[:3], taken(urgent)).startswith("301 no answer")


def test_taken_she_stands_once_and_as_taken() -> None:
    hers = [taken(one) for one in OPEN if one.code == "301"]
    assert worklist(*hers)[1] == "1 301 no answer +2, taken 4d"
    assert worklist(*hers, language="sw")[1] == "1 301 hakuna jibu +2, yuko na mtu siku 4"


def test_of_a_mother_who_was_reached_no_page_says_that_she_does_not_answer() -> None:
    reached = replace(taken(OPEN[0]), reached="reached_problem")
    assert page(reached).startswith("301 reached, problem")
    assert worklist(reached)[1] == "1 301 reached, problem 4d"
    missed = replace(taken(OPEN[1]), reached="reached_coming")
    assert page(missed).startswith("301 did not come")


def test_a_supervisors_lists_have_a_line_for_each_mother_too() -> None:
    over = SupervisorFacts(unacknowledged=OPEN, unacknowledged_count=2, oldest=(*OPEN[1:], taken(OPEN[0])))
    staff = StaffFacts(MENTOR, "supervisor", 7, supervisor=over)
    people = (PersonOnNumber(MENTOR, "supervisor", has_pin=True),)
    facts = Facts(now=NOW, language="en", people=people, staff=staff)
    lists = [Phone(facts, typed_pin_of=MENTOR).dial("7", "2727", key).texts[-1].splitlines() for key in "12"]
    assert lists[0][:3] == ["Not taken:", "1 301 no answer +2 4d", "2 432 missed call 1d"]
    assert lists[1][:3] == ["Oldest:", "1 301 did not come +2 2d", "2 432 missed call 1d"]
