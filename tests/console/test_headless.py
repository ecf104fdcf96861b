"""Without a terminal: a line a second, every event once, a summary, the run's exit code."""

from __future__ import annotations

import asyncio
import io

import msgspec

from gcs.clock import SECOND_NS
from gcs.console.client import ConsoleClient, Detached
from gcs.console.headless import (
    ATTACH_TRIES,
    NO_STATION,
    STATION_LOST,
    Transcript,
    follow,
)
from gcs.console.protocol import Farewell
from gcs.console.server import ConsoleServer
from gcs.messages import Event, Quality
from tests.console.conditions import until
from tests.console.scenes import EPOCH_NS, Scene, catalogue


def told(*updates: object) -> tuple[list[str], Transcript]:
    out = io.StringIO()
    transcript = Transcript(out)
    for update in updates:
        transcript.show(update)  # type: ignore[arg-type]
    return out.getvalue().splitlines(), transcript


def event(second: int, text: str = "text") -> Event:
    return Event(EPOCH_NS + second * SECOND_NS, "kind", "origin", text)


def test_one_line_a_second_of_station_time() -> None:
    tenths = [Scene(t_ns=n * SECOND_NS // 10, events=()).snapshot() for n in range(35)]
    lines, _ = told(catalogue(), *tenths)
    assert [line[:11] for line in lines[1:]] == [
        "T+00:00:00 ",
        "T+00:00:01 ",
        "T+00:00:02 ",
        "T+00:00:03 ",
    ]


def test_every_event_is_told_once_as_the_tail_slides() -> None:
    events = [event(n, f"number {n}") for n in range(6)]
    slices = (events[0:2], events[0:4], events[0:4], events[3:6])
    snapshots = [Scene(events=tuple(part)).snapshot() for part in slices]
    lines, _ = told(catalogue(), *snapshots)
    numbers = [line.rsplit(" ", 1)[1] for line in lines if "number" in line]
    assert numbers == ["0", "1", "2", "3", "4", "5"]


def test_a_status_line_names_gates_verdicts_values_and_links() -> None:
    lines, _ = told(catalogue(), Scene(events=(), links_down=("barge",)).snapshot())
    assert "LANDING COMMIT GO 18.0 s" in lines[1]
    assert "24 GO 5 INHIBITED" in lines[1]
    assert "altitude 1834.2 m" in lines[1]
    assert "links 3/4 heard" in lines[1]


def test_what_was_never_seen_is_dashes_and_a_fault_is_loud() -> None:
    scene = Scene(events=(), qualities={"nav.altitude": Quality.NEVER}, fault="step raised")
    lines, _ = told(catalogue(), msgspec.structs.replace(scene.snapshot(), recorder_ok=False))
    assert "altitude ---- m" in lines[1]
    assert lines[1].endswith("FAULT step raised | NOT RECORDING")


def test_hostile_text_stays_on_one_line_and_is_escaped() -> None:
    lines, _ = told(
        catalogue(), Scene(events=(event(1, "a\n\x1b[2J\u202eb" + "x" * 10_000),)).snapshot()
    )
    told_event = next(line for line in lines if "kind" in line)
    assert "a\\x0a\\x1b[2J\\u202eb" in told_event
    assert len(told_event) < 600


def test_the_farewell_prints_the_summary_and_gives_the_exit_code() -> None:
    story = ("gate T+73.0 s landing_commit: GO", "command \x1b[2J")
    lines, transcript = told(
        catalogue(), Scene().snapshot(), Farewell(3, "diverted to open water", story)
    )
    assert transcript.exit_code == 3
    text = "\n".join(lines)
    assert "outcome  diverted to open water (exit 3)" in text
    assert "gate T+73.0 s landing_commit: GO" in text
    assert "command \\x1b[2J" in text


def test_a_station_that_vanishes_is_not_success() -> None:
    _, transcript = told(catalogue(), Scene().snapshot(), Detached("closed"))
    assert transcript.exit_code == STATION_LOST


def test_no_station_is_given_up_after_a_while() -> None:
    patient, waiting = told(*[Detached("refused")] * (ATTACH_TRIES - 1))
    assert (patient, waiting.exit_code) == ([], None)
    lines, transcript = told(*[Detached("refused")] * ATTACH_TRIES)
    assert lines == ["no station: refused"]
    assert transcript.exit_code == NO_STATION


def test_it_follows_a_real_socket_to_the_end() -> None:
    async def scenario() -> tuple[int, str]:
        out = io.StringIO()
        async with ConsoleServer("tcp:127.0.0.1:0", catalogue(), lambda _: None) as server:
            server.publish(Scene().snapshot())
            following = asyncio.ensure_future(follow(ConsoleClient(server.address), out))
            await until(lambda: "T+00:01:18" in out.getvalue())
            await server.close(Farewell(0, "landed"))
            return await following, out.getvalue()

    code, text = asyncio.run(scenario())
    assert code == 0
    assert "outcome  landed (exit 0)" in text
