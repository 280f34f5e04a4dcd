"""Answers of outside systems that no story gives: of the agreed shape, with values that the service asks for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from engine.ports import ConnectorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.ports import Operation

    from .model import Model

_PLAIN: tuple[Any, ...] = (
    "A-0001",
    1,
    True,
    [],
    date(2026, 3, 2),
    "2026-12-31T17:00:00+08:00",
    {},
    "990101195203070011",
    "2026-01",
)


def answer_of(
    operation: str,
    model: Model,
    known: Mapping[str, list[Any]],
    offered: Mapping[str, Operation] | None,
    number: int,
) -> Any:
    """Give an answer of an operation, one that a story gave where there is one. number: chooses among several."""
    told = [one for one in known.get(operation, ()) if not (isinstance(one, dict) and "error" in one)]
    if told:
        return told[number % len(told)]
    declared = None if offered is None else offered.get(operation)
    if declared is None:
        return _by_constants(operation, model, number)
    system = operation.partition(".")[0]
    found: dict[str, Any] = {}
    for name in sorted(declared.shape(system).answer):
        found[name] = _PLAIN[0]
    for name in found:
        for value in (*model.constants.get(name, ()), *_PLAIN):
            found[name] = value
            if name not in _wrong(declared, system, found):
                break
    return found


def _wrong(declared: Operation, system: str, answer: Mapping[str, Any]) -> str:
    """Give what a connector says is wrong with an answer, which names entries; nothing where all is well."""
    try:
        declared.checked_answer(system, answer)
    except ConnectorError as exc:
        return str(exc).partition("wrong:")[2]
    return ""


def _by_constants(operation: str, model: Model, number: int) -> Any:
    """Give what the diagrams compare the result with, where nobody says what the system answers."""
    for key, element in model.definition.elements.items():
        if element.call is not None and element.call.operation == operation:
            spoken = model.constants.get(model.result_of(key), [])
            if spoken:
                return spoken[number % len(spoken)]
    return {}
