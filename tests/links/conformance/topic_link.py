"""What every topic link and its broker must do. A test class inherits this and brings a broker."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from typing import Protocol

import pytest

from gcs.links.base import LinkEvents, TopicLink, Will
from gcs.messages import LinkState
from tests.links.harness import Heard, Log, is_down, is_up, on_loop, running, until

FROZEN_SEEN_WITHIN_S = 3.0
DEAD_SEEN_WITHIN_S = 1.0
BACK_WITHIN_S = 3.0


class Broker(Protocol):
    """A broker that can be made to fail."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def freeze(self) -> None: ...

    def thaw(self) -> None: ...

    def sever(self) -> None:
        """Lose all clients without a goodbye."""

    def link(
        self, link_id: str, events: LinkEvents, subscribe: tuple[str, ...], will: Will | None
    ) -> TopicLink: ...


class Bench:
    """A running broker, a log, and links made for them."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.log = Log()

    def link(self, link_id: str, *subscribe: str, will: Will | None = None) -> TopicLink:
        return self.broker.link(link_id, self.log, subscribe, will)


class TopicLinkContract(ABC):
    @abstractmethod
    def make_broker(self) -> Broker:
        """A broker that is not running."""

    @pytest.fixture
    def bench(self) -> Callable[[], contextlib.AbstractAsyncContextManager[Bench]]:
        @contextlib.asynccontextmanager
        async def started() -> AsyncIterator[Bench]:
            broker = self.make_broker()
            await broker.start()
            try:
                yield Bench(broker)
            finally:
                await broker.stop()

        return started

    @on_loop
    async def test_a_payload_arrives_with_its_topic(self, bench: BenchMaker) -> None:
        async with bench() as b:
            station, barge = b.link("station", "barge/#"), b.link("barge")
            async with running(station, barge):
                assert barge.publish("barge/motion", bytes(range(256)))
                await until(lambda: b.log.of(station))
                assert b.log.of(station) == [
                    Heard(bytes(range(256)), "", "barge/motion", retained=False)
                ]

    @on_loop
    async def test_only_what_is_subscribed_arrives(self, bench: BenchMaker) -> None:
        async with bench() as b:
            station, barge = b.link("station", "barge/+/x", "exact"), b.link("barge")
            async with running(station, barge):
                for topic in ("barge/x", "barge/1/x", "barge/1/y", "other", "exact", "exact/no"):
                    barge.publish(topic, topic.encode(), qos=1)
                barge.publish("exact", b"last", qos=1)
                await until(lambda: b.log.of(station) and b.log.of(station)[-1].data == b"last")
                assert [h.topic for h in b.log.of(station)] == ["barge/1/x", "exact", "exact"]

    @on_loop
    async def test_payloads_of_a_topic_arrive_in_order(self, bench: BenchMaker) -> None:
        async with bench() as b:
            station, barge = b.link("station", "n"), b.link("barge")
            async with running(station, barge):
                for number in range(300):
                    assert barge.publish("n", b"%d" % number, qos=1)
                await until(lambda: len(b.log.of(station)) == 300)
                assert [int(h.data) for h in b.log.of(station)] == list(range(300))

    @on_loop
    async def test_a_retained_payload_waits_for_who_comes_later(self, bench: BenchMaker) -> None:
        async with bench() as b:
            watcher, barge = b.link("watcher", "birth"), b.link("barge")
            async with running(watcher, barge):
                barge.publish("birth", b"1", qos=1, retain=True)
                barge.publish("birth", b"2", qos=1, retain=True)
                await until(lambda: len(b.log.of(watcher)) == 2)
            station = b.link("station", "birth")
            async with running(station):
                await until(lambda: b.log.of(station))
                # At QoS 1 a broker may tell it twice, and amqtt does.
                assert set(b.log.of(station)) == {Heard(b"2", "", "birth", retained=True)}

    @on_loop
    async def test_who_was_there_gets_it_unretained(self, bench: BenchMaker) -> None:
        async with bench() as b:
            station, barge = b.link("station", "birth"), b.link("barge")
            async with running(station, barge):
                barge.publish("birth", b"1", qos=1, retain=True)
                await until(lambda: b.log.of(station))
                assert not b.log.of(station)[0].retained

    @on_loop
    async def test_an_empty_retained_payload_clears_the_topic(self, bench: BenchMaker) -> None:
        async with bench() as b:
            watcher, barge = b.link("watcher", "birth"), b.link("barge")
            async with running(watcher, barge):
                barge.publish("birth", b"1", qos=1, retain=True)
                barge.publish("birth", b"", qos=1, retain=True)
                barge.publish("after", b"kept", qos=1, retain=True)
                await until(lambda: len(b.log.of(watcher)) == 2)
                await until(lambda: barge.publish("x", b"", qos=1))
            station = b.link("station", "birth", "after")
            async with running(station):
                await until(lambda: b.log.of(station))
                assert [h.topic for h in b.log.of(station)] == ["after"]

    @on_loop
    async def test_twenty_minutes_of_history_fit_into_a_payload(self, bench: BenchMaker) -> None:
        history = b"0.123456," * 120_000
        async with bench() as b:
            station, barge = b.link("station", "history"), b.link("barge")
            async with running(station, barge):
                assert barge.publish("history", history, qos=1)
                await until(lambda: b.log.of(station), within_s=10.0)
                assert b.log.of(station)[0].data == history

    @on_loop
    async def test_the_will_is_published_when_a_client_vanishes(self, bench: BenchMaker) -> None:
        async with bench() as b:
            will = Will("barge/status", b"offline", qos=1, retain=True)
            station, barge = b.link("station", "barge/status"), b.link("barge", will=will)
            async with running(station):
                async with running(barge):
                    b.broker.sever()
                    await until(lambda: is_down(barge))
                await until(lambda: b.log.of(station), within_s=10.0)
                assert b.log.of(station)[0][0::2] == (b"offline", "barge/status")

    @on_loop
    async def test_a_goodbye_leaves_no_will(self, bench: BenchMaker) -> None:
        async with bench() as b:
            will = Will("barge/status", b"offline", qos=1, retain=True)
            station, barge = b.link("station", "#"), b.link("barge", will=will)
            async with running(station):
                async with running(barge):
                    pass
                other = b.link("other")
                async with running(other):
                    other.publish("marker", b"", qos=1)
                    await until(lambda: b.log.of(station))
                assert [h.topic for h in b.log.of(station)] == ["marker"]

    @on_loop
    async def test_it_stops_whenever_it_is_told_to(self, bench: BenchMaker) -> None:
        async with bench() as b:
            station = b.link("station", "t")
            for turns in range(40):
                run = asyncio.create_task(station.run())
                for _ in range(turns):
                    await asyncio.sleep(0)
                run.cancel()
                async with asyncio.timeout(2.0):
                    await asyncio.wait([run])
                assert run.cancelled()

    @on_loop
    async def test_an_absent_broker_is_a_state_until_it_comes(self, bench: BenchMaker) -> None:
        async with bench() as b:
            await b.broker.stop()
            station = b.link("station", "t")
            async with running(station, up=False):
                await until(lambda: is_down(station))
                assert not station.publish("t", b"nobody")
                assert b.log.states_of(station) == [LinkState.CONNECTING, LinkState.DOWN]
                await b.broker.start()
                await until(lambda: is_up(station), within_s=BACK_WITHIN_S)

    @on_loop
    async def test_a_dead_broker_is_seen_and_taken_back(self, bench: BenchMaker) -> None:
        async with bench() as b:
            station = b.link("station", "t")
            async with running(station):
                await b.broker.stop()
                await until(lambda: is_down(station), within_s=DEAD_SEEN_WITHIN_S)
                await b.broker.start()
                await until(lambda: is_up(station), within_s=BACK_WITHIN_S)
                await until(lambda: station.publish("t", b"again") and b.log.of(station))

    @pytest.mark.slow
    @on_loop
    async def test_a_frozen_broker_is_seen_in_three_seconds_and_taken_back(
        self, bench: BenchMaker
    ) -> None:
        async with bench() as b:
            station = b.link("station", "t")
            async with running(station):
                b.broker.freeze()
                await until(lambda: is_down(station), within_s=FROZEN_SEEN_WITHIN_S)
                assert not station.publish("t", b"into the ice")
                b.broker.thaw()
                await until(lambda: is_up(station), within_s=BACK_WITHIN_S)
                await until(lambda: station.publish("t", b"again") and b.log.of(station))
                assert all(h.data == b"again" for h in b.log.of(station))

    @pytest.mark.slow
    @on_loop
    async def test_what_waited_while_the_broker_was_frozen_is_not_sent_late(
        self, bench: BenchMaker
    ) -> None:
        async with bench() as b:
            link = b.link("link", "t")  # hears itself, so it misses nothing that it sends
            async with running(link):
                b.broker.freeze()
                for number in range(50):
                    link.publish("t", b"%d" % number, qos=1)
                await until(lambda: is_down(link))
                b.broker.thaw()
                await until(lambda: is_up(link), within_s=BACK_WITHIN_S)
                link.publish("t", b"fresh", qos=1)
                await until(lambda: any(h.data == b"fresh" for h in b.log.of(link)))
                assert len(b.log.of(link)) <= 2  # one may have been on the wire

    @pytest.mark.slow
    @on_loop
    async def test_a_quiet_link_stays_up(self, bench: BenchMaker) -> None:
        async with bench() as b:
            station, far = b.link("station", "t"), b.link("far")
            async with running(station, far):
                await asyncio.sleep(2.5)  # keepalives are real time
                assert b.log.states_of(station) == [LinkState.CONNECTING, LinkState.UP]

    @on_loop
    async def test_a_publisher_faster_than_the_broker_is_refused(self, bench: BenchMaker) -> None:
        async with bench() as b:
            barge = b.link("barge")
            async with running(barge):
                b.broker.freeze()
                taken = 0
                while barge.publish("t", bytes(1_000)):
                    taken += 1
                    assert taken <= 100_000
                assert barge.counts.refused == 1
                b.broker.thaw()

    @on_loop
    async def test_a_topic_that_is_none_is_refused(self, bench: BenchMaker) -> None:
        async with bench() as b:
            barge = b.link("barge")
            async with running(barge):
                for topic in ("", "a/+", "#", "nul\0"):
                    assert not barge.publish(topic, b"x")
                assert is_up(barge)


class BenchMaker(Protocol):
    def __call__(self) -> contextlib.AbstractAsyncContextManager[Bench]: ...
