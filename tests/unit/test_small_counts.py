"""What is shared gives no small count away: not by itself, not from a total, not by what must add up."""

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from service.exporting.small import SMALL, shared

Row = tuple[int, ...]
PARTS = st.tuples(st.integers(0, 7), st.integers(0, 7))


def small(count: int) -> bool:
    return 0 < count < SMALL


def whole(parts: Row) -> Row:
    """Two counts and what they add up to, as n, the others and d."""
    return (*parts, sum(parts))


def fillings(rows: int, total: int) -> Iterator[Row]:
    """Every way in which so many clinics could have counted a total."""
    if rows == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in fillings(rows - 1, total - first))


@given(st.lists(PARTS, min_size=0, max_size=4))
@settings(deadline=None, max_examples=150)
def test_a_reader_cannot_work_out_a_hidden_count(parts: Sequence[Row]) -> None:
    table = [whole(one) for one in parts]
    allowed = shared(table)
    hidden = [place for place in range(len(table)) if place not in allowed.rows]
    for place, row in allowed.rows.items():
        assert row == table[place]
        assert not any(map(small, row))
    if allowed.totals is None:
        return
    assert allowed.totals == tuple(map(sum, zip(*table, strict=True)))
    assert not any(map(small, allowed.totals))
    if not hidden:
        return
    # A reader takes what is shown from the totals, and writes down every way to fill the gap.
    gaps = [allowed.totals[column] - sum(row[column] for row in allowed.rows.values()) for column in range(2)]
    ways = list(product(*(list(fillings(len(hidden), gap)) for gap in gaps)))
    for at, place in enumerate(hidden):
        for column, count in enumerate(table[place]):
            if small(count):
                possible = {way[column][at] if column < 2 else way[0][at] + way[1][at] for way in ways}
                assert len(possible) > 1, (table, place, column)


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=1, max_size=7))
@settings(deadline=None, max_examples=150)
def test_each_small_count_could_be_another_clinics(table: list[list[int]]) -> None:
    allowed = shared(table)
    hidden = [row for place, row in enumerate(table) if place not in allowed.rows]
    assert all(any(map(small, row)) is False for row in allowed.rows.values())
    if allowed.totals is not None:
        for row in hidden:
            for column, count in enumerate(row):
                if small(count):
                    assert any(other[column] != count for other in hidden)


def test_one_small_clinic_takes_the_next_smallest_with_it() -> None:
    allowed = shared([(30, 60), (2, 9), (20, 40), (10, 20)])
    assert set(allowed.rows) == {0, 2}
    assert allowed.totals == (62, 129)


def test_the_only_clinic_with_a_small_count_hides_the_total_too() -> None:
    assert shared([(2, 9)]).totals is None
    assert shared([(2, 2), (2, 2)]).totals is None


def test_nobody_at_all_is_no_small_count() -> None:
    allowed = shared([(0, 10), (0, 12)])
    assert allowed.rows == {0: (0, 10), 1: (0, 12)}
    assert allowed.totals == (0, 22)
    assert shared([]).totals == ()
