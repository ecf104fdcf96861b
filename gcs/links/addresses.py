"""Socket addresses as text: `host:port`, with brackets around an IPv6 host."""

from __future__ import annotations

from typing import Any, TypeAlias

SocketAddress: TypeAlias = tuple[Any, ...]
"""What the socket module gives: (host, port), with two more fields for IPv6."""


def format_address(address: SocketAddress) -> str:
    """`host:port` of a socket address."""
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of `host:port`; ValueError if it is not that."""
    host, colon, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f'expected "host:port", got {text!r}')
    return host, int(port)
