"""What is wrong with a configuration: file, key, and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gcs.config.loading import Rest


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake, placed."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        return f"{place}: {self.message}"


class ConfigError(Exception):
    """All problems of a configuration at once.

    `rest`, if any, is what is left without them and may have problems of its own.
    """

    def __init__(self, problems: Iterable[Problem], rest: Rest | None = None) -> None:
        self.problems = tuple(problems)
        self.rest = rest
        super().__init__("\n".join(str(problem) for problem in self.problems))
