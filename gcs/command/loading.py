"""From a mission's commands to a Commander, or to all that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping

from gcs.clock import MILLISECOND_NS
from gcs.command.commands import Commander, FlightComputer
from gcs.command.readback import parts_of
from gcs.command.rules import CommandRules
from gcs.config.loading import Mission
from gcs.config.mission import CommandConfig
from gcs.config.problems import Problem
from gcs.expressions import CONDITION, Expression, ExpressionError, Scope, compile_expression

_LONGEST_VALIDITY_NS = 2**24 * MILLISECOND_NS


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
    return Commander(rules, loader.targets, positions, seed), tuple(loader.problems)


class _Loader:
    def __init__(self, mission: Mission, scope: Scope, numbers: Mapping[str, int]) -> None:
        self.problems: list[Problem] = []
        self.targets = tuple(
            FlightComputer(source.id, source.system, source.component)
            for source in mission.config.source
            if source.flight_computer and source.system is not None and source.component is not None
        )
        self._file = mission.file
        self._scope = scope
        self._numbers = numbers

    def rules(self, config: CommandConfig, key: str) -> CommandRules | None:
        self._check(config, key)
        number = self._numbers.get(config.mav_cmd)
        if number is None:
            self._problem(f"{key}.mav_cmd", f"the dialect has no {config.mav_cmd!r}")
        allowed = self._compiled(config.allowed, f"{key}.allowed", condition=True)
        parameters = {
            name: self._compiled(text, f"{key}.parameters.{name}", condition=False)
            for name, text in config.parameters.items()
        }
        sound: dict[str, Expression] = {n: e for n, e in parameters.items() if e is not None}
        if number is None or allowed is None or len(sound) < len(parameters):
            return None
        parts = tuple(compile_expression(text, self._scope) for text in parts_of(config.allowed))
        return CommandRules(config, number, allowed, sound, parts)

    def _check(self, config: CommandConfig, key: str) -> None:
        if config.echoes > len(self.targets):
            message = (
                f"{config.echoes} echoes can never come from {len(self.targets)} flight computers"
            )
            self._problem(f"{key}.echoes", message)
        if not 0 < config.validity <= _LONGEST_VALIDITY_NS:
            self._problem(f"{key}.validity", "expected more than zero and at most 4.6 h")
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
