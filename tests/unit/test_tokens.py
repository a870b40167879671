"""A hook token is accepted or it is not, and stored tokens cannot be presented."""

import pytest

from service.security.tokens import HookTokens, new_token, token_hash, token_matches


def test_either_of_two_tokens_is_accepted_and_nothing_else() -> None:
    old, new = new_token(), new_token()
    tokens = HookTokens([new, old])
    assert tokens.accepts(old)
    assert tokens.accepts(new)
    for wrong in ("", old[:-1], old + "a", old.swapcase(), f"{new},{old}", "é", "\udc00", "x" * 100_000):
        assert not tokens.accepts(wrong)


def test_a_removed_token_is_refused() -> None:
    old, new = new_token(), new_token()
    assert not HookTokens([new]).accepts(old)


@pytest.mark.parametrize("tokens", [[], ["a", "b", "c"]])
def test_one_or_two_tokens_only(tokens: list[str]) -> None:
    with pytest.raises(ValueError, match="one hook token"):
        HookTokens(tokens)


def test_no_token_in_repr() -> None:
    token = new_token()
    assert token not in repr(HookTokens([token]))


def test_new_tokens_are_long_different_and_fit_an_address() -> None:
    made = {new_token() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in made)


def test_a_stored_sign_in_matches_its_token_for_its_purpose_only() -> None:
    token = new_token()
    stored = token_hash("sign-in", token)
    assert len(stored) == 32
    assert token_matches("sign-in", token, stored)
    assert not token_matches("session", token, stored)
    assert not token_matches("sign-in", new_token(), stored)
    assert not token_matches("sign-in", stored.hex(), stored)
