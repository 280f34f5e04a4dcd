"""The interface for machines: `/api/v1`, for bearers of a token alone, with the rights of their person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import (
    alerts,
    calendar_changes,
    deadlines,
    incidents,
    messages,
    migrations,
    process_instances,
    subscriptions,
    user_tasks,
)
from .resources import Api, IdConverter, documented_id

if TYPE_CHECKING:
    from flask import Flask
    from flask_wtf.csrf import CSRFProtect

ADDRESS = "/api/v1"
_DESCRIPTION = """Cases, tasks, clocks and incidents for other systems. A token has the rights of its person.

Ids are text. Moments are ISO 8601 with their zone. Lists come in pages: follow `next`. Errors are problem details.
"""


def init_app(app: Flask, csrf: CSRFProtect) -> None:
    """Register every resource; a token cannot be sent by a page of somebody else, so no form's mark is asked for."""
    app.config.update(
        API_TITLE="Linbang",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=ADDRESS,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": _DESCRIPTION},
            "security": [{"bearer": []}],
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        },
    )
    app.url_map.converters["id"] = IdConverter
    api: Any = Api(app)
    api.register_converter(IdConverter, documented_id)
    for module in (
        migrations,  # with the versions of services, to which they belong
        process_instances,
        user_tasks,
        messages,
        deadlines,
        alerts,
        calendar_changes,  # with the days of offices
        incidents,
        subscriptions,
    ):
        csrf.exempt(module.resources)
        api.register(module.resources)
