"""The README's pictures of phases, gates, criteria and alarms, made from their tables.

`python -m gcs.diagrams README.md` draws them anew between their marks. What leaves a state
where it is, is left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import TypeVar

from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.decision import alarm_table, gate_table
from gcs.decision.limits import MOVES, Delay

MISSION = CONFIGS / "missions" / "xzy1-hop.toml"
_ENTITIES = str.maketrans({"<": "#lt;", ">": "#gt;", ":": "#colon;"})

Move = tuple[str, str, str]
"""From, to, and what moves it."""
StateT = TypeVar("StateT", bound=Enum)
TriggerT = TypeVar("TriggerT", bound=Enum)


def diagrams() -> dict[str, str]:
    """Name of a mark -> mermaid text."""
    mission = load_mission(MISSION)
    titles = {phase.id: phase.title for phase in mission.config.phase}
    return {
        "phases": _diagram(titles, _phase_moves(mission)),
        "gate": _diagram({}, _table_moves(gate_table.TRANSITIONS)),
        "criterion": _diagram({}, _latch_moves()),
        "alarm": _diagram({}, _table_moves(alarm_table.TRANSITIONS)),
    }


def drawn(text: str) -> str:
    """A page with every diagram drawn anew; KeyError for a mark that names none."""
    made = diagrams()

    def anew(mark: re.Match[str]) -> str:
        return f"{mark[1]}\n```mermaid\n{made[mark[2]]}```\n{mark[3]}"

    return re.sub(r"(<!-- diagram (\w+) -->)\n.*?(<!-- end -->)", anew, text, flags=re.DOTALL)


def _phase_moves(mission: Mission) -> Iterator[Move]:
    for row in mission.config.transition:
        for origin in row.origin:
            yield origin, row.to, row.when


def _table_moves(table: Mapping[StateT, Mapping[TriggerT, StateT]]) -> Iterator[Move]:
    for state, row in table.items():
        for trigger, to in row.items():
            yield state.name, to.name, trigger.name.lower().replace("_", "-")


def _latch_moves() -> Iterator[Move]:
    for (standing, side), (to, delay) in MOVES.items():
        after = "" if delay is Delay.NONE else f" for {delay.value}"
        yield standing.name, to.name, f"{side.value}{after}"


def _diagram(titles: Mapping[str, str], moves: Iterable[Move]) -> str:
    """A state diagram: the moves between two states share an arrow."""
    shared: dict[tuple[str, str], list[str]] = {}
    for origin, to, why in moves:
        if origin != to:
            shared.setdefault((origin, to), []).append(why.translate(_ENTITIES))
    lines = ["stateDiagram-v2"]
    lines += [f"    {name}: {title}" for name, title in titles.items() if name != title]
    first = next(iter(titles), next(iter(shared))[0])
    lines.append(f"    [*] --> {first}")
    lines += [f"    {a} --> {b}: {', '.join(whys)}" for (a, b), whys in shared.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Draw the diagrams of the pages named on the command line anew."""
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(drawn(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
