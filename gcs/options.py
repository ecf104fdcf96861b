"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gcs.config.loading import CONFIGS
from gcs.seating import Seat

HOP = CONFIGS / "missions" / "xzy1-hop.toml"
SETTINGS = CONFIGS / "console.toml"
RECORDINGS = Path("recordings")

MissionFile = Annotated[Path, typer.Argument(help="A mission file.", metavar="MISSION.toml")]
Recording = Annotated[Path, typer.Argument(help="One of our own recordings.", metavar="RECORDING")]
Address = Annotated[str, typer.Argument(help="unix:PATH or tcp:127.0.0.1:PORT")]
Headless = Annotated[
    bool, typer.Option("--headless", help="A line a second and every event, no screen.")
]
Serial = Annotated[
    list[str] | None,
    typer.Option(help="Put a MAVLink link on a serial port.", metavar="LINK=DEVICE[:BAUD]"),
]
Record = Annotated[Path, typer.Option(help="Directory of the recordings.")]
Seed = Annotated[int | None, typer.Option(help="Session seed; drawn where not given.")]
SettingsFile = Annotated[
    Path, typer.Option("--settings", help="This console's theme, keys and units.", metavar="FILE")
]
Position = Annotated[
    str | None,
    typer.Option(help="The position this console acts as; the mission's first where not given."),
]
AttachedAs = Annotated[
    str | None,
    typer.Option(help=f"The position this console acts as; {Seat.position} where not given."),
]
Watch = Annotated[bool, typer.Option("--watch", help="Take no position: look, and act never.")]
Person = Annotated[
    str,
    typer.Option(help="Who sits here, where the station asks; its token is in LANDFALL_TOKEN."),
]
