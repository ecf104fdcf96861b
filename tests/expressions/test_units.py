"""Units mean what the field means by them, and nothing is taken for a unit that is none."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path
from xml.etree import ElementTree

import pymavlink
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcs.expressions import (
    DIMENSIONLESS,
    ExpressionError,
    parse_difference,
    parse_quantity,
    unit_of,
)

KNOWN = {
    "m": 1.0,
    "km": 1000.0,
    "mm": 0.001,
    "nmi": 1852.0,
    "ft": 0.3048,
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "µs": 1e-6,
    "ns": 1e-9,
    "min": 60.0,
    "h": 3600.0,
    "m/s": 1.0,
    "km/h": 1 / 3.6,
    "kn": 1852 / 3600,
    "m/s/s": 1.0,
    "m/s^2": 1.0,
    "m/s²": 1.0,
    "G": 9.80665,
    "rad": 1.0,
    "deg": math.pi / 180,
    "°": math.pi / 180,
    "cdeg": math.pi / 18000,
    "degE7": math.pi / 180e7,
    "rpm": math.pi / 30,
    "deg/s": math.pi / 180,
    "%": 0.01,
    "c%": 1e-4,
    "Hz": 1.0,
    "1/s": 1.0,
    "K": 1.0,
    "kg": 1.0,
    "g": 1e-3,
    "t": 1000.0,
    "kg/s": 1.0,
    "kN": 1000.0,
    "Pa": 1.0,
    "hPa": 100.0,
    "mbar": 100.0,
    "bar": 1e5,
    "psi": 6894.757293168,
    "mV": 1e-3,
    "cA": 1e-2,
    "mAh": 3.6,
    "W": 1.0,
    "MiB": 1048576.0,
    "cm^3": 1e-6,
    "mgauss": 1e-7,
}
NOT_MAPPED = {"m/s*5", "deg/2", "dB", "pix", "px", "dBm"}
"""Scaled in the message definition itself, logarithmic, or of the screen."""


@pytest.mark.parametrize(("text", "factor"), KNOWN.items())
def test_unit_has_its_si_factor(text, factor):
    unit = unit_of(text)
    assert unit.factor == pytest.approx(factor, rel=1e-12)
    assert unit.offset == 0.0


@pytest.mark.parametrize(
    ("text", "value", "kelvin"),
    [
        ("degC", 0.0, 273.15),
        ("degC", 25.0, 298.15),
        ("°C", -40.0, 233.15),
        ("degF", -40.0, 233.15),
        ("degF", 212.0, 373.15),
        ("cdegC", 2500.0, 298.15),
    ],
)
def test_scales_with_an_offset(text, value, kelvin):
    assert unit_of(text).to_si(value) == pytest.approx(kelvin, abs=1e-9)


def test_every_unit_of_the_mavlink_definitions_is_known():
    directory = Path(pymavlink.__file__).parent / "dialects" / "v20"
    units = {
        field.get("units")
        for name in ("minimal", "standard", "common")
        for field in ElementTree.parse(directory / f"{name}.xml").iter("field")
    }
    unknown = {text for text in units - NOT_MAPPED - {None} if not is_unit(text)}
    assert len(units) > 30
    assert unknown == set()


def is_unit(text: str) -> bool:
    try:
        unit_of(text)
    except ExpressionError:
        return False
    return True


@pytest.mark.parametrize(
    ("one", "other"),
    [("deg", ""), ("deg", "%"), ("rad/s", "Hz"), ("rpm", "1/s"), ("m", "s"), ("N*m/rad", "J")],
)
def test_dimensions_differ(one, other):
    assert unit_of(one).dimension != unit_of(other).dimension


@pytest.mark.parametrize(
    ("one", "other"),
    [("deg", "rad"), ("rpm", "deg/s"), ("N", "kg*m/s^2"), ("kn", "m/s"), ("%", ""), ("J", "W*s")],
)
def test_dimensions_agree(one, other):
    assert unit_of(one).dimension == unit_of(other).dimension


@pytest.mark.parametrize(
    "text",
    [
        "parsec",
        "metres",
        "Ns",
        "As",
        "kms",
        "degs",
        "m/mins",
        "m/",
        "/s",
        "m**2",
        "m s",
        "a.b",
        "__import__('os')",
        "5",
        "kdegC",
        "m/s*5",
    ],
)
def test_what_is_no_unit_is_refused(text):
    with pytest.raises(ExpressionError):
        unit_of(text)


@given(st.text(max_size=20))
def test_no_text_raises_anything_but_an_expression_error(text):
    for read in (unit_of, parse_quantity):
        with contextlib.suppress(ExpressionError):
            read(text)


@given(st.sampled_from([*KNOWN, "degC", "degF"]), st.floats(-1e6, 1e6))
def test_to_si_and_back(text, value):
    unit = unit_of(text)
    tolerance = 1e-9 + abs(unit.offset / unit.factor) * 1e-12
    assert unit.from_si(unit.to_si(value)) == pytest.approx(value, rel=1e-12, abs=tolerance)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("5 km", 5000.0, "m"),
        ("5km", 5000.0, "m"),
        ("-3 deg", -math.radians(3), "rad"),
        ("4", 4.0, ""),
        ("20 %", 0.2, ""),
        (" 1.5e3 Pa ", 1500.0, "Pa"),
        ("+.5 s", 0.5, "s"),
        ("-5 degC", 268.15, "K"),
    ],
)
def test_quantity(text, value, unit):
    si, dimension = parse_quantity(text)
    assert si == pytest.approx(value, rel=1e-12)
    assert dimension == unit_of(unit).dimension


@pytest.mark.parametrize("text", ["", "km", "5 km 3", "nan", "inf m", "1e999", "1e308 km", "0x10"])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(ExpressionError):
        parse_quantity(text)


def test_a_step_of_temperature_has_no_zero_point():
    assert parse_quantity("2 delta_degC") == (2.0, unit_of("K").dimension)
    assert parse_difference("2 degC") == (2.0, unit_of("K").dimension)
    assert parse_difference("9 degF")[0] == pytest.approx(5.0)


def test_dimension_reads_as_its_si_unit():
    assert str(unit_of("km/h").dimension) == "m/s"
    assert str(unit_of("g0").dimension) == "m/s^2"
    assert str(unit_of("Hz").dimension) == "1/s"
    assert str(DIMENSIONLESS) == "a plain number"


@given(st.sampled_from(list(KNOWN)), st.sampled_from(list(KNOWN)))
def test_dimensions_multiply_like_their_units(one, other):
    a, b = unit_of(one).dimension, unit_of(other).dimension
    assert a * b / b == a
    assert a * a == a**2
    assert a / a == DIMENSIONLESS
