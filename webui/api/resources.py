"""Declares operations of the interface for machines: what one takes and gives stands in one place, and is its documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import flask_smorest
from flask import Request, Response
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.routing import BaseConverter, ValidationError

from webui import problems

from . import bearer, json_bodies
from .schemas.common import ProblemSchema

View = TypeVar("View", bound=Callable[..., Any])
MAX_ID = 2**63 - 1
ALWAYS = (401, 429, 503)
"""What every operation may answer."""


_FORM = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["bundle"],
            "properties": {"bundle": {"type": "string", "format": "binary"}},
        }
    }
}


class IdConverter(BaseConverter):
    """An id in an address: digits of a number of 64 bits."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Give the number; another one is no address of ours."""
        number = int(value)
        if number > MAX_ID:
            raise ValidationError
        return number


def documented_id(_converter: IdConverter) -> dict[str, Any]:
    """Say what an id is."""
    return {"type": "string", "pattern": "^[0-9]{1,19}$"}


class Parser(FlaskParser):
    """Reads bodies exactly and refuses parameters that nobody declared."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012 - the library's own way

    def load_json(self, req: Request, schema: Schema) -> Any:
        """Give the body."""
        del schema
        return json_bodies.read(req)


def _told_by_token(answer: Response) -> Response:
    answer.vary.add("Authorization")
    return answer


class Api(flask_smorest.Api):  # type: ignore[misc]  # the library has no types
    """The library's registry, which leaves errors to `webui.errors`."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        pass

    def register(self, resources: Resources) -> None:
        """Register the operations of a resource, under the resource's own name in the documentation."""
        self._app.register_blueprint(resources)
        resources.register_views_in_doc(self, self._app, self.spec, name=resources.name, parameters=None)
        self.spec.tag({"name": resources.tag, "description": resources.description})


class Resources(flask_smorest.Blueprint):  # type: ignore[misc]  # as above
    """The operations of one kind of resource, for bearers of a token alone."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api_{name}", __name__, url_prefix=f"/api/v1/{name}", description=description)
        self.tag = name
        self.before_request(bearer.recognise)
        self.after_request(_told_by_token)

    def operation(
        self,
        method: str,
        rule: str,
        *,
        gives: Schema | None,
        status: int = 200,
        also: Mapping[int, str] | None = None,
        errors: tuple[int, ...] = (),
        query: Schema | None = None,
        headers: Schema | None = None,
        body: Schema | None = None,
        uploads: str | None = None,
    ) -> Callable[[View], View]:
        """Declare what a view takes and gives; it gets `query`, `headers` and `body` by name, and values of the path.

        gives: the shape of the answer, None for one without a body. also: other good statuses and what they
        mean; above 299 without a body. uploads: the kind of a file that is sent as the body. errors: what it may refuse with, beside what follows from the rest.
        """
        refused = {*ALWAYS, *errors}
        refused |= {404} if "<" in rule else set()
        refused |= {422} if query or headers or body else set()
        refused |= {400, 413, 415, 422} if body or uploads else set()

        def declare(view: View) -> View:
            declared: Any = self._answering(view, gives, status)
            for place, schema in (("query", query), ("headers", headers)):
                if schema is not None:
                    declared = self.arguments(schema, location=place, arg_name=place)(declared)
            if body is not None:
                declared = self.arguments(body, location="json", arg_name="body")(declared)
            if uploads is not None:
                content = {uploads: {"schema": {"type": "string", "format": "binary"}}, **_FORM}
                declared = self.doc(requestBody={"required": True, "content": content})(declared)
            declared = self.response(status, gives)(declared)
            for other, meaning in (also or {}).items():
                shape = gives if other < 300 else None  # noqa: PLR2004 - the statuses of success
                declared = self.alt_response(other, schema=shape, description=meaning, success=True)(declared)
            for number in sorted(refused):
                declared = self.alt_response(number, schema=ProblemSchema, content_type=problems.MEDIA_TYPE)(
                    declared
                )
            name = f"{view.__name__}_{self.tag}".replace("-", "_")
            declared = self.doc(operationId=name)(declared)
            return self.route(rule, methods=[method], tags=[self.tag])(declared)  # type: ignore[no-any-return]  # the view

        return declare

    def _answering(self, view: View, gives: Schema | None, status: int) -> Callable[..., Response]:
        """Write what a view gives, exactly; a pair is a body and headers or another status."""

        @wraps(view)
        def answering(*args: Any, **kwargs: Any) -> Response:
            result = view(*args, **kwargs)
            if isinstance(result, Response):
                return result
            content, more = result if isinstance(result, tuple) else (result, {})
            chosen = more.pop("status", status)
            if gives is None:
                return Response(status=chosen, headers=more)
            written = json_bodies.write(gives.dump(content))
            return Response(written, chosen, headers=more, mimetype="application/json")

        return answering
