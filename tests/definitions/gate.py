"""What the tests of the gate share: compile a small bundle and look for one problem."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import yaml

from engine.definitions import Bundle, compile_bundle
from engine.ports import OperationShape
from engine.problems import Problem

from ..engine.bundles import GROUPS


def shape(*required: str, optional: str = "", answer: str = "", errors: str = "") -> OperationShape:
    """Write an operation down: names with blanks between."""
    names = (frozenset(text.split()) for text in (optional, answer, errors))
    return OperationShape(frozenset(required), *names)


def with_texts(service: Bundle, **sections: object) -> Bundle:
    """Give the service with more words, the same in both languages."""
    files = dict(service.files)
    for name in ("texts.zh.yaml", "texts.en.yaml"):
        words = yaml.safe_load(files[name]) | sections
        files[name] = yaml.safe_dump(words, allow_unicode=True).encode()
    return Bundle(service.key, MappingProxyType(files))


def problems_of(service: Bundle, operations: Mapping[str, OperationShape] | None = None) -> list[Problem]:
    """Give everything that the gate says about a bundle."""
    return compile_bundle(service, GROUPS, operations=operations)[1]


def errors_of(
    service: Bundle, operations: Mapping[str, OperationShape] | None = None
) -> list[tuple[str, str | None]]:
    """Give the errors as (code, element)."""
    definition, problems = compile_bundle(service, GROUPS, operations=operations)
    errors = [(problem.code, problem.element) for problem in problems if problem.severity == "error"]
    assert (definition is None) == bool(errors)
    return errors


def assert_refused(service: Bundle, code: str, element: str | None, *, file: str = "t.bpmn") -> None:
    """The gate names the code, the file, the element, and the line of the element or of the part of it that is wrong."""
    found = [
        problem for problem in problems_of(service) if problem.code == code and problem.element == element
    ]
    assert found, problems_of(service)
    assert {problem.file for problem in found} == {file}
    assert all(problem.message and problem.severity == "error" for problem in found)
    if element is not None and file.endswith(".bpmn"):
        lines = service.files[file].decode().split("\n")
        own = {number for number, line in enumerate(lines, start=1) if f'id="{element}"' in line}
        assert all(problem.line is not None and problem.line >= min(own) for problem in found)
        assert {problem.line for problem in found} <= own | {line + 1 for line in own}
