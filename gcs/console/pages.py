"""The pages of a console, in one registry: name, default key, title, and what its help says.

What draws a page stands in `panels.views` under the same name.
"""

from __future__ import annotations

from dataclasses import dataclass

from gcs.console.selection import MAIN


@dataclass(frozen=True)
class Page:
    """One page. `key` is its default key; `help` explains it line by line."""

    name: str
    key: str
    title: str
    help: tuple[str, ...]


PAGES = (
    Page(
        "help",
        "f1",
        "help",
        ("What the page that was shown means, then all commands, keys and symbols.",),
    ),
    Page(
        MAIN,
        "f2",
        "main",
        (
            "Clocks and holds, phases, gates with their top reason, vehicle, barge, links, board.",
            "A roll-up shows its worst member. A value past its age limit shows ? and its age,",
            "ten times past it ----. A count of what found no room names the worst of it.",
        ),
    ),
    Page(
        "events",
        "f3",
        "events",
        (
            "What happened, newest first. An event asks nothing of you; an alarm does.",
            "On the main screen the alarms that ask for an act stand above the events.",
        ),
    ),
    Page(
        "alarms",
        "f4",
        "alarms",
        (
            "Every alarm that asks for an act, unacknowledged first, then by priority.",
            "UNACK rings until :ack; ACK stands and was seen; RTN is over but was not seen.",
            "FIRST came before all others of this disturbance. Acknowledging clears no condition.",
            ":shelve ALARM DURATION REASON puts one aside for a while; a critical one never.",
        ),
    ),
    Page(
        "parameters",
        "f5",
        "parameters",
        (
            "Every parameter with unit, quality, age and source; up and down choose one.",
            "/TEXT finds ids, titles, owners and sources. The plot shows what this console saw.",
        ),
    ),
    Page(
        "links",
        "f6",
        "links",
        (
            "State, rate, faults and age of each link; messages, loss and clock of each source.",
            "Open is not enough: a link or source is heard while something came within 3 s.",
            "Clock is how far a source's clock stands from the station's, found from its messages;",
            "latency how much longer its newest message took than its fastest.",
        ),
    ),
    Page(
        "board",
        "f7",
        "board",
        (
            "Every criterion with state and reason; Enter opens the chosen one.",
            "NO-GO and UNKNOWN block; WAIVED passes inside its bound and time; CAUTION passes.",
        ),
    ),
    Page(
        "criterion",
        "ctrl+e",
        "criterion",
        (
            "One criterion whole: rule, limits, evidence, margin so far, trend, who may waive it.",
            "Margin is the distance to the no-go limit, negative beyond it.",
        ),
    ),
    Page(
        "strips",
        "f8",
        "strips",
        ("Chosen parameters over two minutes; :strip PARAMETER adds one.",),
    ),
    Page(
        "count",
        "f9",
        "count & polls",
        (
            "T stands in a hold, L never does. The hold says its kind, time, budget and release.",
            "A vote falls when what it stood on changes, and at its expiry.",
            "Entries are what no sensor sends: by whom, until when, checked by whom.",
        ),
    ),
    Page(
        "commands",
        "f10",
        "commands",
        (
            "Sent, acknowledged, verified: only VERIFIED means that the vehicle or barge has it.",
            "A staged command shows what will be sent and waits for its code.",
        ),
    ),
    Page(
        "recording",
        "f11",
        "recording & replay",
        ("Whether all is recorded, and where a replay stands in its recording.",),
    ),
    Page(
        "vehicle",
        "ctrl+v",
        "vehicle",
        ("All parameters of the vehicle, each flight computer's own too.",),
    ),
    Page("barge", "ctrl+g", "barge", ("All parameters of the barge.",)),
    Page(
        "profile",
        "ctrl+f",
        "profile",
        ("Altitude over range, flown and where the vehicle is now.",),
    ),
    Page("deck", "ctrl+d", "deck", ("The deck from above, bow up, and the vehicle over it.",)),
)

NAMES = tuple(page.name for page in PAGES)


def page_named(name: str) -> Page | None:
    """The page of that name."""
    return next((page for page in PAGES if page.name == name), None)
