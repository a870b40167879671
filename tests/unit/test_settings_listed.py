"""The page about settings says what the settings say."""

from pathlib import Path

from service.settings_listed import page

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_page_is_the_one_the_settings_write() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: python -m service.settings_listed > docs/settings.md"
    )
