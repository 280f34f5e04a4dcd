"""Problem details (RFC 9457): what a program reads of an error, and the words that a library has for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, g, jsonify
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from engine.errors import EngineError
from engine.forms import FieldProblem
from engine.problems import Problem

from .forms.words import plain, sentence
from .language import wanted
from .words import message_of
from .words.problems import said

API = "/api/"
"""Where every error is told as problem details, whatever the program says that it takes."""
MEDIA_TYPE = "application/problem+json"
CATALOGUE = "urn:linbang:"
"""With the code behind it, the address of a kind of problem; docs/API.md lists them."""
MAX_ERRORS = 500


def problem(
    status: int, code: str, detail: str, errors: Iterable[Mapping[str, Any]] = (), **headers: str
) -> Response:
    """Answer with problem details; headers: with a low line for each hyphen."""
    body: dict[str, Any] = {
        "type": f"{CATALOGUE}{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    listed = list(errors)[:MAX_ERRORS]
    if listed:
        body["errors"] = listed
    answer = jsonify(body)
    answer.status_code, answer.mimetype = status, MEDIA_TYPE
    answer.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return answer


def of_engine(error: EngineError, status: int) -> Response:
    """Say an error of the engine, with each place that it names, in the language that the program asks for."""
    tag = _asked_language()
    detail = error.message if tag == "en" else message_of(error)
    listed = [place(one) for one in error.details.get("problems", ())]
    return problem(status, error.code, detail, [one for one in listed if one], Content_Language=tag)


def of_http(error: HTTPException) -> Response:
    """Say what the web's library refused, with the fields that a schema found wrong."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    headers: dict[str, Any] = {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(sorted(error.valid_methods))
    messages = (getattr(error, "data", None) or {}).get("messages")
    if isinstance(messages, Mapping):
        detail = "Expected other values; `errors` names each field."
        return problem(status, "fields_invalid", detail, _fields(messages), **headers)
    return problem(status, f"http_{status}", error.description or HTTPStatus(status).phrase, **headers)


def place(one: object) -> dict[str, Any]:
    """Say one finding: of a field that was answered, or of a file that was uploaded."""
    tag = _asked_language()
    if isinstance(one, FieldProblem):
        return {
            "field": one.path,
            "code": one.code,
            "params": {name: plain(value) for name, value in one.params.items()},
            "message": sentence(one.code, one.params, label=one.path),
        }
    if isinstance(one, Problem):
        one = said(one, tag)
        return {
            "field": one.file,
            "line": one.line,
            "column": one.column,
            "element": one.element,
            "name": one.name,
            "code": one.code,
            "severity": one.severity,
            "message": one.message,
            "hint": one.hint,
        }
    return {}


def _asked_language() -> str:
    """Give the language of `Accept-Language`, English where it asks for none of ours, and keep to it from here."""
    g.language = wanted() or "en"
    return str(g.language)


def _fields(messages: Mapping[Any, Any], path: str = "") -> Iterator[dict[str, str]]:
    """Give the library's nested words as one list; the place where the values came from is left out."""
    for key, inner in messages.items():
        outermost = not path and key in {"json", "query", "headers", "files", "form"}
        here = path if outermost or key == "_schema" else f"{path}.{key}".lstrip(".")
        if isinstance(inner, Mapping):
            yield from _fields(inner, here)
        else:
            for words in inner if isinstance(inner, list) else [inner]:
                yield {"field": here, "code": "invalid", "message": str(words)}
