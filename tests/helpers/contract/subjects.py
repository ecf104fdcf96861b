"""A criterion with its witnesses, whichever kind it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

from gcs.expressions import compile_expression
from tests.helpers.contract import ages, limits, requirements
from tests.helpers.contract.ages import Age, is_age
from tests.helpers.contract.bench import Bench, benches, handles_of, roots_of
from tests.helpers.contract.by_hand import scenes_by_hand
from tests.helpers.contract.faults import Subject
from tests.helpers.contract.limits import Scene, Solution
from tests.helpers.contract.mutants import conditions_of
from tests.helpers.contract.requirements import Requirement

Identity: TypeAlias = tuple[str, str, frozenset[str]]


@cache
def _identities() -> dict[str, Identity]:
    """`mission:criterion` -> its id, its entry, and the entries of all that it stands on."""
    found: dict[str, Identity] = {}
    for bench in benches().values():
        for name, config in bench.configs().items():
            roots = roots_of(bench, *bench.criterion(name).expressions)
            entry = config.model_copy(update={"alarm": None})
            found[f"{bench.id}:{name}"] = (name, repr(entry), roots)
    return found


@cache
def shipped() -> tuple[str, ...]:
    """`mission:criterion` of every criterion of every shipped mission, each kind once.

    Of missions that share a criterion and all that it stands on, the first shows it.
    """
    first: dict[Identity, str] = {}
    for key, identity in _identities().items():
        first.setdefault(identity, key)
    return tuple(first.values())


def shipped_in_all() -> int:
    """How many there are over all missions."""
    return len(_identities())


def shown_by(mission: str) -> list[str]:
    """The criteria that a mission is the first to have."""
    return [key.split(":")[1] for key in shipped() if key.split(":")[0] == mission]


@cache
def conditions() -> dict[str, str]:
    """`mission:where` -> text of every other condition of the shipped missions, each kind once."""
    first: dict[Identity, str] = {}
    for bench in benches().values():
        for where, text in conditions_of(bench.mission).items():
            roots = roots_of(bench, compile_expression(text, bench.dictionary))
            first.setdefault((where, text, roots), f"{bench.id}:{where}")
    return {key: where_text[1] for where_text, key in first.items()}


@cache
def tables() -> tuple[str, ...]:
    """The missions with phase tables, each table once."""
    first: dict[str, str] = {}
    for bench in benches().values():
        rows, phases = bench.mission.config.transition, bench.mission.config.phase
        texts = [compile_expression(row.when, bench.dictionary) for row in rows]
        first.setdefault(f"{rows!r} {phases!r} {sorted(roots_of(bench, *texts))}", bench.id)
    return tuple(first.values())


def is_windowed(key: str) -> bool:
    """Whether a shipped criterion looks back."""
    mission, name = key.split(":")
    bench = benches()[mission]
    handles = handles_of(bench, bench.criterion(name).expression)
    return any(handle.windowed for handle in handles)


def has_limits(key: str) -> bool:
    """Whether a shipped criterion holds a value to limits, not a condition to be true."""
    mission, name = key.split(":")
    return benches()[mission].configs()[name].value is not None


def watches_an_age(key: str) -> bool:
    """Whether a shipped criterion asks only how old a word is."""
    mission, name = key.split(":")
    return is_age(benches()[mission].configs()[name])


def subject_of(bench: Bench, name: str) -> Subject:
    """A criterion's witnesses. ToothlessError where it cannot fail, or cannot pass."""
    config, criterion = bench.configs()[name], bench.criterion(name)
    kind = Solution if config.require is None else Requirement
    return kind(bench, criterion, config)


@cache
def shipped_subject(key: str) -> tuple[Bench, Subject]:
    """A shipped criterion by its `mission:criterion`; not one that watches an age."""
    mission, name = key.split(":")
    bench = benches()[mission]
    return bench, subject_of(bench, name)


def scenes_of(key: str) -> Iterator[Scene]:
    """Every scene of a shipped criterion."""
    mission, name = key.split(":")
    if watches_an_age(key):
        bench = benches()[mission]
        yield from ages.scenes_of(Age(bench, bench.criterion(name), bench.configs()[name]))
        return
    subject = shipped_subject(key)[1]
    if isinstance(subject, Solution):
        yield from limits.scenes_of(subject)
    else:
        yield from requirements.scenes_of(subject)
    yield from scenes_by_hand(name)
