"""The outside systems of the demo's past: they answer as the stories say, and have their bad days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.ports import Call, Connector, ConnectorError
from engine.scenarios.outside import next_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

_BY_THEMSELVES: Mapping[str, Mapping[str, Any]] = {
    "sms.send": {"message_no": "S-0"},
    "mail.send": {"message_id": "<0@demo.invalid>"},
    "registry.sweep": {"query_no": "Q-0", "persons": []},
}
"""What is answered where a story says nothing: messages that nobody reads, nobody new found."""


@dataclass
class _Told:
    """What a case's story says of one system: answers by operation, and whether it has a bad day."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    fault: str | None = None


class PastSystem:
    """One outside system. real: answers what no story says anything about, where there is one."""

    def __init__(self, name: str, real: Connector | None) -> None:
        self.name = name
        self.operations: Mapping[str, Any] = real.operations if real else {}
        self._real = real if name == "cases" else None
        self._told: dict[int, _Told] = {}

    def prepare(self, case_id: int, answers: Mapping[str, Sequence[Any]], fault: str | None) -> None:
        """Take what the story says from here on."""
        told = self._told.setdefault(case_id, _Told(fault=fault))
        told.answers.update({operation: list(given) for operation, given in answers.items()})

    def call(self, call: Call) -> Any:
        """Give the story's next answer for the case that asks."""
        told = self._told.setdefault(call.process_instance_id, _Told())
        if told.fault and self.name != "cases":
            told.fault = told.fault if told.fault == "never" else None
            raise ConnectorError(f"The {self.name} did not answer in time", code=f"{self.name}_timeout")
        waiting = told.answers.get(call.operation)
        if not waiting:
            return self._answer_by_itself(call)
        return next_answer(self.name, waiting)

    def _answer_by_itself(self, call: Call) -> Any:
        if self._real is not None:
            return self._real.call(call)
        operation = f"{self.name}.{call.operation}"
        if operation in _BY_THEMSELVES:
            return _BY_THEMSELVES[operation]
        raise ConnectorError(f"The {self.name} did not answer in time", code=f"{self.name}_timeout")
