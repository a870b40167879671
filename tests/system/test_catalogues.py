"""gettext, which translators' tools go by, reads every catalogue that `pamoja translate` writes."""

import shutil
import subprocess
from pathlib import Path

import pytest

from service.cli import code_of
from service.content.files import packaged

pytestmark = pytest.mark.system


def test_gettext_finds_no_fault_in_a_catalogue_with_reworded_gone_and_new_texts(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(str(packaged()), content)
    menu = content / "menus/checkin.toml"
    menu.write_text(menu.read_text("utf-8").replace('"All well"', '"Quite well"'), "utf-8")
    tips = content / "tips.toml"
    tips.write_text(tips.read_text("utf-8").replace('id = "rest"', 'id = "repose"'), "utf-8")
    assert code_of(["translate", str(content), "--new", "luo"]) == 0
    assert code_of(["translate", str(content)]) == 0
    catalogues = sorted((content / "locale").glob("*.po"))
    assert len(catalogues) >= 2
    for file in catalogues:
        done = subprocess.run(["msgfmt", "-c", "-o", "/dev/null", str(file)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    written = (content / "locale/sw.po").read_text("utf-8")
    assert '#| msgid "All well"' in written
    assert '#~ msgctxt "tip.rest"' in written
