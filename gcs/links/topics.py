"""MQTT topic names and filters (MQTT 5.0, section 4.7)."""

from __future__ import annotations


def topic_matches(pattern: str, topic: str) -> bool:
    """Whether a topic filter covers a topic.

    `+` stands for one level, a last `#` for the parent and all below. Neither
    covers a first level that begins with `$` (4.7.2).
    """
    levels, parts = pattern.split("/"), topic.split("/")
    if topic.startswith("$") and levels[0] in ("+", "#"):
        return False
    if levels[-1] == "#":
        levels = levels[:-1]
        if len(parts) < len(levels):
            return False
        parts = parts[: len(levels)]
    return len(levels) == len(parts) and all(
        level in ("+", part) for level, part in zip(levels, parts, strict=True)
    )


def valid_topic(topic: str) -> bool:
    """Whether `topic` can be published to: not empty, no wildcard, no NUL, at most 64 KiB."""
    return (
        bool(topic)
        and not any(character in topic for character in "+#\0")
        and len(topic.encode("utf-8", "surrogatepass")) <= 65_535
    )
