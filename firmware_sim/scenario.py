"""What is simulated: a mission's simulation checked against its vehicle, barge and links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firmware_sim.fault_targets import Targets, load_faults
from firmware_sim.faults import COMPUTERS
from gcs.config.barge import BargeFile, BargeModel, HullFile
from gcs.config.faults import FaultsFile
from gcs.config.loading import Mission
from gcs.config.mission import SourceConfig
from gcs.config.problems import ConfigError, Problem
from gcs.config.simulation import SimulationConfig
from gcs.config.vehicle import VehicleModel
from gcs.telemetry.mavlink.dialect import Dialect, DialectError, load_dialect


@dataclass(frozen=True)
class Unit:
    """A flight computer's identity on its link."""

    source: str
    link: str
    system: int
    component: int


@dataclass(frozen=True)
class Scenario:
    """Everything that a world is made from; the same scenario makes the same bytes.

    `start_ns` is when it starts, since the Unix epoch or whatever the links' clock counts from.
    """

    seed: int
    start_ns: int
    simulation: SimulationConfig
    vehicle: VehicleModel
    barge: BargeFile
    barge_model: BargeModel
    hull: HullFile
    dialect: Dialect
    units: tuple[Unit, ...]
    barge_link: str
    barge_root: str
    targets: Targets
    faults: FaultsFile


def make_scenario(
    mission: Mission, seed: int, start_ns: int = 0, faults: Path | None = None
) -> Scenario:
    """The scenario of a mission, with the timeline of a faults file.

    ConfigError with all that the mission lacks for being simulated and all that is wrong with the
    faults.
    """
    problems = list(_problems(mission))
    dialect = _dialect(mission, problems)
    units = tuple(_units(mission))
    targets = Targets([unit.source for unit in units], [link.id for link in mission.config.link])
    timeline = _timeline(faults, targets, problems)
    simulation, vehicle, barge = mission.config.simulation, mission.vehicle, mission.barge
    source = _barge_source(mission, simulation) if simulation is not None else None
    if (
        problems
        or dialect is None
        or simulation is None
        or source is None
        or vehicle is None
        or vehicle.model is None
        or barge is None
        or barge.model is None
        or mission.hull is None
    ):
        raise ConfigError(problems)
    return Scenario(
        seed=seed,
        start_ns=start_ns,
        simulation=simulation,
        vehicle=vehicle.model,
        barge=barge,
        barge_model=barge.model,
        hull=mission.hull,
        dialect=dialect,
        units=units,
        barge_link=source.links[0],
        barge_root=source.root,
        targets=targets,
        faults=timeline,
    )


def _timeline(path: Path | None, targets: Targets, problems: list[Problem]) -> FaultsFile:
    if path is not None:
        try:
            return load_faults(path, targets)
        except ConfigError as error:
            problems += error.problems
    return FaultsFile()


def _problems(mission: Mission) -> Iterator[Problem]:
    head = mission.config.mission
    simulation = mission.config.simulation
    if simulation is None:
        yield Problem(mission.file, "simulation", "expected a table: the simulator needs it")
    elif _barge_source(mission, simulation) is None:
        yield Problem(
            mission.file,
            "simulation.barge_source",
            f"no barge source with a link is called {simulation.barge_source!r}",
        )
    if mission.vehicle is None or mission.vehicle.model is None:
        yield Problem(head.vehicle or mission.file, "model", "expected a table to simulate")
    if mission.barge is None or mission.barge.model is None:
        yield Problem(head.barge or mission.file, "model", "expected a table to simulate")
    if len(list(_units(mission))) != COMPUTERS:
        message = f"expected {COMPUTERS} mavlink sources with flight_computer = true"
        yield Problem(mission.file, "source", message)
    yield from _fit_problems(mission)


def _fit_problems(mission: Mission) -> Iterator[Problem]:
    """A deck must hold the legs, and keep-out the deck."""
    vehicle, barge = mission.vehicle, mission.barge
    if vehicle is None or vehicle.model is None or barge is None:
        return
    span_m = vehicle.model.body.leg_span_m
    if min(barge.deck.length_m, barge.deck.width_m) < span_m:
        message = f"the deck is smaller than the vehicle's legs, {span_m:g} m"
        yield Problem(mission.config.mission.barge, "deck", message)
    if vehicle.model.touchdown.keep_out_m < barge.half_diagonal_m:
        message = (
            f"keep-out must reach over the deck's half-diagonal, {barge.half_diagonal_m:.1f} m"
        )
        yield Problem(mission.config.mission.vehicle, "model.touchdown.keep_out_m", message)


def _dialect(mission: Mission, problems: list[Problem]) -> Dialect | None:
    name = mission.config.mission.dialect
    try:
        return load_dialect(mission.dialect_text())
    except (DialectError, ValueError) as error:
        problems.append(Problem(name or mission.file, "", f"not a dialect: {error}"))
        return None


def _units(mission: Mission) -> Iterator[Unit]:
    for source in mission.config.source:
        if not source.flight_computer or not source.links:
            continue
        if source.system is not None and source.component is not None:
            yield Unit(source.id, source.links[0], source.system, source.component)


def _barge_source(mission: Mission, simulation: SimulationConfig) -> SourceConfig | None:
    for source in mission.config.source:
        if source.id == simulation.barge_source and source.kind == "barge" and source.links:
            return source
    return None
