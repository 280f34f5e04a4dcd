"""Versions of services."""

from __future__ import annotations

from marshmallow import Schema, fields

from ..fields import Id, Moment, YesNo, flag, key, words
from .common import FieldErrorSchema, PageQuery


class DefinitionSchema(Schema):
    """A version of a service. newest: whether new cases start on it.

    stories: how it was proved: `passed`, `none` where it has none, `skipped`, `unplayed` where nobody plays any.
    """

    id = Id(required=True)
    key = fields.String(required=True)
    version = fields.Integer(required=True)
    digest = fields.String(required=True)
    newest = YesNo(required=True)
    deployed_at = Moment(required=True)
    note = fields.String(required=True)
    stories = fields.String(required=True)


class DeployedSchema(Schema):
    """What became of an upload. process_definition: null when it was only checked. warnings: what to look at."""

    deployed = YesNo(required=True)
    process_definition = fields.Nested(DefinitionSchema, required=True, allow_none=True)
    warnings = fields.List(fields.Nested(FieldErrorSchema), required=True)


class DefinitionQuery(PageQuery):
    """Which versions; without a key the newest of every service."""

    key = key()


class DeployQuery(Schema):
    """check: say what is wrong and change nothing. without_stories: play none of them, in an emergency."""

    check = flag(load_default=False)
    without_stories = flag(load_default=False)
    note = words(1000, 5)
