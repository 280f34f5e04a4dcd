"""Outside systems as a story plays them: answers in turn, checked against what the operations really give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from engine.definitions.calls import OF_ENGINE
from engine.errors import EngineError
from engine.ports import Call, ConnectorError
from engine.sentences import Sentence

if TYPE_CHECKING:
    from engine.ports import Operation

SYSTEMS = ("registry", "beds", "sms", "mail", "webhook", "cases")
"""Systems that a story may answer for where nobody says which there are."""


class StoryError(EngineError):
    """Expected the story to go on, but it cannot."""

    code = "story_failed"


class Outside:
    """Plays an outside system with the answers that a story gives, one after the other, the last for ever.

    operations: check parameters and answers as the real system's connector does; those that they refuse stand
    in `refused`. asked: the calls that were answered, by their idempotency key. Where a story says nothing,
    messages are sent, and other cases are opened, told and never alike.
    """

    def __init__(self, name: str, operations: Mapping[str, Operation] | None = None) -> None:
        self.name = name
        self.operations: Mapping[str, Operation] = operations or {}
        self.answers: dict[str, list[Any]] = {}
        self.asked: dict[str, Call] = {}
        self.refused: list[str] = []

    def call(self, call: Call) -> Any:
        """Give the next answer, or raise the error that the story names."""
        try:
            return self._answer(call)
        except ConnectorError as exc:
            if exc.code in {f"{self.name}_wrong_parameters", f"{self.name}_wrong_answer"}:
                self.refused.append(f"{self.name}.{call.operation}: {exc}")
            raise

    def _answer(self, call: Call) -> Any:
        operation = self.operations.get(call.operation)
        if operation is not None:
            operation.checked_parameters(self.name, call.parameters)
        waiting = self.answers.get(call.operation)
        if not waiting:
            return self._usual_answer(call)
        answer = next_answer(self.name, waiting)
        self.asked[call.idempotency_key] = call
        return answer if operation is None else operation.checked_answer(self.name, answer)

    def _usual_answer(self, call: Call) -> dict[str, Any]:
        usual = _USUAL.get(f"{self.name}.{call.operation}")
        if usual is None:
            message = f"The story says nothing about {self.name}.{call.operation}"
            raise ConnectorError(message, code="not_in_story", permanent=True)
        self.asked[call.idempotency_key] = call
        return usual(sum(one.operation == call.operation for one in self.asked.values()))


def next_answer(system: str, waiting: list[Any]) -> Any:
    """Take the next of a story's answers, which are one or more: each is given once, the last for ever.

    system: who answers. Raises ConnectorError for an entry that is an error.
    """
    answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
    if is_error(answer):
        message = f"The {system} refused: {answer['error']}"
        raise ConnectorError(message, code=answer["error"], permanent=bool(answer.get("permanent", True)))
    return answer


def outside_answers(answers: Mapping[str, Any]) -> dict[str, dict[str, list[Any]]]:
    """Sort a story's answers of outside systems by connector and operation."""
    found: dict[str, dict[str, list[Any]]] = {}
    for operation, answer in answers.items():
        name, _, part = operation.partition(".")
        found.setdefault(name, {})[part] = list(answer) if isinstance(answer, list) else [answer]
    return found


def check_answers(answers: Mapping[str, Any], offered: Mapping[str, Operation]) -> None:
    """Raise StoryError for an operation that there is not, and for what it can never answer."""
    for operation, given in answers.items():
        known = offered.get(operation)
        if known is None:
            raise StoryError(
                Sentence(
                    "Expected an operation of a connector under outside, but got {operation!r}",
                    operation=operation,
                )
            )
        shape = known.shape(operation.partition(".")[0])
        for answer in given if isinstance(given, list) else [given]:
            if is_error(answer):
                _check_one(operation, _ERRORS, {answer["error"]}, shape.errors | OF_ENGINE)
            elif not isinstance(answer, Mapping):
                raise StoryError(
                    Sentence(
                        "Expected {operation} to answer with names and values, but got {answer}",
                        operation=operation,
                        answer=repr(answer),
                    )
                )
            else:
                _check_one(operation, _ANSWERS, answer.keys(), shape.answer)


_ERRORS = "Expected {operation} to give only errors that it can, but {unknown!r} is none of {possible}"
_ANSWERS = "Expected {operation} to give only answers that it can, but {unknown!r} is none of {possible}"


def is_error(answer: object) -> TypeGuard[dict[str, Any]]:
    """Tell an error that a story names from an answer."""
    return isinstance(answer, dict) and "error" in answer and answer.keys() <= {"error", "permanent"}


def _check_one(operation: str, template: str, given: Any, possible: frozenset[str]) -> None:
    unknown = sorted(given - possible)
    if unknown:
        raise StoryError(
            Sentence(template, operation=operation, unknown=unknown[0], possible=", ".join(sorted(possible)))
        )


_USUAL: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "sms.send": lambda number: {"message_no": f"S{number}"},
    "mail.send": lambda number: {"message_id": f"M{number}"},
    "cases.open": lambda number: {"case_number": f"STORY-{number:06}", "case_id": number},
    "cases.similar": lambda _number: {"cases": []},
    "cases.tell": lambda _number: {"result": "delivered"},
}
