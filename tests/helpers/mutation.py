"""Every mutant of the deciding and commanding code against its tests: who survives, and why.

`make mutation` runs it from the repository's root, on a copy under build/. It fails where
a mutant survives that `tests/mutation_survivors.toml` does not list with a reason, where
one could not be tried, and below SHARE.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

COPY = Path("build/mutation")
LISTED = Path("tests/mutation_survivors.toml")
COPIED = ("configs", "firmware_sim", "gcs", "hil", "tests", "pyproject.toml")
SHARE = 0.95

_KILLED = (1, 3)
_TIMED_OUT = (-24, 24, 36, 152, 255)
_SURVIVED = (0, 5, 33)
"""mutmut's exit codes: the tests pass, or no test comes by."""


@dataclass(frozen=True)
class Mutant:
    """A changed function: where it stands, what changed, and how its tests ended."""

    module: str
    change: str
    code: int | None

    @property
    def killed(self) -> bool:
        return self.code in _KILLED or self.code in _TIMED_OUT

    @property
    def survived(self) -> bool:
        return self.code in _SURVIVED

    def __str__(self) -> str:
        return f"{self.module}: {self.change}"


def mutants_of(folder: Path, diff: Callable[[str, str], str]) -> list[Mutant]:
    """What mutmut left in `folder`; `diff` tells what a mutant of a path changes."""
    found = []
    for meta in sorted(folder.glob("gcs/*/*.py.meta")):
        path = meta.relative_to(folder).as_posix().removesuffix(".meta")
        codes: dict[str, int | None] = json.loads(meta.read_text())["exit_code_by_key"]
        for name, code in codes.items():
            change = "" if code in _KILLED else change_of(name, diff(name, path))
            found.append(Mutant(path, change, code))
    return found


def change_of(name: str, diff: str) -> str:
    """`Latch.step: if a < b: -> if a <= b:`, which outlives edits elsewhere."""
    function = name.partition("__mutmut_")[0].rpartition(".")[2].removeprefix("x_")
    where = function.removeprefix("xǁ").replace("ǁ", ".")
    lines = diff.splitlines()[2:]
    was, now = (" ".join(_stripped(lines, sign)) for sign in "-+")
    return f"{where}: {was} -> {now}"


def _stripped(lines: Iterable[str], sign: str) -> list[str]:
    return [line[1:].strip() for line in lines if line.startswith(sign)]


def listed(text: str) -> dict[str, str]:
    """Mutant -> the reason why it may survive; a mutant is listed once."""
    reasons: dict[str, str] = {}
    for group in tomllib.loads(text)["survivor"]:
        for change in group["changes"]:
            mutant = f"{group['module']}: {change}"
            assert mutant not in reasons, f"listed twice: {mutant}"
            reasons[mutant] = group["reason"]
    return reasons


def report(mutants: Iterable[Mutant], reasons: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The table by module and what is listed in vain; and what is wrong."""
    all_of_them = list(mutants)
    lines = [f"{'module':36} {'mutants':>7} {'killed':>7} {'survivors':>9} {'share':>7}"]
    lines += [
        _row(module, [mutant for mutant in all_of_them if mutant.module == module])
        for module in sorted({mutant.module for mutant in all_of_them})
    ]
    lines.append(_row("all", all_of_them))
    alive = {str(mutant) for mutant in all_of_them if mutant.survived}
    lines += [f"stale, it no longer survives: {name}" for name in sorted(set(reasons) - alive)]
    wrong = [f"survives, and is not listed: {name}" for name in sorted(alive - set(reasons))]
    wrong += [f"not tried: {m}" for m in all_of_them if not (m.killed or m.survived)]
    share = sum(mutant.killed for mutant in all_of_them) / max(1, len(all_of_them))
    if share < SHARE:
        wrong.append(f"{share:.1%} killed, {SHARE:.0%} are asked for")
    return lines, wrong


def _row(name: str, mutants: list[Mutant]) -> str:
    killed = sum(mutant.killed for mutant in mutants)
    survived = sum(mutant.survived for mutant in mutants)
    share = killed / max(1, len(mutants))
    return f"{name:36} {len(mutants):7} {killed:7} {survived:9} {share:7.1%}"


def copy_afresh() -> None:
    """What is tested is what stands in the tree now."""
    shutil.rmtree(COPY, ignore_errors=True)
    COPY.mkdir(parents=True)
    skipped = shutil.ignore_patterns("__pycache__", "*.nbc", "*.nbi")
    for name in COPIED:
        source = Path(name)
        if source.is_dir():
            shutil.copytree(source, COPY / name, ignore=skipped)
        else:
            shutil.copy2(source, COPY / name)


def main(modules: list[str]) -> int:
    """Run mutmut on all modules that pyproject.toml names, or on these alone."""
    reasons = listed(LISTED.read_text())
    copy_afresh()
    with chdir(COPY):
        names = [f"{module.removesuffix('.py').replace('/', '.')}.*" for module in modules]
        mutmut = Path(sys.executable).with_name("mutmut")
        subprocess.run([mutmut, "run", *names], check=True)
        # It reads its configuration where it is imported.
        from mutmut.mutation.diff_apply import get_diff_for_mutant

        mutants = mutants_of(
            Path("mutants"), lambda name, path: get_diff_for_mutant(name, path=path)
        )
    if modules:
        mutants = [mutant for mutant in mutants if mutant.module in modules]
        reasons = {name: why for name, why in reasons.items() if name.split(":")[0] in modules}
    lines, wrong = report(mutants, reasons)
    sys.stdout.write("\n".join([*lines, *wrong]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
