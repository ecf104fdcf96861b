"""Nonces and codes: drawn from the session's seed alone, the same in every replay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gcs.command.session import NONCE_BITS, SessionSecrets


def test_a_seed_draws_these_nonces_and_codes_for_ever() -> None:
    secrets = SessionSecrets(b"seed")
    assert [secrets.nonce(()) for _ in range(3)] == [9309824, 14256518, 8632363]
    assert [secrets.code(()) for _ in range(3)] == ["NNXP", "XS2G", "6WGQ"]


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
