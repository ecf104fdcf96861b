"""The memory cores on their own, as virtual time uses them, and as links."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.links.base import LinkEvents, TopicLink, Will
from gcs.links.memory import (
    INBOX_ITEMS,
    MemoryBroker,
    MemoryByteLink,
    MemoryPipe,
    MemoryTopicLink,
    TopicMessage,
)
from tests.links.conformance.byte_link import ByteLinkContract, Pair
from tests.links.conformance.topic_link import Broker, TopicLinkContract
from tests.links.harness import Log, is_down, is_up, on_loop, running, until

WILL = Will("status", b"offline", retain=True)


class TestByteLink(ByteLinkContract):
    notices_loss = False

    def make_pair(self, events: LinkEvents, tmp_path: Path) -> Pair:
        pipe = MemoryPipe()
        return MemoryByteLink("link", events, pipe.near), MemoryByteLink("far", events, pipe.far)


class _MemoryRig:
    def __init__(self) -> None:
        self._broker = MemoryBroker()
        self._broker.stop()
        self.freeze = self._broker.freeze
        self.thaw = self._broker.thaw
        self.sever = self._broker.sever

    async def start(self) -> None:
        self._broker.start()

    async def stop(self) -> None:
        self._broker.stop()

    def link(
        self, link_id: str, events: LinkEvents, subscribe: tuple[str, ...], will: Will | None
    ) -> TopicLink:
        return MemoryTopicLink(link_id, events, self._broker, subscribe=subscribe, will=will)


class TestTopicLink(TopicLinkContract):
    def make_broker(self) -> Broker:
        return _MemoryRig()


@given(st.lists(st.tuples(st.booleans(), st.binary())))
def test_a_pipe_keeps_each_way_whole_and_apart(sends: list[tuple[bool, bytes]]) -> None:
    pipe = MemoryPipe()
    for from_near, data in sends:
        assert (pipe.near if from_near else pipe.far).send(data)
    assert pipe.far.take() == [data for from_near, data in sends if from_near]
    assert pipe.near.take() == [data for from_near, data in sends if not from_near]
    assert pipe.near.take() == []


def test_a_frozen_pipe_gives_nothing_and_loses_nothing() -> None:
    pipe = MemoryPipe()
    pipe.freeze()
    assert pipe.near.send(b"held")
    assert pipe.far.take() == []
    pipe.thaw()
    assert pipe.far.take() == [b"held"]


def test_a_cut_pipe_refuses_and_forgets_what_was_under_way() -> None:
    pipe = MemoryPipe()
    pipe.near.send(b"under way")
    pipe.disconnect()
    assert not pipe.near.send(b"refused")
    pipe.connect()
    assert pipe.far.take() == []


def test_a_pipe_that_nobody_empties_refuses() -> None:
    pipe = MemoryPipe()
    assert all(pipe.near.send(b"x") for _ in range(INBOX_ITEMS))
    assert not pipe.near.send(b"one too many")
    assert pipe.far.send(b"the other way is free")


def test_notify_runs_when_something_can_be_taken() -> None:
    pipe = MemoryPipe()
    seen: list[list[bytes]] = []
    pipe.far.notify = lambda: seen.append(pipe.far.take())
    pipe.near.send(b"now")
    pipe.freeze()
    pipe.near.send(b"later")
    assert seen == [[b"now"]]
    pipe.thaw()
    assert seen == [[b"now"], [b"later"]]


@on_loop
async def test_a_cut_pipe_is_seen_by_its_links() -> None:
    pipe, log = MemoryPipe(), Log()
    link = MemoryByteLink("link", log, pipe.near)
    async with running(link):
        pipe.disconnect()
        await until(lambda: is_down(link))
        pipe.connect()
        await until(lambda: is_up(link))


def test_a_session_ends_with_its_broker_and_a_stopped_broker_refuses() -> None:
    broker = MemoryBroker()
    session = broker.connect(WILL)
    session.publish("birth", b"1", retain=True)
    broker.stop()
    assert not session.connected
    assert not session.publish("t", b"")
    with pytest.raises(ConnectionRefusedError):
        broker.connect()
    broker.start()
    assert broker.retained() == ()


def test_a_frozen_broker_takes_later_what_was_sent_and_accepts_nobody() -> None:
    broker = MemoryBroker()
    station, barge = broker.connect(), broker.connect(WILL)
    station.subscribe(["#"])
    broker.freeze()
    assert barge.publish("t", b"1")
    barge.drop()
    assert not station.ping()
    assert station.take() == []
    with pytest.raises(TimeoutError):
        broker.connect()
    broker.thaw()
    assert [message.topic for message in station.take()] == ["status"]
    assert station.ping()


def test_what_was_sent_into_a_frozen_broker_arrives_before_a_will() -> None:
    broker = MemoryBroker()
    station, barge = broker.connect(), broker.connect(WILL)
    station.subscribe(["#"])
    broker.freeze()
    barge.publish("t", b"1")
    broker.thaw()
    barge.drop()
    assert station.take() == [
        TopicMessage("t", b"1", retained=False),
        TopicMessage("status", b"offline", retained=False),
    ]
    assert broker.retained() == (TopicMessage("status", b"offline", retained=True),)


def test_what_a_lost_session_had_not_sent_is_never_sent() -> None:
    broker = MemoryBroker()
    barge = broker.connect()
    broker.freeze()
    barge.publish("t", b"old", retain=True)
    broker.stop()
    broker.start()
    barge.flush()
    assert broker.retained() == ()


def test_a_session_that_takes_nothing_drops_and_counts() -> None:
    broker = MemoryBroker()
    station, barge = broker.connect(), broker.connect()
    station.subscribe(["#"])
    for _ in range(INBOX_ITEMS + 3):
        barge.publish("t", b"")
    assert station.lost == 3
    assert len(station.take()) == INBOX_ITEMS


def test_a_second_goodbye_changes_nothing() -> None:
    broker = MemoryBroker()
    watcher, barge = broker.connect(), broker.connect(WILL)
    watcher.subscribe(["status"])
    barge.close()
    barge.drop()
    assert watcher.take() == []


def test_no_event_loop_is_needed() -> None:
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
    assert MemoryBroker().connect().publish("t", b"")
