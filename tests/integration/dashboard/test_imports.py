"""Import on the page: what each row would do is shown first, the good rows are saved once, nobody else sees the file."""

import io
import re
from typing import Any

import httpx
from python_calamine import CalamineWorkbook

from service.importing.columns import RESULT_HEADING
from tests.integration.dashboard.kit import browser, form_token
from tests.integration.simulator.town import CLINIC, Town

GOOD = f"Client number;Due date;Facility;Height\n1003;20/01/2027;{CLINIC};160\n1004;;{CLINIC};\n".encode(
    "cp1252"
)
MIXED = "Client number,Due date,Phone number\n1003,,\n1005,31/02/2026,\n1006,,+254700000055\nAmina,,12\n"


async def upload(page: httpx.AsyncClient, content: bytes, name: str = "register.csv") -> httpx.Response:
    token = form_token((await page.get("/imports")).text)
    return await page.post("/imports", data={"form_token": token}, files={"file": (name, content)})


async def settled(page: httpx.AsyncClient, address: str) -> str:
    """The page of a run once nothing goes on by itself, looked at again and again for 20 seconds at most."""
    for _ in range(2000):
        html = (await page.get(address)).text
        if "hx-get=" not in html:
            return html
    raise AssertionError("it never ended")


async def press(page: httpx.AsyncClient, address: str, button: str) -> httpx.Response:
    token = form_token((await page.get(address)).text)
    return await page.post(f"{address}/{button}", data={"form_token": token})


async def count(town: Town, what: str) -> Any:
    return await town.services.pool.fetchval(COUNT.format(what))


COUNT = "SELECT count(*) FROM {}"


async def test_a_file_is_looked_through_corrected_and_saved(town: Town, page: httpx.AsyncClient) -> None:
    mothers = await count(town, "mother")
    address = (await upload(page, MIXED.encode())).headers["location"]
    shown = await settled(page, address)
    assert "Row 3, column Due date: 31/02/2026 is not a date. Write dates like 2026-02-28." in shown
    assert "Row 5, column Client number: holds no digit." in shown
    assert "2 rows are wrong" in shown
    assert "254700000055" not in shown
    assert await count(town, "mother") == mothers
    result = await page.get(f"{address}/rows")
    assert result.headers["content-disposition"].endswith('.csv"')
    assert RESULT_HEADING in result.text
    assert "Due date: 31/02/2026 is not a date." in result.text
    assert (await press(page, address, "save")).status_code == 303
    done = await settled(page, address)
    assert "Saved" in done
    assert await count(town, "mother") == mothers + 2
    left = (await page.get(f"{address}/rows")).text
    assert "1005" in left
    assert "1003" not in left
    # The corrected rest, with its column of sentences still in it, goes in; what is there already changes nothing.
    corrected = left.replace("31/02/2026", "28/02/2027").replace("Amina", "1007").replace(",12,", ",,")
    address = (await upload(page, corrected.encode() + b"1003,,,\r\n")).headers["location"]
    await settled(page, address)
    await press(page, address, "save")
    assert "Left out" in await settled(page, address)
    assert await count(town, "mother") == mothers + 4
    again = (await upload(page, MIXED.replace("31/02/2026", "28/02/2027").encode())).headers["location"]
    assert "There is nothing to save." in await settled(page, again)


async def test_what_is_no_register_is_refused_in_one_sentence(town: Town, page: httpx.AsyncClient) -> None:
    for content, says in (
        (b"\x00\x01\x02", "The file is no text and no workbook"),
        (b"PK\x03\x04 broken", "The workbook cannot be read"),
        (b"\n\n", "The file is empty"),
        (b"Name,Number\nAmina,2\n", "The first row has no column Client number"),
    ):
        address = (await upload(page, content)).headers["location"]
        shown = await settled(page, address)
        assert says in shown
        assert "Not saved" in shown
        assert "Amina" not in shown
    assert (await upload(page, b"")).headers["location"] == "/imports?done=no-file"
    assert await count(town, "import_run WHERE file IS NOT NULL") == 0


async def test_a_file_is_its_uploaders_alone(town: Town, page: httpx.AsyncClient) -> None:
    address = (await upload(page, GOOD)).headers["location"]
    shown = await settled(page, address)
    assert "Columns that are not read, and not kept: Height." in shown
    addresses = (address, f"{address}/rows", f"{address}/progress")
    async with browser(town, "auditor") as auditor:
        assert [(await auditor.get(one)).status_code for one in addresses] == [403] * 3
    async with town.client() as other:
        code = await town.sign_in("supervisor", email="other@example.org")
        await other.post("/login", data={"code": code})
        assert [(await other.get(one)).status_code for one in addresses] == [404] * 3
        token = form_token((await other.get("/imports")).text)
        answers = [
            await other.post(f"{address}/{one}", data={"form_token": token}) for one in ("save", "stop")
        ]
        assert [one.status_code for one in answers] == [404, 404]
        assert address not in (await other.get("/imports")).text
    async with browser(town, "administrator", staff=False) as administrator:
        assert (await administrator.get(address)).status_code == 200
    stopped = await press(page, address, "stop")
    assert stopped.headers["location"].endswith("?done=stopping")
    assert "Stopped, not saved" in (await page.get(address)).text
    assert (await page.get(f"{address}/rows")).status_code == 404
    assert (await press(page, address, "save")).headers["location"].endswith("?done=too-late")


async def test_templates_can_be_filled_in_and_imported(town: Town, page: httpx.AsyncClient) -> None:
    html = (await page.get("/imports")).text
    links = re.findall(r'href="(/imports/templates/[a-z]+\.(?:xlsx|csv))"', html)
    assert len(links) == 4
    for link in links:
        made = (await page.get(link)).content
        if link.endswith(".xlsx"):
            book = CalamineWorkbook.from_filelike(io.BytesIO(made))
            assert len(book.sheet_names) == 2
            assert len(book.get_sheet_by_index(1).to_python()) > 8
            assert "Client number" in book.get_sheet_by_index(0).to_python()[0]
        else:
            address = (await upload(page, made.replace(b"Riverside", CLINIC.encode()))).headers["location"]
            assert "Looked through, not saved" in await settled(page, address)
    assert (await page.get("/imports/templates/secrets.env")).status_code == 404
