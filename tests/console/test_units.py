"""Units of the operator's choice: on parameters, at the display, with decimals that stay."""

from __future__ import annotations

import math

import msgspec
import pytest

from gcs.clock import SECOND_NS
from gcs.console.model import Model
from gcs.console.session import Session
from gcs.console.settings import Settings
from gcs.console.units import DIMENSIONS, DisplayUnits, UnitChoiceError, check_choice
from gcs.messages import Catalogue, ParameterInfo
from tests.console.scenes import Scene, catalogue, column


def in_units(**chosen: str) -> Catalogue:
    return DisplayUnits(chosen).applied(catalogue())


def shown(names: Catalogue, parameter: str, si: float) -> str:
    scene = Scene(values={parameter: si})
    reading = Model(names, scene.snapshot()).reading(column(parameter))
    return f"{reading.shown} {reading.info.unit}"


@pytest.mark.parametrize(
    ("chosen", "parameter", "si", "text"),
    [
        ({}, "nav.altitude", 1000.0, "1000.0 m"),
        ({"length": "ft"}, "nav.altitude", 1000.0, "3280.8 ft"),
        ({"length": "ft"}, "barge.deck.heave", 0.5, "+1.64 ft"),
        ({"speed": "kn"}, "nav.vertical_speed", -10.0, "-19.4 kn"),
        ({"speed": "kn"}, "nav.altitude", 1000.0, "1000.0 m"),
        ({"pressure": "bar"}, "engine.chamber_pressure", 9.71e6, "97.1 bar"),
        ({"pressure": "bar"}, "propellant.fuel_pressure", 288e3, "2.88 bar"),
        ({"angle": "rad"}, "nav.roll", 0.011, "+0.011 rad"),
        ({"angular_rate": "rpm"}, "nav.pitch_rate", math.pi / 30, "+1.00 rpm"),
        ({"mass": "kg"}, "propellant.oxidizer", 6900.0, "6900 kg"),
    ],
)
def test_a_parameter_is_shown_in_the_unit_chosen(
    chosen: dict[str, str], parameter: str, si: float, text: str
) -> None:
    assert shown(in_units(**chosen), parameter, si) == text


@pytest.mark.parametrize("si", [0.0, 1e-9, 3.3, 1e5])
def test_decimals_never_change_with_the_value(si: float) -> None:
    text = shown(in_units(length="ft"), "nav.altitude", si)
    assert len(text.split()[0].partition(".")[2]) == 1


def test_the_resolution_is_kept_and_not_invented() -> None:
    """A step of the old unit's last digit is one to ten steps of the new one's."""
    for unit in ("ft", "km", "NM", "in", "m"):
        info = in_units(length=unit).parameters[column("nav.altitude")]
        step = 10.0 ** -int(info.format.strip("+.f"))
        assert 1.0 - 1e-9 <= 0.1 * info.factor / step < 10.0 + 1e-9


def test_a_difference_of_temperatures_is_not_moved_along_a_scale() -> None:
    def with_unit(unit: str, offset: float) -> ParameterInfo:
        base = catalogue().parameters[0]
        return msgspec.structs.replace(base, unit=unit, factor=1.0, offset=offset)

    names = msgspec.structs.replace(
        catalogue(), parameters=(with_unit("degC", -273.15), with_unit("K", 0.0))
    )
    degrees, kelvin = DisplayUnits({"temperature": "degF"}).applied(names).parameters
    assert degrees.unit == "degF"
    assert 273.15 * degrees.factor + degrees.offset == pytest.approx(32.0)
    assert kelvin.unit == "K"


def test_criteria_and_their_limits_keep_the_missions_units() -> None:
    assert in_units(length="ft").criteria == catalogue().criteria


def test_a_unit_that_the_vocabulary_does_not_have_stays() -> None:
    odd = msgspec.structs.replace(catalogue().parameters[0], unit="furlongs")
    names = msgspec.structs.replace(catalogue(), parameters=(odd,))
    assert DisplayUnits({"length": "ft"}).applied(names).parameters == (odd,)


@pytest.mark.parametrize(("dimension", "unit"), DIMENSIONS.items())
def test_every_dimension_has_a_unit(dimension: str, unit: str) -> None:
    check_choice(dimension, unit)
    with pytest.raises(UnitChoiceError):
        check_choice(dimension, "A")


def test_a_console_shows_its_own_units_and_sends_none_of_them() -> None:
    session = Session("FD", Settings(units=DisplayUnits({"length": "ft"})))
    session.receive(catalogue(), 0)
    session.receive(Scene(values={"nav.altitude": 1000.0}).snapshot(), 0)
    picture = session.picture(SECOND_NS, 1)
    assert picture is not None
    assert picture.model.reading(column("nav.altitude")).shown == "3280.8"
    session.receive(catalogue(), 0)
    assert session.snapshot is not None
