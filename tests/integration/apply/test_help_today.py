"""A colleague for the day: asked for once, by one digit, and only where two of today's alerts wait."""

from datetime import timedelta

from flows.events import HelpWanted
from service.store.help_offers import HelpOffers
from tests.integration.apply.clinic import COLLEAGUE, MENTOR, SUPERVISOR, Clinic


def offers(clinic: Clinic) -> HelpOffers:
    return HelpOffers(clinic.pool, clinic.deps.sealer, lambda: clinic.deps.bundle)


async def two_told(clinic: Clinic) -> list[int]:
    """Two mothers of whom her mentor was told at ten, by cause missed_dose."""
    made = []
    for n in range(2):
        mother = await clinic.mother(f"+25470000013{n}")
        made.append(
            await clinic.one(
                """
                INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at)
                VALUES ($1, $2, 'missed_dose', 'KE', 40, 'green', $3, $3::timestamptz + interval '2 days') RETURNING id
                """,
                mother,
                clinic.facility,
                clinic.now,
            )
        )
        await clinic.tell(made[-1], clinic.mentor)
    return made


async def test_she_is_asked_once_after_three_hours_by_whichever_worker(clinic: Clinic) -> None:
    await two_told(clinic)
    assert await offers(clinic).ask(clinic.now + timedelta(hours=2, minutes=59)) == 0
    late = clinic.now + timedelta(hours=3)
    assert await offers(clinic).ask(late) == 1
    assert await offers(clinic).ask(late + timedelta(hours=1)) == 0
    assert await clinic.queued(MENTOR) == ["help_offer"]
    assert await clinic.one("SELECT question FROM open_question") == "help"


async def test_nobody_is_asked_while_a_worker_may_be_passing_her_work_on(clinic: Clinic) -> None:
    first, second = await two_told(clinic)
    await offers(clinic).ask(clinic.now)
    late = clinic.now + timedelta(hours=3)
    await clinic.run("UPDATE follow_up SET next_at = $2 WHERE id = $1", first, late)
    assert await offers(clinic).ask(late) == 0
    await clinic.run("UPDATE follow_up SET next_at = $2 WHERE id = $1", first, late + timedelta(days=1))
    await clinic.tell(first, clinic.supervisor)
    assert await offers(clinic).ask(late) == 1
    assert await clinic.queued(MENTOR) == []
    assert second


async def test_one_that_she_took_is_no_reason_to_ask(clinic: Clinic) -> None:
    first, _ = await two_told(clinic)
    await clinic.run(
        "UPDATE follow_up SET state = 'acknowledged', owner_id = $2 WHERE id = $1", first, clinic.mentor
    )
    assert await offers(clinic).ask(clinic.now + timedelta(hours=4)) == 0


async def test_a_yes_covers_her_for_today_and_what_waits_goes_on_at_once(clinic: Clinic) -> None:
    told = await two_told(clinic)
    clinic.now += timedelta(hours=3)
    await offers(clinic).ask(clinic.now)
    await clinic.happens(HelpWanted(clinic.mentor), number=MENTOR, via="sms")
    await clinic.happens(HelpWanted(clinic.mentor), number=MENTOR, via="sms")
    [cover] = await clinic.rows("SELECT staff_id, covered_by, starts_on, ends_on FROM cover")
    assert (cover["staff_id"], cover["covered_by"]) == (clinic.mentor, clinic.colleague)
    assert cover["starts_on"] == cover["ends_on"] == clinic.today
    due = await clinic.rows("SELECT step, next_at FROM follow_up WHERE id = ANY($1::bigint[])", told)
    assert all((row["step"], row["next_at"]) == (-1, clinic.now) for row in due)
    assert await clinic.queued(SUPERVISOR) == ["leave_covered"]
    assert "help_comes" in await clinic.queued(MENTOR)
    assert await clinic.queued(COLLEAGUE) == []


async def test_where_nobody_can_help_her_supervisor_calls_her(clinic: Clinic) -> None:
    await two_told(clinic)
    await clinic.run("UPDATE person SET hold = 'revoked' WHERE id = $1", clinic.colleague)
    clinic.now += timedelta(hours=3)
    await offers(clinic).ask(clinic.now)
    await clinic.happens(HelpWanted(clinic.mentor), number=MENTOR, via="sms")
    assert await clinic.one("SELECT count(*) FROM cover") == 0
    assert await clinic.one("SELECT count(*) FROM follow_up WHERE cause = 'case_help'") == 1
    assert "help_later" in await clinic.queued(MENTOR)


async def test_unasked_it_changes_nothing(clinic: Clinic) -> None:
    await clinic.happens(HelpWanted(clinic.mentor), number=MENTOR, via="sms")
    assert await clinic.one("SELECT count(*) FROM cover") == 0


async def test_an_alert_of_a_moment_ago_puts_the_question_off_by_half_an_hour(clinic: Clinic) -> None:
    told = await two_told(clinic)
    await offers(clinic).ask(clinic.now)
    late = clinic.now + timedelta(hours=3)
    await clinic.run(
        "INSERT INTO follow_up_log (follow_up_id, staff_id, at, what, step) VALUES ($1, $2, $3, 'told', 0)",
        await clinic.one(
            """
            INSERT INTO follow_up (mother_id, facility_id, cause, country, rank, risk, opened_at, next_at)
            SELECT mother_id, facility_id, 'stuck', 'KE', 40, 'green', $2, $2::timestamptz + interval '2 days'
            FROM follow_up WHERE id = $1 RETURNING id
            """,
            told[0],
            late,
        ),
        clinic.mentor,
        late,
    )
    await offers(clinic).ask(late)
    assert await clinic.queued(MENTOR) == []
    assert await offers(clinic).ask(late + timedelta(minutes=29)) == 0
    await offers(clinic).ask(late + timedelta(minutes=30))
    assert await clinic.queued(MENTOR) == ["help_offer"]


async def test_an_offer_left_alone_rests_for_a_week(clinic: Clinic) -> None:
    told = await two_told(clinic)
    await offers(clinic).ask(clinic.now + timedelta(hours=3))
    for days, asked in ((1, 1), (4, 1), (8, 2)):
        at = clinic.now + timedelta(days=days)
        await clinic.run("UPDATE follow_up SET notified_at = $2 WHERE id = ANY($1::bigint[])", told, at)
        await clinic.run(
            "UPDATE follow_up_log SET at = $2 WHERE what = 'told' AND follow_up_id = ANY($1::bigint[])",
            told,
            at,
        )
        await clinic.run("UPDATE follow_up SET next_at = $1::timestamptz + interval '2 days'", at)
        await offers(clinic).ask(at)
        await offers(clinic).ask(at + timedelta(hours=3))
        assert (await clinic.queued(MENTOR)).count("help_offer") == asked
