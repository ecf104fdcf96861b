"""What a rehearsal came to: lines for a terminal, JUnit XML for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

from gcs.clock import SECOND_NS
from hil.rehearsal.loop import Result


def result_lines(result: Result, *, verbose: bool) -> Iterator[str]:
    """One seed: its verdict, and each expectation where asked for or not met."""
    verdict = "PASS" if result.passed else "FAIL"
    flown_s = result.flown_ns / SECOND_NS
    yield f"seed {result.seed:<5} {verdict}  {result.outcome or 'open'} after {flown_s:.1f} s"
    for finding in result.findings:
        if verbose or not finding.met:
            yield f"  {'met    ' if finding.met else 'NOT MET'}  {finding.text}: {finding.evidence}"


def total_line(results: Sequence[Result], wall_s: float) -> str:
    """All seeds in one line."""
    outcomes = Counter(result.outcome or "open" for result in results)
    passed = sum(result.passed for result in results)
    flown_s = sum(result.flown_ns for result in results) / SECOND_NS
    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    return (
        f"{passed} of {len(results)} passed; {told}; "
        f"{flown_s:.0f} s flown in {wall_s:.1f} s ({flown_s / wall_s:.0f}x real time)"
    )


def write_junit(path: Path, name: str, results: Sequence[Result]) -> None:
    """A JUnit XML file: one test case for each seed and expectation."""
    suite = ElementTree.Element("testsuite", name=name)
    failures = 0
    for result in results:
        for finding in result.findings:
            case = ElementTree.SubElement(
                suite, "testcase", classname=f"{name}.seed_{result.seed}", name=finding.text
            )
            if not finding.met:
                failures += 1
                ElementTree.SubElement(case, "failure", message=finding.evidence)
    cases = sum(len(result.findings) for result in results)
    suite.attrib |= {"tests": str(cases), "failures": str(failures)}
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
