"""The built bundle in a real browser under the strict content policy; only loopback is used."""

import datetime as dt
import shutil
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, render_template_string, request
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.serving import make_server

from engine import feel, forms
from webui import assets
from webui.forms import is_only_refresh, parse, view

playwright = pytest.importorskip("playwright.sync_api", reason="a browser is driven with playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path"),
    pytest.mark.skipif(not (assets.DIST / "manifest.json").is_file(), reason="the bundle is not built"),
]

WEBUI = Path(assets.__file__).parent
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI">
  <process id="p"><userTask id="check" name="材料审核"/><userTask id="survey" name="入户调查"/>
  <sequenceFlow id="on" sourceRef="check" targetRef="survey"/></process>
  <bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">
  <bpmndi:BPMNShape bpmnElement="check"><dc:Bounds x="100" y="80" width="120" height="80"/></bpmndi:BPMNShape>
  <bpmndi:BPMNShape bpmnElement="survey"><dc:Bounds x="300" y="80" width="120" height="80"/>
  </bpmndi:BPMNShape><bpmndi:BPMNEdge bpmnElement="on">
  <di:waypoint x="220" y="120"/><di:waypoint x="300" y="120"/></bpmndi:BPMNEdge>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"""
FACTS = {
    "names": {"check": "Check"},
    "done": ["check"],
    "flows": ["on"],
    "current": ["survey"],
    "overdue": ["survey"],
}
CASE = """{% extends "base.html" %}{% from "parts/diagram.html" import diagram %}
{% block head %}<link rel="stylesheet" href="{{ asset('diagram.css') }}">
<script type="module" src="{{ asset('diagram.js') }}"></script>{% endblock %}
{% block main %}{{ diagram("/diagram.bpmn", facts, "Where the case is") }}{% endblock %}"""
FORM = """{% extends "base.html" %}{% from "parts/form.html" import error_summary, form_fields %}
{% block main %}{{ error_summary(form.errors) }}
<form id="answers" class="form" method="post" novalidate data-once>
<input type="hidden" name="csrf_token" value="{{ csrf_token() }}">{{ form_fields(form) }}
<button type="submit" id="complete">Complete</button></form>{% endblock %}"""
NAME = {"type": "textfield", "key": "name", "label": "Name", "validate": {"required": True}}
TICK = {"type": "checkbox", "key": "has_agent", "label": "Somebody acts for the applicant"}
AGENT = {"type": "textfield", "key": "agent", "label": "Agent", "conditional": {"hide": "=has_agent != true"}}
MEMBERS = {"type": "dynamiclist", "path": "members", "label": "Members", "components": [NAME]}
SCHEMA = {"components": [NAME, TICK, AGENT, MEMBERS]}


def evaluate(text, context):
    zone = ZoneInfo("Asia/Shanghai")
    environment = feel.Environment(now=lambda: dt.datetime(2026, 3, 2, tzinfo=zone), zone=zone, calendar=None)
    return feel.compile(text).evaluate(context, environment)


@pytest.fixture(scope="module")
def address():
    app = Flask("browser", template_folder=WEBUI / "templates", static_folder=WEBUI / "static")
    app.secret_key = "only for tests"
    Babel(app)
    CSRFProtect(app)
    assets.init_app(app)

    @app.after_request
    def hold_policy(response):
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/diagram.bpmn")
    def diagram():
        return DIAGRAM, {"Content-Type": "application/xml"}

    @app.get("/case")
    def case():
        return render_template_string(CASE, facts=FACTS)

    @app.route("/form", methods=["GET", "POST"])
    def form():
        data = parse(SCHEMA, request.form)
        complete = request.method == "POST" and not is_only_refresh(request.form)
        problems = forms.read_answers(SCHEMA, data, {}, evaluate).problems if complete else ()
        drawn = view(SCHEMA, {}, forms.visible(SCHEMA, data, evaluate), problems)
        return render_template_string(FORM, form=drawn), 422 if problems else 200

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page that must not say anything on its console but the status that a refused form has."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    said = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [text for text in said if "422" not in text] == []


def test_it_shows_where_a_case_is_in_the_reader_s_language(page, address):
    page.goto(f"{address}/case")
    figure = page.locator("[data-diagram][data-state=ready]")
    playwright.expect(figure.get_by_text("Check", exact=True)).to_be_visible()
    playwright.expect(figure.get_by_text("入户调查")).to_be_visible()
    assert page.locator(".djs-element.is-done").get_attribute("data-element-id") == "check"
    assert page.locator(".djs-element.is-overdue").get_attribute("data-element-id") == "survey"
    assert page.locator(".step-badge").all_text_contents() == ["✓", "!"]


def test_a_diagram_has_a_name_and_can_be_moved_by_keyboard(page, address):
    page.goto(f"{address}/case")
    drawing = page.get_by_role("group", name="Where the case is")
    drawing.focus()
    viewport = drawing.locator("g.viewport")
    seen = [viewport.get_attribute("transform")]
    for key in ("+", "ArrowRight"):
        page.keyboard.press(key)
        playwright.expect(viewport).not_to_have_attribute("transform", seen[-1])
        seen.append(viewport.get_attribute("transform"))
    page.keyboard.press("0")
    playwright.expect(viewport).to_have_attribute("transform", seen[0])


def test_it_keeps_the_watermark_in_sight(page, address):
    """The licence of bpmn.io asks for it."""
    page.goto(f"{address}/case")
    playwright.expect(page.locator(".bjs-powered-by")).to_be_in_viewport()


def test_rows_and_fields_come_in_place_and_keep_what_was_typed(page, address):
    page.goto(f"{address}/form")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.fill("#f-name", "王秀英")
    page.click("[name=_add]")
    playwright.expect(page.locator("#f-members-1-name")).to_be_visible()
    page.check("#f-has_agent")
    playwright.expect(page.locator("#f-agent")).to_be_visible()
    assert page.input_value("#f-name") == "王秀英"
    assert page.evaluate("document.body.dataset.same") == "yes"


def test_a_refused_form_begins_with_its_problems_and_leads_to_them(page, address):
    page.goto(f"{address}/form")
    page.click("#complete")
    playwright.expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter “Name”").click()
    playwright.expect(page.locator("#f-name")).to_be_focused()


@pytest.mark.parametrize("path", ["/form", "/case"])
def test_nothing_sticks_out_on_a_phone(page, address, path):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{address}{path}")
    wide, shown = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= shown
