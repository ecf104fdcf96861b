"""All that a run leaves behind: its inputs, its Snapshots' digests, its events and its audit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gcs.messages import Input, Outputs
from gcs.recording.auditor import Auditor, Finding, canonical
from gcs.recording.chain import CLOSED, Chain, Entry, first_hash
from gcs.recording.digest import snapshot_digest
from gcs.recording.header import RecordingHeader
from gcs.recording.recorder import Recorder


class AuditLog:
    """Turns what happened into chained entries."""

    def __init__(self, header: RecordingHeader) -> None:
        self._auditor = Auditor()
        self._chain = Chain(first_hash(header))
        self._count = 0

    @property
    def head(self) -> str:
        """The hash of the last entry, hex."""
        return self._chain.head

    def see(self, now_ns: int, batch: Sequence[Input], outputs: Outputs) -> list[bytes]:
        """The entries of one step, as they are recorded."""
        return [self._sealed(now_ns, finding) for finding in self._auditor.see(batch, outputs)]

    def close(self, now_ns: int) -> bytes:
        """The entry that says that nothing is missing after it."""
        return self._sealed(now_ns, Finding(CLOSED, "", "the recording was closed", {}))

    def _sealed(self, now_ns: int, finding: Finding) -> bytes:
        self._count += 1
        entry = Entry(
            number=self._count,
            at_ns=now_ns,
            t_ns=self._auditor.t_ns,
            kind=finding.kind,
            subject=finding.subject,
            text=finding.text,
            facts=canonical(finding.facts),
        )
        return self._chain.append(entry).encoded()


class Journal:
    """Records one run: `step` before each call of `Station.step`, `decided` after it."""

    def __init__(self, path: Path, header: RecordingHeader) -> None:
        """Create the file with its header; FileExistsError rather than overwrite one."""
        self._recorder = Recorder(path, header)
        self._audit = AuditLog(header)
        self._batch: tuple[Input, ...] = ()
        self._now_ns = header.created_ns
        self._closed = False

    @property
    def path(self) -> Path:
        """The file."""
        return self._recorder.path

    @property
    def fault(self) -> str:
        """What is wrong with the recording, one sentence; empty where nothing is."""
        return self._recorder.fault

    @property
    def recorded_bytes(self) -> int:
        """How much of the file the operating system has."""
        return self._recorder.recorded_bytes

    @property
    def disk_free_bytes(self) -> int:
        """Free space beside the file; 0 where the disk has not answered of late."""
        return self._recorder.disk_free_bytes

    def step(self, now_ns: int, batch: Sequence[Input]) -> None:
        """Record what goes in; before it does, so that what crashed a step is kept."""
        self._batch, self._now_ns = tuple(batch), now_ns
        self._recorder.step(now_ns, batch)

    def decided(self, now_ns: int, outputs: Outputs) -> None:
        """Record what came out of the step that was recorded last."""
        for event in outputs.events:
            self._recorder.event(event)
        for snapshot in outputs.snapshots:
            self._recorder.digest(now_ns, snapshot.sequence, snapshot_digest(snapshot))
        for entry in self._audit.see(now_ns, self._batch, outputs):
            self._recorder.audit(now_ns, entry)

    def settle(self) -> None:
        """Wait for the disk; for who records faster than time passes."""
        self._recorder.settle()

    def close(self) -> None:
        """Say that nothing is missing, and close the file."""
        if not self._closed:
            self._closed = True
            self._recorder.audit(self._now_ns, self._audit.close(self._now_ns))
            self._recorder.close()
