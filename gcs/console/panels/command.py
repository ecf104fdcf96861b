"""The command line, what is staged, and how far the last command got."""

from __future__ import annotations

from gcs.console.format import escaped, seconds, utc_time
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.theme import COMMAND_MARKS, Line, Span, Tone
from gcs.messages import CommandStatus, StagedStatus

KEYS = (
    "F1 help  F2 main  F3 events  F4 vehicle  F5 barge  F6 links  F7 board  F8 strips"
    "  F9 profile  F10 deck  F12 abort, twice  : command  Esc cancel  ^Q quit"
)
KEYS_SHORT = "F1 help F2 main F3 log F4-10 pages F12 abort(2x) : cmd Esc cancel ^Q quit"


def command(picture: Picture, width: int, height: int) -> list[Line]:
    """Rule, command line, last command, keys; the rule and keys first to go."""
    line = clipped(_command_line(picture), width)
    last = clipped(_last(picture), width)
    keys = clipped((Span(f" {KEYS if len(KEYS) < width else KEYS_SHORT}", Tone.DIM),), width)
    if height >= 4:
        return [rule("COMMAND", width), line, last, keys]
    return [line, last, keys][: max(1, height)]


def _command_line(picture: Picture) -> Line:
    prompt = (
        Span(" CMD > ", Tone.BRIGHT),
        Span(escaped(picture.typed, 120)),
        Span("█", Tone.PLAIN),
    )
    staged = picture.model.snapshot.staged
    if staged is not None:
        return (*prompt, *_staged(picture, staged))
    return (*prompt, Span(f"  {escaped(picture.answer, 200)}", Tone.DIM))


def _staged(picture: Picture, staged: StagedStatus) -> Line:
    left = seconds(picture.model.time_left_ns(staged.expires_ns))
    return (
        Span(
            f"  ◆ {escaped(staged.command, 40).upper()} staged by {escaped(staged.position, 24)}",
            Tone.SERIOUS,
        ),
        Span(" · type ", Tone.PLAIN),
        Span(escaped(staged.code, 12), Tone.BADGE),
        Span(f" and Enter within {left} · Esc cancels", Tone.PLAIN),
    )


def _last(picture: Picture) -> Line:
    if picture.answer and picture.model.snapshot.staged is not None:
        return (Span(f" {escaped(picture.answer, 200)}", Tone.CAUTION),)
    commands = picture.model.snapshot.commands
    if not commands:
        return (Span(" last: no command sent", Tone.DIM),)
    return _progress(max(commands, key=lambda status: status.sent_ns))


def _progress(status: CommandStatus) -> Line:
    """Sent, acknowledged, verified: three different things."""
    mark = COMMAND_MARKS[status.state]
    acknowledged = ", ".join(status.acknowledged_by) or "nobody yet"
    echoed = ", ".join(status.echoed_by) or "nobody yet"
    text = (
        f" sent {utc_time(status.sent_ns)} x{status.attempts} · acknowledged by {acknowledged}"
        f" · echoed by {echoed} {status.detail}"
    )
    return (
        Span(f" last: #{status.id} {escaped(status.command, 40).upper()} ", Tone.DIM),
        Span(f"{mark.symbol} {status.state}", mark.tone),
        Span(escaped(text), Tone.DIM),
    )
