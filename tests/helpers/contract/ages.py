"""The scenes of a criterion that watches how old a word is: said once, then silence."""

from __future__ import annotations

from collections.abc import Iterator

from gcs.clock import SECOND_NS
from gcs.config.criteria import CriterionConfig
from gcs.decision.criterion import Criterion
from gcs.messages import CriterionState
from tests.helpers.contract.bench import Bench, handles_of
from tests.helpers.contract.limits import CAUTION, GO, NO_GO, UNKNOWN, Edge, Look, Scene, edges_of
from tests.helpers.contract.rig import Step


class Age:
    """One parameter, and the ages at which it is too old."""

    def __init__(self, bench: Bench, criterion: Criterion, config: CriterionConfig) -> None:
        self.criterion = criterion
        self.edges = edges_of(config)
        (self.handle,) = self.handles = handles_of(bench, criterion.expression)
        assert not criterion.trip_after_ns
        assert not criterion.clear_after_ns
        self.windowed = False

    @property
    def handle_levels(self) -> dict[str, float | None]:
        """It says something."""
        return {self.handle.name: self.handle.parameter.high}


def is_age(config: CriterionConfig) -> bool:
    """Whether a criterion's value is the age of a parameter."""
    return (config.value or "").startswith("age(")


def scenes_of(age: Age) -> Iterator[Scene]:
    """Unknown while never said; then good, until it is older than each limit by a nanosecond."""
    silence: dict[str, float | None] = {age.handle.name: None}
    yield Scene(
        "never said", (Look(Step(0, silence), UNKNOWN), Look(Step(10**12, silence), UNKNOWN))
    )
    for edge in age.edges:
        at_ns = round(edge.at * SECOND_NS)
        looks = (
            Look(Step(0, age.handle_levels), GO),
            Look(Step(at_ns, silence), _within(age.edges, edge)),
            Look(Step(1, silence), NO_GO if edge.kind == "no_go" else CAUTION),
            Look(Step(0, age.handle_levels), GO),
        )
        yield Scene(f"{edge.kind}: said, grown old, and said anew", looks)


def _within(edges: list[Edge], edge: Edge) -> CriterionState:
    """What the age of this limit is by the others."""
    cautions = [other for other in edges if other.kind == "caution" and other is not edge]
    return CAUTION if any(other.is_out(edge.at) for other in cautions) else GO
