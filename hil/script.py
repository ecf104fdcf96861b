"""Rehearsal files: what is flown, under what seed, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from gcs.config.loading import Mission, load_mission, parse_toml, problems_of
from gcs.config.model import ConfigModel, Duration, ExpressionText, Identifier, listed
from gcs.config.problems import ConfigError, Problem
from gcs.config.simulation import SimulationConfig
from gcs.messages import CommandState, GateState


class RehearsalHead(ConfigModel):
    """What is flown. `duration` is the longest it may take; `mission` is relative to this file."""

    id: Identifier
    title: str
    mission: str
    seed: int = 0
    duration: Duration


class ExpectConfig(ConfigModel):
    """One expectation, of exactly one kind.

    `await_`: true at some moment, `within` a T-time if given. `never` and `always`:
    at every tick from `after` (a T-time) on; unknown breaks `always` only.
    `outcome`: how the flight ends. `command` and `gate`: a state that is reached,
    before the T-time `within` if given.
    """

    text: str
    await_: ExpressionText | None = Field(default=None, alias="await")
    never: ExpressionText | None = None
    always: ExpressionText | None = None
    outcome: Literal["landed", "diverted", "lost"] | None = None
    command: Identifier | None = None
    gate: Identifier | None = None
    state: str = ""
    within: Duration | None = None
    after: Duration | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> ExpectConfig:
        kinds = (self.await_, self.never, self.always, self.outcome, self.command, self.gate)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError(
                "expected exactly one of `await`, `never`, `always`, `outcome`, `command`, `gate`"
            )
        if self.command is not None:
            _check_state(self.state, [state.value for state in CommandState])
        if self.gate is not None:
            _check_state(self.state, [state.value for state in GateState])
        return self


def _check_state(state: str, known: list[str]) -> None:
    if state not in known:
        raise ValueError(f"`state` must be one of {', '.join(known)}, got {state!r}")


class RehearsalFile(ConfigModel):
    """A rehearsal file. `simulation` replaces entries of the mission's table."""

    rehearsal: RehearsalHead
    simulation: dict[str, Any] = Field(default_factory=dict)
    expect: Annotated[tuple[ExpectConfig, ...], BeforeValidator(listed), Field(min_length=1)]


@dataclass(frozen=True)
class Rehearsal:
    """A checked rehearsal and the mission that it flies."""

    file: str
    script: RehearsalFile
    mission: Mission


def load_rehearsal(path: Path) -> Rehearsal:
    """Load a rehearsal and its mission; ConfigError with all problems."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Problem(path.name, "", f"cannot read: {error.strerror}")]) from error
    script, problems = parse_toml(path.name, text, RehearsalFile)
    if script is None:
        raise ConfigError(problems)
    mission = load_mission((path.parent / script.rehearsal.mission).resolve())
    return Rehearsal(file=path.name, script=script, mission=_with_simulation(path, script, mission))


def _with_simulation(path: Path, script: RehearsalFile, mission: Mission) -> Mission:
    if mission.config.simulation is None:
        raise ConfigError(
            [Problem(path.name, "rehearsal.mission", f"{mission.file} has no [simulation] table")]
        )
    if not script.simulation:
        return mission
    merged = _merged(mission.config.simulation.model_dump(), script.simulation)
    try:
        simulation = SimulationConfig.model_validate(merged)
    except ValidationError as error:
        raise ConfigError(problems_of(path.name, error, "simulation")) from error
    return replace(mission, config=mission.config.model_copy(update={"simulation": simulation}))


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`base` with the entries of `over` put in, table by table."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        out[key] = (
            _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
        )
    return out
