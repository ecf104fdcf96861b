"""The README's pictures are those that the tables make."""

from __future__ import annotations

import pytest

from gcs.decision.gate_table import TRANSITIONS
from gcs.diagrams import diagrams, drawn
from tests.helpers.hop import shipped
from tests.helpers.missions import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_every_diagram_as_the_tables_make_it() -> None:
    assert drawn(README) == README, "make diagrams"
    for name, text in diagrams().items():
        assert f"<!-- diagram {name} -->\n```mermaid\n{text}```" in README


def test_every_move_between_two_states_is_in_the_picture() -> None:
    lines = diagrams()["gate"].splitlines()
    for state, row in TRANSITIONS.items():
        for trigger, to in row.items():
            arrow = [line for line in lines if line.startswith(f"    {state.name} --> {to.name}: ")]
            assert len(arrow) == (state is not to)
            assert all(trigger.name.lower() in line for line in arrow)


def test_a_phase_has_its_title_and_an_arrow_its_condition() -> None:
    text = diagrams()["phases"]
    for phase in shipped().config.phase:
        assert f"    {phase.id}: {phase.title}" in text or phase.id == phase.title
    assert "    hover --> touchdown: landing.height #lt; 12 m" in text


def test_a_mark_that_names_no_diagram_is_found_out() -> None:
    with pytest.raises(KeyError):
        drawn("<!-- diagram elsewhere -->\n<!-- end -->")
