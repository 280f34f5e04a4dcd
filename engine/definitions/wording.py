"""Which words a bundle's diagrams and forms say themselves, and which words its text files must have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .mend import FLOW_NODES
from .texts import LANGUAGES
from .xml import L, local

if TYPE_CHECKING:
    from lxml import etree

    from .declarations import Declarations, Element, NoticeDeclaration

_NAMED = {"userTask", "callActivity", "serviceTask", "businessRuleTask", "endEvent", "lane"}
"""Kinds of elements that have a name wherever they stand."""


def form_keys(components: Any) -> Iterator[str]:
    """Iterate over the variable names of a form, lists and groups included."""
    for component in components if isinstance(components, list) else ():
        if isinstance(component, dict):
            for key in ("key", "path"):
                if isinstance(component.get(key), str) and component[key]:
                    yield component[key]
            yield from form_keys(component.get("components"))


def own_words(
    trees: list[tuple[str, etree._Element]], schemas: Mapping[str, Any]
) -> dict[str, dict[str, str]]:
    """Give what diagrams and forms say themselves, under the paths of the text files."""
    own: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
    for _, root in trees:
        words = own.setdefault(root.get(f"{L}language", "zh"), {})
        for node in root.iter():
            if local(node) in FLOW_NODES | {"lane", "sequenceFlow"} and node.get("name") and node.get("id"):
                words[f"elements.{node.get('id')}.name"] = " ".join(node.get("name").split())
            if local(node) == "process" and node.get("name"):
                words[f"processes.{node.get('id')}"] = node.get("name")
    for form, schema in schemas.items():
        for path, words_of_field in _form_words(schema.get("components"), ""):
            for key, value in words_of_field.items():
                own["zh"][f"forms.{form}.fields.{path}.{key}"] = value
    return own


def _form_words(components: Any, prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, dict):
            continue
        name = component.get("key") or component.get("path") or component.get("id") or ""
        words = {
            "label": component.get("label") or component.get("dateLabel") or component.get("text"),
            "description": component.get("description"),
        }
        options = component.get("values")
        for option in options if isinstance(options, list) else ():
            if isinstance(option, dict):
                words[f"options.{option.get('value')}"] = option.get("label")
        path = f"{prefix}{name}"
        yield path, {key: str(value) for key, value in words.items() if value}
        inner = f"{path}." if component.get("path") else prefix
        yield from _form_words(component.get("components"), inner)


def needed_texts(
    found: Declarations,
    processes: Mapping[str, str],
    schemas: Mapping[str, Any],
    letters: Collection[str],
    notices: Mapping[str, NoticeDeclaration],
) -> Iterator[tuple[str, ...]]:
    """Give the paths of words that both languages must have. letters: those that have a title."""
    yield ("service", "name")
    for process in processes:
        yield ("processes", process)
    for element in found.elements.values():
        yield from _of_element(element)
    for deadline in found.deadlines:
        yield ("deadlines", deadline)
    for form, schema in schemas.items():
        yield from _of_form(form, schema)
    for letter in letters:
        yield ("letters", letter, "title")
    for message in found.messages.values():
        if message.groups:
            yield ("messages", message.name, "button")
    for notice in notices.values():
        keys = [*(["sms"] if notice.sms else []), *(["subject", "body"] if notice.mail else [])]
        yield from (("notices", notice.key, key) for key in keys)


def _of_form(form: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for path, words in _form_words(schema.get("components"), ""):
        for key in words:
            yield ("forms", form, "fields", *path.split("."), *key.split("."))


def _of_element(element: Element) -> Iterator[tuple[str, ...]]:
    if element.kind != "process" and (element.name or element.kind in _NAMED):
        yield ("elements", element.id, "name")
    for extension in element.extensions:
        yield ("reasons", extension.reason)
    if element.call is not None and element.call.evidence is not None:
        yield ("reasons", element.call.evidence.purpose)


def optional_texts(found: Declarations) -> Iterator[tuple[str, ...]]:
    """Give the paths of words that stand in both languages or in none."""
    for element in found.elements.values():
        if element.kind == "userTask":
            yield ("elements", element.id, "instructions")
