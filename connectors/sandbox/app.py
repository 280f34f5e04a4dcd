"""The sandbox's addresses: each system's operations as its operator would offer them, and knobs for people and tests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol

from flask import Flask, Response, abort, jsonify, request
from flask.json.provider import DefaultJSONProvider
from marshmallow import ValidationError

from connectors.beds import Beds
from connectors.operations import Operation
from connectors.registry import Registry
from connectors.sms import Sms

from .asked import AskedLog
from .beds import PlayedBeds
from .body import idempotency_key, read_body
from .callbacks import RETRY_AFTER_S, Callbacks
from .effects import Effects
from .faults import Faults
from .gateways import PlayedSms
from .knobs import offer_knobs
from .partners import offer_partners
from .refusals import RefusedError
from .registry import PlayedRegistry
from .scripts import Scripts

MAX_QUESTION_BYTES = 100_000
REPLY_AFTER_S = 5.0


class Played(Protocol):
    """A system that is played: what it does, by the name of the operation, with a key and a checked question."""

    @property
    def act(self) -> Mapping[str, Callable[[str, dict[str, Any]], dict[str, Any]]]:
        """Give what it does."""
        ...


class Sandbox:
    """Everything that is played, what was asked and what was done; in memory only. Safe for many threads.

    callback_url: where Linbang takes callbacks, without the system's name, such as
    `http://127.0.0.1:8000/callbacks`. secret: what callbacks are signed with. reply_after_s: real seconds
    until an institution replies; retry_after_s: until it says it again to somebody who did not take it in.
    scale: how many times as many beds as the district has.
    """

    def __init__(
        self,
        *,
        callback_url: str = "",
        secret: bytes = b"",
        reply_after_s: float = REPLY_AFTER_S,
        retry_after_s: float = RETRY_AFTER_S,
        scale: int = 1,
    ) -> None:
        self.faults = Faults()
        self.effects = Effects()
        self.asked = AskedLog()
        self.closing = threading.Event()
        """Ends every wait, so that a server can stop at once."""
        self.callbacks = Callbacks(
            callback_url,
            secret,
            lambda system: "doubled" in self.faults.draw(system),
            retry_after_s=retry_after_s,
        )
        self.scripts = Scripts()
        self.registry = PlayedRegistry()
        self.beds = PlayedBeds(self.callbacks, reply_after_s=reply_after_s, scale=scale)
        self.sms = PlayedSms(self.asked)

    def write_down(self, id_no: str, facts: dict[str, Any]) -> None:
        """Say what is known of a person from now on."""
        self.registry.write_down(id_no, facts)

    def act(self, played: Played, operation: str, key: str, question: dict[str, Any]) -> dict[str, Any]:
        """Answer a checked question, once for each key."""
        self.callbacks.take_up_again(key)
        _, _, name = operation.partition(".")

        def act_once() -> dict[str, Any]:
            return self.scripts.next_answer(key, operation) or played.act[name](key, question)

        answer: dict[str, Any] = self.effects.once(key, operation, question, act_once)
        return answer


class _Json(DefaultJSONProvider):
    """Writes Chinese as it is, exact numbers as numbers, days and moments as ISO text."""

    ensure_ascii = False

    @staticmethod
    def default(value: Any) -> Any:
        """Write what JSON does not know."""
        if isinstance(value, Decimal):
            return float(value)  # at most ten digits, which a float gives back as they were
        if hasattr(value, "isoformat"):
            return value.isoformat()
        return DefaultJSONProvider.default(value)


def create_app(sandbox: Sandbox | None = None) -> Flask:
    """Make the application; without a sandbox, with a new one of its own."""
    played = sandbox or Sandbox()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_QUESTION_BYTES
    app.json = _Json(app)
    app.register_error_handler(RefusedError, _refusal)
    app.register_error_handler(ValidationError, _wrong_parameters)
    for name, operations, system in (
        (Registry.name, Registry.operations, played.registry),
        (Beds.name, Beds.operations, played.beds),
        (Sms.name, Sms.operations, played.sms),
    ):
        for operation, declared in operations.items():
            _offer(app, played, system, f"{name}.{operation}", declared)
    offer_partners(app, played, partial(answer_badly, played))
    offer_knobs(app, played)
    return app


def _offer(app: Flask, sandbox: Sandbox, played: Played, operation: str, declared: Operation) -> None:
    """Offer one operation at its path, behind the name of its system."""
    system, _, _ = operation.partition(".")

    def take() -> Response:
        question = dict(declared.parameters().load(read_body()))
        key = idempotency_key()
        return answer_badly(
            sandbox, operation, question, lambda: sandbox.act(played, operation, key, question)
        )

    app.add_url_rule(f"/{system}{declared.path}", operation, take, methods=["POST"])


def answer_badly(
    sandbox: Sandbox, operation: str, question: dict[str, Any], act: Callable[[], dict[str, Any]]
) -> Response:
    """Act and answer, with what goes wrong on the way, and remember it."""
    faults = sandbox.faults.draw(operation.partition(".")[0])
    outcome = "answered"
    try:
        return jsonify(_answer(sandbox, faults, act))
    except RefusedError as exc:
        outcome = exc.code
        raise
    finally:
        sandbox.asked.note(operation, question, outcome, faults)


def _answer(sandbox: Sandbox, faults: Mapping[str, int], act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if "down" in faults:
        _break_off()
    sandbox.closing.wait(faults.get("slow", 0) / 1000)
    if "error" in faults:
        raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "A fault on demand")
    if "busy" in faults:
        raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "busy", "A fault on demand")
    answer = act()
    if "doubled" in faults:
        answer = act()
    sandbox.closing.wait(faults.get("late", 0) / 1000)
    return {**answer, next(iter(answer)): {"nonsense": -1}} if "wrong_answer" in faults else answer


def _break_off() -> None:
    """End the connection without a word, as a system does that goes down."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    abort(HTTPStatus.SERVICE_UNAVAILABLE)


def _refusal(error: RefusedError) -> tuple[Response, int]:
    return jsonify(code=error.code, message=str(error)), error.status


def _wrong_parameters(error: ValidationError) -> tuple[Response, int]:
    return jsonify(code="wrong_parameters", message=error.messages), HTTPStatus.UNPROCESSABLE_ENTITY
