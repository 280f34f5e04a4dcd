"""From files of another engine to services: each process that no other calls, with everything that it calls."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from lxml import etree

from engine.definitions.bundle import MAX_BUNDLE_BYTES, MAX_FILE_BYTES, MAX_FILES
from engine.definitions.mend import FLOW_NODES
from engine.definitions.xml import B, local, read_xml
from engine.errors import InvalidInput

from .diagram import rewrite
from .dialects import CAMUNDA_8, dialect_of
from .forms import name_of
from .record import Diagram, Setting
from .report import Note, Notes

LANGUAGES = ("zh", "en")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_FILE_NAME = re.compile(r"[^\W\d][\w-]{0,99}")
_KINDS = (".bpmn", ".bpmn20.xml", ".dmn", ".form", ".form.json")


@dataclass(frozen=True, slots=True)
class Service:
    """A service that was made. files: by their path in its folder. notes: what became of each part."""

    key: str
    files: Mapping[str, bytes]
    notes: tuple[Note, ...]
    operations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Imported:
    """Everything that was made of some files. notes: of files of which nothing could be made."""

    services: tuple[Service, ...]
    notes: tuple[Note, ...]


def read_sources(path: Path) -> dict[str, bytes]:
    """Read the files of another engine: one diagram, or all that lies in a folder.

    Raises InvalidInput (`bundle_too_large`, `nothing_to_import`).
    """
    if path.is_file():
        paths = [path]
    else:
        paths = sorted(one for one in path.rglob("*") if one.is_file() and one.name.endswith(_KINDS))
    sizes = [one.stat().st_size for one in paths]
    if (
        len(paths) > MAX_FILES
        or sum(sizes) > MAX_BUNDLE_BYTES
        or any(size > MAX_FILE_BYTES for size in sizes)
    ):
        raise InvalidInput(
            f"Expected at most {MAX_FILES} files of at most {MAX_FILE_BYTES // 1024 // 1024} MB each and "
            f"{MAX_BUNDLE_BYTES // 1024 // 1024} MB together",
            code="bundle_too_large",
        )
    if not paths:
        raise InvalidInput(
            f"Expected files that end in {', '.join(_KINDS)} at {path}", code="nothing_to_import"
        )
    return {one.name: one.read_bytes() for one in paths}


def convert(
    sources: Mapping[str, bytes], groups: Collection[str], *, group: str, language: str | None = None
) -> Imported:
    """Make services of the files. group: who does what nobody is named for. language: of the diagrams' words.

    Raises InvalidInput (`group_unknown`, `language_unknown`).
    """
    if group not in groups:
        raise InvalidInput(
            f"Expected a group among {', '.join(sorted(groups))}, but got {group!r}", code="group_unknown"
        )
    if language not in (None, *LANGUAGES):
        raise InvalidInput(f"Expected a language among {', '.join(LANGUAGES)}", code="language_unknown")
    lost: list[Note] = []
    trees: dict[str, etree._Element] = {}
    for file, content in sources.items():
        if file.endswith((".bpmn", ".bpmn20.xml")):
            root, problems = read_xml(content, file)
            lost += [
                Note(file, one.line, one.element, "", "by_hand", one.code, one.message) for one in problems
            ]
            if root is not None and _can_be_read(root, file, lost):
                trees[file] = root
    processes = _processes(trees)
    calls = {file: _calls(root) for file, root in trees.items()}
    called = {processes[one] for names in calls.values() for one in names if one in processes}
    roots = [file for file in trees if file not in called] or list(trees)
    decisions = _decisions(sources)
    made = []
    for file in roots:
        setting = Setting(
            group, groups, processes, decisions, {name_of(one) for one in sources if _is_form(one)}
        )
        service = _service(file, trees, _along(file, calls, processes), setting, sources, language)
        if service is None:
            lost.append(
                Note(
                    file,
                    None,
                    None,
                    "",
                    "by_hand",
                    "nothing_executable",
                    "No process in it is to be carried out.",
                )
            )
        else:
            made.append(service)
    return Imported(tuple(made), tuple(lost))


def _can_be_read(root: etree._Element, file: str, lost: list[Note]) -> bool:
    if local(root) != "definitions" or next(root.iter(f"{B}process"), None) is None:
        lost.append(
            Note(file, root.sourceline, None, "", "by_hand", "no_process", "There is no BPMN process in it.")
        )
        return False
    for process in root.iter(f"{B}process"):
        if not _FILE_NAME.fullmatch(process.get("id", "")):
            words = f"The id {process.get('id')!r} of the process cannot be the name of a file: letters, digits, _ and - only."
            lost.append(
                Note(
                    file, process.sourceline, None, process.get("name") or "", "by_hand", "id_unusable", words
                )
            )
            return False
    if CAMUNDA_8 in {uri for node in root.iter() if isinstance(node.tag, str) for uri in node.nsmap.values()}:
        words = "It was drawn for Camunda 8, whose expressions are FEEL already; only Camunda 7, Flowable and Activiti are read."
        lost.append(Note(file, root.sourceline, None, "", "by_hand", "dialect_unknown", words))
        return False
    return True


def _service(
    file: str,
    trees: Mapping[str, etree._Element],
    along: list[str],
    setting: Setting,
    sources: Mapping[str, bytes],
    language: str | None,
) -> Service | None:
    diagrams: list[Diagram] = []
    taken: set[str] = set()
    for one in along:
        found = rewrite(trees[one], one, setting, called=one != file, taken=taken)
        if found is not None:
            diagrams.append(found)
            taken |= {node.get("id", "") for node in found.root.iter() if isinstance(node.tag, str)}
        elif one == file:
            return None
    main = diagrams[0]
    files = {f"{one.main}.bpmn": one for one in diagrams}
    written: dict[str, bytes] = {}
    own = language or _language_of(main.root)
    for path, diagram in files.items():
        diagram.root.set("{urn:linbang:bpmn:1}language", own)
        written[path] = diagram.to_xml()
        for name, form in diagram.forms.items():
            written[f"{name}.form.json"] = json.dumps(form, ensure_ascii=False, indent=2).encode()
        for name in diagram.copied_forms:
            source = next(one for one in sources if _is_form(one) and name_of(one) == name)
            written[f"{name}.form.json"] = sources[source]
    written |= {one: sources[one] for one in sources if one.endswith(".dmn")}
    for speech in LANGUAGES:
        written[f"texts.{speech}.yaml"] = yaml.safe_dump(
            _texts(diagrams), allow_unicode=True, sort_keys=False
        ).encode()
    notes = [note for diagram in diagrams for note in diagram.notes.notes]
    again = Notes(file)
    other = next(speech for speech in LANGUAGES if speech != own)
    again.by_hand(main.root, "translate", f"texts.{other}.yaml holds the words as they were: translate them.")
    drawn_for = dialect_of(trees[file])
    words = f"It was drawn for {drawn_for}." if drawn_for else "It is plain BPMN."
    again.translated(main.root, "dialect", words)
    operations = frozenset(name for diagram in diagrams for name in diagram.operations)
    return Service(main.main, written, (*again.notes, *notes), operations)


def _texts(diagrams: list[Diagram]) -> dict[str, Any]:
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


def _processes(trees: Mapping[str, etree._Element]) -> dict[str, str]:
    return {
        process.get("id", ""): file for file, root in trees.items() for process in root.iter(f"{B}process")
    }


def _calls(root: etree._Element) -> set[str]:
    return {node.get("calledElement", "") for node in root.iter(f"{B}callActivity")}


def _along(file: str, calls: Mapping[str, set[str]], processes: Mapping[str, str]) -> list[str]:
    """Give a file and all that it calls, itself first."""
    found = [file]
    for one in found:
        found += [
            processes[name]
            for name in sorted(calls[one])
            if name in processes and processes[name] not in found
        ]
    return list(dict.fromkeys(found))


def _decisions(sources: Mapping[str, bytes]) -> set[str]:
    found = set()
    for file, content in sources.items():
        if file.endswith(".dmn"):
            root, _problems = read_xml(content, file)
            found |= (
                {one.get("id", "") for one in root.iter() if local(one) == "decision"}
                if root is not None
                else set()
            )
    return found


def _is_form(file: str) -> bool:
    return file.endswith((".form", ".form.json"))


def _language_of(root: etree._Element) -> str:
    names = "".join(node.get("name") or "" for node in root.iter() if isinstance(node.tag, str))
    return "zh" if _CHINESE.search(names) else "en"


def _words(name: str) -> str:
    return re.sub(r"[_\W]+", " ", name).strip() or name
