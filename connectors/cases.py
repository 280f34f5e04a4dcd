"""Linbang itself as a system that diagrams may ask: open another case, find one's like, tell one something.

It works on the engine's verbs, as the application itself, and touches no table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields, validate

from connectors.operations import Count, Day, Operation, checked, choice, flag, text
from engine import relations
from engine.errors import EngineError, InvalidState
from engine.ports import ConnectorError
from engine.relations import Asking, Opening

if TYPE_CHECKING:
    from engine.ports import Call
    from engine.runtime import Runtime
    from engine.store.cases import CaseStore

MAX_DAYS = 3_660

_SERVICE = r"[a-z][a-z0-9_]*"
_CASE_NUMBER_LENGTH = 60


def _values(**more: Any) -> fields.Dict:
    """Declare values by name; what they must be is the other case's form's business."""
    return fields.Dict(keys=fields.String(validate=validate.Length(min=1, max=100)), **more)


class Wanted(Schema):
    """Parameters of `open`.

    variables: the answers to the start form. reason: stands in both histories. office: the code of the office
    whose people work on it; without it that of the asking case.
    """

    service = text(longest=64, pattern=_SERVICE)
    variables = _values(required=True)
    reason = text(longest=500)
    office = text(longest=40, required=False, load_default=None, allow_none=True)


class Opened(Schema):
    """Answer of `open`."""

    case_number = text(longest=_CASE_NUMBER_LENGTH)
    case_id = fields.Integer(required=True, strict=True)


class Likeness(Schema):
    """Parameters of `similar`.

    id_no: null for somebody whose number nobody knows, who then has no other cases. days: how long ago they
    may have begun. same: variables that must be equal.
    """

    id_no = text(longest=18, pattern=r"\d{17}[\dXx]", allow_none=True)
    service = text(longest=64, pattern=_SERVICE)
    days = Count(required=True, highest=MAX_DAYS)
    same = _values(required=False, load_default=dict, allow_none=True)


class Like(Schema):
    """A case of the same person."""

    case_number = text(longest=_CASE_NUMBER_LENGTH)
    started_on = Day(required=True)
    running = flag()


class Likes(Schema):
    """Answer of `similar`, the newest first."""

    cases = fields.List(
        fields.Nested(Like), required=True, validate=validate.Length(max=relations.MAX_SIMILAR)
    )


class Told(Schema):
    """Parameters of `tell`. content: the answers to the message's form, or variables where it has none."""

    case_number = text(longest=_CASE_NUMBER_LENGTH)
    message = text(longest=100)
    content = _values(required=False, load_default=dict, allow_none=True)


class Heard(Schema):
    """Answer of `tell`.

    kept: the other case does not wait for it yet. late: nor will it, and keeps it in its history only.
    """

    result = choice("delivered", "kept", "late")


_ERRORS = {
    "service_unknown": "There is no such service",
    "office_unknown": "No office with that code can work on such a case",
    "variables_wrong": "The form does not take these variables",
    "case_unknown": "There is no such case",
    "message_unknown": "The other case's service does not know this message",
}
_CODES = {"office_missing": "office_unknown"}


def _errors(*codes: str) -> dict[str, str]:
    return {code: _ERRORS[code] for code in codes}


class Cases:
    """The `Connector` of this installation's own cases."""

    name = "cases"
    operations: Mapping[str, Operation] = {
        "open": Operation(Wanted, Opened, _errors("service_unknown", "office_unknown", "variables_wrong")),
        "similar": Operation(Likeness, Likes, _errors("service_unknown")),
        "tell": Operation(Told, Heard, _errors("case_unknown", "message_unknown", "variables_wrong")),
    }

    def __init__(self, runtime: Runtime, store: CaseStore) -> None:
        self._runtime = runtime
        self._store = store
        self._verbs: Mapping[str, Callable[[Asking, dict[str, Any]], dict[str, Any]]] = {
            "open": self._open,
            "similar": self._similar,
            "tell": self._tell,
        }

    def call(self, call: Call) -> dict[str, Any]:
        """Do what the asking case wants; raises ConnectorError, permanent unless the cases are busy."""
        operation, question = checked(self.name, self.operations, call)
        asking = Asking(call.process_instance_id, call.idempotency_key)
        try:
            return self._verbs[call.operation](asking, question)
        except InvalidState as exc:  # somebody was quicker; the next attempt finds out how things are
            raise ConnectorError(exc.message, code=f"{self.name}_busy") from exc
        except EngineError as exc:
            code = _CODES.get(exc.code, exc.code)
            known = code in operation.errors
            raise ConnectorError(
                exc.message, code=code if known else f"{self.name}_refused", permanent=True
            ) from exc

    def _open(self, asking: Asking, question: dict[str, Any]) -> dict[str, Any]:
        opening = Opening(question["service"], question["variables"], question["reason"], question["office"])
        started = relations.open_another(self._runtime, self._store, asking, opening)
        return {"case_number": started.business_key, "case_id": started.id}

    def _similar(self, asking: Asking, question: dict[str, Any]) -> dict[str, Any]:
        found = relations.similar(
            self._runtime,
            asking,
            question["id_no"] or "",
            question["service"],
            question["days"],
            question["same"] or {},
        )
        return {"cases": [asdict(one) for one in found]}

    def _tell(self, asking: Asking, question: dict[str, Any]) -> dict[str, Any]:
        result = relations.tell(
            self._runtime,
            self._store,
            asking,
            question["case_number"],
            question["message"],
            question["content"] or {},
        )
        return {"result": result}
