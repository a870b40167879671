"""Adding people properly: what cannot be right is refused in one sentence, and nothing personal is in it."""

from datetime import time, timedelta
from typing import Any

import pytest

from service.directory import (
    DirectoryError,
    Duty,
    NewFacility,
    NewMother,
    NewStaff,
    add_duty,
    add_facility,
    add_mother,
    add_staff,
)
from service.store.mothers import Enrolled
from tests.integration.apply.clinic import MENTOR, Clinic, only


async def add(clinic: Clinic, how: Any, new: Any) -> int:
    async with clinic.pool.acquire() as conn, conn.transaction():
        return int(await how(conn, clinic.deps, new, clinic.now))


@pytest.mark.parametrize(
    ("new", "remedy"),
    [
        (NewFacility("A", "XX", "Africa/Nairobi"), "choose one of"),
        (NewFacility("A", "KE", "Nairobi"), "Africa/Nairobi"),
        (NewFacility("A", "KE", "Africa/Nairobi", line="12"), "in full"),
    ],
)
async def test_a_facility_that_cannot_be_right(clinic: Clinic, new: NewFacility, remedy: str) -> None:
    with pytest.raises(DirectoryError, match=remedy):
        await add(clinic, add_facility, new)


async def test_staff_without_a_mobile_number_or_a_facility(clinic: Clinic) -> None:
    with pytest.raises(DirectoryError, match="in full") as caught:
        await add(clinic, add_staff, NewStaff("mentor", "Secret Name", "0200", clinic.facility, "en"))
    assert "Secret" not in str(caught.value)
    with pytest.raises(DirectoryError, match="pamoja add facility"):
        await add(clinic, add_staff, NewStaff("mentor", "Secret Name", MENTOR, 4242, "en"))


async def test_names_and_numbers_are_sealed(clinic: Clinic) -> None:
    new = NewStaff("mentor", "Secret Name", "0700 000 055", clinic.facility, "sw")
    staff = await add(clinic, add_staff, new)
    row = only(await clinic.rows("SELECT name, phone_id, language FROM person WHERE id = $1", staff))
    assert b"Secret" not in row["name"]
    assert clinic.deps.sealer.open(row["name"], table="person", column="name", row=staff) == "Secret Name"
    phone = only(await clinic.rows("SELECT number FROM phone WHERE id = $1", row["phone_id"]))
    assert (
        clinic.deps.sealer.open(phone["number"], table="phone", column="number", row=row["phone_id"])
        == "+254700000055"
    )
    assert "Secret" not in repr(new)


async def test_a_supervisor_answers_for_all_her_sites(clinic: Clinic) -> None:
    other = await add(
        clinic, add_facility, NewFacility("Other", "KE", "Africa/Nairobi", line="+254700000077")
    )
    new = NewStaff(
        "supervisor", "Name", "+254700000056", clinic.facility, "en", supervises=(other, clinic.facility)
    )
    staff = await add(clinic, add_staff, new)
    rows = await clinic.rows(
        "SELECT facility_id FROM supervision WHERE staff_id = $1 ORDER BY facility_id", staff
    )
    assert [row["facility_id"] for row in rows] == sorted([clinic.facility, other])


async def test_a_place_on_the_roster_has_one_person(clinic: Clinic) -> None:
    async with clinic.pool.acquire() as conn, conn.transaction():
        await add_duty(
            conn, clinic.facility, clinic.mentor, [Duty(0, time(0), time(0)), Duty(0, time(0), time(0), 2)]
        )
    rows = await clinic.rows("SELECT staff_id, rank FROM duty_roster WHERE weekday = 0 ORDER BY rank")
    assert rows == [{"staff_id": clinic.mentor, "rank": 1}, {"staff_id": clinic.mentor, "rank": 2}]


async def test_twins_are_two_babies_with_a_series_each(clinic: Clinic) -> None:
    born = clinic.today - timedelta(days=20)
    mother = await clinic.mother(born_on=(born, born), edd=None)
    rows = await clinic.rows("SELECT birth_order FROM infant WHERE mother_id = $1 ORDER BY id", mother)
    assert [row["birth_order"] for row in rows] == [1, 2]
    assert await clinic.one("SELECT count(*) FROM enrolment WHERE schedule = 'infant_test'") == 2


async def test_an_imported_mother_is_mentor_only(clinic: Clinic) -> None:
    visit = clinic.today + timedelta(days=3)
    mother = await clinic.mother(None, visits=(("clinic", visit), ("refill", visit)))
    row = only(
        await clinic.rows(
            "SELECT m.set_up_at, m.signature, p.phone_id FROM mother m JOIN person p USING (id) WHERE id = $1",
            mother,
        )
    )
    assert row == {"set_up_at": None, "signature": "none", "phone_id": None}
    assert await clinic.one("SELECT count(*) FROM visit WHERE mother_id = $1", mother) == 2
    assert await clinic.one("SELECT count(*) FROM enrolment WHERE schedule = 'checkin'") == 0


async def test_set_up_needs_a_number(clinic: Clinic) -> None:
    enrolled = Enrolled(clinic.facility, clinic.mentor, "en", "1", "hers")
    with pytest.raises(DirectoryError, match="number"):
        await add(clinic, add_mother, NewMother(enrolled, set_up_at=clinic.now))


async def test_who_is_trained_is_kept_and_nobody_is_by_default(clinic: Clinic) -> None:
    trained = NewStaff("nurse", "Name", "+254700000057", clinic.facility, "en", answers_mood=True)
    staff = await add(clinic, add_staff, trained)
    rows = await clinic.rows("SELECT id FROM staff WHERE answers_mood")
    assert [row["id"] for row in rows] == [staff]
