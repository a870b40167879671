"""A sealed field opens in its own place with any kept key, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.security.sealing import SealBroken, Sealer

OLD = ("k1", bytes(range(32)))
NEW = ("k2", bytes(range(32, 64)))
PLACE = {"table": "mother", "column": "msisdn", "row": 7}


@given(st.text(alphabet=st.characters()))
def test_any_text_comes_back(value: str) -> None:
    sealer = Sealer([NEW])
    assert sealer.open(sealer.seal(value, **PLACE), **PLACE) == value


def test_bytes_come_back_and_row_5_is_row_text_5() -> None:
    sealer = Sealer([NEW])
    blob = sealer.seal(b"\xff\x00", table="session", column="state", row=5)
    assert sealer.open_bytes(blob, table="session", column="state", row="5") == b"\xff\x00"
    with pytest.raises(SealBroken):
        sealer.open(blob, table="session", column="state", row=5)


def test_the_blob_shows_nothing_and_never_repeats() -> None:
    sealer = Sealer([NEW])
    one, two = (sealer.seal("+254700000678", **PLACE) for _ in range(2))
    assert one != two
    assert b"2547" not in one
    assert len(one) == 1 + 1 + 2 + 12 + 13 + 16
    assert one[:4] == b"\x01\x02k2"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"table": "mentor"},
        {"column": "name"},
        {"row": 8},
        {"table": "mothermsi", "column": "sdn"},
        {"row": "07"},
    ],
)
def test_a_value_moved_elsewhere_does_not_open(elsewhere: dict[str, str | int]) -> None:
    sealer = Sealer([NEW])
    blob = sealer.seal("Canary Name", **PLACE)
    with pytest.raises(SealBroken):
        sealer.open(blob, **(PLACE | elsewhere))


def test_an_altered_or_cut_value_never_opens_and_never_crashes() -> None:
    sealer = Sealer([NEW])
    blob = sealer.seal("Canary Name", **PLACE)
    broken = [blob[:cut] for cut in range(len(blob))]
    broken += [blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :] for at in range(len(blob))]
    for candidate in broken:
        with pytest.raises(SealBroken):
            sealer.open(candidate, **PLACE)


def test_an_old_key_opens_and_the_newest_seals() -> None:
    before = Sealer([OLD]).seal("x", **PLACE)
    both = Sealer([NEW, OLD])
    after = both.seal("x", **PLACE)
    assert both.open(before, **PLACE) == both.open(after, **PLACE) == "x"
    assert both.is_current(after)
    assert not both.is_current(before)
    assert Sealer([NEW]).open(after, **PLACE) == "x"
    with pytest.raises(SealBroken):
        Sealer([NEW]).open(before, **PLACE)


def test_the_fault_names_only_table_and_column() -> None:
    with pytest.raises(SealBroken) as caught:
        Sealer([NEW]).open(
            Sealer([OLD]).seal("Canary Name", table="mother", column="name", row=4217), **PLACE
        )
    assert "mother.msisdn" in str(caught.value)
    assert "PAMOJA_KEYS" in str(caught.value)
    assert caught.value.__cause__ is None
    assert not any(secret in str(caught.value) for secret in ("Canary", "4217", "k1", "k2"))


def test_no_key_in_repr() -> None:
    assert repr(Sealer([NEW, OLD])) == "Sealer(newest='k2', keys=2)"


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [("k1", b"short")],
        [OLD, ("k1", bytes(32))],
        [("", bytes(32))],
        [("k" * 17, bytes(32))],
        [("é", bytes(32))],
    ],
)
def test_unusable_keys_are_refused(keys: list[tuple[str, bytes]]) -> None:
    with pytest.raises(ValueError, match="key"):
        Sealer(keys)
