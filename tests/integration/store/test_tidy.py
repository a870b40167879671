"""What has served its purpose is forgotten, and nothing else."""

from datetime import UTC, datetime, timedelta

from service.database import create_pool
from service.store.tidy import REPLIES_KEPT, TRIES_KEPT, Tidy
from tests.integration.store.kit import START, Programme

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


async def test_old_replies_and_tries_go_and_those_of_today_stay(database_url: str) -> None:
    pool = await create_pool(database_url)
    for name, at in (("old", NOW - REPLIES_KEPT - timedelta(minutes=1)), ("new", NOW)):
        await pool.execute(
            "INSERT INTO ussd_reply (gateway, session_id, text_mac, hop, reply, replied_at) "
            "VALUES ('g', $1, '\\x00', 1, '\\x00', $2)",
            name,
            at,
        )
        await pool.execute(
            "INSERT INTO early_report (gateway, gateway_id, status, received_at) VALUES ('g', $1, 'Success', $2)",
            name,
            at,
        )
    tidy = Tidy(pool)
    await tidy.tidy(NOW)
    assert [row["session_id"] for row in await pool.fetch("SELECT session_id FROM ussd_reply")] == ["new"]
    assert await pool.fetchval("SELECT count(*) FROM early_report") == 2
    await pool.close()


async def test_wrong_codes_of_slips_are_forgotten_once_they_count_no_more(clinic: Programme) -> None:
    for session, at in (("old", START - TRIES_KEPT - timedelta(minutes=1)), ("new", START)):
        await clinic.pool.execute(
            "INSERT INTO referral_try (staff_id, session_id, text_mac, tried_at) VALUES ($1, $2, '\\x00', $3)",
            clinic.mentor,
            session,
            at,
        )
    await Tidy(clinic.pool).tidy(START)
    assert [row["session_id"] for row in await clinic.pool.fetch("SELECT * FROM referral_try")] == ["new"]


async def test_a_stranger_nobody_waits_for_is_forgotten_and_a_person_never(database_url: str) -> None:
    pool = await create_pool(database_url)
    for index, kept in ((b"stranger", None), (b"mother", "mother")):
        phone = await pool.fetchval(
            "INSERT INTO phone (number_index, number, first_seen_at) VALUES ($1, '\\x01', $2) RETURNING id",
            index,
            NOW - timedelta(days=60),
        )
        if kept:
            await pool.execute(
                "INSERT INTO person (kind, phone_id, language, created_at) VALUES ($1, $2, 'en', $3)",
                kept,
                phone,
                NOW,
            )
    await Tidy(pool).tidy(NOW)
    left = await pool.fetch("SELECT number_index FROM phone WHERE number IS NOT NULL")
    assert [row["number_index"] for row in left] == [b"mother"]
    await pool.close()


async def test_it_looks_once_an_hour(database_url: str) -> None:
    pool = await create_pool(database_url)
    tidy = Tidy(pool)
    await tidy.tidy(NOW)
    await pool.execute(
        "INSERT INTO early_report (gateway, gateway_id, status, received_at) VALUES ('g', 'x', 'Success', $1)",
        NOW - timedelta(days=30),
    )
    await tidy.tidy(NOW + timedelta(minutes=59))
    assert await pool.fetchval("SELECT count(*) FROM early_report") == 1
    await tidy.tidy(NOW + timedelta(minutes=60))
    assert await pool.fetchval("SELECT count(*) FROM early_report") == 0
    await pool.close()
