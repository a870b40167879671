"""Publishing with the deployment's own settings, and going back to the version before."""

import asyncio
import shutil
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from flows.bundle import Bundle
from scheduler.rules import RulesError
from service.commands.content import _publish, _roll_back, _somebody_for_every_rung
from service.commands.problems import UserError, sentence_of
from service.content.bundles import Bundles, NoVersionBeforeError
from service.content.checked import check_for
from service.content.files import packaged, read_tables
from service.directory import NewFacility, NewStaff, add_facility, add_staff
from service.settings import demo_settings
from service.wiring import DraftRefusedError, Services, UnreadableContentError, open_services

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIRST = read_tables()


def reworded(text: str) -> dict[str, Any]:
    tables = deepcopy(FIRST)
    tables["words"]["nav.more"] = text
    return tables


async def publish(services: Services, *texts: str) -> list[str]:
    """Publish a version for each text, an hour apart, and return their names."""
    return [
        (await services.bundles.publish(reworded(text), NOON + timedelta(hours=hour))).sha256
        for hour, text in enumerate(texts)
    ]


async def back(services: Services) -> str:
    bundle = await services.bundles.before()
    await services.bundles.roll_back(bundle, NOON)
    current = await services.pool.fetchval("SELECT sha256 FROM bundle WHERE current")
    assert current == bundle.sha256 == services.bundles.current().sha256
    return str(current)


# --- what an older program published -------------------------------------------------------------------------


@pytest.mark.usefixtures("apart")
async def test_content_of_an_older_program_stops_nobody_from_publishing(services: Services) -> None:
    await publish(services, "Next")
    older = reworded("Next")
    del older["countries"]["KE"]["escalation"]["policy"]["channel"]
    await services.pool.execute("UPDATE bundle SET tables = $1 WHERE current", older)
    with pytest.raises(UnreadableContentError, match=r"policy\.channel.*run `pamoja publish`") as refused:
        async with open_services(services.settings):
            pass
    assert sentence_of(refused.value) == (str(refused.value), 1)
    assert await _publish(services.settings, None) == 0
    async with open_services(services.settings) as again:
        assert "channel" in again.countries["KE"].policies


# --- the version before -------------------------------------------------------------------------------------


async def test_each_rollback_goes_one_publication_further_back(services: Services) -> None:
    first = services.bundles.current().sha256
    second, _ = await publish(services, "Next", "Further")
    assert [await back(services), await back(services)] == [second, first]
    with pytest.raises(NoVersionBeforeError, match="run `pamoja publish`"):
        await services.bundles.before()
    assert services.bundles.current().sha256 == first


async def test_what_was_undone_is_not_gone_back_to(services: Services) -> None:
    first = services.bundles.current().sha256
    await publish(services, "Bad")
    await back(services)
    await publish(services, "Mended")
    assert await back(services) == first


async def test_a_version_published_again_counts_by_when_it_was_published_last(services: Services) -> None:
    first = services.bundles.current().sha256
    (second,) = await publish(services, "Next")
    await services.bundles.publish(FIRST, NOON)
    assert services.bundles.current().sha256 == first
    assert [await back(services), await back(services)] == [second, first]


async def test_publishing_what_is_in_force_is_no_step(services: Services) -> None:
    first = services.bundles.current().sha256
    await publish(services, "Next", "Next")
    assert await back(services) == first


async def test_two_who_go_back_at_once_go_back_one_step(services: Services) -> None:
    first = services.bundles.current().sha256
    second, _ = await publish(services, "Next", "Further")
    seen = await services.bundles.before()
    assert await back(services) == second
    with pytest.raises(NoVersionBeforeError):
        await services.bundles.roll_back(seen, NOON)
    assert services.bundles.current().sha256 == second
    assert await back(services) == first


async def test_every_process_goes_back_and_a_session_keeps_the_version_it_began_with(
    services: Services,
) -> None:
    first = services.bundles.current().sha256
    (second,) = await publish(services, "Next")
    other = Bundles(services.pool, "KE")
    await other.refresh()
    assert other.current().sha256 == second
    await back(services)
    await other.refresh()
    assert other.current().sha256 == first
    assert (await other.get(second)).word("nav.more", "en") == "Next"


async def test_who_read_before_a_publication_does_not_switch_back_after_it(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, slow = services.bundles.current().sha256, Bundles(services.pool, "KE")
    has_read, go, get = asyncio.Event(), asyncio.Event(), slow.get

    async def late(sha256: str) -> Bundle:
        has_read.set()
        await go.wait()
        return await get(sha256)

    monkeypatch.setattr(slow, "get", late)
    reading = asyncio.create_task(slow.refresh())
    await has_read.wait()
    publishing = asyncio.create_task(slow.publish(reworded("Next"), NOON))
    for _ in range(3000):
        if await services.pool.fetchval("SELECT sha256 FROM bundle WHERE current") != first:
            break
    go.set()
    _, published = await asyncio.gather(reading, publishing)
    assert slow.current().sha256 == published.sha256 != first


# --- the command --------------------------------------------------------------------------------------------


async def test_the_command_says_which_version_it_went_back_to(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    first = services.bundles.current().sha256
    await publish(services, "Next")
    assert await _roll_back(services.settings) == 0
    assert f"Back at {first[:12]}." in capsys.readouterr().out
    with pytest.raises(NoVersionBeforeError) as error:
        await _roll_back(services.settings)
    assert sentence_of(error.value)[0].startswith("No version was published before the current one")


async def test_drafts_nobody_answers_for_are_not_gone_back_to(services: Services) -> None:
    (second,) = await publish(services, "Next")
    real = services.settings.model_copy(
        update={
            "gateway": "africastalking",
            "at_username": "throwaway",
            "at_api_key": SecretStr("throwaway"),
            "clock": "real",
        }
    )
    with pytest.raises(DraftRefusedError):
        await _roll_back(real)
    assert await services.pool.fetchval("SELECT sha256 FROM bundle WHERE current") == second


@pytest.mark.usefixtures("apart")
async def test_a_version_this_program_cannot_read_any_more_is_refused(services: Services) -> None:
    await publish(services, "Next")
    await services.pool.execute(
        "UPDATE bundle SET tables = tables #- '{screens,home}' WHERE NOT current",
    )
    with pytest.raises(UserError, match=r"cannot be read by this program any more .* `pamoja publish`"):
        await _roll_back(services.settings)


# --- publishing for one deployment --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "clean"),
    [({}, True), ({"sms_two_way": False, "sms_code": None}, False), ({"country": "ZA"}, True)],
)
async def test_content_is_held_against_the_codes_and_the_country_of_the_deployment(
    services: Services, changed: dict[str, Any], clean: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = services.settings.model_copy(update=changed)
    if clean:
        assert await _publish(settings, None) == 0
        return
    with pytest.raises(UserError, match="Nothing was published"):
        await _publish(settings, None)
    assert "this sender cannot receive" in capsys.readouterr().out


@pytest.mark.parametrize(("sms", "ussd", "clean"), [(True, True, True), (True, False, False)])
def test_free_may_be_said_only_where_both_codes_are(
    tmp_path: Path, sms: bool, ussd: bool, clean: bool
) -> None:
    content = tmp_path / "content"
    shutil.copytree(str(packaged()), content)
    menu = content / "menus/checkin.toml"
    menu.write_text(
        menu.read_text("utf-8").replace('"Thank you. Be well."', '"Thank you. It is free."'), "utf-8"
    )
    po = content / "locale/sw.po"
    po.write_text(po.read_text("utf-8").replace('"Thank you. Be well."', '"Thank you. It is free."'), "utf-8")
    settings = demo_settings(tmp_path, 8000, sms_toll_free=sms, ussd_toll_free=ussd)
    assert (check_for(settings, content).findings == ()) is clean


async def test_a_country_publishes_without_the_languages_it_does_not_offer(
    services: Services, tmp_path: Path
) -> None:
    content = tmp_path / "content"
    shutil.copytree(str(packaged()), content)
    (content / "locale/zu.po").unlink()
    (content / "keywords/zu.toml").unlink()
    assert check_for(services.settings, content).findings == ()
    assert list(check_for(services.settings, content).bundle.languages) == ["en", "sw"]
    south = services.settings.model_copy(update={"country": "ZA"})
    assert {finding.file for finding in check_for(south, content).findings} == {
        "locale/zu.po",
        "keywords/zu.toml",
    }


async def test_a_country_without_rules_of_its_own_runs_on_those_it_names(services: Services) -> None:
    south = services.settings.model_copy(update={"country": "ZA"})
    async with open_services(south) as opened:
        await opened.bundles.publish(FIRST, NOON)
        assert opened.country.code == "ZA"
        assert opened.country.time_zone == "Africa/Johannesburg"
        assert opened.country.policies.keys() == opened.countries["WHO"].policies.keys()
        assert {schedule.country for schedule in opened.country.schedules.values()} == {"ZA"}


@pytest.mark.parametrize("lender", ["XX", "TZ"])
async def test_rules_are_borrowed_only_from_a_folder_that_has_some(services: Services, lender: str) -> None:
    tables = deepcopy(FIRST)
    tables["countries"]["ZA"]["country"]["rules"] = lender
    with pytest.raises(RulesError, match=rf"countries/ZA/country\.toml: rules cannot be taken from {lender}"):
        await services.bundles.publish(tables, NOON)


async def test_rules_that_leave_a_rung_with_nobody_are_refused(services: Services) -> None:
    async with services.pool.acquire() as conn, conn.transaction():
        place = await add_facility(conn, services.deps(), NewFacility("Kilele", "KE", "Africa/Nairobi"), NOON)
        await add_staff(
            conn, services.deps(), NewStaff("supervisor", "Sara", "+254700000002", place, "en"), NOON
        )
    await _somebody_for_every_rung(services, FIRST)
    tables = deepcopy(FIRST)
    tables["countries"]["KE"]["escalation"]["policy"]["low_mood"]["step"][0]["who"] = ["trained"]
    with pytest.raises(UserError, match="at Kilele nobody could take low_mood, rung 1"):
        await _somebody_for_every_rung(services, tables)
