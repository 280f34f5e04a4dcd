"""Takes the shared parts that a service names into its bundle, and nothing else of the shared folder."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import yaml

from .mend import FLOW_NODES
from .xml import B, L, S, local, read_xml

if TYPE_CHECKING:
    from lxml import etree

SHARED = "shared"
"""Folder of the parts that several services use, beside the services and inside a bundle."""
_INCLUDE = re.compile(r"{%[-+]?\s*include\s+[\"']([\w.-]+)[\"']")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_TEXTS = ("texts.zh.yaml", "texts.en.yaml")
_SECTION = {"process": "processes", "deadline": "deadlines"} | dict.fromkeys(
    FLOW_NODES | {"sequenceFlow", "lane"}, "elements"
)
"""Where a part of a shared diagram has its words. Lanes are groups, the same in every diagram."""
_FILES = ((f"{L}form", "{}.form.json"), (f"{L}letter", "letters/{}.html"))
"""Which file an attribute names."""
_Keep = Mapping[str, set[str] | None]
"""Names to keep by section of a text file; None keeps the whole section, one that is not named goes."""


def take_in(files: Mapping[str, bytes], shared: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the files of shared parts that a service names, those that they name too, under `shared/`.

    files: the service's own. shared: those of the shared folder, by their path in it. Whatever is broken in
    them is left for the check to find. A part is taken in even if the service has a file of its name, so that
    the check sees both.
    """
    closure = _Closure(shared)
    for path, content in files.items():
        closure.follow(path, content)
    closure.finish()
    parts = {path: shared[path] for path in closure.taken}
    for name in _TEXTS:
        parts |= _pruned(name, shared, partial(_keep_texts, keep=closure.texts()))
    for name, keys in (("pauses.yaml", closure.pauses), ("notices.yaml", closure.notices)):
        parts |= _pruned(name, shared, partial(_keep_keys, names=keys))
    return {f"{SHARED}/{path}": content for path, content in sorted(parts.items())}


def included(template: str) -> list[str]:
    """List the files of `letters/` that a letter includes."""
    return _INCLUDE.findall(template)


class _Closure:
    """What is named, by kind; follows every file once."""

    def __init__(self, shared: Mapping[str, bytes]) -> None:
        self.taken: dict[str, None] = {}
        self.pauses: set[str] = set()
        self.notices: set[str] = set()
        self._shared = shared
        self._waiting: list[str] = []
        self._inside: dict[str, set[str]] = {"processes": set(), "elements": set(), "deadlines": set()}
        self._named: dict[str, set[str]] = {"reasons": set(), "messages": set()}
        self._decisions = dict(_decisions(shared))

    def follow(self, path: str, content: bytes, *, shared: bool = False) -> None:
        """Note what a file names."""
        if path.endswith(".bpmn"):
            root, _problems = read_xml(content, path)
            if root is not None:
                self._follow_diagram(root, shared=shared)
        elif path.endswith(".form.json"):
            for form in _included_forms(content):
                self._want(f"{form}.form.json")
        elif path.startswith("letters/"):
            for name in included(content.decode("utf-8", "replace")):
                self._want(f"letters/{name}")
        elif path == "extensions.yaml":
            for kind, name in _named_in(content):
                if kind == "letter":
                    self._want(f"letters/{name}.html")
                else:
                    (self.notices if kind == "notice" else self._named["reasons"]).add(name)

    def finish(self) -> None:
        """Follow the parts that were taken in, until nothing new is named."""
        while self._waiting:
            path = self._waiting.pop()
            self.follow(path, self._shared[path], shared=True)

    def texts(self) -> _Keep:
        """Give what to keep of the shared texts."""
        forms = {path.removesuffix(".form.json") for path in self.taken if path.endswith(".form.json")}
        letters = {path[len("letters/") : -len(".html")] for path in self.taken if path.endswith(".html")}
        elements = self._inside["elements"]
        more = {"outcomes": elements, "forms": forms, "letters": letters, "notices": self.notices}
        return {**self._inside, **self._named, **more, "units": None}

    def _follow_diagram(self, root: etree._Element, *, shared: bool) -> None:
        for node in root.iter(f"{B}*", f"{L}*", f"{S}*"):  # what is drawn is left aside
            for attribute, file in _FILES:
                self._want(file.format(node.get(attribute, "")))
            self.notices.add(node.get(f"{L}notice", ""))
            if node.tag == f"{B}callActivity":
                self._want(f"{node.get('calledElement')}.bpmn")
            elif node.tag == f"{S}calledDecisionId":
                self._want(self._decisions.get((node.text or "").strip(), ""))
            elif node.tag == f"{B}message":
                self._named["messages"].add(node.get("name", ""))
            elif node.tag == f"{L}pause":
                self.pauses.add(node.get("reason", ""))
            elif node.tag in (f"{L}extend", f"{L}evidence"):
                self._named["reasons"].add(node.get("reason") or node.get("purpose") or "")
            section = _SECTION.get(local(node))
            if section is not None and (shared or local(node) == "lane"):
                self._inside[section].add(node.get("id", ""))

    def _want(self, path: str) -> None:
        if path in self._shared and path not in self.taken:
            self.taken[path] = None
            self._waiting.append(path)


def _decisions(shared: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Iterate over the ids of all shared decisions, each with its file."""
    for path in sorted(shared):
        root = read_xml(shared[path], path)[0] if path.endswith(".dmn") else None
        for node in root.iter() if root is not None else ():
            if local(node) in {"decision", "decisionService"} and node.get("id"):
                yield str(node.get("id")), path


def _included_forms(content: bytes) -> Iterator[str]:
    try:
        waiting: list[Any] = [json.loads(content)]
    except (ValueError, RecursionError):
        return
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            properties = found.get("properties")
            form = properties.get("linbang:includes") if isinstance(properties, dict) else None
            if isinstance(form, str):
                yield form
            waiting += found["components"] if isinstance(found.get("components"), list) else []


def _named_in(content: bytes) -> Iterator[tuple[str, str]]:
    """Give the letters, notices and reasons that `extensions.yaml` names; nothing of a broken one."""
    try:
        document = yaml.load(content, Loader=_LOADER)  # noqa: S506 - a safe loader, quicker in C
    except (yaml.YAMLError, RecursionError, UnicodeDecodeError, ValueError):
        return
    rules = document.values() if isinstance(document, dict) else ()
    for rule in rules:
        reasons = rule.get("reasons") if isinstance(rule, dict) else None
        if isinstance(reasons, dict):
            yield from (("reason", str(key)) for key in reasons)
            for one in (rule, *reasons.values()):
                for kind in ("letter", "notice"):
                    if isinstance(one, dict) and isinstance(one.get(kind), str):
                        yield kind, one[kind]


def _pruned(
    name: str, shared: Mapping[str, bytes], prune: Callable[[yaml.MappingNode], None]
) -> dict[str, bytes]:
    """Give a YAML file with what is kept of it; nothing when that is nothing, a broken one as it is."""
    if name not in shared:
        return {}
    try:
        document = yaml.compose(shared[name], Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, UnicodeDecodeError):
        return {name: shared[name]}
    if not isinstance(document, yaml.MappingNode):
        return {name: shared[name]} if document is not None else {}
    prune(document)
    if not document.value:
        return {}
    text: str = yaml.serialize(document, Dumper=_DUMPER, allow_unicode=True, width=1_000)
    return {name: text.encode()}


def _keep_keys(document: yaml.MappingNode, names: set[str]) -> None:
    document.value = [(key, value) for key, value in document.value if key.value in names]


def _keep_texts(document: yaml.MappingNode, keep: _Keep) -> None:
    kept = []
    for key, section in document.value:
        names = keep.get(str(key.value), set())
        if names is not None and isinstance(section, yaml.MappingNode):
            _keep_keys(section, names)
        if names is None or (isinstance(section, yaml.MappingNode) and section.value):
            kept.append((key, section))
    document.value = kept
