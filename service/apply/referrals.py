"""Referrals: a slip she carries to another service, until whoever receives her has typed its code."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from flows.events import ReferralArrived, ReferralMade
from scheduler.escalate import first_at
from service.apply import transfers
from service.apply.caseload import in_her_care
from service.apply.opening import close_follow_up, open_for_mothers
from service.apply.work import CodeTaken, Work
from service.store import people
from service.store.transfers import SLIP

CAUSE: Final = "referral_unanswered"

CODE_LASTS: Final = timedelta(days=90)
"""How long a slip can be answered (project choice); after that its digits may be another's."""


async def referral_made(work: Work, event: ReferralMade) -> Sequence[int]:
    """Sent to another service. Unanswered for as long as the policy says, her mentor is asked to find out.

    Raises NotTheirs, and CodeTaken while another slip carries the drawn code.
    """
    mother = await in_her_care(work, event.staff_id, event.mother_id)
    mac = work.deps.index.index("referral", event.code)
    await work.conn.execute(_END_OLD, mac, work.now - CODE_LASTS)
    made = await work.conn.fetchval(_MAKE, mother.id, event.service, mac, event.staff_id, work.now)
    if made is None:
        raise CodeTaken
    await open_for_mothers(work, [mother], CAUSE)
    return [mother.id]


async def referral_arrived(work: Work, event: ReferralArrived) -> Sequence[int]:
    """Whoever received her typed the code, in any facility: nobody needs to find out about this one.

    The slip of a transfer makes her theirs. Where another slip of hers is still
    out, the follow-up waits for that one instead.
    """
    staff = await people.staff(work.conn, [event.staff_id])
    macs = work.deps.index.candidates("referral", event.code) if event.referral_id is None else []
    slip = await work.conn.fetchrow(_OF_CODE, macs, event.referral_id)
    if not staff or staff[0].hold == "revoked" or slip is None:
        return []
    mother_id: int = slip["mother_id"]
    if event.referral_id is not None:
        await in_her_care(work, event.staff_id, mother_id)
    await work.conn.execute("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", mother_id)
    if slip["service"] == SLIP:
        return await transfers.arrived(work, staff[0], slip["id"], mother_id)
    if await work.conn.fetchval(_ARRIVE, slip["id"], work.now, event.staff_id) is None:
        return []
    [mother] = await people.mothers(work.conn, [mother_id])
    oldest = await work.conn.fetchval(_STILL_OUT, mother_id, work.now - CODE_LASTS)
    policy = work.deps.country(mother.country).policies[CAUSE]
    for row in await work.conn.fetch(_OPEN, mother_id, CAUSE):
        if oldest is None:
            await close_follow_up(work, row["id"], "arrived")
        elif row["state"] == "open":
            await work.conn.execute(
                "UPDATE follow_up SET next_at = $2 WHERE id = $1", row["id"], first_at(policy, oldest)
            )
    return [mother_id]


_END_OLD = """
UPDATE referral SET code_mac = NULL WHERE code_mac = $1 AND arrived_at IS NULL AND made_at <= $2
"""

_MAKE = """
INSERT INTO referral (mother_id, service, code_mac, made_by, made_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (code_mac) WHERE arrived_at IS NULL DO NOTHING RETURNING id
"""

# Who takes over her whole care says so with the code of the slip alone.
_OF_CODE = """
SELECT id, mother_id, service FROM referral
WHERE (code_mac = ANY($1::bytea[]) OR id = $2 AND service <> 'transfer') AND arrived_at IS NULL
"""

_ARRIVE = (
    "UPDATE referral SET arrived_at = $2, arrived_by = $3 WHERE id = $1 AND arrived_at IS NULL RETURNING id"
)

_STILL_OUT = """
SELECT min(made_at) FROM referral
WHERE mother_id = $1 AND service <> 'transfer' AND arrived_at IS NULL AND made_at > $2
"""

_OPEN = """
SELECT id, state FROM follow_up WHERE mother_id = $1 AND cause = $2 AND state <> 'resolved' ORDER BY id FOR UPDATE
"""
