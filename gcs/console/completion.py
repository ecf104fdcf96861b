"""What a half-typed line may become: for Tab, for the hint beside it, and for the palette."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from gcs.console.actions import VERBS, Verb, verb_named
from gcs.console.verbs import Known

HINTED = 8
"""Choices named beside a line; the rest is counted."""


@dataclass(frozen=True)
class Completion:
    """The line as far as it is certain, what its last word may become, and its usage."""

    line: str
    choices: tuple[str, ...] = ()
    usage: str = ""

    @property
    def hint(self) -> str:
        """Usage and choices in one text."""
        named = "  ".join(self.choices[:HINTED])
        more = len(self.choices) - HINTED
        parts = (self.usage, named + (f"  and {more} more" if more > 0 else ""))
        return "   ".join(part for part in parts if part)


def completed(line: str, known: Known) -> Completion:
    """What Tab makes of a line."""
    if not line.startswith(":"):
        return Completion(line)
    *before, word = line[1:].split(" ")
    verb = verb_named(before[0]) if before else None
    usage = f":{verb.word} {verb.arguments}".rstrip() if verb is not None else ""
    choices = _choices(_candidates(before, verb, known), word)
    if not choices:
        return Completion(line, (), usage)
    head = line[: len(line) - len(word)]
    if len(choices) == 1:
        return Completion(f"{head}{choices[0]} ", choices, usage)
    common = _common_start(choices)
    return Completion(head + (common if common.startswith(word.lower()) else word), choices, usage)


def _candidates(before: Sequence[str], verb: Verb | None, known: Known) -> Sequence[str]:
    if not before:
        words = [known_verb.word for known_verb in VERBS]
        return [*words, *(c.id for c in known.catalogue.commands if c.id not in words)]
    place = len(before) - 1
    if verb is None or place >= len(verb.places):
        return ()
    return verb.places[place](known)


def _choices(names: Sequence[str], word: str) -> tuple[str, ...]:
    """The names that begin with a word; where none does, those that contain it."""
    start = word.lower()
    beginning = tuple(name for name in names if name.startswith(start))
    return beginning or tuple(name for name in names if start in name)


def _common_start(names: Sequence[str]) -> str:
    first, last = min(names), max(names)
    same = (place for place, pair in enumerate(zip(first, last, strict=False)) if len({*pair}) > 1)
    return first[: next(same, min(len(first), len(last)))]


@dataclass(frozen=True)
class Entry:
    """One line of the palette; `whole` where it may be sent as it is."""

    line: str
    purpose: str
    whole: bool


@dataclass(frozen=True)
class Palette:
    """The palette while it is open: what the filter found, and the entry under the cursor."""

    found: tuple[Entry, ...]
    row: int = 0

    @property
    def chosen(self) -> Entry | None:
        """The entry under the cursor."""
        return self.found[self.row] if self.found else None

    def moved(self, by: int) -> Palette:
        """The cursor `by` rows further down; it stops at both ends."""
        return Palette(self.found, min(max(0, self.row + by), max(0, len(self.found) - 1)))


def palette_for(text: str, known: Known) -> Palette:
    """The entries in which every typed word occurs."""
    words = text.casefold().split()
    return Palette(tuple(entry for entry in _entries(known) if _matches(entry, words)))


def _matches(entry: Entry, words: Sequence[str]) -> bool:
    text = f"{entry.line} {entry.purpose}".casefold()
    return all(word in text for word in words)


def _entries(known: Known) -> Iterator[Entry]:
    """Every line that may be typed, up to the first place that only a person can fill."""
    for command in known.catalogue.commands:
        # A verb of that name, such as :hold, is not the command: that one is staged in full.
        line = f":stage {command.id}" if verb_named(command.id) else f":{command.id}"
        yield Entry(line, f"{command.title} ({command.target})", whole=True)
    for verb in VERBS:
        if verb.word == "stage":
            continue  # the commands above are the same by their own names
        if not verb.places:
            yield Entry(f":{verb.word}", verb.purpose, verb.whole)
            continue
        for names in product(*(place(known) for place in verb.places)):
            yield Entry(f":{verb.word} {' '.join(names)}", verb.purpose, verb.whole)
