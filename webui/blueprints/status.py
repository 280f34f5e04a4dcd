"""Whether the application is well, and its help."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template

from webui.auth import signed_in
from webui.page import installation

pages = Blueprint("status", __name__)


@pages.get("/healthz")
def healthz() -> Any:
    """Answer when pages can be served: the database answers and the background heart beats."""
    found = installation()
    found.runtime.database.ping()
    beating = found.heartbeat()
    return jsonify(
        {"ok": beating, "database": "ok", "background": "ok" if beating else "stopped"}
    ), 200 if beating else 503


@pages.get("/help")
@signed_in
def help_page() -> Any:
    """Show how the work is done."""
    return render_template("help.html")
