"""Scenes that the search cannot find, by the criterion's id."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from gcs.clock import MILLISECOND_NS
from tests.helpers.contract.limits import CAUTION, GO, NO_GO, UNKNOWN, Look, Scene
from tests.helpers.contract.rig import Levels, Step

_SETTLED_NS = 10**10


def _losses(a: float, b: float, c: float, **more: float) -> Levels:
    return {"link.fc_a.loss": a, "link.fc_b.loss": b, "link.fc_c.loss": c, **more}


def _vehicle_loss() -> Iterator[Scene]:
    """The search turns the three losses alike, which does not tell a median from a maximum."""
    one, two, some = _losses(0.9, 0.0, 0.0), _losses(0.9, 0.2 + 1e-6, 0.0), _losses(0.9, 0.1, 0.0)
    yield Scene(
        "one of three loses", (Look(Step(0, one), UNKNOWN), Look(Step(_SETTLED_NS, one), GO))
    )
    yield Scene("two of three lose", (Look(Step(0, two), NO_GO),))
    looks = (Look(Step(0, some), UNKNOWN), Look(Step(_SETTLED_NS, some), CAUTION))
    yield Scene("two of three lose some", looks)


def _launch_loss() -> Iterator[Scene]:
    """The worst of four counts, not the best."""
    barge = {"link.barge.loss": 0.0}
    worst, some = _losses(0.0, 0.05 + 1e-6, 0.0, **barge), _losses(0.03, 0.0, 0.0, **barge)
    yield Scene("one loses", (Look(Step(0, worst), NO_GO),))
    looks = (Look(Step(0, some), UNKNOWN), Look(Step(_SETTLED_NS, some), CAUTION))
    yield Scene("one loses some", looks)


_EVERY_NS = 900 * MILLISECOND_NS
_ROUGH, _RED, _WINDOW_S = 0.64, 1.25, 600.0


def _significant_heave_rate() -> Iterator[Scene]:
    """Ten red minutes, then a flat sea: red stays until the mean of ten minutes is below too."""
    looks = []
    samples = [(-0.9 * i, _ROUGH) for i in reversed(range(1400))]
    past: list[tuple[float, float]] = []
    red = True
    for k in range(1100):
        rough, now_s = k < 780, 0.9 * k
        heave = _ROUGH if rough else 0.0
        if k:
            samples += [(now_s - 0.9 + t, heave) for t in (1 / 3, 2 / 3, 0.9)]
        window = [v * v for t, v in samples if t > now_s - 1200.0 + 1e-9]
        rate = 2.0 * (sum(window) / len(window)) ** 0.5
        past.append((now_s, rate))
        recent = [v for t, v in past if t > now_s - _WINDOW_S + 1e-9]
        known = now_s >= 0.99 * _WINDOW_S
        red = red and not (rate <= _RED and known and sum(recent) / len(recent) < _RED)
        step = Step(_EVERY_NS if k else 0, {"barge.deck.heave_rate": heave}, live=bool(k))
        looks.append(Look(step, NO_GO if red else CAUTION))
    assert looks[0].state is NO_GO
    assert looks[-1].state is CAUTION
    yield Scene("red until the ten minutes are", tuple(looks))


_ALL = {
    "vehicle_loss": _vehicle_loss,
    "launch_loss": _launch_loss,
    "significant_heave_rate": _significant_heave_rate,
}
NAMES = frozenset(_ALL)


@cache
def scenes_by_hand(name: str) -> tuple[Scene, ...]:
    """The scenes of a criterion; none for most."""
    return tuple(_ALL[name]()) if name in _ALL else ()
