"""The audit's chain: nothing in it can be changed, dropped, added or moved unseen."""

from __future__ import annotations

from hashlib import blake2b

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.recording.chain import CLOSED, Chain, ChainCheck, Entry, check_chain, first_hash
from gcs.recording.layout import Audit
from tests.recording.samples import HEADER

FIRST = first_hash(HEADER)
ENTRIES = [
    Entry(1, 10, -5, "gate", "landing_commit", "CLOSED -> GO", {"now": "GO"}),
    Entry(2, 20, -4, "vote", "landing_commit", "FD: GO", {"values": [1.5, None]}),
    Entry(3, 30, -3, "command", "divert", "#1 SENT"),
    Entry(4, 40, -2, CLOSED, "", "the recording was closed"),
]


def forged(entries: list[Entry], first: bytes = FIRST) -> list[Audit]:
    chain = Chain(first)
    return [chain.append(entry) for entry in entries]


def checked(audits: list[Audit]) -> ChainCheck:
    return check_chain(FIRST, audits)


def test_a_whole_log_is_sound_and_closed() -> None:
    check = checked(forged(ENTRIES))
    assert check.broken == ""
    assert check.closed
    assert list(check.entries) == ENTRIES


def test_the_head_is_the_last_hash_and_differs_with_every_entry() -> None:
    chain = Chain(FIRST)
    heads = {chain.head}
    for entry in ENTRIES:
        assert chain.append(entry).hash == chain.head
        heads.add(chain.head)
    assert len(heads) == len(ENTRIES) + 1
    assert checked(forged(ENTRIES)).head == chain.head


@given(at=st.integers(0, 3), data=st.data())
def test_no_byte_of_an_entry_can_be_changed(at: int, data: st.DataObject) -> None:
    audits = forged(ENTRIES)
    body = bytearray(bytes(audits[at].entry))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    audits[at] = Audit(audits[at].hash, msgspec.Raw(bytes(body)))
    check = checked(audits)
    assert check.broken == f"entry {at + 1} is not what was recorded"
    assert list(check.entries) == ENTRIES[:at]


@pytest.mark.parametrize(
    ("change", "good"),
    [
        (lambda a: a[:1] + a[2:], 1),
        (lambda a: [a[0], a[2], a[1], a[3]], 1),
        (lambda a: [*a[:2], a[1], *a[2:]], 2),
        (lambda a: a[1:], 0),
        (lambda a: [*a[:2], Audit("00" * 32, a[2].entry), a[3]], 2),
    ],
    ids=["dropped", "moved", "doubled", "beheaded", "another hash"],
)
def test_nothing_can_be_dropped_moved_or_added(change, good) -> None:
    check = checked(change(forged(ENTRIES)))
    assert check.broken == f"entry {good + 1} is not what was recorded"


def test_a_log_made_anew_is_numbered_from_one() -> None:
    check = checked(forged(ENTRIES[1:]))
    assert check.broken == "entry 1 is numbered 2"


def test_nothing_comes_after_the_closing_entry() -> None:
    more = msgspec.structs.replace(ENTRIES[1], number=5)
    check = checked(forged([*ENTRIES, more]))
    assert check.broken == "entry 5 comes after the closing one"
    assert list(check.entries) == ENTRIES


def test_an_entry_that_is_none_is_no_entry() -> None:
    body = b'{"number":"one"}'
    honest = blake2b(FIRST + body, digest_size=32).hexdigest()
    assert "cannot be read" in checked([Audit(honest, msgspec.Raw(body))]).broken


def test_a_cut_log_is_sound_but_not_closed() -> None:
    check = checked(forged(ENTRIES)[:-1])
    assert check.broken == ""
    assert not check.closed


def test_a_recording_without_an_audit_is_not_sound() -> None:
    assert checked([]).broken == "there is no audit in it"


def test_the_chain_stands_on_the_configuration() -> None:
    texts = {**HEADER.texts, "hop.toml": 'title = "another"\n'}
    other = msgspec.structs.replace(HEADER, texts=texts)
    assert check_chain(first_hash(other), forged(ENTRIES)).broken
    seed = msgspec.structs.replace(HEADER, seed=8)
    assert check_chain(first_hash(seed), forged(ENTRIES)).broken
