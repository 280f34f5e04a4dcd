"""What people do: which group, until when, with which form; and called processes that people stand in for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from engine.definitions.xml import B, L, local

from . import forms
from .dialects import extensions, is_foreign, take
from .reach import asked_at
from .record import extension_elements

if TYPE_CHECKING:
    from .reach import Decided
    from .record import Diagram, Setting

_DAYS = re.compile(r"plusDays\((\d{1,3})\)|^P(\d{1,3})D$")


class Tasks:
    """Rewrites the tasks of one diagram that people do."""

    def __init__(self, diagram: Diagram, setting: Setting, decided: Decided) -> None:
        self._diagram, self._setting, self._notes = diagram, setting, diagram.notes
        self._decided = decided

    def call_activity(self, node: etree._Element) -> None:
        """Let people do what a process does that is not here."""
        called = node.get("calledElement", "")
        if called in self._setting.processes:
            return
        node.attrib.pop("calledElement", None)
        node.tag = f"{B}userTask"
        words = "The process {called} is in none of the files that were read: people do it until it is."
        if "{" in called:
            words = "Which process is called is worked out from {called}, which cannot be checked: people do it until then."
        self._notes.by_hand(node, "process_missing", words, called=called)

    def user_task(self, node: etree._Element) -> None:
        """Rewrite who does a task and until when."""
        wanted = take(node, "candidateGroups")
        who = [(name, take(node, name)) for name in ("assignee", "candidateUsers")]
        known = self._setting.known_group(wanted)
        group = known or self._setting.group
        if not self._in_lane(node):
            node.set(f"{L}candidateGroup", group)
        if wanted and known is None:
            words = "The groups {wanted} are not known here: {group} does it."
            self._notes.by_hand(node, "group_unknown", words, wanted=wanted, group=group)
        for name, text in who:
            if text:
                words = "{name} {text}: everybody in the group may claim it here."
                self._notes.by_hand(node, "assignee", words, name=name, text=text)
        due = take(node, "dueDate")
        if due is not None:
            self._due(node, due)

    def _due(self, node: etree._Element, due: str) -> None:
        found = _DAYS.search(due.strip())
        if found is None:
            self._notes.by_hand(node, "due_date", "The due date {due} is to be drawn as a clock.", due=due)
            return
        days = found.group(1) or found.group(2)
        clock = {"id": f"due_{node.get('id')}", "kind": "internal", "limit": f"{days} D"}
        etree.SubElement(extension_elements(node), f"{L}deadline", clock)
        self._notes.translated(node, "due_date", "{due} is a clock of {days} days", due=due, days=days)

    def form(self, node: etree._Element) -> None:
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
        asks = ", ".join(one["key"] for one in components)
        if told and asks:
            words = "The form {form} asks {asks}, from what is decided behind it: complete it."
            self._notes.by_hand(node, "form_made", words, form=name, asks=asks)
        elif told:
            words = "The form {form} asks nothing, for nothing is decided behind it: complete it."
            self._notes.by_hand(node, "form_made", words, form=name)

    def _in_lane(self, node: etree._Element) -> bool:
        lanes = [
            lane for lane in self._diagram.root.iter(f"{B}lane") if lane.get("id") in self._setting.groups
        ]
        return any(
            (one.text or "").strip() == node.get("id")
            for lane in lanes
            for one in lane.iterfind(f"{B}flowNodeRef")
        )
