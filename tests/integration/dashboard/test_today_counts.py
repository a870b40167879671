"""Every figure on Today against the list it opens, with twins, children who died, mothers who left, and a second clinic."""

import re
from datetime import timedelta

import httpx

from service.directory import NewFacility, add_facility
from tests.integration.simulator.town import MOTHER, NOW, OTHER, Town

TODAY = NOW.date()
DAY = timedelta(days=1)
FIGURE = re.compile(r'<a href="([^"]+)"[^>]*><b>(\d+)</b> <span>([^<]+)</span>')


async def lived_in(town: Town) -> None:
    """Days and children of every kind."""
    run = town.services.pool.execute
    await run(
        "INSERT INTO infant (mother_id, born_on, birth_order, status, status_on) "
        "SELECT $1, $2, place, s, CASE WHEN s <> 'alive' THEN $2::date END "
        "FROM unnest(ARRAY['alive', 'alive', 'died', 'withdrawn']) WITH ORDINALITY AS w(s, place)",
        town.mother,
        TODAY - 42 * DAY,
    )
    # Of today: twins who are waited for, and days of children who are in no list any more.
    await run(
        "INSERT INTO visit (mother_id, infant_id, facility_id, kind, due_on, status, marked_by) SELECT mother_id, id, $1, "
        "'infant_test', $2::date - d, CASE WHEN d > 0 THEN 'missed' WHEN status = 'alive' THEN 'expected' ELSE 'kept' END, $3 "
        "FROM infant, unnest(ARRAY[0, 5]) AS d",
        town.facility,
        TODAY,
        town.mentor,
    )
    await run(
        "INSERT INTO visit (mother_id, facility_id, kind, due_on, status) "
        "VALUES ($1, $2, 'clinic', $3, 'unknown'), ($1, $2, 'refill', $4, 'cancelled')",
        town.other,
        town.facility,
        TODAY - 3 * DAY,
        TODAY - 2 * DAY,
    )
    await run(
        "INSERT INTO site_day (facility_id, day, stage) SELECT $1, day, 3 FROM unnest($2::date[]) AS day "
        "ON CONFLICT (facility_id, day) DO UPDATE SET stage = 3, next_at = NULL",
        town.facility,
        [TODAY - 3 * DAY, TODAY - 2 * DAY, TODAY - DAY],
    )


async def counted(page: httpx.AsyncClient) -> list[tuple[str, str, int, int]]:
    """Of each figure: where it leads, what it is called, its number, and how many its list holds."""
    html = (await page.get("/")).text
    total = re.search(r'Need a person now: <a href="(/follow-ups)">(\d+)</a>', html)
    assert total is not None
    found = [(total[1], "all", int(total[2]))]
    found += [
        (href.replace("&amp;", "&"), label, int(number)) for href, number, label in FIGURE.findall(html)
    ]
    seen = []
    for href, label, number in found:
        answer = await page.get(href if href.startswith("/") else "/")
        assert answer.status_code == 200, href
        seen.append((href, label, number, _listed(answer.text, href, label)))
    return seen


def _listed(html: str, href: str, label: str) -> int:
    if href == "/sites" and "not closed" in label:
        return sum(int(one) for one in re.findall(r">(\d+) earlier days? not closed", html))
    if href == "/sites":
        return sum(int(one) for one in re.findall(r'data-label="Expected">(\d+)<', html))
    if href == "#unanswered":
        return html.count("data-unanswered")
    if href == "/appointments":
        return len(re.findall(r'<tr id="visit-\d+"', html))
    mark = "data-missed" if href.startswith("/appointments/missed") else 'id="follow-up-'
    return html.count(mark)


async def test_each_number_is_that_of_its_list(town: Town, page: httpx.AsyncClient) -> None:
    await lived_in(town)
    for number in (MOTHER, OTHER):
        await page.post("/simulator/call", data={"from": number})
    figures = await counted(page)
    assert [one for one in figures if one[2] != one[3]] == []
    numbers = {label: number for _, label, number, _ in figures}
    assert len(figures) == 12
    # The twins' and the visit the town begins with; of three days not closed, one has somebody left to mark.
    assert numbers["expected today"] == 3
    assert next(number for label, number in numbers.items() if "not closed" in label) == 1
    assert numbers["1–7 days"] == 1
    # Whoever has died is waited for by nobody; whoever left is not either.
    await town.services.pool.execute("UPDATE person SET hold = 'dead' WHERE id = $1", town.mother)
    after = await counted(page)
    assert [one for one in after if one[2] != one[3]] == []
    assert {label: number for _, label, number, _ in after}["1–7 days"] == 0


async def test_with_a_second_clinic_each_number_still_is(town: Town, page: httpx.AsyncClient) -> None:
    await lived_in(town)
    async with town.services.pool.acquire() as conn, conn.transaction():
        second = await add_facility(
            conn, town.services.deps(), NewFacility("Hill clinic", "KE", "Africa/Nairobi"), NOW
        )
        await conn.execute(
            "INSERT INTO supervision (staff_id, facility_id) VALUES ($1, $2)", town.supervisor, second
        )
        # She was moved since: what she missed counts where it was, and she is one mother all the same.
        await conn.execute(
            "INSERT INTO visit (mother_id, facility_id, kind, due_on, status, marked_by) "
            "VALUES ($1, $2, 'clinic', $3, 'missed', $5), ($1, $2, 'clinic', $4, 'expected', NULL)",
            town.mother,
            second,
            TODAY - 12 * DAY,
            TODAY,
            town.mentor,
        )
    figures = await counted(page)
    assert [one for one in figures if one[2] != one[3]] == []
    numbers = {label: number for _, label, number, _ in figures}
    assert numbers["expected today"] == 4
    assert (numbers["1–7 days"], numbers["8–28 days"]) == (0, 1)
