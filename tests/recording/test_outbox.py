"""The outbox: bytes on their way to a disk that may be full, slow or gone."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gcs.recording import outbox as module
from gcs.recording.outbox import Outbox
from tests.recording.samples import full_disk_at


@contextmanager
def hanging_disk(path: Path) -> Iterator[Callable[[], None]]:
    """A file that takes no byte before the given function is called: a pipe that is full."""
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    filler = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    taken = 0
    try:
        while True:
            taken += os.write(filler, bytes(1 << 16))
    except BlockingIOError:
        os.close(filler)
    drained = threading.Event()

    def drain() -> None:
        os.set_blocking(reader, True)
        left = taken
        while left:
            left -= len(os.read(reader, left))
        drained.set()

    try:
        yield drain
    finally:
        os.close(reader)


def test_bytes_come_out_in_order_and_whole(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "a")
    for i in range(100):
        assert outbox.tell() == i * 3
        assert outbox.write(b"%03d" % i) == 3
        if i % 7 == 0:
            outbox.drain()
    outbox.close()
    assert (tmp_path / "a").read_bytes() == b"".join(b"%03d" % i for i in range(100))


def test_nothing_is_written_before_it_is_asked_for(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "a")
    outbox.write(b"abc")
    assert (tmp_path / "a").read_bytes() == b""
    outbox.close()


def test_what_is_drained_arrives_without_being_waited_for(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "a")
    outbox.write(b"abc")
    outbox.drain()
    deadline_s = time.monotonic() + 10.0
    while (tmp_path / "a").read_bytes() != b"abc":
        assert time.monotonic() < deadline_s
        time.sleep(0.001)
    outbox.close()


def test_a_disk_that_takes_a_part_gets_the_rest_later(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "a")
    with full_disk_at(10):
        outbox.write(b"0123456789abcdef")
        outbox.settle()
        assert (tmp_path / "a").read_bytes() == b"0123456789"
        assert "wait for the disk" in outbox.fault
    outbox.close()
    assert outbox.fault == ""
    assert (tmp_path / "a").read_bytes() == b"0123456789abcdef"


def test_what_waits_is_bounded_and_giving_up_is_final(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "a", limit_bytes=8)
    with full_disk_at(4):
        outbox.write(b"01234567")
        outbox.settle()
        assert "wait for the disk" in outbox.fault
        outbox.write(b"89abc")
        outbox.settle()
        assert outbox.fault == "recording stopped: File too large"
    outbox.write(b"later")
    outbox.close()
    assert outbox.fault.startswith("recording stopped")
    assert (tmp_path / "a").read_bytes() == b"0123"


def test_a_disk_that_hangs_holds_nobody_up_is_said_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STALLED_S", 0.05)
    with hanging_disk(tmp_path / "a") as drain:
        outbox = _on_a_pipe(tmp_path / "a")
        for part in (b"one", b"two"):
            outbox.write(part)
            outbox.drain()
        deadline_s = time.monotonic() + 10.0
        while not outbox.fault:
            assert time.monotonic() < deadline_s
            time.sleep(0.001)
        assert outbox.fault.startswith("the disk is 0 s behind; ")
        outbox.settle()
        assert outbox.taken_bytes == 0
        drain()
        while outbox.fault:
            assert time.monotonic() < deadline_s
            time.sleep(0.001)
        assert outbox.taken_bytes == 6
        outbox.close()


def test_a_disk_that_answers_but_falls_behind_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STALLED_S", 0.2)
    monkeypatch.setattr(module, "os", slow := _SlowSystem(0.1))
    outbox = Outbox(tmp_path / "a")
    for _ in range(6):
        outbox.write(b"x")
        outbox.drain()
    deadline_s = time.monotonic() + 10.0
    while "behind" not in outbox.fault:
        assert time.monotonic() < deadline_s
        time.sleep(0.001)
    slow.pause_s = 0.0
    outbox.close()
    assert outbox.fault == ""
    assert (tmp_path / "a").read_bytes() == b"xxxxxx"


def test_closing_on_a_disk_that_hangs_ends_and_says_that_the_end_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STALLED_S", 0.05)
    with hanging_disk(tmp_path / "a") as drain:
        outbox = _on_a_pipe(tmp_path / "a")
        outbox.write(b"one")
        outbox.close()
        assert outbox.fault == "recording cut: the disk is 0 s behind"
        drain()


def test_a_disk_that_is_full_at_the_end_says_that_the_end_is_missing(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "a")
    with full_disk_at(4):
        outbox.write(b"01234567")
        outbox.close()
    assert outbox.fault == "recording cut: File too large"
    assert (tmp_path / "a").read_bytes() == b"0123"


def test_what_the_disk_has_and_has_room_for_is_known_while_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = Outbox(tmp_path / "a")
    assert (outbox.taken_bytes, outbox.free_bytes) == (0, 0)
    outbox.write(b"abc")
    outbox.settle()
    assert outbox.taken_bytes == 3
    assert outbox.free_bytes > 0
    monkeypatch.setattr(module, "STALLED_S", -1.0)
    assert outbox.free_bytes == 0, "too long ago"
    monkeypatch.undo()
    outbox.close()


class _SlowSystem:
    """The operating system, whose writes take their time."""

    def __init__(self, pause_s: float) -> None:
        self.pause_s = pause_s

    def write(self, descriptor: int, data: bytes) -> int:
        time.sleep(self.pause_s)
        return os.write(descriptor, data)

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)


def _on_a_pipe(path: Path) -> Outbox:
    """An Outbox whose file is a pipe that exists; it makes only files that do not."""
    outbox = Outbox(path.with_suffix(".new"))
    pipe = os.open(path, os.O_WRONLY)
    os.dup2(pipe, outbox._descriptor)  # noqa: SLF001
    os.close(pipe)
    return outbox


@pytest.mark.parametrize("name", ["missing/a", ""])
def test_a_file_that_cannot_be_made_is_an_error_at_once(tmp_path: Path, name: str) -> None:
    threads = threading.active_count()
    with pytest.raises(OSError):
        Outbox(tmp_path / name)
    assert threading.active_count() == threads
