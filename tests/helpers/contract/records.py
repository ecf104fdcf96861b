"""The recorded witnesses: what shipped data answered when somebody last looked.

The contract finds its witnesses in the data themselves, so it follows every edit of
them. The record does not: whoever moves a limit sees here what the edit changes.

`python -m tests.helpers.contract.records` records anew, from the repository's root.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gcs.decision.criteria import Criteria
from gcs.messages import CriterionState
from tests.helpers.contract import subjects
from tests.helpers.contract.bench import Bench, benches
from tests.helpers.contract.conditions import Row, evaluator, rows_of
from tests.helpers.contract.mutants import conditions_of
from tests.helpers.contract.rig import Rig, Step
from tests.helpers.contract.subjects import is_windowed, scenes_of
from tests.helpers.contract.tours import Stop, Tour, tours_of

FOLDER = Path(__file__).parents[2] / "decision" / "witnesses"


@dataclass(frozen=True)
class Seen:
    """A step, and what was seen after it."""

    step: Step
    state: CriterionState


@dataclass(frozen=True)
class CriterionRecord:
    """What a criterion answered, scene by scene, and where it counts."""

    gates: tuple[str, ...]
    phases: tuple[str, ...]
    scenes: Mapping[str, tuple[Seen, ...]]


@dataclass(frozen=True)
class Record:
    """Everything recorded of one mission."""

    criteria: Mapping[str, CriterionRecord]
    conditions: Mapping[str, tuple[Row, ...]]
    tours: Mapping[str, Tour]


def record_of(bench: Bench) -> Record:
    """What the shipped data answer now."""
    conditions = {
        where: tuple(rows_of(text, partial(evaluator, bench, text)))
        for where, text in conditions_of(bench.mission).items()
    }
    rows = [rows for where, rows in conditions.items() if where.startswith("transition[")]
    shown = subjects.conditions()
    return Record(
        {name: _criterion_record(bench, name) for name in subjects.shown_by(bench.id)},
        {where: rows for where, rows in conditions.items() if f"{bench.id}:{where}" in shown},
        tours_of(bench, dict(enumerate(rows))) if bench.id in subjects.tables() else {},
    )


def _criterion_record(bench: Bench, name: str) -> CriterionRecord:
    config = bench.configs()[name]
    key = f"{bench.id}:{name}"
    windowed = is_windowed(key)
    scenes = {}
    for scene in scenes_of(key):
        rig = rig_for(bench, [Criteria([bench.criterion(name)])], config.phases, windowed)
        scenes[scene.title] = tuple(
            Seen(look.step, rig.states(look.step)[0]) for look in scene.looks
        )
    return CriterionRecord(config.gates, config.phases, scenes)


def rig_for(bench: Bench, criteria: list[Criteria], phases: tuple[str, ...], windowed: bool) -> Rig:
    """A rig in a phase in which the criterion is judged."""
    phase = next(iter(sorted(phases)), "")
    return Rig(bench, criteria, windowed=windowed, phase=phase)


# --- As text: a line a look ---


def written(record: Record) -> str:
    """A record as JSON, a line for everything seen."""
    criteria = {
        name: {
            "gates": _line(list(entry.gates)),
            "phases": _line(list(entry.phases)),
            "scenes": {
                title: [_line(_seen_out(seen)) for seen in looks]
                for title, looks in entry.scenes.items()
            },
        }
        for name, entry in record.criteria.items()
    }
    conditions = {
        where: [_line([row.after_ns, row.point, row.truth]) for row in rows]
        for where, rows in record.conditions.items()
    }
    tours = {
        name: [_line([stop.after_ns, stop.point, stop.phase]) for stop in tour]
        for name, tour in record.tours.items()
    }
    tree = {"criteria": criteria, "conditions": conditions, "tours": tours}
    return _unquoted(json.dumps(tree, indent=1)) + "\n"


_MARK = "\u241f"


def _line(value: object) -> str:
    """A value that stays on one line: a marked string until the end."""
    return _MARK + json.dumps(value) + _MARK


def _unquoted(text: str) -> str:
    mark = json.dumps(_MARK)[1:-1]
    parts = text.split(f'"{mark}')
    return parts[0] + "".join(_opened(part, mark) for part in parts[1:])


def _opened(part: str, mark: str) -> str:
    quoted, rest = part.split(f'{mark}"', 1)
    opened: str = json.loads(f'"{quoted}"')
    return opened + rest


def _seen_out(seen: Seen) -> list[Any]:
    step = seen.step
    out: list[Any] = [step.after_ns, dict(step.levels), seen.state.value]
    more = [dict(step.pulses)] if step.pulses or step.live else []
    return [*out, *more, *([True] if step.live else [])]


def _seen_in(out: list[Any]) -> Seen:
    pulses = {name: (age_ns, value) for name, (age_ns, value) in (out[3:] or [{}])[0].items()}
    return Seen(Step(out[0], out[1], pulses, live=len(out) > 4), CriterionState(out[2]))


def read(mission: str) -> Record:
    """The record of a mission; nothing where there is none."""
    path = FOLDER / f"{mission}.json"
    tree = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Record(
        {
            name: CriterionRecord(
                tuple(entry["gates"]),
                tuple(entry["phases"]),
                {
                    title: tuple(_seen_in(out) for out in looks)
                    for title, looks in entry["scenes"].items()
                },
            )
            for name, entry in tree.get("criteria", {}).items()
        },
        {
            where: tuple(Row(point, after_ns, truth) for after_ns, point, truth in rows)
            for where, rows in tree.get("conditions", {}).items()
        },
        {
            name: tuple(Stop(point, after_ns, phase) for after_ns, point, phase in stops)
            for name, stops in tree.get("tours", {}).items()
        },
    )


def main() -> None:
    """Record every shipped mission anew; of what missions share, only the first."""
    FOLDER.mkdir(exist_ok=True)
    for bench in benches().values():
        text = written(record_of(bench))
        (FOLDER / f"{bench.id}.json").write_text(text, encoding="utf-8")
    for path in FOLDER.glob("*.json"):
        if path.stem not in benches():
            path.unlink()


if __name__ == "__main__":
    main()
