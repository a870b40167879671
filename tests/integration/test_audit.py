"""The audit's chain: many writers give one order, and whatever is changed, taken out, put in or cut off is named."""

import asyncio
from collections.abc import Sequence

from service import audit
from service.audit import Checked
from service.security.sealing import Sealer
from service.wiring import Services
from tests.conftest import PUBLISHED_AT as NOW

WRITERS = 8


async def looked(services: Services, *, last: int | None = None, noted: str = "") -> Checked:
    async with (
        services.pool.acquire() as conn,
        conn.transaction(isolation="repeatable_read", readonly=True),
    ):
        return await audit.verify(conn, services.sealer, last=last, noted=noted)


async def write(services: Services, count: int, who: str = "user 1") -> None:
    for n in range(count):
        why, about = f"because {n}, ünd “so”", ("mother", n + 1)
        await audit.record(services.pool, services.sealer, NOW, who, "tested", why, about=about)


async def test_eight_writers_at_once_give_one_chain(services: Services) -> None:
    await asyncio.gather(*(write(services, 12) for _ in range(WRITERS)))
    found = await looked(services)
    assert (found.wrong, found.lines, found.older) == ("", WRITERS * 12, 0)
    assert found.head is not None
    assert found.head.seq == WRITERS * 12


async def test_what_is_rolled_back_leaves_no_hole(services: Services) -> None:
    await write(services, 1)
    async with services.pool.acquire() as conn:
        undone = conn.transaction()
        await undone.start()
        await audit.record(conn, services.sealer, NOW, "user 1", "undone")
        await undone.rollback()
    await write(services, 1)
    found = await looked(services)
    assert (found.wrong, found.lines) == ("", 2)


PLANTED: Sequence[tuple[str, int | None, str]] = (
    ("UPDATE audit SET why = 'another reason' WHERE seq = 3", 3, "line 3 was changed"),
    ("UPDATE audit SET at = at + interval '1 microsecond' WHERE seq = 1", 1, "line 1 was changed"),
    ("UPDATE audit SET about_id = 9 WHERE seq = 6", 6, "line 6 was changed"),
    ("UPDATE audit SET mac = (SELECT mac FROM audit WHERE seq = 1) WHERE seq = 2", 2, "line 2 was changed"),
    ("DELETE FROM audit WHERE seq = 4", 5, "1 line before line 5 removed"),
    ("DELETE FROM audit WHERE seq <= 2", 3, "2 lines before line 3 removed"),
    (
        "DELETE FROM audit WHERE seq = 4; UPDATE audit SET seq = seq - 1 WHERE seq > 4",
        5,
        "line 4 was changed",
    ),
    ("UPDATE audit SET seq = 10 - seq WHERE seq IN (4, 6)", 6, "line 4 was changed"),
    (
        """UPDATE audit SET seq = 7 WHERE seq = 6;
        INSERT INTO audit (at, who, what, seq, key_id, mac)
        SELECT at, 'user 2', 'planted', 6, key_id, mac FROM audit WHERE seq = 7""",
        None,
        "line 6 was changed",
    ),
    (
        "INSERT INTO audit (at, who, what) SELECT at, who, 'planted' FROM audit WHERE seq = 1",
        1,
        "1 lines were put in beside",
    ),
    ("DELETE FROM audit WHERE seq > 4", None, "the newest lines were removed: 2 after line 4"),
    ("DELETE FROM audit WHERE seq > 0", None, "the newest lines were removed: 6"),
    (
        """DELETE FROM audit WHERE seq > 4;
        UPDATE audit_head SET (seq, mac) = (SELECT seq, mac FROM audit WHERE seq = 4)""",
        None,
        "the head of the chain was changed",
    ),
    ("DELETE FROM audit WHERE seq > 4; DELETE FROM audit_head", None, "the head of the chain was removed"),
    ("UPDATE audit SET key_id = 'k9' WHERE seq = 5", 5, "which PAMOJA_KEYS no longer holds"),
)


async def test_each_way_to_tamper_is_named_with_the_first_row_that_does_not_fit(services: Services) -> None:
    await write(services, 6)
    rows = {row["seq"]: row["id"] for row in await services.pool.fetch("SELECT id, seq FROM audit")}
    for statement, row, said in PLANTED:
        async with services.pool.acquire() as conn:
            planted = conn.transaction()
            await planted.start()
            await conn.execute("ALTER TABLE audit DROP CONSTRAINT uq_audit_seq")
            await conn.execute(statement)
            found = await audit.verify(conn, services.sealer)
            await planted.rollback()
        assert said in found.wrong, statement
        if row is not None:
            assert found.row == rows[row], statement
    assert (await looked(services)).wrong == ""


async def test_a_whole_older_moment_put_back_shows_by_the_head_noted_elsewhere(services: Services) -> None:
    await write(services, 3)
    before = await services.pool.fetchrow("SELECT * FROM audit_head")
    await write(services, 2)
    noted = str((await looked(services)).head)
    assert noted.startswith("5:")
    await services.pool.execute("DELETE FROM audit WHERE seq > 3")
    assert before is not None
    values = [before[name] for name in ("seq", "mac", "key_id", "head_mac")]
    restore = "UPDATE audit_head SET seq = $1, mac = $2, key_id = $3, head_mac = $4"
    await services.pool.execute(restore, *values)
    assert (await looked(services)).wrong == ""
    assert "line 5, which was noted" in (await looked(services, noted=noted)).wrong
    await write(services, 3, "user 2")
    assert "line 5 is not the one that was noted" in (await looked(services, noted=noted)).wrong
    assert (await looked(services, noted="what")).wrong.startswith("the head that was noted cannot be read")


async def test_lines_from_before_the_chain_are_vouched_for_as_they_stood_when_it_began(
    services: Services,
) -> None:
    old = "INSERT INTO audit (at, who, what, why) VALUES ($1, 'operator', 'accept_draft', $2)"
    for why in ("one", "two"):
        await services.pool.execute(old, NOW, why)
    found = await looked(services)
    assert (found.wrong, found.lines, found.older, found.head) == ("", 0, 2, None)
    await asyncio.gather(*(write(services, 1) for _ in range(WRITERS)))
    found = await looked(services)
    assert (found.wrong, found.lines, found.older) == ("", WRITERS + 1, 2)
    begun = await services.pool.fetchrow("SELECT seq, why FROM audit WHERE what = 'chain_begun'")
    assert begun is not None
    assert (begun["seq"], begun["why"].split()[0]) == (1, "2")
    await services.pool.execute("UPDATE audit SET why = 'three' WHERE why = 'two'")
    assert "no longer as they stood" in (await looked(services)).wrong


async def test_a_part_can_be_looked_over_and_an_older_key_still_fits(services: Services) -> None:
    secrets = services.settings.field_keys
    await write(services, 4)
    services.sealer = Sealer([("next", bytes(range(1, 33))), *secrets])
    await write(services, 2)
    assert (await looked(services)).wrong == ""
    part = await looked(services, last=3)
    assert (part.wrong, part.lines) == ("", 3)
    await services.pool.execute("UPDATE audit SET who = 'user 2' WHERE seq = 2")
    assert (await looked(services, last=3)).wrong == ""
    assert (await looked(services)).wrong != ""
    services.sealer = Sealer([("next", bytes(range(1, 33)))])
    assert "PAMOJA_KEYS" in (await looked(services)).wrong
