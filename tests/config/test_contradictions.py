"""What is sound piece by piece and can never be as a whole does not load."""

from collections.abc import Callable

import pytest

from gcs.config.loading import load_mission
from gcs.config.problems import ConfigError
from tests.helpers.hop import MISSION, shipped

Texts = dict[str, str]
LANDING = "../criteria/landing.toml"
NEXT = len(shipped().config.command)
"""Where a command stands that is added."""
SECOND = (
    '[[gate]]\nid = "second"\ntitle = "SECOND"\nopens = "landing.mode == 4"\n'
    'closes = "t_clock > 96 s"\npolls = ["FD"]\n'
)
TWIN = (
    '[[command]]\nid = "commit_again"\ntitle = "COMMIT AGAIN"\nvalidity = "3 s"\n'
    'mav_cmd = "MAV_CMD_LANDFALL_LANDING_COMMIT"\n'
)
IN_PHASES = '[criterion.extra]\ntitle = "an extra"\nowner = "FD"\nsource = "a test"\n'


def problems(texts: Texts) -> list[tuple[str, str, str]]:
    """Everything that is wrong with the hop made of these texts."""
    try:
        load_mission(MISSION.relative_to(MISSION.parent), texts)
    except ConfigError as error:
        return [(p.file, p.key, p.message) for p in error.problems]
    return []


@pytest.fixture
def texts() -> Texts:
    return dict(shipped().texts)


@pytest.fixture
def mission(texts: Texts) -> Callable[..., list[tuple[str, str, str]]]:
    """The problems of the hop with pieces of its mission file replaced, and tables added."""

    def changed(*replacements: tuple[str, str], more: str = "") -> list[tuple[str, str, str]]:
        for old, new in replacements:
            assert old in texts[MISSION.name], old
            texts[MISSION.name] = texts[MISSION.name].replace(old, new, 1)
        texts[MISSION.name] += f"\n{more}"
        return problems(texts)

    return changed


Changed = Callable[..., list[tuple[str, str, str]]]


def judged_in(texts: Texts, gate: str, *phases: str) -> list[tuple[str, str, str]]:
    texts[LANDING] += (
        f'\n{IN_PHASES}gates = ["{gate}"]\nphases = {list(phases)}\nrequire = "landing.mode == 4"\n'
    )
    return problems(texts)


# --- A gate's GO is its own ---


def test_two_gates_may_not_send_one_go(mission: Changed) -> None:
    """Else the second one's poll would send it past the first one's criteria."""
    found = mission(more=f'{SECOND}go_command = "landing_commit"\n')
    message = "'landing_commit' is the GO of gate 'landing_commit', which it would go past"
    assert found == [(MISSION.name, "gate[4].go_command", message)]


def test_a_no_go_may_not_be_the_go_of_another_gate(mission: Changed) -> None:
    """Else that gate bars it, and it is never sent."""
    found = mission(more=f'{SECOND}no_go_command = "deck_open"\n')
    message = "'deck_open' is the GO of gate 'reboard', which may bar it"
    assert found == [(MISSION.name, "gate[4].no_go_command", message)]


def test_a_no_go_may_not_be_the_go_of_a_gate_further_down(mission: Changed) -> None:
    found = mission(('no_go_command = "hold"', 'no_go_command = "deck_open"'))
    assert [key for _, key, _ in found] == ["gate[0].no_go_command"]


def test_what_overrules_a_gate_may_not_be_the_go_of_another(mission: Changed) -> None:
    found = mission(('overruled_by = ["abort"]', 'overruled_by = ["abort", "landing_commit"]'))
    message = "'landing_commit' is the GO of gate 'landing_commit', which may bar it"
    assert found == [(MISSION.name, "gate[0].overruled_by", message)]


def test_gates_may_share_a_no_go() -> None:
    shared = [gate.no_go_command for gate in shipped().config.gate]
    assert shared.count("divert") == 2


def test_a_command_that_says_the_same_as_a_go_goes_past_its_gate(mission: Changed) -> None:
    found = mission(more=TWIN)
    assert [(key, text) for _, key, text in found] == [
        (
            f"command[{NEXT}].mav_cmd",
            "sends what 'landing_commit' sends, past gate 'landing_commit'",
        )
    ]


def test_a_second_gate_does_not_make_such_a_command_its_own(mission: Changed) -> None:
    found = mission(more=f'{TWIN}{SECOND}go_command = "commit_again"\n')
    assert [key for _, key, _ in found] == [f"command[{NEXT}].mav_cmd"]


def test_an_order_that_says_the_same_as_a_go_goes_past_its_gate(mission: Changed) -> None:
    found = mission(
        more='[[command]]\nid = "welcome"\ntitle = "WELCOME"\ntarget = "barge"\n'
        'order = "deck_open"\nvalidity = "5 s"\nverified_when = "barge.systems.deck_closed == 0"\n'
    )
    assert [key for _, key, _ in found] == [f"command[{NEXT}].order"]


def test_with_other_parameters_it_says_something_else(mission: Changed) -> None:
    assert mission(more=f'{TWIN}parameters = {{ param3 = "1 s" }}\n') == []


# --- Who sends a GO ---


def test_what_takes_two_persons_is_not_sent_by_a_gate_alone(mission: Changed) -> None:
    found = mission(
        ('title = "LANDING COMMIT"\nmav_cmd', 'two_person = true\ntitle = "C"\nmav_cmd')
    )
    assert [key for _, key, _ in found] == ["gate[1].mode"]
    assert "two persons" in found[0][2]


def test_what_must_be_confirmed_is_staged(mission: Changed) -> None:
    automatic = 'mode = "automatic"\nstable_for = "1 s"\ngo_command = "landing_commit"'
    confirmed = automatic.replace("automatic", "confirmed")
    harmless = 'title = "C"\ndangerous = false\nmav_cmd'
    found = mission((automatic, confirmed), ('title = "LANDING COMMIT"\nmav_cmd', harmless))
    assert [key for _, key, _ in found] == ["gate[1].mode"]
    assert "without being confirmed" in found[0][2]


def test_two_persons_are_not_asked_for_what_silence_gives(mission: Changed) -> None:
    waits = 'without_answer = "stands"'
    found = mission((waits, f'{waits}\npolls = ["FD", "GNC"]\ntwo_person = true'))
    assert [key for _, key, _ in found] == ["gate[2].two_person"]


def test_a_command_that_is_never_allowed_is_none(mission: Changed) -> None:
    found = mission(('allowed = "landing.mode == 0"', 'allowed = "false"'))
    assert found == [(MISSION.name, "command[0].allowed", "nobody can send it: it is false")]


# --- What never comes ---


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("opens", 'opens = "landing.mode == 4"', 'opens = "false"'),
        ("closes", 'closes = "t_clock > 96 s"', 'closes = " true"'),
    ],
)
def test_a_gate_that_never_opens_answers_nothing(
    mission: Changed, field: str, old: str, new: str
) -> None:
    message = "nobody can answer: it is never open"
    assert mission((old, new)) == [(MISSION.name, f"gate[1].{field}", message)]


def test_a_gate_that_every_phase_closes_answers_nothing(mission: Changed) -> None:
    every = [phase.id for phase in shipped().config.phase]
    closes = 'closes = "t_clock > 96 s"'
    found = mission((closes, f"{closes}\ncloses_in = {every}"))
    message = "nobody can answer: every phase of the flight closes it"
    assert found == [(MISSION.name, "gate[1].closes_in", message)]
    assert mission((f"closes_in = {every}", f"closes_in = {every[1:]}")) == []


def test_a_criterion_that_counts_only_where_its_gate_is_closed_bars_it_for_good(
    texts: Texts, mission: Changed
) -> None:
    closes = 'closes = "t_clock > 96 s"'
    assert mission((closes, f'{closes}\ncloses_in = ["touchdown", "landed"]')) == []
    message = "it bars every GO of gate 'landing_commit', which closes in each of them"
    assert judged_in(texts, "landing_commit", "landed", "touchdown") == [
        (LANDING, "criterion.extra.phases", message)
    ]


def test_a_criterion_that_counts_before_as_well_may_be_answered(
    texts: Texts, mission: Changed
) -> None:
    closes = 'closes = "t_clock > 96 s"'
    assert mission((closes, f'{closes}\ncloses_in = ["touchdown", "landed"]')) == []
    assert judged_in(texts, "landing_commit", "hover", "touchdown") == []


def test_a_gate_that_waits_for_objections_hears_one_even_as_it_closes(
    texts: Texts, mission: Changed
) -> None:
    closes = 'closes = "t_clock > 108 s"'
    assert mission((closes, f'{closes}\ncloses_in = ["landed"]')) == []
    assert judged_in(texts, "landing_continue", "landed") == []


def test_a_criterion_of_phases_to_which_nothing_leads_is_never_judged(
    texts: Texts, mission: Changed
) -> None:
    aground = '[[phase]]\nid = "aground"\ntitle = "aground"\n'
    assert mission(more=aground) == []
    message = "it is never judged: no transition leads to such a phase"
    assert judged_in(texts, "landing_commit", "aground") == [
        (LANDING, "criterion.extra.phases", message)
    ]


def test_a_phase_that_nobody_declares_is_told_once(texts: Texts) -> None:
    assert [text for _, _, text in judged_in(texts, "landing_commit", "orbit")] == [
        "no phase is called 'orbit'"
    ]


@pytest.mark.parametrize(
    "wrong", [('to = "coast"', 'to = "coats"'), ('to = "coast"', "to = 7")], ids=["name", "kind"]
)
def test_what_only_a_wrong_transition_leaves_unreached_is_not_told(
    texts: Texts, mission: Changed, wrong: tuple[str, str]
) -> None:
    assert [key.split(".")[0] for _, key, _ in mission(wrong)] == ["transition[5]"]
    found = judged_in(texts, "landing_commit", "free_descent")
    assert [key.split(".")[0] for _, key, _ in found] == ["transition[5]"]


def test_all_are_told_at_once(texts: Texts, mission: Changed) -> None:
    closes = 'closes = "t_clock > 96 s"'
    mission(
        (closes, f'{closes}\ncloses_in = ["landed"]'),
        ('no_go_command = "hold"', 'no_go_command = "deck_open"'),
        more=f'{SECOND}go_command = "landing_commit"\n{TWIN}',
    )
    found = judged_in(texts, "landing_commit", "landed")
    assert {key for _, key, _ in found} == {
        "gate[0].no_go_command",
        "gate[4].go_command",
        f"command[{NEXT}].mav_cmd",
        "criterion.extra.phases",
    }
