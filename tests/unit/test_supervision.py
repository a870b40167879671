"""The supervisor's line on the real content: her home, her site in three keys, a lost phone, a pause to confirm."""

from dataclasses import replace

import pytest

from flows.actions import ACTIONS
from flows.answers import site_answer
from flows.events import (
    FollowUpAnswered,
    PhoneLost,
    SiteStatusSet,
    StaffCodeGiven,
    StaffSetUp,
    TransferConfirmed,
    TransferWithdrawn,
)
from flows.facts import Facts, PersonOnNumber
from flows.facts.staff import StaffFacts
from flows.facts.supervisor import ColleagueFact, PauseFact, SiteFact, SupervisorFacts
from flows.facts.work import FollowUpItem
from flows.guards import GUARDS
from flows.lists import LISTS
from flows.types import SessionState
from tests.unit.phone import NOW, Phone

SUPERVISOR = 3
SITE, OTHER_SITE = SiteFact(7, "Kilele"), SiteFact(8, "Mbali", "closed")
KNOWN = SupervisorFacts(
    unacknowledged=(FollowUpItem(81, "417", "silent", "red", False, 2, "notified", 9),),
    unacknowledged_count=1,
    oldest=(FollowUpItem(82, "512", "danger", "red", True, 5, "acknowledged", 10),),
    pauses=(PauseFact(83, "638", "died", 1),),
    pauses_count=1,
    sites=(SITE,),
    colleagues=(ColleagueFact(2, "Rehema"), ColleagueFact(4, "Halima", locked=True)),
)


def phone(known: SupervisorFacts = KNOWN, role: str = "supervisor") -> Phone:
    staff = StaffFacts(SUPERVISOR, "supervisor" if role == "supervisor" else "mentor", 7)
    staff = replace(staff, supervisor=known if role == "supervisor" else None)
    facts = Facts(
        now=NOW,
        language="en",
        people=(PersonOnNumber(SUPERVISOR, staff.role, has_pin=True),),
        staff=staff,
        spare_code="4821",
    )
    return Phone(facts, typed_pin_of=SUPERVISOR)


def test_the_same_seven_leads_each_to_her_own_home() -> None:
    assert "3 Site" in phone().dial("7", "2727").texts[-1]
    assert "3 Site" not in phone(role="mentor").dial("7", "2727").texts[-1]
    assert "1 New" in phone().dial("7", "2727", "9").texts[-1]


def test_a_case_code_may_be_dialled_through_and_typed() -> None:
    assert phone().type("7*417", "2727").texts[-1].startswith("417 no answer")
    assert phone().dial("7", "2727", "512").texts[-1].startswith("512 unwell, urgent")


@pytest.mark.parametrize(
    ("key", "status"),
    [("1", "open"), ("2", "closed"), ("3", "no_network"), ("4", "paused"), ("5", "stock_out")],
)
def test_her_site_in_three_keys(key: str, status: str) -> None:
    call = phone().dial("7", "2727", "3", key)
    assert [(e.facility_id, e.status) for e in call.events if isinstance(e, SiteStatusSet)] == [(7, status)]
    assert call.ended


def test_that_another_clinic_took_over_is_confirmed_or_taken_back_like_a_pause() -> None:
    known = replace(KNOWN, pauses=(PauseFact(84, "638", "transferred", 3),))
    assert "638 looked after elsewhere 3d" in phone(known).dial("7", "2727", "5").texts[-1]
    assert phone(known).dial("7", "2727", "5", "1", "1").events == [TransferConfirmed(SUPERVISOR, 84)]
    assert phone(known).dial("7", "2727", "5", "1", "2").events == [TransferWithdrawn(SUPERVISOR, 84)]


def test_of_several_sites_one_is_chosen_first() -> None:
    call = phone(replace(KNOWN, sites=(SITE, OTHER_SITE))).dial("7", "2727", "3")
    assert "2 Mbali: closed" in call.texts[-1]
    assert call.type("2", "1").events == [SiteStatusSet(SUPERVISOR, 8, "open")]


def test_work_on_the_list_is_answered_with_the_same_digits() -> None:
    call = phone().dial("7", "2727", "1", "1", "1")
    assert call.events == [FollowUpAnswered(SUPERVISOR, "going", follow_up_id=81, verified=True)]


def test_a_lost_phone_is_locked_and_a_locked_one_only_gets_a_code() -> None:
    assert phone().dial("7", "2727", "4", "1", "1").events == [PhoneLost(SUPERVISOR, 2)]
    locked = phone().dial("7", "2727", "4", "2")
    assert "Lost" not in locked.texts[-1]
    assert locked.type("2").events == [StaffCodeGiven(SUPERVISOR, 4, "4821")]
    assert "4821" in locked.texts[-1]


@pytest.mark.parametrize(("key", "action"), [("1", "died"), ("2", "undo")])
def test_a_report_is_confirmed_or_undone_in_three_screens(key: str, action: str) -> None:
    call = phone().dial("7", "2727", "5", "1", key)
    assert [
        (e.action, e.follow_up_id, e.verified) for e in call.events if isinstance(e, FollowUpAnswered)
    ] == [(action, 83, True)]


def test_a_colleagues_code_asks_no_signature() -> None:
    facts = Facts(now=NOW, language="en", code_staff=2)
    call = Phone(facts).dial("5", "4821", "3864", "3864")
    assert call.events == [StaffSetUp(2, "4821", "3864")]


NOBODYS = SessionState(screen="home", language="en", data={"site": "7", "colleague": "2", "pause": "83"})


@pytest.mark.parametrize(
    "name",
    [
        "site_open",
        "site_closed",
        "site_no_network",
        "site_paused",
        "phone_lost",
        "give_staff_code",
        "confirm_pause",
        "undo_pause",
    ],
)
def test_nothing_happens_for_whoever_is_no_supervisor(name: str) -> None:
    for facts in (phone(role="mentor").facts, phone(SupervisorFacts()).facts, Facts(now=NOW)):
        assert ACTIONS[name](facts, NOBODYS, "").events == ()
        for guard in ("has_site", "has_colleague", "phone_in_use", "has_pause", "one_site"):
            assert not GUARDS[guard](facts, NOBODYS)
        for listed in ("unacknowledged", "oldest", "sites", "colleagues", "pauses"):
            assert LISTS[listed](facts, NOBODYS) == ()


def test_digits_about_a_site() -> None:
    assert site_answer("site", "closed", 3, 7) == (SiteStatusSet(3, 7, "closed"),)
    assert site_answer("site", "no_network", 3, 7) == (SiteStatusSet(3, 7, "no_network"),)
    assert site_answer("site_still", "open", 3, 7) == (SiteStatusSet(3, 7, "open"),)
    assert site_answer("site_still", "not_yet", 3, 7) == ()
