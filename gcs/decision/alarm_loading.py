"""From the alarms that criteria files ask for to Alarms, or to all that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping

from gcs.config.alarms import AlarmConfig
from gcs.config.criteria import CriterionConfig
from gcs.config.loading import Mission
from gcs.config.problems import Problem
from gcs.decision.alarms import Alarm
from gcs.decision.compiling import Compiler, key_of
from gcs.expressions import Scope
from gcs.messages import AlarmInfo, AlarmPriority

SHELVABLE_NS = 1_800_000_000_000
"""How long an alarm may be shelved that says nothing of it: 30 min (assumed)."""


def build_alarms(mission: Mission, scope: Scope) -> tuple[tuple[Alarm, ...], tuple[Problem, ...]]:
    """A mission's alarms, in file order, and all that is wrong with them."""
    asked: dict[str, tuple[str, CriterionConfig, AlarmConfig]] = {}
    for file, name, criterion in mission.criterion_configs():
        if criterion.alarm is not None:
            asked.setdefault(name, (file, criterion, criterion.alarm))
    compiler = Compiler(scope)
    alarms = tuple(
        _alarm(compiler, file, name, criterion, config)
        for name, (file, criterion, config) in asked.items()
    )
    configs = {name: config for name, (_, _, config) in asked.items()}
    for name, (file, _, config) in asked.items():
        for message in _wrong(name, config, configs):
            compiler.problem(file, key_of("criterion", name, "alarm", "follows"), message)
    return alarms, tuple(compiler.problems)


def _alarm(
    compiler: Compiler, file: str, name: str, criterion: CriterionConfig, config: AlarmConfig
) -> Alarm:
    asked_while = config.asked_while
    key = key_of("criterion", name, "alarm", "asked_while")
    critical = config.priority is AlarmPriority.CRITICAL
    return Alarm(
        info=AlarmInfo(
            name, criterion.title, name, criterion.owner, config.priority, config.action
        ),
        on=config.on,
        unknown_after_ns=criterion.clear_after + config.unknown_after,
        once_known=config.once_known,
        follows=config.follows,
        asked_while=None if asked_while is None else compiler.condition(asked_while, file, key),
        shelvable_ns=0 if critical else config.shelvable_for or SHELVABLE_NS,
    )


def _wrong(name: str, config: AlarmConfig, configs: Mapping[str, AlarmConfig]) -> list[str]:
    """Whom an alarm may not follow: what follows is silent, so somebody else must speak."""
    messages = []
    for other in config.follows:
        followed = configs.get(other)
        if followed is None:
            messages.append(f"no criterion with an alarm is called {other!r}")
        elif followed.once_known:
            messages.append(f"{other!r} is silent until it was known once: it explains nothing")
    if name in _followed(name, configs):
        messages.append("follows itself: nobody would tell")
    return messages


def _followed(name: str, configs: Mapping[str, AlarmConfig]) -> set[str]:
    """All that an alarm follows, and what those follow."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        for other in configs[ahead.pop()].follows:
            if other in configs and other not in found:
                found.add(other)
                ahead.append(other)
    return found
