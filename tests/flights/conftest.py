from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Where a flight is recorded, in memory where it can be: a station waits for its disk, and
    faster than life it has no time to wait while others write."""
    with tempfile.TemporaryDirectory(prefix="lf-", dir=_MEMORY if _MEMORY.is_dir() else None) as d:
        yield Path(d)
