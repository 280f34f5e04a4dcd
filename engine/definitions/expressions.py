"""Checks that every expression of the diagrams is FEEL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import feel
from engine.errors import InvalidInput

from .xml import B, L, S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from .findings import Findings

_TEXTS = (
    "conditionExpression",
    "script",
    "loopCondition",
    "loopCardinality",
    "completionCondition",
    "loopDataInputRef",
)
_TIMERS = ("timeDuration", "timeDate", "timeCycle")


def check_expressions(root: etree._Element, file: str, names: frozenset[str], findings: Findings) -> None:
    """Parse every expression of one diagram."""
    for node, text in expressions(root):
        try:
            feel.compile(text, names=names)
        except InvalidInput as exc:
            findings.add(
                file, "expression_broken", f"{text.strip()!r}: {exc.message}", "Write it in FEEL.", node=node
            )


def expressions(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:  # noqa: C901 - a list of places
    """Iterate over the FEEL texts of a diagram with the element where each stands."""
    for tag in _TEXTS:
        for node in root.iter(f"{B}{tag}"):
            yield node, strip_sign(node.text or "")
    for tag in _TIMERS:
        for node in root.iter(f"{B}{tag}"):
            if (node.text or "").strip().startswith("="):
                yield node, strip_sign(node.text)
    for node in root.iter(f"{S}parameter"):
        yield node, strip_sign(node.get("value") or "null")
    for node in root.iter(f"{L}deadline", f"{L}extend"):
        if node.get("limit", "").startswith("="):
            yield node, strip_sign(node.get("limit"))
    for node in root.iter(f"{B}process"):
        for attribute in ("title", "subject"):
            if node.get(f"{L}{attribute}"):
                yield node, strip_sign(node.get(f"{L}{attribute}"))


def strip_sign(text: str) -> str:
    """Give the expression without the `=` that editors put before FEEL."""
    text = text.strip()
    return text[1:].strip() if text.startswith("=") else text
