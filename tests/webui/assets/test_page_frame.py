"""The frame of every page: reachable by keyboard, strict about scripts, and right without JavaScript."""

import re
from pathlib import Path

import pytest
from flask import Flask, flash, render_template_string
from flask_babel import Babel
from flask_wtf import CSRFProtect
from lxml import html

from webui import assets

WEBUI = Path(__file__).parents[3] / "webui"
OWN_FILES = {"report_file.html"}
"""Written to a file by a command and never served: its styles lie in it."""
SERVED = [path for path in sorted((WEBUI / "templates").rglob("*.html")) if path.name not in OWN_FILES]
PAGE = """{% extends "base.html" %}
{% block title %}My work{% endblock %}
{% block main %}<h1>Hello</h1>{% endblock %}"""


@pytest.fixture
def page():
    app = Flask("frame", template_folder=WEBUI / "templates", static_folder=WEBUI / "static")
    app.testing, app.secret_key = True, "only for tests"
    Babel(app)
    CSRFProtect(app)
    assets.init_app(app)

    def run(message=None, **values):
        with app.test_request_context():
            if message:
                flash(*message)
            return html.document_fromstring(render_template_string(PAGE, **values))

    return run


def test_it_stands_without_anything_given(page):
    tree = page()
    assert tree.findtext(".//title") == "My work – Linbang"
    assert tree.xpath("//main//h1/text()") == ["Hello"]
    assert tree.xpath("//header//form") == []


def test_the_first_link_skips_to_the_content(page):
    tree = page(nav=[("/inbox", "My work", True)])
    target = tree.xpath("//a")[0].get("href").removeprefix("#")
    assert tree.xpath("//main/@id") == [target]


def test_it_marks_where_one_is(page):
    tree = page(nav=[("/inbox", "My work", False), ("/cases", "Cases", True)])
    assert tree.xpath("//nav//a[@aria-current='page']/text()") == ["Cases"]


def test_it_offers_the_other_language_by_a_plain_link(page):
    tree = page(
        language="en", languages=[("en", "English", "?lang=en", True), ("zh", "中文", "?lang=zh", False)]
    )
    assert tree.xpath("//html/@lang") == ["en"]
    assert [(a.get("href"), a.get("lang")) for a in tree.xpath("//span[@class='languages']/a")] == [
        ("?lang=zh", "zh")
    ]


def test_signing_out_is_a_form_that_a_stranger_cannot_forge(page):
    (form,) = page(person={"name": "李娜"}, sign_out_url="/sign-out").xpath("//form[@class='sign-out']")
    assert (form.get("method"), form.get("action")) == ("post", "/sign-out")
    assert len(form.xpath(".//input[@name='csrf_token']/@value")[0]) > 20


def test_it_moves_the_demo_clock_by_a_form(page):
    demo = {
        "now": "Mon 2 March",
        "iso": "2026-03-02T10:15",
        "action": "/demo/clock",
        "steps": [("1 WD", "1 day")],
    }
    (form,) = page(demo=demo).xpath("//div[@class='demo-clock']/form")
    assert form.xpath(".//button/@value") == ["1 WD"]
    assert form.xpath(".//input/@name") == ["csrf_token"]


@pytest.mark.parametrize(
    ("category", "kind"), [("success", "success"), ("message", "info"), ("error", "error")]
)
def test_it_says_messages_once_in_a_live_region(page, category, kind):
    region = page(message=("Claimed <b>it</b>", category)).get_element_by_id("messages")
    assert region.get("role") == "status"
    assert region.xpath(f".//div[contains(@class, 'notice-{kind}')]")
    assert "Claimed <b>it</b>" in region.text_content()


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
def test_no_template_holds_what_the_content_policy_forbids(path):
    """`script-src 'self'; style-src 'self'`: no inline script, handler or style anywhere."""
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
