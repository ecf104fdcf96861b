"""Many seeds of one mission on all cores: how they end, and how the numbers are spread."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import numpy as np

from firmware_sim.conditions import with_drawn_wind
from firmware_sim.flying import fly
from firmware_sim.scenario import make_scenario
from gcs.config.loading import Mission

_NOT_DOWN = "not down"


@dataclass(frozen=True, slots=True)
class Landing:
    """How one seed ended. NaN where it never came down."""

    seed: int
    ending: str
    reason: str
    vertical_speed_m_s: float
    lateral_speed_m_s: float
    tilt_deg: float
    miss_m: float
    propellant_kg: float


def land(
    mission: Mission, faults: Path | None, commit: bool, most_wind_m_s: float | None, seed: int
) -> Landing:
    """Fly one seed to its end, with `most_wind_m_s` in a wind drawn by the seed."""
    if most_wind_m_s is not None:
        mission = with_drawn_wind(mission, most_wind_m_s, seed)
    flight = fly(make_scenario(mission, seed, 0, faults), commit=commit, trace=False)
    if flight.outcome is None:
        return Landing(seed, _NOT_DOWN, "", *[math.nan] * 5)
    t = flight.outcome.touchdown
    return Landing(
        seed=seed,
        ending=str(flight.outcome.ending),
        reason=flight.outcome.reason,
        vertical_speed_m_s=t.vertical_speed_m_s,
        lateral_speed_m_s=t.lateral_speed_m_s,
        tilt_deg=math.degrees(t.tilt_rad),
        miss_m=t.miss_m,
        propellant_kg=t.propellant_kg,
    )


def land_all(
    mission: Mission,
    seeds: range,
    jobs: int,
    faults: Path | None = None,
    commit: bool = True,
    most_wind_m_s: float | None = None,
) -> Iterator[Landing]:
    """Fly every seed, `jobs` at a time, in order of seed."""
    one = partial(land, mission, faults, commit, most_wind_m_s)
    if jobs == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(one, seeds)


def report(landings: list[Landing]) -> Iterator[str]:
    """The endings, the spread of each number, and every flight that did not stand."""
    endings = Counter(landing.ending for landing in landings)
    counts = ", ".join(f"{count} {ending}" for ending, count in endings.most_common())
    yield f"{len(landings)} flights: {counts}"
    if down := [landing for landing in landings if landing.ending != _NOT_DOWN]:
        yield from _spreads(down)
    yield from _failures(landings)


def _spreads(down: list[Landing]) -> Iterator[str]:
    yield f"{'':20}{'median':>9}{'95 %':>9}{'worst':>9}"
    for name, unit in (
        ("miss_m", "m"),
        ("vertical_speed_m_s", "m/s"),
        ("lateral_speed_m_s", "m/s"),
        ("tilt_deg", "deg"),
    ):
        values = np.array([getattr(landing, name) for landing in down])
        median, high = np.percentile(values, (50, 95))
        title = f"{name.removesuffix('_' + unit.replace('/', '_')).replace('_', ' ')}, {unit}"
        yield f"{title:20}{median:9.2f}{high:9.2f}{values.max():9.2f}"
    propellant = np.array([landing.propellant_kg for landing in down])
    yield f"{'propellant left, kg':20}{np.median(propellant):9.0f}{'':9}{propellant.min():9.0f}"


def _failures(landings: list[Landing]) -> Iterator[str]:
    for landing in landings:
        if landing.ending != "stable":
            why = f", {landing.reason}" if landing.reason else ""
            yield f"seed {landing.seed}: {landing.ending}{why}"


def write_csv(landings: list[Landing], path: Path) -> None:
    """A row a seed."""
    names = [field.name for field in fields(Landing)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([getattr(landing, name) for name in names] for landing in landings)
