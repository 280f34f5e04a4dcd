"""Checks that every expression of the diagrams is FEEL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import feel
from engine.errors import InvalidInput
from engine.sentences import Sentence

from .xml import B, L, S, strip_sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from .findings import Findings

_TEXTS = tuple(
    f"{B}{tag}"
    for tag in (
        "conditionExpression",
        "script",
        "loopCondition",
        "loopCardinality",
        "completionCondition",
        "loopDataInputRef",
    )
)
_TIMERS = tuple(f"{B}{tag}" for tag in ("timeDuration", "timeDate", "timeCycle"))
_EVENTS = (
    "startEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
    "endEvent",
    "sendTask",
    "receiveTask",
)
_ATTRIBUTES = (
    (f"{B}process", f"{L}title"),
    (f"{B}process", f"{L}subject"),
    (f"{B}message", f"{L}matches"),
    *((f"{B}{tag}", f"{L}{name}") for tag in _EVENTS for name in ("correlation", "content")),
    (f"{L}evidence", "consent"),
    (f"{L}assign", "value"),
)


def check_expressions(root: etree._Element, file: str, names: frozenset[str], findings: Findings) -> None:
    """Parse every expression of one diagram."""
    for node, text in expressions(root):
        try:
            feel.compile(text, names=names)
        except InvalidInput as exc:
            findings.add(
                file,
                "expression_broken",
                Sentence("{text!r}: {reason}", text=text.strip(), reason=exc.message),
                "Write it in FEEL.",
                node=node,
                inside=(text, exc.details.get("line", 1), exc.details.get("column", 1)),
            )


def expressions(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Iterate over the FEEL texts of a diagram with the element where each stands."""
    for node in root.iter(*_TEXTS):
        yield node, strip_sign(node.text or "")
    for node in root.iter(f"{S}parameter"):
        yield node, strip_sign(node.get("value") or "null")
    timers = ((node, node.text or "") for node in root.iter(*_TIMERS))
    limits = ((node, node.get("limit", "")) for node in root.iter(f"{L}deadline", f"{L}extend"))
    for node, text in (*timers, *limits):
        if text.strip().startswith("="):
            yield node, strip_sign(text)
    for tag, attribute in _ATTRIBUTES:
        for node in root.iter(tag):
            if node.get(attribute):
                yield node, strip_sign(node.get(attribute))
