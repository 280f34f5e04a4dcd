"""Whether the application is well."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from engine.errors import DatabaseAway
from webui import heart
from webui.page import installation

pages = Blueprint("status", __name__)


@pages.get("/healthz")
def healthz() -> Any:
    """Answer when pages can be served: the database answers and the background heart beats.

    What does not go well but keeps nobody from working is `degraded`: mails that fail or are overdue.
    """
    found = installation()
    try:
        found.runtime.database.ping()
    except DatabaseAway:
        return jsonify({"ok": False, "database": "away", "stopped": "database"}), 503
    told, well = heart.health(found)
    return jsonify(told), 200 if well else 503
