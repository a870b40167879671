"""The faults are looked for as the command line looks for them, and there are as many as is said."""

import pytest

from service.content.checked import check
from service.content.files import ContentError
from tests.unit.faults import test_screens, test_tables, test_texts, test_unusable
from tests.unit.faults.planting import COUNTRY, Content, Fault, found, planted

FOUND = (
    *test_screens.READ,
    *test_screens.LEADS,
    *test_texts.SENT,
    *test_texts.SAID,
    *test_texts.TRANSLATED,
    *test_tables.HEARD,
    *test_tables.NEAR,
    *test_tables.RULES,
)
REFUSED = (*test_unusable.MENUS, *test_unusable.TEXTS, *test_unusable.RULES)


def test_there_are_more_than_a_hundred_and_none_twice() -> None:
    edits = {(fault.file, fault.old, fault.new) for fault in (*FOUND, *REFUSED)}
    assert len(edits) == len(FOUND) + len(REFUSED)
    assert len(edits) > 100


@pytest.mark.parametrize("fault", FOUND[:1], ids=str)
def test_pamoja_lint_says_the_same(fault: Fault, content: Content) -> None:
    with planted(fault, content.root):
        checked = check(content.root, COUNTRY, two_way=fault.two_way)
        assert list(checked.findings) == found(content.root, content.model)


@pytest.mark.parametrize("fault", REFUSED[::30], ids=str)
def test_pamoja_lint_refuses_with_the_same_words(fault: Fault, content: Content) -> None:
    with planted(fault, content.root), pytest.raises(ContentError, match=r"^[\w/.-]+(, line \d+)?"):
        check(content.root, COUNTRY)
