"""Reads the files of a bundle into what the checks and the compiler work on; a broken file is a finding."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from engine import decisions as dmn
from engine import forms
from engine.decisions.analysis import analyse
from engine.errors import InvalidInput
from engine.problems import Problem
from engine.sentences import Sentence

from .declarations import NoticeDeclaration, PauseReason, read_notices, read_pauses
from .mend import FLOW_NODES
from .shared import included
from .structure import check_structure
from .xml import B, local, read_xml

if TYPE_CHECKING:
    from lxml import etree

    from engine.forms import Included

    from .bundle import Bundle
    from .findings import Findings

T = TypeVar("T")


def read_diagrams(bundle: Bundle, findings: Findings) -> list[tuple[str, etree._Element]]:
    """Read the diagrams, each with its file, and check each by itself."""
    trees = []
    seen: dict[str, str] = {}
    for file in bundle.parts(".bpmn"):
        root, problems = read_xml(bundle.files[file], file)
        findings.problems.extend(problems)
        if root is None:
            continue
        if root.tag != f"{B}definitions":
            findings.add(file, "not_bpmn", "Expected a BPMN 2.0 diagram.", node=root)
            continue
        check_structure(root, file, findings)
        for node in root.iter():
            element_id = node.get("id") if local(node) in FLOW_NODES else None
            if element_id and seen.setdefault(element_id, file) != file:
                message = Sentence(
                    "Expected the id {element_id!r} in one diagram only, but it also stands in {seen}.",
                    element_id=element_id,
                    seen=seen[element_id],
                )
                findings.add(file, "id_twice", message, "Rename one of them.", node=node)
        trees.append((file, root))
    return trees


def read_forms(bundle: Bundle, findings: Findings) -> dict[str, Any]:
    """Read the forms by their name, as they are written."""
    schemas: dict[str, Any] = {}
    for file in bundle.parts(".form.json"):
        try:
            schema = json.loads(bundle.files[file], parse_float=Decimal)
        except (ValueError, RecursionError) as exc:
            findings.add(
                file,
                "json_broken",
                Sentence("Expected JSON, but {reason}", reason=exc),
                line=getattr(exc, "lineno", None),
            )
            continue
        if isinstance(schema, dict):
            schemas[PurePosixPath(file).name.removesuffix(".form.json")] = schema
        else:
            findings.problems.extend(forms.check_schema(schema, filename=file))
    return schemas


def expand_forms(
    schemas: Mapping[str, Any], bundle: Bundle, findings: Findings
) -> tuple[dict[str, Any], dict[str, list[Included]]]:
    """Give the forms, checked, with the fields that they include, and by form what it includes.

    What is wrong with an included field is said of the form in which it is written.
    """
    expanded: dict[str, Any] = {}
    included: dict[str, list[Included]] = {}
    for form in schemas:
        found = forms.expand(form, schemas)
        expanded[form] = found.schema
        file = bundle.path_of(f"{form}.form.json") or ""
        for code, element, message in found.problems:
            hint = "Name another form in `linbang:includes`."
            findings.problems.append(Problem(file, None, element, code, "error", message, hint))
        parts = dict.fromkeys(part.form for part in found.included)
        elsewhere = {_said(one) for part in parts for one in forms.check_schema(schemas[part], filename=file)}
        found_here = forms.check_schema(found.schema, filename=file)
        findings.problems.extend(one for one in found_here if _said(one) not in elsewhere)
        if found.included:
            included[form] = found.included
    return expanded, included


def _said(problem: Problem) -> tuple[str | None, str, str]:
    """Give what a problem says, whichever form says it."""
    return problem.element, problem.code, problem.message


def read_decisions(bundle: Bundle, findings: Findings, *, analysed: bool = True) -> dict[str, dmn.Decision]:
    """Read the decisions of all tables by their id; analysed: look for gaps and overlaps in them, too."""
    found: dict[str, dmn.Decision] = {}
    files = {file: bundle.files[file] for file in bundle.parts(".dmn")}
    for file, content in files.items():
        try:
            model = dmn.read(content, filename=file, beside=files)
        except InvalidInput as exc:
            listed = exc.details.get("problems") or [
                Problem(file, None, None, exc.code, "error", exc.message)
            ]
            findings.problems.extend(listed)
            continue
        for _name, _table, analysis in analyse(model) if analysed else ():
            findings.problems.extend(analysis.problems(file))
        for key, decision in model.decisions.items():
            if key in found:
                findings.add(
                    file,
                    "decision_twice",
                    Sentence("Expected one decision with the id {key!r} in the bundle.", key=key),
                )
            found[key] = decision
    return found


def read_pause_reasons(bundle: Bundle, findings: Findings) -> dict[str, PauseReason]:
    """Read why clocks may stand still; the service's own entries win over shared ones."""
    return _layered(bundle, "pauses.yaml", read_pauses, findings)


def read_recipients(bundle: Bundle, findings: Findings) -> dict[str, NoticeDeclaration]:
    """Read to whom notices go; the service's own entries win over shared ones."""
    return _layered(bundle, "notices.yaml", read_notices, findings)


def check_shadows(bundle: Bundle, findings: Findings) -> None:
    """Refuse a file that has the name of a shared part which the service takes in, too."""
    for shared in bundle.files:
        own = shared.removeprefix("shared/")
        if own != shared and own in bundle.files and not own.endswith(".yaml"):
            message = Sentence(
                "Expected no file of the name of a shared part that is taken in, but there is {shared}.",
                shared=shared,
            )
            findings.add(own, "shadows_shared", message, "Delete or rename the service's own file.")


def check_letters(bundle: Bundle, findings: Findings) -> None:
    """Refuse a letter that includes a file which is not there, and one that is no UTF-8."""
    for file in bundle.parts(".html", "letters"):
        try:
            template = bundle.files[file].decode()
        except UnicodeDecodeError:
            findings.add(file, "letter_encoding", "Expected the letter to be written in UTF-8.")
            continue
        for name in included(template):
            if bundle.path_of(f"letters/{name}") is None:
                message = Sentence(
                    "Expected a file of letters/ to include, but there is no {name!r}.", name=name
                )
                findings.add(file, "letter_include_unknown", message, "Name a file that is there.")


def included_letters(bundle: Bundle) -> set[str]:
    """Give the letters that others include."""
    files = bundle.parts(".html", "letters")
    names = {name for file in files for name in included(bundle.files[file].decode("utf-8", "replace"))}
    return {name.removesuffix(".html") for name in names}


def _layered(
    bundle: Bundle, name: str, read: Callable[[bytes, str], dict[str, T]], findings: Findings
) -> dict[str, T]:
    found: dict[str, T] = {}
    for file in (f"shared/{name}", name):
        content = bundle.files.get(file)
        if content is not None:
            try:
                found |= read(content, file)
            except InvalidInput as exc:
                findings.add(file, exc.code, exc.message, line=exc.details.get("line"))
    return found
