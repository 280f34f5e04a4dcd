"""The sandbox's pages and addresses: the registry as its operator would offer it, and knobs for tests."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request
from marshmallow import Schema, ValidationError, fields, validate

from connectors.operations import Amount, Count
from connectors.registry import SOURCES, Question
from connectors.sandbox.asked import AskedLog
from connectors.sandbox.effects import Effects, KeyReusedError
from connectors.sandbox.faults import Faults, FaultsSchema
from connectors.sandbox.people import REGION, Person, household_of, person_of

MAX_QUESTION_BYTES = 100_000
MAX_KEY = 200
MAX_WRITTEN_DOWN = 10_000


class PersonSchema(Schema):
    """What `PUT /sandbox/persons/<id_no>` may say; the rest stays as it was drawn."""

    known = fields.Boolean()
    wage = Amount()
    business = Amount()
    property = Amount()
    transfer = Amount()
    excluded = Amount()
    deposits = Amount()
    vehicles = Count()
    homes = Count()
    mismatch = fields.String(allow_none=True, validate=validate.OneOf(SOURCES))


class RefusedError(Exception):
    """The registry refuses a question with a status and a code."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Sandbox:
    """What the played registry knows and has done; in memory only. Safe for many threads."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.effects = Effects()
        self.asked = AskedLog()
        self.closing = threading.Event()
        """Ends every wait, so that a server can stop at once."""
        self._written_down: dict[str, dict[str, Any]] = {}

    def write_down(self, id_no: str, facts: dict[str, Any]) -> None:
        """Say what is known of a person from now on; a person of whom something is said is known."""
        if len(self._written_down) >= MAX_WRITTEN_DOWN and id_no not in self._written_down:
            raise RefusedError(HTTPStatus.CONFLICT, "too_many_persons", "Expected fewer persons")
        self._written_down[id_no] = {"known": True, **facts}

    def verify(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        """Answer a checked question, once for each key."""
        fingerprint = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).digest()
        try:
            answer: dict[str, Any] = self.effects.once(key, fingerprint, lambda: self._facts(key, question))
        except KeyReusedError:
            raise RefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY, "key_reused", "Expected another key for another question"
            ) from None
        return answer

    def _facts(self, key: str, question: dict[str, Any]) -> dict[str, Any]:
        if not question["authorised"]:
            raise RefusedError(HTTPStatus.FORBIDDEN, "consent_missing", "Expected a signed authorisation")
        people = [self._person(member["id_no"].upper()) for member in question["members"]]
        if not all(person.known for person in people):
            raise RefusedError(HTTPStatus.NOT_FOUND, "person_unknown", "Expected persons on record")
        pairs = zip(question["members"], people, strict=True)
        return {
            "query_no": f"HD-{int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10**10:010d}",
            **household_of(people),
            "mismatches": [{"name": m["name"], "source": p.mismatch} for m, p in pairs if p.mismatch],
        }

    def _person(self, id_no: str) -> Person:
        drawn = person_of(id_no, datetime.now(UTC).date())
        return replace(drawn, **self._written_down.get(id_no, {}))


def create_app(sandbox: Sandbox | None = None) -> Flask:
    """Make the application; without a sandbox, with a new one of its own."""
    played = sandbox or Sandbox()
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_QUESTION_BYTES
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of the default provider
    app.register_error_handler(RefusedError, _refusal)
    app.register_error_handler(ValidationError, _wrong_parameters)
    _offer_registry(app, played)
    _offer_knobs(app, played)
    return app


def _offer_registry(app: Flask, sandbox: Sandbox) -> None:
    @app.post("/households/verify")
    def verify_household() -> Response:
        question = Question().load(_body())
        key = request.headers.get("Idempotency-Key", "")
        if not 1 <= len(key) <= MAX_KEY:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "key_missing", "Expected a header Idempotency-Key")
        faults = sandbox.faults.draw()
        outcome = "answered"
        try:
            return _answer(sandbox, key, question, faults)
        except RefusedError as exc:
            outcome = exc.code
            raise
        finally:
            sandbox.asked.note(question, outcome, faults)


def _offer_knobs(app: Flask, sandbox: Sandbox) -> None:
    @app.get("/")
    def show_asked() -> str:
        return render_template("asked.html", asked=sandbox.asked.latest())

    @app.put("/sandbox/persons/<id_no>")
    def write_person_down(id_no: str) -> tuple[str, int]:
        if not (len(id_no) == 18 and id_no.startswith(REGION) and id_no[:17].isdecimal()):  # noqa: PLR2004 - digits
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "not_invented", "Expected an invented person")
        sandbox.write_down(id_no.upper(), dict(PersonSchema().load(_body())))
        return "", HTTPStatus.NO_CONTENT

    @app.put("/sandbox/faults")
    def replace_faults() -> tuple[str, int]:
        wanted = FaultsSchema().load(_body())
        sandbox.faults.replace(wanted["faults"], wanted["seed"])
        return "", HTTPStatus.NO_CONTENT

    @app.get("/sandbox/effects")
    def count_effects() -> Response:
        counted = sandbox.effects.counted()
        return jsonify(total=sum(counted.values()), keys=counted)


def _answer(sandbox: Sandbox, key: str, question: dict[str, Any], faults: dict[str, int]) -> Response:
    """Answer, with what goes wrong on the way."""
    if "down" in faults:
        _break_off()
    sandbox.closing.wait(faults.get("slow", 0) / 1000)
    if "error" in faults:
        raise RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "A fault on demand")
    answer = sandbox.verify(key, question)
    if "doubled" in faults:
        answer = sandbox.verify(key, question)
    sandbox.closing.wait(faults.get("late", 0) / 1000)
    if "wrong_answer" in faults:
        answer = {**answer, "wage": "a lot", "homes": -1}
    return jsonify({name: _as_number(value) for name, value in answer.items()})


def _break_off() -> None:
    """End the connection without a word, as a system does that goes down."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    abort(HTTPStatus.SERVICE_UNAVAILABLE)


def _body() -> Any:
    try:
        return json.loads(request.get_data(), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise RefusedError(HTTPStatus.BAD_REQUEST, "not_json", "Expected JSON") from None


def _as_number(value: Any) -> Any:
    """Write an amount as a JSON number; two decimals of this size are the same as a float's text."""
    return float(value) if isinstance(value, Decimal) else value


def _refusal(error: RefusedError) -> tuple[Response, int]:
    return jsonify(code=error.code, message=str(error)), error.status


def _wrong_parameters(error: ValidationError) -> tuple[Response, int]:
    return jsonify(code="wrong_parameters", message=error.messages), HTTPStatus.UNPROCESSABLE_ENTITY
