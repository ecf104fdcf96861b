from __future__ import annotations

from pathlib import Path

import pytest

from gcs.recording.outbox import Outbox
from tests.recording.samples import full_disk_at


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


def test_a_disk_that_takes_a_part_gets_the_rest_later(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "a")
    with full_disk_at(10):
        outbox.write(b"0123456789abcdef")
        outbox.drain()
        assert (tmp_path / "a").read_bytes() == b"0123456789"
        assert "wait for the disk" in outbox.fault
    outbox.close()
    assert outbox.fault == ""
    assert (tmp_path / "a").read_bytes() == b"0123456789abcdef"


def test_what_waits_is_bounded_and_giving_up_is_final(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "a", limit_bytes=8)
    with full_disk_at(4):
        outbox.write(b"0123456789ab")
        outbox.drain()
        assert "wait for the disk" in outbox.fault
        outbox.write(b"c")
        outbox.drain()
        assert outbox.fault.startswith("recording stopped")
    outbox.write(b"later")
    outbox.drain()
    outbox.close()
    assert outbox.fault.startswith("recording stopped")
    assert (tmp_path / "a").read_bytes() == b"0123"


@pytest.mark.parametrize("name", ["missing/a", ""])
def test_a_file_that_cannot_be_made_is_an_error_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError):
        Outbox(tmp_path / name)
