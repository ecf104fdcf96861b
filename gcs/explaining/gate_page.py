"""The page of a gate, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gcs.config.criteria import CriterionConfig
from gcs.config.loading import Mission
from gcs.config.mission import CommandConfig, GateConfig
from gcs.decision.polls import configuration_digest
from gcs.explaining import answers
from gcs.explaining.reading import Parameters
from gcs.explaining.wording import alarm_fields, delays, duration, rule_fields, waivable
from gcs.page import WIDTH, Page
from gcs.station import Station
from gcs.telemetry.naming import told_with_names


class NoSuchGateError(LookupError):
    """A gate that the mission does not have; the message names those it has."""


def explain(mission: Mission, gate: str | None = None, width: int = WIDTH) -> list[str]:
    """The page of one gate, or of every gate, line by line.

    Raises ConfigError where the mission could not be flown, NoSuchGateError where
    it has no such gate.
    """
    Station(mission, seed=0)
    gates = [config for config in mission.config.gate if gate in (None, config.id)]
    if not gates and gate is not None:
        known = ", ".join(config.id for config in mission.config.gate) or "none"
        raise NoSuchGateError(f"{mission.file} has no gate {gate!r}; its gates: {known}")
    page = Page(width)
    for config in gates:
        _GatePage(mission, config, page).write()
    return page.lines or [f"{mission.file} has no gates"]


class _GatePage:
    def __init__(self, mission: Mission, gate: GateConfig, page: Page) -> None:
        self._mission = mission
        self._gate = gate
        self._page = page
        self._parameters = Parameters(mission)
        self._criteria = [
            (name, config)
            for _, name, config in mission.criterion_configs()
            if gate.id in config.gates
        ]

    def write(self) -> None:
        self._head()
        self._rules()
        self._consequences()
        for owner in dict.fromkeys(config.owner for _, config in self._criteria):
            self._page.blank()
            self._page.text(owner)
            for name, config in self._criteria:
                if config.owner == owner:
                    self._page.blank()
                    self._criterion(name, config)
        self._signatures()

    def _head(self) -> None:
        page, mission = self._page, self._mission
        page.rule()
        page.text(f"{self._gate.title} ({self._gate.id})")
        page.text(mission.config.mission.title)
        page.text(f"{mission.file}, configuration {configuration_digest(mission)}")
        page.rule()

    # --- When, and by whom ---

    def _rules(self) -> None:
        gate, page = self._gate, self._page
        page.field("opens", f"while {self._told(gate.opens)}")
        page.field("closes", f"when {self._told(gate.closes)}")
        if gate.closes_in:
            page.field("", f"or in {self._titles(gate.closes_in)}")
        self._reads((gate.opens, gate.closes), indent=0)
        page.field("mode", answers.mode(self._mission, gate))
        page.field("deadline", answers.unanswered(gate))
        self._listed("ended by", answers.ended_by(self._mission, gate))
        page.field("stable for", duration(gate.stable_for))
        page.field("polled", answers.polled(gate))
        self._listed("votes", answers.votes(self._mission, gate))
        page.field("criteria", f"{len(self._criteria)}; {answers.demand(gate)}")

    def _listed(self, label: str, lines: Iterable[str]) -> None:
        """A label once, and its lines below one another."""
        for line in lines:
            self._page.field(label, line)
            label = ""

    # --- What follows ---

    def _consequences(self) -> None:
        gate, page = self._gate, self._page
        page.blank()
        self._sent("GO sends", gate.go_command)
        page.blank()
        self._sent("NO-GO sends", gate.no_go_command)
        if gate.no_go_command:
            page.field("", answers.tries(self._mission, gate))
        if gate.no_go_count:
            self._listed("NO-GO does", answers.to_count(self._mission, gate, self._told))
        if gate.no_go_command or gate.no_go_count:
            page.field("", f"when: {'; '.join(answers.missed_by(gate))}")

    def _sent(self, label: str, command: str) -> None:
        if not command:
            self._page.field(label, "nothing")
            return
        config = next(c for c in self._mission.config.command if c.id == command)
        said = config.mav_cmd if config.target == "vehicle" else f"order {config.order}"
        self._page.field(label, f"{config.title} ({config.id}), {said}")
        for line in self._command_lines(config):
            self._page.field("", line)

    def _command_lines(self, config: CommandConfig) -> Iterator[str]:
        barge = config.target == "barge"
        heard = [s for s in self._mission.config.source if s.kind == "barge" or s.flight_computer]
        targets = [s.id for s in heard if (s.kind == "barge") is barge]
        times = "once" if config.attempts == 1 else f"up to {config.attempts} times"
        apart = "" if config.attempts == 1 else f", {duration(config.retry_after)} apart"
        yield f"to {', '.join(targets) or 'nobody'}, {times}{apart}"
        if config.two_person and config.id != self._gate.go_command:
            yield "by hand, staged by one known person and confirmed by another"
        echo = "its nonce in the barge's state" if barge else f"{config.echoes} equal echoes"
        yield f"verified by {echo}; valid for {duration(config.validity)}"
        if config.verified_when is not None:
            yield f"and only once {self._told(config.verified_when)}"
        for name, expression in config.parameters.items():
            left = ", in retries what is left of it" if name in config.counting_down else ""
            yield f"{name} = {self._told(expression)}{left}"
        refused = f", else refused: {config.refused_because}" if config.refused_because else ""
        unknown = " or not known" if config.allowed_unknown else ""
        yield f"allowed when {self._told(config.allowed)}{unknown}{refused}"

    # --- Criteria ---

    def _criterion(self, name: str, config: CriterionConfig) -> None:
        page = self._page
        page.text(f"{name}: {config.title}", indent=1)
        for label, text in rule_fields(config, self._told):
            page.field(label, text, indent=2)
        page.field("delays", delays(config), indent=2)
        page.field("phases", self._phases(config), indent=2)
        rules = (config.value, config.require, config.clears_when)
        self._reads((text for text in rules if text is not None), indent=2)
        page.field("source", config.source, indent=2)
        page.field("waived by", waivable(config), indent=2)
        for label, text in alarm_fields(config, self._told):
            page.field(label, text, indent=2)

    def _phases(self, config: CriterionConfig) -> str:
        return self._titles(config.phases) or "all"

    def _titles(self, phases: Iterable[str]) -> str:
        titles = {phase.id: phase.title for phase in self._mission.config.phase}
        return ", ".join(titles[phase] for phase in phases)

    def _told(self, expression: str) -> str:
        return told_with_names(expression, self._parameters.codes)

    def _reads(self, expressions: Iterable[str], indent: int) -> None:
        label = "reads"
        for depth, text in self._parameters.read_by(expressions):
            self._page.field(label, text, indent=indent, inset=depth)
            label = ""

    # --- Signatures ---

    def _signatures(self) -> None:
        page = self._page
        page.blank()
        page.text("Signed")
        for position in self._gate.polls or self._mission.config.station.positions:
            page.blank()
            page.field(position, "__________________________  UTC ____________", indent=1)
        page.blank()
