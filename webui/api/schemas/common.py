"""What many operations share: problems, pages, conditions on versions, reasons, variables."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from ..fields import Exact, Id, words

MAX_PAGE = 200

INCLUDES = ("form", "variables")


class FieldErrorSchema(Schema):
    """One thing that is wrong. field: where; of a service that was uploaded, its file."""

    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)
    line = fields.Integer(allow_none=True)
    element = fields.String(allow_none=True)
    severity = fields.String()
    hint = fields.String()


class ProblemSchema(Schema):
    """Problem details (RFC 9457). code: stable, for programs; detail: for people."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldErrorSchema))


def page_of(schema: type[Schema]) -> Schema:
    """Give the shape of a page: its items, and the address of the next page or null."""
    shape: dict[str, Any] = {
        "items": fields.List(fields.Nested(schema), required=True),
        "next": fields.String(required=True, allow_none=True),
    }
    return Schema.from_dict(shape, name=schema.__name__.removesuffix("Schema") + "PageSchema")()


class PageQuery(Schema):
    """Which part of a list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))
    cursor = fields.String(validate=validate.Length(min=1, max=400))


class IfMatch(Schema):
    """The version that somebody acts on, as its entity tag; 412 when there is a newer one."""

    if_match = fields.String(data_key="If-Match", validate=validate.Length(max=200))


class WriteHeaders(IfMatch):
    """If-Match as above. Idempotency-Key: the same request under the same key is done once."""

    key = fields.String(data_key="Idempotency-Key", validate=validate.Regexp(r"[\x21-\x7e]{1,200}\Z"))


class IfNoneMatch(Schema):
    """The version that somebody has already; 304 when there is no newer one."""

    if_none_match = fields.String(data_key="If-None-Match", validate=validate.Length(max=200))


class IncludeQuery(Schema):
    """What to tell beside the thing itself: names among form and variables, with commas between."""

    include = fields.String(validate=validate.Regexp(r"(?:form|variables)(?:,(?:form|variables))?\Z"))


class ReasonSchema(Schema):
    """Why; it stays in the history."""

    reason = words(2000, 5, required=True)


class VariablesSchema(Schema):
    """Other values of variables, as answers to the forms that ask for them, and why."""

    changes = fields.Dict(
        keys=fields.String(), values=Exact(allow_none=True), required=True, validate=validate.Length(1, 50)
    )
    reason = words(2000, 5, required=True)


class IdsSchema(Schema):
    """Some ids."""

    ids = fields.List(Id(), required=True, validate=validate.Length(1, MAX_PAGE))


class CountSchema(Schema):
    """How many."""

    count = fields.Integer(required=True)
