"""Typed access to numba: `@kernel` compiles once and loads from the cache afterwards.

numba's own cache looks at the file of a function alone, so that a change in a
function that it calls from another file would go unseen. Here a cached kernel is
valid as long as its own code, the constants that it reads and every kernel
that it calls are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import CodeType
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

P = ParamSpec("P")
R = TypeVar("R")

_FINGERPRINTS: dict[int, str] = {}
"""By the id of a dispatcher; dispatchers live as long as their modules."""


class _KernelCache(FunctionCache):
    """numba's cache of one function, valid by fingerprint instead of by file time."""

    def __init__(self, function: Callable[..., Any], fingerprint: str) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        self._cache_file = IndexDataCacheFile(  # type: ignore[no-untyped-call]
            cache_path=self.cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=fingerprint,
        )


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, compiled at its first call; strict IEEE arithmetic, so that runs repeat.

    Floating-point division by zero gives inf or NaN, as in numpy: the plant's own
    check finds them.
    """
    dispatcher: Any = njit(fastmath=False, error_model="numpy")(function)
    fingerprint = _fingerprint(function)
    _FINGERPRINTS[id(dispatcher)] = fingerprint
    # numba has no setting for the cache of a dispatcher.
    dispatcher._cache = _KernelCache(function, fingerprint)  # noqa: SLF001
    return cast("Callable[P, R]", dispatcher)


def _fingerprint(function: Callable[..., Any]) -> str:
    digest = hashlib.sha256()
    _add_code(digest, function.__code__)
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            value = function.__globals__[name]
            digest.update(f"{name}={_FINGERPRINTS.get(id(value)) or value!r}".encode())
    return digest.hexdigest()


def _names(code: CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return set(code.co_names).union(*(_names(const) for const in inner))


def _add_code(digest: Any, code: CodeType) -> None:
    digest.update(code.co_code)
    for const in code.co_consts:
        if isinstance(const, CodeType):
            _add_code(digest, const)
        else:
            digest.update(repr(const).encode())
    digest.update(repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
