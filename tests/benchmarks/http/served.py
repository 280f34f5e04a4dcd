"""What the servers serve: the product as several processes serve it, and under `/floor` next to nothing."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from engine.store import Database
from webui import fleet

TABLE = "floor"


def application() -> Any:
    """Make the application of one process."""
    app = fleet.application()
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/floor": _floor()})
    return app


def _floor() -> Flask:
    """Make an application whose one page writes one row in one transaction, with the product's own pool."""
    app, database = Flask("floor"), Database(os.environ["LINBANG_DATABASE_URL"])

    @app.post("/")
    def write() -> str:
        with database.stepping(writing=True) as connection:
            connection.cursor().execute(
                f"INSERT INTO {TABLE} (content) VALUES (%(content)s)", {"content": "x"}
            )
        return "written"

    return app
