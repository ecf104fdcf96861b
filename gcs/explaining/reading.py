"""What a gate's expressions read, down to what comes over the wire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gcs.config.dictionary import FromExpression, ParameterConfig
from gcs.config.loading import Mission
from gcs.explaining.wording import duration
from gcs.expressions.parsing import parse
from gcs.expressions.syntax import Name, Node, children
from gcs.messages import Codes
from gcs.telemetry.naming import told_with_names
from gcs.telemetry.origins import SENDERS, say_origin


class Parameters:
    """Says of parameters where they come from."""

    def __init__(self, mission: Mission) -> None:
        self._configs = {name: config for _, name, config in mission.parameters()}
        self._sources = mission.config.source

    def codes(self, name: str) -> Codes:
        """What its values are called."""
        return self._found(name)[1].codes

    def read_by(self, expressions: Iterable[str]) -> Iterator[tuple[int, str]]:
        """(depth, sentence) of every parameter that is read; below a derived one, what it reads."""
        seen: set[str] = set()
        for expression in expressions:
            yield from self._read(expression, 0, seen)

    def _read(self, expression: str, depth: int, seen: set[str]) -> Iterator[tuple[int, str]]:
        for name in _names(parse(expression)):
            if name in seen:
                continue
            seen.add(name)
            source, config = self._found(name)
            yield depth, f"{name} {self._said(source, config)}"
            if isinstance(config.origin, FromExpression):
                yield from self._read(config.origin.expression, depth + 1, seen)

    def _found(self, name: str) -> tuple[str, ParameterConfig]:
        """The entry of a name; with its source where the name is that of a single one."""
        if name in self._configs:
            return "", self._configs[name]
        source, _, plain = name.partition(".")
        return source, self._configs[plain]

    def _said(self, source: str, config: ParameterConfig) -> str:
        derived = isinstance(config.origin, FromExpression)
        parts = [f"{'=' if derived else 'is'} {self._origin(source, config)}"]
        if config.vote is not None and not source and len(config.sources) > 1:
            parts.append(_vote(config))
        if config.valid is not None:
            parts.append(f"valid {config.valid[0]} to {config.valid[1]}")
        parts.append(f"stale after {duration(config.stale_after)}")
        return "; ".join(parts)

    def _origin(self, source: str, config: ParameterConfig) -> str:
        origin = config.origin
        only = [s.id for s in self._sources if s.kind == SENDERS.get(type(origin))]
        sources: Sequence[str] = (source,) if source else config.sources or only
        if isinstance(origin, FromExpression):
            return told_with_names(origin.expression, self.codes)
        return say_origin(origin, sources)


def _vote(config: ParameterConfig) -> str:
    assert config.vote is not None
    vote = config.vote
    text = f"median of those within {vote.tolerance}, at least {vote.minimum_sources}"
    if vote.frozen_after is not None:
        text += f", frozen after {duration(vote.frozen_after)}"
    return text


def _names(node: Node) -> Iterator[str]:
    """The parameters that a tree names, left to right."""
    if isinstance(node, Name):
        yield node.name
    for child in children(node):
        yield from _names(child)
