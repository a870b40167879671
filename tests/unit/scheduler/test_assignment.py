"""Who is given a mother: language first, then room, then place, then load; and a caseload shared out."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scheduler.assignment import Candidate, Wanted, choose, share

SW = frozenset({"sw"})
EN = frozenset({"en"})


def chosen(wanted: Wanted, *candidates: Candidate) -> int | None:
    found = choose(candidates, wanted)
    return found.id if found is not None else None


def test_somebody_she_can_speak_with_goes_before_somebody_with_less_to_do() -> None:
    assert chosen(Wanted("sw"), Candidate(1, EN, mothers=0), Candidate(2, SW, mothers=50)) == 2


def test_over_the_cap_somebody_with_room_is_found_first() -> None:
    full, other = Candidate(1, SW, mothers=10, cap=10), Candidate(2, SW, mothers=40, cap=60)
    assert chosen(Wanted("sw"), full, other) == 2


def test_where_everybody_is_full_the_least_overloaded_takes_her() -> None:
    assert chosen(Wanted("sw"), Candidate(1, SW, mothers=90), Candidate(2, SW, mothers=61)) == 2


def test_queues_stay_apart_her_area_first() -> None:
    clinic = Candidate(1, SW)
    near = Candidate(2, SW, "community", "Kibera", mothers=30)
    far = Candidate(3, SW, "community", "Langata")
    assert chosen(Wanted("sw"), clinic, near, far) == 1
    assert chosen(Wanted("sw", area=" kibera "), clinic, near, far) == 2
    assert chosen(Wanted("sw", works_in="community"), near, far, Candidate(4, SW, "community")) == 4


def test_who_is_on_leave_comes_after_who_is_there() -> None:
    assert chosen(Wanted("sw"), Candidate(1, SW, away=True), Candidate(2, SW, mothers=20)) == 2


def test_not_with_whom_she_does_not_want_and_nobody_left_is_none() -> None:
    only = Candidate(1, SW)
    assert chosen(Wanted("sw", not_with=frozenset({1})), only) is None


@given(st.lists(st.integers(0, 20), min_size=1, max_size=5), st.integers(1, 60))
def test_a_caseload_is_shared_until_all_carry_alike(loads: list[int], count: int) -> None:
    people = [Candidate(at, SW, mothers=load) for at, load in enumerate(loads)]
    given_to = share(people, {mother: Wanted("sw") for mother in range(count)})
    assert len(given_to) == count
    after = [load + sum(who == at for who in given_to.values()) for at, load in enumerate(loads)]
    filled = [total for at, total in enumerate(after) if total > loads[at]]
    assert max(filled) - min(after) <= 1


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.integers(1, 9), st.sampled_from(["en", "sw", "en sw"]), st.booleans()
        ),
        max_size=6,
    ),
    st.lists(
        st.tuples(st.sampled_from(["en", "sw", "pt"]), st.sets(st.integers(0, 5), max_size=2)), max_size=40
    ),
)
def test_sharing_out_gives_each_whoever_is_best_just_then(
    there: list[tuple[int, int, str, bool]], wanted: list[tuple[str, set[int]]]
) -> None:
    candidates = [
        Candidate(n, frozenset(spoken.split()), mothers=mothers, cap=cap, away=away)
        for n, (mothers, cap, spoken, away) in enumerate(there)
    ]
    mothers = {n: Wanted(language, not_with=frozenset(but)) for n, (language, but) in enumerate(wanted)}
    one_by_one: dict[int, int] = {}
    for mother, one in mothers.items():
        best = choose(candidates, one)
        if best is not None:
            one_by_one[mother] = best.id
            candidates = [replace(c, mothers=c.mothers + 1) if c.id == best.id else c for c in candidates]
    again = [
        Candidate(n, frozenset(spoken.split()), mothers=many, cap=cap, away=away)
        for n, (many, cap, spoken, away) in enumerate(there)
    ]
    assert share(again, mothers) == one_by_one
