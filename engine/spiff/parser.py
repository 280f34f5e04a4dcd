"""From mended BPMN trees to task specs, with our own parsers where the library reads them differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import event_parsers as events_of_library
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    ScriptTaskParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs import defaults

from . import events, joins, loops, specs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
LINBANG = "urn:linbang:bpmn:1"
_NS = {"bpmn": BPMN, "spiff": SPIFF, "linbang": LINBANG}


@dataclass(frozen=True, slots=True)
class Specs:
    """The compiled diagrams of one bundle, shared by all its cases and never changed."""

    main: Any
    subprocesses: Mapping[str, Any]


class _Activity(TaskParser):  # type: ignore[misc]  # untyped library
    """Any task; loops get our mended specs."""

    STANDARD_LOOP_CLASS = loops.StandardLoopTask
    PARALLEL_MI_CLASS = loops.ParallelMultiInstanceTask
    SEQUENTIAL_MI_CLASS = loops.SequentialMultiInstanceTask

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        super()._add_multiinstance_task(loop_characteristics)
        self.task.collection = None if self.task.data_input is None else _feel(self.task.data_input.bpmn_id)
        self.task.cardinality = _feel(self.task.cardinality)
        self.task.condition = _feel(self.task.condition)

    def _add_loop_task(self, loop_characteristics: Any) -> None:
        super()._add_loop_task(loop_characteristics)
        self.task.condition = _feel(self.task.condition)


class _Script(_Activity, ScriptTaskParser):  # type: ignore[misc]  # untyped library
    def create_task(self) -> Any:
        """Make the spec; its script is FEEL, with or without a leading `=`."""
        text = _feel(self.node.findtext(full_tag("script"), "")) or ""
        return self.spec_class(self.spec, self.bpmn_id, text, **self.bpmn_attributes)


class _Service(_Activity):
    def create_task(self) -> Any:
        """Make the spec from the operator element."""
        operator = self.node.find("bpmn:extensionElements/spiff:serviceTaskOperator", _NS)
        parameters = {
            item.get("id"): _feel(item.get("value")) or "null"
            for item in operator.iterfind(".//spiff:parameter", _NS)
        }
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            operation=operator.get("id"),
            parameters=parameters,
            result=operator.get("resultVariable"),
            **self.bpmn_attributes,
        )


class _BusinessRule(_Activity):
    def create_task(self) -> Any:
        """Make the spec; it names the decision."""
        decision = self.node.findtext("bpmn:extensionElements/spiff:calledDecisionId", "", _NS).strip()
        return self.spec_class(self.spec, self.bpmn_id, decision_id=decision, **self.bpmn_attributes)


class _SubProcess(_Activity, SubWorkflowParser):  # type: ignore[misc]  # untyped library
    pass


class _Call(_Activity, CallActivityParser):  # type: ignore[misc]  # untyped library
    pass


class _Exclusive(ConditionalGatewayParser):  # type: ignore[misc]  # untyped library
    def parse_condition(self, sequence_flow: Any) -> str | None:
        """Give the condition's FEEL text."""
        return _feel(super().parse_condition(sequence_flow))


class _Event:
    """Reads event definitions into ours."""

    node: Any
    process_parser: Any

    def parse_timer_event(self, event: Any) -> events.ClockEvent:
        """Read a timer, or the deadline that it follows."""
        element_id, name = self.node.get("id"), self.node.get("name")
        follows = self.node.find("bpmn:extensionElements/linbang:onDeadline", _NS)
        if follows is not None:
            at = follows.get("at", "breach")
            return events.ClockEvent(name, element_id, "deadline", follows.get("deadline"), at)
        for kind, tag in (("date", "timeDate"), ("duration", "timeDuration"), ("cycle", "timeCycle")):
            text = event.findtext(full_tag(tag))
            if text is not None:
                return events.ClockEvent(name, element_id, kind, text.strip())
        return events.ClockEvent(name, element_id, "duration", "")

    def parse_message_event(self, event: Any) -> events.MessageEvent:
        """Read a message, by its name; with a key where it goes to other cases or comes from them."""
        name = self.process_parser.parser.messages.get(event.get("messageRef"))
        correlation = _feel(self.node.get(f"{{{LINBANG}}}correlation"))
        content = _feel(self.node.get(f"{{{LINBANG}}}content"))
        return events.MessageEvent(name, self.node.get("id"), correlation, content)

    def parse_signal_event(self, event: Any) -> events.SignalEvent:
        """Read a signal, by its name."""
        return events.SignalEvent(self.process_parser.parser.signals.get(event.get("signalRef")))

    def parse_error_event(self, event: Any) -> events.ErrorEvent:
        """Read an error; without a reference it catches every code."""
        found = self.process_parser.parser.errors.get(event.get("errorRef")) or {}
        return events.ErrorEvent(found.get("name"), found.get("error_code"))

    def parse_escalation_event(self, event: Any) -> events.EscalationEvent:
        """Read an escalation; without a reference it catches every code."""
        found = self.process_parser.parser.escalations.get(event.get("escalationRef")) or {}
        return events.EscalationEvent(found.get("name"), found.get("escalation_code"))


class _Start(_Event, events_of_library.StartEventParser):  # type: ignore[misc]  # untyped library
    pass


class _Boundary(_Event, events_of_library.BoundaryEventParser):  # type: ignore[misc]  # untyped library
    pass


class _Catch(_Event, events_of_library.IntermediateCatchEventParser):  # type: ignore[misc]  # untyped library
    pass


class _Throw(_Event, events_of_library.IntermediateThrowEventParser):  # type: ignore[misc]  # untyped library
    pass


class _Send(_Event, events_of_library.SendTaskParser):  # type: ignore[misc]  # untyped library
    pass


class _Receive(_Event, events_of_library.ReceiveTaskParser):  # type: ignore[misc]  # untyped library
    pass


class _End(_Event, events_of_library.EndEventParser):  # type: ignore[misc]  # untyped library
    def create_task(self) -> Any:
        """Make the spec, signal ends included, which the library takes for plain ones."""
        found = self.get_event_definition(
            [
                events_of_library.MESSAGE_EVENT_XPATH,
                events_of_library.ERROR_EVENT_XPATH,
                events_of_library.ESCALATION_EVENT_XPATH,
                events_of_library.TERMINATION_EVENT_XPATH,
                events_of_library.SIGNAL_EVENT_XPATH,
            ]
        )
        task = self._create_task(found)
        task.connect(self.spec.end)
        return task


class _Process(ProcessParser):  # type: ignore[misc]  # untyped library
    def create_spec(self) -> joins.ProcessSpec:
        """Make the spec of a process; that it can be executed was checked before."""
        return joins.ProcessSpec(self.bpmn_id, description=self.get_name(), filename=self.filename)


class Parser(BpmnParser):  # type: ignore[misc]  # untyped library
    """Knows which parser and spec belong to each element."""

    PROCESS_PARSER_CLASS = _Process
    PARSER_CLASSES = {  # noqa: RUF012 - the library's own way to configure
        full_tag("startEvent"): (_Start, defaults.StartEvent),
        full_tag("endEvent"): (_End, specs.EndEvent),
        full_tag("userTask"): (_Activity, defaults.UserTask),
        full_tag("task"): (_Activity, specs.PlainTask),
        full_tag("manualTask"): (_Activity, specs.PlainTask),
        full_tag("scriptTask"): (_Script, specs.ScriptTask),
        full_tag("serviceTask"): (_Service, specs.ServiceTask),
        full_tag("businessRuleTask"): (_BusinessRule, specs.BusinessRuleTask),
        full_tag("sendTask"): (_Send, defaults.SendTask),
        full_tag("receiveTask"): (_Receive, defaults.ReceiveTask),
        full_tag("subProcess"): (_SubProcess, specs.SubProcess),
        full_tag("callActivity"): (_Call, specs.CallActivity),
        full_tag("exclusiveGateway"): (_Exclusive, specs.ExclusiveGateway),
        full_tag("inclusiveGateway"): (_Exclusive, specs.InclusiveGateway),
        full_tag("parallelGateway"): (GatewayParser, joins.ParallelGateway),
        full_tag("eventBasedGateway"): (
            events_of_library.EventBasedGatewayParser,
            defaults.EventBasedGateway,
        ),
        full_tag("intermediateCatchEvent"): (_Catch, defaults.IntermediateCatchEvent),
        full_tag("intermediateThrowEvent"): (_Throw, defaults.IntermediateThrowEvent),
        full_tag("boundaryEvent"): (_Boundary, specs.BoundaryEvent),
    }


def parse(trees: Iterable[tuple[str, etree._Element]], main: str) -> Specs:
    """Compile mended and checked trees; `main` is the id of the main process.

    Raises the library's ValidationException only for what the checks before it let through.
    """
    parser = Parser()
    for filename, tree in trees:
        parser.add_bpmn_xml(tree, filename)
    return Specs(parser.get_spec(main), parser.get_subprocess_specs(main))


def _feel(text: str | None) -> str | None:
    """Give the expression without the `=` that bpmn.io's editors put before FEEL."""
    if text is None:
        return None
    text = text.strip()
    return text[1:].strip() if text.startswith("=") else text
