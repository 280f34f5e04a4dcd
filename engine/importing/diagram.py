"""One diagram of another engine, rewritten for this one: tasks, calls, expressions, clocks, each with a note.

What cannot be said here is left as it stands, so that the gate refuses it with its line, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from lxml import etree

from engine.definitions.mend import FLOW_NODES
from engine.definitions.xml import BPMN, LINBANG, SPIFF, B, L, local

from . import feel_of, forms
from .calls import Calls
from .dialects import NAMESPACES, attributes, extensions, is_foreign, take
from .juel import TranslationError
from .reach import Decided, asked_at
from .record import Diagram, Setting, extension_elements
from .renaming import rename
from .report import Notes

if TYPE_CHECKING:
    pass

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
_DAYS = re.compile(r"plusDays\((\d{1,3})\)|^P(\d{1,3})D$")
_RETRY = re.compile(r"^R(\d{1,2})/(PT?\w+)$")


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

    def rewrite(self, main: etree._Element, *, called: bool, taken: Collection[str]) -> None:
        """Rewrite the whole diagram in place."""
        root = self._diagram.root
        rename(self._diagram, taken)
        self._lanes(root)
        self._process(main, called=called)
        for node in list(root.iter()):
            if local(node) == "sequenceFlow":
                self._flow(node)
        for node in list(root.iter(f"{B}exclusiveGateway")):
            self._gateway(node)
        for node in list(root.iter()):
            if local(node) in FLOW_NODES and node.tag.startswith(B):
                self._node(node)
        for node in list(root.iter(f"{B}userTask")):
            self._form(node)
        start = main.find(f"{B}startEvent")
        if start is not None and not called:
            self._form(start)
        self._sweep(root)
        if any(
            feel_of.BUSINESS_KEY in text
            for node in root.iter()
            for text in (node.text, *node.attrib.values())
            if text
        ):
            words = (
                f"What was the business key is the variable {feel_of.BUSINESS_KEY} here: nothing sets it yet."
            )
            self._notes.by_hand(main, "business_key", words)

    # The process and its flows

    def _process(self, main: etree._Element, *, called: bool) -> None:
        main.set("isExecutable", "true")
        starters = take(main, "candidateStarterGroups")
        take(main, "candidateStarterUsers")
        if called:
            return
        group = self._known_group(starters) or self._setting.group
        letters = re.sub(r"[^A-Z]", "", main.get("id", "").upper())[:6] or "CASE"
        main.set(f"{L}caseNumber", letters)
        title = main.get("name") or main.get("id", "")
        main.set(f"{L}title", f'"{title}"')
        main.set(f"{L}startGroups", group)
        self._notes.by_hand(
            main,
            "main_process",
            f"Cases are numbered {letters}-…, titled {title!r}, and started by {group}: see to all three.",
        )

    def _lanes(self, root: etree._Element) -> None:
        """Take away lanes that are no groups here; who does the tasks in them is told."""
        strange = [lane for lane in root.iter(f"{B}lane") if lane.get("id") not in self._setting.groups]
        for lane in strange:
            name = lane.get("name") or lane.get("id")
            words = f"The lane {name!r} is no group of groups.yaml: {self._setting.group} does its tasks."
            self._notes.by_hand(lane, "lane_unknown", words)
        gone = {lane.get("id") for lane in strange}
        for shape in [
            one for one in root.iter() if local(one) == "BPMNShape" and one.get("bpmnElement") in gone
        ]:
            shape.getparent().remove(shape)
        for lane in strange:
            lane.getparent().remove(lane)
        for lanes in [one for one in root.iter(f"{B}laneSet") if one.find(f"{B}lane") is None]:
            lanes.getparent().remove(lanes)

    def _flow(self, node: etree._Element) -> None:
        expression = node.find(f"{B}conditionExpression")
        if expression is None:
            return
        if take(expression, "resource") is not None or expression.get("language", "juel").lower() not in (
            "juel",
            "feel",
            "",
        ):
            self._notes.by_hand(
                node, "condition_foreign", "The condition is a script of the other engine: write it in FEEL."
            )
            return
        text = (expression.text or "").strip()
        try:
            said = feel_of.condition(text)
        except TranslationError as exc:
            self._notes.by_hand(node, "condition_foreign", f"{text}: {exc}. Write the condition in FEEL.")
            return
        expression.text = said.feel
        if node.get("id"):
            self._decided.conditions[node.get("id")] = said
        self._notes.translated(node, "condition", f"{text} is {said.feel}")

    def _gateway(self, node: etree._Element) -> None:
        """Say what a flow without a condition means there: it is taken when none before it is."""
        own = node.get("id")
        flows = [one for one in node.getparent().iterfind(f"{B}sequenceFlow") if one.get("sourceRef") == own]
        bare = [one for one in flows if one.find(f"{B}conditionExpression") is None and one.get("id")]
        if len(flows) < 2 or node.get("default") or not bare:  # noqa: PLR2004 - a choice
            return
        node.set("default", bare[0].get("id"))
        self._notes.by_hand(
            bare[0],
            "flow_unconditional",
            "A flow without a condition is the default flow now: see to the order.",
        )

    # Nodes

    def _node(self, node: etree._Element) -> None:
        self._mappings(node)
        self._listeners(node)
        self._loop(node)
        self._timers(node)
        self._retries(node)
        kind = local(node)
        if kind in ("serviceTask", "sendTask", "businessRuleTask"):
            self._calls.service(node)
        elif kind == "scriptTask":
            self._calls.script(node)
        elif kind == "callActivity":
            self._call(node)
        if local(node) == "userTask":
            self._user_task(node)

    def _call(self, node: etree._Element) -> None:
        called = node.get("calledElement", "")
        if called in self._setting.processes:
            return
        node.attrib.pop("calledElement", None)
        node.tag = f"{B}userTask"
        if "{" in called:
            words = f"Which process is called is worked out from {called}, which cannot be checked: people do it until then."
        else:
            words = f"The process {called} is in none of the files that were read: people do it until it is."
        self._notes.by_hand(node, "process_missing", words)

    def _user_task(self, node: etree._Element) -> None:
        wanted = take(node, "candidateGroups")
        who = [(name, take(node, name)) for name in ("assignee", "candidateUsers")]
        group = self._known_group(wanted) or self._setting.group
        if not self._in_lane(node):
            node.set(f"{L}candidateGroup", group)
        if wanted and self._known_group(wanted) is None:
            self._notes.by_hand(
                node, "group_unknown", f"The groups {wanted} are not known here: {group} does it."
            )
        for name, text in who:
            if text:
                self._notes.by_hand(
                    node, "assignee", f"{name} {text}: everybody in the group may claim it here."
                )
        due = take(node, "dueDate")
        if due is not None:
            self._due(node, due)

    def _due(self, node: etree._Element, due: str) -> None:
        found = _DAYS.search(due.strip())
        if found is None:
            self._notes.by_hand(node, "due_date", f"The due date {due} is to be drawn as a clock.")
            return
        days = found.group(1) or found.group(2)
        clock = {"id": f"due_{node.get('id')}", "kind": "internal", "limit": f"{days} D"}
        etree.SubElement(extension_elements(node), f"{L}deadline", clock)
        self._notes.translated(node, "due_date", f"{due} is a clock of {days} days")

    # Forms

    def _form(self, node: etree._Element) -> None:
        """Give a task its form, made where it is no file; a start only where something is asked there."""
        starts = local(node) == "startEvent"
        key = take(node, "formKey") or take(node, "formRef")
        fields = [one for holder in extensions(node, "formData") for one in holder if is_foreign(one)]
        fields += extensions(node, "formProperty")
        asked = asked_at(node, self._decided)
        if starts and (not (key or fields or asked) or node.find(f"{B}timerEventDefinition") is not None):
            return
        own = f"{self._diagram.main}_start" if starts else str(node.get("id"))
        name = forms.name_of(key) if key else own
        if key and name in self._setting.form_files:
            self._diagram.copied_forms.add(name)
        else:
            components = forms.declared(fields, self._notes)
            written = {one["key"] for one in components}
            components += forms.guessed({one: values for one, values in asked.items() if one not in written})
            self._add_form(node, name, components, told=not fields)
        node.set(f"{L}form", name)

    def _add_form(
        self, node: etree._Element, name: str, components: list[dict[str, Any]], *, told: bool
    ) -> None:
        """Keep a form; one that several tasks show has the fields of all of them."""
        form = self._diagram.forms.setdefault(name, forms.schema([]))
        have = {one["key"] for one in form["components"]}
        form["components"] += [one for one in components if one["key"] not in have]
        if told:
            asks = ", ".join(one["key"] for one in components) or "nothing"
            self._notes.by_hand(
                node,
                "form_made",
                f"The form {name} asks {asks}, from what is decided behind it: complete it.",
            )

    # What stands on any node

    def _mappings(self, node: etree._Element) -> None:
        for holder in extensions(node, "inputOutput"):
            for item in holder:
                when = "entering" if local(item) == "inputParameter" else "leaving"
                if len(item):
                    self._notes.by_hand(
                        node, "mapping_foreign", f"{item.get('name')} is set by a script, a list or a map."
                    )
                elif (item.text or "").strip():
                    self._assign(node, item.get("name", ""), (item.text or "").strip(), when)
        for item in extensions(node, "in"):
            self._mapping(node, item, "entering")
        for item in extensions(node, "out"):
            self._mapping(node, item, "leaving")

    def _mapping(self, node: etree._Element, item: etree._Element, when: str) -> None:
        target, source = item.get("target"), item.get("source")
        expression = item.get("sourceExpression")
        if target is None or target == source:
            return  # all variables are shared, and the business key is the case's number
        self._assign(
            node, target, f"${{{feel_of.variable(source)}}}" if source is not None else expression or "", when
        )

    def _assign(self, node: etree._Element, name: str, text: str, when: str) -> None:
        try:
            said = feel_of.value(text)
        except TranslationError as exc:
            self._notes.by_hand(node, "mapping_foreign", f"{name}: {exc}.")
            return
        content = {"name": feel_of.variable(name), "value": said.feel, "when": when}
        etree.SubElement(extension_elements(node), f"{L}assign", content)
        self._notes.translated(node, "variable", f"{name} is {said.feel}, {when}")

    def _listeners(self, node: etree._Element) -> None:
        for name in ("executionListener", "taskListener"):
            for item in extensions(node, name):
                event, text = item.get("event", ""), item.get("expression") or ""
                try:
                    found = feel_of.sets(text) if text else None
                except TranslationError:
                    found = None
                if found is None:
                    what = text or item.get("class") or item.get("delegateExpression") or "a script"
                    self._notes.by_hand(
                        node,
                        "listener_foreign",
                        f"At {event!r} the other engine runs {what}: draw it as a task.",
                    )
                    continue
                when = "entering" if event in ("start", "create", "assignment") else "leaving"
                assign = {"name": found[0], "value": found[1].feel, "when": when}
                etree.SubElement(extension_elements(node), f"{L}assign", assign)

    def _loop(self, node: etree._Element) -> None:
        loop = node.find(f"{B}multiInstanceLoopCharacteristics")
        if loop is None:
            return
        collection, item = take(loop, "collection"), take(loop, "elementVariable")
        try:
            if collection is not None:
                text = collection if "{" in collection else f"${{{feel_of.variable(collection)}}}"
                reference = etree.Element(f"{B}loopDataInputRef")
                reference.text = feel_of.value(text).feel
                loop.insert(0, reference)
                if item:
                    loop.insert(1, etree.Element(f"{B}inputDataItem", id=feel_of.variable(item)))
            for tag, say in (("loopCardinality", feel_of.value), ("completionCondition", feel_of.condition)):
                found = loop.find(f"{B}{tag}")
                if found is None or "{" not in (found.text or ""):
                    continue
                said = say((found.text or "").strip())
                if any(name.startswith("nrOf") for name in said.reads):
                    words = f"{found.text}: instances are not counted in variables here."
                    self._notes.by_hand(node, "loop_foreign", words)
                else:
                    found.text = said.feel
        except TranslationError as exc:
            self._notes.by_hand(node, "loop_foreign", f"{exc}.")

    def _timers(self, node: etree._Element) -> None:
        for timer in node.iterfind(f"{B}timerEventDefinition"):
            for part in timer:
                text = (part.text or "").strip()
                if "{" not in text:
                    if " " in text:
                        self._notes.by_hand(
                            node, "timer_foreign", f"{text}: write it as an ISO cycle such as R/P1D."
                        )
                    continue
                try:
                    part.text = f"= {feel_of.value(text).feel}"
                    self._notes.translated(node, "timer", f"{text} is {part.text}")
                except TranslationError as exc:
                    self._notes.by_hand(node, "timer_foreign", f"{text}: {exc}.")

    def _retries(self, node: etree._Element) -> None:
        for item in extensions(node, "failedJobRetryTimeCycle"):
            if _RETRY.match((item.text or "").strip()):
                node.set(f"{L}retry", (item.text or "").strip())

    # What is left

    def _sweep(self, root: etree._Element) -> None:
        """Take off what is left of the other engine, and tell what of it did something."""
        for node in list(root.iter()):
            if not isinstance(node.tag, str):
                continue
            names = list(attributes(node))
            for name in names:
                text = take(node, name)
                if name not in _NOTHING_HERE:
                    self._notes.by_hand(
                        node, "attribute_unknown", f"{name} = {text} has no counterpart here."
                    )
            if is_foreign(node) and not any(is_foreign(one) for one in node.iterancestors()):
                if local(node) not in _DECORATION:
                    self._notes.by_hand(node, "extension_unknown", f"{local(node)} has no counterpart here.")
                node.getparent().remove(node)

    def _known_group(self, text: str | None) -> str | None:
        names = [name.strip() for name in (text or "").split(",")]
        return next((name for name in names if name in self._setting.groups), None)

    def _in_lane(self, node: etree._Element) -> bool:
        lanes = [
            lane for lane in self._diagram.root.iter(f"{B}lane") if lane.get("id") in self._setting.groups
        ]
        return any(
            (one.text or "").strip() == node.get("id")
            for lane in lanes
            for one in lane.iterfind(f"{B}flowNodeRef")
        )


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
