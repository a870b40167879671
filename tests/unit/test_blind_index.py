"""The same number is found again, and nothing else can be told from its index."""

import hashlib

import pytest

from service.security.blind_index import BlindIndex

OLD = ("k1", bytes(range(32)))
NEW = ("k2", bytes(range(32, 64)))
NUMBER = "+254700000678"


def test_the_same_number_has_the_same_index_and_others_do_not() -> None:
    index = BlindIndex([NEW])
    assert index.of(NUMBER) == index.of(NUMBER)
    assert len(index.of(NUMBER)) == 32
    assert len({index.of(f"+254700000{tail:03d}") for tail in range(1000)}) == 1000
    assert index.of(NUMBER) != hashlib.sha256(NUMBER.encode()).digest()


def test_purposes_are_domains_of_their_own() -> None:
    index = BlindIndex([NEW])
    assert index.of(NUMBER) == index.index("msisdn", NUMBER) != index.index("unknown caller", NUMBER)
    assert index.index("ab", "c") != index.index("a", "bc")


def test_during_a_rotation_both_are_looked_for_newest_first() -> None:
    both = BlindIndex([NEW, OLD])
    assert both.candidates_of(NUMBER) == [BlindIndex([NEW]).of(NUMBER), BlindIndex([OLD]).of(NUMBER)]
    assert both.of(NUMBER) == both.candidates_of(NUMBER)[0]


@pytest.mark.parametrize("raw", ["0700000678", "254700000678", NUMBER + "\n", "+٢٥٤700000678", ""])
def test_only_e164_is_indexed_and_the_fault_hides_the_number(raw: str) -> None:
    for ask in (BlindIndex([NEW]).of, BlindIndex([NEW]).candidates_of):
        with pytest.raises(ValueError, match=r"service\.msisdn") as caught:
            ask(raw)
        assert "700000678" not in str(caught.value)


def test_no_key_in_repr() -> None:
    assert repr(BlindIndex([NEW, OLD])) == "BlindIndex(newest='k2', keys=2)"
