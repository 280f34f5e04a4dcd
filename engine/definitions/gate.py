"""Judges a bundle in a process of its own, under limits of time and memory; what reaches a limit is a problem too.

It only judges: what has passed is compiled once more by whoever runs it. That costs the time twice, of a service
that was just seen to need little, and nothing that another process made is ever run here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.confined import Limits, run
from engine.errors import InvalidInput
from engine.problems import Problem
from engine.sentences import Sentence, packed, unpacked

from .bundle import Bundle
from .compiled import compile_bundle

if TYPE_CHECKING:
    from engine.ports import OperationShape

    from .declarations import Groups

MAX_PROBLEMS = 1_000
MAX_SAID = 2_000
"""So many characters of a message or a hint are passed on."""
_HINTS = {
    "limit_processor": "Split the diagram or the table into smaller ones.",
    "limit_time": "Split the diagram or the table into smaller ones.",
    "limit_memory": "Split the diagram or the table into smaller ones.",
    "check_died": "Tell whoever looks after this installation; the server's log says more.",
}


class Gate:
    """What every bundle of a stranger passes before this process compiles it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def judge(
        self, bundle: Bundle, groups: Groups, operations: Mapping[str, OperationShape] | None
    ) -> list[Problem]:
        """Say everything that is wrong with a bundle; raises Busy (`checks_busy`)."""
        given = bundle.key, dict(bundle.files), dict(groups), None if operations is None else dict(operations)
        try:
            found = run(f"{__name__}:judged", given, self.limits)
        except InvalidInput as exc:
            main = f"{bundle.key}.bpmn"
            return [Problem(main, None, None, exc.code, "error", exc.message, _HINTS.get(exc.code, ""))]
        return [of_record(one) for one in found]


def judged(given: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Be the child's part: compile, and give the problems, errors first, at most MAX_PROBLEMS of them."""
    key, files, groups, operations = given
    bundle = Bundle(key, MappingProxyType(files))
    _definition, problems = compile_bundle(bundle, groups, operations=operations)
    shown = [to_record(one) for one in problems[:MAX_PROBLEMS]]
    if len(problems) > MAX_PROBLEMS:
        message = Sentence("There are {more} problems more.", more=len(problems) - MAX_PROBLEMS)
        hint = "Mend these first, and check again."
        shown.append(to_record(Problem(f"{key}.bpmn", None, None, "more_problems", "warning", message, hint)))
    return shown


def to_record(problem: Problem) -> dict[str, Any]:
    """Give a problem as JSON, its sentences with their values."""
    record = {field.name: getattr(problem, field.name) for field in fields(problem)}
    return record | {name: packed(_shortened(record[name])) for name in ("message", "hint")}


def of_record(record: Mapping[str, Any]) -> Problem:
    """Give back the problem."""
    return Problem(**{**record, "message": unpacked(record["message"]), "hint": unpacked(record["hint"])})


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SAID else f"{text[:MAX_SAID]}…"
