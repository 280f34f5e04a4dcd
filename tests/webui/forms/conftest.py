import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel
from lxml import html
from werkzeug.datastructures import MultiDict

from engine import feel, forms
from webui.forms import view

TEMPLATES = Path(__file__).parents[3] / "webui" / "templates"
PAGE = """{% from "parts/form.html" import error_summary, form_fields, form_answers -%}
<body>{{ error_summary(form.errors) }}<form id="answers">{{ form_fields(form) }}</form>
<div id="read">{{ form_answers(form) }}</div></body>"""


@pytest.fixture(scope="session")
def app():
    app = Flask("forms", template_folder=TEMPLATES)
    Babel(app)
    return app


@pytest.fixture(scope="session")
def evaluate():
    zone = ZoneInfo("Asia/Shanghai")
    noon = dt.datetime(2026, 3, 2, 12, 0, tzinfo=zone)
    environment = feel.Environment(now=lambda: noon, zone=zone, calendar=None)
    return lambda text, context: feel.compile(text).evaluate(context, environment)


@pytest.fixture(scope="session")
def draw(app, evaluate):
    """Draw a form with the real templates and give the page as a tree."""

    def run(components, data=None, *, context=None, problems=(), texts=None, **how):
        schema = {"components": components}
        shown = forms.visible(schema, data or {}, evaluate, context or {})
        with app.test_request_context():
            form = view(schema, texts or {}, shown, problems, **how)
            return html.document_fromstring(render_template_string(PAGE, form=form))

    return run


@pytest.fixture(scope="session")
def submit():
    """Give what a browser would post for the form of a page, perhaps by one of its buttons."""

    def run(page, button=None):
        post = MultiDict()
        for control in page.xpath("//form[@id='answers']//*[@name]"):
            name, kind = control.get("name"), control.get("type")
            if control.tag == "button" or (kind in ("checkbox", "radio") and control.get("checked") is None):
                continue
            if control.tag == "textarea":
                text = (control.text or "").removeprefix("\n")
                post.add(name, text.replace("\n", "\r\n"))
            elif control.tag == "select":
                chosen = control.xpath("option[@selected]") or control.xpath("option")[:1]
                post.add(name, chosen[0].get("value"))
            elif kind != "file":
                post.add(name, control.get("value", "on"))
        if button is not None:
            post.add(*button)
        return post

    return run
