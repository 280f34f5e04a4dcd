"""Variables that another engine sets when an element is entered or left, by mappings and listeners, as `linbang:assign`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from engine.definitions.xml import L, local

from . import feel_of
from .dialects import extensions
from .juel import TranslationError
from .record import extension_elements

if TYPE_CHECKING:
    from .report import Notes

_ENTERED = ("start", "create", "assignment")
"""The events of listeners that come before the work; the others come behind it."""


def mappings(node: etree._Element, notes: Notes) -> None:
    """Rewrite what goes in and out of an element."""
    for holder in extensions(node, "inputOutput"):
        for item in holder:
            when = "entering" if local(item) == "inputParameter" else "leaving"
            text = (item.text or "").strip()
            if len(item):
                words = "{name} is set by a script, a list or a map."
                notes.by_hand(node, "mapping_foreign", words, name=item.get("name"))
            elif text:
                _assign(node, item.get("name", ""), text, when, notes)
    for item in extensions(node, "in"):
        _mapping(node, item, "entering", notes)
    for item in extensions(node, "out"):
        _mapping(node, item, "leaving", notes)


def listeners(node: etree._Element, notes: Notes) -> None:
    """Rewrite listeners that set a variable; others are told."""
    for item in [*extensions(node, "executionListener"), *extensions(node, "taskListener")]:
        event, text = item.get("event", ""), item.get("expression") or ""
        try:
            found = feel_of.sets(text) if text else None
        except TranslationError:
            found = None
        if found is None:
            what = text or item.get("class") or item.get("delegateExpression") or "a script"
            words = "At {event!r} the other engine runs {what}: draw it as a task."
            notes.by_hand(node, "listener_foreign", words, event=event, what=what)
            continue
        when = "entering" if event in _ENTERED else "leaving"
        _set(node, found[0], found[1].feel, when)


def _mapping(node: etree._Element, item: etree._Element, when: str, notes: Notes) -> None:
    target, source = item.get("target"), item.get("source")
    if target is None or target == source:
        return  # all variables are shared, and the business key is the case's number
    text = item.get("sourceExpression") or "" if source is None else f"${{{feel_of.variable(source)}}}"
    _assign(node, target, text, when, notes)


def _assign(node: etree._Element, name: str, text: str, when: str, notes: Notes) -> None:
    try:
        said = feel_of.value(text)
    except TranslationError as exc:
        notes.by_hand(node, "mapping_foreign", "{name}: {reason}.", name=name, reason=exc.reason)
        return
    _set(node, feel_of.variable(name), said.feel, when)
    words = (
        "{name} is {feel} when it is entered" if when == "entering" else "{name} is {feel} when it is left"
    )
    notes.translated(node, "variable", words, name=name, feel=said.feel)


def _set(node: etree._Element, name: str, feel: str, when: str) -> None:
    content = {"name": name, "value": feel, "when": when}
    etree.SubElement(extension_elements(node), f"{L}assign", content)
