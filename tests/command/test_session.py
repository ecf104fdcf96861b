"""Nonces and codes: drawn from the session's seed alone, the same in every replay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.command.session import LOST_DRAWS, NONCE_BITS, SessionSecrets

NEW_NONCE_WAS_LOST, NEW_CODE_WAS_LOST = b"1332", b"990"
"""Seeds whose streams after a crash give one of the lost numbers again, by chance."""


def test_a_seed_draws_these_nonces_and_codes_for_ever() -> None:
    secrets = SessionSecrets(b"seed")
    assert [secrets.nonce(()) for _ in range(3)] == [9309824, 14256518, 8632363]
    assert [secrets.code(()) for _ in range(3)] == ["NNXP", "XS2G", "6WGQ"]


def test_a_seed_draws_these_after_a_crash_at_a_moment_for_ever() -> None:
    secrets = SessionSecrets(b"seed")
    secrets.leave("back at 1")
    assert [secrets.nonce(()) for _ in range(3)] == [7948585, 4872614, 4985866]
    assert [secrets.code(()) for _ in range(3)] == ["9NET", "6UX5", "NYQL"]


def test_nonces_and_codes_are_streams_of_their_own() -> None:
    mixed, plain = SessionSecrets(b"seed"), SessionSecrets(b"seed")
    mixed.code(())
    assert mixed.nonce(()) == plain.nonce(())
    assert mixed.code(()) != plain.code(())


@given(st.binary(max_size=8))
def test_a_code_has_four_letters_and_none_that_looks_like_another(seed: bytes) -> None:
    code = SessionSecrets(seed).code(())
    assert len(code) == 4
    assert code.isalnum()
    assert code == code.upper()
    assert not set(code) & set("0O1I")


@given(st.binary(max_size=8))
def test_a_nonce_survives_a_float32_and_is_never_zero_or_taken(seed: bytes) -> None:
    first = SessionSecrets(seed).nonce(())
    again = SessionSecrets(seed).nonce({first})
    assert 0 < first < 2**NONCE_BITS
    assert again != first


def test_a_code_that_is_taken_is_not_drawn_again() -> None:
    assert SessionSecrets(b"seed").code({"NNXP", "XS2G"}) == "6WGQ"


@pytest.mark.parametrize("seed", [b"seed", NEW_NONCE_WAS_LOST, NEW_CODE_WAS_LOST])
def test_after_a_crash_nothing_comes_again_that_may_have_been_drawn_before_it(seed: bytes) -> None:
    lost, back = SessionSecrets(seed), SessionSecrets(seed)
    back.leave("back at 1")
    nonces = {lost.nonce(()) for _ in range(LOST_DRAWS)}
    codes = {lost.code(()) for _ in range(LOST_DRAWS)}
    assert nonces.isdisjoint(back.nonce(()) for _ in range(LOST_DRAWS))
    assert codes.isdisjoint(back.code(()) for _ in range(LOST_DRAWS))
    assert lost.nonce(()) != back.nonce(())


def test_a_second_crash_gives_back_nothing_of_either() -> None:
    drawn = [SessionSecrets(b"seed") for _ in range(3)]
    for crashes, secrets in enumerate(drawn):
        for crash in range(crashes):
            secrets.leave(f"back at {crash}")
    first, second, third = ({s.nonce(()) for _ in range(LOST_DRAWS)} for s in drawn)
    assert first.isdisjoint(second)
    assert third.isdisjoint(first | second)


def test_each_return_has_streams_of_its_own_and_a_replay_has_the_same() -> None:
    drawn = []
    for why in ("back at 1", "back at 2", "back at 1"):
        secrets = SessionSecrets(b"seed")
        secrets.leave(why)
        drawn.append((secrets.nonce(()), secrets.code(())))
    assert drawn[0] == drawn[2]
    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][1] != drawn[1][1]
