"""From a mission's commands to a Commander, or to all that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping

from gcs.clock import MILLISECOND_NS
from gcs.command.commands import Commander
from gcs.command.readback import parts_of
from gcs.command.rules import CommandRules
from gcs.config.loading import Mission
from gcs.config.mission import CommandConfig
from gcs.config.problems import Problem
from gcs.expressions import (
    CONDITION,
    TIME,
    Expression,
    ExpressionError,
    Scope,
    compile_expression,
    unit_of,
)
from gcs.telemetry.barge import LONGEST_VALIDITY_MS, BargeOrder

_LONGEST_VALIDITY_NS = 2**24 * MILLISECOND_NS
_ANGLE = unit_of("rad").dimension


def build_commander(
    mission: Mission, scope: Scope, seed: bytes, numbers: Mapping[str, int]
) -> tuple[Commander, tuple[Problem, ...]]:
    """The Commander of a mission, and all that is wrong with its commands.

    `numbers` are the dialect's MAV_CMD entries by name; `seed` is the session's.
    """
    loader = _Loader(mission, scope, numbers)
    rules = [
        rule
        for i, config in enumerate(mission.config.command)
        if (rule := loader.rules(config, f"command[{i}]")) is not None
    ]
    positions = mission.config.station.positions
    commander = Commander(rules, loader.computers, positions, seed, loader.barges)
    return commander, tuple(loader.problems)


class _Loader:
    def __init__(self, mission: Mission, scope: Scope, numbers: Mapping[str, int]) -> None:
        self.problems: list[Problem] = []
        self.computers = tuple(s.id for s in mission.config.source if s.flight_computer)
        self.barges = tuple(s.id for s in mission.config.source if s.kind == "barge")
        self._no_goes = frozenset(gate.no_go_command for gate in mission.config.gate)
        self._file = mission.file
        self._scope = scope
        self._numbers = numbers

    def rules(self, config: CommandConfig, key: str) -> CommandRules | None:
        self._check(config, key)
        barge = config.target == "barge"
        number = self._of_barge(config, key) if barge else self._of_vehicle(config, key)
        allowed = self._compiled(config.allowed, f"{key}.allowed", condition=True)
        parameters = {
            name: self._compiled(text, f"{key}.parameters.{name}", condition=False)
            for name, text in config.parameters.items()
        }
        effect = None
        if config.verified_when is not None:
            effect = self._compiled(config.verified_when, f"{key}.verified_when", condition=True)
        sound: dict[str, Expression] = {n: e for n, e in parameters.items() if e is not None}
        heading = sound.get("heading_true")
        if heading is not None and heading.dimension != _ANGLE:
            self._problem(f"{key}.parameters.heading_true", "expected an angle")
        for name in config.counting_down:
            self._check_counting_down(config, name, sound.get(name), key)
        if number is None or allowed is None or len(sound) < len(parameters):
            return None
        parts = tuple(compile_expression(text, self._scope) for text in parts_of(config.allowed))
        stop = config.allowed_unknown or config.id in self._no_goes
        return CommandRules(config, number, allowed, sound, parts, effect, stop)

    def _check_counting_down(
        self, config: CommandConfig, name: str, value: Expression | None, key: str
    ) -> None:
        if config.target != "vehicle":
            self._problem(f"{key}.counting_down", "an order to the barge says no time")
        elif name not in config.parameters:
            self._problem(f"{key}.counting_down", f"{name} is none of its parameters")
        elif value is not None and value.dimension != TIME:
            self._problem(f"{key}.counting_down", f"{name} is no time")

    def _of_vehicle(self, config: CommandConfig, key: str) -> int | None:
        """The MAV_CMD's number; None where there is none."""
        number = self._numbers.get(config.mav_cmd)
        if number is None:
            self._problem(f"{key}.mav_cmd", f"the dialect has no {config.mav_cmd!r}")
        if config.order:
            self._problem(f"{key}.order", 'an order goes to the barge: expected target = "barge"')
        if "heading_true" in config.parameters:
            self._problem(f"{key}.parameters.heading_true", "no MAV_CMD has it")
        if config.echoes > len(self.computers):
            message = (
                f"{config.echoes} echoes can never come from {len(self.computers)} flight computers"
            )
            self._problem(f"{key}.echoes", message)
        return number

    def _of_barge(self, config: CommandConfig, key: str) -> int | None:
        """0, which is no MAV_CMD; None where no barge knows the order."""
        if config.mav_cmd:
            self._problem(f"{key}.mav_cmd", "an order to the barge has none")
        if not self.barges:
            self._problem(f"{key}.target", "the mission has no barge source")
        if config.verified_when is None:
            message = "expected what the barge's state shows once the order is carried out"
            self._problem(f"{key}.verified_when", message)
        if config.validity > LONGEST_VALIDITY_MS * MILLISECOND_NS:
            self._problem(f"{key}.validity", "expected at most 10 min to the barge")
        if config.order not in list(BargeOrder):
            known = ", ".join(BargeOrder)
            self._problem(f"{key}.order", f"no order {config.order!r}; there are {known}")
            return None
        wanted = {"heading_true"} if config.order == BargeOrder.HEADING else set()
        if set(config.parameters) != wanted:
            named = next(iter(wanted), "no parameters")
            self._problem(f"{key}.parameters", f"{config.order} takes {named}")
        return 0

    def _check(self, config: CommandConfig, key: str) -> None:
        if not MILLISECOND_NS <= config.validity <= _LONGEST_VALIDITY_NS:
            self._problem(f"{key}.validity", "expected 1 ms to 4.6 h")
        if config.retry_after <= 0:
            self._problem(f"{key}.retry_after", "expected a duration of more than zero")

    def _compiled(self, text: str, key: str, condition: bool) -> Expression | None:
        try:
            expression = compile_expression(text, self._scope)
        except ExpressionError as error:
            self._problem(key, str(error))
            return None
        if (expression.dimension == CONDITION) is not condition:
            wanted = "a condition (true or false)" if condition else "a number"
            self._problem(key, f"expected {wanted}")
            return None
        return expression

    def _problem(self, key: str, message: str) -> None:
        self.problems.append(Problem(self._file, key, message))
