"""What `make mutation` makes of the mutants: who may survive, and what fails."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from tests.helpers.mutation import LISTED, Mutant, change_of, listed, mutants_of, report

DIFF = """--- gcs/decision/limits.py
+++ gcs/decision/limits.py
@@ -1,3 +1,3 @@
 def side(self, value):
-    if value > self.above:
+    if value >= self.above:
         return Side.OUT"""
CHANGE = "Limit.side: if value > self.above: -> if value >= self.above:"
LIST = f"""
[[survivor]]
module = "limits.py"
reason = "a test"
changes = ["{CHANGE}"]
"""


def killed(number: int) -> list[Mutant]:
    return [Mutant("limits.py", "", 1)] * number


def test_a_mutant_is_named_by_what_it_changes() -> None:
    assert change_of("gcs.decision.limits.xǁLimitǁside__mutmut_3", DIFF) == CHANGE
    function = change_of("gcs.decision.polls.x__expired__mutmut_1", DIFF).partition(":")[0]
    assert function == "_expired"


def test_mutants_are_read_as_mutmut_leaves_them(tmp_path: Path) -> None:
    folder = tmp_path / "gcs" / "decision"
    folder.mkdir(parents=True)
    codes = {"gcs.decision.limits.x_a__mutmut_1": 1, "gcs.decision.limits.x_a__mutmut_2": 0}
    (folder / "limits.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))
    found = mutants_of(tmp_path, lambda _name, _path: DIFF)
    assert [(m.module, m.killed, m.survived) for m in found] == [
        ("gcs/decision/limits.py", True, False),
        ("gcs/decision/limits.py", False, True),
    ]


def test_an_unlisted_survivor_fails_and_a_listed_one_does_not() -> None:
    mutants = [*killed(30), Mutant("limits.py", CHANGE, 0)]
    assert report(mutants, {})[1] == [f"survives, and is not listed: limits.py: {CHANGE}"]
    assert report(mutants, listed(LIST))[1] == []


def test_a_mutant_that_no_test_comes_by_survives() -> None:
    assert len(report([*killed(30), Mutant("limits.py", CHANGE, 33)], {})[1]) == 1


def test_a_listed_one_that_is_killed_is_told_as_stale() -> None:
    lines, wrong = report(killed(1), listed(LIST))
    assert lines[-1] == f"stale, it no longer survives: limits.py: {CHANGE}"
    assert wrong == []


def test_what_was_not_tried_fails_and_what_ran_out_of_time_is_killed() -> None:
    assert report([Mutant("limits.py", "x", -24)], {})[1] == []
    assert "not tried: limits.py: x" in report([*killed(30), Mutant("limits.py", "x", None)], {})[1]


def test_nineteen_of_twenty_must_be_killed() -> None:
    survivor = Mutant("limits.py", CHANGE, 0)
    assert report([*killed(19), survivor], listed(LIST))[1] == []
    assert report([*killed(18), survivor], listed(LIST))[1] == ["94.7% killed, 95% are asked for"]


def test_every_listed_survivor_has_a_reason_and_a_module_that_is_there() -> None:
    text = LISTED.read_text()
    assert all(listed(text).values())
    for group in tomllib.loads(text)["survivor"]:
        assert Path(group["module"]).is_file()
