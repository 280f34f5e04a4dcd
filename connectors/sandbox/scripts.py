"""Answers written down for the calls of one case, in place of what the played systems would say."""

from __future__ import annotations

import threading
from collections import OrderedDict
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from .refusals import RefusedError

MAX_CASES = 10_000
MAX_ANSWERS = 100


class ScriptSchema(Schema):
    """What `PUT` and `PATCH /sandbox/scripts/<case>` hold: by operation, answers one after the other, the last for ever."""

    answers = fields.Dict(
        keys=fields.String(validate=validate.Length(max=100)),
        values=fields.List(
            fields.Dict(keys=fields.String()), validate=validate.Length(min=1, max=MAX_ANSWERS)
        ),
        required=True,
        validate=validate.Length(max=MAX_ANSWERS),
    )


class Scripts:
    """The scripts of the latest cases. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, dict[str, list[dict[str, Any]]]] = OrderedDict()

    def write_down(self, case: str, answers: dict[str, list[dict[str, Any]]]) -> None:
        """Let the calls of a case be answered so from now on; the oldest case is forgotten beyond MAX_CASES."""
        with self._lock:
            self._answers[case] = {operation: list(found) for operation, found in answers.items()}
            if len(self._answers) > MAX_CASES:
                self._answers.popitem(last=False)

    def change(self, case: str, answers: dict[str, list[dict[str, Any]]]) -> None:
        """Let some operations be answered otherwise from now on; how far the others have come stays."""
        changed = {operation: list(found) for operation, found in answers.items()}
        with self._lock:
            self._answers.setdefault(case, {}).update(changed)
            if len(self._answers) > MAX_CASES:
                self._answers.popitem(last=False)

    def next_answer(self, key: str, operation: str) -> dict[str, Any] | None:
        """Give the answer for a call's key, or None where nothing is written down.

        Raises RefusedError for an answer that is `{"error": code}` and nothing else.
        """
        case, _, _ = key.partition("-")
        with self._lock:
            answers = self._answers.get(case, {}).get(operation)
            if not answers:
                return None
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.keys() == {"error"}:
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, str(answer["error"]), "As written down")
        return answer
