"""One diagram of another engine, rewritten for this one: tasks, calls, expressions, clocks, each with a note.

What cannot be said here is left as it stands, so that the gate refuses it with its line, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from copy import deepcopy

from lxml import etree

from engine.definitions.mend import FLOW_NODES
from engine.definitions.xml import BPMN, LINBANG, SPIFF, B, L, local

from . import feel_of, flows, variables
from .calls import Calls
from .dialects import NAMESPACES, attributes, is_foreign, take
from .reach import Decided
from .record import Diagram, Setting
from .renaming import rename
from .report import Notes
from .tasks import Tasks

_NOTHING_HERE = frozenset({
    "async", "asyncBefore", "asyncAfter", "asyncLeave", "exclusive", "jobPriority", "taskPriority", "historyTimeToLive",
    "versionTag", "isStartableInTasklist", "skipExpression", "priority", "followUpDate", "category", "variableName",
    "processRefName", "formHandlerClass", "formFieldValidation", "sameDeployment", "calledElementType", "useLocalScopeForResultVariable",
    "storeResultVariableAsTransient", "triggerable", "businessKey", "inheritBusinessKey", "inheritVariables", "caseBinding",
    "calledElementBinding", "calledElementVersion", "decisionRefBinding", "decisionRefVersion", "formRefBinding",
    "formRefVersion", "initiator", "modelerTemplate", "modelerTemplateVersion", "eventVerbosity", "diagramRelationId",
})  # fmt: skip
"""What says how the other engine does something, and changes nothing of what is done."""
_DECORATION = frozenset({"properties", "executionListener", "taskListener", "inputOutput", "in", "out", "field",
    "formData", "formProperty", "failedJobRetryTimeCycle", "potentialStarter"})  # fmt: skip


def rewrite(
    root: etree._Element, file: str, setting: Setting, *, called: bool, taken: Collection[str] = ()
) -> Diagram | None:
    """Rewrite a diagram; None when no process in it is to be carried out.

    called: whether others call it. taken: ids that diagrams of the same service have already.
    """
    root = _with_our_names(root)
    main = next((one for one in root.iter(f"{B}process") if one.get("isExecutable") != "false"), None)
    if main is None:
        return None
    diagram = Diagram(root, main.get("id", ""), Notes(file))
    _Rewriter(diagram, setting).rewrite(main, called=called, taken=taken)
    return diagram


class _Rewriter:
    def __init__(self, diagram: Diagram, setting: Setting) -> None:
        self._diagram, self._setting, self._notes = diagram, setting, diagram.notes
        self._decided, self._calls = Decided(), Calls(diagram, setting)
        self._tasks = Tasks(diagram, setting, self._decided)

    def rewrite(self, main: etree._Element, *, called: bool, taken: Collection[str]) -> None:
        """Rewrite the whole diagram in place."""
        root = self._diagram.root
        rename(self._diagram, taken)
        self._lanes(root)
        self._process(main, called=called)
        for node in list(root.iter()):
            if local(node) == "sequenceFlow":
                flows.condition(node, self._notes, self._decided)
        for node in list(root.iter(f"{B}exclusiveGateway")):
            flows.default_flow(node, self._notes)
        for node in list(root.iter()):
            if local(node) in FLOW_NODES and node.tag.startswith(B):
                self._node(node)
        for node in list(root.iter(f"{B}userTask")):
            self._tasks.form(node)
        start = main.find(f"{B}startEvent")
        if start is not None and not called:
            self._tasks.form(start)
        self._sweep(root)
        self._business_key(main)

    def _process(self, main: etree._Element, *, called: bool) -> None:
        main.set("isExecutable", "true")
        starters = take(main, "candidateStarterGroups")
        take(main, "candidateStarterUsers")
        if called:
            return
        group = self._setting.known_group(starters) or self._setting.group
        letters = re.sub(r"[^A-Z]", "", main.get("id", "").upper())[:6] or "CASE"
        main.set(f"{L}caseNumber", letters)
        title = main.get("name") or main.get("id", "")
        main.set(f"{L}title", f'"{title}"')
        main.set(f"{L}startGroups", group)
        words = "Cases are numbered {letters}-…, titled {title!r}, and started by {group}: see to all three."
        self._notes.by_hand(main, "main_process", words, letters=letters, title=title, group=group)

    def _business_key(self, main: etree._Element) -> None:
        texts = (text for node in self._diagram.root.iter() for text in (node.text, *node.attrib.values()))
        if any(feel_of.BUSINESS_KEY in text for text in texts if text):
            words = "What was the business key is the variable {variable} here: nothing sets it yet."
            self._notes.by_hand(main, "business_key", words, variable=feel_of.BUSINESS_KEY)

    def _lanes(self, root: etree._Element) -> None:
        """Take away lanes that are no groups here; who does the tasks in them is told."""
        strange = [lane for lane in root.iter(f"{B}lane") if lane.get("id") not in self._setting.groups]
        for lane in strange:
            words = "The lane {lane!r} is no group of groups.yaml: {group} does its tasks."
            name = lane.get("name") or lane.get("id")
            self._notes.by_hand(lane, "lane_unknown", words, lane=name, group=self._setting.group)
        gone = {lane.get("id") for lane in strange}
        for shape in [
            one for one in root.iter() if local(one) == "BPMNShape" and one.get("bpmnElement") in gone
        ]:
            shape.getparent().remove(shape)
        for lane in strange:
            lane.getparent().remove(lane)
        for lanes in [one for one in root.iter(f"{B}laneSet") if one.find(f"{B}lane") is None]:
            lanes.getparent().remove(lanes)

    def _node(self, node: etree._Element) -> None:
        variables.mappings(node, self._notes)
        variables.listeners(node, self._notes)
        flows.loop(node, self._notes)
        flows.timers(node, self._notes)
        flows.retries(node)
        kind = local(node)
        if kind in ("serviceTask", "sendTask", "businessRuleTask"):
            self._calls.service(node)
        elif kind == "scriptTask":
            self._calls.script(node)
        elif kind == "callActivity":
            self._tasks.call_activity(node)
        if local(node) == "userTask":
            self._tasks.user_task(node)

    def _sweep(self, root: etree._Element) -> None:
        """Take off what is left of the other engine, and tell what of it did something."""
        for node in list(root.iter()):
            if not isinstance(node.tag, str):
                continue
            names = list(attributes(node))
            for name in names:
                text = take(node, name)
                if name not in _NOTHING_HERE:
                    words = "{name} = {text} has no counterpart here."
                    self._notes.by_hand(node, "attribute_unknown", words, name=name, text=text)
            if is_foreign(node) and not any(is_foreign(one) for one in node.iterancestors()):
                if local(node) not in _DECORATION:
                    words = "{name} has no counterpart here."
                    self._notes.by_hand(node, "extension_unknown", words, name=local(node))
                node.getparent().remove(node)


def _with_our_names(root: etree._Element) -> etree._Element:
    """Give a copy whose root knows the short names of our namespaces."""
    names = {prefix: uri for prefix, uri in root.nsmap.items() if uri not in NAMESPACES}
    names |= {"linbang": LINBANG, "spiffworkflow": SPIFF}
    if BPMN not in names.values():
        names["bpmn"] = BPMN
    copy = etree.Element(root.tag, dict(root.attrib), nsmap=names)
    copy.extend(deepcopy(list(root)))
    for before, after in zip(root.iter(), copy.iter(), strict=True):
        after.sourceline = before.sourceline
    return copy
