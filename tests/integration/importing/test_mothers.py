"""A register: exactly what is wrong is left out, the rest is as if a mentor had enrolled her, and again changes nothing."""

from dataclasses import replace
from datetime import date, timedelta

from flows.events import MotherSetUp, SetUpCodeGiven
from service.importing.mothers import DIFFERS
from service.importing.places import Importer
from service.importing.problems import stopped
from service.importing.reading import read_sheet
from service.importing.running import Checked, check_sheet, save_sheet
from service.importing.visits import ANOTHER_DAY
from service.store import care_dates
from service.store.timeline import timeline
from tests.integration.apply.clinic import MENTOR, Clinic
from tests.integration.importing.kit import digests, register

ROWS = 2_000


async def check(clinic: Clinic, content: bytes | str) -> Checked:
    sheet = read_sheet(content.encode() if isinstance(content, str) else content)
    async with clinic.pool.acquire() as conn:
        return await check_sheet(conn, clinic.deps, sheet, by(clinic), clinic.now)


async def save(clinic: Clinic, content: bytes | str) -> Checked:
    sheet = read_sheet(content.encode() if isinstance(content, str) else content)
    async with clinic.pool.acquire() as conn, conn.transaction():
        return await save_sheet(conn, clinic.deps, sheet, by(clinic), clinic.now)


def by(clinic: Clinic) -> Importer:
    return Importer(clinic.supervisor, [clinic.facility])


def said(checked: Checked) -> list[str]:
    return [one.sentence(checked.kind) for one in checked.problems]


async def test_exactly_the_planted_rows_are_left_out_and_again_nothing_changes(clinic: Clinic) -> None:
    content, planted = register(ROWS, clinic.today, wrong_every=100)
    dry = await check(clinic, content)
    assert stopped(dry.problems) == set(planted)
    for one in dry.problems:
        if one.stops:
            mistake = planted[one.row]
            assert one.sentence("mothers").startswith(f"Row {one.row}, column {mistake.column}: ")
            assert mistake.says in one.says
    assert await clinic.one("SELECT count(*) FROM mother") == 0
    saved = await save(clinic, content)
    assert (saved.counts.new, saved.counts.wrong) == (ROWS + 1 - len(planted), len(planted))
    assert said(saved) == said(dry)
    assert await clinic.one("SELECT count(*) FROM mother") == saved.counts.new
    async with clinic.pool.acquire() as conn:
        before = await digests(conn)
        again = await save(clinic, content)
        assert await digests(conn) == before
    assert (again.counts.new, again.counts.changed, again.counts.wrong) == (0, 0, len(planted))
    # Nobody was told anything, and nobody was set up.
    assert (
        await clinic.one("SELECT count(*) FROM message") + await clinic.one("SELECT count(*) FROM follow_up")
        == 0
    )
    assert await clinic.one("SELECT count(*) FROM person WHERE kind = 'mother' AND phone_id IS NOT NULL") == 0
    assert (
        await clinic.one("SELECT count(*) FROM mother WHERE mentor_id IS NULL OR set_up_at IS NOT NULL") == 0
    )
    assert await clinic.one("SELECT count(*) FROM consent WHERE stream <> 'data'") == 0
    # Each mother's schedules are those that bring_in_line itself would begin: it finds nothing to do.
    async with clinic.pool.acquire() as conn:
        rows = await conn.fetch("SELECT id FROM mother ORDER BY id LIMIT 80")
        for row in rows:
            await care_dates.bring_in_line(conn, clinic.deps.country("KE"), row["id"], clinic.now)
        assert await digests(conn) == before


async def test_a_mother_brought_in_by_a_file_is_texted_only_once_she_was_set_up_in_person(
    clinic: Clinic,
) -> None:
    tomorrow = clinic.today + timedelta(days=1)
    await save(
        clinic,
        f"Client number,Due date,Phone number,Whose phone,Mentor,Next appointment,Regimen,Name\n"
        f"77,{clinic.today + timedelta(days=60)},+254700000555,hers,{MENTOR},{tomorrow},TLD,Amina\n",
    )
    row = (await clinic.rows("SELECT * FROM mother"))[0]
    assert (row["mentor_id"], row["phone_use"], row["set_up_at"]) == (clinic.mentor, "none", None)
    told = (await clinic.rows("SELECT * FROM told_number"))[0]
    opened = clinic.deps.sealer.open(told["number"], table="told_number", column="number", row=row["id"])
    assert (opened, told["phone_use"]) == ("+254700000555", "hers")
    # Whoever has that number now is nobody we know.
    assert (
        await clinic.one(
            "SELECT count(*) FROM phone p JOIN person q ON q.phone_id = p.id WHERE q.kind = 'mother'"
        )
        == 0
    )
    await clinic.happens(SetUpCodeGiven(clinic.mentor, row["id"], "4821", "hers"), number=MENTOR)
    assert await clinic.one("SELECT count(*) FROM consent WHERE stream = 'sms'") == 1
    await clinic.happens(
        MotherSetUp(mother_id=row["id"], code="4821", signature="tips", pin="7391"),
        number="+254700000556",
        pin_hashes={row["id"]: "hash"},
    )
    assert await clinic.one("SELECT set_up_at FROM mother WHERE id = $1", row["id"]) == clinic.now
    async with clinic.pool.acquire() as conn:
        told = await timeline(conn, row["id"], clinic.now, clinic.deps.countries)
    assert told is not None
    assert [(one.what, one.who) for one in told.lines if one.state == "MotherImported"] == [
        ("Her line of a register was brought in", f"supervisor {clinic.supervisor}")
    ]


async def test_what_is_known_is_never_overwritten_and_what_is_not_is_filled_in(clinic: Clinic) -> None:
    due, day = clinic.today + timedelta(days=60), clinic.today + timedelta(days=9)
    await save(clinic, f"Client number,Due date,Next appointment\n5,{due},{day}\n")
    other, later = due + timedelta(days=20), day + timedelta(days=3)
    content = (
        "Client number,Due date,Treatment start,Pair number,Next appointment,Language,Under 20\n"
        f"5,{other},2026-01-05,P-9,{later},sw,yes\n"
    )
    dry = await check(clinic, content)
    assert said(dry) == [
        f"Row 2, column Language: {DIFFERS}",
        f"Row 2, column Due date: {DIFFERS}",
        f"Row 2, column Next appointment: {ANOTHER_DAY}",
    ]
    assert (dry.counts.changed, dry.counts.wrong) == (1, 0)
    assert (await save(clinic, content)).counts.changed == 1
    row = (await clinic.rows("SELECT * FROM mother"))[0]
    assert (row["pair_number"], row["under_20"], str(row["art_started_on"])) == ("P-9", True, "2026-01-05")
    assert await clinic.one("SELECT edd FROM pregnancy") == due
    assert [one["due_on"] for one in await clinic.rows("SELECT due_on FROM visit")] == [day]
    assert await clinic.one("SELECT anchor_on FROM enrolment WHERE schedule = 'new_on_treatment'") == date(
        2026, 1, 5
    )
    async with clinic.pool.acquire() as conn:
        before = await digests(conn)
        assert (await save(clinic, content)).counts.unchanged == 1
        assert await digests(conn) == before


async def test_a_number_known_for_another_mother_is_said_and_nothing_is_held(clinic: Clinic) -> None:
    hers = await clinic.mother("+254700000101")
    dry = await check(clinic, "Client number,Phone number\n1,0700 000 101\n2,+254700000777\n3,700000777\n")
    assert said(dry) == [
        "Row 2, column Phone number: is known for another mother. Her mentor asks whose it is when she comes.",
        "Row 4, column Phone number: stands in row 3 too. Her mentor asks whose it is when she comes.",
    ]
    await save(clinic, "Client number,Phone number\n1,0700 000 101\n")
    assert await clinic.hold(hers) is None
    again = await check(clinic, "Client number,Phone number\n1,0700 000 101\n9,0700000101\n")
    assert [one.row for one in again.problems] == [2, 3]


async def test_who_died_or_was_forgotten_or_moved_to_another_clinic_is_not_begun_anew(clinic: Clinic) -> None:
    await save(clinic, "Client number\n1\n2\n3\n")
    one, two, three = (row["id"] for row in await clinic.rows("SELECT id FROM mother ORDER BY client_number"))
    await clinic.run("UPDATE person SET hold = 'dead' WHERE id = $1", one)
    await clinic.run("UPDATE person SET hold = 'erased' WHERE id = $1", two)
    await clinic.run(
        "INSERT INTO life_event (mother_id, what, on_day, reported_at, via, before) VALUES ($1, 'transferred', $2, $3, 'ussd', $4)",
        three, clinic.today, clinic.now, {"from": clinic.facility, "client_number": "3"},
    )  # fmt: skip
    await clinic.run("UPDATE mother SET client_number = NULL WHERE id = $1", three)
    async with clinic.pool.acquire() as conn:
        before = await digests(conn)
        saved = await save(
            clinic, f"Client number,Pair number,Next appointment\n1,P1,{clinic.today}\n2,P2,\n3,P3,\n"
        )
        assert await digests(conn) == before
    assert (saved.counts.unchanged, saved.counts.remarks) == (3, 3)


async def test_nobody_imports_for_a_clinic_of_others_or_says_what_nobody_saw(clinic: Clinic) -> None:
    sheet = read_sheet(
        f"Facility,Client number,Last visit\n,8,{clinic.today}\n{clinic.facility},9,\n".encode()
    )
    async with clinic.pool.acquire() as conn:
        nobody = await check_sheet(conn, clinic.deps, sheet, replace(by(clinic), facilities=()), clinic.now)
        assert [one.column for one in nobody.problems] == ["facility", "facility"]
        unseen = await check_sheet(conn, clinic.deps, sheet, Importer(None, None), clinic.now)
    assert [one.column for one in unseen.problems] == ["last_visit"]
    assert unseen.problems[0].says.startswith("says that a visit was kept, and nobody answers for it.")


async def test_who_came_on_her_day_was_kept_and_the_same_row_says_it_again(clinic: Clinic) -> None:
    content = f"Client number,Last visit,Next appointment\n1,{clinic.today},{clinic.today}\n"
    assert (await save(clinic, content)).counts.new == 1
    assert [one["status"] for one in await clinic.rows("SELECT status FROM visit")] == ["kept"]
    assert (await check(clinic, content)).counts.unchanged == 1


async def test_a_clinic_without_a_mentor_is_said_once(clinic: Clinic) -> None:
    await clinic.pool.execute("UPDATE person SET hold = 'revoked' WHERE kind = 'mentor'")
    file = "Client number,Birth date\nR1,2026-05-01\nR2,2026-05-02\n"
    sentences = said(await check(clinic, file))
    assert any(one.startswith("Row 2, column Mentor") and "no mentor yet" in one for one in sentences)
    assert sum("no mentor yet" in one for one in sentences) == 1
    await clinic.pool.execute("UPDATE person SET hold = NULL WHERE kind = 'mentor'")
    assert not any("no mentor yet" in one for one in said(await check(clinic, file)))
