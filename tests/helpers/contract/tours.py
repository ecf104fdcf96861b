"""Walks through a phase table that take every row from every phase it leaves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from gcs.config.loading import Mission
from gcs.config.mission import TransitionConfig
from gcs.decision.phases import build_phases
from tests.helpers.contract.bench import Bench
from tests.helpers.contract.conditions import Direct, Point, Row
from tests.helpers.contract.rig import START_NS


@dataclass(frozen=True)
class Stop:
    """A point that has held for `after_ns`, and the phase that it leads to."""

    point: Point
    after_ns: int
    phase: str


Tour = tuple[Stop, ...]


def walk(bench: Bench, rows: Sequence[TransitionConfig], tour: Sequence[Stop]) -> list[str]:
    """The phase after every stop, with this table. A table with problems leads nowhere."""
    machine, problems = build_phases(_with_rows(bench.mission, rows), bench.dictionary)
    if problems:
        return []
    now_ns, phases = START_NS, []
    for stop in tour:
        now_ns += 10**9
        # Nothing is known at first, so that no `held` remembers the stop before.
        machine.step(Direct(bench.dictionary, {}, now_ns), now_ns)
        for after_ns in sorted({0, stop.after_ns}):
            view = Direct(bench.dictionary, stop.point, now_ns + after_ns)
            machine.step(view, now_ns + after_ns)
        now_ns += stop.after_ns
        phases.append(machine.phase)
    return phases


def _with_rows(mission: Mission, rows: Sequence[TransitionConfig]) -> Mission:
    config = mission.config.model_copy(update={"transition": tuple(rows)})
    return replace(mission, config=config)


def tours_of(bench: Bench, witnesses: Mapping[int, Sequence[Row]]) -> dict[str, Tour]:
    """`origin -> to, row i` -> the shortest walk that ends by it. `witnesses`: row -> truths."""
    rows = bench.mission.config.transition
    first = bench.mission.config.phase[0].id
    ways: dict[str, Tour] = {first: ()}
    found: dict[str, Tour] = {}
    waiting = deque([first])
    while waiting:
        phase = waiting.popleft()
        for i, row in enumerate(rows):
            if phase not in row.origin:
                continue
            tour = _through(bench, ways[phase], row.to, witnesses[i])
            if tour is None:
                continue
            found[f"{phase} -> {row.to}, row {i}"] = tour
            if row.to not in ways:
                ways[row.to] = tour
                waiting.append(row.to)
    for i, j in pairwise(range(len(rows))):
        for phase in (p for p in rows[i].origin if p in rows[j].origin and p in ways):
            both = list(_joint(witnesses[i], witnesses[j]))
            tour = _through(bench, ways[phase], rows[i].to, both)
            if tour is not None:
                found[f"{phase} -> {rows[i].to}, row {i} before row {j}"] = tour
    return found


def _joint(first: Sequence[Row], second: Sequence[Row]) -> Iterator[Row]:
    """Points at which two conditions are both true, where their witnesses go together."""
    for one, other in product(first, second):
        shared = one.point.keys() & other.point.keys()
        agree = all(one.point[name] == other.point[name] for name in shared)
        if one.truth is True and other.truth is True and agree:
            after_ns = max(one.after_ns, other.after_ns)
            yield Row({**one.point, **other.point}, after_ns, True)


def _through(bench: Bench, way: Tour, to: str, witnesses: Sequence[Row]) -> Tour | None:
    rows = bench.mission.config.transition
    for witness in witnesses:
        if witness.truth is True:
            tour = (*way, Stop(witness.point, witness.after_ns, to))
            if walk(bench, rows, tour)[-1] == to:
                return tour
    return None
