"""A flight as a picture: trajectory, speeds, throttle, attitude, deck and touchdown."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.records import Floats
from firmware_sim.vehicle.state import Surface

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from firmware_sim.flying import Flight

_SIZE_IN = (14.0, 9.5)
_DPI = 110
_NEAR_M = 250.0
_LAST_S = 60.0
_VEHICLE, _DECK, _WARM, _GREY = "#1f5fa8", "#2e8b57", "#c8553d", "#777777"


def plot(flight: Flight, title: str, path: Path) -> None:
    """Draw the flight into `path`; its ending says the format (png, svg, pdf)."""
    # matplotlib takes half a second to import, which only a picture is worth.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 3)
    _trajectory(axes[0, 0], flight)
    _speeds(axes[0, 1], flight)
    _propulsion(axes[0, 2], flight)
    _attitude(axes[1, 0], flight)
    _deck_motion(axes[1, 1], flight)
    _touchdown(axes[1, 2], flight)
    figure.suptitle(f"{title}, seed {flight.scenario.seed}: {_verdict(flight)}", fontsize=11)
    figure.savefig(path)


def _verdict(flight: Flight) -> str:
    if flight.outcome is None:
        return "not down"
    t = flight.outcome.touchdown
    return (
        f"{flight.outcome.kind}, {flight.outcome.reason}\n"
        f"{t.vertical_speed_m_s:.2f} m/s down, {t.lateral_speed_m_s:.2f} m/s across, "
        f"tilt {math.degrees(t.tilt_rad):.1f} deg, miss {t.miss_m:.1f} m"
    )


def _label(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_xlabel(x, fontsize=9)
    axes.set_ylabel(y, fontsize=9)
    axes.tick_params(labelsize=8)
    axes.grid(visible=True, linewidth=0.4, color="#cccccc")


def _ground_range_km(flight: Flight) -> Floats:
    north, east = flight.column("relative_north_m"), flight.column("relative_east_m")
    return np.hypot(north, east) / 1000.0


def _trajectory(axes: Axes, flight: Flight) -> None:
    range_km, altitude_km = _ground_range_km(flight), flight.column("altitude_m") / 1000.0
    axes.plot(range_km, altitude_km, color=_VEHICLE, linewidth=1.2)
    burning = np.where(flight.column("engines_running") > 0.0, altitude_km, np.nan)
    axes.plot(range_km, burning, color=_WARM, linewidth=2.2, label="engines on")
    axes.invert_xaxis()
    axes.legend(fontsize=8, frameon=False)
    _label(axes, "Trajectory", "distance to the deck, km (straight line, level)", "altitude, km")


def _speeds(axes: Axes, flight: Flight) -> None:
    time_s = flight.column("time_s")
    axes.plot(time_s, flight.column("speed_m_s"), color=_VEHICLE, label="speed")
    axes.plot(time_s, -flight.column("velocity_up_m_s"), color=_GREY, lw=0.9, label="descent rate")
    axes.legend(fontsize=8, frameon=False)
    twin = axes.twinx()
    twin.plot(time_s, flight.column("dynamic_pressure_pa") / 1000.0, color=_WARM, linewidth=0.8)
    twin.set_ylabel("dynamic pressure, kPa", fontsize=9, color=_WARM)
    twin.tick_params(labelsize=8)
    _label(axes, "Speed and dynamic pressure", "T, s", "m/s")


def _propulsion(axes: Axes, flight: Flight) -> None:
    time_s = flight.column("time_s")
    axes.plot(time_s, 100.0 * flight.column("throttle"), color=_WARM, linewidth=1.0)
    axes.plot(time_s, 10.0 * flight.column("engines_running"), color=_GREY, lw=0.8)
    twin = axes.twinx()
    twin.plot(time_s, flight.column("propellant_kg") / 1000.0, color=_VEHICLE, linewidth=1.0)
    twin.set_ylabel("propellant, t", fontsize=9, color=_VEHICLE)
    twin.tick_params(labelsize=8)
    _label(axes, "Throttle (red), engines running x 10 (grey)", "T, s", "%")


def _attitude(axes: Axes, flight: Flight) -> None:
    time_s = flight.column("time_s")
    axes.plot(time_s, flight.column("tilt_deg"), color=_VEHICLE, linewidth=1.0, label="tilt")
    axes.plot(time_s, flight.column("gimbal_deg"), color=_WARM, linewidth=0.7, label="gimbal")
    axes.legend(fontsize=8, frameon=False)
    _label(axes, "Tilt from the vertical, gimbal", "T, s", "deg")


def _deck_motion(axes: Axes, flight: Flight) -> None:
    time_s = flight.column("time_s")
    last = time_s > time_s[-1] - 3.0 * _LAST_S
    axes.plot(time_s[last], flight.column("deck_heave_m")[last], color=_DECK, label="heave, m")
    axes.plot(time_s[last], flight.column("deck_roll_deg")[last], color=_GREY, lw=0.8, label="roll")
    pitch = flight.column("deck_pitch_deg")[last]
    axes.plot(time_s[last], pitch, color=_WARM, lw=0.8, label="pitch, deg")
    if flight.outcome is not None:
        touched_ns = flight.outcome.touchdown.at_ns
        axes.axvline(flight.mission_time_s(touched_ns), color="black", lw=0.8, linestyle=":")
    axes.legend(fontsize=8, frameon=False)
    _label(axes, "Deck (dotted: touchdown)", "T, s", "m, deg")


def _touchdown(axes: Axes, flight: Flight) -> None:
    """The last of the path from above, over the deck, in metres from its centre."""
    north, east = flight.column("relative_north_m"), flight.column("relative_east_m")
    near = (np.abs(north) < _NEAR_M) & (np.abs(east) < _NEAR_M)
    axes.plot(east[near], north[near], color=_VEHICLE, linewidth=1.2)
    outline = _deck_outline(flight)
    axes.fill(outline[:, 1], outline[:, 0], facecolor="#dcefe3", edgecolor=_DECK, linewidth=1.0)
    axes.plot(0.0, 0.0, marker="+", color=_DECK, markersize=10)
    if flight.outcome is not None:
        landed = flight.outcome.touchdown.surface is Surface.DECK
        colour = _DECK if landed else _WARM
        axes.plot(east[-1], north[-1], marker="o", color=colour, markersize=6)
    axes.set_aspect("equal", adjustable="datalim")
    _label(axes, "From above, relative to the deck", "east, m", "north, m")


def _deck_outline(flight: Flight) -> Floats:
    deck = flight.scenario.barge.deck
    heading = flight.heading_rad
    half_length, half_width = deck.length_m / 2.0, deck.width_m / 2.0
    corners = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1)], dtype=np.float64)
    bow, starboard = corners[:, 0] * half_length, corners[:, 1] * half_width
    sine, cosine = math.sin(heading), math.cos(heading)
    return np.column_stack((bow * cosine - starboard * sine, bow * sine + starboard * cosine))
