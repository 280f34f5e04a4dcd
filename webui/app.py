"""Makes the Flask application around an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from engine.errors import InvalidInput

from . import api, assets, auth, errors, language, page
from .blueprints import (
    absence,
    alert_ledger,
    alerts,
    calendars,
    callbacks,
    cases,
    definitions,
    demo_clock,
    desk,
    exports,
    extending,
    figures,
    hands,
    importing,
    inbox,
    incidents,
    migrations,
    reports,
    services,
    sign_in,
    status,
    stories,
    subscriptions,
    tasks,
    together,
    undelivered,
)
from .blueprints import help as help_pages

if TYPE_CHECKING:
    from .wiring import Installation

MAX_REQUEST_BYTES = 48 * 1024 * 1024
"""Several attachments at once and the form around them."""

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)

csrf = CSRFProtect()


def create_app(installation: Installation, *, testing: bool = False) -> Flask:
    """Make the application; the installation outlives it."""
    app = Flask(__name__)
    app.testing = testing
    app.config.update(
        SECRET_KEY=installation.runtime.sealer.derive("session"),
        SESSION_COOKIE_NAME="linbang",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=bool(installation.settings.trusted_proxy),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["linbang"] = installation
    app.before_request(_check_address)
    csrf.init_app(app)
    language.init_app(app)
    assets.init_app(app)
    auth.init_app(app)
    page.init_app(app)
    errors.init_app(app)
    for blueprint in (
        sign_in.pages,
        inbox.pages,
        desk.pages,
        figures.pages,
        exports.pages,
        reports.pages,
        tasks.pages,
        cases.pages,
        extending.pages,
        absence.pages,
        alert_ledger.pages,
        alerts.pages,
        calendars.pages,
        hands.pages,
        together.pages,
        incidents.pages,
        undelivered.pages,
        services.pages,
        definitions.pages,
        importing.pages,
        stories.pages,
        migrations.pages,
        subscriptions.pages,
        help_pages.pages,
        status.pages,
    ):
        app.register_blueprint(blueprint)
    csrf.exempt(callbacks.pages)  # who posts there signs the body instead
    app.register_blueprint(callbacks.pages)
    api.init_app(app, csrf)
    if installation.settings.demo:
        app.register_blueprint(demo_clock.pages)
    app.after_request(_secure)
    return app


def _check_address() -> None:
    """Refuse an address with a sign that PostgreSQL's texts cannot hold, the same on either database."""
    if b"%00" in request.query_string:
        raise InvalidInput("Expected an address without NUL signs, but it has one", code="not_storable")


def _secure(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", _POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        if getattr(g, "actor", None) is not None:
            response.vary.add("Cookie")
    return response
