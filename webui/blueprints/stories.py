"""Lets the stories of a deployed version be played in the background; the version's own page says how they went."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _

from engine import deploying
from engine.errors import NotFound
from webui.auth import actor, signed_in
from webui.page import installation

pages = Blueprint("stories", __name__, url_prefix="/definitions")


@pages.post("/<key>/<int:version>/stories")
@signed_in
def play(key: str, version: int) -> Any:
    """Ask for the stories to be played, and lead back to the version."""
    runtime = installation().runtime
    row = next((one for one in runtime.catalogue.versions(key) if one.version == version), None)
    if row is None:
        raise NotFound(f"Expected a version {version} of {key}, but there is none", code="definition_unknown")
    if not deploying.play_again(runtime, actor(), row.id):
        flash(_("The stories are being played already."), "info")
    return redirect(url_for("definitions.show", key=key, version=version, _anchor="stories"), 303)
