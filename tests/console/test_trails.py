"""Charts hold only what was good, at a bounded rate and for a bounded time."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from gcs.clock import SECOND_NS
from gcs.console.raster import Raster
from gcs.console.trails import CAPACITY, SPACING_NS, Trails, finite_range
from gcs.messages import Quality
from tests.console.scenes import EPOCH_NS, Scene, catalogue

ALTITUDE = [info.id for info in catalogue().parameters].index("nav.altitude")


def trails(*scenes: Scene) -> Trails:
    made = Trails(len(catalogue().parameters))
    for scene in scenes:
        made.add(scene.snapshot())
    return made


def at(t_ns: int, value: float, quality: Quality = Quality.GOOD) -> Scene:
    return Scene(
        t_ns=t_ns, values={"nav.altitude": value}, qualities={"nav.altitude": quality}, events=()
    )


def binned(kept: Trails, now_s: int, bins: int) -> list[float]:
    now_ns = EPOCH_NS + now_s * SECOND_NS
    return list(kept.binned(ALTITUDE, now_ns, bins * SECOND_NS, bins))


def test_a_bin_is_the_mean_of_what_fell_into_it_open_at_its_start() -> None:
    kept = trails(at(0, 1.0), at(SECOND_NS // 2, 10.0), at(SECOND_NS, 20.0), at(3 * SECOND_NS, 5.0))
    np.testing.assert_equal(binned(kept, 3, 3), [15.0, np.nan, 5.0])


@pytest.mark.parametrize("quality", [Quality.SUSPECT, Quality.BAD, Quality.STALE, Quality.NEVER])
def test_only_good_values_are_drawn(quality: Quality) -> None:
    assert np.isnan(binned(trails(at(SECOND_NS, 7.0, quality)), 1, 1)).all()


def test_snapshots_nearer_than_the_spacing_are_passed_over() -> None:
    kept = trails(at(1, 1.0), at(SPACING_NS, 9.0), at(SPACING_NS + 1, 3.0))
    assert binned(kept, 1, 1) == [2.0]


def test_the_ring_forgets_the_oldest() -> None:
    ring = trails(at(0, 0.0))
    for step in range(1, CAPACITY + 1):
        ring.add(at(step * SPACING_NS, float(step)).snapshot())
    span_ns = (CAPACITY + 1) * SPACING_NS
    now_ns = EPOCH_NS + CAPACITY * SPACING_NS
    assert np.nanmin(ring.binned(ALTITUDE, now_ns, span_ns, CAPACITY + 1)) == 1.0


def test_a_range_is_never_empty_and_nothing_has_none() -> None:
    assert finite_range([float("nan"), 2.0, 5.0]) == (2.0, 5.0)
    assert finite_range([float("nan")]) is None
    low, high = finite_range([4.0]) or (0.0, 0.0)
    assert low < 4.0 < high


def test_a_raster_draws_up_and_leaves_gaps() -> None:
    raster = Raster(2, 1)
    raster.curve(np.array([0.0, 1.0, np.nan, 1.0]))
    assert raster.rows() == ["⣸⠈"]


def margin_at(t_ns: int, margin: float | None) -> Scene:
    return Scene(t_ns=t_ns, margins={"gust": margin} if margin is not None else {}, events=())


def test_margins_are_kept_by_the_criterions_name_and_gaps_stay_gaps() -> None:
    kept = Trails(len(catalogue().parameters), ["gust", "elsewhere"])
    for second, margin in enumerate((0.5, -0.25)):
        kept.add(margin_at(second * SECOND_NS, margin).snapshot())
    unknown = margin_at(2 * SECOND_NS, 0.0).snapshot()
    gone = tuple(msgspec.structs.replace(s, margin=None) for s in unknown.criteria)
    kept.add(msgspec.structs.replace(unknown, criteria=gone))
    now_ns = EPOCH_NS + 2 * SECOND_NS
    np.testing.assert_equal(kept.margins("gust", now_ns, 3 * SECOND_NS, 3), [0.5, -0.25, np.nan])
    assert np.isnan(kept.margins("elsewhere", now_ns, 3 * SECOND_NS, 3)).all()
    assert np.isnan(kept.margins("waves", now_ns, 3 * SECOND_NS, 3)).all()


def test_a_margin_that_is_overwritten_leaves_no_trace() -> None:
    ring = Trails(len(catalogue().parameters), ["gust"])
    ring.add(margin_at(0, 9.0).snapshot())
    for step in range(1, CAPACITY + 1):
        later = margin_at(step * SPACING_NS, 0.0).snapshot()
        gone = tuple(msgspec.structs.replace(s, margin=None) for s in later.criteria)
        ring.add(msgspec.structs.replace(later, criteria=gone))
    now_ns = EPOCH_NS + CAPACITY * SPACING_NS
    assert np.isnan(ring.margins("gust", now_ns, 2 * CAPACITY * SPACING_NS, 4)).all()
