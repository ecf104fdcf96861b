"""The command line, the read-back of what is staged, and how far the last command got."""

from __future__ import annotations

from gcs.console.format import escaped, seconds, utc_time
from gcs.console.pages import PAGES
from gcs.console.panels.rows import clipped, rule
from gcs.console.picture import Picture
from gcs.console.theme import COMMAND_MARKS, Line, Span, Tone
from gcs.messages import CommandState, CommandStatus, StagedStatus

MOST_READ_BACK = 12
"""Lines of a read-back; the panel never takes more than this from the rest."""

_WIDE = 100
_ACTED = (("abort", "abort (2x)"), ("palette", "palette"), ("escape", "cancel"), ("quit", "quit"))


def read_back_rows(picture: Picture) -> int:
    """Rows that the panel needs beyond its own, for what is staged."""
    staged = picture.staged
    others = max(0, len(picture.model.snapshot.staged) - 1)
    return 0 if staged is None else min(MOST_READ_BACK, 1 + len(staged.readback)) + others


def command(picture: Picture, width: int, height: int) -> list[Line]:
    """Rule, command line, read-back, last command, keys; the rule is the first to go."""
    staged = picture.staged
    body = [_command_line(picture)]
    if staged is not None:
        body += _read_back(picture, staged)
    body += [_other(picture, each) for each in picture.model.snapshot.staged if each != staged]
    room = max(1, height - 2)
    rows = [*body[:room], _last(picture), _keys(picture, width)]
    lines = [clipped(row, width) for row in rows[: max(1, height)]]
    return [rule("COMMAND", width), *lines] if len(lines) < height else lines


def _command_line(picture: Picture) -> Line:
    prompt = " PALETTE > " if picture.palette is not None else " CMD > "
    line = (Span(prompt, Tone.BRIGHT), Span(escaped(picture.typed, 240)), Span("█", Tone.PLAIN))
    staged = picture.staged
    if staged is not None and picture.may_confirm(staged):
        return (*line, Span("  "), *to_confirm(picture, staged, f" {escaped(staged.code, 12)} "))
    if picture.hint:
        return (*line, Span(f"  {escaped(picture.hint, 240)}", Tone.DIM))
    return (*line, Span("  "), *_answer(picture))


def _answer(picture: Picture) -> Line:
    if picture.refused:
        return (Span(f"■ {escaped(picture.answer, 300)}", Tone.CAUTION),)
    return (Span(escaped(picture.answer, 300), Tone.DIM),)


def to_confirm(picture: Picture, staged: StagedStatus, code: str) -> Line:
    """Who confirms it, by which code and how soon; `code` as it is shown."""
    left = seconds(picture.model.time_left_ns(staged.expires_ns))
    here = staged.console == picture.console
    if not picture.may_confirm(staged):
        who = "another person" if here else escaped(staged.console, 24)
        return (Span(f"{who} confirms it within {left}{_cancels(here)}"),)
    return (
        Span("type "),
        Span(code, Tone.BADGE),
        Span(f" and Enter {_again(picture, staged)}within {left}{_cancels(here)}"),
    )


def _cancels(here: bool) -> str:
    return " · Esc cancels" if here else ""


def _again(picture: Picture, staged: StagedStatus) -> str:
    """The short way to confirm an abort: its own key once more."""
    abort = staged.command.rpartition("_")[2] == "abort"
    return f"or {picture.keymap.shown('abort')} again " if abort else ""


def _read_back(picture: Picture, staged: StagedStatus) -> list[Line]:
    """What will be sent and what it takes, as the station reads it back."""
    head = _head(picture, staged) if picture.may_confirm(staged) else _other(picture, staged)
    told = staged.readback[: MOST_READ_BACK - 1]
    lines: list[Line] = [(Span(f"   {escaped(text, 200)}", Tone.BRIGHT),) for text in told]
    if len(told) < len(staged.readback):
        more = len(staged.readback) - len(told) + 1
        lines[-1] = (Span(f"   … {more} more lines: see the commands page", Tone.CAUTION),)
    return [head, *lines]


def _head(picture: Picture, staged: StagedStatus) -> Line:
    name, by = _title(picture, staged.command), escaped(staged.position, 24)
    person = f" ({escaped(staged.person, 32)})" if staged.person else ""
    return (Span(f" ◆ {name} staged by {by}{person}", Tone.SERIOUS),)


def _other(picture: Picture, staged: StagedStatus) -> Line:
    """What is staged and who confirms it, in a row."""
    told = to_confirm(picture, staged, escaped(staged.code, 12))
    return (*_head(picture, staged), Span(" · "), *told)


def _last(picture: Picture) -> Line:
    coded = picture.staged is not None and picture.may_confirm(picture.staged)
    if picture.answer and (coded or picture.hint):
        return (Span(" "), *_answer(picture))
    commands = picture.model.snapshot.commands
    if not commands:
        return (Span(" last: no command sent", Tone.DIM),)
    return _progress(picture, max(commands, key=lambda status: status.sent_ns))


def _title(picture: Picture, command_id: str) -> str:
    """What a command is called, its id where it has no name."""
    infos = picture.model.catalogue.commands
    title = next((info.title for info in infos if info.id == command_id), command_id)
    return escaped(title, 40).upper()


def _progress(picture: Picture, status: CommandStatus) -> Line:
    """Sent, received, verified: three different things."""
    mark = COMMAND_MARKS[status.state]
    by = f" by {escaped(status.by, 24)}" if status.by else ""
    received = ", ".join(status.acknowledged_by) or "nobody yet"
    verified = "VERIFIED" if status.state is CommandState.VERIFIED else "not verified"
    echoed = f" (echoed by {', '.join(status.echoed_by)})" if status.echoed_by else ""
    sent = (
        f"sent {utc_time(status.sent_ns)}{by} x{status.attempts}" if status.attempts else "not sent"
    )
    text = f" {sent} · received by {received} · {verified}{echoed} {status.detail}"
    return (
        Span(f" last: #{status.id} {_title(picture, status.command)} ", Tone.DIM),
        Span(f"{mark.symbol} {status.state}", mark.tone),
        Span(escaped(text), Tone.DIM),
    )


def _keys(picture: Picture, width: int) -> Line:
    """The keys as they are mapped, as many pages as there is room for."""
    keymap = picture.keymap
    acts = _ACTED if width >= _WIDE else _ACTED[:2]
    tail = "  ".join([": command", *(f"{keymap.shown(action)} {title}" for action, title in acts)])
    shown = " "
    for page in PAGES:
        more = f"{shown}{keymap.shown(page.name)} {page.title}  "
        if len(more) + len(tail) > width:
            break
        shown = more
    return (Span(shown + tail, Tone.DIM),)
