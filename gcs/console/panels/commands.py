"""Commands: what is staged with its read-back, and how far every sent one got."""

from __future__ import annotations

from collections.abc import Sequence

from gcs.console.format import escaped, fitted, utc_time
from gcs.console.panels.command import to_confirm
from gcs.console.panels.listing import scrolled, told
from gcs.console.panels.rows import clipped, rule, trusted, word
from gcs.console.picture import Picture
from gcs.console.theme import COMMAND_MARKS, Line, Span, Tone
from gcs.messages import CommandStatus, StagedStatus

WIDE = 120
_READBACK_ROWS = 12


def commands(picture: Picture, width: int, height: int) -> list[Line]:
    """What waits for its code on top, then all commands, the newest first."""
    top = _all_staged(picture, width)[: max(0, height - 4)]
    title = rule("COMMANDS  newest first · only VERIFIED means it is there", width)
    sent = newest_first(picture)
    lines = [line for status in sent for line in _command(picture, status, width)]
    if not sent:
        lines = [(Span("  no command sent", Tone.DIM),)]
    each = 1 if width >= WIDE else 2
    room = max(0, height - len(top) - 1)
    return [*top, title, *scrolled(lines, width, room, picture.selection.row * each)][:height]


def command_ids(picture: Picture, height: int) -> Sequence[str]:
    """A row for each command."""
    return [""] * len(picture.model.snapshot.commands)


def newest_first(picture: Picture) -> list[CommandStatus]:
    """All commands that the station still tells."""
    sent = picture.model.snapshot.commands
    return sorted(sent, key=lambda status: (status.sent_ns, status.id), reverse=True)


def _all_staged(picture: Picture, width: int) -> list[Line]:
    """What this console has before it, then what others staged."""
    first = picture.staged
    if first is None:
        return []
    others = [staged for staged in picture.model.snapshot.staged if staged != first]
    lines = [rule("STAGED  nothing is sent yet", width)]
    for staged in (first, *others):
        lines += _staged(picture, staged, width)
    return lines


def _staged(picture: Picture, staged: StagedStatus, width: int) -> list[Line]:
    who = escaped(staged.position, 24)
    if staged.person:
        who += f" ({escaped(staged.person, 24)})"
    head = (
        Span(f" ◆ {escaped(staged.command, 40).upper()} staged by {who}", Tone.SERIOUS),
        Span(" · "),
        *to_confirm(picture, staged, escaped(staged.code, 12)),
    )
    lines = [clipped(head, width)]
    for text in staged.readback[:_READBACK_ROWS]:
        lines += told("", escaped(text, 300), width, most=2)
    if len(staged.readback) > _READBACK_ROWS:
        lines += told("", f"… {len(staged.readback) - _READBACK_ROWS} more lines", width)
    return lines


def _command(picture: Picture, status: CommandStatus, width: int) -> list[Line]:
    """One row where there is room, else two."""
    mark = trusted(COMMAND_MARKS[status.state], picture)
    by = f" by {escaped(status.by, 24)}" if status.by else ""
    head = (
        Span(f"{mark.symbol} ", mark.tone),
        Span(f"#{status.id:<4}", Tone.DIM),
        Span(fitted(_title(picture, status), 24), Tone.BRIGHT),
        Span(fitted(f" {word(status.state, picture)}", 14), mark.tone),
        Span(f" sent {utc_time(status.sent_ns)} x{status.attempts}{by}"),
    )
    reached = (
        Span(f" · received by {_by(status.acknowledged_by)}", Tone.DIM),
        Span(f" · echoed by {_by(status.echoed_by)}", Tone.DIM),
        Span(f" · {escaped(status.detail, 160)}" if status.detail else ""),
    )
    if width >= WIDE:
        return [(*head, *reached)]
    return [head, (Span("      "), *reached)]


def _title(picture: Picture, status: CommandStatus) -> str:
    infos = {info.id: info for info in picture.model.catalogue.commands}
    info = infos.get(status.command)
    target = f" ({escaped(info.target, 12)})" if info is not None else ""
    return f"{escaped(status.command, 40).upper()}{target}"


def _by(who: tuple[str, ...]) -> str:
    return ", ".join(escaped(name, 24) for name in who[:6]) or "nobody"
