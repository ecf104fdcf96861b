"""Other weather for a mission, as a command line asks for it."""

from __future__ import annotations

import re
from dataclasses import replace

from gcs.config.loading import Mission
from gcs.config.model import parse_angle_rad
from gcs.config.problems import ConfigError, Problem
from gcs.config.simulation import SimulatedBarge, SimulatedSea, SimulatedWeather

_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(m/s|kt)")
_KNOT_M_S = 0.514_444
_CALMEST_STATE, _ROUGHEST_STATE = 0, 6


def with_conditions(
    mission: Mission, wind: str = "", sea_state: str = "", wave_heading: str = ""
) -> Mission:
    """The mission in other wind and waves; an empty text leaves what the file says.

    `wind` is the mean at 10 m and keeps the file's ratio of gust to mean; `sea_state` is a
    WMO number; `wave_heading` the angle from the bow to where the waves come from, the
    barge holding its heading. ConfigError with every text that means nothing.
    """
    simulation = mission.config.simulation
    if simulation is None or not (wind or sea_state or wave_heading):
        return mission
    problems: list[Problem] = []
    weather, sea, barge = simulation.weather, simulation.sea, simulation.barge
    if wind:
        weather = _windy(weather, wind, problems)
    if sea_state:
        sea = _rough(sea, sea_state, problems)
    if wave_heading:
        sea, barge = _turned(sea, barge, wave_heading, problems)
    if problems:
        raise ConfigError(problems)
    changed = simulation.model_copy(update={"weather": weather, "sea": sea, "barge": barge})
    return replace(mission, config=mission.config.model_copy(update={"simulation": changed}))


def _windy(weather: SimulatedWeather, text: str, problems: list[Problem]) -> SimulatedWeather:
    match = _SPEED.fullmatch(text.strip())
    if match is None:
        message = f'expected a speed with its unit such as "8 m/s", got {text!r}'
        problems.append(Problem("--wind", "", message))
        return weather
    speed = float(match[1]) * (_KNOT_M_S if match[2] == "kt" else 1.0)
    calm = weather.wind_speed_m_s <= 0.0
    ratio = 1.33 if calm else weather.wind_gust_m_s / weather.wind_speed_m_s
    scale = 1.0 if calm else speed / weather.wind_speed_m_s
    aloft = tuple(
        row.model_copy(update={"speed_m_s": row.speed_m_s * scale}) for row in weather.aloft
    )
    update = {"wind_speed_m_s": speed, "wind_gust_m_s": speed * ratio, "aloft": aloft}
    return weather.model_copy(update=update)


def _rough(sea: SimulatedSea, text: str, problems: list[Problem]) -> SimulatedSea:
    if not text.isdigit() or not _CALMEST_STATE <= int(text) <= _ROUGHEST_STATE:
        message = f"expected a WMO sea state from 0 to 6, got {text!r}"
        problems.append(Problem("--sea-state", "", message))
        return sea
    update = {"state": int(text), "significant_wave_height_m": None, "peak_period_s": None}
    return sea.model_copy(update=update)


def _turned(
    sea: SimulatedSea, barge: SimulatedBarge, text: str, problems: list[Problem]
) -> tuple[SimulatedSea, SimulatedBarge]:
    try:
        angle_rad = parse_angle_rad(text)
    except ValueError as error:
        problems.append(Problem("--wave-heading", "", str(error)))
        return sea, barge
    heading_rad = sea.direction if barge.heading is None else barge.heading
    return (
        sea.model_copy(update={"direction": heading_rad + angle_rad}),
        barge.model_copy(update={"heading": heading_rad}),
    )
