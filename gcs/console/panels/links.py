"""Links and the sources on them: state, rate, loss, age, faults."""

from __future__ import annotations

from gcs.console.format import age, escaped, fitted
from gcs.console.model import main_parameters
from gcs.console.panels.readings import is_station, reading_row
from gcs.console.panels.rows import clipped, rule, trusted, with_overflow
from gcs.console.picture import Picture
from gcs.console.theme import LINK_MARKS, Line, Span, Tone
from gcs.messages import LinkState, LinkStatus, SourceStatus

_NAME = 11


def links(picture: Picture, width: int, height: int) -> list[Line]:
    """Links, sources, and what the station measures of itself."""
    snapshot = picture.model.snapshot
    head = f"   {'link':<{_NAME}} {'state':<10} {'rate':>7} {'age':>5} {'faults':>7}"
    lines: list[Line] = [(Span(head, Tone.DIM),)]
    lines += [_link(picture, link) for link in snapshot.links]
    source_head = f"   {'source':<{_NAME}} {'messages':>10} {'loss':>7} {'age':>5} {'unknown':>7}"
    lines.append((Span(source_head, Tone.DIM),))
    lines += [_source(picture, source) for source in snapshot.sources]
    fitted_lines = [clipped(line, width) for line in lines]
    infos = picture.model.catalogue.parameters
    own = [i for i in main_parameters(picture.model.catalogue) if is_station(infos[i])]
    fitted_lines += [reading_row(picture.model.reading(i), width) for i in own]
    total = len(fitted_lines)
    return [
        rule("LINKS", width),
        *with_overflow(fitted_lines, height - 1, lambda shown: _more(total - shown, width)),
    ]


def _more(count: int, width: int) -> Line:
    return clipped((Span(f"   {count} more rows", Tone.DIM),), width)


def _link(picture: Picture, link: LinkStatus) -> Line:
    mark = trusted(LINK_MARKS[link.state], picture)
    tone = Tone.PLAIN if link.state is LinkState.UP else mark.tone
    detail = escaped(link.detail, 120) if link.state is not LinkState.UP else ""
    text = (
        f"{fitted(escaped(link.id, 40), _NAME)} {link.state:<10} {link.rate_hz:>5.1f}/s"
        f" {_age(picture, link.last_receipt_ns):>5} {link.faults:>7}  {detail}"
    )
    return (Span(f" {mark.symbol} ", mark.tone), Span(text.rstrip(), tone))


def _source(picture: Picture, source: SourceStatus) -> Line:
    text = (
        f"   {fitted(escaped(source.id, 40), _NAME)} {source.messages:>10}"
        f" {source.loss_fraction:>7.1%} {_age(picture, source.last_receipt_ns):>5}"
        f" {source.unknown:>7}"
    )
    return (Span(text, Tone.STALE if picture.model.silent else Tone.PLAIN),)


def _age(picture: Picture, receipt_ns: int) -> str:
    if not receipt_ns:
        return "never"
    model = picture.model
    return age(model.snapshot.now_ns + model.silent_ns - receipt_ns)
