"""Which way a case goes, how often, and when: conditions, default flows, loops, timers and retries in our words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from engine.definitions.xml import B, L

from . import feel_of
from .dialects import extensions, take
from .juel import TranslationError

if TYPE_CHECKING:
    from .reach import Decided
    from .report import Notes

_LANGUAGES = ("juel", "feel", "")
_RETRY = re.compile(r"^R(\d{1,2})/(PT?\w+)$")


def condition(flow: etree._Element, notes: Notes, decided: Decided) -> None:
    """Rewrite the condition of a flow, and remember what it decides by."""
    expression = flow.find(f"{B}conditionExpression")
    if expression is None:
        return
    if (
        take(expression, "resource") is not None
        or expression.get("language", "juel").lower() not in _LANGUAGES
    ):
        notes.by_hand(
            flow, "condition_foreign", "The condition is a script of the other engine: write it in FEEL."
        )
        return
    text = (expression.text or "").strip()
    try:
        said = feel_of.condition(text)
    except TranslationError as exc:
        words = "{text}: {reason}. Write the condition in FEEL."
        notes.by_hand(flow, "condition_foreign", words, text=text, reason=exc.reason)
        return
    expression.text = said.feel
    if flow.get("id"):
        decided.conditions[flow.get("id")] = said
    notes.translated(flow, "condition", "{text} is {feel}", text=text, feel=said.feel)


def default_flow(gateway: etree._Element, notes: Notes) -> None:
    """Say what a flow without a condition means at a choice: it is taken when none before it is."""
    own = gateway.get("id")
    flows = [one for one in gateway.getparent().iterfind(f"{B}sequenceFlow") if one.get("sourceRef") == own]
    bare = [one for one in flows if one.find(f"{B}conditionExpression") is None and one.get("id")]
    if len(flows) < 2 or gateway.get("default") or not bare:  # noqa: PLR2004 - a choice
        return
    gateway.set("default", bare[0].get("id"))
    notes.by_hand(
        bare[0],
        "flow_unconditional",
        "A flow without a condition is the default flow now: see to the order.",
    )


def loop(node: etree._Element, notes: Notes) -> None:
    """Rewrite how often an element is done."""
    drawn = node.find(f"{B}multiInstanceLoopCharacteristics")
    if drawn is None:
        return
    try:
        _collection(drawn)
        for tag, say in (("loopCardinality", feel_of.value), ("completionCondition", feel_of.condition)):
            found = drawn.find(f"{B}{tag}")
            if found is None or "{" not in (found.text or ""):
                continue
            said = say((found.text or "").strip())
            if any(name.startswith("nrOf") for name in said.reads):
                words = "{text}: instances are not counted in variables here."
                notes.by_hand(node, "loop_foreign", words, text=found.text)
            else:
                found.text = said.feel
    except TranslationError as exc:
        notes.by_hand(node, "loop_foreign", "{reason}.", reason=exc.reason)


def _collection(drawn: etree._Element) -> None:
    collection, item = take(drawn, "collection"), take(drawn, "elementVariable")
    if collection is None:
        return
    text = collection if "{" in collection else f"${{{feel_of.variable(collection)}}}"
    reference = etree.Element(f"{B}loopDataInputRef")
    reference.text = feel_of.value(text).feel
    drawn.insert(0, reference)
    if item:
        drawn.insert(1, etree.Element(f"{B}inputDataItem", id=feel_of.variable(item)))


def timers(node: etree._Element, notes: Notes) -> None:
    """Rewrite the timers of an event."""
    for timer in node.iterfind(f"{B}timerEventDefinition"):
        for part in timer:
            text = (part.text or "").strip()
            if "{" not in text:
                if " " in text:
                    words = "{text}: write it as an ISO cycle such as R/P1D."
                    notes.by_hand(node, "timer_foreign", words, text=text)
                continue
            try:
                part.text = f"= {feel_of.value(text).feel}"
                notes.translated(node, "timer", "{text} is {feel}", text=text, feel=part.text)
            except TranslationError as exc:
                notes.by_hand(node, "timer_foreign", "{text}: {reason}.", text=text, reason=exc.reason)


def retries(node: etree._Element) -> None:
    """Rewrite how often a failed call is tried again."""
    for item in extensions(node, "failedJobRetryTimeCycle"):
        if _RETRY.match((item.text or "").strip()):
            node.set(f"{L}retry", (item.text or "").strip())
