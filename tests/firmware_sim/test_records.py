"""Records share their memory with kernels, and come back from their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import pytest

from firmware_sim.chance import Chance, normal, seed_chance, uniform
from firmware_sim.kernel import kernel
from firmware_sim.records import Floats, Record, dtype_of, make, restore, save


class Part(Record):
    flow: float
    angles: Annotated[Floats, 2]


class Whole(Record):
    parts: Annotated[Sequence[Part], 3]
    count: int


@kernel
def run(whole: Whole) -> int:
    for i in range(3):
        whole.parts[i].flow += i
        whole.parts[i].angles[1] = 2.0
    whole.count += 1
    return whole.count


def test_a_kernel_and_python_see_the_same_memory() -> None:
    whole = make(Whole)
    whole.parts[2].flow = 0.5
    assert run(whole) == 1
    assert whole.parts[2].flow == 2.5
    assert whole.parts[1].angles[1] == 2.0
    assert whole.count == 1


def test_restoring_takes_back_everything_since_the_save() -> None:
    whole = make(Whole)
    run(whole)
    saved = save(whole)
    run(whole)
    assert save(whole) != saved
    restore(whole, saved)
    assert save(whole) == saved
    run(whole)
    assert whole.count == 2


def test_bytes_of_another_layout_are_refused() -> None:
    with pytest.raises(ValueError, match="expected 80 bytes"):
        restore(make(Whole), b"\0" * 79)


def test_a_field_that_has_no_layout_is_named() -> None:
    class Wrong(Record):
        name: str

    with pytest.raises(TypeError, match=r"Wrong\.name"):
        dtype_of(Wrong)


@kernel
def draw(chance: Chance, uniforms: Floats, normals: Floats) -> None:
    for i in range(uniforms.size):
        uniforms[i] = uniform(chance)
        normals[i] = normal(chance)


def drawn(seed: int, stream: str) -> tuple[Floats, Floats]:
    chance = make(Chance)
    seed_chance(chance, seed, stream)
    uniforms, normals = np.empty(200_000), np.empty(200_000)
    draw(chance, uniforms, normals)
    return uniforms, normals


def test_draws_have_the_moments_of_their_distributions() -> None:
    uniforms, normals = drawn(1, "sea")
    assert uniforms.min() >= 0.0
    assert uniforms.max() < 1.0
    assert uniforms.mean() == pytest.approx(0.5, abs=0.003)
    assert uniforms.var() == pytest.approx(1 / 12, rel=0.01)
    assert normals.mean() == pytest.approx(0.0, abs=0.01)
    assert normals.var() == pytest.approx(1.0, rel=0.02)
    assert (normals**4).mean() == pytest.approx(3.0, rel=0.05)


def test_streams_repeat_by_seed_and_name_and_differ_otherwise() -> None:
    first, again = drawn(1, "sea")[0], drawn(1, "sea")[0]
    assert np.array_equal(first, again)
    for seed, stream in ((2, "sea"), (1, "gusts")):
        other = drawn(seed, stream)[0]
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.01
