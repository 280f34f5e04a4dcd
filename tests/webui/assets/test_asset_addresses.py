import json

import pytest
from flask import Flask, render_template_string

from webui import assets


@pytest.fixture
def dist(tmp_path):
    folder = tmp_path / "static" / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "app-1a2b.js").write_text("1", "utf-8")
    manifest = {
        "src/app.js": {
            "file": "assets/app-1a2b.js",
            "name": "app",
            "isEntry": True,
            "css": ["assets/app-3c.css"],
        },
        "_shared.js": {"file": "assets/shared-4d.js", "name": "shared"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.fixture
def app(dist):
    app = Flask(__name__, static_folder=dist.parent, static_url_path="/static")
    assets.init_app(app, dist)
    return app


def test_it_gives_the_hashed_address_of_an_entry(app):
    with app.test_request_context():
        page = render_template_string("{{ asset('app.js') }} {{ asset('app.css') }}")
    assert page == "/static/dist/assets/app-1a2b.js /static/dist/assets/app-3c.css"


@pytest.mark.parametrize("name", ["nobody.js", "shared.js"])
def test_it_does_not_know_what_is_no_entry(app, name):
    with app.test_request_context(), pytest.raises(KeyError):
        assets.asset(name)


def test_it_lets_browsers_keep_hashed_files_for_ever(app):
    response = app.test_client().get("/static/dist/assets/app-1a2b.js")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    response.close()


@pytest.mark.parametrize("path", ["/static/dist/manifest.json", "/static/dist/assets/app-none.js"])
def test_it_lets_nothing_else_be_kept_for_ever(app, path):
    response = app.test_client().get(path)
    assert "immutable" not in response.headers.get("Cache-Control", "")
    response.close()


def test_it_refuses_to_start_without_a_bundle(tmp_path):
    with pytest.raises(assets.BundleMissingError, match="Expected the browser bundle"):
        assets.init_app(Flask(__name__), tmp_path)


def test_it_lets_tests_of_pages_run_without_a_bundle(tmp_path):
    app = Flask(__name__)
    app.testing = True
    assets.init_app(app, tmp_path)
    with app.test_request_context():
        assert assets.asset("app.js") == "/static/dist/app.js"
