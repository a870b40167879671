"""After she was forgotten nothing of hers can be opened or found, and whoever shares her number keeps everything."""

import asyncio
import subprocess
from datetime import timedelta
from typing import Any

from sqlalchemy import LargeBinary

from service.directory import NewFacility, NewMother, NewStaff, add_facility, add_mother, add_staff
from service.embedded.home import binary
from service.inbound.sms import InboundText, receive
from service.models import metadata
from service.processes.worker import Worker
from service.store.case_codes import code_for
from service.store.mothers import Enrolled
from service.wiring import Services
from tests.integration.ussd.conftest import Handset

ALONE, SHARED, MENTOR = "+254700000911", "+254700000912", "+254700000913"
PIN, OTHER_PIN, MENTORS_PIN = "7391", "6804", "4417"
HER_NAME, OTHER_NAME = "Zawadi Kanari", "Neema Tausi"
WORDS, OTHER_WORDS = "kanari wangu analia usiku", "tausi wetu anaimba asubuhi"

KEPT = {
    # The clinic's register and what was done for her; no word of hers, and nothing that leads to her.
    "consent", "correction", "enrolment", "erasure", "event", "follow_up", "infant", "life_event", "message", "mother", "pregnancy",
    "referral", "reminder", "staff", "test", "visit",
}  # fmt: skip
GONE = {
    "case_code",
    "handover",
    "home_visit",
    "meeting_guest",
    "open_question",
    "pin_try",
    "set_up_code",
    "simulator_person",
    "told_number",
    "ussd_session",
}

SEALED = {
    ("dashboard_user", "email"): "",
    ("dashboard_user", "totp_pending"): "",
    ("dashboard_user", "totp_secret"): "",
    # A file that somebody uploads, kept for a day at most: longer than that is what she is asked to wait.
    ("import_run", "file"): "",
    ("import_run", "problems"): "",
    ("inbound_sms", "text"): "id",
    ("message", "params"): "id",
    ("person", "name"): "id",
    ("phone", "number"): "id",
    ("simulator_person", "pin"): "person_id",
    # What the made-up network took: her own phone's copy, which is not ours to erase.
    ("simulator_sms", "sealed_text"): "",
    ("simulator_sms", "sealed_to"): "",
    ("told_number", "number"): "mother_id",
    ("ussd_reply", "reply"): "gateway || ':' || session_id || ':' || encode(text_mac, 'hex')",
    ("ussd_session", "state"): "gateway || ':' || session_id",
}
KEYED = {
    ("api_key", "key_hash"), ("told_number", "number_index"),
    ("audit", "mac"), ("audit_head", "head_mac"), ("audit_head", "mac"), ("recovery_code", "code_mac"), ("sign_in_try", "whose"),
    ("code_try", "number_index"), ("code_try", "text_mac"), ("dashboard_session", "token_mac"),
    ("dashboard_user", "email_index"), ("dashboard_user", "sign_in_mac"), ("inbound_sms", "number_index"),
    ("phone", "number_index"), ("pin_try", "text_mac"), ("referral", "code_mac"), ("referral_try", "text_mac"),
    ("set_up_code", "code_mac"),
    ("simulator_sms", "number_index"), ("ussd_reply", "text_mac"), ("ussd_session", "number_index"),
    ("staff_code", "code_mac"),
}  # fmt: skip


OPENED = "SELECT ({row})::text AS row, {column} AS blob FROM {table} WHERE {column} IS NOT NULL"
LEFT = "SELECT count(*) FROM {} WHERE {} = ANY($1::bigint[]) AND {}"
LEADS_BACK = "(params IS NOT NULL OR phone_id <> 0 OR state IN ('queued', 'claimed', 'sending'))"


def test_every_table_about_a_mother_says_what_forgetting_does_to_it() -> None:
    """A new table about her, or a new sealed column: say in ``service.store.erasing`` what becomes of it, then here."""
    about = {
        table.name
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in ("mother_id", "person_id", "who")
        or any(key.column.table.name in ("mother", "person") for key in column.foreign_keys)
    }
    assert about - {"audit"} <= KEPT | GONE
    binary_columns = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert binary_columns <= set(SEALED) | KEYED


async def people(services: Services) -> dict[str, int]:
    now = await services.clocks.care.now()
    hashes = {pin: await services.pins.hash_pin(pin) for pin in (PIN, OTHER_PIN, MENTORS_PIN)}
    async with services.pool.acquire() as conn, conn.transaction():
        deps = services.deps()
        clinic = await add_facility(conn, deps, NewFacility("Kilele", "KE", "Africa/Nairobi"), now)
        mentor = await add_staff(
            conn, deps, NewStaff("mentor", "Rehema", MENTOR, clinic, "en", hashes[MENTORS_PIN]), now
        )
        made = {"mentor": mentor}
        for who, number, name, pin in (
            ("alone", ALONE, HER_NAME, PIN),
            ("sharing", SHARED, HER_NAME, PIN),
            ("other", SHARED, OTHER_NAME, OTHER_PIN),
        ):
            use: Any = "hers" if who == "alone" else "shared"
            enrolled = Enrolled(clinic, mentor, "sw", f"10{len(made)}", use, born_on=[now.date()])
            new = NewMother(enrolled, number, name, hashes[pin], now, rhythm="daily", hour=10)
            made[who] = await add_mother(conn, deps, new, now)
            await code_for(conn, mentor, now, mother_id=made[who])
    return made


async def speak(services: Services, worker: Worker, number: str, session: str, *keys: str) -> str:
    reply = await Handset(services.line, number, session).walk(*keys)
    await worker.settle_now()
    return reply


async def steps(services: Services, worker: Worker, hours: int) -> None:
    for _ in range(hours // 6):
        await services.pool.execute("UPDATE stepped_clock SET now = now + interval '6 hours'")
        await worker.settle_now()


async def live(services: Services, worker: Worker) -> dict[str, int]:
    """Weeks of both: texts, calls, wrong PINs, a record opened; then one of each number asks to be forgotten."""
    made = await people(services)
    await steps(services, worker, 48)
    for n, (number, pin) in enumerate(((ALONE, PIN), (SHARED, PIN), (SHARED, OTHER_PIN))):
        await speak(services, worker, number, f"dates-{n}", "3", pin)
        await speak(services, worker, number, f"call-{n}", "2")
    for n, number in enumerate((ALONE, SHARED)):
        await speak(services, worker, number, f"wrong-{n}", "3", "1111")
        for m, said in enumerate((WORDS if number == ALONE else OTHER_WORDS, "1", "nipigie")):
            text = InboundText(gateway="simulator", gateway_id=f"{n}-{m}", sender=number, text=said)
            await receive(services.pool, services.deps(), text, await services.clocks.care.now())
            await worker.settle_now()
        reply = await speak(services, worker, number, f"erase-{n}", "5", "3", PIN, "5", "3", "1")
        assert reply.startswith("END Sawa."), reply
    await services.pool.execute(
        "UPDATE follow_up SET state = 'resolved', resolved_at = opened_at, outcome = 'reached', next_at = NULL "
        "WHERE urgent AND state <> 'resolved'"
    )
    return made


async def open_all(services: Services) -> str:
    """Everything that can be opened with the keys, as one text."""
    opened = []
    for (table, column), row in SEALED.items():
        if not row:
            continue
        for found in await services.pool.fetch(OPENED.format(row=row, column=column, table=table)):
            value = services.sealer.open_bytes(found["blob"], table=table, column=column, row=found["row"])
            opened.append(value.decode())
    return "\n".join(opened)


async def dump(services: Services) -> str:
    dumped = await asyncio.create_subprocess_exec(
        str(binary("pg_dump")), "--inserts", services.database_url, stdout=subprocess.PIPE
    )
    raw, _ = await dumped.communicate()
    lines = raw.decode("utf-8", "replace").splitlines()
    return "\n".join(line for line in lines if not line.startswith("INSERT INTO public.simulator_sms"))


async def test_nothing_of_hers_can_be_opened_or_found(services: Services, worker: Worker) -> None:
    made = await live(services, worker)
    index = services.index.of(ALONE).hex()
    before = await open_all(services)
    assert ALONE in before
    assert HER_NAME in before
    assert WORDS in before
    assert index in await dump(services)
    await steps(services, worker, 7 * 24 + 6)
    ids = [made["alone"], made["sharing"]]
    holds = await services.pool.fetch("SELECT hold FROM person WHERE id = ANY($1::bigint[])", ids)
    assert [row["hold"] for row in holds] == ["erased", "erased"]
    after = await open_all(services)
    for secret in (ALONE, HER_NAME, WORDS):
        assert secret not in after
    assert index not in await dump(services)

    async def left(table: str, owner: str = "mother_id", what: str = "true") -> int:
        return int(await services.pool.fetchval(LEFT.format(table, owner, what), ids))

    for table in GONE - {"ussd_session", "pin_try", "simulator_person"}:
        assert await left(table) == 0, table
    assert await left("ussd_session", "who") == 0
    assert await left("pin_try", "person_id") == 0
    assert await left("message", "person_id", LEADS_BACK) == 0
    assert await left("event", "mother_id", "(data <> '{}' OR phone_id IS NOT NULL)") == 0
    assert await left("enrolment", "mother_id", "state = 'active'") == 0
    # The nameless rows and the register's facts are there to be counted.
    assert await left("infant") == 2
    assert await services.pool.fetchval("SELECT count(*) FROM mother WHERE form_number IS NOT NULL") == 3


async def test_the_other_on_her_number_keeps_everything(services: Services, worker: Worker) -> None:
    made = await live(services, worker)
    other = made["other"]
    kept = "SELECT count(*) FROM message WHERE person_id = $1 AND params IS NOT NULL"
    texts = await services.pool.fetchval(kept, other)
    hers = "SELECT phone_id, pin_hash, name, hold FROM person WHERE id = $1"
    before = await services.pool.fetchrow(hers, other)
    await steps(services, worker, 7 * 24 + 6)
    assert await services.pool.fetchrow(hers, other) == before
    assert await services.pool.fetchval(kept, other) >= texts
    opened = await open_all(services)
    assert SHARED in opened
    assert OTHER_NAME in opened
    # Nobody can tell whose it was: a person reads it first.
    assert OTHER_WORDS in opened
    assert (await speak(services, worker, SHARED, "after-1", "5", "3", OTHER_PIN)).startswith("CON Mip")
    assert (await speak(services, worker, SHARED, "after-2", "5", "3", PIN)).startswith("END Dokezo")
    enrolled = "SELECT count(*) FROM enrolment WHERE mother_id = $1 AND state = 'active'"
    assert await services.pool.fetchval(enrolled, other) > 0
    assert await services.pool.fetchval(enrolled, made["sharing"]) == 0


async def test_her_mentor_finds_nobody_under_her_code_any_more(services: Services, worker: Worker) -> None:
    made = await live(services, worker)
    code = await services.pool.fetchval("SELECT code FROM case_code WHERE mother_id = $1", made["alone"])
    await steps(services, worker, 7 * 24 + 6)
    assert await services.pool.fetchval("SELECT count(*) FROM case_code WHERE code = $1", code) == 0
    [row] = await services.pool.fetch(
        "SELECT due_at, done_at FROM erasure WHERE mother_id = $1", made["alone"]
    )
    assert timedelta(0) <= row["done_at"] - row["due_at"] <= timedelta(hours=6)
