"""Links and the sources on them: state, rate, loss, age, faults, signatures, clocks."""

from __future__ import annotations

from collections.abc import Sequence

from gcs.clock import MILLISECOND_NS, SECOND_NS
from gcs.console.format import age, escaped, fitted, utc_time
from gcs.console.model import Hearing, owned_by
from gcs.console.panels.listing import scrolled
from gcs.console.panels.readings import reading_row
from gcs.console.panels.rows import clipped, rule, trusted, with_overflow, word
from gcs.console.picture import Picture
from gcs.console.theme import LINK_MARKS, SERIOUS, Line, Mark, Span, Tone
from gcs.messages import LinkState, LinkStatus, SourceStatus

WIDE = 100
"""From this width on a row also says bytes, signatures, losses and clocks."""

LATE = 60
"""From this width on a source's row says its latency, and a link's what is wrong with it."""

_NAME = 11
_WIDE_NAME = 20
_DAY_NS = 86_400 * SECOND_NS
_OWN_WIDTH = 44
_DEAF = {Hearing.NEVER: "open, but nothing ever came", Hearing.QUIET: "open, but nothing comes"}
_SIGNED = {True: "yes", False: "no", None: "-"}


def links(picture: Picture, width: int, height: int) -> list[Line]:
    """Links, sources, and what the station measures of them, as far as there is room."""
    lines = [clipped((Span(" "), *line), width) for line in _rows(picture, width)]
    total = len(lines)
    shown = with_overflow(lines, height - 1, lambda place: _more(total - place, width))
    return [rule("LINKS", width), *shown][:height]


def links_page(picture: Picture, width: int, height: int) -> list[Line]:
    """The same with every column there is room for, scrolled."""
    lines = [*_rows(picture, width), _utc(picture)]
    shown = scrolled(lines, width, height - 1, picture.selection.row)
    return [rule("LINKS", width), *shown][:height]


def link_rows(picture: Picture, height: int) -> Sequence[str]:
    """The rows that scroll."""
    return [""] * (len(_rows(picture, 0)) + 1)


def _rows(picture: Picture, width: int) -> list[Line]:
    snapshot = picture.model.snapshot
    wide = width >= WIDE
    name = _WIDE_NAME if wide else _NAME
    more = f" {'bytes':>12} {'signed':<8}" if wide else ""
    head = f"  {'link':<{name}} {'state':<10} {'rate':>7} {'age':>5} {'faults':>7}{more}"
    lines: list[Line] = [(Span(head, Tone.DIM),)]
    lines += [_link(picture, link, width) for link in snapshot.links]
    late = f" {'latency':>9}" if width >= LATE else ""
    more = f" {'link':<{name}} {'lost':>8} {'clock':>15}" if wide else ""
    head = (
        f"  {'source':<{name}} {'messages':>10} {'loss':>7} {'age':>5} {'unknown':>7}{late}{more}"
    )
    lines.append((Span(head, Tone.DIM),))
    lines += [_source(picture, source, width) for source in snapshot.sources]
    own = owned_by(picture.model.catalogue, "LINKS")
    return [*lines, *(reading_row(picture.model.reading(i), _OWN_WIDTH) for i in own)]


def _utc(picture: Picture) -> Line:
    """Whose clock says UTC on this screen, and which sources keep UTC too."""
    model = picture.model
    whose = "the recording's" if model.catalogue.mode == "REPLAY" else "this station's"
    others = [
        f"{escaped(source.id, 20)} {_clock(source)}"
        for source in model.snapshot.sources
        if source.clock_offset_ns is not None and abs(source.clock_offset_ns) < _DAY_NS
    ]
    against = f"station minus source {', '.join(others)}" if others else "no source checks it"
    return (Span(f"  UTC is {whose} own clock; {against}", Tone.DIM),)


def _more(count: int, width: int) -> Line:
    return clipped((Span(f"   {count} more rows", Tone.DIM),), width)


def _link(picture: Picture, link: LinkStatus, width: int) -> Line:
    wide = width >= WIDE
    up = link.state is LinkState.UP
    hearing = picture.model.hearing(link.last_receipt_ns)
    deaf = up and hearing is not Hearing.HEARD
    mark = trusted(SERIOUS if deaf else LINK_MARKS[link.state], picture)
    name = fitted(escaped(link.id, 40), _WIDE_NAME if wide else _NAME)
    text = (
        f"{name} {word(hearing.value if deaf else link.state, picture):<10} {link.rate_hz:>5.1f}/s"
        f" {_age(picture, link.last_receipt_ns):>5} {link.faults:>7}"
    )
    if wide:
        text += f" {link.bytes_total:>12} {_SIGNED[link.signed]:<8}"
    detail = _DEAF[hearing] if deaf else "" if up else escaped(link.detail, 120)
    detail = f"  {detail}" if width >= LATE else ""
    tone = Tone.PLAIN if up and not deaf and not picture.model.silent else mark.tone
    return (Span(f"{mark.symbol} ", mark.tone), Span(text + detail, tone))


def _source(picture: Picture, source: SourceStatus, width: int) -> Line:
    wide = width >= WIDE
    name = fitted(escaped(source.id, 40), _WIDE_NAME if wide else _NAME)
    text = (
        f"{name} {source.messages:>10} {source.loss_fraction:>7.1%}"
        f" {_age(picture, source.last_receipt_ns):>5} {source.unknown:>7}"
    )
    if width >= LATE:
        text += f" {_latency(source):>9}"
    if wide:
        link = fitted(escaped(source.link, 40), _WIDE_NAME)
        text += f" {link} {source.lost:>8} {_clock(source):>15}"
    hearing = picture.model.hearing(source.last_receipt_ns)
    deaf = hearing is not Hearing.HEARD
    if deaf:
        text += f"  {hearing.value}"
    mark = trusted(SERIOUS if deaf else Mark(" ", Tone.PLAIN), picture)
    return (Span(f"{mark.symbol} ", mark.tone), Span(text, mark.tone))


def _latency(source: SourceStatus) -> str:
    """How much longer the newest message took than the fastest."""
    if source.latency_ns is None:
        return "not known"
    return f"{source.latency_ns / MILLISECOND_NS:+.0f} ms"


def _clock(source: SourceStatus) -> str:
    """How far its clock is from the station's; one that counts from its own start says when."""
    if source.clock_offset_ns is None:
        return "not known"
    if abs(source.clock_offset_ns) < SECOND_NS:
        return f"{source.clock_offset_ns / MILLISECOND_NS:+.1f} ms"
    if abs(source.clock_offset_ns) < _DAY_NS:
        return f"{source.clock_offset_ns / SECOND_NS:+.1f} s"
    return f"0 at {utc_time(source.clock_offset_ns)}"


def _age(picture: Picture, receipt_ns: int) -> str:
    if not receipt_ns:
        return "never"
    model = picture.model
    return age(model.snapshot.now_ns + model.silent_ns - receipt_ns)
