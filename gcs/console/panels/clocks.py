"""The count in words: clocks, the hold and who ends it, what comes next, who may command."""

from __future__ import annotations

from rich.cells import cell_len

from gcs.clock import SECOND_NS
from gcs.console.format import age, clock, escaped, fitted, minutes, seconds
from gcs.console.picture import Picture
from gcs.console.protocol import Playback
from gcs.console.theme import Line, Span, Tone
from gcs.messages import ConsoleStatus, CountState, CountStatus, GateState

DECIDING = (GateState.NO_GO, GateState.GO, GateState.UNKNOWN)
"""A gate that is open and has no last word yet."""

LONG_NS = 600 * SECOND_NS
"""From so long before it on a closing is told in minutes, and not to the tenth."""

_REASON = 14
"""Cells of a hold's reason on the small screen."""

_COUNT_MARKS: dict[CountState, tuple[str, Tone]] = {
    CountState.RUNNING: ("", Tone.PLAIN),
    CountState.HOLD: ("■ ", Tone.CAUTION),
    CountState.FLIGHT: ("", Tone.PLAIN),
    CountState.SCRUBBED: ("◆ ", Tone.SERIOUS),
}


def t_clock(picture: Picture) -> Line:
    """T and what it does."""
    count = picture.model.snapshot.count
    if picture.model.silent:
        return (
            Span(f" {clock(count.t_ns, 'T')}? ", Tone.STALE),
            Span(f"{count.state}?", Tone.STALE),
        )
    symbol, tone = _COUNT_MARKS[count.state]
    return (Span(f" {clock(count.t_ns, 'T')} ", Tone.BRIGHT), Span(f"{symbol}{count.state}", tone))


def l_clock(picture: Picture) -> Span:
    """L, which no hold stops."""
    unsure = "?" if picture.model.silent else ""
    text = f"{clock(picture.model.snapshot.count.l_ns, 'L', tenths=False)}{unsure}"
    return Span(text, Tone.DIM)


def count_facts(picture: Picture, *, short: bool = False) -> list[Span]:
    """The hold, or what comes next: the most important first. A short one fits half a row."""
    replay = _playback(picture)
    flying = picture.model.snapshot.count.state is CountState.FLIGHT
    if replay and short and flying and not picture.model.silent:
        return replay
    return [*_count_facts(picture, short=short), *replay]


def _count_facts(picture: Picture, *, short: bool) -> list[Span]:
    if picture.model.silent:
        return [Span("? count and gates are not known: the station is silent", Tone.STALE)]
    count = picture.model.snapshot.count
    if count.state is CountState.HOLD:
        return _short_hold(picture, count) if short else _hold_facts(picture, count)
    if count.state is CountState.SCRUBBED:
        return [Span(f"◆ scrubbed: {escaped(count.reason, 200)}", Tone.SERIOUS)]
    closing = _next_closing(picture)
    if count.state is CountState.FLIGHT:
        model = picture.model
        in_phase = age(model.snapshot.now_ns - model.snapshot.phase.since_ns)
        if short:
            return [Span(f"in this phase for {in_phase}", Tone.DIM)]
        return [Span(f"in {escaped(model.phase_title, 40)} for {in_phase}", Tone.DIM), *closing]
    return [*_next_hold(count), *closing, *_budget(count), *_attempt(count)]


def hold_kind(count: CountStatus) -> str:
    """What kind of hold it is and whose, `manual hold by FD`."""
    by = f" by {escaped(count.held_by, 24)}" if count.held_by else ""
    return f"{count.hold} hold{by}".strip()


def hold_elapsed(picture: Picture) -> str:
    """For how long it holds, `0:42`; what is not told is said so."""
    count = picture.model.snapshot.count
    if count.hold_since_ns is None:
        return "not told"
    return minutes(picture.model.snapshot.now_ns - count.hold_since_ns)


def hold_end(picture: Picture) -> str:
    """What ends the hold, or who may."""
    ends_ns = picture.model.snapshot.count.hold_ends_ns
    if ends_ns is not None:
        return f"ends by itself in {minutes(picture.model.time_left_ns(ends_ns))}"
    holder = commander(picture)
    if holder is None:
        return "nobody has authority to release it"
    return f"until {escaped(holder.position, 24)} releases"


def budget(count: CountStatus) -> str:
    """What unplanned holds may still take."""
    if count.budget_left_ns is None:
        return "no hold budget"
    return f"hold budget {minutes(count.budget_left_ns)} left"


def commander(picture: Picture) -> ConsoleStatus | None:
    """The console that may command, if any."""
    return next((c for c in picture.model.snapshot.consoles if c.authority), None)


def authority(picture: Picture, *, short: bool = False) -> Span:
    """Who may command: this console, another, or nobody; in a replay, who might then."""
    label = "auth" if short else "authority"
    replay = picture.model.catalogue.mode == "REPLAY"
    if replay:
        label = "then auth" if short else "recorded authority"
    if picture.model.silent:
        return Span(f"{label} ?", Tone.STALE)
    holder = commander(picture)
    if holder is None:
        return Span(f"■ {label} NOBODY", Tone.CAUTION)
    if not replay and picture.console and holder.id == picture.console:
        return Span(f"{label} HERE", Tone.BRIGHT)
    where = "" if short else f" ({escaped(holder.id, 24)})"
    return Span(f"{label} {escaped(holder.position, 24)}{where}", Tone.DIM)


def _hold_facts(picture: Picture, count: CountStatus) -> list[Span]:
    reason = [Span(escaped(count.reason, 120), Tone.CAUTION)] if count.reason else []
    return [
        Span(f"■ {hold_kind(count)} {hold_elapsed(picture)}", Tone.CAUTION),
        Span(hold_end(picture), Tone.PLAIN),
        Span(budget(count), Tone.PLAIN),
        *reason,
        *_attempt(count),
    ]


def _short_hold(picture: Picture, count: CountStatus) -> list[Span]:
    """Kind, elapsed, reason, budget, release: all of them, whatever the reason's length."""
    holder = commander(picture)
    end = f"{escaped(holder.position, 10)} releases" if holder is not None else "NOBODY releases"
    if count.hold_ends_ns is not None:
        end = f"ends in {minutes(picture.model.time_left_ns(count.hold_ends_ns))}"
    left = "no budget"
    if count.budget_left_ns is not None:
        left = f"{minutes(count.budget_left_ns)} left"
    reason = escaped(count.reason, 100) or "no reason"
    return [
        Span(f"■ {count.hold} {hold_elapsed(picture)}", Tone.CAUTION),
        Span(fitted(reason, min(_REASON, cell_len(reason))), Tone.CAUTION),
        Span(left),
        Span(end),
    ]


def _next_hold(count: CountStatus) -> list[Span]:
    if count.next_hold_t_ns is None:
        return [Span("no built-in hold ahead", Tone.DIM)]
    left = minutes(count.next_hold_t_ns - count.t_ns)
    at = clock(count.next_hold_t_ns, "T", tenths=False)
    return [Span(f"built-in hold at {at} in {left}", Tone.PLAIN)]


def _next_closing(picture: Picture) -> list[Span]:
    """The gate that closes first of those still to be decided."""
    closing = [
        (status.deadline_ns, gate.title)
        for gate, status in picture.model.gates
        if status.deadline_ns is not None and status.state in DECIDING
    ]
    if not closing:
        return []
    deadline_ns, title = min(closing)
    return [Span(f"{escaped(title, 40)} {closing_in(picture, deadline_ns)}", Tone.PLAIN)]


def closing_in(picture: Picture, deadline_ns: int) -> str:
    """When a gate closes, `closes in 42.8 s`; in a hold the time left to it stands with T."""
    left_ns = picture.model.time_left_ns(deadline_ns)
    left = seconds(left_ns) if left_ns < LONG_NS else minutes(left_ns)
    stands = picture.model.snapshot.count.state is CountState.HOLD
    return f"closes {left} after the hold" if stands else f"closes in {left}"


def _budget(count: CountStatus) -> list[Span]:
    used = [Span(f"held {minutes(count.held_ns)}", Tone.DIM)] if count.held_ns else []
    if count.budget_left_ns is None:
        return used
    return [*used, Span(budget(count), Tone.DIM)]


def _attempt(count: CountStatus) -> list[Span]:
    return [Span(f"attempt {count.attempt}", Tone.PLAIN)] if count.attempt > 1 else []


def _playback(picture: Picture) -> list[Span]:
    """Where a replay stands."""
    playback = picture.playback
    if playback is None:
        return []
    gone = minutes(playback.at_ns - playback.first_ns)
    whole = minutes(playback.last_ns - playback.first_ns)
    return [Span(f"replay {playback_word(playback)} {gone} of {whole}")]


def playback_word(playback: Playback) -> str:
    """What a replay does, and how fast."""
    at_the_end = playback.complete and playback.at_ns >= playback.last_ns
    state = "■ at the end" if at_the_end else "▶ playing" if playback.playing else "■ paused"
    speed = "as fast as it goes" if playback.speed is None else f"{playback.speed:g} x real time"
    return f"{state}, {speed},"


def joined(facts: list[Span]) -> Line:
    """Facts in one row, parted by dots."""
    line: list[Span] = []
    for fact in facts:
        line += [Span(" · ", Tone.RULE)] if line else []
        line.append(fact)
    return tuple(line)
