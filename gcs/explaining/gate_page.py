"""The page of a gate, section by section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gcs.config.criteria import CriterionConfig
from gcs.config.loading import Mission
from gcs.config.mission import CommandConfig, GateConfig
from gcs.decision.gate import PASSING
from gcs.decision.gate_table import CONSEQUENCES, Trigger
from gcs.decision.polls import configuration_digest
from gcs.explaining.reading import Parameters
from gcs.explaining.wording import alarm_fields, delays, duration, rule_fields, waivable
from gcs.messages import CriterionState
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
        page.field("mode", self._mode())
        page.field("deadline", self._unanswered())
        page.field("stable for", duration(gate.stable_for))
        page.field("polled", self._polled())
        page.field("criteria", f"{len(self._criteria)}; {self._demand()}")

    def _mode(self) -> str:
        gate = self._gate
        if gate.go_command:
            if gate.mode == "automatic":
                return "automatic: GO is sent by itself once it has been stable"
            who = ", ".join(self._mission.config.station.positions)
            return f"confirmed: once GO has been stable, one of {who} stages and confirms it"
        if gate.without_answer == "stands":
            return "waits for objections: without a known NO-GO it stands when it closes"
        return "nothing is sent: it stands if it has been stable at GO when it closes"

    def _unanswered(self) -> str:
        if self._gate.without_answer == "stands":
            return "passed without a known NO-GO, the gate stands, however much is unknown then"
        word = "verified" if self._gate.go_command else "standing"
        return f"passed without a {word} GO, the gate is MISSED: silence is no GO"

    def _demand(self) -> str:
        if self._gate.without_answer == "stands":
            return "one that is known to be NO-GO objects"
        passing = " or ".join(state.value for state in CriterionState if state in PASSING)
        return f"each must be {passing}"

    def _polled(self) -> str:
        if not self._gate.polls:
            return "nobody: the criteria decide"
        who = ", ".join(self._gate.polls)
        two = ", two different persons among them" if self._gate.two_person else ""
        falls = f"when a criterion changes its state, and after {duration(self._gate.go_expires)}"
        return f"{who}: each must vote GO{two}; a GO falls {falls}"

    # --- What follows ---

    def _consequences(self) -> None:
        gate, page = self._gate, self._page
        page.blank()
        self._sent("GO sends", gate.go_command)
        page.blank()
        self._sent("NO-GO sends", gate.no_go_command)
        if gate.no_go_count:
            page.field("NO-GO does", self._to_count())
        if gate.no_go_command or gate.no_go_count:
            page.field("", f"when: {'; '.join(self._missed_by())}")

    def _to_count(self) -> str:
        gate = self._gate
        if gate.no_go_count == "recycle":
            return f"hold the count and recycle it to {gate.recycle_to}"
        return f"{gate.no_go_count} the count"

    def _missed_by(self) -> Iterator[str]:
        for trigger, consequences in CONSEQUENCES.items():
            if "send_no_go" not in consequences:
                continue
            if trigger is Trigger.OVERDUE:
                if self._gate.no_go_after is not None:
                    yield f"{trigger.value} (known NO-GO for {duration(self._gate.no_go_after)})"
            elif trigger is not Trigger.REVOKED or self._gate.go_command:
                yield trigger.value

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
        if config.two_person:
            yield "staged by one known person and confirmed by another"
        echo = "its nonce in the barge's state" if barge else f"{config.echoes} equal echoes"
        yield f"verified by {echo}; valid for {duration(config.validity)}"
        if config.verified_when is not None:
            yield f"and only once {self._told(config.verified_when)}"
        for name, expression in config.parameters.items():
            yield f"{name} = {self._told(expression)}"
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
