"""The demo's own story on its second world: a red mother falls silent, and each person is told in turn."""

import re
from datetime import datetime, timedelta
from typing import Any

from service.clocks import step
from service.demo.texts import new_texts
from service.demo.world import worker_parts
from service.inbound.sms import InboundText, receive
from service.processes.worker import Worker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Story:
    """One mother, her mentor, and the texts about her since the last look."""

    def __init__(self, world: Any, mother: dict[str, Any]) -> None:
        self.services, self.mother = world.services, mother
        self.seen = world.texts[-1][0]
        self.worker = Worker(worker_parts(world.services))

    async def step(self, to: datetime) -> None:
        async def settle(_: datetime) -> None:
            await self.worker.settle_now()

        await step(self.services.pool, to, settle)

    async def told(self) -> list[tuple[str, str]]:
        """Who was texted, by class, in order: her, or whoever was told the code that names her to them.

        A code means her only to its owner: at another clinic it may name somebody else. Her dates are not its story.
        """
        found = await new_texts(self.services, self.seen)
        index = self.services.index
        rows = await self.services.pool.fetch(
            _CODES, index.of(self.mother["mentor"]), int(self.mother["code"])
        )
        about_her = {(bytes(row["number_index"]), str(row["code"])) for row in rows}
        self.seen = found[-1]["seq"] if found else self.seen
        return [
            (text["to"], text["class"])
            for text in found
            if (text["to"] == self.mother["msisdn"] and text["class"] != "C")
            or any((index.of(text["to"]), code) in about_her for code in _CODE.findall(text["text"]))
        ]


async def next_check_in(world: Any) -> tuple[dict[str, Any], datetime]:
    """The silent red mother who is asked first, and when."""
    found = []
    for one in world.people:
        if one["behaviour"] == "silent" and one["risk"] == "red":
            at = await world.services.pool.fetchval(
                """
                SELECT min(r.due_at) FROM reminder r JOIN person p ON p.id = r.mother_id JOIN phone t ON t.id = p.phone_id
                JOIN enrolment e ON e.id = r.enrolment_id AND e.schedule = 'checkin'
                WHERE r.state = 'planned' AND t.number_index = $1
                """,
                world.services.index.of(one["msisdn"]),
            )
            if at is not None:
                found.append((at, one))
    at, mother = min(found, key=lambda pair: pair[0])
    return mother, at


async def test_silence_reaches_her_mentor_then_the_supervisor_and_rests_once_taken(
    worlds: tuple[Any, Any],
) -> None:
    _, world = worlds
    mother, asked_at = await next_check_in(world)
    story = Story(world, mother)
    await story.step(asked_at - HOUR)
    await story.told()

    await story.step(asked_at - HOUR + 3 * DAY)
    her, mentor = mother["msisdn"], mother["mentor"]
    assert await story.told() == [(her, "B"), (her, "B"), (mentor, "A")]

    # Past the hour of a working day at which supervisors hear of what nobody took.
    taken_at = asked_at + 2 * HOUR + 7 * DAY
    await story.step(taken_at)
    told = await story.told()
    supervisors = {one["msisdn"] for one in world.people if one["role"] == "supervisor"}
    assert (mentor, "A") in told
    assert supervisors & {to for to, _ in told}

    going = InboundText("simulator", "story-1", mentor, f"{mother['code']} 1")
    await receive(world.services.pool, world.services.deps(), going, taken_at)
    await story.step(taken_at + 3 * DAY - HOUR)
    assert [to for to, kind in await story.told() if to != her and kind != "D"] == []
    await story.step(taken_at + 3 * DAY + HOUR)
    assert (mentor, "A") in await story.told()


_CODE = re.compile(r"\b[2-9][0-9]{2}\b")

# Two may share a phone: she is the one whom her mentor's code names.
_CODES = """
SELECT s.number_index, c.code FROM case_code c JOIN person p ON p.id = c.staff_id JOIN phone s ON s.id = p.phone_id
WHERE c.mother_id = (SELECT o.mother_id FROM case_code o JOIN person m ON m.id = o.staff_id JOIN phone t ON t.id = m.phone_id
    WHERE t.number_index = $1 AND o.code = $2)
"""
