"""How a replay is led: its `:` words and keys, as Controls for the process that plays it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gcs.console.protocol import Control, Playback, PlaybackAct
from gcs.console.verbs import ActionError, Known, Request

SKIPPED_S = 10.0
"""How far a key skips."""

MOVES: Mapping[str, Control] = {
    "back": Control(PlaybackAct.SKIP, -SKIPPED_S),
    "forward": Control(PlaybackAct.SKIP, SKIPPED_S),
    "step_back": Control(PlaybackAct.STEP, -1.0),
    "step_forward": Control(PlaybackAct.STEP, 1.0),
    "event_back": Control(PlaybackAct.PREVIOUS),
    "event_forward": Control(PlaybackAct.NEXT),
}
"""What the keys of a replay ask for, but for the one that plays and pauses."""


def toggled(playback: Playback | None) -> Control:
    """Pause what plays, play what stands."""
    playing = playback is not None and playback.playing
    return Control(PlaybackAct.PAUSE if playing else PlaybackAct.PLAY)


def play(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return _in_replay(known, Control(PlaybackAct.PLAY))


def pause(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return _in_replay(known, Control(PlaybackAct.PAUSE))


def speed(rest: str, known: Known) -> Request:
    """`N`, times real time."""
    value = _number(rest)
    if value is None or value <= 0:
        raise ActionError("expected :speed N with N times real time, such as :speed 4")
    return _in_replay(known, Control(PlaybackAct.SPEED, value))


def seek(rest: str, known: Known) -> Request:
    """`T`, a reading of the T clock."""
    match = _READING.fullmatch(rest)
    if match is None:
        raise ActionError("expected :seek T such as :seek T+1:30, :seek -45 or :seek 0:02:00")
    hours, minutes, seconds = (float(match[part] or 0) for part in ("h", "m", "s"))
    value = hours * 3600 + minutes * 60 + seconds
    return _in_replay(known, Control(PlaybackAct.SEEK, -value if match["sign"] == "-" else value))


def skip(rest: str, known: Known) -> Request:
    """`S` seconds, either way."""
    value = _number(rest.removesuffix("s").strip())
    if value is None:
        raise ActionError("expected :skip SECONDS, either way, such as :skip -10")
    return _in_replay(known, Control(PlaybackAct.SKIP, value))


def step(rest: str, known: Known) -> Request:
    """`[N]` snapshots, either way."""
    value = _number(rest or "1")
    if value is None or value != round(value):
        raise ActionError("expected :step [N] with a number of snapshots, either way")
    return _in_replay(known, Control(PlaybackAct.STEP, value))


def next_event(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return _in_replay(known, Control(PlaybackAct.NEXT))


def previous_event(rest: str, known: Known) -> Request:
    """Nothing follows."""
    return _in_replay(known, Control(PlaybackAct.PREVIOUS))


def control_words(control: Control) -> str:
    """A Control in the operator's words."""
    if control.act is PlaybackAct.SEEK:
        return f"seek T{control.value:+g} s"
    valued = control.act in (PlaybackAct.SPEED, PlaybackAct.SKIP, PlaybackAct.STEP)
    return f"{control.act} {control.value:g}" if valued else str(control.act)


def _in_replay(known: Known, control: Control) -> Control:
    if known.catalogue.mode != "REPLAY":
        raise ActionError("this is no replay: time goes its own way")
    return control


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text.strip()) else None


_NUMBER = re.compile(r"[+-]?\d{1,7}(\.\d{1,6})?", re.ASCII)
_READING = re.compile(
    r"T?(?P<sign>[+-]?)(?:(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,3}):)?(?P<s>\d{1,7}(?:\.\d{1,6})?)\s*s?",
    re.ASCII | re.IGNORECASE,
)
