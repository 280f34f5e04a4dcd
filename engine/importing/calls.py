"""Tasks that no person does: what of another engine's code becomes a call of an outside system, or a script in FEEL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from lxml import etree

from engine.definitions.xml import B, S

from . import feel_of
from .dialects import extensions, take
from .juel import TranslationError
from .record import extension_elements

if TYPE_CHECKING:
    from .feel_of import Said
    from .record import Diagram, Setting


class Calls:
    """Rewrites such tasks of one diagram."""

    def __init__(self, diagram: Diagram, setting: Setting) -> None:
        self._diagram, self._setting, self._notes = diagram, setting, diagram.notes

    def service(self, node: etree._Element) -> None:
        """Rewrite a service, send or business rule task."""
        result = take(node, "resultVariable") or take(node, "resultVariableName") or ""
        decision = take(node, "decisionRef")
        if decision is not None:
            self._decision(node, decision, result)
            return
        parameters = self._fields(node)
        expression, bean = take(node, "expression"), take(node, "delegateExpression")
        java, kind, topic = take(node, "class"), take(node, "type"), take(node, "topic")
        try:
            if expression is not None:
                self._expression(node, expression, result)
            elif bean is not None:
                self._operator(node, f"{_plain_name(bean)}.execute", parameters, result)
            elif java is not None:
                self._operator(node, f"java.{_plain_name(java.rpartition('.')[2])}", parameters, result)
            elif topic is not None:
                self._operator(node, f"topic.{_plain_name(topic)}", parameters, result)
            elif kind is not None:
                self._operator(node, f"engine.{_plain_name(kind)}", parameters, result)
            else:
                self._notes.by_hand(
                    node, "service_unknown", "Nothing says what this task does: name an operation."
                )
        except TranslationError as exc:
            words = "{text}: {reason}."
            self._notes.by_hand(node, "expression_foreign", words, text=expression, reason=exc.reason)

    def _expression(self, node: etree._Element, text: str, result: str) -> None:
        asked, sets = feel_of.asked(text), feel_of.sets(text)
        if asked is not None:
            names = {f"arg{number}": said for number, said in enumerate(asked.arguments, start=1)}
            self._operator(node, f"{_plain_name(asked.bean)}.{_plain_name(asked.method)}", names, result)
            return
        name, said = sets if sets is not None else (feel_of.variable(result), feel_of.value(text))
        node.tag = f"{B}scriptTask" if name else f"{B}task"
        if name:
            etree.SubElement(node, f"{B}script").text = f'{{"{name}": {said.feel}}}'
        self._notes.translated(node, "expression", "{text} is {feel}", text=text, feel=said.feel)

    def _operator(
        self, node: etree._Element, operation: str, parameters: Mapping[str, Said], result: str
    ) -> None:
        node.tag = f"{B}serviceTask"
        operator = etree.SubElement(extension_elements(node), f"{S}serviceTaskOperator", id=operation)
        if result:
            operator.set("resultVariable", feel_of.variable(result))
        if parameters:
            holder = etree.SubElement(operator, f"{S}parameters")
            for name, said in parameters.items():
                etree.SubElement(holder, f"{S}parameter", id=name, value=said.feel)
        self._diagram.operations.add(operation)
        words = "It asks {operation}: a connector has to offer that."
        self._notes.by_hand(node, "connector_needed", words, operation=operation)

    def _fields(self, node: etree._Element) -> dict[str, Said]:
        """Give what the fields of a Java class are set to."""
        found = {}
        for item in extensions(node, "field"):
            text = item.get("stringValue") or item.get("expression")
            text = text if text is not None else "".join(item.itertext()).strip()
            try:
                found[feel_of.variable(item.get("name", "field"))] = feel_of.value(text)
            except TranslationError as exc:
                words = "{name}: {reason}."
                self._notes.by_hand(node, "field_foreign", words, name=item.get("name"), reason=exc.reason)
        return found

    def _decision(self, node: etree._Element, decision: str, result: str) -> None:
        take(node, "mapDecisionResult")
        node.tag = f"{B}businessRuleTask"
        etree.SubElement(extension_elements(node), f"{S}calledDecisionId").text = decision
        if decision not in self._setting.decisions:
            words = "The decision {decision} is in none of the files that were read."
            self._notes.by_hand(node, "decision_missing", words, decision=decision)
        elif result:
            words = "The result is in variables named as the table's outputs, not in {result}."
            self._notes.by_hand(node, "decision_result", words, result=result)

    def script(self, node: etree._Element) -> None:
        """Rewrite a script task."""
        language = node.get("scriptFormat", "").lower()
        result = take(node, "resultVariable") or ""
        script = node.find(f"{B}script")
        text = (script.text or "").strip() if script is not None else ""
        found: tuple[str, Said] | None = None
        with suppress(TranslationError):
            found = feel_of.sets(text)
            if found is None and result and language in ("juel", ""):
                found = feel_of.variable(result), feel_of.value(text)
        if found is not None and script is not None:
            node.attrib.pop("scriptFormat", None)
            script.text = f'{{"{found[0]}": {found[1].feel}}}'
            self._notes.translated(node, "script", "{text} is {feel}", text=text, feel=script.text)
        elif language == "feel" and script is not None:
            script.text = f'{{"{feel_of.variable(result or "result")}": {text}}}'
        else:
            words = "A script in {language} is not run: write it as a FEEL context."
            self._notes.by_hand(node, "script_foreign", words, language=language or "another language")


def _plain_name(text: str) -> str:
    return re.sub(r"\W+", "_", text.strip("${}# ")).strip("_") or "unnamed"
