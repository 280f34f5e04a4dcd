"""Checks each call of an outside system against what the connectors offer: parameters, error codes, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine.sentences import Sentence

from .references import SPAN
from .xml import B, L, S, holder_of, local

if TYPE_CHECKING:
    from lxml import etree

    from engine.ports import OperationShape

    from .findings import Findings

OF_ENGINE = frozenset({"call_broken", "connector_missing"})
"""Error codes that the engine itself gives, whichever operation was asked."""


def check_operations(
    root: etree._Element, file: str, operations: Mapping[str, OperationShape], findings: Findings
) -> None:
    """Check the calls of one diagram: the operation is there, takes these parameters, gives these errors."""
    shapes = {}
    for task in root.iter(f"{B}serviceTask"):
        operator = task.find(f"{B}extensionElements/{S}serviceTaskOperator")
        name = operator.get("id", "") if operator is not None else ""
        if "." not in name:
            continue  # said elsewhere
        if name not in operations:
            hint = Sentence("There are: {listed}.", listed=", ".join(sorted(operations)) or "none")
            message = Sentence("Expected a known operation, but got {name!r}.", name=name)
            findings.add(file, "operation_unknown", message, hint, node=task)
            continue
        shapes[task.get("id")] = (name, operations[name])
        _check_parameters(task, file, (name, operations[name]), findings)
    for event in root.iter(f"{B}boundaryEvent"):
        if event.get("attachedToRef") in shapes:
            _check_error(event, file, shapes[event.get("attachedToRef")], findings)


def check_evidence(root: etree._Element, file: str, findings: Findings) -> None:
    """Check what is kept of calls: for what purpose, and how long it may be used."""
    for node in root.iter(f"{L}evidence"):
        holder = holder_of(node)
        if holder is None or local(holder) != "serviceTask":
            message = "Expected linbang:evidence on a service task only."
            findings.add(file, "evidence_misplaced", message, "Move it to the call.", node=node)
        if not node.get("purpose"):
            message = "Expected linbang:evidence to name its purpose, a key under `reasons`."
            findings.add(file, "evidence_purpose", message, "Say what the data are for.", node=node)
        recipient = node.get("recipient")
        if recipient is not None and holder is not None and recipient not in _given(holder):
            message = Sentence(
                "Expected linbang:evidence to name a parameter of the call, but got {recipient!r}.",
                recipient=recipient,
            )
            findings.add(
                file, "evidence_recipient", message, "Name the one that says who is told.", node=node
            )
        expires = node.get("expires")
        if expires is not None and SPAN.fullmatch(expires) is None:
            message = Sentence(
                "Expected linbang:evidence to expire after an ISO duration, but got {expires!r}.",
                expires=expires,
            )
            findings.add(file, "evidence_expires", message, "Write P6M, or leave it out.", node=node)


def _check_parameters(
    task: etree._Element, file: str, wanted: tuple[str, OperationShape], findings: Findings
) -> None:
    name, shape = wanted
    given = _given(task)
    takes = ", ".join(sorted(shape.required | shape.optional)) or "none"
    for parameter in sorted(given - shape.required - shape.optional):
        message = Sentence(
            "Expected a parameter of {name}, but got {parameter!r}.", name=name, parameter=parameter
        )
        findings.add(
            file, "parameter_unknown", message, Sentence("It takes: {takes}.", takes=takes), node=task
        )
    for parameter in sorted(shape.required - given):
        message = Sentence(
            "Expected the parameter {parameter!r} of {name}, but it is not given.",
            parameter=parameter,
            name=name,
        )
        findings.add(file, "parameter_missing", message, "Add it; its value is FEEL.", node=task)


def _given(task: etree._Element) -> set[str]:
    """Give the names of the parameters that a call passes on."""
    path = f"{B}extensionElements/{S}serviceTaskOperator//{S}parameter"
    return {item.get("id", "") for item in task.iterfind(path)}


def _check_error(
    event: etree._Element, file: str, caught: tuple[str, OperationShape], findings: Findings
) -> None:
    name, shape = caught
    possible = shape.errors | OF_ENGINE
    for code in _codes(event):
        if code not in possible:
            message = Sentence(
                "Expected an error code that {name} can give, but got {code!r}.", name=name, code=code
            )
            hint = Sentence("It gives: {listed}.", listed=", ".join(sorted(possible)))
            findings.add(file, "error_code_unknown", message, hint, node=event)


def _codes(event: etree._Element) -> Iterator[str]:
    """Iterate over the codes that a boundary event catches; one without a reference catches all."""
    root = event.getroottree().getroot()
    codes = {error.get("id"): error.get("errorCode") or "" for error in root.iterfind(f"{B}error")}
    for definition in event.iterfind(f"{B}errorEventDefinition"):
        if definition.get("errorRef") in codes:
            yield codes[definition.get("errorRef")]
