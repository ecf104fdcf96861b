"""A gate's page says everything that decides it, exactly, in the width asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from gcs.config.loading import CONFIGS, Mission, load_mission
from gcs.config.problems import ConfigError
from gcs.explaining import NoSuchGateError, explain
from tests.helpers.commands import gcs_here
from tests.helpers.hop import MISSION, changed, shipped

COUNT = CONFIGS / "missions" / "xzy1-hop-count.toml"
LANDING = "../criteria/landing.toml"
MISSIONS = sorted((CONFIGS / "missions").glob("*.toml"))


def ruled(addition: str) -> Mission:
    """The hop with one more criterion."""
    texts = dict(shipped().texts)
    texts[LANDING] += addition
    return load_mission(MISSION.relative_to(MISSION.parent), texts)


def criterion(rule: str) -> Mission:
    """The hop with a criterion `extra` on the launch gate."""
    return ruled(
        '\n[criterion.extra]\ntitle = "an extra"\nowner = "EXTRA"\ngates = ["launch_commit"]\n'
        f'source = "a test"\n{rule}\n'
    )


def flowing(lines: list[str]) -> str:
    """The page as one line, so that a wrap does not hide a sentence."""
    return " ".join(" ".join(lines).split())


def letters(lines: list[str]) -> str:
    """The page without blanks and rules: a word too long for the page is broken."""
    return "".join("".join(line for line in lines if not line.startswith("==")).split())


def page(mission: Mission, gate: str | None = None) -> str:
    return flowing(explain(mission, gate))


def section(text: str, name: str) -> str:
    """What the page says of one criterion."""
    return text.split(f" {name}: ", 1)[1].split(" waived by ", 1)[0]


# --- What stands on it ---


def test_the_head_names_gate_mission_and_the_configuration_that_is_signed():
    head = page(shipped(), "landing_commit")[:400]
    assert "LANDING COMMIT (landing_commit)" in head
    assert shipped().config.mission.title in head
    assert "xzy1-hop.toml, configuration " in head


def test_another_configuration_has_another_digest():
    digests = {
        page(mission, "landing_commit").split("configuration ")[1].split()[0]
        for mission in (shipped(), changed(("t_clock > 96 s", "t_clock > 95 s")))
    }
    assert len(digests) == 2


def test_it_says_when_the_gate_opens_and_closes_and_what_that_reads():
    text = page(shipped(), "landing_commit")
    assert "opens while landing.mode == 4" in text
    assert "closes when t_clock > 96 s" in text
    assert "landing.mode is LANDING_STATE.mode from fc_a, fc_b, fc_c" in text
    assert "t_clock is station t_clock" in text
    assert "stable for 1 s" in text


def test_every_criterion_of_the_gate_stands_there_once_under_its_owner_and_no_other():
    lines = explain(shipped(), "landing_continue")
    owner, placed = "", {}
    for line in lines:
        if line and not line.startswith((" ", "=")):
            owner = line
        for _, name, config in shipped().criterion_configs():
            if line == f"  {name}: {config.title}":
                assert name not in placed
                placed[name] = owner
    assert placed == {
        name: config.owner
        for _, name, config in shipped().criterion_configs()
        if "landing_continue" in config.gates
    }


def test_go_and_no_go_say_what_is_sent_how_often_and_what_verifies_it():
    text = page(shipped(), "landing_commit")
    assert "GO sends LANDING COMMIT (landing_commit), MAV_CMD_LANDFALL_LANDING_COMMIT" in text
    assert "to fc_a, fc_b, fc_c, up to 5 times, 0.5 s apart" in text
    assert "verified by 2 equal echoes; valid for 3 s" in text
    assert (
        "allowed when landing.mode == 4 (DESCENT) and t_clock < 96 s, else refused: the commit"
        in text
    )
    assert "NO-GO sends DIVERT TO SEA (divert), MAV_CMD_LANDFALL_DIVERT" in text
    launch = page(shipped(), "launch_commit")
    assert "or not known, else refused: the vehicle neither waits on its pad" in launch
    assert (
        "when: the deadline passed; turned NO-GO while the command was on its way,"
        " or the count was held or scrubbed then" in text
    )


def test_a_parameter_of_a_command_stands_with_its_expression():
    told = "param3 = max(-t_clock, 3 s), in retries what is left of it"
    assert told in page(shipped(), "launch_commit")


def test_a_gate_that_sends_nothing_says_so():
    silent = changed(('no_go_command = "hold"', ""))
    assert "NO-GO sends nothing" in page(silent, "launch_commit")
    assert "GO sends nothing" in page(shipped(), "landing_continue")


def test_a_gate_that_waits_for_objections_says_after_how_long_they_count():
    text = page(shipped(), "landing_continue")
    assert "waits for objections" in text
    assert "stood at NO-GO too long (known NO-GO for 1 s)" in text
    assert "turned NO-GO while the command" not in text


def test_what_a_no_go_does_to_the_count_and_what_votes_need_stand_on_it():
    mission = changed(
        (
            'closes = "t_clock > 0 s"',
            'closes = "t_clock > 0 s"\ncloses_in = ["landed"]\nno_go_count = "hold"\n'
            'polls = ["FD", "GNC"]\ntwo_person = true\ngo_expires = "90 s"',
        )
    )
    text = page(mission, "launch_commit")
    assert "closes when t_clock > 0 s or in landed" in text.lower()
    assert "NO-GO does hold the count" in text
    assert "each must vote GO, 2 different known persons among them votes taken in" in text
    assert "when the gate shuts, and after 90 s" in text


def test_polled_positions_are_named_and_sign():
    mission = changed(('mode = "automatic"\nstable_for = "2 s"', 'polls = ["GNC", "BARGE"]'))
    lines = explain(mission, "launch_commit")
    assert "polled GNC, BARGE: each must vote GO" in flowing(lines)
    assert "one of FD, GNC, BARGE stages it at the console with command authority" in flowing(lines)
    signed = lines[lines.index("Signed") :]
    assert [line.split()[0] for line in signed if "____" in line] == ["GNC", "BARGE"]


def test_where_nobody_is_polled_every_position_signs():
    lines = explain(shipped(), "launch_commit")
    assert "polled nobody: the criteria decide" in flowing(lines)
    signed = lines[lines.index("Signed") :]
    assert [line.split()[0] for line in signed if "____" in line] == ["FD", "GNC", "BARGE"]


# --- Who confirms, what ends it, what voids a vote ---

CONFIRMED = ('mode = "automatic"\nstable_for = "2 s"', 'mode = "confirmed"\nstable_for = "2 s"')
LAUNCHED = 'title = "LAUNCH"\nmav_cmd'


def recycling() -> Mission:
    """The hop whose missed launch recycles the count."""
    return changed(
        ('no_go_command = "hold"', 'no_go_command = "hold"\nno_go_count = "recycle"'),
        ('no_go_count = "recycle"', 'no_go_count = "recycle"\nrecycle_to = "top"'),
        ('start = "-25 s"', 'start = "-25 s"\nrecycle_when = "landing.mode == 0"'),
        ("[[count.hold]]", '[[count.mark]]\nid = "top"\nat = "-22 s"\n\n[[count.hold]]'),
    )


def test_a_go_is_confirmed_where_it_was_staged_at_the_console_with_authority():
    text = page(changed(CONFIRMED), "launch_commit")
    assert (
        "one of FD, GNC, BARGE stages it at the console with command authority and confirms it"
        " there within 15 s" in text
    )


def test_what_needs_no_authority_is_confirmed_anywhere():
    free = (LAUNCHED, f"without_authority = true\n{LAUNCHED}")
    assert "stages it at any console and confirms it there" in page(
        changed(CONFIRMED, free), "launch_commit"
    )


def test_what_takes_two_persons_is_confirmed_by_another_one():
    two = (LAUNCHED, f"two_person = true\n{LAUNCHED}")
    text = page(changed(CONFIRMED, two), "launch_commit")
    assert (
        "one of FD, GNC, BARGE, a known person, stages it at the console with command authority,"
        " and another known person confirms it at any console within 15 s" in text
    )
    assert "by hand, staged" not in text


def test_a_no_go_that_takes_two_persons_takes_them_by_hand_alone():
    two = ('title = "DIVERT TO SEA"', 'title = "DIVERT TO SEA"\ntwo_person = true')
    text = page(changed(two), "landing_commit")
    assert "by hand, staged by one known person and confirmed by another" in text


def test_what_stops_a_gate_ends_it_whoever_sends_it():
    text = page(shipped(), "landing_commit")
    assert (
        "ended by DIVERT TO SEA (divert) or ABORT (abort) once sent, by anyone and even before it"
        " opens: no GO; once verified: no commit" in text
    )
    assert (
        "sent anew, after a stop sent by hand as well, up to 9 times until divert or abort is"
        " verified when:" in text
    )


def test_a_gate_that_nothing_stops_names_no_stop():
    text = page(shipped(), "reboard")
    assert "ended by a scrub; an unplanned hold bars a GO" in text
    assert "once sent" not in text


def test_a_hold_bars_a_go_and_revokes_one_on_its_way():
    revokes = "a scrub; an unplanned hold bars a GO, and revokes one on its way as a scrub does"
    assert revokes in page(shipped(), "launch_commit")


def test_a_hold_keeps_a_gate_without_a_command_from_standing():
    standing = page(changed(('without_answer = "stands"', "")), "landing_continue")
    assert "a scrub; an unplanned hold keeps it from standing" in standing
    assert "hold" not in page(shipped(), "landing_continue").split("ended by")[1].split("stable")[0]


def test_a_recycle_begins_anew_what_is_not_committed():
    assert "recycle" not in page(shipped(), "launch_commit")
    text = page(recycling(), "launch_commit")
    assert "a recycle of the count asks it anew, unless it is committed" in text
    assert "until hold or abort is verified or the count is recycled" in text
    standing = page(load_mission(COUNT), "landing_continue")
    assert "a recycle of the count asks it anew stable" in standing


def test_a_recycle_waits_until_the_vehicle_can_count_again():
    text = page(recycling(), "launch_commit")
    assert (
        "NO-GO does hold the count, and recycle it to top once landing.mode == 0 (PRELAUNCH), if"
        " nobody moved it before refused: in another's hold before that, with T before top,"
        " in flight when:" in text
    )


def test_what_is_not_polled_has_no_votes():
    assert " votes " not in page(shipped(), "launch_commit")


def test_a_no_go_vote_stands_until_it_is_changed():
    text = page(shipped(), "reboard")
    assert "votes taken in the open gate; a GO only while no criterion bars one a GO falls" in text
    assert "a NO-GO stands until its position votes GO criteria" in text
    counted = page(load_mission(COUNT), "launch_commit")
    assert "a NO-GO stands until its position votes GO or the count is recycled" in counted


def test_who_is_polled_by_a_gate_that_waits_for_objections_may_object():
    waits = 'without_answer = "stands"'
    text = page(changed((waits, f'{waits}\npolls = ["FD", "GNC"]')), "landing_continue")
    assert "polled FD, GNC: a NO-GO of one objects, silence does not" in text
    assert "a GO falls" not in text
    assert "a NO-GO stands until its position votes GO" in text


# --- A criterion ---


def test_a_value_stands_with_limits_hysteresis_delays_source_and_who_may_waive():
    text = page(shipped(), "landing_commit")
    assert section(text, "vehicle_bus") == (
        "vehicle bus voltage value vehicle.bus_voltage [V] caution below 25 V no-go below 24 V "
        "hysteresis 0.3 V delays trips after 1 s, clears after 2 s phases all "
        "reads vehicle.bus_voltage is SYS_STATUS.voltage_battery from fc_a, fc_b, fc_c; "
        "median of those within 2 V, at least 2; valid 0 V to 65 V; stale after 3 s "
        "source 28 V bus, MIL-STD-704 steady-state lower limit is 22 V; assumed margin"
    )
    assert "waived by nobody" in text


def test_a_condition_stands_as_it_is_required_with_the_names_of_its_codes():
    extra = section(page(criterion('require = "engine.state == 2"')), "extra")
    assert "requires engine.state == 2 (RUNNING) delays trips at once, clears at once" in extra
    assert "engine.state is ENGINE_STATE.state where engine = 0 from fc_a, fc_b, fc_c" in extra


def test_who_may_waive_is_named():
    waivable = 'waivable_by = ["FD", "GNC"]\nwaivable_for = "5 min"'
    text = page(criterion(f'require = "engine.state == 2"\n{waivable}'))
    assert "waived by FD, GNC, for 5 min at most" in text


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        # Digits that the board rounds away stand on the page.
        (
            'value = "landing.miss"\nunit = "m"\nformat = ".0f"\nno_go = { above = "0.125 m" }\n'
            'hysteresis = "0.0625 m"',
            "no-go above 0.125 m hysteresis 0.0625 m",
        ),
        # The file's unit is not the operator's.
        (
            'value = "landing.miss"\nunit = "km"\nno_go = { above = "250 m", below = "-1 m" }',
            "no-go above 0.25 km or below -0.001 km hysteresis none",
        ),
        (
            'value = "deck.warmth"\nunit = "degC"\nno_go = { above = "303.15 K" }\n'
            'hysteresis = "2 K"',
            "no-go above 30 degC hysteresis 2 degC",
        ),
        (
            'value = "barge.dp.thrusters_available"\nno_go = { below = "3" }',
            "value barge.dp.thrusters_available no-go below 3 hysteresis none",
        ),
    ],
)
def test_limits_are_exact_and_in_the_operators_unit(rule, said):
    texts = dict(shipped().texts)
    texts["../dictionaries/barge.toml"] += (
        '\n[parameter."deck.warmth"]\nunit = "degC"\nstale_after = "9 s"\n'
        'from = { topic = "weather", field = "air_temperature", unit = "K" }\nsources = ["barge"]\n'
    )
    texts[LANDING] += (
        '\n[criterion.extra]\ntitle = "an extra"\nowner = "EXTRA"\ngates = ["launch_commit"]\n'
        f'source = "a test"\n{rule}\n'
    )
    mission = load_mission(MISSION.relative_to(MISSION.parent), texts)
    assert said in section(page(mission), "extra")


def test_durations_are_not_rounded():
    rule = 'require = "engine.state == 2"\ntrip_after = "250 ms"\nclear_after = "20 min"'
    text = section(page(criterion(rule)), "extra")
    assert "trips after 0.25 s, clears after 20 min" in text


def test_the_phases_in_which_it_counts_are_named_by_title():
    rule = 'require = "engine.state == 2"\nphases = ["ascent", "landing_burn"]'
    text = section(page(criterion(rule)), "extra")
    assert "phases full-thrust climb, landing burn reads" in text


def test_a_derived_parameter_is_followed_to_what_comes_over_the_wire():
    lines = explain(shipped(), "landing_commit")
    at = next(
        i for i, line in enumerate(lines) if "barge.deck.significant_heave_rate = 2 * rms" in line
    )
    below = next(line for line in lines[at:] if "barge.deck.heave_rate is motion" in line)
    assert below.index("barge.deck") == lines[at].index("barge.deck") + 2
    assert "motion.heave_rate from barge" in below


def test_one_source_of_a_voted_parameter_is_not_said_to_be_voted():
    text = section(page(shipped(), "landing_commit"), "flight_computers")
    assert "fc_b.landing.healthy is LANDING_STATE.healthy from fc_b; valid" in text
    assert "median" not in text


def test_what_the_station_knows_of_a_link_names_the_link():
    assert "link.barge.age is station link_age of barge" in page(shipped(), "landing_commit")


def test_a_column_is_named():
    mission = load_mission(CONFIGS / "missions" / "falcon9-webcast.toml")
    gated = mission.texts | {
        "g.toml": '[criterion.high]\ntitle = "high"\nowner = "GNC"\ngates = ["go"]\n'
        'require = "vehicle.altitude > 1 km"\nsource = "a test"\n'
    }
    gated[mission.file] += (
        '\n[[gate]]\nid = "go"\ntitle = "GO"\nopens = "true"\ncloses = "vehicle.altitude > 9 km"\n'
    )
    text = page(load_mission(Path(mission.file), gated, ("g.toml",)))
    assert "vehicle.altitude is column altitude_km from webcast" in text


# --- The page ---


@pytest.mark.parametrize("width", [40, 57, 80, 100, 200])
def test_no_line_is_wider_than_asked_and_no_letter_is_lost(width):
    lines = explain(shipped(), None, width)
    assert max(map(len, lines)) <= width
    assert not any(line.endswith(" ") for line in lines)
    for line, widest in ((width, lines), (1000, explain(shipped(), None, 1000))):
        assert widest.count("=" * line) == 2 * len(shipped().config.gate)
    assert letters(lines) == letters(explain(shipped(), None, 1000))


def test_a_number_stays_with_its_unit():
    for width in range(40, 120, 13):
        for line in explain(shipped(), "landing_commit", width):
            assert not line.endswith((" 96", " 0.5", " > 1", " 60"))


def test_the_same_mission_gives_the_same_page():
    again = load_mission(MISSION)
    assert explain(again) == explain(shipped())


def test_without_a_gate_all_stand_there_in_file_order():
    each = [explain(shipped(), gate.id) for gate in shipped().config.gate]
    assert len(each) == len(shipped().config.gate)
    assert explain(shipped()) == [line for lines in each for line in lines]


def test_a_title_cannot_write_on_the_terminal():
    mission = changed(('title = "CONTINUE"', 'title = "CON\\u001b[2JTINUE"'))
    text = "\n".join(explain(mission, "landing_continue"))
    assert "\x1b" not in text
    assert "CON\\x1b[2JTINUE" in text


@pytest.mark.parametrize("path", MISSIONS, ids=lambda path: path.stem)
def test_every_mission_that_ships_can_be_explained(path):
    assert explain(load_mission(path))


# --- What cannot be explained ---


def test_an_unknown_gate_is_one_sentence_with_the_gates_there_are():
    with pytest.raises(NoSuchGateError) as refused:
        explain(shipped(), "landing")
    assert str(refused.value) == (
        "xzy1-hop.toml has no gate 'landing'; "
        "its gates: launch_commit, landing_commit, landing_continue, reboard"
    )


def test_a_mission_that_cannot_be_flown_is_not_explained():
    with pytest.raises(ConfigError, match="no parameter"):
        explain(criterion('require = "no.such == 1"'))


def test_the_command_prints_the_page_and_refuses_in_one_line(capfd):
    printed = gcs_here(capfd, "explain", MISSION, "landing_commit", "--width", 60)
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out.splitlines() == explain(load_mission(MISSION), "landing_commit", 60)
    refused = gcs_here(capfd, "explain", MISSION, "nope")
    assert (refused.exit_code, refused.out, len(refused.problems)) == (2, "", 1)


# --- What people enter, what latches, what asks ---


def test_silence_at_the_deadline_is_declared():
    missed = "deadline passed without a verified GO, the gate is MISSED: silence is no GO"
    assert missed in page(shipped(), "landing_commit")
    stands = "deadline passed without a known NO-GO, the gate stands"
    assert stands in page(shipped(), "landing_continue")
    assert "without a standing GO" in page(
        changed(('without_answer = "stands"', "")), "landing_continue"
    )


def test_a_poll_says_who_when_a_vote_falls_and_that_two_persons_are_asked():
    text = page(load_mission(COUNT), "launch_commit")
    assert "FD, GNC, BARGE, RANGE: each must vote GO, 2 different known persons among them" in text
    falls = "a GO falls when a criterion changes its state or its waiver, when the gate shuts, and"
    assert f"{falls} after 5 min" in text


def test_what_people_enter_says_who_may_and_that_it_is_checked():
    text = section(page(load_mission(COUNT), "launch_commit"), "range_hazard_area")
    assert "is entered by RANGE, checked by a second person" in text


def test_what_lets_a_trip_clear_stands_there_and_what_that_reads():
    way_back = 'clears_when = "vehicle.bus_voltage > 26 V"'
    text = section(page(criterion(f'require = "landing.mode == 0"\n{way_back}')), "extra")
    assert "clears once tripped, only while vehicle.bus_voltage > 26 V" in text
    assert "vehicle.bus_voltage is SYS_STATUS.voltage_battery" in text


def test_the_unwaivable_is_waived_by_nobody_ever():
    text = page(criterion('require = "landing.mode == 0"\nunwaivable = true'))
    assert "waived by nobody, ever: it is unwaivable" in text.split(" extra: ", 1)[1]


def test_an_alarm_says_what_it_asks_on_what_and_while():
    alarm = (
        '[criterion.extra.alarm]\npriority = "serious"\naction = "call the pad"\n'
        'unknown_after = "7 s"\nonce_known = true\nfollows = ["vehicle_heard"]\n'
        'asked_while = "landing.mode == 0"'
    )
    text = page(criterion(f'require = "landing.mode == 0"\n{alarm}')).split(" extra: ", 1)[1]
    assert "alarm serious, on NO-GO, or UNKNOWN for 7 s: call the pad" in text
    assert "for UNKNOWN only once it was known" in text
    assert "asks nothing for an UNKNOWN that vehicle_heard explains" in text
    assert "asked while landing.mode == 0" in text


def test_an_order_to_the_barge_is_verified_by_the_barge():
    text = page(shipped(), "reboard")
    assert "(deck_open), order deck_open to barge, up to" in text
    assert "verified by its nonce in the barge's state; valid for" in text
    assert "and only once barge.systems.deck_closed == 0" in text
