"""A criterion with its witnesses, whichever kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tests.helpers.contract import limits, requirements
from tests.helpers.contract.bench import Bench, benches, handles_of
from tests.helpers.contract.faults import Subject
from tests.helpers.contract.limits import CAUTION, GO, NO_GO, UNKNOWN, Look, Scene, Solution
from tests.helpers.contract.requirements import Requirement
from tests.helpers.contract.rig import Levels, Step

_TWO_LOSE: Levels = {"link.fc_a.loss": 0.9, "link.fc_b.loss": 0.2 + 1e-6, "link.fc_c.loss": 0.0}
_ONE_LOSES: Levels = {"link.fc_a.loss": 0.9, "link.fc_b.loss": 0.0, "link.fc_c.loss": 0.0}
_TWO_LOSE_SOME: Levels = {"link.fc_a.loss": 0.9, "link.fc_b.loss": 0.1, "link.fc_c.loss": 0.0}

_LOSSES = (
    Scene(
        "one of three loses",
        (Look(Step(0, _ONE_LOSES), UNKNOWN), Look(Step(10**10, _ONE_LOSES), GO)),
    ),
    Scene("two of three lose", (Look(Step(0, _TWO_LOSE), NO_GO),)),
    Scene(
        "two of three lose some",
        (Look(Step(0, _TWO_LOSE_SOME), UNKNOWN), Look(Step(10**10, _TWO_LOSE_SOME), CAUTION)),
    ),
)

LANDINGS = ("falcon9-like", "xzy1-booster", "xzy1-cargo", "xzy1-hop")
"""The missions that land on a deck."""

# The search turns the three losses alike, which does not tell a median from a maximum.
BY_HAND: dict[str, tuple[Scene, ...]] = {f"{mission}:vehicle_loss": _LOSSES for mission in LANDINGS}
"""Witnesses that the search cannot find: `mission:criterion` -> scenes."""


def shipped() -> list[str]:
    """`mission:criterion` of every criterion of every shipped mission."""
    return [f"{bench.id}:{name}" for bench in benches().values() for name in bench.configs()]


def is_windowed(key: str) -> bool:
    """Whether a shipped criterion looks back."""
    mission, name = key.split(":")
    bench = benches()[mission]
    handles = handles_of(bench, bench.criterion(name).expression)
    return any(handle.windowed for handle in handles)


def has_limits(key: str) -> bool:
    """Whether a shipped criterion holds a value to limits, not a condition to be true."""
    mission, name = key.split(":")
    return benches()[mission].configs()[name].value is not None


def subject_of(bench: Bench, name: str) -> Subject:
    """A criterion's witnesses. ToothlessError where it cannot fail, or cannot pass."""
    config, criterion = bench.configs()[name], bench.criterion(name)
    kind = Solution if config.require is None else Requirement
    return kind(bench, criterion, config)


@cache
def shipped_subject(key: str) -> tuple[Bench, Subject]:
    """A shipped criterion by its `mission:criterion`."""
    mission, name = key.split(":")
    bench = benches()[mission]
    return bench, subject_of(bench, name)


def scenes_of(key: str) -> Iterator[Scene]:
    """Every scene of a shipped criterion."""
    subject = shipped_subject(key)[1]
    if isinstance(subject, Solution):
        yield from limits.scenes_of(subject)
    else:
        yield from requirements.scenes_of(subject)
    yield from BY_HAND.get(key, ())
