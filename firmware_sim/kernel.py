"""Typed access to numba: `@kernel` compiles once and loads from the cache afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, compiled at its first call; strict IEEE arithmetic, so that runs repeat."""
    return cast("Callable[P, R]", njit(cache=True, fastmath=False)(function))
