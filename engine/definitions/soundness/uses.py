"""What each element reads and sets, in the order in which it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.definitions.assignments import ENTERING, assignments
from engine.definitions.xml import B, L, S, local, strip_sign
from engine.forms import is_locked, name_of

from .texts import Text, read_text

if TYPE_CHECKING:
    from lxml import etree

    from engine.decisions import Decision

    from .graph import Node

ANYTHING = "*"
"""Stands for variables that nobody can foresee, such as those of a message without a form."""
_TIMES = ("timeDuration", "timeDate", "timeCycle")


@dataclass(frozen=True, slots=True)
class Use:
    """One moment of an element: what it reads then, and what it sets after that. strict: null has no meaning there."""

    reads: Text | None = None
    sets: frozenset[str] = frozenset()
    strict: bool = False
    written: str = ""
    """The text that reads, for messages."""
    decides: bool = False
    """Whether it is a decision that reads."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """What of a bundle the uses depend on. names: variables with blanks or signs in their names."""

    forms: Mapping[str, Any]
    decisions: Mapping[str, Decision]
    message_forms: Mapping[str, str | None]
    names: frozenset[str]

    def text(self, written: str) -> Text:
        """Read an expression."""
        return read_text(strip_sign(written), self.names)


def asked(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Iterate over the fields and lists of a form whose answers become variables of the case; not over what it only shows."""
    for component in schema.get("components") or ():
        if not isinstance(component, Mapping) or is_locked(component):
            continue
        inside = list(asked(component))
        if name_of(component) is None:
            yield from inside
        elif inside or "components" not in component:
            yield component


def answers_of(bundled: Bundled, form: str | None) -> frozenset[str]:
    """Give the variables that a form sets."""
    return frozenset(name_of(one) or "" for one in asked(bundled.forms.get(form or "") or {}))


def before(node: Node, bundled: Bundled) -> Iterator[Use]:
    """Iterate over what happens when a token comes: what is set on entering, for what it repeats."""
    for item in assignments(node.element):
        if item.get("when") == ENTERING:
            yield _set(item, bundled)
    loop = node.loop
    if loop is not None:
        for child in loop:
            if local(child) in {"loopDataInputRef", "loopCardinality"}:
                yield _read(child.text, bundled, strict=True)


def done(node: Node, bundled: Bundled) -> Iterator[Use]:
    """Iterate over what happens when the work is done, for each instance of a loop: what it sets, whether that is all."""
    yield Use(sets=_results(node, bundled))
    loop = node.loop
    if loop is not None:
        for child in loop:
            if local(child) in {"loopCondition", "completionCondition"}:
                yield _read(child.text, bundled, strict=True)


def leaving(node: Node, bundled: Bundled) -> Iterator[Use]:
    """Iterate over what happens behind the work: what is set on leaving, what the ways out ask."""
    for item in assignments(node.element):
        if item.get("when") != ENTERING:
            yield _set(item, bundled)
    for way in node.out:
        if way.condition is not None:
            yield _read(way.condition, bundled, strict=True)


def loop_names(node: Node) -> tuple[frozenset[str], str | None]:
    """Give the variables that only an instance knows, and the one that holds the results of all."""
    loop = node.loop
    if loop is None:
        return frozenset(), None
    own = frozenset(
        child.get("id", "") for child in loop if local(child) in {"inputDataItem", "outputDataItem"}
    )
    gathered = (loop.findtext(f"{B}loopDataOutputRef") or "").strip()
    return own, gathered or None


def given(node: Node, bundled: Bundled) -> Iterator[Use]:
    """Iterate over what is read when the work begins, for each instance of a loop."""
    element = node.element
    for path in (f"{B}script", f"{B}extensionElements/{S}serviceTaskOperator//{S}parameter"):
        for item in element.iterfind(path):
            yield _read(item.get("value") or item.text, bundled)
    for tag in _TIMES:
        for item in element.iterfind(f"{B}timerEventDefinition/{B}{tag}"):
            if (item.text or "").strip().startswith("="):
                yield _read(item.text, bundled, strict=True)
    for name in ("correlation", "content"):
        yield _read(element.get(f"{L}{name}"), bundled, strict=name == "correlation")
    for item in element.iterfind(f"{B}extensionElements/{L}evidence"):
        yield _read(item.get("consent"), bundled)
    decision = bundled.decisions.get(decision_id(element))
    if decision is not None:
        yield Use(Text(decision.inputs, frozenset(), frozenset(), None), written=decision.name, decides=True)


def decision_id(element: etree._Element) -> str:
    """Give the id of the decision that a business rule task names."""
    return str(element.findtext(f"{B}extensionElements/{S}calledDecisionId", "")).strip()


def _results(node: Node, bundled: Bundled) -> frozenset[str]:
    element = node.element
    if node.kind == "userTask":
        sent_back = {"sent_back"} if element.get(f"{L}sendBack") == "true" else set[str]()
        return answers_of(bundled, element.get(f"{L}form")) | sent_back
    if node.kind == "serviceTask":
        operator = element.find(f"{B}extensionElements/{S}serviceTaskOperator")
        result = None if operator is None else operator.get("resultVariable")
        return frozenset({result} if result else ())
    if node.kind == "scriptTask":
        sets = bundled.text(element.findtext(f"{B}script") or "null").sets
        return frozenset({ANYTHING}) if sets is None else sets
    if node.kind == "businessRuleTask":
        decision = bundled.decisions.get(decision_id(element))
        return frozenset() if decision is None else frozenset({*decision.outputs, decision.name})
    if node.kind in {"intermediateCatchEvent", "receiveTask", "boundaryEvent", "startEvent"}:
        return heard(element, bundled)
    return frozenset()


def heard(element: etree._Element, bundled: Bundled) -> frozenset[str]:
    """Give the variables that the message brings for which an element waits."""
    definition = element.find(f"{B}messageEventDefinition")
    reference = element.get("messageRef") if definition is None else definition.get("messageRef")
    if reference is None:
        return frozenset()
    form = bundled.message_forms.get(reference)
    return frozenset({ANYTHING}) if form is None else answers_of(bundled, form)


def _set(item: etree._Element, bundled: Bundled) -> Use:
    return Use(
        bundled.text(item.get("value") or "null"),
        frozenset({item.get("name", "")}),
        False,
        item.get("value", ""),
    )


def _read(text: str | None, bundled: Bundled, *, strict: bool = False) -> Use:
    if not text or not text.strip():
        return Use()
    return Use(bundled.text(text), frozenset(), strict, strip_sign(text))
