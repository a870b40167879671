"""A supervisor's work in a real browser, narrow and wide: answering for a mother, recording a loss, importing a register."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.directory import NewMother, add_mother
from service.store.mothers import Enrolled
from tests.integration.simulator.town import MOTHER, NOW, OTHER, Town
from tests.system.browsing import NARROW, WIDE, Hand, Site, browser
from tests.system.made_up import town_served

pytestmark = pytest.mark.system


@dataclass(frozen=True)
class Morning:
    """One supervisor at her screen, the mother who asked to be called, and one whose baby was due last week."""

    site: Site[Town]
    hand: Hand
    place: int
    calls: int
    due: int

    def open(self, path: str) -> None:
        self.hand.driver.get(f"{self.site.address}{path}")
        assert self.hand.troubles() == []

    def ask(self, statement: str, *values: Any) -> Any:
        return self.site.do(self.site.place.services.pool.fetchval(statement, *values))


@pytest.fixture(scope="module")
def clinic(
    database_server: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site[Town]]:
    """One town for all that is done here: each screen has mothers of its own."""
    with town_served(database_server, migrated_template, tmp_path_factory.mktemp("work")) as site:
        yield site


@pytest.fixture(scope="module", params=[NARROW, WIDE], ids=["narrow", "wide"])
def morning(clinic: Site[Town], request: pytest.FixtureRequest) -> Iterator[Morning]:
    town, place = clinic.place, (NARROW, WIDE).index(request.param)
    clinic.do(call(town, (MOTHER, OTHER)[place]))
    due = clinic.do(due_last_week(town, place))
    with browser(request.param) as driver:
        hand = Hand(driver)
        sign_in(clinic, hand, f"s{place}@example.org")
        yield Morning(clinic, hand, place, (town.mother, town.other)[place], due)


def sign_in(clinic: Site[Town], hand: Hand, email: str) -> None:
    code = clinic.do(clinic.place.sign_in(email=email))
    hand.driver.get(f"{clinic.address}/login")
    hand.one("input[name=code]").send_keys(code)
    hand.press("main button")
    hand.reads("h1", "Today")


async def call(town: Town, number: str) -> None:
    """Let it ring once, which asks to be called."""
    async with town.client() as phone:
        assert (await phone.post("/simulator/call", data={"from": number})).is_success


async def due_last_week(town: Town, place: int) -> int:
    """A mother who is about to be asked whether the baby is born."""
    services, edd = town.services, NOW.date() - timedelta(days=4)
    enrolled = Enrolled(town.facility, town.mentor, "en", str(110 + place), "hers", edd, ())
    new = NewMother(enrolled, f"+25470000011{place}", "Test Mother", "x", NOW, completed_at=NOW)
    async with services.pool.acquire() as conn, conn.transaction():
        return await add_mother(conn, services.deps(), new, NOW)


QUEUED = """
WITH asked AS (
    UPDATE reminder r SET state = 'queued' FROM enrolment e
    WHERE e.id = r.enrolment_id AND e.schedule = 'birth_check' AND r.mother_id = $1 AND r.step = 'ask' RETURNING r.*
)
INSERT INTO message (person_id, mother_id, phone_id, reminder_id, message_class, priority, template, language,
    wording, signature, not_before, valid_until, created_at)
SELECT p.id, p.id, p.phone_id, r.id, 'C', 5, 'birth_check', 'en', 'covert', 'none', r.due_at, r.valid_until,
    p.created_at
FROM person p JOIN asked r ON r.mother_id = p.id
"""
"""The question whether the baby is born, written already and waiting for its hour."""
PREGNANCY = """
SELECT count(*) FROM reminder r JOIN enrolment e ON e.id = r.enrolment_id
WHERE r.mother_id = $1 AND e.schedule = 'birth_check' AND r.state = $2
"""
TEXTS = "SELECT count(*) FROM message WHERE mother_id = $1 AND template = 'birth_check' AND state = $2"
ASKED = "SELECT id FROM follow_up WHERE mother_id = $1 AND cause = 'missed_call' AND state <> 'resolved'"


def test_a_follow_up_is_answered_in_its_row(morning: Morning) -> None:
    hand, waits = morning.hand, morning.ask(ASKED, morning.calls)
    morning.open("/follow-ups")
    hand.driver.execute_script("window.stays = true")
    for answer, becomes in (("going", "With "), ("not_reached", "not reached 1 ×")):
        hand.press(f"#follow-up-{waits} button[value={answer}]")
        hand.reads(f"#follow-up-{waits} [role=status]", "Saved.")
        hand.reads(f"#follow-up-{waits}", becomes)
    assert hand.driver.execute_script("return window.stays"), "the page was loaded anew"
    assert hand.troubles() == []
    morning.open(f"/follow-ups/{waits}")
    assert morning.ask("SELECT count(*) FROM follow_up_log WHERE follow_up_id = $1 AND staff_id = $2",
                       waits, morning.site.place.supervisor) == 2  # fmt: skip


def test_a_follow_up_is_answered_without_script_too(clinic: Site[Town], morning: Morning) -> None:
    waits = morning.ask(ASKED, morning.calls)
    with browser((NARROW, WIDE)[morning.place], script=False) as driver:
        hand = Hand(driver)
        sign_in(clinic, hand, f"plain{morning.place}@example.org")
        driver.get(f"{clinic.address}/follow-ups")
        assert hand.troubles(axe=False) == []
        hand.press(f"#follow-up-{waits} details summary")
        hand.press(f"#follow-up-{waits} button[value=reached_problem]")
        hand.reads("[role=status]", "Saved.")
        assert "/follow-ups?" in driver.current_url
        assert hand.troubles(axe=False) == []


def test_a_loss_is_looked_at_first_and_silences_every_text_about_the_baby(morning: Morning) -> None:
    hand, mother = morning.hand, morning.due
    hand.until(lambda d: morning.ask(PREGNANCY, mother, "planned") == 2)
    morning.ask(QUEUED, mother)
    morning.open(f"/mothers/{mother}")
    hand.press("a[href$='/record']")
    hand.reads("h1", "Record")
    assert hand.troubles() == []
    hand.press("#loss summary")
    hand.press("#loss button")
    hand.reads("h1", "The pregnancy has ended without a baby")
    said = hand.reads("main", "What it changes")
    assert "1 text that waits is taken back." in said
    assert "1 piece of work is given to a person." in said
    assert hand.troubles() == []
    assert morning.ask(TEXTS, mother, "queued") == 1, "looking changes nothing"
    hand.press("button.grave")
    assert "The pregnancy has ended" in hand.one("h1").text, "she is asked for a tick"
    hand.press("input[name=sure]")
    hand.press("button.grave")
    hand.reads("[role=status]", "Every text about a baby has stopped. We are sorry.")
    assert ": ended" in hand.one("main").text
    assert hand.troubles() == []
    assert (morning.ask(TEXTS, mother, "cancelled"), morning.ask(TEXTS, mother, "queued")) == (1, 0)
    assert (morning.ask(PREGNANCY, mother, "cancelled"), morning.ask(PREGNANCY, mother, "planned")) == (1, 0)


REGISTER = "Client number,Due date,Phone number\n{0}1,2027-01-20,\n{0}2,31/02/2026,\n{0}3,,\nAmina,,\n"


def test_a_register_with_errors_is_looked_through_and_its_good_rows_saved_once(
    morning: Morning, tmp_path: Path
) -> None:
    hand, count = morning.hand, "SELECT count(*) FROM mother"
    before, register = morning.ask(count), tmp_path / "register.csv"
    register.write_text(REGISTER.format(200 + morning.place), encoding="utf-8")
    morning.open("/imports")
    upload(hand, register)
    said = hand.reads("main", "2 rows are wrong")
    assert "Row 3, column Due date: 31/02/2026 is not a date. Write dates like 2026-02-28." in said
    assert "Row 5, column Client number: holds no digit." in said
    assert "Amina" not in said
    assert hand.troubles() == []
    assert morning.ask(count) == before, "looking saves nothing"
    hand.press("form[action$='/save'] button")
    assert "Left out" in hand.reads("main", "Saved")
    assert hand.troubles() == []
    assert morning.ask(count) == before + 2
    morning.open("/imports")
    upload(hand, register)
    hand.reads("main", "There is nothing to save.")
    assert hand.troubles() == []
    assert morning.ask(count) == before + 2


def upload(hand: Hand, file: Path) -> None:
    hand.one("#file").send_keys(str(file))
    hand.press("form[action='/imports'] button.main")
