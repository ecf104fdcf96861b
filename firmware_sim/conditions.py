"""Other weather for a mission, as a command line asks for it."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np

from gcs.config.loading import Mission
from gcs.config.model import parse_angle_rad
from gcs.config.problems import ConfigError, Problem
from gcs.config.simulation import (
    MOST_WIND_M_S,
    SimulatedBarge,
    SimulatedSea,
    SimulatedWeather,
)

_SPEED = re.compile(r"(\d+(?:\.\d+)?)\s*(m/s|kt)")
_KNOT_M_S = 0.514_444
_GUST_RATIO = 16.0 / 12.0
"""Of the limits for gust and mean wind."""
_CALMEST_STATE, _ROUGHEST_STATE = 0, 6


def with_conditions(
    mission: Mission, wind: str = "", sea_state: str = "", wave_heading: str = ""
) -> Mission:
    """The mission in other wind and waves; an empty text leaves what the file says.

    `wind` is the mean at 10 m and keeps the file's ratio of gust to mean, while winds aloft
    stay; `sea_state` is a WMO number; `wave_heading` the angle from the bow to where the
    waves come from, the barge holding its heading. ConfigError with every text that means
    nothing.
    """
    simulation = mission.config.simulation
    if simulation is None or not (wind or sea_state or wave_heading):
        return mission
    problems: list[Problem] = []
    weather, sea, barge = simulation.weather, simulation.sea, simulation.barge
    if wind:
        speed_m_s = _speed("--wind", wind, problems)
        weather = windy(weather, speed_m_s)
    if sea_state:
        sea = _rough(sea, sea_state, problems)
    if wave_heading:
        sea, barge = _turned(sea, barge, wave_heading, problems)
    if problems:
        raise ConfigError(problems)
    changed = simulation.model_copy(update={"weather": weather, "sea": sea, "barge": barge})
    return replace(mission, config=mission.config.model_copy(update={"simulation": changed}))


def parse_speed_m_s(option: str, text: str) -> float:
    """A wind speed with its unit from a command line; ConfigError for anything else."""
    problems: list[Problem] = []
    speed_m_s = _speed(option, text, problems)
    if problems:
        raise ConfigError(problems)
    return speed_m_s


def _speed(option: str, text: str, problems: list[Problem]) -> float:
    match = _SPEED.fullmatch(text.strip())
    if match is None:
        message = f'expected a speed with its unit such as "8 m/s", got {text!r}'
        problems.append(Problem(option, "", message))
        return 0.0
    speed_m_s = float(match[1]) * (_KNOT_M_S if match[2] == "kt" else 1.0)
    if speed_m_s > MOST_WIND_M_S:
        message = f"expected at most {MOST_WIND_M_S:g} m/s, got {text!r}"
        problems.append(Problem(option, "", message))
    return speed_m_s


def windy(weather: SimulatedWeather, speed_m_s: float) -> SimulatedWeather:
    """The weather in another mean wind at 10 m."""
    calm = weather.wind_speed_m_s <= 0.0
    ratio = _GUST_RATIO if calm else weather.wind_gust_m_s / weather.wind_speed_m_s
    update = {"wind_speed_m_s": speed_m_s, "wind_gust_m_s": speed_m_s * ratio}
    return weather.model_copy(update=update)


def with_drawn_wind(mission: Mission, most_m_s: float, seed: int) -> Mission:
    """The mission in a mean wind at 10 m of up to `most_m_s` from any side, drawn by seed.

    Even in speed and direction; gusts 4/3 of the mean, as the limits have them; winds aloft
    keep their speed and turn along.
    """
    simulation = mission.config.simulation
    if simulation is None:
        return mission
    random = np.random.default_rng([seed, *b"wind"])
    speed_m_s, turn_rad = random.uniform(0.0, most_m_s), random.uniform(0.0, 2.0 * math.pi)
    weather = simulation.weather
    aloft = tuple(
        row.model_copy(update={"direction": row.direction + turn_rad}) for row in weather.aloft
    )
    update = {
        "wind_speed_m_s": speed_m_s,
        "wind_gust_m_s": speed_m_s * _GUST_RATIO,
        "wind_direction": weather.wind_direction + turn_rad,
        "aloft": aloft,
    }
    changed = simulation.model_copy(update={"weather": weather.model_copy(update=update)})
    return replace(mission, config=mission.config.model_copy(update={"simulation": changed}))


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
