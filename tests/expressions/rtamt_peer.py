"""Runs in a process of its own, as rtamt's parser warns: evaluates specifications over samples.

Reads JSON {"signals": {name: [number]}, "specifications": [text]} and writes a list of
numbers a specification; exit code 3 says that there is no rtamt.
"""

from __future__ import annotations

import json
import sys

NO_RTAMT = 3


def evaluated(text: str, signals: dict[str, list[float]]) -> list[float]:
    """The robustness of a discrete-time specification at every sample."""
    import rtamt

    specification = rtamt.StlDiscreteTimeSpecification()
    for name in (*signals, "out"):
        specification.declare_var(name, "float")
    specification.spec = f"out = {text}"
    specification.parse()
    count = len(next(iter(signals.values())))
    answers = specification.evaluate({"time": list(range(count)), **signals})
    return [value for _, value in answers]


def main() -> None:
    """Answer what stands on standard input."""
    try:
        import rtamt  # noqa: F401
    except ImportError as error:
        sys.stderr.write(str(error))
        raise SystemExit(NO_RTAMT) from None
    asked = json.load(sys.stdin)
    json.dump([evaluated(text, asked["signals"]) for text in asked["specifications"]], sys.stdout)


if __name__ == "__main__":
    main()
