"""Who is behind a console: only what the station can know, and only where he belongs."""

from __future__ import annotations

import hashlib

import pytest

from gcs.config.persons import PersonConfig, PersonsFile
from gcs.console.identity import Identity, RefusedError
from gcs.console.protocol import VERSION, Attach

PERSONS = PersonsFile(
    person={
        name: PersonConfig(
            token_sha256=hashlib.sha256(f"token of {name}".encode()).hexdigest(),
            positions=positions,
        )
        for name, positions in (("anna", ("FD", "GNC")), ("bo", ("RANGE",)))
    }
)
BY_PEER = Identity()
BY_PEER_AND_FILE = Identity("peer", PERSONS)
BY_TOKEN = Identity("token", PERSONS)
DECLARED = Identity("declared")


def attach(position: str = "", person: str = "", token: str = "") -> Attach:
    return Attach(VERSION, position, person, token)


@pytest.mark.parametrize(
    ("identity", "console", "peer", "person"),
    [
        (BY_PEER, attach("FD"), "anna", "anna"),
        (BY_PEER, attach("FD", "anna"), "anna", "anna"),
        (BY_PEER, attach("FD"), "", ""),
        (Identity(positions=("FD",)), attach("FD"), "anna", "anna"),
        (Identity(positions=("FD",)), attach(), "anna", "anna"),
        (BY_PEER, attach(), "anna", "anna"),
        (BY_PEER_AND_FILE, attach("FD"), "anna", "anna"),
        (BY_PEER_AND_FILE, attach(), "", ""),
        (BY_PEER_AND_FILE, attach(), "eve", "eve"),
        (BY_TOKEN, attach("FD", token="token of anna"), "root", "anna"),
        (BY_TOKEN, attach("RANGE", "bo", "token of bo"), "", "bo"),
        (BY_TOKEN, attach(), "anna", ""),
        (DECLARED, attach("FD", "anna"), "root", "anna"),
        (DECLARED, attach("FD"), "root", ""),
        (DECLARED, attach("FD", " Anna  Wang "), "root", "anna wang"),
    ],
)
def test_a_person_is_known_by_peer_token_or_word(
    identity: Identity, console: Attach, peer: str, person: str
) -> None:
    assert identity.person(console, peer) == person


@pytest.mark.parametrize(
    ("identity", "console", "peer", "reason"),
    [
        (
            Identity(positions=("FD", "GNC")),
            attach("fd"),
            "anna",
            "the mission has no position 'fd': --position takes FD, GNC, --watch none",
        ),
        (BY_PEER, attach("FD", "anna"), "bo", "you are bo here, not anna"),
        (BY_PEER, attach("FD", "anna"), "", "you are not known here, not anna"),
        (BY_PEER_AND_FILE, attach("RANGE"), "anna", "anna may not act as RANGE"),
        (BY_PEER_AND_FILE, attach("FD"), "eve", "eve may not act as FD"),
        (BY_PEER_AND_FILE, attach("FD"), "", "who is not known may not act as FD"),
        (BY_TOKEN, attach("FD"), "anna", "this station asks for a token: set LANDFALL_TOKEN"),
        (BY_TOKEN, attach("FD", token="token of bob"), "anna", "nobody has this token"),
        (BY_TOKEN, attach("", token="token of bob"), "anna", "nobody has this token"),
        (BY_TOKEN, attach("FD", token="token of bo"), "anna", "bo may not act as FD"),
        (BY_TOKEN, attach("FD", "bo", "token of anna"), "", "you are anna here, not bo"),
        (BY_TOKEN, attach("", "anna"), "anna", "you are not known here, not anna"),
        (Identity("token"), attach("FD", token="x"), "anna", "nobody has this token"),
    ],
)
def test_what_does_not_fit_the_person_is_refused(
    identity: Identity, console: Attach, peer: str, reason: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        identity.person(console, peer)
    assert str(refused.value) == reason
