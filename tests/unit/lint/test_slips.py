"""A page that says what to press holds fewer lines; nobody who presses right ever comes to its second half."""

from flows.lint.model.tasks import without_slips
from tests.walked import walked


def test_what_only_a_slip_leads_to_counts_for_no_way() -> None:
    model = walked()
    meant = without_slips(model)
    split = {
        key
        for key, moves in model.moves.items()
        if key.screen == "changed" and key.page == 0 and any(move.kind == "more" for move in moves)
    }
    assert split
    assert not split & meant
    # What a dropped call offers is no way of its own.
    assert {key.screen for key in model.moves} - {key.screen for key in meant} <= {"resume"}
