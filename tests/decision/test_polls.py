"""What a vote stands on: the configuration, and the criteria as they are."""

from __future__ import annotations

from dataclasses import replace

from gcs.decision.polls import basis_of, configuration_digest
from gcs.messages import CriterionState, CriterionStatus
from tests.helpers.joint_view import mission_of

ROLL = CriterionStatus("roll", CriterionState.GO, 0.1, None, None, 0, "")
MISSION = mission_of('[[phase]]\nid = "p"\ntitle = "p"\n', {"mode": ""})


def test_a_vote_stands_on_the_configuration_too() -> None:
    assert basis_of("one", [ROLL]) != basis_of("another", [ROLL])


def test_a_vote_stands_on_states_and_on_which_criteria_there_are() -> None:
    caution = CriterionStatus("roll", CriterionState.CAUTION, 0.1, None, None, 0, "")
    pitch = CriterionStatus("pitch", CriterionState.GO, 0.1, None, None, 0, "")
    moved = CriterionStatus("roll", CriterionState.GO, 0.2, None, None, 9, "moved")
    assert len({basis_of("c", criteria) for criteria in ([], [ROLL], [caution], [pitch])}) == 4
    assert basis_of("c", [ROLL]) == basis_of("c", [moved])


def test_a_configuration_is_all_its_files_by_name_and_text() -> None:
    def digest(**texts: str) -> str:
        return configuration_digest(replace(MISSION, texts=texts))

    assert len(digest(a="x")) == 32
    different = [digest(a="x"), digest(b="x"), digest(a="y"), digest(ax=""), digest(a="x", b="")]
    assert len(set(different)) == 5
    assert digest(a="x", b="y") == digest(b="y", a="x")
