"""Where the built browser files are: entry names to hashed addresses; refuses to start without a bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import current_app, request, url_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Response

DIST = Path(__file__).parent / "static" / "dist"
_FOREVER = "public, max-age=31536000, immutable"
_KEY = "linbang_assets"


class BundleMissingError(RuntimeError):
    """Expected the browser bundle in webui/static/dist, but it is not built."""


def init_app(app: Flask, dist: Path = DIST) -> None:
    """Give templates `asset("app.js")`, and hashed files headers that let browsers keep them for ever.

    Raises BundleMissingError unless the application is being tested: pages of tests need no bundle.
    """
    app.extensions[_KEY] = _addresses(dist, required=not app.testing)
    app.jinja_env.globals["asset"] = asset
    app.after_request(_keep_for_ever)


def asset(name: str) -> str:
    """Give the address of an entry's file, such as `app.js` or `diagram.css`.

    Raises KeyError when the bundle has no such entry: a slip in a template.
    """
    files: Mapping[str, str] = current_app.extensions[_KEY]
    file = files[name] if files else name
    return url_for("static", filename=f"dist/{file}")


def content(name: str) -> str:
    """Give the text of an entry's file, for a page that has to stand alone; empty where no bundle was built."""
    file = current_app.extensions[_KEY].get(name)
    return (DIST / file).read_text("utf-8") if file else ""


def _addresses(dist: Path, *, required: bool) -> dict[str, str]:
    """Read vite's manifest: `src/app.js` has a file and its style sheets."""
    manifest = dist / "manifest.json"
    if not manifest.is_file():
        if required:
            raise BundleMissingError(
                f"Expected the browser bundle in {dist}, but it is not there: `pip install -e .` builds it."
            )
        return {}
    entries: dict[str, dict[str, Any]] = json.loads(manifest.read_text("utf-8"))
    files: dict[str, str] = {}
    for entry in entries.values():
        if entry.get("isEntry"):
            files[f"{entry['name']}.js"] = entry["file"]
            for sheet in entry.get("css", []):
                files[f"{entry['name']}.css"] = sheet
    return files


def _keep_for_ever(response: Response) -> Response:
    """Hashed names never change their content; everything else in the folder may."""
    static = (current_app.static_url_path or "/static") + "/dist/assets/"
    if request.path.startswith(static) and response.status_code in (200, 206, 304):
        response.headers["Cache-Control"] = _FOREVER
    return response
