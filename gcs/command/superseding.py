"""Which command takes the place of which, and which one may not.

Theory of operation. Two commands contradict each other where a target can obey only one of
them. Any two do that go to the vehicle. Two orders do to the barge where they are the same,
or where the effect of both is read off a parameter that they share: gangway up and gangway
down, but not fire monitors and deck lights. A command supersedes what contradicts it and
may still be sent again, so that a retry can never arrive behind what was to replace it.
But what is no stop supersedes no stop: while one is under way, what contradicts it is
refused, whoever asks. A stop supersedes a stop, for the newer one knows more.

A stop is what a gate's NO-GO sends, and what may be sent without knowing that it is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable

from gcs.command.rules import CommandRules


def contradict(one: CommandRules, other: CommandRules) -> bool:
    """Whether a target can obey only one of them. What goes to the vehicle names no order."""
    if one.config.target != other.config.target:
        return False
    same = one.config.order == other.config.order
    return same or not one.effect_reads.isdisjoint(other.effect_reads)


def stop_under_way(asked: CommandRules, under_way: Iterable[CommandRules]) -> str:
    """Why a command may not go out beside what is under way; empty where it may."""
    for rules in under_way:
        if rules.stop and not asked.stop and contradict(asked, rules):
            return f"{rules.config.id} is on its way"
    return ""
