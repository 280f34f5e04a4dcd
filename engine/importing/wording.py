"""The words of a service that was made: what stands in the diagrams and forms, as `texts.*.yaml` has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.definitions.mend import FLOW_NODES
from engine.definitions.xml import B, local

if TYPE_CHECKING:
    from lxml import etree

    from .record import Diagram

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def language_of(root: etree._Element) -> str:
    """Guess the language of a diagram's words."""
    names = "".join(node.get("name") or "" for node in root.iter() if isinstance(node.tag, str))
    return "zh" if _CHINESE.search(names) else "en"


def texts_of(diagrams: list[Diagram]) -> dict[str, Any]:
    """Give the words of some diagrams, the main one first."""
    main = diagrams[0]
    elements: dict[str, Any] = {}
    processes: dict[str, str] = {}
    deadlines: dict[str, str] = {}
    titles: dict[str, Any] = {}
    for diagram in diagrams:
        for node in diagram.root.iter():
            kind, name = local(node), node.get("name") if isinstance(node.tag, str) else None
            if kind in FLOW_NODES | {"lane"} and node.get("id"):
                elements[node.get("id")] = {"name": name or _words(node.get("id"))}
            elif kind == "sequenceFlow" and name:
                elements[node.get("id")] = {"name": name}
            elif kind == "process":
                processes[node.get("id")] = name or _words(node.get("id"))
            elif kind == "deadline":
                deadlines[node.get("id")] = _words(node.get("id"))
        for form, schema in diagram.forms.items():
            fields = {one["key"]: _field_words(one) for one in schema["components"]}
            titles[form] = {"title": _words(form), "fields": fields}
    process = next(one for one in main.root.iter(f"{B}process") if one.get("id") == main.main)
    texts = {
        "service": {"name": process.get("name") or _words(main.main)},
        "processes": processes,
        "elements": elements,
        "deadlines": deadlines,
        "forms": titles,
    }
    return {key: content for key, content in texts.items() if content}


def _field_words(component: Mapping[str, Any]) -> dict[str, Any]:
    words: dict[str, Any] = {"label": component["label"]}
    if component.get("values"):
        words["options"] = {one["value"]: one["label"] for one in component["values"]}
    return words


def _words(name: str) -> str:
    return re.sub(r"[_\W]+", " ", name).strip() or name
