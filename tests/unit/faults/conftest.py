"""A copy of the content that ships, to plant one fault after the other in."""

import shutil

import pytest

from service.content.files import packaged
from tests.unit.faults.planting import Content, found, key, walked


@pytest.fixture(scope="session")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """A folder with the content that ships; whoever changes a file in it puts it back."""
    copy = tmp_path_factory.mktemp("planted") / "content"
    shutil.copytree(str(packaged()), copy)
    model = walked(copy)
    return Content(copy, model, frozenset(map(key, found(copy, model))))
