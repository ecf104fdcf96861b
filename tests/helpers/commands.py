"""The commands as a user runs them: processes of their own, watched from outside.

Every process that a test starts, and every process that those start, carries a mark
in its environment, so that what is left behind is found wherever it has gone.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gcs.cli import main
from gcs.config.loading import CONFIGS
from tests.links.harness import free_port

MARK = "LANDFALL_TEST_MARK"
_PORT = re.compile(r"^port = \d+$", re.MULTILINE)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    exit_code: int
    out: str
    err: str

    @property
    def problems(self) -> list[str]:
        """What it complained of, line by line."""
        return self.err.splitlines()


@dataclass(frozen=True)
class Process:
    """A process as the kernel tells of it."""

    pid: int
    command: tuple[str, ...]
    files: frozenset[Path]

    def option(self, name: str) -> str:
        """The value of an option of its command."""
        return self.command[self.command.index(name) + 1]


def gcs(*arguments: object, within_s: float = 30.0, cwd: Path | None = None) -> Ended:
    """Run a command to its end."""
    ended = subprocess.run(
        [sys.executable, "-m", "gcs.cli", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within_s,
        cwd=cwd,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def gcs_here(capfd: pytest.CaptureFixture[str], *arguments: object) -> Ended:
    """Run a command in this process, which is faster; its children's words count too."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    capfd.readouterr()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["gcs", *map(str, arguments)])
            with pytest.raises(SystemExit) as ended:
                main()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Ended(int(ended.value.code or 0), *capfd.readouterr())


@dataclass
class Running:
    """A command that runs; what it printed so far is in `lines`."""

    process: subprocess.Popen[str]
    mark: str
    temporary: Path
    lines: list[str] = field(default_factory=list)

    def until(self, text: str) -> str:
        """Read on to the first line that holds `text`; AssertionError when it ends before."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"{text!r} was never printed:\n{''.join(self.lines[-30:])}")

    def end(self) -> Ended:
        """Wait for its end."""
        rest, err = self.process.communicate()
        return Ended(self.process.returncode, "".join(self.lines) + rest, err)

    def processes(self) -> tuple[Process, ...]:
        """It and its descendants, alive now."""
        entries = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
        marked = (_marked(entry, self.mark) for entry in entries)
        return tuple(process for process in marked if process is not None)

    def part(self, *words: str) -> Process:
        """The one process whose command has all these words."""
        (found,) = (p for p in self.processes() if set(words) <= set(p.command))
        return found

    def left_behind(self) -> tuple[object, ...]:
        """Processes and temporary files, a socket's among them, that are still there."""
        return (*self.processes(), *self.temporary.iterdir())


def _marked(entry: Path, mark: str) -> Process | None:
    """The process of a /proc entry, if it carries the mark and has not ended."""
    try:
        if f"{MARK}={mark}".encode() not in (entry / "environ").read_bytes().split(b"\0"):
            return None
        command = (entry / "cmdline").read_bytes().decode().split("\0")
        files = frozenset(f.readlink() for f in (entry / "fd").iterdir())
    except OSError:  # it ended meanwhile, or is somebody else's
        return None
    return Process(int(entry.name), tuple(command), files)


@contextmanager
def running(*arguments: object, within_s: float = 180.0) -> Iterator[Running]:
    """A command for the length of the block; killed with all its processes after `within_s`."""
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="lf-", ignore_cleanup_errors=True) as temporary:
        process = subprocess.Popen(
            [sys.executable, "-m", "gcs.cli", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, MARK: mark, "TMPDIR": temporary},
            start_new_session=True,
        )
        command = Running(process, mark, Path(temporary))
        deadline = threading.Timer(within_s, _kill, (command,))
        deadline.start()
        try:
            with process:
                yield command
                # A test that failed half-way must not wait for the flight's end.
                _kill(command)
        except BaseException:
            _kill(command)
            raise
        finally:
            deadline.cancel()


def _kill(command: Running) -> None:
    for process in command.processes():
        os.kill(process.pid, signal.SIGKILL)


def hop_variant(directory: Path, **additions: str) -> Path:
    """The shipped hop and all it names, copied, on free ports; text added to files by stem."""
    configs = directory / "configs"
    shutil.copytree(CONFIGS, configs)
    mission = configs / "missions" / "xzy1-hop.toml"
    mission.write_text(_PORT.sub(lambda _: f"port = {free_port()}", mission.read_text()))
    for stem, text in additions.items():
        (file,) = configs.rglob(f"{stem}.toml")
        file.write_text(file.read_text() + text)
    return mission


def replace_in(file: Path, *changes: tuple[str, str]) -> None:
    """Replace each text's first occurrence; AssertionError where it does not occur."""
    text = file.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file.write_text(text)


def ports_of(mission: Path) -> list[int]:
    """The ports of a mission's links, in file order: three flight computers, the broker."""
    return [int(found.group().split()[-1]) for found in _PORT.finditer(mission.read_text())]
