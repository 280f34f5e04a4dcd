"""Problems as SARIF 2.1.0, which code review tools show beside the lines. Says nothing that the check did not say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine.problems import Problem
from engine.sentences import Sentence
from webui.words.problems import in_language, said, templates

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS = 25_000
"""What the best-known reader of SARIF takes of one run."""


def sarif(found: Iterable[tuple[Path, Problem]], language: str) -> dict[str, Any]:
    """Give one run with a rule for each code and a result for each problem.

    found: each problem with the folder or the zip of its service.
    """
    problems = list(found)[:MAX_RESULTS]
    rules: dict[str, dict[str, Any]] = {}
    for _folder, problem in problems:
        rules.setdefault(problem.code, _rule(problem))
    numbers = {code: number for number, code in enumerate(rules)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "linbang",
                        "version": _version(),
                        "language": "zh-CN" if language == "zh" else "en",
                        "rules": list(rules.values()),
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(folder, said(problem, language), problem, numbers[problem.code])
                    for folder, problem in problems
                ],
            }
        ],
    }


def _rule(problem: Problem) -> dict[str, Any]:
    """Describe a code by the sentence that first told it, its values left open, in both languages."""
    template = problem.message.template if isinstance(problem.message, Sentence) else problem.message
    chinese = templates("zh").get(template, template)
    hint = problem.hint or "See processes/FORMAT.md."
    rule = {
        "id": problem.code,
        "shortDescription": {"text": _open(template)},
        "fullDescription": {"text": f"{_open(template)}\n{_open(chinese)}"},
        "help": {"text": f"{hint}\n{in_language(hint, 'zh')}"},
        "defaultConfiguration": {"level": problem.severity},
    }
    return rule | {"properties": {"zh": _open(chinese), "zhHelp": in_language(hint, "zh")}}


def _result(folder: Path, shown: Problem, problem: Problem, number: int) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _address(folder / problem.file)},
        }
    }
    if problem.line is not None:
        region = {"startLine": problem.line}
        location["physicalLocation"]["region"] = region
        if problem.column is not None:
            region["startColumn"] = problem.column
    if problem.element is not None:
        called = {"name": problem.element, "kind": "element"}
        if problem.name:
            called["fullyQualifiedName"] = f"{problem.name} ({problem.element})"
        location["logicalLocations"] = [called]
    text = f"{shown.message} {shown.hint}".strip()
    return {
        "ruleId": problem.code,
        "ruleIndex": number,
        "level": problem.severity,
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {"linbang/v1": _fingerprint(folder, problem)},
    }


def _fingerprint(folder: Path, problem: Problem) -> str:
    """Give the same digest for the same problem, wherever its line has moved."""
    parts = (folder.name, problem.file, problem.element or "", problem.code, problem.message)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _address(file: Path) -> str:
    """Give a file as it is seen from where the command runs; one outside of that by its whole address."""
    whole = file.absolute()
    here = Path.cwd()
    return quote(whole.relative_to(here).as_posix()) if whole.is_relative_to(here) else whole.as_uri()


def _open(template: str) -> str:
    """Show the places of values with an ellipsis."""
    words, inside = [], False
    for character in template:
        if character == "{":
            inside = True
            words.append("…")
        elif character == "}":
            inside = False
        elif not inside:
            words.append(character)
    return "".join(words)


def _version() -> str:
    try:
        return version("linbang")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0"
