"""From files of another engine to services: each process that no other calls, with everything that it calls."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import yaml
from lxml import etree

from engine.definitions.xml import LINBANG, B, local, read_xml
from engine.errors import InvalidInput
from engine.sentences import Sentence

from .diagram import rewrite
from .dialects import CAMUNDA_8, dialect_of
from .forms import name_of
from .record import Diagram, Setting
from .report import Note, Notes, lost
from .sources import DIAGRAMS, FORMS, flat_names, is_of
from .wording import language_of, texts_of

LANGUAGES = ("zh", "en")
_FILE_NAME = re.compile(r"[^\W\d][\w-]{0,99}")


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


def convert(
    sources: Mapping[str, bytes], groups: Collection[str], *, group: str, language: str | None = None
) -> Imported:
    """Make services of the files. group: who does what nobody is named for. language: of the diagrams' words.

    Raises InvalidInput (`group_unknown`, `language_unknown`).
    """
    if group not in groups:
        raise InvalidInput(
            Sentence(
                "Expected a group among {groups}, but got {group!r}",
                groups=", ".join(sorted(groups)),
                group=group,
            ),
            code="group_unknown",
        )
    if language not in (None, *LANGUAGES):
        raise InvalidInput(
            Sentence("Expected a language among {languages}", languages=", ".join(LANGUAGES)),
            code="language_unknown",
        )
    trees, notes = _read(sources)
    known = _Known(sources, trees)
    made: dict[str, Service] = {}
    for file in known.roots():
        service = _service(file, known, known.setting(group, groups), language)
        if service is None:
            notes.append(lost(file, "nothing_executable", "No process in it is to be carried out."))
        elif service.key in made:
            words = "The process {process} is in another file already, of which the service was made."
            notes.append(lost(file, "process_twice", Sentence(words, process=service.key)))
        else:
            made[service.key] = service
    return Imported(tuple(made.values()), (*notes, *_unused(sources, made)))


class _Known:
    """All that was read, and what calls what."""

    def __init__(self, sources: Mapping[str, bytes], trees: Mapping[str, etree._Element]) -> None:
        self.sources, self.trees = sources, trees
        self.processes = {
            process.get("id", ""): file
            for file, root in trees.items()
            for process in root.iter(f"{B}process")
        }
        self._calls = {
            file: sorted({node.get("calledElement", "") for node in root.iter(f"{B}callActivity")})
            for file, root in trees.items()
        }
        self._decisions = _decisions(sources)

    def setting(self, group: str, groups: Collection[str]) -> Setting:
        """Give what a diagram has to know of the others."""
        forms = {name_of(one) for one in self.sources if is_of(one, FORMS)}
        return Setting(group, groups, self.processes, self._decisions, forms)

    def roots(self) -> list[str]:
        """Give the files that no other calls; where they call each other in a circle, all."""
        called = {
            self.processes[one] for names in self._calls.values() for one in names if one in self.processes
        }
        return [file for file in self.trees if file not in called] or list(self.trees)

    def along(self, file: str) -> list[str]:
        """Give a file and all that it calls, itself first."""
        found = [file]
        for one in found:
            found += [
                self.processes[name]
                for name in self._calls[one]
                if name in self.processes and self.processes[name] not in found
            ]
        return list(dict.fromkeys(found))


def _read(sources: Mapping[str, bytes]) -> tuple[dict[str, etree._Element], list[Note]]:
    """Read the diagrams, and say of which nothing can be made."""
    trees: dict[str, etree._Element] = {}
    notes: list[Note] = []
    for file, content in sources.items():
        if not content.strip():
            notes.append(lost(file, "file_empty", "There is nothing in the file."))
        elif is_of(file, DIAGRAMS):
            root, problems = read_xml(content, file)
            notes += [lost(file, one.code, one.message, line=one.line) for one in problems]
            refused = _refused(root, file) if root is not None else None
            if refused is not None:
                notes.append(refused)
            elif root is not None:
                trees[file] = root
    return trees, notes


def _refused(root: etree._Element, file: str) -> Note | None:
    """Say why nothing can be made of a diagram, or nothing."""
    if local(root) != "definitions" or next(root.iter(f"{B}process"), None) is None:
        return lost(file, "no_process", "There is no BPMN process in it.", line=root.sourceline)
    for process in root.iter(f"{B}process"):
        if not _FILE_NAME.fullmatch(process.get("id", "")):
            words = (
                "The id {id!r} of the process cannot be the name of a file: letters, digits, _ and - only."
            )
            message, name = Sentence(words, id=process.get("id", "")), process.get("name") or ""
            return lost(file, "id_unusable", message, line=process.sourceline, name=name)
    if CAMUNDA_8 in {uri for node in root.iter() if isinstance(node.tag, str) for uri in node.nsmap.values()}:
        words = "It was drawn for Camunda 8, whose expressions are FEEL already; only Camunda 7, Flowable and Activiti are read."
        return lost(file, "dialect_unknown", words, line=root.sourceline)
    return None


def _service(file: str, known: _Known, setting: Setting, language: str | None) -> Service | None:
    diagrams: list[Diagram] = []
    taken: set[str] = set()
    for one in known.along(file):
        found = rewrite(known.trees[one], one, setting, called=one != file, taken=taken)
        if found is not None:
            diagrams.append(found)
            taken |= {node.get("id", "") for node in found.root.iter() if isinstance(node.tag, str)}
        elif one == file:
            return None
    main = diagrams[0]
    own = language or language_of(main.root)
    notes = Notes(file)
    process = next(one for one in main.root.iter(f"{B}process") if one.get("id") == main.main)
    other = next(speech for speech in LANGUAGES if speech != own)
    words = "{file} holds the words as they were: translate them."
    notes.by_hand(process, "translate", words, file=f"texts.{other}.yaml")
    drawn_for = dialect_of(known.trees[file])
    words = "It was drawn for {engine}." if drawn_for else "It is plain BPMN."
    notes.translated(process, "dialect", words, engine=drawn_for)
    told = [note for diagram in diagrams for note in diagram.notes.notes]
    operations = frozenset(name for diagram in diagrams for name in diagram.operations)
    return Service(main.main, _files(diagrams, known.sources, own), (*notes.notes, *told), operations)


def _files(diagrams: list[Diagram], sources: Mapping[str, bytes], language: str) -> dict[str, bytes]:
    """Write the files of a service."""
    written: dict[str, bytes] = {}
    for diagram in diagrams:
        diagram.root.set(f"{{{LINBANG}}}language", language)
        written[f"{diagram.main}.bpmn"] = diagram.to_xml()
        for name, form in diagram.forms.items():
            written[f"{name}.form.json"] = json.dumps(form, ensure_ascii=False, indent=2).encode()
        for name in diagram.copied_forms:
            source = next(one for one in sources if is_of(one, FORMS) and name_of(one) == name)
            written[f"{name}.form.json"] = sources[source]
    tables = flat_names(one for one in sources if is_of(one, (".dmn",)) and sources[one].strip())
    written |= {name: sources[path] for path, name in tables.items()}
    texts = yaml.safe_dump(texts_of(diagrams), allow_unicode=True, sort_keys=False).encode()
    return written | {f"texts.{speech}.yaml": texts for speech in LANGUAGES}


def _unused(sources: Mapping[str, bytes], made: Mapping[str, Service]) -> list[Note]:
    """Tell which tables and forms came to nothing."""
    have = {name for service in made.values() for name in service.files}
    notes = []
    for file, content in sources.items():
        if is_of(file, FORMS) and content.strip() and f"{name_of(file)}.form.json" not in have:
            notes.append(lost(file, "form_unused", "No task names this form: it was left out."))
        elif is_of(file, (".dmn",)) and content.strip() and not made:
            notes.append(lost(file, "decision_alone", "No diagram came with this table: it was left out."))
    return notes


def _decisions(sources: Mapping[str, bytes]) -> set[str]:
    found = set()
    for file, content in sources.items():
        if is_of(file, (".dmn",)):
            root, _problems = read_xml(content, file)
            found |= (
                {one.get("id", "") for one in root.iter() if local(one) == "decision"}
                if root is not None
                else set()
            )
    return found
