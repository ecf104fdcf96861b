"""Finds the shared test data, which is not part of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[3] / "shared" / "data"


def shared_data(relative: str) -> Path:
    """Path of a shared data file; skips the test, by name, where it is absent."""
    path = _SHARED / relative
    if not path.exists():
        pytest.skip(f"shared data absent: {relative}")
    return path
