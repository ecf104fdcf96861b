"""Typed access to numba: `@kernel` compiles once and loads from the cache afterwards.

numba's own cache looks at the file of a function alone, so that a change in a
function that it calls from another file would go unseen. Here a cached kernel is
valid as long as its own code, the constants that it reads and every kernel
that it calls are the same.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable
from types import CodeType
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
from numba import njit, types
from numba.core import sigutils
from numba.core.caching import FunctionCache, IndexDataCacheFile

P = ParamSpec("P")
R = TypeVar("R")

_FUNCTIONS: dict[int, Callable[..., Any]] = {}
_FINGERPRINTS: dict[int, str] = {}
"""Both by the id of a dispatcher; dispatchers live as long as their modules."""
_SHOWN = 12
"""Digits of a fingerprint in file names, so that no two versions share a file."""


class _KernelCache(FunctionCache):
    """numba's cache of one function, valid by fingerprint instead of by file time.

    The fingerprint is taken at the first use: only then are all the functions there that
    the kernel calls.
    """

    def __init__(self, function: Callable[..., Any], key: int) -> None:
        super().__init__(function)
        self._key = key
        self._found = False

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled code of a signature, or None."""
        self._find()
        return super().load_overload(sig, target_context)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the compiled code of a signature."""
        self._find()
        super().save_overload(sig, data)

    def _find(self) -> None:
        if self._found:
            return
        fingerprint = _fingerprint(self._key)
        self._cache_file = IndexDataCacheFile(
            cache_path=self.cache_path,
            filename_base=f"{self._impl.filename_base}-{fingerprint[:_SHOWN]}",
            source_stamp=fingerprint,
        )
        self._found = True


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """`function`, compiled at its first call; strict IEEE arithmetic, so that runs repeat.

    Floating-point division by zero gives inf or NaN, as in numpy: the plant's own
    check finds them.
    """
    dispatcher: Any = njit(fastmath=False, error_model="numpy")(function)
    _FUNCTIONS[id(dispatcher)] = function
    # numba has no setting for the cache of a dispatcher.
    dispatcher._cache = _KernelCache(function, id(dispatcher))  # noqa: SLF001
    compile_one = dispatcher.compile

    def compile_plain(signature: Any) -> Any:
        """Without it every constant argument gets a copy of the kernel, at twice the time."""
        arguments, _ = sigutils.normalize_signature(signature)
        plain = (types.unliteral(argument) for argument in arguments)
        return compile_one(tuple(plain))

    dispatcher.compile = compile_plain
    return cast("Callable[P, R]", dispatcher)


def _fingerprint(key: int) -> str:
    """Of a kernel with all that it reads and calls."""
    if key not in _FINGERPRINTS:
        _FINGERPRINTS[key] = "recursive"
        _FINGERPRINTS[key] = _digest(_FUNCTIONS[key])
    return _FINGERPRINTS[key]


def _digest(function: Callable[..., Any]) -> str:
    digest = hashlib.sha256()
    _add_code(digest, function.__code__)
    for name in sorted(_names(function.__code__)):
        if name in function.__globals__:
            digest.update(f"{name}={_seen(function.__globals__[name])}".encode())
    return digest.hexdigest()


def _seen(value: Any) -> str:
    """What a kernel sees of a global."""
    if id(value) in _FUNCTIONS:
        return _fingerprint(id(value))
    if isinstance(value, np.ndarray):
        # Its repr rounds, and leaves out the middle of what is long.
        return f"{value.dtype}{value.shape}{hashlib.sha256(value.tobytes()).hexdigest()}"
    return repr(list(value) if isinstance(value, enum.EnumType) else value)


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
